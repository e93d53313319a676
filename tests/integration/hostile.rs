//! Broken, cut and oversized input: a typed error of the right kind, never a panic.

use std::panic::catch_unwind;

use pushpix::{Adapter, ByteSize, Effort, Error, Format, Limits, Measure, Size, Spec};

use crate::pictures::{files, fixture, testdata};

fn small() -> Spec {
    Spec::custom(Size::new(24, 16).unwrap()).with_formats([Format::Jpeg])
}

fn fast() -> Adapter {
    Adapter::new().with_effort(Effort::Fast)
}

#[test]
fn every_bad_file_gives_the_error_of_its_name() {
    for path in files(&testdata().join("bad")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = name.split('-').next().unwrap();
        let error = fast().adapt(&std::fs::read(&path).unwrap(), &small()).err();
        assert_eq!(error.as_ref().map(Error::kind), Some(expected), "{name}: {error:?}");
    }
}

#[test]
fn a_variant_that_is_refused_is_named() {
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
fn no_prefix_of_a_file_panics_or_passes_for_the_whole() {
    for name in ["orientation-6.jpg", "progressive.jpg", "palette-trns.png", "orientation-6.png", "grey-1bit.png"] {
        let whole = fixture(name);
        assert!(fast().adapt(&whole, &small()).is_ok());
        for len in 0..whole.len() {
            let prefix = &whole[..len];
            let outcome = catch_unwind(|| fast().adapt(prefix, &small()));
            let outcome = outcome.unwrap_or_else(|_| panic!("{name} panicked at {len} bytes"));
            match outcome {
                // A JPEG without its end marker has all its pixels.
                Ok(_) => assert!(name.ends_with("jpg") && len + 2 >= whole.len(), "{name} passed at {len} bytes"),
                Err(error) => {
                    assert!(matches!(error.kind(), "decode" | "unsupported"), "{name} at {len} bytes: {error}");
                }
            }
        }
    }
}

#[test]
fn limits_are_checked_by_every_door() {
    let photo = fixture("photo.jpg");
    let measure = |limits: Limits, spec: &Spec| {
        let adapter = fast().with_limits(limits);
        let error = adapter.adapt(&photo, spec).unwrap_err();
        assert_eq!(adapter.plan(&photo, spec).unwrap_err().to_string(), error.to_string());
        match error {
            Error::Limit { what, value, limit, .. } => (what, value, limit),
            other => panic!("{other}"),
        }
    };
    let defaults = Limits::default;
    let input = defaults().with_max_input(ByteSize::new(photo.len() as u64 - 1));
    assert_eq!(measure(input.clone(), &small()).0, Measure::InputBytes);
    assert!(Adapter::new().with_limits(input).probe(&photo).is_err());
    let pixels = defaults().with_max_pixels(2400 * 1600 - 1);
    assert_eq!(measure(pixels, &small()), (Measure::InputPixels, 3_840_000, 3_839_999));
    // The pixels, and some rows of samples.
    let least = 2400 * 1600 * 3;
    let decoded = |bytes| defaults().with_max_decoded(ByteSize::new(bytes));
    let (what, needed, _) = measure(decoded(least), &small());
    assert_eq!(what, Measure::DecodedBytes);
    assert!(needed > least && needed < least + 2400 * 200, "{needed} where the pixels take {least}");
    assert_eq!(measure(decoded(needed - 1), &small()), (Measure::DecodedBytes, needed, needed - 1));
    assert!(fast().with_limits(decoded(needed)).plan(&photo, &small()).is_ok());
    let vast = Spec::custom(Size::new(60_000, 60_000).unwrap());
    assert_eq!(measure(defaults(), &vast).0, Measure::CanvasBytes);

    let progressive = fixture("progressive.jpg");
    let scans = |most| fast().with_limits(defaults().with_max_scans(most)).adapt(&progressive, &small());
    let refused = scans(5).unwrap_err();
    assert!(matches!(refused, Error::Limit { what: Measure::Scans, value: 10, limit: 5, .. }), "{refused}");
    assert!(scans(10).is_ok());

    let exact = Limits::default().with_max_pixels(2400 * 1600).with_max_input(ByteSize::of(&photo));
    assert!(fast().with_limits(exact).adapt(&photo, &small()).is_ok());
}

#[test]
fn a_strip_of_a_hundred_million_pixels_is_refused_before_any_memory_is_taken() {
    // The fixture's header, made to promise more: the resampler's tables would take gigabytes.
    let mut strip = fixture("1x1.png");
    strip[16..24].copy_from_slice(&[0x06, 0, 0, 0, 0, 0, 0, 1]);
    let refused = pushpix::plan(&strip, &small());
    assert!(matches!(refused, Err(Error::Limit { what: Measure::DecodedBytes, .. })), "{refused:?}");
    let long = Spec::custom(Size::new(100_000_000, 1).unwrap());
    let refused = pushpix::plan(&fixture("1x1.png"), &long);
    assert!(matches!(refused, Err(Error::Limit { what: Measure::CanvasBytes, .. })), "{refused:?}");
}

#[test]
fn a_canvas_too_long_for_jpeg_becomes_png_or_is_refused() {
    let long = Spec::custom(Size::new(65_501, 2).unwrap());
    let tiny = fixture("1x1.png");
    assert_eq!(fast().adapt(&tiny, &long).unwrap().report.format, Format::Png);
    let refused = fast().adapt(&tiny, &long.with_formats([Format::Jpeg]));
    assert_eq!(refused.unwrap_err().kind(), "spec");
}

#[test]
fn a_phone_photo_of_108_megapixels_is_within_the_defaults_however_it_lies() {
    // The header of a fixture, made to promise more: the plan sees nothing else.
    for name in ["orientation-6.jpg", "444.jpg"] {
        let mut bytes = fixture(name);
        let frame = bytes.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
        bytes[frame + 5..frame + 9].copy_from_slice(&[0x23, 0x28, 0x2e, 0xe0]);
        assert_eq!(pushpix::probe(&bytes).unwrap().stored, Size::new(12_000, 9_000).unwrap());
        assert!(pushpix::plan(&bytes, &small()).is_ok(), "{name}");
    }
}
