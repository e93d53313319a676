//! Limits: each at every door that it concerns, with its figure, before anything is spent.

use pushpix::{Adapter, ByteSize, Error, Format, Limits, Measure, Size, Spec};

use crate::builders::{self, chunk, small_png};
use crate::doors::{self, fast, small};
use crate::measure::{MIB, Turn, turn};
use crate::pictures::{files, fixture, testdata};

/// The doors at which a file is refused by a limit, and what they say.
fn refusals(turn: &Turn, bytes: &[u8], limits: &Limits) -> Vec<(&'static str, (Measure, u64, u64))> {
    let (outcomes, taken) = turn.measured(|| doors::all(bytes, limits));
    assert!(taken.bytes < 64 * MIB, "{taken:?}");
    let limit = |outcome| match outcome {
        Err(Error::Limit { what, value, limit, .. }) => Some((what, value, limit)),
        _ => None,
    };
    outcomes.unwrap().into_iter().filter_map(|(door, outcome)| Some((door, limit(outcome)?))).collect()
}

const ALL: [&str; 8] =
    ["probe", "plan", "adapt", "verify", "adapt, leniently", "verify, leniently", "adapt_each", "batch"];
const DECODING: [&str; 6] = ["adapt", "verify", "adapt, leniently", "verify, leniently", "adapt_each", "batch"];
const PLANNED: [&str; 7] = ["plan", "adapt", "verify", "adapt, leniently", "verify, leniently", "adapt_each", "batch"];
const SCALING: [&str; 5] = ["plan", "adapt", "adapt, leniently", "adapt_each", "batch"];
const KEEPING: [&str; 2] = ["adapt, leniently", "adapt_each"];

#[test]
fn every_door_keeps_its_limits() {
    let turn = turn();
    let (icon, progressive, animated) = (fixture("icon-144.png"), fixture("progressive.jpg"), fixture("animated.png"));
    let exif = small_png(&[chunk(b"eXIf", &[b"MM\0*", &[0; 900][..]].concat())]);
    let len = icon.len() as u64;
    let one = ByteSize::new(1);
    let size = |len| ByteSize::new(len);
    let limits = Limits::default;
    let needed = |limits: &Limits, what| {
        let found = refusals(&turn, &icon, limits).into_iter().find(|(_, (found, ..))| *found == what).unwrap();
        found.1.1
    };
    // The memory of the picture and of the canvas, by what a byte is too little for.
    let decoded = needed(&limits().with_max_decoded(one), Measure::DecodedBytes);
    let canvas = needed(&limits().with_max_canvas(one), Measure::CanvasBytes);
    assert!((144 * 144 * 3..144 * 144 * 9).contains(&decoded), "{decoded}");
    assert!((24 * 16 * 24..24 * 16 * 24 + 144 * 144 * 20).contains(&canvas), "{canvas}");

    type Case<'a> = (&'a [u8], Limits, Measure, u64, &'a [&'a str]);
    let cases: [Case<'_>; 7] = [
        (&icon, limits().with_max_input(size(len - 1)), Measure::InputBytes, len, &ALL),
        (&icon, limits().with_max_pixels(144 * 144 - 1), Measure::InputPixels, 144 * 144, &ALL),
        (&animated, limits().with_max_frames(1), Measure::Frames, 2, &ALL),
        (&icon, limits().with_max_decoded(size(decoded - 1)), Measure::DecodedBytes, decoded, &PLANNED),
        (&icon, limits().with_max_canvas(size(canvas - 1)), Measure::CanvasBytes, canvas, &SCALING),
        (&progressive, limits().with_max_scans(9), Measure::Scans, 10, &DECODING),
        (&exif, limits().with_max_metadata(size(903)), Measure::MetadataBytes, 904, &KEEPING),
    ];
    for (bytes, limits, what, value, doors) in cases {
        let found = refusals(&turn, bytes, &limits);
        // Leniently a picture takes more, for an alpha channel.
        let strict: Vec<_> =
            found.iter().filter(|(door, _)| !door.contains("lenient") && *door != "adapt_each").collect();
        assert!(strict.iter().all(|(_, (found, ..))| *found == what), "{found:?}");
        assert!(strict.iter().all(|(_, refused)| *refused == (what, value, value - 1)), "{found:?}");
        assert_eq!(found.iter().map(|(door, _)| *door).collect::<Vec<_>>(), doors, "{what}");
    }
    // What is allowed is allowed.
    let exact = limits()
        .with_max_input(size(len))
        .with_max_pixels(144 * 144)
        .with_max_decoded(size(decoded + 144 * 144))
        .with_max_canvas(size(canvas));
    assert_eq!(refusals(&turn, &icon, &exact), []);
    assert_eq!(refusals(&turn, &animated, &limits().with_max_frames(2)), []);
    assert_eq!(refusals(&turn, &progressive, &limits().with_max_scans(10)), []);
    assert_eq!(refusals(&turn, &exif, &limits().with_max_metadata(size(904))), []);
}

#[test]
#[cfg(feature = "cli")]
fn the_command_keeps_its_limits() {
    let _turn = turn();
    use std::io::Write;
    use std::process::{Command, Stdio};

    let icon = testdata().join("icon-144.jpg").display().to_string();
    let dir = tempfile::tempdir().unwrap();
    let request = format!("{{\"input\":{},\"spec\":\"oppo/large-image\"}}\n", serde_json::Value::from(icon.as_str()));
    let spec = ["--spec", "oppo/large-image"];
    for (option, what) in [
        (["--max-input", "100"], "input_bytes"),
        (["--max-pixels", "100"], "input_pixels"),
        (["--max-decoded", "100"], "decoded_bytes"),
        (["--max-canvas", "100"], "canvas_bytes"),
    ] {
        for (command, args) in [
            ("adapt", [&spec[..], &["--json", "--force", &icon]].concat()),
            ("batch", [&spec[..], &["--report", "report", "--force", "--out-dir", "out", &icon]].concat()),
            ("verify", [&spec[..], &["--json", &icon]].concat()),
            ("stream", vec![]),
        ] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_pushpix"))
                .current_dir(dir.path())
                .arg(command)
                .args(option)
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let _ = child.stdin.take().unwrap().write_all(request.as_bytes());
            let mut said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
            if command == "batch" {
                said = std::fs::read_to_string(dir.path().join("report")).unwrap();
                std::fs::remove_file(dir.path().join("report")).unwrap();
            }
            let refused = said.contains("\"kind\":\"limit\"") && said.contains(&format!("\"what\":\"{what}\""));
            // To verify a file makes no canvas.
            assert_eq!(refused, (command, what) != ("verify", "canvas_bytes"), "{command} {option:?}: {said}");
        }
    }
}

#[test]
fn a_file_that_says_it_is_too_long_is_not_read() {
    let turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.jpg");
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let (read, taken) = turn.measured(|| pushpix::Input::Path(path).into_bytes(&Limits::default()));
    let refused = matches!(read.unwrap(), Err(Error::Limit { what: Measure::InputBytes, value: 0x100_0000_0000, .. }));
    assert!(refused && taken.bytes < MIB, "{taken:?}");
}

#[test]
fn every_bad_file_gives_the_error_of_its_name() {
    let _turn = turn();
    for path in files(&testdata().join("bad")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = name.split('-').next().unwrap();
        let error = fast(&Limits::default()).adapt(&std::fs::read(&path).unwrap(), &small()).err();
        assert_eq!(error.as_ref().map(Error::kind), Some(expected), "{name}: {error:?}");
    }
}

#[test]
fn a_variant_that_is_refused_is_named() {
    let _turn = turn();
    for (name, word) in [
        ("bad/unsupported-arithmetic.jpg", "arithmetic"),
        ("bad/unsupported-12bit.jpg", "12 bits"),
        ("bad/unsupported-lossless.jpg", "lossless"),
        ("bad/unsupported-gif.jpg", "gif"),
        ("bad/unsupported-webp.png", "webp"),
        ("bad/unsupported-empty.jpg", "empty"),
    ] {
        let error = pushpix::probe(&fixture(name)).unwrap_err().to_string();
        assert!(error.contains(word), "{name}: {error}");
    }
}

#[test]
fn a_strip_of_a_hundred_million_pixels_is_refused_before_any_memory_is_taken() {
    let turn = turn();
    // The resampler's tables would take gigabytes.
    let strip = builders::png(&[builders::ihdr(100_000_000, 1, builders::RGB), builders::idat(4)]);
    let (refused, taken) = turn.measured(|| pushpix::plan(&strip, &small()));
    assert!(matches!(refused, Some(Err(Error::Limit { .. }))) && taken.bytes < MIB, "{refused:?}, {taken:?}");
    for (width, height) in [(100_000_000, 1), (60_000, 60_000)] {
        let vast = Spec::custom(Size::new(width, height).unwrap());
        let (refused, taken) = turn.measured(|| pushpix::adapt(&fixture("1x1.png"), &vast));
        let refused = refused.unwrap();
        assert!(matches!(refused, Err(Error::Limit { what: Measure::CanvasBytes, .. })), "{refused:?}");
        assert!(taken.bytes < MIB, "{taken:?}");
    }
}

#[test]
fn a_canvas_too_long_for_jpeg_becomes_png_or_is_refused() {
    let _turn = turn();
    let long = Spec::custom(Size::new(65_501, 2).unwrap());
    let tiny = fixture("1x1.png");
    let adapter = fast(&Limits::default());
    assert_eq!(adapter.adapt(&tiny, &long).unwrap().report.format, Format::Png);
    let refused = adapter.adapt(&tiny, &long.with_formats([Format::Jpeg]));
    assert_eq!(refused.unwrap_err().kind(), "spec");
}

#[test]
fn a_phone_photo_of_108_megapixels_is_within_the_defaults_however_it_lies() {
    let _turn = turn();
    // The header of a fixture, made to promise more: the plan sees nothing else.
    for name in ["orientation-6.jpg", "444.jpg"] {
        let mut bytes = fixture(name);
        let frame = bytes.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
        bytes[frame + 5..frame + 9].copy_from_slice(&[0x23, 0x28, 0x2e, 0xe0]);
        assert_eq!(pushpix::probe(&bytes).unwrap().stored, Size::new(12_000, 9_000).unwrap());
        assert!(pushpix::plan(&bytes, &small()).is_ok(), "{name}");
    }
}

#[test]
fn time_runs_out_before_a_row_comes() {
    let turn = turn();
    // Eight blocks with nothing in them, each with codes of its own, for which tables are made.
    let blocks = [
        0x04, 0xc0, 0x81, 0, 0, 0, 0, 0, 0x10, 0xff, 0xd5, 0x24, 0, 0x0e, 0x04, 0, 0, 0, 0, 0x80, 0xf8, 0xaf, 0x26,
        0x01, 0x70, 0x20, 0, 0, 0, 0, 0, 0xc4, 0x7f, 0x35, 0x09, 0x80, 0x03, 0x01, 0, 0, 0, 0, 0x20, 0xfe, 0xab, 0x49,
        0, 0x1c, 0x08, 0, 0, 0, 0, 0, 0xf1, 0x5f, 0x4d, 0x02, 0xe0, 0x40, 0, 0, 0, 0, 0, 0x88, 0xff, 0x6a, 0x12, 0,
        0x07, 0x02, 0, 0, 0, 0, 0x40, 0xfc, 0x57, 0x93, 0, 0x38, 0x10, 0, 0, 0, 0, 0, 0xe2, 0xbf, 0x9a,
    ];
    let data = [&[0x78, 0x01][..], &blocks.repeat(300_000)].concat();
    let file = builders::png(&[builders::ihdr(3000, 2000, builders::RGB), chunk(b"IDAT", &data)]);
    let deadline = std::time::Duration::from_millis(20);
    for adapter in [Adapter::new(), Adapter::new().with_lenient(true)] {
        let (outcome, taken) = turn.measured(|| adapter.with_deadline(deadline).adapt(&file, &small()));
        assert!(matches!(outcome, Some(Err(Error::Deadline { .. }))), "{outcome:?}");
        assert!(taken.time < 20 * deadline, "{taken:?}");
    }
}

#[test]
fn time_that_is_out_ends_every_door() {
    let _turn = turn();
    let photo = fixture("photo.jpg");
    let adapter = Adapter::new().with_deadline(std::time::Duration::ZERO);
    assert!(matches!(adapter.adapt(&photo, &small()), Err(Error::Deadline { .. })));
    let verdict = adapter.verify(&photo, &small());
    let unread =
        |violation: &pushpix::Violation| matches!(violation, pushpix::Violation::Unreadable(Error::Deadline { .. }));
    assert!(verdict.violations.iter().any(unread), "{verdict}");
}
