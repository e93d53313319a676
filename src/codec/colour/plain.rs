//! The arithmetic that needs no profile: grey spread over three channels, 16 bits rounded to 8, inks turned into light.

use super::ycc::ycc_to_rgb;
use crate::codec::probe::ColourModel;

/// A 16-bit sample to 8 bits by rounding: the value 65 535 becomes 255, in proportion.
pub(super) fn rounded_to_eight(value: u16) -> u8 {
    #[expect(clippy::cast_possible_truncation, reason = "at most 255")]
    let rounded = ((u32::from(value) * 255 + 32_767) / 65_535) as u8;
    rounded
}

/// 16-bit samples, most significant byte first, to 8 bits.
pub(super) fn sixteen_to_eight(samples: &[u8]) -> Vec<u8> {
    samples.as_chunks::<2>().0.iter().map(|&bytes| rounded_to_eight(u16::from_be_bytes(bytes))).collect()
}

/// Grey to RGB.
pub(super) fn grey_to_rgb(samples: &[u8], out: &mut [u8]) {
    for (pixel, &grey) in out.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
        *pixel = [grey; 3];
    }
}

/// Grey and alpha to RGBA.
pub(super) fn grey_alpha_to_rgba(samples: &[u8], out: &mut [u8]) {
    for (pixel, &[grey, alpha]) in out.as_chunks_mut::<4>().0.iter_mut().zip(samples.as_chunks::<2>().0) {
        *pixel = [grey, grey, grey, alpha];
    }
}

/// Grey, with or without alpha, spread over three channels of the same depth: `pixel_bytes` is 1 or 2 without alpha,
/// twice as many with it.
pub(super) fn spread_grey(samples: &[u8], pixel_bytes: usize, has_alpha: bool, into: &mut Vec<u8>) {
    for pixel in samples.chunks_exact(pixel_bytes) {
        let (grey, alpha) = pixel.split_at(if has_alpha { pixel_bytes / 2 } else { pixel_bytes });
        for _ in 0..3 {
            into.extend_from_slice(grey);
        }
        into.extend_from_slice(alpha);
    }
}

/// A row of a JPEG's inks, a plane for each component, to interleaved inks of which 255 is full.
///
/// In a file 255 is none: Adobe's programs began it, ITU-T T.872 made it a rule, and every decoder compared with reads
/// all files so, with Adobe's marker or without. Of YCCK, what went through the YCbCr transform is the opposite of the
/// stored value, and so the ink itself.
pub(in crate::codec) fn ink_row(planes: [&[u8]; 4], model: ColourModel, out: &mut [u8]) {
    let [first, second, third, black] = planes;
    let stored = first.iter().zip(second).zip(third).zip(black);
    for (pixel, (((&a, &b), &c), &k)) in out.as_chunks_mut::<4>().0.iter_mut().zip(stored) {
        let [cyan, magenta, yellow] = match model {
            ColourModel::Ycck => ycc_to_rgb(a, b, c),
            _ => [a, b, c].map(|value| 255 - value),
        };
        *pixel = [cyan, magenta, yellow, 255 - k];
    }
}

/// Inks to RGB without a profile: a channel of light is what its ink and the black both let through.
pub(super) fn inks_to_rgb(samples: &[u8], out: &mut [u8]) {
    for (pixel, &[c, m, y, k]) in out.as_chunks_mut::<3>().0.iter_mut().zip(samples.as_chunks::<4>().0) {
        *pixel = [c, m, y].map(|ink| {
            let passed = u32::from(255 - ink) * u32::from(255 - k);
            #[expect(clippy::cast_possible_truncation, reason = "a product of two shares of 255, at most 255")]
            let light = ((passed + 127) / 255) as u8;
            light
        });
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers held by floats")]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_to_the_nearest() {
        let all: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_be_bytes).collect();
        for (value, byte) in (0..=u16::MAX).zip(sixteen_to_eight(&all)) {
            assert_eq!(f64::from(byte), (f64::from(value) / 257.0).round(), "{value}");
        }
    }

    /// The light of one stored pixel of inks.
    fn light(stored: [u8; 4], model: ColourModel) -> [u8; 3] {
        let planes = stored.map(|value| [value]);
        let [a, b, c, d] = &planes;
        let (mut full, mut rgb) = ([0; 4], [0; 3]);
        ink_row([a, b, c, d], model, &mut full);
        inks_to_rgb(&full, &mut rgb);
        rgb
    }

    #[test]
    fn inks_take_light_away() {
        assert_eq!(light([255, 255, 255, 255], ColourModel::Cmyk), [255; 3]);
        assert_eq!(light([0, 255, 255, 255], ColourModel::Cmyk), [0, 255, 255]);
        assert_eq!(light([255, 255, 255, 0], ColourModel::Cmyk), [0; 3]);
        assert_eq!(light([127, 255, 255, 127], ColourModel::Cmyk), [63, 127, 127]);
    }

    #[test]
    fn ycck_is_cmyk_behind_the_transform() {
        // Cyan: stored inks 0, 255, 255, so the transform saw red 255 and no green or blue: 76, 85, 255.
        let cyan = light([76, 85, 255, 255], ColourModel::Ycck);
        assert!(cyan[0] <= 1 && cyan[1] >= 254 && cyan[2] >= 254, "{cyan:?}");
    }

    #[test]
    fn grey_is_spread_in_its_depth() {
        let mut spread = Vec::new();
        spread_grey(&[1, 2, 3, 4], 2, false, &mut spread);
        assert_eq!(spread, [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]);
        spread.clear();
        spread_grey(&[1, 2, 3, 4], 4, true, &mut spread);
        assert_eq!(spread, [1, 2, 1, 2, 1, 2, 3, 4]);
    }
}
