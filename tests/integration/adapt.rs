//! What `adapt` promises: the canvas, the cap, the best quality under it, upright pixels, honest reports.

use std::time::Duration;

use pushpix::{
    Adapter, AlphaRule, ByteSize, CancelToken, Catalog, ChromaSubsampling, Effort, Error, Format, JpegEncoder, Quality,
    Report, Rgb8, Size, Spec, SpecError, Upscale, Warning,
};

use crate::pictures::{Seen, files, fixture, near, testdata};

pub(crate) const WHITE: [u8; 4] = [255; 4];
pub(crate) const CLEAR: [u8; 4] = [0; 4];

pub(crate) fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

pub(crate) fn jpeg_spec(width: u32, height: u32) -> Spec {
    Spec::custom(size(width, height)).with_formats([Format::Jpeg])
}

pub(crate) fn png_spec(width: u32, height: u32) -> Spec {
    Spec::custom(size(width, height)).with_formats([Format::Png])
}

#[test]
fn every_row_with_a_size_takes_every_picture() {
    let inputs = ["photo.jpg", "logo.png", "1x1.png", "3000x1.png", "1x3000.png"].map(|name| (name, fixture(name)));
    let rows = Catalog::builtin().iter().filter(|spec| spec.canvas.is_some_and(|canvas| canvas.size().is_some()));
    let mut seen_rows = 0;
    for spec in rows {
        seen_rows += 1;
        let canvas = spec.canvas.unwrap().size().unwrap();
        for (name, input) in &inputs {
            let case = format!("{name} for {}", spec.id());
            let out = pushpix::adapt(input, spec).unwrap_or_else(|error| panic!("{case}: {error}"));
            let seen = Seen::of(&out.bytes);

            assert_eq!(seen.size(), (canvas.width(), canvas.height()), "{case}");
            if let Some(cap) = spec.cap {
                assert!(out.bytes.len() as u64 <= cap.largest().as_u64(), "{case}");
            }
            assert!(spec.formats.contains(&seen.format), "{case}");
            assert_eq!(seen.format, out.report.format, "{case}");
            assert_eq!(ByteSize::of(&out.bytes), out.report.bytes, "{case}");

            // The ground of a glyph is transparent, and so is the padding of a picture that has alpha itself.
            let glyph = matches!(spec.alpha, Some(AlphaRule::WhiteOnTransparent | AlphaRule::OneColourOnTransparent));
            let padding = if glyph || *name == "logo.png" { CLEAR } else { WHITE };
            // A canvas far from the picture's shape has padding in every corner.
            let corners = seen.padded_corners(&out.report.placement);
            if *name == "3000x1.png" || *name == "1x3000.png" {
                assert_eq!(corners.len(), 4, "{case}");
            }
            for corner in corners {
                assert!(near(corner, padding, 4), "{case}: {corner:?}");
            }
        }
    }
    assert_eq!(seen_rows, 22, "the rows of the catalogue that have a size");
}

#[test]
fn every_good_fixture_adapts() {
    for path in files(&testdata()) {
        let input = std::fs::read(&path).unwrap();
        for id in ["oppo/large-image", "oppo/large-icon"] {
            let out = pushpix::adapt(&input, Spec::builtin(id).unwrap());
            assert!(out.is_ok(), "{}: {}", path.display(), out.unwrap_err());
        }
    }
}

#[test]
fn the_picture_is_whole_and_centred() {
    // Each quarter of the fixture has a colour of its own; all four are there, in their places.
    let out = pushpix::adapt(&fixture("orientation-1.png"), &png_spec(400, 100)).unwrap();
    let placement = out.report.placement;
    assert_eq!(placement.scaled(), size(150, 100));
    assert_eq!((placement.x(), placement.y()), (125, 0));
    let seen = Seen::of(&out.bytes);
    for (x, y, colour) in [
        (127, 98, [40, 80, 210, 255]),
        (190, 3, [220, 40, 40, 255]),
        (272, 2, [40, 170, 70, 255]),
        (272, 97, [255, 255, 255, 255]),
        (60, 50, WHITE),
        (340, 50, WHITE),
    ] {
        assert!(near(seen.at(x, y), colour, 3), "{:?} at {x},{y}", seen.at(x, y));
    }
}

#[test]
fn the_eight_orientations_give_one_picture() {
    let spec = png_spec(200, 120);
    let upright = pushpix::adapt(&fixture("orientation-1.png"), &spec).unwrap();
    for orientation in 1..=8 {
        let out = pushpix::adapt(&fixture(&format!("orientation-{orientation}.png")), &spec).unwrap();
        assert_eq!(out.report.source.orientation.exif(), orientation);
        assert!(out.bytes == upright.bytes, "orientation {orientation} of the PNG");

        let out = pushpix::adapt(&fixture(&format!("orientation-{orientation}.jpg")), &spec).unwrap();
        assert_eq!(out.report.source.orientation.exif(), orientation);
        let (mean, _) = Seen::of(&out.bytes).difference(&Seen::of(&upright.bytes));
        assert!(mean < 1.0, "orientation {orientation} of the JPEG differs by {mean}");
    }
}

#[test]
fn transparency_becomes_the_background_not_black() {
    let logo = fixture("logo.png");
    let flat = Seen::of(&pushpix::adapt(&logo, &jpeg_spec(144, 144)).unwrap().bytes);
    assert!(near(flat.at(0, 0), WHITE, 2) && near(flat.at(143, 143), WHITE, 2));

    // A background that is asked for lies under the picture and around it, in either format.
    let blue = Adapter::new().with_background(Rgb8::new(0, 0, 255));
    for spec in [jpeg_spec(288, 144), png_spec(288, 144)] {
        let seen = Seen::of(&blue.adapt(&logo, &spec).unwrap().bytes);
        assert!(!seen.has_alpha);
        for (x, y) in [(0, 0), (74, 2), (287, 143)] {
            assert!(near(seen.at(x, y), [0, 0, 255, 255], 3), "{:?} at {x},{y}", seen.at(x, y));
        }
    }

    // Where the rule is to keep alpha, the background is the padding's colour only.
    let kept = blue.adapt(&logo, &png_spec(288, 144).with_alpha(AlphaRule::Keep)).unwrap();
    let seen = Seen::of(&kept.bytes);
    assert_eq!((seen.at(0, 0), seen.at(74, 2)), ([0, 0, 255, 255], CLEAR));

    // A glyph's ground stays transparent, and the report says that the background was not used.
    let glyph = blue.adapt(&logo, Spec::builtin("webpush/small-icon").unwrap()).unwrap();
    assert_eq!(Seen::of(&glyph.bytes).at(0, 0), CLEAR);
    assert!(glyph.report.warnings.contains(&Warning::BackgroundIgnored));

    // A rule that forbids alpha is obeyed by PNG too.
    let flat = Seen::of(&pushpix::adapt(&logo, &png_spec(144, 144).with_alpha(AlphaRule::Flatten)).unwrap().bytes);
    assert!(!flat.has_alpha && near(flat.at(0, 0), WHITE, 0));
}

#[test]
fn alpha_that_hides_nothing_is_dropped() {
    let spec = Spec::custom(size(250, 250));
    let out = pushpix::adapt(&fixture("opaque-alpha.png"), &spec).unwrap();
    let seen = Seen::of(&out.bytes);
    assert!(!seen.has_alpha);
    assert!(near(seen.at(0, 0), WHITE, 2), "an opaque picture is padded with white");

    let seen = Seen::of(&pushpix::adapt(&fixture("transparent.png"), &spec).unwrap().bytes);
    assert!(seen.has_alpha);
    assert!(near(seen.at(125, 125), CLEAR, 0));
}

#[test]
fn a_glyph_stands_on_a_transparent_ground_even_if_it_is_opaque() {
    let spec = Spec::builtin("webpush/small-icon").unwrap();
    let out = pushpix::adapt(&fixture("photo.jpg"), spec).unwrap();
    let seen = Seen::of(&out.bytes);
    assert_eq!(seen.at(0, 0), CLEAR);
    assert_eq!(seen.at(48, 48)[3], 255);
    assert!(out.report.warnings.contains(&Warning::OpaqueGlyph));
}

#[test]
fn enlarging_is_reported_and_can_be_forbidden() {
    let small = fixture("orientation-1.png");
    let out = pushpix::adapt(&small, &png_spec(200, 200)).unwrap();
    match &out.report.warnings[..] {
        [Warning::Upscaled { from, to, .. }] => assert_eq!((*from, *to), (size(96, 64), size(200, 133))),
        other => panic!("{other:?}"),
    }

    let adapter = Adapter::new().with_upscale(Upscale::Never);
    let out = adapter.adapt(&small, &png_spec(200, 200)).unwrap();
    assert!(out.report.warnings.is_empty());
    assert_eq!(out.report.placement.scaled(), size(96, 64));
    let seen = Seen::of(&out.bytes);
    assert_eq!(seen.size(), (200, 200));
    // Pixel for pixel: a colour of the fixture, exactly, at the first and the last pixel of its place.
    assert_eq!((seen.at(51, 68), seen.at(52, 68)), (WHITE, [220, 40, 40, 255]));
    assert_eq!((seen.at(147, 68), seen.at(148, 68)), ([40, 170, 70, 255], WHITE));
}

pub(crate) fn codes(report: &Report) -> Vec<&'static str> {
    report.warnings.iter().map(Warning::code).collect()
}

#[test]
fn what_does_not_fit_without_loss_has_as_many_colours_as_fit() {
    for (name, efforts) in
        [("photo.jpg", &[Effort::Fast, Effort::Balanced, Effort::Best][..]), ("logo.png", &[Effort::Fast])]
    {
        let input = fixture(name);
        let spec = png_spec(144, 144);
        let lossless = Seen::of(&pushpix::adapt(&input, &spec).unwrap().bytes);
        for (cap, &effort) in
            [1_500, 5_000, 10_000].iter().flat_map(|cap| efforts.iter().map(move |effort| (*cap, effort)))
        {
            let case = format!("{name} under {cap}, {effort}");
            let spec = spec.clone().with_max_bytes(ByteSize::new(cap));
            let adapter = Adapter::new().with_effort(effort);
            let out = adapter.adapt(&input, &spec).unwrap_or_else(|error| panic!("{case}: {error}"));
            let report = &out.report;
            assert!(out.bytes.len() as u64 <= cap, "{case}");
            assert_eq!(codes(report), ["palette"], "{case}");
            let colours = report.colours.unwrap();
            assert!(report.to_string().contains(&format!(", png {colours} colours, ")), "{report}");

            // What is opaque stays so, what is clear too, and the padding keeps its colour.
            let seen = Seen::of(&out.bytes);
            assert_eq!(seen.colours().len(), usize::from(colours), "{case}");
            for (x, y) in (0..144).flat_map(|y| (0..144).map(move |x| (x, y))) {
                let (before, after) = (lossless.at(x, y), seen.at(x, y));
                assert!(before[3] != 255 || after[3] == 255, "{case}: {before:?} {after:?}");
                assert!(before[3] != 0 || after == CLEAR, "{case}: {before:?} {after:?}");
            }
            for corner in seen.padded_corners(&report.placement) {
                assert_eq!(corner, if seen.has_alpha { CLEAR } else { WHITE }, "{case}");
            }

            // Each attempt has its setting, and what was taken is one that fits, next to one that does not, or fills
            // the cap.
            let reduced = report.attempts.iter().filter(|attempt| attempt.colours.is_some());
            assert!(reduced.clone().all(|attempt| attempt.format == Format::Png && attempt.dither.is_some()), "{case}");
            let taken = reduced.clone().find(|attempt| attempt.bytes == report.bytes && attempt.fits);
            let taken = taken.unwrap_or_else(|| panic!("{case}: no attempt is what was taken"));
            let too_long = reduced.clone().any(|attempt| !attempt.fits && attempt.dither == taken.dither);
            let spent = (cap - report.bytes.as_u64()) * 50 < cap;
            assert!(too_long || spent || colours == 256, "{case}");
            assert!(report.attempts[0].colours.is_none() && !report.attempts[0].fits, "{case}");
        }
    }
}

#[test]
fn more_effort_is_nearer_to_the_picture() {
    let spec = png_spec(144, 144).with_max_bytes(ByteSize::new(10_000));
    let attempts = [Effort::Fast, Effort::Balanced, Effort::Best].map(|effort| {
        Adapter::new().with_effort(effort).adapt(&fixture("photo.jpg"), &spec).unwrap().report.attempts.len()
    });
    assert!(attempts.is_sorted(), "{attempts:?}");
    assert!(attempts[1] <= 16 && attempts[2] <= 40, "{attempts:?}");
}

/// Little effort between two qualities, in tenths, with this chroma subsampling or the one that suits.
fn between(tenths: (u16, u16), chroma: Option<ChromaSubsampling>) -> Adapter {
    let quality = |tenths: u16| Quality::new(f32::from(tenths) / 10.0).unwrap();
    let adapter = Adapter::new().with_effort(Effort::Fast);
    let adapter = adapter.with_min_quality(quality(tenths.0)).with_max_quality(quality(tenths.1));
    match chroma {
        Some(chroma) => adapter.with_chroma(chroma),
        None => adapter,
    }
}

#[test]
fn no_higher_quality_fits() {
    let canvas = pushpix::adapt(&fixture("photo.jpg"), &png_spec(300, 200)).unwrap().bytes;
    let free = jpeg_spec(300, 200);
    let range = (400, 600);
    let sizes = [ChromaSubsampling::Cs444, ChromaSubsampling::Cs420].map(|chroma| {
        let size = |tenths| between((tenths, tenths), Some(chroma)).adapt(&canvas, &free).unwrap().bytes.len();
        (chroma, (range.0..=range.1).map(size).collect::<Vec<_>>())
    });
    let (low, high) = (sizes[1].1[0], sizes[0].1[200]);
    for cap in (low..high).step_by(31).chain([low, high, 2 * high]) {
        let spec = free.clone().with_max_bytes(ByteSize::new(cap as u64));
        for wanted in [None, Some(ChromaSubsampling::Cs420)] {
            let out = between(range, wanted).adapt(&canvas, &spec).unwrap();
            let (chroma, quality) = (out.report.chroma.unwrap(), out.report.quality.unwrap());
            let (_, sizes) = sizes.iter().find(|(of, _)| *of == chroma).unwrap();
            let best = sizes.iter().rposition(|len| *len <= cap).unwrap();
            let steps = range.0..=range.1;
            let found =
                steps.map(|tenths| f32::from(tenths) / 10.0).position(|value| (value - quality.as_f32()).abs() < 0.01);
            let found = found.unwrap();
            assert_eq!(out.bytes.len(), sizes[found], "under {cap}");
            assert!(found == best || (cap - sizes[found]) * 100 < cap, "{quality} under {cap}");
            assert!(out.report.attempts.len() <= 5, "{} attempts under {cap}", out.report.attempts.len());
            let at_floor = out.report.warnings.iter().any(|warning| warning.code() == "at_floor");
            assert_eq!(at_floor, found == 0, "under {cap}");
        }
    }
}

#[test]
fn a_cap_that_cannot_be_met_names_the_smallest_size() {
    let photo = fixture("photo.jpg");
    let free = jpeg_spec(300, 200);
    let lowest = between((100, 100), Some(ChromaSubsampling::Cs420)).adapt(&photo, &free).unwrap();
    let smallest = lowest.bytes.len() as u64;
    let spec = free.with_max_bytes(ByteSize::new(smallest - 1));
    match Adapter::new().with_effort(Effort::Fast).adapt(&photo, &spec) {
        Err(Error::OverBudget { max_bytes, smallest: reached, attempts, .. }) => {
            assert_eq!(max_bytes.as_u64(), smallest - 1);
            assert_eq!(reached.as_u64(), smallest);
            assert!(attempts >= 1);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_caller_chooses_chroma_and_encoder() {
    let photo = fixture("photo.jpg");
    let spec = jpeg_spec(300, 200);
    for chroma in [ChromaSubsampling::Cs444, ChromaSubsampling::Cs422, ChromaSubsampling::Cs420] {
        let out = Adapter::new().with_chroma(chroma).adapt(&photo, &spec).unwrap();
        assert_eq!(out.report.chroma, Some(chroma));
        assert_eq!(Seen::of(&out.bytes).size(), (300, 200));
    }
    let mozjpeg = Adapter::new().with_jpeg_encoder(JpegEncoder::Mozjpeg);
    let capped = spec.with_max_bytes(ByteSize::new(8000));
    let out = mozjpeg.adapt(&photo, &capped).unwrap();
    assert!(out.bytes.len() <= 8000);
    let quality = out.report.quality.unwrap().as_f32();
    assert!((quality - quality.round()).abs() < 1e-6, "whole numbers only: {quality}");
    // Libjpeg's scale is one of whole numbers: a fraction is rounded inwards, never out of the caller's range.
    let within = |min: f32, max: f32| {
        let adapter = mozjpeg.clone().with_min_quality(Quality::new(min).unwrap());
        adapter.with_max_quality(Quality::new(max).unwrap()).plan(&photo, &capped)
    };
    assert_eq!(within(40.5, 50.5).unwrap().max_quality, Quality::whole(50));
    assert!(matches!(within(89.5, 89.7), Err(Error::Spec(SpecError::EmptyQualityRange { .. }))));
}

#[test]
fn a_picture_is_made_smaller_only_where_that_is_allowed_and_nothing_else_helps() {
    let photo = fixture("photo.jpg");
    let icon = pushpix::adapt(&photo, Spec::builtin("jiguang/small-icon").unwrap()).unwrap();
    let (from, to) = (size(2400, 1600), icon.report.placement.canvas());
    assert_eq!(codes(&icon.report).iter().filter(|code| **code == "shrunk").count(), 1);
    assert_eq!(Seen::of(&icon.bytes).size(), (to.width(), to.height()));
    assert!(to.width() < 2400 && (f64::from(to.width()) / f64::from(to.height()) - 1.5).abs() < 0.01, "{to}");
    assert!((100_000..=300_000).contains(&icon.bytes.len()), "{}", icon.bytes.len());
    assert!(icon.report.attempts.iter().all(|attempt| [from, to].contains(&attempt.canvas)), "one guess was enough");

    let table = |rule: &str, cap: u64| {
        let text = format!(
            "[[spec]]\nid = \"own/large-image\"\ncanvas = \"300x300\"\nrule = \"{rule}\"\nmax_bytes = {cap}\n\
             inclusive = true\nformats = [\"jpeg\"]\n"
        );
        Catalog::from_toml(&text).unwrap().get("own/large-image").unwrap().clone()
    };
    // The lowest quality has about 3600 bytes at 300x200.
    for (cap, shrunk) in [(5_000, false), (2_500, true)] {
        let out = pushpix::adapt(&photo, &table("at-most", cap)).unwrap();
        assert!(out.bytes.len() as u64 <= cap);
        assert_eq!(codes(&out.report).contains(&"shrunk"), shrunk, "{}", out.report);
        assert_eq!(out.report.placement.canvas() == size(300, 200), !shrunk);
    }
    for (rule, cap) in [("exact", 2_500), ("recommended", 2_500), ("at-most", 200)] {
        let refused = pushpix::adapt(&photo, &table(rule, cap));
        assert!(matches!(refused, Err(Error::OverBudget { .. })), "{rule}");
    }
}

#[test]
fn a_slack_cap_is_no_reason_to_spend_it() {
    let out = pushpix::adapt(&fixture("photo.jpg"), Spec::builtin("oppo/large-image").unwrap()).unwrap();
    assert_eq!(out.report.attempts.len(), 1);
    assert_eq!(out.report.quality, Some(Quality::whole(93)));
    assert_eq!(out.report.chroma, Some(ChromaSubsampling::Cs444));
    assert!(out.bytes.len() < 200_000);
    let bytes = ByteSize::of(&out.bytes);
    let line = format!("2400x1600 jpeg -> 554x369 in 984x369, jpeg q93 4:4:4, {bytes} of 1 048 576 B, 1 encode");
    assert_eq!(out.report.to_string(), line);
}

#[test]
fn every_effort_obeys_and_more_effort_is_smaller() {
    let photo = fixture("photo.jpg");
    let lens = [Effort::Fast, Effort::Balanced, Effort::Best].map(|effort| {
        let out = Adapter::new().with_effort(effort).adapt(&photo, &jpeg_spec(300, 200)).unwrap();
        assert_eq!(out.report.quality, Some(Quality::whole(93)));
        out.bytes.len()
    });
    assert!(lens[0] > lens[1] && lens[1] >= lens[2], "{lens:?}");
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_thread() {
    let spec = Spec::builtin("oppo/large-image").unwrap();
    for name in ["photo.jpg", "logo.png", "text.png"] {
        let input = fixture(name);
        let first = pushpix::adapt(&input, spec).unwrap();
        std::thread::scope(|scope| {
            let others = [(); 3].map(|()| scope.spawn(|| pushpix::adapt(&input, spec).unwrap()));
            for other in others {
                assert!(other.join().unwrap() == first, "{name}");
            }
        });
    }
}

#[test]
fn output_carries_no_metadata() {
    let out = pushpix::adapt(&fixture("orientation-6.jpg"), &jpeg_spec(50, 50)).unwrap();
    assert!(!out.bytes.windows(4).any(|window| window == b"Exif"));
    assert_eq!(pushpix::probe(&out.bytes).unwrap().orientation.exif(), 1);
}

#[test]
fn status_decides_who_is_warned_and_who_refused() {
    let photo = fixture("photo.jpg");
    let warned = |id: &str| -> Vec<&str> {
        let out = pushpix::adapt(&photo, Spec::builtin(id).unwrap()).unwrap();
        out.report.warnings.iter().map(Warning::code).collect()
    };
    assert_eq!(warned("xiaomi/large-image"), ["discontinued"]);
    assert_eq!(warned("meizu/large-icon"), ["restricted"]);
    assert_eq!(warned("apns/small-icon"), ["app_resource"]);
    assert_eq!(warned("fcm/small-icon"), ["app_resource", "opaque_glyph"]);
    for id in ["oppo/small-icon", "xiaomi/small-icon", "honor/small-icon", "vivo/large-image"] {
        let refused = pushpix::adapt(&photo, Spec::builtin(id).unwrap());
        assert!(matches!(refused, Err(Error::Spec(SpecError::NotAdaptable { .. }))), "{id}");
    }
}

#[test]
fn a_deadline_and_a_cancel_token_stop_the_work() {
    let photo = fixture("photo.jpg");
    let spec = jpeg_spec(300, 200);
    let late = Adapter::new().with_deadline(Duration::ZERO).adapt(&photo, &spec);
    assert!(matches!(late, Err(Error::Deadline { .. })));
    let token = CancelToken::new();
    let adapter = Adapter::new().with_cancel(token.clone()).with_deadline(Duration::from_secs(600));
    assert!(adapter.adapt(&photo, &spec).is_ok());
    token.cancel();
    assert!(matches!(adapter.adapt(&photo, &spec), Err(Error::Cancelled)));
}

#[test]
fn a_floor_or_a_ceiling_alone_moves_the_other() {
    let photo = fixture("photo.jpg");
    let spec = jpeg_spec(60, 40);
    let quality = |adapter: Adapter| adapter.adapt(&photo, &spec).unwrap().report.quality.unwrap().as_f32();
    assert!((quality(Adapter::new().with_max_quality(Quality::whole(5))) - 5.0).abs() < 0.01);
    assert!((quality(Adapter::new().with_min_quality(Quality::whole(97))) - 97.0).abs() < 0.01);
    let between = |min: f32, max: f32| {
        Adapter::new().with_min_quality(Quality::new(min).unwrap()).with_max_quality(Quality::new(max).unwrap())
    };
    assert!((quality(between(40.5, 50.5)) - 50.5).abs() < 0.01);
    let refused = between(50.0, 40.0).plan(&photo, &spec);
    assert!(matches!(refused, Err(Error::Spec(SpecError::EmptyQualityRange { .. }))));
}

#[test]
fn a_coarse_source_is_told_from_a_fine_one() {
    let photo = fixture("photo.jpg");
    let coarse = |quality| {
        let (adapter, quality) = (Adapter::new().with_format(Format::Jpeg), Quality::whole(quality));
        adapter.with_min_quality(quality).with_max_quality(quality).adapt(&photo, &jpeg_spec(300, 200)).unwrap().bytes
    };
    let told = [10, 30, 50, 70, 90, 98].map(|quality| pushpix::probe(&coarse(quality)).unwrap().quality.unwrap());
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    for (quality, canvas, warned) in [(20, 300, true), (20, 140, false), (90, 300, false)] {
        let report = pushpix::adapt(&coarse(quality), &jpeg_spec(canvas, canvas)).unwrap().report;
        assert_eq!(codes(&report).contains(&"source_already_lossy"), warned, "{quality} at {canvas}");
    }
}

#[test]
fn the_plan_is_what_is_done() {
    for name in ["photo.jpg", "logo.png", "orientation-6.jpg", "animated.png", "1x3000.png"] {
        let input = fixture(name);
        for spec in Catalog::builtin().select("all").unwrap() {
            let plan = pushpix::plan(&input, spec).unwrap();
            let Ok(out) = pushpix::adapt(&input, spec) else {
                continue;
            };
            let shrunk = codes(&out.report).contains(&"shrunk");
            assert!(!shrunk || plan.may_shrink, "{name} for {}", spec.id());
            assert!(shrunk || plan.placement == out.report.placement, "{name} for {}", spec.id());
            assert_eq!(plan.source, out.report.source);
            assert_eq!(plan.max_bytes, out.report.max_bytes);
            assert!(plan.formats.contains(&out.report.format));
            assert!(out.report.warnings.starts_with(&plan.warnings));
        }
    }
}

/// A JPEG with Adobe's marker put behind its first two bytes, which claims this colour transform.
fn with_adobe_marker(jpeg: &[u8], transform: u8) -> Vec<u8> {
    let marker = [&b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"[..], &[transform]].concat();
    [&jpeg[..2], &marker, &jpeg[2..]].concat()
}

/// A JPEG without its JFIF segment, the first one.
fn without_jfif(jpeg: &[u8]) -> Vec<u8> {
    let len = usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    [&jpeg[..2], &jpeg[4 + len..]].concat()
}

#[test]
fn three_components_are_read_as_their_markers_say() {
    let spec = png_spec(125, 93);
    let adapted = |jpeg: &[u8]| Seen::of(&pushpix::adapt(jpeg, &spec).unwrap().bytes);
    for name in ["444.jpg", "420.jpg", "progressive.jpg"] {
        let ycc = fixture(name);
        let plain = adapted(&ycc);
        let centre = plain.at(60, 80);
        // JFIF says YCbCr, whatever Adobe's marker claims; and without JFIF, transform 1 says so too.
        for same in [with_adobe_marker(&ycc, 0), with_adobe_marker(&ycc, 1), with_adobe_marker(&ycc, 2)] {
            assert!(adapted(&same).difference(&plain).1 <= 2, "{name}");
        }
        assert!(adapted(&with_adobe_marker(&without_jfif(&ycc), 1)).difference(&plain).1 == 0, "{name}");
        // Transform 0 without JFIF: the three components are red, green and blue as they stand.
        let raw = with_adobe_marker(&without_jfif(&ycc), 0);
        assert_eq!(pushpix::probe(&raw).unwrap().colour, pushpix::ColourModel::Rgb);
        let [y, cb, cr, _] = adapted(&raw).at(60, 80).map(f64::from);
        let red = y + 1.402 * (cr - 128.0);
        let blue = y + 1.772 * (cb - 128.0);
        assert!((red.clamp(0.0, 255.0) - f64::from(centre[0])).abs() <= 3.0, "{name}: {red} {centre:?}");
        assert!((blue.clamp(0.0, 255.0) - f64::from(centre[2])).abs() <= 3.0, "{name}: {blue} {centre:?}");
    }
}

#[test]
fn inks_show_the_colours_they_print() {
    // The same scene was saved as CMYK and as RGB; the plain conversion of inks is close, an inverted one is not.
    let spec = png_spec(125, 93);
    let inks = pushpix::adapt(&fixture("cmyk.jpg"), &spec).unwrap();
    let light = pushpix::adapt(&fixture("444.jpg"), &spec).unwrap();
    let (mean, _) = Seen::of(&inks.bytes).difference(&Seen::of(&light.bytes));
    assert!(mean < 6.0, "the mean difference is {mean}");
}
