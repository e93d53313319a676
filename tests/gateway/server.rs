//! The program under test: started on a free port with a folder of its own, and ended with the test.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The key that every test calls with, and one more.
pub(crate) const KEY: &str = "app:secret";
pub(crate) const OTHER_KEY: &str = "other:word";

/// A running gateway.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Gateway {
    /// Starts one in this folder.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::spawn(command(data).args(arguments))
    }

    /// Starts one by this command line, and the keys of all tests.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self::spawn_as_it_is(command.args(["--key", KEY, "--key", OTHER_KEY]))
    }

    /// Starts one by this command line.
    pub(crate) fn spawn_as_it_is(command: &mut Command) -> Self {
        let mut child = command.args(["--log", "warn"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("it printed {line:?}"));
        Self { address: address.trim_end().parse().unwrap(), child }
    }

    /// Starts one in a folder that is deleted with what is returned.
    pub(crate) fn fresh(arguments: &[&str]) -> (Self, TempDir) {
        let data = tempfile::tempdir().unwrap();
        (Self::start(data.path(), arguments), data)
    }

    /// Ends it as a crash of the program would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a service manager does.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for its end, and returns what else it has printed.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.child.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }

    /// The most memory that it has had so far, in bytes; `None` where the system does not tell.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().unwrap() * 1024)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended already, as the test wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program on a free port.
pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).env_remove("GATEWAY_KEYS");
    command
}

/// Where cargo puts the example. It is built with the tests unless they are asked for by name.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let this = std::env::current_exe().unwrap();
        let program = this.parent().unwrap().with_file_name("examples").join("gateway");
        let program = program.with_extension(std::env::consts::EXE_EXTENSION);
        assert!(is_fresh(&program).unwrap_or(false), "first: cargo build --all-features --example gateway");
        program
    })
}

/// Whether the program is as new as all that it was made of, which cargo lists beside it.
fn is_fresh(program: &Path) -> std::io::Result<bool> {
    let built = program.metadata()?.modified()?;
    let list = std::fs::read_to_string(program.with_extension("d"))?;
    let sources = list.split_once(": ").map_or("", |(_, sources)| sources).split_whitespace();
    sources
        .map(|source| Ok(Path::new(source).metadata()?.modified()? <= built))
        .try_fold(true, |all, one| one.map(|one: bool| all && one))
}
