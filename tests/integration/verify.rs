//! `verify`: it agrees with `adapt`, and every kind of violation is told with its figures. And what passes through.

use std::path::Path;

use proptest::prelude::*;
use pushpix::{Adapter, AlphaRule, ByteSize, Canvas, Catalog, Effort, Error, Format, Size, Spec, Verdict, Violation};

use crate::pictures::{Seen, crc32, files, fixture, png, testdata};

fn icon() -> Spec {
    Spec::custom(Size::new(144, 144).unwrap())
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.violations.iter().map(Violation::code).collect()
}

/// The rows for which a picture can be made.
fn rows() -> Vec<&'static Spec> {
    Catalog::builtin().iter().filter(|spec| spec.check_adaptable().is_ok()).collect()
}

#[test]
fn every_output_for_every_row_complies() {
    let fast = Adapter::new().with_effort(Effort::Fast);
    let rows = rows();
    assert!(rows.len() > 20);
    for name in
        ["444.jpg", "logo.png", "orientation-6.jpg", "icc-cmyk.jpg", "icc-p3-rgba.png", "animated.png", "1x1.png"]
    {
        for spec in &rows {
            let out = fast.adapt(&fixture(name), spec).unwrap();
            let verdict = pushpix::verify(&out.bytes, spec);
            assert!(verdict.complies(), "{name}: {verdict}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_adapt_returns_verify_accepts(
        (width, height) in (1_u32..200, 1_u32..200),
        pixels in prop::collection::vec(any::<[u8; 4]>(), 64),
        opaque in any::<bool>(),
        row in 0..rows().len(),
        keep in any::<bool>(),
    ) {
        let pixel = |index: u32| {
            let [r, g, b, a] = pixels[(index as usize / 7) % pixels.len()];
            [r, g, b, if opaque { 255 } else { a }]
        };
        let picture: Vec<[u8; 4]> = (0..width * height).map(pixel).collect();
        let spec = rows()[row];
        let adapter = Adapter::new().with_effort(Effort::Fast).with_keep_metadata(keep);
        let out = adapter.adapt(&png(width, height, &picture), spec).unwrap();
        let verdict = pushpix::verify(&out.bytes, spec);
        prop_assert!(verdict.complies(), "{}", verdict);

        // And so it is returned as it is, unless it lies on a canvas of its own making again.
        let again = adapter.adapt(&out.bytes, spec).unwrap();
        prop_assert!(again.report.passthrough, "{}", again.report);
        prop_assert_eq!(again.bytes, out.bytes);
    }
}

#[test]
fn every_violation_is_told_with_its_figures() {
    let size = |width, height| Size::new(width, height).unwrap();
    let at_most = |canvas| {
        let mut spec = icon();
        spec.canvas = Some(Canvas::AtMost(canvas));
        spec
    };
    let mut small_area = at_most(size(144, 144));
    small_area.max_area = Some(144 * 144 - 1);
    let unsupported = Spec::builtin("oppo/small-icon").unwrap().clone();
    let exclusive = {
        let mut spec = icon().with_max_bytes(ByteSize::of(&fixture("icon-144.jpg")));
        spec.cap.as_mut().unwrap().inclusive = false;
        spec
    };
    let cases: [(&str, Spec, &[&str], &str); 19] = [
        ("icon-144.jpg", icon(), &[], "complies"),
        ("icon-144-srgb.jpg", icon(), &[], "complies"),
        ("icon-144-exif.jpg", icon(), &[], "complies"),
        ("icon-144-alpha.png", icon(), &[], "complies"),
        ("bad/decode-truncated.jpg", icon(), &["size", "unreadable"], "broken jpeg"),
        ("bad/unsupported-gif.jpg", icon(), &["unreadable"], "a gif file"),
        ("icon-144.png", icon().with_formats([Format::Jpeg]), &["format"], "it is png, and jpeg is taken"),
        ("icon-144.png", Spec::custom(size(144, 145)), &["size"], "its size is 144x144, and exact 144x145 is taken"),
        ("icon-144.png", at_most(size(200, 143)), &["size"], "its size is 144x144, and at most 200x143 is taken"),
        ("icon-144.png", small_area, &["area"], "it has 20736 pixels, and at most 20735 are taken"),
        ("icon-144.jpg", exclusive, &["bytes"], "at most"),
        ("icon-144-alpha.png", icon().with_alpha(AlphaRule::Flatten), &["alpha"], "only opaque"),
        ("icon-144-orientation.jpg", icon(), &["orientation"], "orientation 6"),
        ("icon-144-cmyk.jpg", icon(), &["cmyk"], "its colours are cmyk"),
        ("icon-144-p3.jpg", icon(), &["not_srgb"], "not srgb: an icc profile"),
        ("cicp-pq.png", Spec::custom(size(64, 48)), &["not_srgb"], "not srgb: a cicp chunk"),
        ("profile-garbage.png", Spec::custom(size(64, 48)), &["not_srgb"], "the icc profile is broken"),
        ("icon-144-animated.png", icon(), &["animated"], "it is animated"),
        ("icon-144.png", unsupported, &["unsupported_slot"], "no such picture"),
    ];
    for (name, spec, expected, said) in cases {
        let verdict = pushpix::verify(&fixture(name), &spec);
        assert_eq!(codes(&verdict), expected, "{name}: {verdict}");
        assert_eq!(verdict.complies(), expected.is_empty());
        assert!(verdict.to_string().contains(said), "{verdict}");
    }
}

#[test]
fn a_name_of_another_format_is_told() {
    let verdict = |name: &str| pushpix::verify(&fixture("icon-144.jpg"), &icon()).with_name(Path::new(name));
    for name in ["a.jpg", "a.JPEG", "a", "a.bin", "png", "-"] {
        assert!(verdict(name).complies(), "{name}");
    }
    for name in ["a.png", "a.PNG", "a.gif", "a.webp"] {
        assert_eq!(codes(&verdict(name)), ["name"], "{name}");
    }
    assert!(verdict("a.png").to_string().contains("its name ends in .png, and it is jpeg"));
}

#[test]
fn what_is_only_advised_is_a_warning() {
    let verdict = pushpix::verify(&fixture("icon-144.jpg"), Spec::builtin("fcm/large-icon").unwrap());
    assert!(verdict.complies());
    assert_eq!(verdict.warnings.iter().map(pushpix::Warning::code).collect::<Vec<_>>(), ["other_size"]);
    let glyph = icon().with_alpha(AlphaRule::WhiteOnTransparent);
    let verdict = pushpix::verify(&fixture("icon-144.png"), &glyph);
    assert!(verdict.complies());
    assert_eq!(verdict.warnings.iter().map(pushpix::Warning::code).collect::<Vec<_>>(), ["opaque_glyph"]);
    let verdict = pushpix::verify(&fixture("icon-144.png"), Spec::builtin("xiaomi/large-icon").unwrap());
    assert_eq!(verdict.warnings.iter().map(pushpix::Warning::code).collect::<Vec<_>>(), ["discontinued"]);
}

#[test]
fn a_complying_file_passes_through_only_if_it_carries_nothing() {
    let passes = |name: &str, spec: &Spec| {
        let input = fixture(name);
        let out = pushpix::adapt(&input, spec).unwrap();
        assert_eq!(out.bytes == input, out.report.passthrough, "{name}");
        assert_eq!(out.report.attempts.is_empty(), out.report.passthrough, "{name}");
        out.report.passthrough
    };
    for name in ["icon-144.jpg", "icon-144.png", "icon-144-alpha.png", "icon-144-srgb.jpg"] {
        assert!(passes(name, &icon()), "{name}");
    }
    let carrying = [
        "icon-144-exif.jpg",
        "icon-144-orientation.jpg",
        "icon-144-p3.jpg",
        "icon-144-cmyk.jpg",
        "icon-144-comment.jpg",
        "icon-144-trailing.jpg",
        "icon-144-text.png",
        "icon-144-animated.png",
    ];
    for name in carrying {
        assert!(!passes(name, &icon()), "{name}");
    }
    // What the spec does not allow does not pass either.
    assert!(!passes("icon-144.png", &icon().with_formats([Format::Jpeg])));
    assert!(!passes("icon-144-alpha.png", &icon().with_alpha(AlphaRule::Flatten)));
    let long = fixture("icon-144.png").len() as u64;
    assert!(!passes("icon-144.png", &icon().with_max_bytes(ByteSize::new(long - 1))));
    assert!(passes("icon-144.png", &icon().with_max_bytes(ByteSize::new(long))));
    assert!(!passes("icon-144.jpg", &Spec::custom(Size::new(145, 144).unwrap())));

    // Nor what is no file of 8 bits, or is not quite whole.
    for name in ["rgb-16bit.png", "no-eoi.jpg", "stray-bytes.jpg"] {
        let own = Spec::custom(pushpix::probe(&fixture(name)).unwrap().size());
        assert!(!passes(name, &own), "{name}");
    }
    for name in ["progressive-444.jpg", "palette-2bit-interlaced.png", "grey.jpg", "idat-pieces.png"] {
        let own = Spec::custom(pushpix::probe(&fixture(name)).unwrap().size());
        assert!(passes(name, &own), "{name}");
    }

    // Nor what the caller's options would change.
    let blue = Adapter::new().with_background("#00f".parse().unwrap());
    assert!(!blue.adapt(&fixture("icon-144-alpha.png"), &icon()).unwrap().report.passthrough);
    let png = Adapter::new().with_format(Format::Png);
    assert!(!png.adapt(&fixture("icon-144.jpg"), &icon()).unwrap().report.passthrough);
}

/// A chunk of a PNG with its checksum, put in front of the one of this name.
fn with_chunk(png: &[u8], before: &[u8; 4], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let at = png.windows(4).position(|window| window == before).unwrap() - 4;
    let named = [&name[..], body].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&png[..at], &length, &named, &crc32(&named).to_be_bytes(), &png[at..]].concat()
}

#[test]
fn nothing_hides_in_a_file_that_passes_through() {
    let png = fixture("icon-144.png");
    let jpeg = fixture("icon-144.jpg");
    let end = jpeg.len() - 2;
    let (head, tail) = jpeg.split_at(end);
    let scan = jpeg.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let in_front = |segment: &[u8]| [&jpeg[..scan], segment, &jpeg[scan..]].concat();
    let table = [&b"\xff\xdb\0\x43\x03secret"[..], &[1; 58]].concat();
    let codes = [&b"\xff\xc4\0\x19\x13"[..], &[0; 15], b"\x06secret"].concat();
    let first_table = jpeg.windows(2).position(|pair| pair == [0xff, 0xdb]).unwrap();
    let mut replaced = table.clone();
    replaced[4] = 0;
    let replaced = [&jpeg[..first_table], &replaced, &jpeg[first_table..]].concat();
    // A profile that is sRGB, with a tag that nobody knows.
    let srgb = fixture("icon-144-srgb.jpg");
    let start = srgb.windows(12).position(|window| window == b"ICC_PROFILE\0").unwrap();
    let len = usize::from(u16::from_be_bytes([srgb[start - 2], srgb[start - 1]])) - 2 - 14;
    let profile = &srgb[start + 14..][..len];
    let fat = [profile, &b"secret".repeat(1000)].concat();
    let fat_len = u16::try_from(fat.len() + 16).unwrap().to_be_bytes();
    let fat_jpeg = in_front(&[&[0xff, 0xe2], &fat_len[..], b"ICC_PROFILE\0\x01\x01", &fat].concat());
    let iccp = |name: &[u8], profile: &[u8], behind: &[u8]| {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(profile, 6);
        with_chunk(&png, b"IDAT", b"iCCP", &[name, b"\0\0", &packed, behind].concat())
    };
    assert!(pushpix::adapt(&iccp(b"sRGB", profile, b""), &icon()).unwrap().report.passthrough);
    let density = with_chunk(&png, b"IDAT", b"pHYs", &[0; 9]);
    // The last of the data is the end of the stream; blocks of no bytes in front of it have room for something.
    let pixels = vec![0; 144 * (1 + 3 * 144)];
    let stored = pixels.chunks(60_000).flat_map(|part| {
        let len = u16::try_from(part.len()).unwrap();
        [&[0][..], &len.to_le_bytes(), &(!len).to_le_bytes(), part].concat()
    });
    // Adler-32 of zeros: their number modulo 65 521, and 1.
    let sum = u32::try_from(pixels.len() % 65_521).unwrap() << 16 | 1;
    let data: Vec<u8> = [0x78, 0x01].into_iter().chain(stored).collect();
    let ended = |blocks: usize| {
        let data =
            [&data[..], &[0, 0, 0, 0xff, 0xff].repeat(blocks), &[1, 0, 0, 0xff, 0xff], &sum.to_be_bytes()].concat();
        let header = [0, 0, 0, 144, 0, 0, 0, 144, 8, 2, 0, 0, 0];
        let empty = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82";
        with_chunk(&with_chunk(empty, b"IEND", b"IHDR", &header), b"IEND", b"IDAT", &data)
    };
    assert!(pushpix::adapt(&ended(0), &icon()).unwrap().report.passthrough);
    let blocks = ended(9000);
    let hiding: Vec<(&str, Vec<u8>)> = vec![
        ("a comment behind the scan", [head, b"\xff\xfe\0\x08secret", tail].concat()),
        ("exif behind the scan", [head, b"\xff\xe1\0\x0aExif\0\0MM", tail].concat()),
        ("tables for arithmetic coding", [&jpeg[..scan], b"\xff\xcc\0\x06\0\x10\x01\x10", &jpeg[scan..]].concat()),
        ("a second JFIF segment", in_front(b"\xff\xe0\0\x10JFIF\0\x01\x01secret\0\0")),
        ("a second Adobe segment", in_front(&b"\xff\xee\0\x0eAdobe\0\x64secr\x01".repeat(2))),
        ("a restart interval that is replaced", in_front(b"\xff\xdd\0\x04se\xff\xdd\0\x04\0\0")),
        ("restart markers in front of the scan", in_front(&[0xff, 0xd1, 0xff, 0xd3].repeat(9))),
        ("fill in front of the scan", in_front(&[0xff; 99])),
        ("a quantization table that is not used", in_front(&table)),
        ("a Huffman table that is not used", in_front(&codes)),
        ("a quantization table that is replaced", replaced),
        ("a profile with a tag that nobody knows", fat_jpeg),
        ("the same in a PNG", iccp(b"sRGB", &fat, b"")),
        ("data behind a profile", iccp(b"sRGB", profile, b"secret")),
        ("a profile of a long name", iccp(&b"secret".repeat(14), profile, b"")),
        ("pixel densities", with_chunk(&density, b"IDAT", b"pHYs", b"secret\0\0\0")),
        ("blocks with nothing in them", blocks),
        ("frame control without animation", with_chunk(&png, b"IDAT", b"fcTL", b"secret")),
        ("frame data without animation", with_chunk(&png, b"IEND", b"fdAT", b"secret")),
        ("a suggested palette", with_chunk(&png, b"IDAT", b"sPLT", b"secret\0\x08")),
        ("a palette in an RGB picture", with_chunk(&png, b"IDAT", b"PLTE", b"secret")),
        ("a colour key too long", with_chunk(&png, b"IDAT", b"tRNS", b"secrets")),
        ("a private chunk", with_chunk(&png, b"IDAT", b"prVt", b"secret")),
        ("a second sRGB chunk", with_chunk(&with_chunk(&png, b"IDAT", b"sRGB", b"\0"), b"IDAT", b"sRGB", b"\x01")),
        ("text behind the picture", with_chunk(&png, b"IEND", b"tEXt", b"a\0secret")),
        ("data behind the compressed picture", with_chunk(&png, b"IEND", b"IDAT", b"secret")),
        ("a second end", [&png[..], &png[png.len() - 12..]].concat()),
    ];
    for (what, file) in hiding {
        let out = pushpix::adapt(&file, &icon()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!out.report.passthrough, "{what}");
        assert!(!out.bytes.windows(6).any(|window| window == b"secret"), "{what}");
        // It is no violation: receivers show the picture all the same.
        assert!(pushpix::verify(&file, &icon()).complies(), "{what}");
    }
    // Tables that many encoders write in any case say nothing, nor does one that is there twice.
    for name in ["grey.jpg", "icon-144.jpg"] {
        let file = fixture(name);
        let start = file.windows(2).position(|pair| pair == [0xff, 0xdb]).unwrap();
        let len = 2 + usize::from(u16::from_be_bytes([file[start + 2], file[start + 3]]));
        let mut other = file[start..start + len].to_vec();
        other[4] = 3;
        let scan = file.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let own = Spec::custom(pushpix::probe(&file).unwrap().size());
        for table in [&file[start..start + len], &other[..69]] {
            let mut table = table.to_vec();
            let len = u16::try_from(table.len() - 2).unwrap().to_be_bytes();
            table[2..4].copy_from_slice(&len);
            let file = [&file[..scan], &table, &file[scan..]].concat();
            assert!(pushpix::adapt(&file, &own).unwrap().report.passthrough, "{name}");
        }
    }
    // What only says how the picture is shown does not matter.
    for (name, body) in
        [(b"pHYs", &[0, 0, 11, 19, 0, 0, 11, 19, 1][..]), (b"sRGB", &[0]), (b"gAMA", &[0, 0, 0xb1, 0x8f])]
    {
        let file = with_chunk(&png, b"IDAT", name, body);
        assert!(pushpix::adapt(&file, &icon()).unwrap().report.passthrough, "{name:?}");
    }
    let interlaced = fixture("interlaced.png");
    let own = Spec::custom(pushpix::probe(&interlaced).unwrap().size());
    assert!(pushpix::adapt(&interlaced, &own).unwrap().report.passthrough);
}

#[test]
fn a_second_statement_of_colours_does_not_pass_unseen() {
    let png = fixture("icc-p3.png");
    let own = Spec::custom(pushpix::probe(&png).unwrap().size());
    // cICP says sRGB, which counts here; a viewer that does not know it sees the profile.
    let both = with_chunk(&png, b"iCCP", b"cICP", &[1, 13, 0, 1]);
    assert!(!pushpix::adapt(&both, &own).unwrap().report.passthrough);
    assert_eq!(codes(&pushpix::verify(&both, &own)), ["not_srgb"]);
    // A profile that is no use does not keep a high dynamic range from being mapped.
    let garbage = with_chunk(&fixture("profile-garbage.png"), b"iCCP", b"cICP", &[9, 16, 0, 1]);
    let out = pushpix::adapt(&garbage, &own).unwrap();
    let warnings: Vec<&str> = out.report.warnings.iter().map(pushpix::Warning::code).collect();
    assert_eq!(warnings, ["profile_ignored", "tone_mapped"]);
    // And where nothing can be used, nothing is said to have been.
    let unknown = with_chunk(&fixture("icon-144.png"), b"IDAT", b"cICP", &[2, 16, 0, 1]);
    let out = pushpix::adapt(&unknown, &icon()).unwrap();
    assert!(!out.report.passthrough);
    let warnings: Vec<&str> = out.report.warnings.iter().map(pushpix::Warning::code).collect();
    assert_eq!(warnings, ["profile_ignored"]);
}

/// Markers and chunks that metadata stands in, and words of the fixtures' metadata.
const PRIVATE: &[&[u8]] =
    &[b"Exif", b"eXIf", b"GPS", b"tEXt", b"zTXt", b"iTXt", b"xap", b"Photoshop", b"ICC_PROFILE", b"iCCP"];

fn carries(bytes: &[u8]) -> Vec<&'static [u8]> {
    PRIVATE.iter().copied().filter(|word| bytes.windows(word.len()).any(|window| window == *word)).collect()
}

#[test]
fn metadata_never_reaches_an_output() {
    for path in files(&testdata()) {
        let input = std::fs::read(&path).unwrap();
        for format in [Format::Jpeg, Format::Png] {
            let out = pushpix::adapt(&input, &icon().with_formats([format])).unwrap();
            // What says that it is sRGB, a profile too, may pass through.
            if !path.ends_with("icon-144-srgb.jpg") {
                assert!(carries(&out.bytes).is_empty(), "{}: {:?}", path.display(), carries(&out.bytes));
            }
        }
    }
}

#[test]
fn metadata_is_kept_if_asked_for() {
    let keep = Adapter::new().with_keep_metadata(true);
    // From either format to either, upright, and within the cap.
    for (name, tag) in [("orientation-6.jpg", 6), ("orientation-6.png", 6), ("metadata.jpg", 1), ("metadata.png", 1)] {
        let input = fixture(name);
        assert_eq!(pushpix::probe(&input).unwrap().orientation.exif(), tag, "{name}");
        for format in [Format::Jpeg, Format::Png] {
            let spec = icon().with_formats([format]);
            let out = keep.adapt(&input, &spec).unwrap();
            let probe = pushpix::probe(&out.bytes).unwrap();
            assert!(probe.has_metadata && probe.orientation.exif() == 1, "{name} to {format}: {probe}");
            let bare = pushpix::adapt(&input, &spec).unwrap();
            assert!(out.bytes.len() > bare.bytes.len());
            assert_eq!(Seen::of(&out.bytes).difference(&Seen::of(&bare.bytes)).1, 0, "{name} to {format}");
            assert!(pushpix::verify(&out.bytes, &spec).complies());

            // The metadata count under the cap: the quality, or the number of colours, makes room for them.
            let cap = out.bytes.len() as u64 - 1;
            let tight = keep.adapt(&input, &spec.clone().with_max_bytes(ByteSize::new(cap))).unwrap();
            assert!(tight.bytes.len() as u64 <= cap);
            assert!(!carries(&tight.bytes).is_empty(), "{name} to {format}");

            // Where not even the lowest makes room, they give way.
            let none = pushpix::adapt(&input, &spec.clone().with_max_bytes(ByteSize::new(1)));
            let Err(Error::OverBudget { smallest, .. }) = none else { panic!("{none:?}") };
            let tightest = keep.adapt(&input, &spec.with_max_bytes(smallest)).unwrap();
            assert!(tightest.bytes.len() as u64 <= smallest.as_u64() && carries(&tightest.bytes).is_empty());
            let dropped = tightest.report.warnings.iter().any(|warning| warning.code() == "metadata_dropped");
            assert!(dropped, "{name} to {format}");
        }
    }
    // What follows a picture's end is not of it.
    let behind = [fixture("icon-144.png"), fixture("metadata.png")[8..].to_vec()].concat();
    assert!(carries(&keep.adapt(&behind, &icon()).unwrap().bytes).is_empty());
    // What is left out all the same is told.
    let out = keep.adapt(&fixture("metadata.png"), &icon()).unwrap();
    assert!(out.report.warnings.iter().any(|warning| warning.code() == "metadata_dropped"), "{}", out.report);
    // Then it does not keep a complying file from passing through.
    for name in ["icon-144-exif.jpg", "icon-144-comment.jpg", "icon-144-text.png"] {
        assert!(keep.adapt(&fixture(name), &icon()).unwrap().report.passthrough, "{name}");
    }
}
