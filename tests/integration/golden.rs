//! The right pixels: every fixture of `testdata/expected` against values that came by an independent route.
//! `testdata/README.md` says which. The pictures are adapted to their own size, so nothing is scaled.

use std::fs;

use pushpix::{Adapter, Error, Format, Spec, Warning};

use crate::pictures::{Seen, fixture, testdata};

/// A fixture, and how far its pixels may be from the expected ones: in the mean, and the greatest difference.
struct Golden {
    expected: String,
    mean: f64,
    greatest: u8,
}

/// The rows of the table in `expected/README.md`: `` | `name` | mean | greatest | ``.
fn goldens() -> Vec<Golden> {
    let table = fs::read_to_string(testdata().join("expected/README.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let expected = cells[1].trim_matches('`').to_owned();
        Golden { expected, mean: cells[2].parse().unwrap(), greatest: cells[3].parse().unwrap() }
    })
    .collect()
}

/// The picture as the library sees it, in its own size, without loss.
fn shown(adapter: &Adapter, input: &[u8]) -> Result<(Seen, Vec<Warning>), Error> {
    let size = adapter.probe(input)?.size();
    let out = adapter.adapt(input, &Spec::custom(size).with_formats([Format::Png]))?;
    Ok((Seen::of(&out.bytes), out.report.warnings))
}

#[test]
fn every_fixture_shows_what_it_must() {
    let mut failures = Vec::new();
    let goldens = goldens();
    for Golden { expected, mean, greatest } in &goldens {
        let (adapter, name) = match expected.strip_prefix("lenient-") {
            Some(name) => (Adapter::new().with_lenient(true), format!("bad/{name}")),
            None => (Adapter::new(), expected.clone()),
        };
        let (seen, _) = match shown(&adapter, &fixture(name.strip_suffix(".png").unwrap())) {
            Ok(shown) => shown,
            Err(error) => {
                failures.push(format!("{name}: {error}"));
                continue;
            }
        };
        let wanted = Seen::of(&fixture(&format!("expected/{expected}")));
        // What a broken picture lacks shows the background.
        let wanted = if expected.starts_with("lenient-") { wanted.on_white() } else { wanted };
        let (found_mean, found_greatest, place) = seen.difference_seen(&wanted);
        if found_mean > *mean || found_greatest > *greatest {
            let (x, y) = place;
            let (got, want) = (seen.at(x, y), wanted.at(x, y));
            failures.push(format!(
                "{name}: mean {found_mean:.2} of {mean}, greatest {found_greatest} of {greatest} at {x},{y}: {got:?}, expected {want:?}"
            ));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(goldens.len() > 90, "the table has {} rows", goldens.len());
}
