//! Running the command, and looking at what it says.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::pictures::testdata;

/// The command, to be started in `dir`.
pub(crate) fn pushpix(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pushpix"));
    command.current_dir(dir).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `pushpix` in `dir`, with `input` on standard input.
pub(crate) fn run_with_input(dir: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = pushpix(dir, args).spawn().unwrap();
    // A command that does not read its input may close it early.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub(crate) fn run(dir: &Path, args: &[&str]) -> Output {
    run_with_input(dir, args, b"")
}

/// A folder with these fixtures in it.
pub(crate) fn folder(fixtures: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in fixtures {
        let target = dir.path().join(Path::new(name).file_name().unwrap());
        fs::copy(testdata().join(name), target).unwrap();
    }
    dir
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
pub(crate) fn assert_code(output: &Output, code: i32) {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (shown(&output.stdout), shown(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "\n--- standard output\n{out}\n--- standard error\n{err}");
}

pub(crate) fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}
