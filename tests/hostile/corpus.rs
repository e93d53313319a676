//! The files that other decoders stumbled over, through every door: a folder named by `PUSHPIX_CORPUS` with `robust/` and
//! a `MANIFEST.tsv` in it. They are other people's, so without the variable nothing is tested.

use std::path::PathBuf;
use std::time::Duration;

use pushpix::{Error, Limits, Measure};

use crate::doors;
use crate::measure::{MIB, SLACK, panics, turn};

#[test]
fn no_robust_file_panics_or_hangs_and_bombs_are_refused() {
    let turn = turn();
    let Some(corpus) = std::env::var_os("PUSHPIX_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: PUSHPIX_CORPUS names no folder of pictures");
        return;
    };
    let Ok(manifest) = std::fs::read_to_string(corpus.join("MANIFEST.tsv")) else {
        eprintln!("skipped: the folder has no MANIFEST.tsv");
        return;
    };
    let mut lines = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let column = |name: &str| head.iter().position(|cell| *cell == name).unwrap();
    let (path, width, height, features) = (column("path"), column("width"), column("height"), column("features"));
    let limits = Limits::default();
    let (mut count, mut slowest) = (0, Duration::ZERO);
    for cells in lines.filter(|cells| cells[path].starts_with("robust/")) {
        let (name, bytes) = (cells[path], std::fs::read(corpus.join(cells[path])).unwrap());
        let (outcomes, taken) = turn.measured(|| doors::all(&bytes, &limits));
        let outcomes = outcomes.unwrap_or_else(|| panic!("{name} panics: {:?}", panics()));
        // Eight doors, each of which may take the largest of these a second where nothing is optimised.
        assert!(taken.time < Duration::from_secs(20), "{name} takes {taken:?}");
        let most = limits.max_decoded.as_u64() + limits.max_canvas.as_u64();
        assert!(taken.bytes as u64 <= most + SLACK as u64, "{name} takes {taken:?}");
        (count, slowest) = (count + 1, slowest.max(taken.time));
        if !cells[features].split(',').any(|feature| feature == "bomb") {
            continue;
        }
        let mib = taken.bytes as f64 / MIB as f64;
        let adapted = &outcomes.iter().find(|(door, _)| *door == "adapt").unwrap().1;
        let said = adapted.as_ref().map_or_else(|error| format!("{}: {error}", error.kind()), |()| "ok".to_owned());
        eprintln!("{name:<60} {mib:>6.1} MiB {:>6.1} ms  {said}", taken.time.as_secs_f64() * 1000.0);
        let pixels = cells[width].parse::<u64>().unwrap_or(0).saturating_mul(cells[height].parse().unwrap_or(0));
        // An eighth of a claim within the limits may be tried, and be found broken.
        if adapted.is_err() {
            assert!(taken.bytes < SLACK, "{name} takes {taken:?} before it is refused");
        }
        // What says that it has too many pixels is refused for that, if it can say so at all.
        let readable = !matches!(adapted, Err(Error::Unsupported { .. } | Error::Decode { .. }));
        if pixels > limits.max_pixels && readable {
            let refused =
                matches!(adapted, Err(Error::Limit { what: Measure::InputPixels, value, .. }) if *value == pixels);
            assert!(refused, "{name}: {said}");
        }
    }
    eprintln!("{count} files, the slowest {:.0} ms for all doors", slowest.as_secs_f64() * 1000.0);
    assert!(count > 0);
}
