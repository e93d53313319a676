//! The filter step: a picture drawn at another size into its place on a canvas. The only file that names the resizer.

use fast_image_resize::images::{CroppedImageMut, Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, create_srgb_mapper};

use crate::error::{Error, Foreign};
use crate::placement::Placement;
use crate::raster::{Channels, Raster};

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

/// Draws `picture` by Lanczos3 into its place on `canvas`, which has the same channels.
///
/// Alpha is taken into account: a transparent pixel's colour does not bleed into its neighbours.
pub(crate) fn draw(picture: &Raster, canvas: &mut Raster, placement: &Placement, light: Light) -> Result<(), Error> {
    let drawn = match light {
        Light::Gamma => draw_stored(picture, canvas, placement),
        Light::Linear => draw_linear(picture, canvas, placement),
    };
    drawn.map_err(|source| Error::Encode {
        what: "the resampler",
        source,
    })
}

fn draw_stored(picture: &Raster, canvas: &mut Raster, placement: &Placement) -> Result<(), Foreign> {
    let (eight_bits, _) = pixel_types(picture.channels());
    let source = view(picture, eight_bits)?;
    let size = canvas.size();
    let mut whole = Image::from_slice_u8(size.width(), size.height(), canvas.pixels_mut(), eight_bits)?;
    let scaled = placement.scaled();
    let mut place = CroppedImageMut::new(
        &mut whole,
        placement.x(),
        placement.y(),
        scaled.width(),
        scaled.height(),
    )?;
    Resizer::new().resize(&source, &mut place, &lanczos3())?;
    Ok(())
}

fn draw_linear(picture: &Raster, canvas: &mut Raster, placement: &Placement) -> Result<(), Foreign> {
    let (eight_bits, sixteen_bits) = pixel_types(picture.channels());
    let mapper = create_srgb_mapper();
    let (size, scaled) = (picture.size(), placement.scaled());
    let mut source = Image::new(size.width(), size.height(), sixteen_bits);
    mapper.forward_map(&view(picture, eight_bits)?, &mut source)?;
    let mut linear = Image::new(scaled.width(), scaled.height(), sixteen_bits);
    Resizer::new().resize(&source, &mut linear, &lanczos3())?;
    let mut stored = Image::new(scaled.width(), scaled.height(), eight_bits);
    mapper.backward_map(&linear, &mut stored)?;

    let pixel = picture.channels().count();
    let row = canvas.size().width() as usize * pixel;
    let start = placement.x() as usize * pixel;
    let len = scaled.width() as usize * pixel;
    let rows = canvas.pixels_mut().chunks_exact_mut(row).skip(placement.y() as usize);
    for (to, from) in rows.zip(stored.buffer().chunks_exact(len)) {
        to[start..start + len].copy_from_slice(from);
    }
    Ok(())
}

fn view(picture: &Raster, pixel_type: PixelType) -> Result<ImageRef<'_>, Foreign> {
    let size = picture.size();
    Ok(ImageRef::new(
        size.width(),
        size.height(),
        picture.pixels(),
        pixel_type,
    )?)
}

/// The resizer's names for our pixels at 8 and at 16 bits.
fn pixel_types(channels: Channels) -> (PixelType, PixelType) {
    match channels {
        Channels::Rgb => (PixelType::U8x3, PixelType::U16x3),
        Channels::Rgba => (PixelType::U8x4, PixelType::U16x4),
    }
}

fn lanczos3() -> ResizeOptions {
    ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(true)
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "made-up bytes")]
mod tests {
    use super::*;
    use crate::placement::Upscale;
    use crate::units::Size;

    /// The naive twin: Lanczos3 in floating point, straight from its definition, for one channel of one row.
    fn lanczos_row(source: &[f64], len: usize) -> Vec<f64> {
        let sinc = |x: f64| {
            if x.abs() < 1e-12 {
                1.0
            } else {
                (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x)
            }
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

    fn drawn(picture: &Raster, canvas: Size, light: Light) -> (Raster, Placement) {
        let placement = Placement::contain(picture.size(), canvas, Upscale::Allow);
        let mut blank = match picture.channels() {
            Channels::Rgb => Raster::filled(canvas, crate::units::Rgb8::WHITE),
            Channels::Rgba => Raster::transparent(canvas),
        };
        draw(picture, &mut blank, &placement, light).unwrap();
        (blank, placement)
    }

    #[test]
    fn a_row_is_filtered_as_lanczos3_is_defined() {
        let pixels: Vec<[u8; 3]> = (0..97_u32)
            .map(|x| [(x * 37 % 256) as u8, (x * x % 251) as u8, (255 - x) as u8])
            .collect();
        for len in [10_u32, 31, 97, 194] {
            let canvas = Size::new(len, len.div_ceil(97)).unwrap();
            let (canvas, _) = drawn(&row(&pixels), canvas, Light::Gamma);
            for channel in 0..3 {
                let source: Vec<f64> = pixels.iter().map(|pixel| f64::from(pixel[channel])).collect();
                for (at, exact) in lanczos_row(&source, len as usize).into_iter().enumerate() {
                    let got = f64::from(canvas.pixels()[at * 3 + channel]);
                    assert!(
                        (got - exact.clamp(0.0, 255.0)).abs() <= 1.0,
                        "{got} for {exact} at {at} of {len}"
                    );
                }
            }
        }
    }

    #[test]
    fn linear_light_keeps_the_brightness_of_a_chequer() {
        let pixels: Vec<[u8; 3]> = (0..64).map(|x| [if x % 2 == 0 { 0 } else { 255 }; 3]).collect();
        let middle = |light| drawn(&row(&pixels), Size::new(16, 1).unwrap(), light).0.pixels()[24];
        // Half the light of white is sRGB 188; half its stored value is 128.
        assert!(middle(Light::Gamma).abs_diff(128) <= 2);
        assert!(middle(Light::Linear).abs_diff(188) <= 2);
    }

    #[test]
    fn only_the_place_is_drawn_on() {
        let canvas = Size::new(20, 9).unwrap();
        for light in [Light::Gamma, Light::Linear] {
            let picture = Raster::filled(Size::new(50, 50).unwrap(), crate::units::Rgb8::new(10, 20, 30));
            let (canvas, placement) = drawn(&picture, canvas, light);
            let columns = placement.x()..placement.x() + placement.scaled().width();
            for (index, pixel) in (0..).zip(canvas.pixels().chunks_exact(3)) {
                let inside = columns.contains(&(index % 20));
                assert_eq!(pixel, if inside { [10, 20, 30] } else { [255; 3] }, "pixel {index}");
            }
        }
    }

    #[test]
    fn the_colour_of_transparent_pixels_does_not_bleed() {
        // Opaque red beside transparent green: every visible pixel stays red.
        let size = Size::new(64, 64).unwrap();
        let pixels = (0..64 * 64).flat_map(|index| {
            if index % 64 < 31 {
                [255, 0, 0, 255]
            } else {
                [0, 255, 0, 0]
            }
        });
        let picture = Raster::new(size, Channels::Rgba, pixels.collect()).unwrap();
        let (canvas, _) = drawn(&picture, Size::new(20, 20).unwrap(), Light::Gamma);
        for pixel in canvas.pixels().chunks_exact(4).filter(|pixel| pixel[3] > 8) {
            assert!(pixel[0] > 240 && pixel[1] < 16, "{pixel:?}");
        }
    }
}
