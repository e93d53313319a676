//! The right pixels: every fixture of `testdata/expected` against values that came by an independent route.
//! `testdata/README.md` says which. The pictures are adapted to their own size, so nothing is scaled.

use std::fs;

use pushpix::{Adapter, AlphaRule, Error, Format, Spec, Warning};

use crate::pictures::{Seen, files, fixture, near, testdata};

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
    assert_eq!(goldens.len(), files(&testdata().join("expected")).len(), "every expected picture is in the table");
}

fn warnings(adapter: &Adapter, name: &str) -> Vec<&'static str> {
    let (_, warnings) = shown(adapter, &fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    warnings.iter().map(Warning::code).collect()
}

#[test]
fn what_could_not_be_used_is_told() {
    let strict = Adapter::new();
    let cases: [(&str, &[&str]); 16] = [
        ("icc-p3.jpg", &[]),
        ("icc-segments.jpg", &[]),
        ("icc-cmyk.jpg", &[]),
        ("gama-linear.png", &[]),
        ("profile-garbage.jpg", &["profile_ignored"]),
        ("profile-garbage.png", &["profile_ignored"]),
        ("profile-grey-in-rgb.png", &["profile_ignored"]),
        ("profile-missing-segment.jpg", &["profile_ignored"]),
        ("profile-bomb.png", &["profile_ignored"]),
        ("cicp-pq-and-icc.png", &["hdr_profile_used"]),
        ("cicp-pq.png", &["tone_mapped"]),
        ("cicp-hlg.png", &["tone_mapped"]),
        ("animated-disorder.png", &["animated"]),
        ("no-eoi.jpg", &["end_missing"]),
        ("stray-bytes.jpg", &["irregular"]),
        ("trailing.jpg", &[]),
    ];
    for (name, expected) in cases {
        assert_eq!(warnings(&strict, name), expected, "{name}");
    }
}

#[test]
fn a_broken_picture_is_refused_or_taken_for_as_far_as_it_goes() {
    let lenient = Adapter::new().with_lenient(true);
    let damaged = ["decode-early-eoi.jpg", "decode-cut-60-percent.jpg", "decode-truncated.png", "decode-idat-crc.png"];
    for name in damaged.map(|name| format!("bad/{name}")) {
        assert_eq!(shown(&Adapter::new(), &fixture(&name)).err().unwrap().kind(), "decode", "{name}");
        assert_eq!(warnings(&lenient, &name), ["damaged"], "{name}");
    }
    assert_eq!(warnings(&lenient, "bad/decode-no-iend.png"), ["end_missing"]);
    // Whatever is broken, it is told.
    for path in files(&testdata().join("bad")) {
        let input = fs::read(&path).unwrap();
        match shown(&lenient, &input) {
            Ok((_, warnings)) => assert!(
                warnings.iter().any(|warning| matches!(warning.code(), "damaged" | "end_missing")),
                "{}: {warnings:?}",
                path.display()
            ),
            Err(error) => {
                assert!(matches!(error.kind(), "decode" | "unsupported" | "limit"), "{}: {error}", path.display());
            }
        }
    }
    // A whole file is read the same.
    assert_eq!(warnings(&lenient, "444.jpg"), [""; 0]);
    // Where the picture ends the background begins, in the colour asked for.
    let blue = lenient.clone().with_background("#0000ff".parse().unwrap());
    let (seen, _) = shown(&blue, &fixture("bad/decode-cut-60-percent.jpg")).unwrap();
    assert_eq!(seen.at(10, seen.height - 1), [0, 0, 255, 255]);
    assert_ne!(seen.at(10, 10), [0, 0, 255, 255]);
    // What has not even a row is broken all the same, and so is what is no picture.
    for name in ["bad/decode-only-soi.jpg", "bad/decode-zero-width.png", "bad/decode-no-idat.png"] {
        assert_eq!(shown(&lenient, &fixture(name)).err().unwrap().kind(), "decode", "{name}");
    }
}

#[test]
fn a_soft_edge_keeps_its_colour() {
    // Around the disc lies clear green. Averaged without its alpha it would show as a green or dark fringe.
    for spec in [Spec::custom(pushpix::Size::new(37, 37).unwrap()), Spec::custom(pushpix::Size::new(200, 200).unwrap())]
    {
        let out = pushpix::adapt(&fixture("halo.png"), &spec.clone().with_formats([Format::Png])).unwrap();
        let seen = Seen::of(&out.bytes);
        for y in 0..seen.height {
            for x in 0..seen.width {
                let [red, green, blue, alpha] = seen.at(x, y);
                assert!(alpha < 16 || (red >= 247 && green <= 8 && blue <= 8), "{x},{y}: {red} {green} {blue} {alpha}");
            }
        }
        // And laid on white, every pixel lies between red and white.
        let out = pushpix::adapt(&fixture("halo.png"), &spec.with_alpha(AlphaRule::Flatten)).unwrap();
        let seen = Seen::of(&out.bytes);
        let between = |pixel: [u8; 4]| pixel[0] >= 245 && pixel[1].abs_diff(pixel[2]) <= 12;
        assert!((0..seen.height).all(|y| (0..seen.width).all(|x| between(seen.at(x, y)))));
    }
}

#[test]
fn a_high_dynamic_range_is_brought_down_plausibly() {
    // The same picture with white at 203 cd/m2, which is sRGB's white: greys below the knee stay as they are, and
    // colours near to it, for each channel is mapped by itself.
    let (plain, _) = shown(&Adapter::new(), &fixture("cicp-srgb.png")).unwrap();
    for name in ["cicp-pq.png", "cicp-pq-16bit.png", "cicp-hlg.png"] {
        let (mapped, _) = shown(&Adapter::new(), &fixture(name)).unwrap();
        let (mean, _, _) = mapped.difference_seen(&plain);
        assert!(mean < 10.0, "{name}: {mean}");
        let mut greys = 0;
        for (x, y) in (0..plain.height).flat_map(|y| (0..plain.width).map(move |x| (x, y))) {
            let (is, was) = (mapped.at(x, y), plain.at(x, y));
            let [red, green, blue, _] = was;
            if red == green && green == blue && red < 190 {
                assert!(near(is, was, 6), "{name} {x},{y}: {is:?} {was:?}");
                greys += 1;
            }
        }
        assert!(greys > 50, "{greys} greys");
    }
}
