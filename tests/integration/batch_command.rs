//! `pushpix batch` as a user runs it: trees, reports, and runs that end early.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use pushpix::{Adapter, Spec};
use serde_json::Value;

use crate::command::{assert_code, lines, names, pushpix, run, run_with_input};
use crate::pictures::{fixture, testdata};

/// A folder with these files, each with its path and content.
fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    dir
}

/// Every file below a folder, by its path, with its content.
fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn paths(dir: &Path) -> Vec<String> {
    contents(dir).into_keys().collect()
}

fn report(dir: &Path) -> Vec<Value> {
    lines(&fs::read(dir.join("report.jsonl")).unwrap())
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The spec that is meant by `--size 20x10`.
const SIZE: [&str; 2] = ["--size", "20x10"];

#[test]
fn the_tree_below_a_folder_is_mirrored() {
    let (jpeg, png) = (fixture("444.jpg"), fixture("palette-trns.png"));
    let dir = tree(&[
        ("in/a.jpg", &jpeg),
        ("in/a.txt", b"a note beside it"),
        ("in/sub/b.PNG", &png),
        ("in/sub/deep/without extension", &jpeg),
        ("in/sub/deep/empty", b""),
        ("in/fake.jpeg", b"GIF89a"),
        ("c.jpg", &png),
    ]);
    let args = ["batch", "in", "c.jpg", "--out-dir", "out", "--report", "report.jsonl", "--spec", "oppo/large-icon"];
    let output = run(dir.path(), &[&args[..], &SIZE].concat());
    assert_code(&output, 1);
    let made = contents(&dir.path().join("out"));
    let expected = [
        "a.custom-20x10.png",
        "a.oppo-large-icon.jpg",
        "c.custom-20x10.png",
        "c.oppo-large-icon.png",
        "sub/b.custom-20x10.png",
        "sub/b.oppo-large-icon.png",
        "sub/deep/without extension.custom-20x10.png",
        "sub/deep/without extension.oppo-large-icon.jpg",
    ];
    let stems = |names: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
        names.map(|name| name.rsplit_once('.').unwrap().0.to_owned()).collect()
    };
    assert_eq!(stems(&mut made.keys().map(String::as_str)), stems(&mut expected.into_iter()));
    let icon = Spec::builtin("oppo/large-icon").unwrap();
    let alone = Adapter::new().adapt(&png, icon).unwrap();
    assert!(made["sub/b.oppo-large-icon.png"] == alone.bytes, "the same bytes as alone");

    let (good, bad): (Vec<_>, Vec<_>) = report(dir.path()).into_iter().partition(|line| line["ok"] == true);
    assert_eq!((good.len(), bad.len()), (8, 2));
    for line in &good {
        let written = fs::read(dir.path().join(line["output"].as_str().unwrap())).unwrap();
        assert_eq!(line["bytes"], written.len());
        assert_eq!(line["input_bytes"], fs::metadata(dir.path().join(line["input"].as_str().unwrap())).unwrap().len());
    }
    for line in &bad {
        assert_eq!((&line["input"], &line["error"]["kind"]), (&"in/fake.jpeg".into(), &"unsupported".into()));
    }
    assert_eq!(said(&output.stderr).matches("in/fake.jpeg").count(), 2);
    let summary = said(&output.stdout);
    let row = |spec: &str| {
        let row = summary.lines().find(|line| line.starts_with(spec)).unwrap();
        row.split_whitespace().skip(1).take(3).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("oppo/large-icon"), ["4", "0", "1"], "{summary}");
    assert_eq!(row("custom/20x10"), ["4", "0", "1"], "{summary}");
    assert!(summary.contains("failed: unsupported 2\n"), "{summary}");
    assert!(summary.contains("passed over, neither JPEG nor PNG: 2\n"), "{summary}");
}

#[test]
fn of_a_thousand_files_the_two_hundred_broken_ones_fail() {
    let dir = tempfile::tempdir().unwrap();
    let (good, bad) = (fixture("1x1.png"), fixture("bad/decode-truncated.png"));
    for index in 0..1000 {
        let folder = dir.path().join(format!("in/{}", index % 7));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{index}.png")), if index % 5 == 3 { &bad } else { &good }).unwrap();
    }
    let args = ["batch", "in", "--out-dir", "out", "--report", "report.jsonl", "--jobs", "3", "--effort", "fast"];
    let output = run(dir.path(), &[&args[..], &SIZE].concat());
    assert_code(&output, 1);
    assert_eq!(paths(&dir.path().join("out")).len(), 800);
    let failed = |line: &&Value| line["ok"] == false && line["error"]["kind"] == "decode";
    assert_eq!(report(dir.path()).iter().filter(failed).count(), 200);
    assert_eq!(said(&output.stderr).lines().count(), 200);
}

#[test]
fn outputs_that_would_be_one_file_are_refused_before_any_work() {
    let picture = fixture("1x1.png");
    let dir = tree(&[("in/a.png", &picture), ("in/a.jpg", &fixture("1x1.jpg")), ("in/b/a.png", &picture)]);
    let args = ["batch", "in", "--out-dir", "out", "--report", "report.jsonl", "--size", "9x9"];
    let output = run(dir.path(), &args);
    assert_code(&output, 2);
    assert!(said(&output.stderr).contains("in/a.jpg and in/a.png"), "{}", said(&output.stderr));
    assert_eq!(names(dir.path()), ["in"]);
    assert_code(&run(dir.path(), &[&args[..], &["--full-names"]].concat()), 0);
    let made = ["a.jpg.custom-9x9.png", "a.png.custom-9x9.png", "b/a.png.custom-9x9.png"];
    assert_eq!(paths(&dir.path().join("out")), made);
    // Two trees whose files have one name.
    let dir = tree(&[("x/a.png", &picture), ("y/a.png", &picture)]);
    assert_code(&run(dir.path(), &["batch", "x", "y", "--out-dir", "out", "--size", "9x9"]), 2);
    // A folder that is written to is not read.
    assert_code(&run(dir.path(), &["batch", "x", "--out-dir", "x", "--size", "9x9"]), 2);
    assert_code(&run(dir.path(), &["batch", ".", "--out-dir", "x/out", "--size", "9x9"]), 0);
    assert_code(&run(dir.path(), &["batch", ".", "--out-dir", "x/out", "--size", "9x9", "--force"]), 0);
    assert_eq!(paths(&dir.path().join("x/out")), ["x/a.custom-9x9.png", "y/a.custom-9x9.png"]);
}

#[test]
fn pictures_are_named_by_patterns_and_lists_too() {
    let picture = fixture("1x1.png");
    let files = ["photos/a.png", "photos/b.png", "photos/x/c.png", "photos/x/d.jpg", "photos/e.txt", "z.png"];
    let content = |name: &str| if name.ends_with("txt") { b"a note" } else { &picture[..] };
    let dir = tree(&files.map(|name| (name, content(name))));
    let made = |inputs: &[&str], stdin: &[u8]| {
        let args = [&["batch", "--out-dir", "out", "--quiet", "--size", "9x9"], inputs].concat();
        let output = run_with_input(dir.path(), &args, stdin);
        assert_code(&output, 0);
        assert!(output.stdout.is_empty() && output.stderr.is_empty());
        let made = paths(&dir.path().join("out"));
        fs::remove_dir_all(dir.path().join("out")).unwrap();
        made.into_iter().map(|name| name.replace(".custom-9x9.png", "")).collect::<Vec<_>>()
    };
    assert_eq!(made(&["photos/**/*.png"], b""), ["a", "b", "x/c"]);
    assert_eq!(made(&["photos/?.*", "z.png"], b""), ["a", "b", "z"], "a note is no picture");
    assert_eq!(made(&["./photos/*.png"], b""), ["a", "b"]);
    assert_eq!(made(&["./*.png"], b""), ["z"]);
    assert_eq!(made(&["photos/../photos/x/*.png", "photos/x/.."], b""), ["a", "b", "c", "x/c", "x/d"]);
    assert_eq!(made(&["photos"], b""), ["a", "b", "x/c", "x/d"], "by content, whatever the name");
    assert_eq!(made(&["--files-from", "-"], b"photos/x/c.png\n\n./z.png\n"), ["photos/x/c", "z"]);
    assert_eq!(made(&["--files-from", "-", "--null"], b"photos/a.png\0z.png\0"), ["photos/a", "z"]);
    assert_eq!(made(&["--files-from", "-"], b"photos/a.png\r\nz.png\r\n"), ["photos/a", "z"]);
    fs::write(dir.path().join("list"), "photos/b.png").unwrap();
    assert_eq!(made(&["--files-from", "list", "photos/x"], b""), ["c", "d", "photos/b"]);
    for nothing in [&["none*.png"][..], &["--files-from", "none"], &[]] {
        assert_code(&run(dir.path(), &[&["batch", "--out-dir", "out", "--size", "9x9"], nothing].concat()), 2);
    }
    let missing = run(dir.path(), &["batch", "none.png", "photos/x", "--out-dir", "out", "--size", "9x9"]);
    assert_code(&missing, 1);
    assert_eq!(paths(&dir.path().join("out")).len(), 2);

    // Where the outputs lie above the inputs, they are not mistaken for them; where they lie beside them, they could
    // be.
    assert_code(&run(dir.path(), &["batch", "photos/*.png", "--out-dir", ".", "--size", "9x9"]), 0);
    assert!(dir.path().join("a.custom-9x9.png").exists());
    assert_code(&run(dir.path(), &["batch", "photos/*.png", "--out-dir", "photos", "--size", "9x9"]), 2);
    assert_code(&run(dir.path(), &["batch", "photos/**/*.png", "--out-dir", "photos/x", "--size", "9x9"]), 0);
    assert_code(
        &run(dir.path(), &["batch", "photos/**/*.png", "--out-dir", "photos/x", "--size", "9x9", "--force"]),
        0,
    );
    assert!(!dir.path().join("photos/x/a.custom-9x9.custom-9x9.png").exists());
}

#[test]
fn whatever_a_file_is_called_its_outputs_lie_in_the_output_folder() {
    let picture = fixture("1x1.png");
    let names = ["in/..png", "in/...png", "in/.png", "in/x/..png", "in/x.png", "in/-.png", "in/x/a\nb.png"];
    let dir = tree(&names.map(|name| (name, &picture[..])));
    assert_code(&run(dir.path(), &["batch", "in", "--out-dir", "below/out", "--size", "9x9"]), 0);
    let made = ["...custom-9x9.png", "..custom-9x9.png", ".png.custom-9x9.png", "-.custom-9x9.png", "x.custom-9x9.png"];
    let deep = ["x/..custom-9x9.png", "x/a\nb.custom-9x9.png"];
    let expected: BTreeSet<String> = made.into_iter().chain(deep).map(str::to_owned).collect();
    assert_eq!(paths(&dir.path().join("below/out")).into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(paths(&dir.path().join("below")).len(), expected.len());
}

#[test]
fn no_input_and_no_other_file_is_replaced() {
    let picture = fixture("1x1.png");
    let dir = tree(&[("in/in/a.png", &picture), ("in/a.custom-9x9.jpg", &picture), ("mine.jpg", &picture)]);
    let args = ["batch", "in", "--out-dir", ".", "--size", "9x9", "--force"];
    let output = run(dir.path(), &args);
    assert_code(&output, 2);
    assert!(said(&output.stderr).contains("which is an input"), "{}", said(&output.stderr));
    for way in ["--resume", "--force"] {
        let args = ["batch", "in/in", "--out-dir", "out", "--size", "9x9", "--report", "mine.jpg", way];
        assert_code(&run(dir.path(), &args), 2);
    }
    assert_eq!(fs::read(dir.path().join("mine.jpg")).unwrap(), picture);
}

#[cfg(unix)]
#[test]
fn pipes_are_read_only_where_they_are_named() {
    let dir = tree(&[("in/a.png", &fixture("1x1.png"))]);
    for name in ["in/p.jpg", "in/q"] {
        let made = std::process::Command::new("mkfifo").arg(dir.path().join(name)).status().unwrap();
        assert!(made.success());
    }
    for inputs in ["in", "in/*"] {
        let output = run(dir.path(), &["batch", inputs, "--out-dir", "out", "--size", "9x9", "--force"]);
        assert_code(&output, 1);
        assert!(said(&output.stderr).contains("in/p.jpg, custom/9x9: file in/p.jpg: it is a pipe"));
        assert!(said(&output.stdout).contains("passed over, neither JPEG nor PNG: 1\n"));
    }
}

#[test]
fn nothing_that_exists_is_replaced_without_being_asked_to() {
    let dir = tree(&[("in/a.png", &fixture("1x1.png")), ("in/b.png", &fixture("1x1.png"))]);
    let args = ["batch", "in", "--out-dir", "out", "--report", "report.jsonl", "--size", "9x9"];
    fs::create_dir(dir.path().join("out")).unwrap();
    let mine = dir.path().join("out/a.custom-9x9.jpg");
    fs::write(&mine, "mine").unwrap();
    assert_code(&run(dir.path(), &args), 1);
    assert_eq!(paths(&dir.path().join("out")), ["a.custom-9x9.jpg", "b.custom-9x9.png"]);
    assert_eq!(fs::read(&mine).unwrap(), b"mine");
    let before = fs::read(dir.path().join("report.jsonl")).unwrap();
    assert_code(&run(dir.path(), &args), 2);
    assert_eq!(fs::read(dir.path().join("report.jsonl")).unwrap(), before);
    assert_code(&run(dir.path(), &[&args[..], &["--force"]].concat()), 0);
    assert_eq!(report(dir.path()).iter().filter(|line| line["ok"] == true).count(), 2);
}

#[test]
fn what_cannot_be_written_is_told_and_leaves_no_half_file() {
    let dir = tree(&[("in/a.png", &fixture("1x1.png")), ("in/sub/b.png", &fixture("1x1.png")), ("file", b"")]);
    let args = |out| ["batch", "in", "--size", "9x9", "--out-dir", out];
    let output = run(dir.path(), &args("file/out"));
    assert_code(&output, 2);
    assert!(said(&output.stderr).contains("the output folder file/out"), "{}", said(&output.stderr));
    // A file stands where a folder must be.
    fs::create_dir(dir.path().join("out")).unwrap();
    fs::write(dir.path().join("out/sub"), "").unwrap();
    let output = run(dir.path(), &args("out"));
    assert_code(&output, 1);
    assert!(said(&output.stderr).contains("out/sub"), "{}", said(&output.stderr));
    assert_eq!(paths(&dir.path().join("out")), ["a.custom-9x9.png", "sub"]);
    let output = run(dir.path(), &[&args("new")[..], &["--report", "file/report.jsonl"]].concat());
    assert_code(&output, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_a_clear_error() {
    let dir = tree(&[("in/a.png", &fixture("1x1.png")), ("in/b.jpg", &fixture("photo.jpg"))]);
    let args = ["batch", "in", "--size", "600x600", "--out-dir", "out", "--force", "--report", "/dev/full"];
    let output = run(dir.path(), &args);
    assert_code(&output, 1);
    assert!(said(&output.stderr).contains("the report /dev/full: No space left"), "{}", said(&output.stderr));

    let resumed = run(dir.path(), &[&args[..5], &["--out-dir", "out", "--resume", "--report", "/dev/full"]].concat());
    assert_code(&resumed, 2);

    // Files may not grow beyond 1 kB here: as on a full disk, writing fails half-way.
    let shell = "trap '' XFSZ; ulimit -f 1; exec \"$0\" batch in --size 600x600 --out-dir small";
    let output = std::process::Command::new("bash")
        .current_dir(dir.path())
        .args(["-c", shell, env!("CARGO_BIN_EXE_pushpix")])
        .output()
        .unwrap();
    assert_code(&output, 1);
    assert!(said(&output.stderr).contains("small/b.custom-600x600.jpg: File too large"), "{}", said(&output.stderr));
    assert!(paths(&dir.path().join("small")).iter().all(|name| name.starts_with("a.")));
}

#[test]
fn nobody_reading_the_summary_changes_nothing() {
    let dir = tree(&[("a.png", &fixture("1x1.png"))]);
    let args = ["batch", "a.png", "none.png", "--out-dir", "out", "--size", "9x9"];
    let mut child = pushpix(dir.path(), &args).spawn().unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(paths(&dir.path().join("out")), ["a.custom-9x9.png"]);
}

#[test]
fn time_that_is_out_is_an_error_of_its_own() {
    let dir = tree(&[("in/a.png", &fixture("logo.png"))]);
    let args = ["batch", "in", "--out-dir", "out", "--report", "report.jsonl", "--size", "9x9", "--deadline"];
    assert_code(&run(dir.path(), &[&args[..], &["0ms"]].concat()), 1);
    assert_eq!(report(dir.path())[0]["error"]["kind"], "deadline");
    assert_code(&run(dir.path(), &[&args[..], &["1.5s", "--resume"]].concat()), 0);
    for wrong in ["2", "-1s", "soon", "ms"] {
        assert_code(&run(dir.path(), &[&args[..], &[wrong]].concat()), 2);
    }
}

/// A folder of many pictures that take a while.
fn long_work() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("in/sub")).unwrap();
    for index in 0..40 {
        let folder = if index % 2 == 0 { "in" } else { "in/sub" };
        fs::copy(testdata().join("photo.jpg"), dir.path().join(format!("{folder}/{index}.jpg"))).unwrap();
    }
    dir
}

const LONG: [&str; 14] = [
    "batch",
    "in",
    "--out-dir",
    "out",
    "--report",
    "report.jsonl",
    "--effort",
    "fast",
    "--jobs",
    "2",
    "--size",
    "30x20",
    "--spec",
    "oppo/large-icon",
];

/// Starts the long work, and waits until some of it is done.
fn begun(dir: &Path) -> Child {
    let child = pushpix(dir, &LONG).spawn().unwrap();
    let begun = Instant::now();
    while fs::read_to_string(dir.join("report.jsonl")).map_or(0, |text| text.lines().count()) < 6 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is done");
        thread::sleep(Duration::from_millis(5));
    }
    child
}

/// What tells one file from another that has replaced it.
fn identities(dir: &Path) -> BTreeMap<String, u64> {
    let identity = |name: &String| {
        #[cfg(unix)]
        return std::os::unix::fs::MetadataExt::ino(&fs::metadata(dir.join("out").join(name)).unwrap());
        #[cfg(not(unix))]
        return 0;
    };
    paths(&dir.join("out")).into_iter().map(|name| (name.clone(), identity(&name))).collect()
}

/// Goes on with the work, and checks that all is as if it had never ended.
fn assert_goes_on(dir: &Path) {
    let vouched = |line: &Value| Path::new(line["output"].as_str().unwrap()).strip_prefix("out").unwrap().to_owned();
    let text = fs::read_to_string(dir.join("report.jsonl")).unwrap();
    let whole = &text[..text.rfind('\n').unwrap() + 1];
    let done: BTreeSet<PathBuf> = lines(whole.as_bytes()).iter().map(vouched).collect();
    let before = identities(dir);
    assert!(done.len() >= 3 && done.len() < 80, "{} of 80 are done: the work did not end half-way", done.len());

    assert_code(&run(dir, &[&LONG[..], &["--resume"]].concat()), 0);
    let after = identities(dir);
    for (name, identity) in before.iter().filter(|(name, _)| done.contains(Path::new(name))) {
        assert_eq!(after[name], *identity, "{name} was done again");
    }
    let reported = report(dir);
    assert_eq!(reported.len(), 80, "each once");
    assert_eq!(reported.iter().map(vouched).collect::<BTreeSet<_>>().len(), 80);

    let resumed = contents(&dir.join("out"));
    fs::remove_dir_all(dir.join("out")).unwrap();
    assert_code(&run(dir, &[&LONG[..], &["--force"]].concat()), 0);
    assert!(resumed == contents(&dir.join("out")), "the tree is that of a run that was never ended");
}

#[test]
fn a_run_that_was_killed_is_gone_on_with() {
    let dir = long_work();
    let mut child = begun(dir.path());
    child.kill().unwrap();
    child.wait().unwrap();
    // As if it had been killed a little later or earlier: a line cut short, a file without a line, half a file.
    let report = dir.path().join("report.jsonl");
    let mut text = fs::read_to_string(&report).unwrap();
    text.truncate(text.rfind('\n').unwrap() + 1);
    let last = text[..text.len() - 1].rfind('\n').unwrap() + 1;
    text.truncate(last + 40);
    fs::write(&report, &text).unwrap();
    let half = dir.path().join("out/sub/.pushpix-abc123.tmp");
    fs::create_dir_all(half.parent().unwrap()).unwrap();
    fs::write(&half, "half").unwrap();
    // Another program is still writing this one.
    let busy = fs::File::create(dir.path().join("out/.pushpix-def456.tmp")).unwrap();
    busy.lock().unwrap();
    let also_busy = dir.path().join("out/.pushpix-def456.tmp");
    assert_code(&run(dir.path(), &[&LONG[..], &["--resume"]].concat()), 0);
    assert!(!half.exists() && also_busy.exists());
    drop(busy);
    fs::remove_file(also_busy).unwrap();
    fs::write(&report, &text).unwrap();
    assert_goes_on(dir.path());
}

#[cfg(unix)]
#[test]
fn an_interrupt_lets_the_pictures_in_flight_finish() {
    let dir = long_work();
    let child = begun(dir.path());
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 130);
    assert!(said(&output.stdout).contains("oppo/large-icon"), "the summary: {}", said(&output.stdout));
    assert!(said(&output.stderr).contains("interrupted"), "{}", said(&output.stderr));
    let text = fs::read_to_string(dir.path().join("report.jsonl")).unwrap();
    assert!(text.ends_with('\n'));
    assert_eq!(report(dir.path()).len(), paths(&dir.path().join("out")).len(), "all that was begun was finished");
    assert_goes_on(dir.path());
}

#[test]
fn only_what_is_the_same_in_every_respect_stands() {
    let dir = tree(&[("in/a.png", &fixture("logo.png")), ("in/b.jpg", &fixture("444.jpg"))]);
    let args = ["batch", "in", "--out-dir", "out", "--report", "report.jsonl", "--resume", "--size", "30x20"];
    let done_again = |more: &[&str]| {
        let before = report(dir.path()).len();
        assert_code(&run(dir.path(), &[&args[..], more].concat()), 0);
        let again: Vec<Value> = report(dir.path()).split_off(before);
        again.iter().map(|line| line["input"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    fs::write(dir.path().join("report.jsonl"), "").unwrap();
    assert_eq!(done_again(&["--jobs", "1"]), ["in/a.png", "in/b.jpg"]);
    assert!(done_again(&["--jobs", "2", "--deadline", "9s", "--max-pixels", "9999999"]).is_empty());
    assert_eq!(done_again(&["--jobs", "1", "--effort", "fast"]), ["in/a.png", "in/b.jpg"]);
    assert_eq!(done_again(&["--jobs", "1", "--max-bytes", "9kB"]), ["in/a.png", "in/b.jpg"]);
    let output = |stem: &str| {
        let name = paths(&dir.path().join("out")).into_iter().find(|name| name.starts_with(stem)).unwrap();
        dir.path().join("out").join(name)
    };
    assert_eq!(done_again(&["--jobs", "1"]), Vec::<String>::new(), "what the first run vouches for is made once more");
    let mut changed = fs::read(output("a.")).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(output("a."), changed).unwrap();
    assert_eq!(done_again(&[]), ["in/a.png"]);
    fs::remove_file(output("b.")).unwrap();
    assert_eq!(done_again(&[]), ["in/b.jpg"]);
    fs::copy(testdata().join("422.jpg"), dir.path().join("in/b.jpg")).unwrap();
    assert_eq!(done_again(&[]), ["in/b.jpg"]);
    // Another format takes the place of the first one.
    assert_eq!(done_again(&["--format", "jpeg"]).len(), 2);
    assert_eq!(done_again(&["--format", "png"]).len(), 2);
    assert_eq!(paths(&dir.path().join("out")), ["a.custom-30x20.png", "b.custom-30x20.png"]);
    assert!(done_again(&["--format", "png"]).is_empty());
    assert!(!done_again(&[]).is_empty());

    let mut report = fs::OpenOptions::new().append(true).open(dir.path().join("report.jsonl")).unwrap();
    report.write_all(b"{\"ok\":true,\"input\":").unwrap();
    assert_code(&run(dir.path(), &args), 0);
    assert!(done_again(&[]).is_empty(), "the torn line is gone");
}
