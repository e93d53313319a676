//! Stored samples to 8-bit sRGB: grey spread over three channels, 16 bits rounded to 8, inks turned into light.

use super::probe::ColourModel;

/// 16-bit samples, most significant byte first, to 8 bits by rounding: the value 65 535 becomes 255, in proportion.
///
/// Done in place, so that a large picture is in memory once.
pub(super) fn sixteen_to_eight(mut samples: Vec<u8>) -> Vec<u8> {
    let count = samples.len() / 2;
    for index in 0..count {
        let value = u32::from(u16::from_be_bytes([samples[2 * index], samples[2 * index + 1]]));
        #[expect(clippy::cast_possible_truncation, reason = "at most 255")]
        let rounded = ((value * 255 + 32_767) / 65_535) as u8;
        samples[index] = rounded;
    }
    samples.truncate(count);
    samples
}

/// Grey to RGB.
pub(super) fn grey_to_rgb(samples: &[u8]) -> Vec<u8> {
    samples.iter().flat_map(|&grey| [grey; 3]).collect()
}

/// Grey and alpha to RGBA.
pub(super) fn grey_alpha_to_rgba(samples: &[u8]) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<2>();
    pixels.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
}

/// How a four-component JPEG is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inks {
    /// [`ColourModel::Cmyk`] or [`ColourModel::Ycck`].
    pub(super) model: ColourModel,
    /// Whether 255 means no ink. Adobe's programs write it so, and mark the file with their APP14 segment.
    pub(super) inverted: bool,
}

/// Inks to RGB without a profile: a channel of light is what its ink and the black both let through.
pub(super) fn inks_to_rgb(samples: &[u8], inks: Inks) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<4>();
    let mut rgb = Vec::with_capacity(pixels.len() * 3);
    for &[a, b, c, black] in pixels {
        // The YCbCr transform was made on 255 minus the stored ink values.
        let stored = match inks.model {
            ColourModel::Ycck => ycc_to_rgb(a, b, c).map(|value| 255 - value),
            _ => [a, b, c],
        };
        let passed = |value: u8| u32::from(if inks.inverted { value } else { 255 - value });
        for ink in stored {
            #[expect(clippy::cast_possible_truncation, reason = "a product of two shares of 255, at most 255")]
            rgb.push(((passed(ink) * passed(black) + 127) / 255) as u8);
        }
    }
    rgb
}

/// A row of YCbCr to a row of RGB.
pub(super) fn ycc_row_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], out: &mut [u8]) {
    let (pixels, _) = out.as_chunks_mut::<3>();
    for (pixel, ((&y, &cb), &cr)) in pixels.iter_mut().zip(y.iter().zip(cb).zip(cr)) {
        *pixel = ycc_to_rgb(y, cb, cr);
    }
}

/// A row of grey to a row of RGB.
pub(super) fn grey_row_to_rgb(grey: &[u8], out: &mut [u8]) {
    let (pixels, _) = out.as_chunks_mut::<3>();
    for (pixel, &grey) in pixels.iter_mut().zip(grey) {
        *pixel = [grey; 3];
    }
}

/// The inverse transform of the JFIF specification, in 16-bit fixed point.
fn ycc_to_rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let y = i32::from(y) << 16;
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    let half = 1 << 15;
    let rgb = [
        y + 91_881 * cr,               // 1.402
        y - 22_554 * cb - 46_802 * cr, // 0.344136, 0.714136
        y + 116_130 * cb,              // 1.772
    ];
    rgb.map(|value| u8::try_from(((value + half) >> 16).clamp(0, 255)).unwrap_or(0))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers held by floats")]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_to_the_nearest() {
        let all: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_be_bytes).collect();
        for (value, byte) in (0..=u16::MAX).zip(sixteen_to_eight(all)) {
            assert_eq!(f64::from(byte), (f64::from(value) / 257.0).round(), "{value}");
        }
    }

    #[test]
    fn the_ycc_transform_is_jfifs_to_within_rounding() {
        for y in (0..=255).step_by(15) {
            for cb in (0..=255).step_by(5) {
                for cr in (0..=255).step_by(5) {
                    let (yf, cbf, crf) = (f64::from(y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
                    let exact = [yf + 1.402 * crf, yf - 0.344_136 * cbf - 0.714_136 * crf, yf + 1.772 * cbf];
                    for (got, exact) in ycc_to_rgb(y, cb, cr).into_iter().zip(exact) {
                        assert!((f64::from(got) - exact.clamp(0.0, 255.0)).abs() <= 0.51);
                    }
                }
            }
        }
    }

    #[test]
    fn inks_take_light_away() {
        let plain = Inks { model: ColourModel::Cmyk, inverted: false };
        let adobe = Inks { model: ColourModel::Cmyk, inverted: true };
        assert_eq!(inks_to_rgb(&[0, 0, 0, 0], plain), [255; 3]);
        assert_eq!(inks_to_rgb(&[255, 0, 0, 0], plain), [0, 255, 255]);
        assert_eq!(inks_to_rgb(&[0, 0, 0, 255], plain), [0; 3]);
        assert_eq!(inks_to_rgb(&[255, 255, 255, 255], adobe), [255; 3]);
        assert_eq!(inks_to_rgb(&[0, 255, 255, 255], adobe), [0, 255, 255]);
    }

    #[test]
    fn ycck_is_cmyk_behind_the_transform() {
        // Adobe's cyan: stored inks 0, 255, 255, so the transform saw red 255 and no green or blue: 76, 85, 255.
        let adobe = Inks { model: ColourModel::Ycck, inverted: true };
        let cyan = inks_to_rgb(&[76, 85, 255, 255], adobe);
        assert!(cyan[0] <= 1 && cyan[1] >= 254 && cyan[2] >= 254, "{cyan:?}");
    }
}
