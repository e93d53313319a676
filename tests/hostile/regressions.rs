//! What the fuzzer has found, tried again; and its targets on good files, which they must take.

use std::path::Path;

use crate::measure::{LONGEST, SLACK, Turn, turn};
use crate::pictures::{files, testdata};
use crate::targets::{TARGETS, Target};

/// What the targets allow themselves, for the input and the canvas.
const LIMITS: usize = (16 + 24) << 20;

fn run(turn: &Turn, (name, target): Target, case: &str, bytes: &[u8]) {
    let (outcome, taken) = turn.measured(|| target(bytes));
    assert!(outcome.is_some(), "{name} panics on {case}: {:?}", crate::measure::panics());
    assert!(taken.time < LONGEST && taken.bytes <= LIMITS + SLACK, "{name} takes {taken:?} for {case}");
}

#[test]
fn what_was_found_is_not_found_again() {
    let turn = turn();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let mut count = 0;
    for target in TARGETS {
        let Ok(dir) = std::fs::read_dir(root.join(target.0)) else { continue };
        for entry in dir {
            let path = entry.unwrap().path();
            run(&turn, target, &path.display().to_string(), &std::fs::read(&path).unwrap());
            count += 1;
        }
    }
    eprintln!("{count} regressions");
    assert!(count > 0);
}

/// Bodies of the image APIs, whole and cut off anywhere, for each call.
#[test]
fn the_api_takes_any_body() {
    let turn = turn();
    let target = TARGETS.into_iter().find(|(known, _)| *known == "api").unwrap();
    let create =
        r#"{"image_type":2,"image_url":"https://xx.com/xx.jpg","fcm_image_url":"a_b","oppo_image_url":""} // x"#;
    let both = r#"{"big_picture_url":"https://xx.com/\u0041.png","small_picture_url":"http://xx.com?\"}"#;
    let id = "jgmedia-1-6d98e85f-d3a5-412a-bdec-de1b75bd3ad3";
    let deep = "[".repeat(10_000);
    for body in [create, both, id, &deep] {
        for end in (0..=body.len()).step_by(body.len().div_ceil(200)) {
            for call in 0..4 {
                // With all channels open; from the end: the call, three figures of the policy, the channels, the type.
                let figures = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, call];
                run(&turn, target, &body[..end], &[&body.as_bytes()[..end], &figures].concat());
            }
        }
    }
}

/// This also holds our decoders against libjpeg and another PNG decoder, on every fixture.
#[test]
fn the_targets_take_good_files() {
    let turn = turn();
    let named = |name: &str| TARGETS.into_iter().find(|(known, _)| *known == name).unwrap();
    for path in files(&testdata()) {
        let file = std::fs::read(&path).unwrap();
        if file.len() <= 16 << 10 {
            let case = path.display().to_string();
            run(&turn, named("probe"), &case, &file);
            // With the figures that ask for a comparison, and for each scale; and with that of OPPO's large icon.
            for figure in [1, 3, 5] {
                run(&turn, named("decode"), &case, &[&file[..], &[figure]].concat());
            }
            run(&turn, named("verify"), &case, &[&file[..], &[0, 9]].concat());
        }
    }
}
