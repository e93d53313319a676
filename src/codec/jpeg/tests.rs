//! The promises of the decoder as a whole, on files of other programs, and against other decoders.

mod scales;

use std::path::{Path, PathBuf};

use mozjpeg::{ColorSpace, Compress, Decompress};
use proptest::prelude::*;

use super::header::Header;
use super::scans::{Approach, decode_rows};
use super::{broken, decode, probe};
use crate::codec::decoded::Ending;
use crate::error::Error;
use crate::limits::{Limits, Watch};
use crate::scale::Scale;

/// The rows of each component, one after the other.
type Planes = Vec<Vec<u8>>;

/// The rows, and how many there are besides how they ended.
fn planes(bytes: &[u8], lenient: bool) -> Result<(Planes, Seen), Error> {
    planes_at(Scale::Full, bytes, lenient)
}

fn approach(scale: Scale, bytes: &[u8]) -> Result<Approach, Error> {
    Approach::choose(bytes, &Header::read(bytes)?, scale, &Limits::default())
}

fn planes_at(scale: Scale, bytes: &[u8], lenient: bool) -> Result<(Planes, Seen), Error> {
    let mut planes = Planes::new();
    let mut intact_rows = 0;
    let Ending { damage, irregular, end_missing, stray_bytes } =
        decode_rows(bytes, &approach(scale, bytes)?, lenient, &Watch::unhurried(&Limits::default()), &mut |row| {
            intact_rows += 1;
            planes.resize(row.len(), Vec::new());
            planes.iter_mut().zip(row).for_each(|(plane, row)| plane.extend_from_slice(row));
            Ok(())
        })?;
    Ok((planes, Seen { intact_rows, damage, irregular, end_missing, stray_bytes }))
}

#[derive(Debug, Clone, PartialEq)]
struct Seen {
    intact_rows: u32,
    damage: Option<&'static str>,
    irregular: bool,
    end_missing: bool,
    stray_bytes: bool,
}

pub(super) fn testdata(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)).unwrap()
}

/// The JPEGs of a folder by their names, those of at most so many bytes.
fn jpegs(dir: &Path, most: u64) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jpg")))
        .filter(|path| path.metadata().unwrap().len() <= most)
        .collect();
    paths.sort();
    paths
}

fn small() -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read(&path).unwrap());
    jpegs(&dir, 5000).into_iter().map(read).collect()
}

/// The components as libjpeg decodes them, to whose colours mozjpeg has changed nothing.
fn by_libjpeg(bytes: &[u8]) -> Planes {
    by_libjpeg_at(Scale::Full, bytes)
}

fn by_libjpeg_at(scale: Scale, bytes: &[u8]) -> Planes {
    let mut decompress = Decompress::new_mem(bytes).unwrap();
    decompress.scale(u8::try_from(8 / scale.divisor()).unwrap());
    // It would guess at what is missing in progressive pictures.
    decompress.do_block_smoothing(false);
    let stored = decompress.color_space();
    let mut started = decompress.to_colorspace(stored).unwrap();
    let samples = started.read_scanlines::<u8>().unwrap();
    started.finish().unwrap();
    let count = match stored {
        ColorSpace::JCS_GRAYSCALE => 1,
        ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => 4,
        _ => 3,
    };
    (0..count).map(|component| samples.iter().skip(component).step_by(count).copied().collect()).collect()
}

#[test]
fn every_sample_is_libjpegs() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for path in jpegs(&dir, u64::MAX) {
        let bytes = std::fs::read(&path).unwrap();
        let (planes, ending) = planes(&bytes, false).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(planes == by_libjpeg(&bytes), "{}", path.display());
        assert_eq!(ending.intact_rows, probe(&bytes).unwrap().stored.height());
        assert_eq!((ending.damage, ending.end_missing), (None, path.ends_with("no-eoi.jpg")), "{}", path.display());
    }
}

#[test]
fn the_pixels_are_those_of_other_decoders() {
    use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
    // Those that all three can read: of odd factors and separate scans one or the other makes nonsense.
    for name in ["420.jpg", "422.jpg", "444.jpg", "440.jpg", "progressive.jpg", "restart.jpg", "grey.jpg"] {
        let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)).unwrap();
        let own = decode(&bytes, Scale::Full, false, &Watch::unhurried(&Limits::default())).unwrap().picture;
        let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
        let zune = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&bytes), options).decode().unwrap();
        let mut third = jpeg_decoder::Decoder::new(&bytes[..]);
        let mut third_pixels = third.decode().unwrap();
        if third.info().unwrap().pixel_format == jpeg_decoder::PixelFormat::L8 {
            third_pixels = third_pixels.into_iter().flat_map(|grey| [grey; 3]).collect();
        }
        for other in [zune, third_pixels] {
            assert_eq!(other.len(), own.pixels().len(), "{name}");
            let far: u64 = other.iter().zip(own.pixels()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(far <= own.pixels().len() as u64, "{name}: {far} in {} samples", other.len());
        }
    }
}

/// A picture of waves and noise, written by mozjpeg.
fn written(size: (usize, usize), factors: &[(i32, i32); 3], progressive: bool, quality: f32, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let pixels: Vec<u8> = (0..size.0 * size.1 * 3)
        .map(|index| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let wave = (index % (3 * size.0)) * 5 / 3 + index / (3 * size.0) * 3;
            u8::try_from((wave + (state % 64) as usize + 80 * (index % 3)) % 256).unwrap()
        })
        .collect();
    encoded(size, factors, progressive, quality, &pixels)
}

fn encoded(size: (usize, usize), factors: &[(i32, i32); 3], progressive: bool, quality: f32, pixels: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(size.0, size.1);
    compress.set_fastest_defaults();
    if progressive {
        compress.set_progressive_mode();
    }
    compress.set_quality(quality);
    for (component, factors) in compress.components_mut().iter_mut().zip(factors) {
        (component.h_samp_factor, component.v_samp_factor) = *factors;
    }
    let mut started = compress.start_compress(Vec::new()).unwrap();
    started.write_scanlines(pixels).unwrap();
    started.finish().unwrap()
}

const SAMPLINGS: [[(i32, i32); 3]; 12] = [
    [(1, 1), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(2, 2), (1, 1), (1, 1)],
    [(4, 1), (1, 1), (1, 1)],
    [(3, 1), (1, 1), (1, 1)],
    [(1, 4), (1, 2), (1, 1)],
    [(4, 2), (1, 1), (1, 1)],
    [(2, 2), (2, 1), (1, 2)],
    [(1, 1), (2, 2), (1, 1)],
    [(1, 1), (1, 2), (2, 1)],
    [(1, 3), (1, 1), (1, 3)],
];

proptest! {
    #[test]
    fn any_sampling_and_size_is_as_with_libjpeg(
        (width, height) in (1_usize..70, 1_usize..70),
        factors in prop::sample::select(&SAMPLINGS[..]),
        progressive in any::<bool>(),
        quality in 5_f32..100.0,
        seed in any::<u32>(),
    ) {
        let bytes = written((width, height), &factors, progressive, quality, seed);
        let (own, ending) = planes(&bytes, false).unwrap();
        prop_assert_eq!(ending.intact_rows as usize, height);
        prop_assert!(own == by_libjpeg(&bytes));
    }

    #[test]
    fn broken_bytes_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let files = small();
        let mut bytes = which.get(&files).1.clone();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        // What the change did to the size is for the limits to judge.
        if probe(&bytes).is_ok_and(|probe| probe.decoded_bytes[0] < 1 << 24) {
            for scale in Scale::ALL {
                let strict = planes_at(scale, &bytes, false);
                let lenient = planes_at(scale, &bytes, true);
                if let Ok((whole, _)) = strict {
                    let (planes, ending) = lenient.unwrap();
                    prop_assert!(planes == whole && ending.damage.is_none());
                }
            }
        }
    }
}

#[test]
fn single_bits_flipped_never_panic() {
    for (_, bytes) in small() {
        if probe(&bytes).unwrap().stored.area() > 10_000 {
            continue;
        }
        // A prime step, so that all bits of a byte get their turn.
        for bit in (0..8 * bytes.len()).step_by(61) {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if probe(&bytes).is_ok_and(|probe| probe.decoded_bytes[0] < 1 << 24) {
                let _ = planes(&bytes, true);
            }
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_noticed() {
    for (name, bytes) in small() {
        // Of some the last bytes are not the end marker alone.
        let [.., before, 0xff, 0xd9] = bytes[..] else { continue };
        if before == 0xff {
            continue;
        }
        for scale in Scale::ALL {
            let whole = planes_at(scale, &bytes, false).unwrap().0;
            // Where the end is near, all; before that enough of them.
            let near = bytes.len().saturating_sub(60);
            for length in (0..near).step_by(if scale == Scale::Full { 11 } else { 37 }).chain(near..bytes.len()) {
                let result = planes_at(scale, &bytes[..length], false);
                if length + 2 < bytes.len() {
                    assert!(result.is_err(), "{name} passed at {length} bytes of {}, {scale}", bytes.len());
                } else {
                    // Nothing is missing but the end marker.
                    let (planes, ending) = result.unwrap();
                    assert!(planes == whole && ending.end_missing, "{name}");
                }
            }
        }
    }
}

#[test]
fn a_marker_that_comes_early_is_noticed() {
    for name in ["420.jpg", "grey.jpg", "restart.jpg"] {
        let bytes = testdata(name);
        for length in bytes.len() - 100..bytes.len() - 2 {
            let early = [&bytes[..length], &[0xff, 0xd9]].concat();
            let error = planes(&early, false).unwrap_err().to_string();
            assert!(error.contains("before the picture does") || error.contains("restart marker"), "{name}: {error}");
        }
    }
}

#[test]
fn what_a_damaged_file_gives_is_as_in_the_whole() {
    let names = ["420.jpg", "444.jpg", "422.jpg", "grey.jpg", "restart.jpg", "cmyk.jpg"];
    for (name, scale) in names.into_iter().flat_map(|name| Scale::ALL.map(|scale| (name, scale))) {
        let bytes = testdata(name);
        let (whole, all) = planes_at(scale, &bytes, false).unwrap();
        let width = whole[0].len() / all.intact_rows as usize;
        let mut most = 0;
        for length in (0..bytes.len() - 2).step_by(17) {
            let Ok((planes, ending)) = planes_at(scale, &bytes[..length], true) else { continue };
            assert!(ending.damage.is_some(), "{name} at {length}");
            assert!(ending.intact_rows < all.intact_rows && ending.intact_rows >= most, "{name} at {length}");
            most = ending.intact_rows;
            for (part, whole) in planes.iter().zip(&whole) {
                assert_eq!(part.len(), width * most as usize);
                assert!(whole.starts_with(part), "{name} at {length}");
            }
        }
        assert!(most > 0, "{name}");
    }
}

#[test]
fn a_progressive_file_that_is_cut_shows_all_of_the_picture() {
    let bytes = testdata("progressive.jpg");
    let whole = planes(&bytes, false).unwrap().0;
    let (mut before, mut better) = (u64::MAX, 0);
    for length in (bytes.len() / 2..bytes.len() - 2).step_by(50) {
        let (planes, ending) = planes(&bytes[..length], true).unwrap();
        assert!(ending.damage.is_some());
        assert_eq!(planes[0].len(), whole[0].len());
        let far = planes[0].iter().zip(&whole[0]).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
        better += u32::from(far < before);
        before = far;
    }
    assert!(better >= 5, "it should get better with every scan");
}

#[test]
fn the_ending_tells_what_was_there_too() {
    let bytes = testdata("restart.jpg");
    let (whole, plain) = planes(&bytes, false).unwrap();
    assert_eq!((plain.stray_bytes, plain.irregular, plain.end_missing), (false, false, false));

    let (same, ending) = planes(&[&bytes[..], b"more"].concat(), false).unwrap();
    assert!(same == whole && ending == Seen { stray_bytes: true, ..plain.clone() });

    let end = bytes.len() - 2;
    let (same, ending) = planes(&[&bytes[..end], b"\x12\x34", &bytes[end..]].concat(), false).unwrap();
    assert!(same == whole && ending == Seen { irregular: true, stray_bytes: true, ..plain.clone() });

    let restart = bytes.windows(2).position(|pair| pair == [0xff, 0xd1]).unwrap();
    let (same, ending) = planes(&[&bytes[..restart], b"\0", &bytes[restart..]].concat(), false).unwrap();
    assert!(same == whole && ending == Seen { irregular: true, stray_bytes: true, ..plain });

    // A segment behind the data is no part of the picture.
    let (same, ending) = planes(&[&bytes[..end], b"\xff\xfe\0\x06note", &bytes[end..]].concat(), false).unwrap();
    assert!(same == whole && ending == Seen { stray_bytes: true, ..planes(&bytes, false).unwrap().1 });

    let mut wrong = bytes.clone();
    wrong[restart + 1] = 0xd2;
    assert!(planes(&wrong, false).unwrap_err().to_string().contains("out of turn"));
    wrong.drain(restart..restart + 2);
    assert!(planes(&wrong, false).is_err());
}

#[test]
fn a_restart_marker_does_not_make_up_for_the_data() {
    let bytes = testdata("restart.jpg");
    let at = |code: u8| bytes.windows(2).position(|pair| pair == [0xff, code]).unwrap();
    // An interval is empty, which is too much: a twelfth of the picture.
    let empty = [&bytes[..at(0xd0) + 2], &bytes[at(0xd1)..]].concat();
    assert!(planes(&empty, false).unwrap_err().to_string().contains("before the picture does"));
    // The last one is, though another marker follows that nobody needs.
    let end = bytes.len() - 2;
    let last = bytes.windows(2).rposition(|pair| pair[0] == 0xff && (0xd0..=0xd7).contains(&pair[1])).unwrap();
    let next = 0xd0 + (bytes[last + 1] + 1) % 8;
    let empty = [&bytes[..last + 2], &[0xff, next], &bytes[end..]].concat();
    assert!(planes(&empty, false).unwrap_err().to_string().contains("before the picture does"));
}

#[test]
fn what_follows_the_picture_must_not_be_another() {
    let bytes = testdata("420.jpg");
    let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let end = bytes.len() - 2;
    let again = [&bytes[..end], &bytes[scan..]].concat();
    assert!(planes(&again, false).unwrap_err().to_string().contains("when the picture is whole"));
    let (part, ending) = planes(&again, true).unwrap();
    assert!(part == planes(&bytes, false).unwrap().0 && ending.damage.is_some());
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let second = [&bytes[..end], &bytes[frame..scan], &bytes[end..]].concat();
    assert!(planes(&second, false).unwrap_err().to_string().contains("second frame"));
}

#[test]
fn a_file_without_huffman_tables_has_the_standards() {
    // Not optimised, so that the tables are the standard's.
    let bytes = written((40, 30), &SAMPLINGS[3], false, 80.0, 7);
    let mut bare = bytes[..2].to_vec();
    let mut at = 2;
    while bytes[at + 1] != 0xda {
        let length = 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] != 0xc4 {
            bare.extend(&bytes[at..at + length]);
        }
        at += length;
    }
    bare.extend(&bytes[at..]);
    assert!(bare.len() + 400 < bytes.len(), "the tables were the standard's, which are long");
    assert!(planes(&bare, false).unwrap().0 == planes(&bytes, false).unwrap().0);
}

#[test]
fn what_the_sink_says_ends_it() {
    for name in ["420.jpg", "progressive.jpg"] {
        let mut rows = 0;
        let bytes = testdata(name);
        let result = decode_rows(
            &bytes,
            &approach(Scale::Full, &bytes).unwrap(),
            true,
            &Watch::unhurried(&Limits::default()),
            &mut |_| {
                rows += 1;
                if rows == 5 { Err(broken("enough")) } else { Ok(()) }
            },
        );
        assert_eq!(result.unwrap_err().to_string(), broken("enough").to_string());
        assert_eq!(rows, 5);
    }
}

#[test]
fn pieces_of_a_profile_and_metadata_are_seen() {
    let insert = |marker: u8, body: &[u8]| {
        let bytes = testdata("420.jpg");
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&bytes[..2], &[0xff, marker], &length, body, &bytes[2..]].concat()
    };
    let plain = testdata("420.jpg");
    assert!(!Header::read(&plain).unwrap().metadata);
    let profile = insert(0xe2, b"ICC_PROFILE\0\x01\x01data");
    let header = Header::read(&profile).unwrap();
    assert_eq!(header.icc, [b"\x01\x01data"]);
    assert!(!header.metadata);
    let adobe = insert(0xee, b"Adobe\0\x64\0\0\0\0\x01");
    assert!(!Header::read(&adobe).unwrap().metadata);
    for (marker, body) in [
        (0xe1, &b"Exif\0\0"[..]),
        (0xed, b"Photoshop"),
        (0xfe, b"a comment"),
        (0xe0, b"JFXX\0\x13thumbnail"),
        (0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01rgb"),
        (0xe2, b"MPF\0"),
        (0xee, b"Adobe"),
        (0xeb, b""),
    ] {
        assert!(Header::read(&insert(marker, body)).unwrap().metadata, "{marker:x}");
    }
}

#[test]
fn components_in_scans_of_their_own_are_as_in_one() {
    // A grey picture three times over, as three components.
    let grey = testdata("grey.jpg");
    let one = planes(&grey, false).unwrap().0.remove(0);
    let find = |marker| grey.windows(2).position(|pair| pair == [0xff, marker]).unwrap();
    let (frame, scan, end) = (find(0xc0), find(0xda), grey.len() - 2);
    let (before, size) = (&grey[..frame], &grey[frame + 4..frame + 9]);
    let after = &grey[frame + 13..scan];
    let (tables, data) = (grey[scan + 6], &grey[scan + 10..end]);
    let head = [
        before,
        &[0xff, 0xc0, 0, 17],
        size,
        &[3, 1, 0x11, grey[frame + 12], 2, 0x11, grey[frame + 12], 3, 0x11, grey[frame + 12]],
        after,
    ];
    let scans = |ids: &[u8]| {
        let mut bytes = head.concat();
        for &id in ids {
            bytes.extend([0xff, 0xda, 0, 8, 1, id, tables, 0, 63, 0]);
            bytes.extend(data);
        }
        bytes.extend([0xff, 0xd9]);
        bytes
    };
    for (order, scale) in [[1, 2, 3], [3, 1, 2]].into_iter().flat_map(|order| Scale::ALL.map(|scale| (order, scale))) {
        let (all, ending) = planes_at(scale, &scans(&order), false).unwrap();
        let one = planes_at(scale, &grey, false).unwrap().0.remove(0);
        assert!(all.len() == 3 && all.iter().all(|plane| *plane == one));
        assert_eq!((ending.irregular, ending.end_missing), (false, false));
    }
    let refused = |ids: &[u8]| planes(&scans(ids), false).unwrap_err().to_string();
    assert!(refused(&[1, 2]).contains("in no scan"));
    assert!(refused(&[1, 2, 2]).contains("in two scans"));

    let bytes = scans(&[1, 2, 3]);
    let cut = &bytes[..bytes.len() - data.len() / 2];
    assert!(planes(cut, false).is_err());
    let (part, ending) = planes(cut, true).unwrap();
    assert!(!part[0].is_empty() && part[0].len() < one.len() && ending.damage.is_some());
    assert!(part.iter().all(|plane| one.starts_with(plane)));
}
