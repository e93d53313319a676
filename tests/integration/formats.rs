//! Which format a picture becomes where its channel takes both.

use pushpix::{
    Adapter, ByteSize, ChromaSubsampling, Effort, Error, Format, JpegEncoder, Quality, Reason, Spec, SpecError,
};

use crate::adapt::{CLEAR, WHITE, codes, jpeg_spec, png_spec, size};
use crate::pictures::{Seen, fixture, near, png};

#[test]
fn the_format_follows_the_pixels() {
    let both = |name: &str, edge| {
        let out = pushpix::adapt(&fixture(name), &Spec::custom(size(2 * edge, edge))).unwrap();
        out.report.format
    };
    assert_eq!(both("photo.jpg", 200), Format::Jpeg);
    assert_eq!(both("logo.png", 200), Format::Png, "alpha stays");
    assert_eq!(both("text.png", 400), Format::Png, "flat graphics at their own size are smaller without loss");

    // The file that the picture came in does not matter, and no PNG is tried of a photo.
    let photo = pushpix::adapt(&fixture("photo.jpg"), &png_spec(600, 400)).unwrap().bytes;
    let out = pushpix::adapt(&photo, &Spec::custom(size(300, 150))).unwrap();
    assert_eq!((out.report.reason, out.report.format), (Reason::Photo, Format::Jpeg));
    assert!(out.report.attempts.iter().all(|attempt| attempt.format == Format::Jpeg));
    let fine = Adapter::new().with_min_quality(Quality::whole(97));
    let text = fine.adapt(&fixture("text.png"), &jpeg_spec(800, 400)).unwrap().bytes;
    let out = pushpix::adapt(&text, &Spec::custom(size(400, 300))).unwrap();
    assert_eq!((out.report.reason, out.report.format), (Reason::Flat, Format::Png), "{}", out.report);

    // Alpha that does not fit without loss is kept in fewer colours.
    let tight = Spec::custom(size(512, 512)).with_max_bytes(ByteSize::new(25_000));
    let out = pushpix::adapt(&fixture("logo.png"), &tight).unwrap();
    assert_eq!(out.report.format, Format::Png);
    assert_eq!(codes(&out.report), ["palette"]);
    assert_eq!(Seen::of(&out.bytes).at(0, 0), CLEAR);

    // PNG that does not fit at all gives way to JPEG, and the report says so.
    let tighter = Spec::custom(size(512, 512)).with_max_bytes(ByteSize::new(1_500));
    let coarsest = Adapter::new().with_min_quality(Quality::whole(1)).with_jpeg_encoder(JpegEncoder::Mozjpeg);
    let out = coarsest.adapt(&fixture("logo.png"), &tighter).unwrap();
    assert_eq!(out.report.format, Format::Jpeg);
    assert!(codes(&out.report).contains(&"format_changed"));
    assert!(near(Seen::of(&out.bytes).at(0, 0), WHITE, 40));

    // The caller's word counts, within what the spec allows.
    let png = Adapter::new().with_format(Format::Png);
    assert_eq!(png.adapt(&fixture("photo.jpg"), &Spec::custom(size(80, 80))).unwrap().report.format, Format::Png);
    let refused = png.adapt(&fixture("photo.jpg"), &jpeg_spec(80, 80));
    assert!(matches!(refused, Err(Error::Spec(SpecError::Contradiction { .. }))));
}

#[test]
fn lossless_that_fits_is_not_given_up_for_a_squeezed_jpeg() {
    // With a byte behind its end it is not passed through.
    let text = [&fixture("text.png")[..], b"."].concat();
    let free = Spec::custom(size(800, 400));
    let lossless = pushpix::adapt(&text, &free).unwrap();
    assert_eq!((lossless.report.format, lossless.report.attempts.len()), (Format::Png, 3));
    let len = lossless.bytes.len() as u64;
    let exact = pushpix::adapt(&text, &free.clone().with_max_bytes(ByteSize::new(len))).unwrap();
    assert!(exact.bytes == lossless.bytes, "a PNG of exactly the cap is taken");
    assert_eq!(exact.report.attempts.len(), 3, "and JPEG is not searched");
    // One byte less, and it takes a JPEG, or fewer colours where that does not fit either.
    let out = pushpix::adapt(&text, &free.with_max_bytes(ByteSize::new(len - 1))).unwrap();
    assert!(out.report.format == Format::Jpeg || out.report.colours.is_some(), "{}", out.report);
}

/// A slope from corner to corner, of which a PNG that was made with care is a third as long as a quick one.
fn slope(width: u32, height: u32) -> Vec<u8> {
    let level = |part: u32, whole: u32| u8::try_from(part * 255 / whole).unwrap();
    let pixels = (0..height)
        .flat_map(|y| (0..width).map(move |x| [level(x, width), level(y, height), level(x + y, width + height), 255]));
    png(width, height, &pixels.collect::<Vec<_>>())
}

#[test]
fn a_flat_picture_is_lossless_unless_jpeg_is_much_shorter() {
    // By hand what is done with fewer encodes.
    let pictures = ["text.png", "palette.png", "halo.png", "photo.jpg", "icon-144-trailing.jpg"].map(fixture);
    let (mut flat, mut smaller) = (0, 0);
    for picture in pictures.into_iter().chain([slope(640, 240)]) {
        for (spec, effort) in [(144, 144), (984, 369), (200, 200)]
            .map(|(width, height)| Spec::custom(size(width, height)))
            .iter()
            .flat_map(|spec| [Effort::Fast, Effort::Balanced, Effort::Best].map(|effort| (spec, effort)))
        {
            let adapter = Adapter::new().with_effort(effort);
            let out = adapter.adapt(&picture, spec).unwrap();
            let only = |format| {
                let adapter = adapter.clone().with_format(format).with_chroma(ChromaSubsampling::Cs444);
                adapter.adapt(&picture, spec).unwrap().bytes
            };
            match out.report.reason {
                Reason::Flat | Reason::Smaller => {}
                _ => continue,
            }
            let (lossless, lossy) = (only(Format::Png), only(Format::Jpeg));
            let is_flat = lossless.len() <= lossy.len() / 4 * 5;
            assert!(out.bytes == if is_flat { lossless } else { lossy }, "{effort:?} {}", out.report);
            *if is_flat { &mut flat } else { &mut smaller } += 1;
        }
    }
    assert!(flat >= 5 && smaller >= 5, "{flat} {smaller}");
}

#[test]
fn a_cap_that_leaves_room_changes_nothing() {
    for picture in
        ["text.png", "palette.png", "photo.jpg", "logo.png", "grey.jpg"].map(fixture).iter().chain([&slope(640, 240)])
    {
        for (width, height) in [(144, 144), (984, 369)] {
            let free = Spec::custom(size(width, height));
            let out = pushpix::adapt(picture, &free).unwrap();
            let len = out.bytes.len() as u64;
            for cap in [len / 4 * 5, 2 * len, 5 * len] {
                let capped = pushpix::adapt(picture, &free.clone().with_max_bytes(ByteSize::new(cap))).unwrap();
                assert!(capped.bytes == out.bytes, "{cap}: {} and not {}", capped.report, out.report);
            }
        }
    }
}
