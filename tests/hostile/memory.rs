//! That limits bound what is really taken: large pictures and canvases, each with exactly the memory that it is said to
//! need.

use std::borrow::Cow;

use pushpix::{
    Adapted, Adapter, ByteSize, ChromaSubsampling, Effort, Error, Format, Light, Limits, Measure, Scale, Size, Spec,
};

use crate::builders::{self, chunk, idat, ihdr};
use crate::measure::{MIB, SLACK, Taken, Turn, turn};
use crate::pictures::fixture;

/// The figure of the limit that refuses a call.
fn needed<T: std::fmt::Debug>(what: Measure, refused: Result<T, Error>) -> u64 {
    match refused {
        Err(Error::Limit { what: found, value, .. }) if found == what => value,
        other => panic!("{what} refuses nothing: {other:?}"),
    }
}

/// What decoding a file is said to need, and what it takes where it may have just that.
fn decoding(turn: &Turn, case: &str, file: &[u8], lenient: bool) -> (u64, Taken) {
    let adapter = |most| {
        let limits = Limits::default().with_max_decoded(ByteSize::new(most));
        Adapter::new().with_limits(limits).with_lenient(lenient)
    };
    // As large as it is, so that all of its pixels are decoded.
    let spec = Spec::custom(pushpix::probe(file).unwrap().size());
    let need = needed(Measure::DecodedBytes, adapter(1).plan(file, &spec));
    let (verdict, taken) = turn.measured(|| adapter(need).verify(file, &spec));
    let verdict = verdict.unwrap();
    let unreadable = verdict.violations.iter().any(|violation| violation.code() == "unreadable");
    assert!(!unreadable, "{case}: {verdict}");
    let mib = |bytes: f64| bytes / MIB as f64;
    eprintln!("{case:<28} {:>6.1} MiB said, {:>6.1} MiB taken", mib(need as f64), mib(taken.bytes as f64));
    assert!(taken.bytes as u64 <= need + SLACK as u64, "{case}: {need} said, {taken:?}");
    (need, taken)
}

#[test]
fn a_picture_takes_no_more_than_its_header_says() {
    let turn = turn();
    let png =
        |width: u32, height: u32, kind: [u8; 3], len: usize| builders::png(&[ihdr(width, height, kind), idat(len)]);
    let (w, h) = (3000_usize, 2000_usize);
    let rows = |bits: usize| h * (1 + (w * bits).div_ceil(8));
    let palette = [ihdr(3000, 2000, [8, 3, 0]), chunk(b"PLTE", &[7; 768]), chunk(b"tRNS", &[9; 200]), idat(rows(8))];
    let passes = [(8, 8, 0, 0), (8, 8, 4, 0), (4, 8, 0, 4), (4, 4, 2, 0), (2, 4, 0, 2), (2, 2, 1, 0), (1, 2, 0, 1)];
    let woven = passes.map(|(across, down, x, y)| (h - y).div_ceil(down) * (1 + 8 * (w - x).div_ceil(across)));
    let large = Spec::custom(Size::new(3000, 2000).unwrap()).with_formats([Format::Jpeg]);
    let jpeg = |effort, chroma| {
        let adapter = Adapter::new().with_effort(effort).with_chroma(chroma);
        adapter.adapt(&fixture("420.jpg"), &large).unwrap().bytes
    };
    let baseline = jpeg(Effort::Fast, ChromaSubsampling::Cs420);
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("png, grey 1-bit", png(3000, 2000, [1, 0, 0], rows(1))),
        ("png, rgb", png(3000, 2000, [8, 2, 0], rows(24))),
        ("png, rgba 16-bit", png(3000, 2000, [16, 6, 0], rows(64))),
        ("png, rgba 16-bit interlaced", png(3000, 2000, [16, 6, 1], woven.iter().sum())),
        ("png, palette", builders::png(&palette)),
        ("png, a row", png(1_000_000, 1, [8, 2, 0], 3_000_001)),
        ("png, a row of 16 bits", png(1_000_000, 1, [16, 6, 0], 8_000_001)),
        ("png, a column", png(1, 1_000_000, [8, 2, 0], 4_000_000)),
        ("jpeg, progressive grey", builders::progressive(4000, 3000, 30)),
        ("jpeg, 4:4:4", jpeg(Effort::Balanced, ChromaSubsampling::Cs444)),
    ];
    let cut = baseline[..baseline.len() * 3 / 4].to_vec();
    cases.push(("jpeg, 4:2:0", baseline));
    for (case, file) in &cases {
        let (need, taken) = decoding(&turn, case, file, false);
        assert!(need <= (4 * taken.bytes + SLACK) as u64, "{case}: {need} is far more than {taken:?}");
    }
    decoding(&turn, "jpeg, cut, leniently", &cut, true);
    let (_, rgb) = &cases[1];
    decoding(&turn, "png, cut, leniently", &rgb[..rgb.len() - 30], true);
}

#[test]
fn an_icc_profile_takes_no_more_than_is_said() {
    let turn = turn();
    let (tags, data) = builders::primaries();
    let with = |more: &[([u8; 4], u32, u32)], body: &[u8]| {
        let (tags, data) = ([&tags[..], more].concat(), [&data[..], body].concat());
        builders::small_png(&[builders::iccp(&builders::profile(b"XYZ ", &tags, &data))])
    };
    let start = u32::try_from(data.len()).unwrap();

    // A name in a hundred thousand languages, all of which lie in one place.
    let (count, len) = (100_000_u32, 2_u32 << 20);
    let mut names = [&b"mluc\0\0\0\0"[..], &count.to_be_bytes(), &12_u32.to_be_bytes()].concat();
    let texts = 16 + 12 * count;
    (0..count).for_each(|_| names.extend([&b"enUS"[..], &len.to_be_bytes(), &texts.to_be_bytes()].concat()));
    names.extend([0, b'a'].repeat(MIB));
    let length = u32::try_from(names.len()).unwrap();
    let bomb = with(&[(*b"desc", start, length), (*b"cprt", start, length), (*b"dmnd", start, length)], &names);
    let spec = Spec::custom(Size::new(8, 8).unwrap());
    let is_applied = |file: &[u8]| {
        let warnings = pushpix::adapt(file, &spec).unwrap().report.warnings;
        warnings.iter().all(|warning| warning.code() != "profile_ignored")
    };
    assert!(is_applied(&bomb), "texts do not matter");
    decoding(&turn, "icc, a name 100 000 times", &bomb, false);

    // A table of 100x100x100 colours, for every intent and both ways.
    let side = 100_u32;
    let mut table = [&b"mft2\0\0\0\0\x03\x03"[..], &[100, 0], &[0; 36], &[0, 2, 0, 2]].concat();
    for at in [12, 28, 44] {
        table[at..at + 4].copy_from_slice(&[0, 1, 0, 0]);
    }
    table.extend([0, 0, 255, 255].repeat(3));
    table.extend((0..3 * side.pow(3)).flat_map(|value| u16::try_from(value % 65_521).unwrap().to_be_bytes()));
    table.extend([0, 0, 255, 255].repeat(3));
    let length = u32::try_from(table.len()).unwrap();
    let names = [b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt"].map(|name| (*name, 0, length));
    let lab = builders::profile(b"Lab ", &names, &table);
    let file = builders::small_png(&[builders::iccp(&lab)]);
    assert!(is_applied(&file));
    decoding(&turn, "icc, seven tables", &file, false);
    assert!(!is_applied(&with(&[], &vec![1; 9 * MIB])), "it is too long");

    // Seven tags that overlap, of a megabyte each.
    let tags = [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"chad"];
    let tags: Vec<builders::Tag> = (0..).zip(tags).map(|(place, name)| (*name, place, 7 << 20)).collect();
    let overlapping =
        builders::small_png(&[builders::iccp(&builders::profile(b"XYZ ", &tags, &vec![0; 8 * MIB - 999]))]);
    decoding(&turn, "icc, tags that overlap", &overlapping, false);
}

/// What a canvas is said to need, and what the whole adaptation takes where it may have just that.
fn adapting(turn: &Turn, case: &str, file: &[u8], spec: &Spec, adapter: &Adapter) {
    let within = |decoded, canvas| {
        let limits = Limits::default().with_max_decoded(ByteSize::new(decoded)).with_max_canvas(ByteSize::new(canvas));
        adapter.clone().with_limits(limits)
    };
    let defaults = Limits::default();
    let decoded = needed(Measure::DecodedBytes, within(1, 1).plan(file, spec));
    let canvas = needed(Measure::CanvasBytes, within(defaults.max_decoded.as_u64(), 1).plan(file, spec));
    let (adapted, taken) = turn.measured(|| within(decoded, canvas).adapt(file, spec));
    let adapted: Result<Adapted, Error> = adapted.unwrap();
    let said = match &adapted {
        Ok(out) => Cow::Owned(format!("{} {}", out.report.format, out.report.bytes)),
        Err(Error::OverBudget { .. }) => Cow::Borrowed("nothing fits"),
        Err(other) => panic!("{case}: {other}"),
    };
    let mib = |bytes: f64| bytes / MIB as f64;
    let need = decoded + canvas;
    eprintln!("{case:<52} {:>5.1} MiB said, {:>5.1} MiB taken  {said}", mib(need as f64), mib(taken.bytes as f64));
    assert!(taken.bytes as u64 <= need + SLACK as u64, "{case}: {decoded} + {canvas} said, {taken:?}");
}

#[test]
fn an_adaptation_takes_no_more_than_is_said() {
    let turn = turn();
    let side = Size::new(1500, 1000).unwrap();
    let (photo, clear) = (fixture("orientation-6.jpg"), fixture("rgba-16bit.png"));
    let table = "[[spec]]\nid = \"a/large-image\"\nrule = \"any\"\nformats = [\"FORMAT\"]\nmax_bytes = 60_000\ninclusive = true\n";
    let large = Adapter::new().adapt(&photo, &Spec::custom(Size::new(1400, 1100).unwrap())).unwrap().bytes;
    let mut cases = Vec::new();
    for (format, name) in [(Format::Jpeg, "jpeg"), (Format::Png, "png")] {
        let exact = Spec::custom(side).with_formats([format]);
        cases.push((exact.clone(), Effort::Balanced));
        cases.push((exact.with_max_bytes(ByteSize::new(150_000)), Effort::Fast));
        let any = pushpix::Catalog::from_toml(&table.replace("FORMAT", name)).unwrap();
        cases.push((any.iter().next().unwrap().clone(), Effort::Fast));
    }
    for (spec, effort) in &cases {
        for (kind, file) in [("photo", &photo), ("clear", &clear), ("large", &large)] {
            let adapter = Adapter::new().with_effort(*effort).with_keep_metadata(true);
            adapting(&turn, &format!("{kind}, {} as {:?}, {effort}", spec.id(), spec.formats), file, spec, &adapter);
        }
    }
    let jpeg = Spec::custom(side).with_formats([Format::Jpeg]);
    let linear = Adapter::new().with_effort(Effort::Fast).with_light(Light::Linear);
    adapting(&turn, "clear, linear", &clear, &jpeg, &linear);
    adapting(&turn, "large, linear", &large, &Spec::custom(Size::new(1399, 1099).unwrap()), &linear);
    adapting(&turn, "large, to an icon", &large, &Spec::custom(Size::new(24, 24).unwrap()), &linear);
    // A strip, of which few rows are many pixels.
    let (width, height) = (200_000_u32, 18_u32);
    let mut rows = Vec::new();
    for _ in 0..height {
        rows.push(0);
        rows.extend((0..3 * width).map(|at| u8::try_from((at.wrapping_mul(2_654_435_761) >> 13) % 251).unwrap()));
    }
    let data = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 1);
    let strip = builders::png(&[ihdr(width, height, builders::RGB), chunk(b"IDAT", &data)]);
    let table = table.replace("FORMAT", "png").replace("60_000", "1_000_000");
    let any = pushpix::Catalog::from_toml(&table).unwrap();
    let fast = Adapter::new().with_effort(Effort::Fast);
    adapting(&turn, "a strip, to a palette", &strip, any.iter().next().unwrap(), &fast);
    let mut filled = builders::baseline(40, 30);
    filled[1].extend(builders::segment(0xfe, &[b'x'; 65_000]).repeat(320));
    let own = Spec::custom(Size::new(40, 30).unwrap());
    let keep = Adapter::new().with_keep_metadata(true);
    adapting(&turn, "20 MiB of comments, passed through", &filled.concat(), &own, &keep);
    // Where a picture becomes far smaller, what lies between the passes of the resampling is larger than the canvas.
    let vast = builders::png(&[ihdr(12_000, 8000, [8, 0, 0]), idat(8000 * 12_001)]);
    let narrow = Spec::custom(Size::new(1200, 800).unwrap()).with_formats([Format::Jpeg]);
    adapting(&turn, "vast, linear, to a tenth", &vast, &narrow, &linear);
    #[cfg(feature = "mozjpeg")]
    adapting(
        &turn,
        "clear, by mozjpeg",
        &clear,
        &jpeg,
        &Adapter::new().with_jpeg_encoder(pushpix::JpegEncoder::Mozjpeg),
    );
}

#[test]
fn too_many_scans_are_refused_before_any_memory_is_taken() {
    let turn = turn();
    let file = builders::progressive(4000, 3000, 101);
    for side in [8, 3000] {
        let spec = Spec::custom(Size::new(side, side).unwrap());
        let (refused, taken) = turn.measured(|| Adapter::new().adapt(&file, &spec));
        assert_eq!(needed(Measure::Scans, refused.unwrap()), 101);
        assert!(taken.bytes < MIB, "{taken:?}");
    }
}

#[test]
fn an_eighth_takes_no_more_than_is_said() {
    let turn = turn();
    let (grey, colour) = (builders::progressive(4000, 3000, 14), fixture("progressive.jpg"));
    let endless = &grey[..grey.len() - 2];
    let icon = Spec::custom(Size::new(4, 4).unwrap()).with_formats([Format::Jpeg]);
    let fast = Adapter::new().with_effort(Effort::Fast).with_lenient(true);
    for (case, file) in [("grey", &grey[..]), ("grey, no end", endless), ("colour", &colour)] {
        assert_eq!(fast.plan(file, &icon).unwrap().scale, Scale::Eighth);
        adapting(&turn, &format!("progressive, {case}, to an icon"), file, &icon, &fast);
    }
    // The end makes all the difference: without it all coefficients are kept.
    let taken = |file: &[u8]| turn.measured(|| fast.adapt(file, &icon).unwrap()).1.bytes;
    assert!(10 * taken(&grey) < taken(endless));
}

/// A picture of waves and grain, in one scan with chroma at half of its size, as phones write it.
fn phone_photo(width: usize, height: usize) -> Vec<u8> {
    let mut compress = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    compress.set_size(width, height);
    compress.set_fastest_defaults();
    compress.set_quality(90.0);
    compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = compress.start_compress(Vec::new()).unwrap();
    let mut row = vec![0; 3 * width];
    for y in 0..height {
        for (x, value) in row.iter_mut().enumerate() {
            let grain = x.wrapping_mul(2_654_435_761).wrapping_add(y).wrapping_mul(2_246_822_519) >> 29 & 7;
            *value = u8::try_from((x / 40 + y / 23 + grain) % 256).unwrap();
        }
        started.write_scanlines(&row).unwrap();
    }
    started.finish().unwrap()
}

#[test]
fn a_photo_of_24_megapixels_takes_12_megabytes() {
    let turn = turn();
    let photo = phone_photo(6000, 4000);
    let adapter = Adapter::new().with_effort(Effort::Fast);
    for (width, height) in [(984, 369), (144, 144)] {
        let spec = Spec::custom(Size::new(width, height).unwrap()).with_formats([Format::Jpeg]);
        let (adapted, taken) = turn.measured(|| adapter.adapt(&photo, &spec));
        let report = adapted.unwrap().unwrap().report;
        eprintln!("{report}, decoded at {}: {:.1} MB taken", report.scale, taken.bytes as f64 / 1e6);
        assert!(taken.bytes <= 12_000_000, "{taken:?}");
    }
}
