//! The promises of the encoder as a whole, before decoders of others.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::limits::{Limits, Watch};
use crate::raster::Channels;
use crate::scale::Scale;
use crate::units::Size;

const MODES: [ChromaSubsampling; 3] = [ChromaSubsampling::Cs444, ChromaSubsampling::Cs422, ChromaSubsampling::Cs420];
const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Balanced, Effort::Best];

/// A picture of gradients, waves and noise, by whole numbers: it is the same on every system.
fn picture(width: u32, height: u32, noise: u32) -> Raster {
    let mut state = 1_u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let wave = (x * (channel + 2) * 3 + y * 5) % 240;
                let ramp = 40 + 60 * x / width;
                pixels
                    .push(u8::try_from((ramp + wave.min(240 - wave) + (state >> 24) * noise / 256).min(255)).unwrap());
            }
        }
    }
    Raster::new(Size::new(width, height).unwrap(), Channels::Rgb, pixels).unwrap()
}

fn by_jpeg_decoder(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(file));
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    (info.width.into(), info.height.into(), pixels)
}

fn by_libjpeg(file: &[u8]) -> Vec<u8> {
    let mut started = ::mozjpeg::Decompress::new_mem(file).unwrap().rgb().unwrap();
    let pixels: Vec<[u8; 3]> = started.read_scanlines().unwrap();
    started.finish().unwrap();
    pixels.into_flattened()
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn other_decoders_see_the_picture() {
    for (width, height) in [(1, 1), (7, 3), (8, 8), (16, 17), (33, 40), (130, 75)] {
        let canvas = picture(width, height, 10);
        let source = Source::new(&canvas);
        for chroma in MODES {
            for effort in EFFORTS {
                let file = source.encode(Quality::whole(97), chroma, effort);
                let (got_width, got_height, pixels) = by_jpeg_decoder(&file);
                assert_eq!((got_width, got_height), (width, height));
                let most = if chroma == ChromaSubsampling::Cs444 { 3.0 } else { 12.0 };
                for pixels in [pixels, by_libjpeg(&file)] {
                    let far = mean_difference(&pixels, canvas.pixels());
                    assert!(far < most, "{width}x{height} {chroma} {effort}: {far}");
                }
            }
        }
    }
}

/// Whatever the order of the scans, the same coefficients are in the file, and so the same pixels.
#[test]
fn every_order_of_scans_gives_the_same_picture() {
    for (noise, quality) in [(0, 40), (60, 90), (255, 100)] {
        let canvas = picture(75, 61, noise);
        let source = Source::new(&canvas);
        for chroma in MODES {
            let picture = source.rounded(Quality::whole(quality), chroma);
            let mut seen = None;
            for script in scripts(Effort::Best).into_iter().chain([baseline()]) {
                let entropy = Entropy::of(script.clone(), &picture);
                let file = entropy.write(canvas.size(), &picture);
                // Bytes may be stuffed.
                let bare = file.len() as u64 - file::FRAME_LEN;
                assert!((entropy.len()..=entropy.len() + file.len() as u64 / 50 + 20).contains(&bare));
                let pixels = by_libjpeg(&file);
                assert_eq!(by_jpeg_decoder(&file).2.len(), pixels.len());
                assert!(*seen.get_or_insert_with(|| pixels.clone()) == pixels, "{script:?}");
            }
        }
    }
}

/// The patterns of black and white, and of strong colours, whose coefficients are the largest that there are: 1020.
#[test]
fn the_strongest_contrasts_are_within_bounds() {
    for (dark, bright) in [([0, 0, 0], [255, 255, 255]), ([255, 255, 0], [0, 0, 255]), ([0, 255, 255], [255, 0, 0])] {
        for across in [false, true] {
            let pixel = |at: usize| {
                let line = if across { at % 32 } else { at / 32 };
                if [0, 3, 4, 7].contains(&(line % 8)) { bright } else { dark }
            };
            let pixels = (0..32 * 32).flat_map(pixel).collect();
            let canvas = Raster::new(Size::new(32, 32).unwrap(), Channels::Rgb, pixels).unwrap();
            let source = Source::new(&canvas);
            for effort in EFFORTS {
                let file = source.encode(Quality::MAX, ChromaSubsampling::Cs444, effort);
                assert!(mean_difference(&by_libjpeg(&file), canvas.pixels()) < 3.0, "{effort}");
            }
        }
    }
}

/// A run of more blocks without coefficients than one symbol can tell.
#[test]
fn a_large_plain_picture_is_short() {
    let size = Size::new(2400, 1200).unwrap();
    let canvas = Raster::filled(size, Channels::Rgb, crate::units::Rgb8::new(10, 200, 90));
    let file = Source::new(&canvas).encode(Quality::whole(90), ChromaSubsampling::Cs444, Effort::Best);
    // Some bits for each mean, and next to nothing for the others.
    assert!(file.len() < 45_000 / 8 * 3 + 1000, "{}", file.len());
    let own = super::super::decode(&file, Scale::Full, false, &Watch::unhurried(&Limits::default())).unwrap();
    assert!(own.facts.warnings.is_empty(), "no symbol is out of place");
    assert!(mean_difference(own.picture.pixels(), canvas.pixels()) < 2.0);
}

#[test]
fn more_effort_makes_shorter_files_and_better_ones_longer() {
    let canvas = picture(240, 160, 40);
    let source = Source::new(&canvas);
    for chroma in MODES {
        let lengths = EFFORTS.map(|effort| source.encode(Quality::whole(80), chroma, effort).len());
        assert!(lengths.is_sorted_by(|a, b| a > b), "{lengths:?}");
        let mut before = 0;
        for quality in [1, 10, 30, 50, 70, 80, 90, 95, 100] {
            let file = source.encode(Quality::whole(quality), chroma, Effort::Balanced);
            assert!(file.len() > before, "quality {quality}");
            before = file.len();
        }
    }
}

#[test]
fn an_estimate_is_near_the_length() {
    let canvas = picture(240, 160, 40);
    let source = Source::new(&canvas);
    for chroma in MODES {
        for quality in [20, 50, 80, 95] {
            let quality = Quality::whole(quality);
            let real = source.encode(quality, chroma, Effort::Balanced).len() as f64;
            let ratio = real / source.estimate(quality, chroma, Effort::Balanced);
            assert!((0.7..1.3).contains(&ratio), "{quality} {chroma}: {ratio}");
        }
    }
}

/// The same bytes on every processor and system: floating-point sums are done in one order, and logarithms by the same
/// code. The figures change with the encoder, and are then to be put here anew.
#[test]
fn the_bytes_are_the_same_everywhere() {
    let canvas = picture(120, 90, 30);
    let source = Source::new(&canvas);
    let sums = EFFORTS.map(|effort| crc32fast::hash(&source.encode(Quality::whole(85), MODES[2], effort)));
    assert_eq!(sums, PINNED, "{sums:#x?}");
}

const PINNED: [u32; 3] = [0x800e_0f69, 0x696c_7d29, 0xec72_f167];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_pixels_at_any_setting_are_a_picture(
        width in 1_u32..40,
        height in 1_u32..40,
        seed in any::<u32>(),
        bits in 1_u32..9,
        tenths in 10_u32..=1000,
        mode in 0_usize..3,
        effort in 0_usize..3,
    ) {
        let mut state = seed | 1;
        let pixels = (0..width * height * 3).map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // Few bits make the strongest contrasts.
            u8::try_from((state >> 8) % (1 << bits) * (255 / ((1 << bits) - 1))).unwrap()
        }).collect();
        let canvas = Raster::new(Size::new(width, height).unwrap(), Channels::Rgb, pixels).unwrap();
        let file = Source::new(&canvas).encode(Quality::of_tenths(tenths), MODES[mode], EFFORTS[effort]);
        let (got_width, got_height, _) = by_jpeg_decoder(&file);
        prop_assert_eq!((got_width, got_height), (width, height));
        // The decoder of the crate is strict.
        let own = super::super::decode(&file, Scale::Full, false, &Watch::unhurried(&Limits::default())).unwrap();
        prop_assert_eq!(own.picture.pixels(), &by_libjpeg(&file)[..]);
    }
}
