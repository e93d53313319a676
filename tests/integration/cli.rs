//! The command as a user runs it: files, exit codes, reports.

use std::fs;

use serde_json::Value;

use crate::command::{assert_code, folder, lines, names, pushpix, run, run_with_input};
use crate::pictures::{Seen, fixture, testdata};

#[test]
fn the_main_job_writes_a_banner_beside_the_others() {
    let dir = folder(&["photo.jpg"]);
    let output = run(dir.path(), &["adapt", "--spec", "oppo/large-image", "photo.jpg"]);
    assert_code(&output, 0);
    assert_eq!(names(dir.path()), ["photo.jpg", "photo.oppo-large-image.jpg"]);
    let bytes = fs::read(dir.path().join("photo.oppo-large-image.jpg")).unwrap();
    assert_eq!(Seen::of(&bytes).size(), (984, 369));
    assert!(bytes.len() <= 1_048_576);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.starts_with("photo.oppo-large-image.jpg: 2400x1600 jpeg -> 554x369 in 984x369"), "{report}");
    assert!(output.stderr.is_empty());
}

#[test]
fn json_says_what_the_files_are() {
    let dir = folder(&["photo.jpg", "logo.png"]);
    let args = ["adapt", "--json", "--spec", "oppo", "--spec", "xiaomi/large-icon", "--out-dir", "out/deep"];
    let output = run(dir.path(), &[&args[..], &["photo.jpg", "logo.png"]].concat());
    assert_code(&output, 0);
    let answers = lines(&output.stdout);
    assert_eq!(answers.len(), 6);
    for answer in &answers {
        assert_eq!(answer["ok"], true);
        let path = dir.path().join(answer["output"].as_str().unwrap());
        let bytes = fs::read(path).unwrap();
        let seen = Seen::of(&bytes);
        assert_eq!(answer["bytes"], bytes.len());
        assert_eq!((answer["width"].clone(), answer["height"].clone()), (seen.width.into(), seen.height.into()));
        assert_eq!(answer["format"], seen.format.to_string());
        assert_eq!(answer["passthrough"], false);
        assert!(answer["attempts"].as_u64().unwrap() >= 1);
        let quality = if seen.format == pushpix::Format::Png { Value::Null } else { 93.0.into() };
        assert_eq!(answer["quality"], quality);
        assert_eq!(answer["chroma"].is_null(), quality.is_null());
    }
    let banner = &answers[0];
    assert_eq!(banner["input"], "photo.jpg");
    assert_eq!(banner["spec"], "oppo/large-image");
    assert_eq!(banner["max_bytes"], 1_048_576);
    assert_eq!(banner["placement"], serde_json::json!({"x": 215, "y": 0, "width": 554, "height": 369}));
    assert_eq!(banner["warnings"], serde_json::json!([]));
    assert_eq!(answers[2]["max_bytes"], 102_399, "a cap that is not allowed itself");
    assert_eq!(answers[2]["warnings"], serde_json::json!(["discontinued"]));
}

#[test]
fn the_first_keys_of_an_answer_come_in_a_fixed_order() {
    let dir = folder(&["1x1.png"]);
    let output = run(dir.path(), &["adapt", "--json", "--size", "8x4", "1x1.png"]);
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(
        line.starts_with(r#"{"ok":true,"input":"1x1.png","spec":"custom/8x4","output":"1x1.custom-8x4."#),
        "{line}"
    );
}

#[test]
fn one_failure_does_not_stop_the_others() {
    let dir = folder(&["photo.jpg", "bad/decode-truncated.jpg"]);
    let inputs = ["decode-truncated.jpg", "missing.jpg", "photo.jpg"];
    let output = run(dir.path(), &[&["adapt", "--json", "--spec", "oppo/large-icon"][..], &inputs].concat());
    assert_code(&output, 1);
    let answers = lines(&output.stdout);
    let kinds: Vec<Option<&str>> = answers.iter().map(|answer| answer["error"]["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("decode"), Some("io"), None]);
    assert_eq!(answers[0]["error"]["format"], "jpeg");
    assert_eq!(answers[1]["error"]["path"], "missing.jpg");
    assert_eq!(answers[1]["spec"], "oppo/large-icon");
    assert!(answers[0]["error"]["message"].as_str().unwrap().starts_with("broken jpeg"));
    assert!(dir.path().join("photo.oppo-large-icon.jpg").exists());

    // Without JSON, failures are told on standard error and the rest on standard output.
    let output = run(dir.path(), &[&["adapt", "--force", "--spec", "oppo/large-icon"][..], &inputs].concat());
    assert_code(&output, 1);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 2);
}

#[test]
fn an_error_carries_its_figures() {
    let dir = folder(&["photo.jpg"]);
    let error = |args: &[&str]| {
        let output = run(dir.path(), &[&["adapt", "--json", "photo.jpg"], args].concat());
        assert_code(&output, 1);
        lines(&output.stdout)[0]["error"].clone()
    };
    let over = error(&["--size", "300x200", "--max-bytes", "100", "--effort", "fast"]);
    assert_eq!((&over["kind"], &over["max_bytes"]), (&"over_budget".into(), &100.into()));
    assert!(over["smallest"].as_u64().unwrap() > 100 && over["attempts"].as_u64().unwrap() >= 2);
    let limit = error(&["--spec", "oppo/large-icon", "--max-pixels", "1000"]);
    let expected = ("limit".into(), "input_pixels".into(), 3_840_000.into(), 1000.into());
    let got = (limit["kind"].clone(), limit["what"].clone(), limit["value"].clone(), limit["limit"].clone());
    assert_eq!(got, expected);
    let long = error(&["--spec", "oppo/large-icon", "--max-input", "1kB"]);
    assert_eq!((&long["kind"], &long["what"]), (&"limit".into(), &"input_bytes".into()));
    let spec = error(&["--spec", "vivo/large-icon"]);
    assert_eq!((&spec["kind"], &spec["problem"]), (&"spec".into(), &"not_adaptable".into()));
    assert_eq!(spec["id"], "vivo/large-icon");
}

#[test]
fn wrong_usage_is_code_2_and_does_nothing() {
    let dir = folder(&["photo.jpg", "logo.png"]);
    fs::create_dir(dir.path().join("sub")).unwrap();
    fs::copy(testdata().join("logo.png"), dir.path().join("sub/photo.png")).unwrap();
    fs::write(dir.path().join("bad.toml"), "[[spec]]\nid = \"a/b\"\nwidht = 3\n").unwrap();
    let before = names(dir.path());
    for (args, word) in [
        (&["adapt", "photo.jpg"][..], "--spec"),
        (&["adapt", "--spec", "oppo"], "INPUT"),
        (&["adapt", "--spec", "opo/large-image", "photo.jpg"], "oppo/large-image"),
        (&["adapt", "--spec", "vivo", "photo.jpg"], "vivo"),
        (&["adapt", "--size", "0x5", "photo.jpg"], "WIDTHxHEIGHT"),
        (&["adapt", "--size", "9x5", "--max-bytes", "40KB", "photo.jpg"], "KiB"),
        (&["adapt", "--spec", "oppo", "--max-bytes", "40kB", "photo.jpg"], "--size"),
        (&["adapt", "--spec", "oppo", "--background", "octarine", "photo.jpg"], "#rrggbb"),
        (&["adapt", "--spec", "oppo", "--effort", "none", "photo.jpg"], "balanced"),
        (&["adapt", "--spec", "oppo", "--format", "gif", "photo.jpg"], "auto, jpeg or png"),
        (&["adapt", "--spec", "oppo", "--min-quality", "90", "--max-quality", "20", "photo.jpg"], "lies above"),
        (
            &["adapt", "--spec", "oppo/large-image", "--output", "x.jpg", "photo.jpg", "logo.png"],
            "one input and one spec",
        ),
        (&["adapt", "--spec", "oppo", "--output", "x.jpg", "photo.jpg"], "one input and one spec"),
        (&["adapt", "--spec", "oppo", "--output", "x.jpg", "--out-dir", "y", "photo.jpg"], "cannot be used with"),
        (&["adapt", "--spec", "oppo", "photo.jpg", "sub/photo.png"], "the same file"),
        (&["adapt", "--spec", "oppo", "photo.jpg", "photo.jpg"], "the same file"),
        (&["adapt", "--spec", "oppo", "-", "-"], "once"),
        (&["adapt", "--specs-file", "bad.toml", "--spec", "a/b", "photo.jpg"], "line 3"),
        (&["adapt", "--specs-file", "none.toml", "--spec", "a/b", "photo.jpg"], "none.toml"),
        (&["specs", "nokia"], "nokia"),
        (&["stream", "--jobs", "0"], "jobs"),
        (&["frobnicate"], "frobnicate"),
    ] {
        let output = run(dir.path(), args);
        assert_code(&output, 2);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(word), "{args:?} told: {told}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
    assert_eq!(names(dir.path()), before);
}

#[test]
fn existing_files_stay_unless_forced() {
    let dir = folder(&["photo.jpg"]);
    let args = ["adapt", "--spec", "oppo/large-icon", "photo.jpg"];
    let output = dir.path().join("photo.oppo-large-icon.jpg");
    fs::write(&output, "precious").unwrap();
    let refused = run(dir.path(), &args);
    assert_code(&refused, 1);
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--force"));
    assert_eq!(fs::read(&output).unwrap(), b"precious");
    assert_eq!(names(dir.path()).len(), 2, "no temporary file is left");

    assert_code(&run(dir.path(), &[&args[..], &["--force"]].concat()), 0);
    let first = fs::read(&output).unwrap();
    assert_eq!(Seen::of(&first).size(), (144, 144));
    assert_code(&run(dir.path(), &[&args[..], &["--force"]].concat()), 0);
    assert!(fs::read(&output).unwrap() == first, "two runs give the same bytes");
    assert_eq!(names(dir.path()).len(), 2, "no temporary file is left");
}

#[test]
fn a_file_of_the_other_format_is_in_the_way_too() {
    let dir = folder(&["photo.jpg"]);
    fs::write(dir.path().join("photo.oppo-large-icon.png"), "precious").unwrap();
    let refused = run(dir.path(), &["adapt", "--json", "--spec", "oppo/large-icon", "photo.jpg"]);
    assert_code(&refused, 1);
    assert_eq!(lines(&refused.stdout)[0]["error"]["path"], "photo.oppo-large-icon.png");
    assert_eq!(names(dir.path()).len(), 2);
}

#[test]
fn specs_that_would_share_a_file_are_refused() {
    let dir = folder(&["photo.jpg"]);
    let row = |id: &str| format!("[[spec]]\nid = \"{id}\"\ncanvas = \"9x9\"\nrule = \"exact\"\nformats = [\"png\"]\n");
    fs::write(dir.path().join("own.toml"), row("x-y/z") + &row("x/y-z")).unwrap();
    let args = ["adapt", "--specs-file", "own.toml", "--spec", "x-y/z", "--spec", "x/y-z", "photo.jpg"];
    assert_code(&run(dir.path(), &args), 2);
    assert_code(&run(dir.path(), &[&["batch", "--out-dir", "."], &args[1..]].concat()), 2);
    assert_eq!(names(dir.path()).len(), 2);
}

#[test]
fn nobody_reading_the_reports_does_not_stop_the_work() {
    let dir = folder(&["photo.jpg"]);
    let mut child = pushpix(dir.path(), &["adapt", "--effort", "fast", "--spec", "oppo", "photo.jpg"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(names(dir.path()).len(), 3);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to_and_stays() {
    use std::os::unix::fs::FileTypeExt;
    let dir = folder(&["1x1.png"]);
    let args = ["adapt", "--size", "9x9", "--force", "--output", "/dev/null", "1x1.png"];
    assert_code(&run(dir.path(), &args), 0);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn a_failure_leaves_no_file() {
    let dir = folder(&["photo.jpg"]);
    let args = ["adapt", "--size", "300x200", "--max-bytes", "100", "--output", "out/x.jpg", "photo.jpg"];
    assert_code(&run(dir.path(), &args), 1);
    assert_eq!(names(dir.path()), ["photo.jpg"]);
    // A file stands where the folder should be.
    let output = run(dir.path(), &["adapt", "--spec", "oppo/large-icon", "--out-dir", "photo.jpg/sub", "photo.jpg"]);
    assert_code(&output, 1);
    assert_eq!(names(dir.path()), ["photo.jpg"]);
}

#[cfg(unix)]
#[test]
fn outputs_have_ordinary_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder(&["1x1.png"]);
    assert_code(&run(dir.path(), &["adapt", "--size", "9x9", "--output", "x.png", "1x1.png"]), 0);
    fs::write(dir.path().join("plain"), "").unwrap();
    let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("x.png"), mode("plain"));
}

#[test]
fn standard_input_and_output_can_be_piped() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["adapt", "--json", "--spec", "oppo/large-icon", "--output", "-", "-"];
    let output = run_with_input(dir.path(), &args, &fixture("logo.png"));
    assert_code(&output, 0);
    let answer = &lines(&output.stderr)[0];
    assert_eq!((&answer["input"], &answer["output"]), (&"-".into(), &"-".into()));
    assert_eq!(answer["bytes"], output.stdout.len());
    assert_eq!(Seen::of(&output.stdout).size(), (144, 144));

    let output = run_with_input(dir.path(), &["adapt", "--spec", "oppo/large-icon", "-"], &fixture("logo.png"));
    assert_code(&output, 0);
    assert_eq!(names(dir.path()), ["stdin.oppo-large-icon.png"]);
}

#[test]
fn a_dry_run_prints_the_plan_and_writes_nothing() {
    let dir = folder(&["photo.jpg", "bad/unsupported-gif.jpg"]);
    let before = names(dir.path());
    let output = run(dir.path(), &["adapt", "--dry-run", "--spec", "oppo", "photo.jpg"]);
    assert_code(&output, 0);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("554x369 at 215,0 in 984x369") && told.contains("144x96 at 0,24 in 144x144"), "{told}");
    let output = run(dir.path(), &["adapt", "--dry-run", "--json", "--spec", "oppo/large-image", "photo.jpg"]);
    let plan = &lines(&output.stdout)[0];
    assert_eq!((&plan["dry_run"], &plan["width"], &plan["max_bytes"]), (&true.into(), &984.into(), &1_048_576.into()));
    assert_code(&run(dir.path(), &["adapt", "--dry-run", "--spec", "oppo", "unsupported-gif.jpg"]), 1);
    assert_eq!(names(dir.path()), before);
}

#[test]
fn options_reach_the_library() {
    let dir = folder(&["orientation-1.png", "photo.jpg"]);
    fs::write(
        dir.path().join("own.toml"),
        "[[spec]]\nid = \"kiosk/poster\"\ncanvas = \"200x100\"\nrule = \"exact\"\nformats = [\"jpeg\", \"png\"]\n",
    )
    .unwrap();
    let own = ["adapt", "--specs-file", "own.toml", "--spec", "kiosk", "--no-upscale", "--format", "png"];
    let rest = ["--background", "#102030", "--output", "out.bin", "orientation-1.png"];
    assert_code(&run(dir.path(), &[&own[..], &rest].concat()), 0);
    let seen = Seen::of(&fs::read(dir.path().join("out.bin")).unwrap());
    assert_eq!(seen.format, pushpix::Format::Png);
    assert_eq!((seen.at(51, 50), seen.at(52, 18)), ([16, 32, 48, 255], [220, 40, 40, 255]));

    let pinned = ["adapt", "--json", "--size", "90x60", "--max-quality", "33", "photo.jpg"];
    let answer = &lines(&run(dir.path(), &pinned).stdout)[0];
    assert_eq!((&answer["quality"], &answer["chroma"]), (&33.0.into(), &"4:2:0".into()));
    let quiet = run(dir.path(), &["adapt", "--quiet", "--force", "--size", "90x60", "photo.jpg"]);
    assert_code(&quiet, 0);
    assert!(quiet.stdout.is_empty() && quiet.stderr.is_empty());
    let both = ["adapt", "--quiet", "--json", "--force", "--size", "90x60", "photo.jpg", "missing.jpg"];
    let answers = lines(&run(dir.path(), &both).stdout);
    assert_eq!((answers.len(), &answers[0]["input"]), (1, &"missing.jpg".into()), "failures only");
}

#[test]
fn specs_lists_every_row() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["specs", "--json"]);
    assert_code(&output, 0);
    let rows = lines(&output.stdout);
    assert_eq!(rows.len(), 37);
    let banner = rows.iter().find(|row| row["id"] == "oppo/large-image").unwrap();
    assert_eq!((&banner["width"], &banner["height"]), (&984.into(), &369.into()));
    assert_eq!((&banner["max_bytes"], &banner["inclusive"]), (&1_048_576.into(), &true.into()));
    let table = String::from_utf8(run(dir.path(), &["specs"]).stdout).unwrap();
    assert_eq!(table.lines().count(), 38);
    let details = String::from_utf8(run(dir.path(), &["specs", "hmos/large-icon"]).stdout).unwrap();
    assert!(details.contains("12544") && details.contains("source"), "{details}");
}

#[test]
fn probe_tells_what_files_are() {
    let dir = folder(&["orientation-6.jpg", "palette-trns.png", "bad/unsupported-gif.jpg"]);
    let output = run(dir.path(), &["probe", "--json", "orientation-6.jpg", "palette-trns.png"]);
    assert_code(&output, 0);
    let seen = lines(&output.stdout);
    assert_eq!((&seen[0]["width"], &seen[0]["height"], &seen[0]["stored_width"]), (&96.into(), &64.into(), &64.into()));
    assert_eq!((&seen[1]["colour"], &seen[1]["has_alpha"]), (&"palette".into(), &true.into()));
    let output = run(dir.path(), &["probe", "unsupported-gif.jpg", "orientation-6.jpg"]);
    assert_code(&output, 1);
    assert!(String::from_utf8(output.stdout).unwrap().contains("96x64 jpeg, ycbcr 8-bit, orientation 6"));
}

#[test]
fn verify_prints_a_table_and_fails_where_a_file_does_not_comply() {
    let dir = folder(&["icon-144.jpg", "icon-144-orientation.jpg", "bad/decode-truncated.jpg"]);
    let before = names(dir.path());
    assert_code(&run(dir.path(), &["verify", "--spec", "oppo/large-icon", "icon-144.jpg"]), 0);
    fs::copy(dir.path().join("icon-144.jpg"), dir.path().join("named.png")).unwrap();
    let inputs = ["icon-144.jpg", "icon-144-orientation.jpg", "decode-truncated.jpg", "named.png", "missing.jpg"];
    let output = run(dir.path(), &[&["verify", "--spec", "oppo/large-icon"][..], &inputs].concat());
    assert_code(&output, 1);
    let table = String::from_utf8(output.stdout).unwrap();
    let cells =
        |line: &str| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = table.lines().skip(1).map(cells).collect();
    let verdicts: Vec<[&str; 2]> = rows.iter().map(|row| [row[0].as_str(), row[2].as_str()]).collect();
    let expected = [
        ["icon-144.jpg", "complies"],
        ["icon-144-orientation.jpg", "orientation"],
        ["decode-truncated.jpg", "size"],
        ["decode-truncated.jpg", "unreadable"],
        ["named.png", "name"],
        ["missing.jpg", "unread"],
    ];
    assert_eq!(verdicts, expected, "{table}");
    assert_code(&run(dir.path(), &["verify", "icon-144.jpg"]), 2);
    fs::remove_file(dir.path().join("named.png")).unwrap();
    assert_eq!(names(dir.path()), before, "nothing is written");
}

#[test]
fn verify_says_in_json_what_was_found_and_what_is_allowed() {
    let dir = folder(&["icon-144.png", "icon-144-cmyk.jpg", "bad/unsupported-gif.jpg"]);
    let inputs = ["icon-144.png", "icon-144-cmyk.jpg", "unsupported-gif.jpg", "missing.jpg"];
    let output =
        run(dir.path(), &[&["verify", "--json", "--size", "144x100", "--max-bytes", "8kB"][..], &inputs].concat());
    assert_code(&output, 1);
    let answers = lines(&output.stdout);
    assert_eq!(answers[0]["ok"], false);
    assert_eq!((&answers[0]["format"], &answers[0]["width"]), (&"png".into(), &144.into()));
    let size = serde_json::json!({
        "kind": "size", "message": "its size is 144x144, and exact 144x100 is taken",
        "found": "144x144", "allowed": "144x100", "rule": "exact",
    });
    assert_eq!(answers[0]["violations"][0], size);
    let bytes = &answers[0]["violations"][1];
    assert_eq!((&bytes["kind"], &bytes["found"], &bytes["allowed"]), (&"bytes".into(), &9090.into(), &8000.into()));
    assert_eq!(answers[1]["violations"][1]["found"], "cmyk");
    assert_eq!(answers[2]["violations"][0]["error"]["kind"], "unsupported");
    assert_eq!(answers[3]["error"]["kind"], "io");
    let piped = run_with_input(dir.path(), &["verify", "--size", "144x144", "-"], &fixture("icon-144.png"));
    assert_code(&piped, 0);
    assert_code(&run(dir.path(), &["verify", "--size", "144x144", "-", "-"]), 2);
}

#[test]
fn broken_files_and_metadata_are_taken_if_asked_for() {
    let dir = folder(&["bad/decode-cut-60-percent.jpg", "icon-144-exif.jpg"]);
    let adapt = |options: &[&str], input| {
        run(dir.path(), &[&["adapt", "--json", "--force", "--size", "64x48"], options, &[input]].concat())
    };
    let cut = "decode-cut-60-percent.jpg";
    assert_code(&adapt(&[], cut), 1);
    let lenient = adapt(&["--lenient"], cut);
    assert_code(&lenient, 0);
    assert_eq!(lines(&lenient.stdout)[0]["warnings"], serde_json::json!(["damaged"]));
    let has_metadata = |options: &[&str]| {
        let output = adapt(options, "icon-144-exif.jpg");
        let file = lines(&output.stdout)[0]["output"].as_str().unwrap().to_owned();
        pushpix::probe(&fs::read(dir.path().join(file)).unwrap()).unwrap().has_metadata
    };
    assert!(!has_metadata(&[]) && has_metadata(&["--keep-metadata"]));
}

#[test]
fn help_and_version_are_there() {
    let dir = tempfile::tempdir().unwrap();
    assert_code(&run(dir.path(), &["--help"]), 0);
    let version = run(dir.path(), &["--version"]);
    assert_eq!(version.stdout, format!("pushpix {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
}
