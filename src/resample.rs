//! The filter step: a stored picture becomes a smaller or larger one, upright. The only file that names the resizer.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer, create_srgb_mapper};

use crate::error::{Error, Foreign};
use crate::orientation::{Orientation, upright};
use crate::raster::{Channels, Raster};
use crate::units::Size;

/// In which light pixels are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Light {
    /// On the sRGB values as they are stored, as nearly every other program does.
    #[default]
    Gamma,
    /// On values in proportion to light: fine bright detail keeps its brightness. Takes about three times as long.
    Linear,
}

/// Scales a stored picture by Lanczos3 to `size`, which is its size when seen upright, and turns it upright.
///
/// Alpha is taken into account: a transparent pixel's colour does not bleed into its neighbours. A picture that has
/// the size already keeps every pixel. The eight orientations of one picture give the same result.
pub(crate) fn resample(picture: Raster, orientation: Orientation, size: Size, light: Light) -> Result<Raster, Error> {
    let stored_size = if orientation.swaps_sides() { size.transposed() } else { size };
    if picture.size() == stored_size {
        return Ok(upright(picture, orientation));
    }
    let scaled = scale(picture, stored_size, orientation.swaps_sides(), light)
        .map_err(|source| Error::Encode { what: "the resampler", source })?;
    Ok(upright(scaled, orientation))
}

fn scale(picture: Raster, size: Size, width_first: bool, light: Light) -> Result<Raster, Foreign> {
    let (channels, from) = (picture.channels(), picture.size());
    let (eight_bits, sixteen_bits) = match channels {
        Channels::Rgb => (PixelType::U8x3, PixelType::U16x3),
        Channels::Rgba => (PixelType::U8x4, PixelType::U16x4),
    };
    let mut image = Image::from_vec_u8(from.width(), from.height(), picture.into_pixels(), eight_bits)?;
    if light == Light::Linear {
        let mut linear = Image::new(from.width(), from.height(), sixteen_bits);
        create_srgb_mapper().forward_map(&image, &mut linear)?;
        image = linear;
    }
    let alpha = MulDiv::new();
    if channels == Channels::Rgba {
        alpha.multiply_alpha_inplace(&mut image)?;
    }

    // One axis after the other, the height as it is seen first: between the two passes values are rounded and clamped,
    // so another order would give another picture.
    let between = if width_first { (size.width(), from.height()) } else { (from.width(), size.height()) };
    for (width, height) in [between, (size.width(), size.height())] {
        if (width, height) != (image.width(), image.height()) {
            let mut scaled = Image::new(width, height, image.pixel_type());
            Resizer::new().resize(&image, &mut scaled, &lanczos3())?;
            image = scaled;
        }
    }

    if channels == Channels::Rgba {
        alpha.divide_alpha_inplace(&mut image)?;
    }
    if light == Light::Linear {
        let mut stored = Image::new(size.width(), size.height(), eight_bits);
        create_srgb_mapper().backward_map(&image, &mut stored)?;
        image = stored;
    }
    Raster::new(size, channels, image.into_vec()).ok_or_else(|| "the scaled picture has a wrong size".into())
}

fn lanczos3() -> ResizeOptions {
    // The pixels are premultiplied already.
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false)
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "made-up bytes")]
mod tests {
    use super::*;

    /// The naive twin: Lanczos3 in floating point, straight from its definition, for one channel of one row.
    fn lanczos_row(source: &[f64], len: usize) -> Vec<f64> {
        let sinc = |x: f64| {
            if x.abs() < 1e-12 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) }
        };
        let ratio = source.len() as f64 / len as f64;
        let stretch = ratio.max(1.0);
        (0..len)
            .map(|at| {
                let centre = (at as f64 + 0.5) * ratio;
                let (mut sum, mut weights) = (0.0, 0.0);
                for (index, value) in source.iter().enumerate() {
                    let distance = (index as f64 + 0.5 - centre) / stretch;
                    if distance.abs() < 3.0 {
                        let weight = sinc(distance) * sinc(distance / 3.0);
                        sum += weight * value;
                        weights += weight;
                    }
                }
                sum / weights
            })
            .collect()
    }

    fn row(pixels: &[[u8; 3]]) -> Raster {
        let size = Size::new(u32::try_from(pixels.len()).unwrap(), 1).unwrap();
        Raster::new(size, Channels::Rgb, pixels.concat()).unwrap()
    }

    fn scaled(picture: Raster, width: u32, height: u32, light: Light) -> Raster {
        resample(picture, Orientation::UPRIGHT, Size::new(width, height).unwrap(), light).unwrap()
    }

    #[test]
    fn a_row_is_filtered_as_lanczos3_is_defined() {
        let pixels: Vec<[u8; 3]> =
            (0..97_u32).map(|x| [(x * 37 % 256) as u8, (x * x % 251) as u8, (255 - x) as u8]).collect();
        for len in [10_u32, 31, 97, 194] {
            let row = scaled(row(&pixels), len, 1, Light::Gamma);
            for channel in 0..3 {
                let source: Vec<f64> = pixels.iter().map(|pixel| f64::from(pixel[channel])).collect();
                for (at, exact) in lanczos_row(&source, len as usize).into_iter().enumerate() {
                    let got = f64::from(row.pixels()[at * 3 + channel]);
                    assert!((got - exact.clamp(0.0, 255.0)).abs() <= 1.0, "{got} for {exact} at {at} of {len}");
                }
            }
        }
    }

    #[test]
    fn linear_light_keeps_the_brightness_of_a_chequer() {
        let pixels: Vec<[u8; 3]> = (0..64).map(|x| [if x % 2 == 0 { 0 } else { 255 }; 3]).collect();
        let middle = |light| scaled(row(&pixels), 16, 1, light).pixels()[24];
        // Half the light of white is sRGB 188; half its stored value is 128.
        assert!(middle(Light::Gamma).abs_diff(128) <= 2);
        assert!(middle(Light::Linear).abs_diff(188) <= 2);
    }

    #[test]
    fn a_picture_of_the_right_size_keeps_every_pixel() {
        let size = Size::new(16, 16).unwrap();
        let faint: Vec<u8> = (0..=255).flat_map(|alpha| [200, 100, 50, alpha]).collect();
        let picture = Raster::new(size, Channels::Rgba, faint).unwrap();
        for light in [Light::Gamma, Light::Linear] {
            assert_eq!(scaled(picture.clone(), 16, 16, light), picture);
        }
    }

    #[test]
    fn the_colour_of_transparent_pixels_does_not_bleed() {
        // Opaque red beside transparent green: every visible pixel stays red.
        let size = Size::new(64, 64).unwrap();
        let pixels = (0..64 * 64).flat_map(|index| if index % 64 < 31 { [255, 0, 0, 255] } else { [0, 255, 0, 0] });
        let picture = Raster::new(size, Channels::Rgba, pixels.collect()).unwrap();
        let seen = scaled(picture, 20, 20, Light::Gamma);
        for pixel in seen.pixels().chunks_exact(4).filter(|pixel| pixel[3] > 8) {
            assert!(pixel[0] > 240 && pixel[1] < 16, "{pixel:?}");
        }
    }
}
