//! The filter step: a stored picture becomes a smaller or larger one, upright. The only file that names the resizer.

use std::borrow::Cow;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{
    Filter, FilterType, IntoImageView, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer, create_srgb_mapper,
};

use crate::error::{Error, Foreign};
use crate::limits::Watch;
use crate::orientation::{Orientation, upright};
use crate::raster::{Channels, Raster};
use crate::units::{Rgb8, Size};

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

/// What becomes of a stored picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resampling {
    /// How it is turned.
    pub(crate) orientation: Orientation,
    /// Its size in the end, upright.
    pub(crate) size: Size,
    /// In which light its pixels are averaged.
    pub(crate) light: Light,
    /// The colour it is laid on first. `None`: alpha stays.
    pub(crate) matte: Option<Rgb8>,
    /// How much of the stored picture's last column and of its last row is not part of it, in pixels: less than one.
    pub(crate) beyond: [f64; 2],
}

impl Resampling {
    /// The size in the end, as the picture is stored.
    fn stored_size(&self) -> Size {
        if self.orientation.swaps_sides() { self.size.transposed() } else { self.size }
    }

    /// The size between the two passes, for a picture stored in the size `from`. The height as it is seen comes first:
    /// between the passes values are rounded and clamped, so another order would give another picture.
    fn between(&self, from: Size) -> (u32, u32) {
        let to = self.stored_size();
        if self.orientation.swaps_sides() { (to.width(), from.height()) } else { (from.width(), to.height()) }
    }

    /// How many bytes of memory it takes besides the stored picture, about.
    pub(crate) fn bytes(&self, from: Size) -> u64 {
        if from == self.stored_size() {
            // It is turned at most.
            return from.area().saturating_mul(4);
        }
        let (width, height) = self.between(from);
        let pixel = if self.light == Light::Linear { 8 } else { 4 };
        // A band is copied, made ready, and scaled.
        let bands = 3 * BAND.max(STRIPS * u64::from(from.width().max(from.height()))).min(from.area());
        let pixels = (u64::from(width) * u64::from(height)).saturating_add(self.size.area()).saturating_add(bands);
        pixels.saturating_mul(pixel)
    }
}

/// Scales a stored picture by Lanczos3 and turns it upright.
///
/// Alpha is taken into account: a transparent pixel's colour does not bleed into its neighbours. A picture that has
/// the size already keeps every pixel. The eight orientations of one picture give the same result.
///
/// A picture that is borrowed is only read; one that is owned is given up as soon as it is not needed.
pub(crate) fn resample(picture: Cow<'_, Raster>, resampling: &Resampling, watch: &Watch<'_>) -> Result<Raster, Error> {
    let scaled = if picture.size() == resampling.stored_size() {
        let picture = picture.into_owned();
        match resampling.matte {
            Some(matte) => picture.flattened(matte),
            None => picture,
        }
    } else {
        scale(picture, resampling, watch).map_err(|source| Error::from_encoder("the resampler", source))?
    };
    Ok(upright(scaled, resampling.orientation))
}

fn scale(picture: Cow<'_, Raster>, resampling: &Resampling, watch: &Watch<'_>) -> Result<Raster, Foreign> {
    let to = resampling.stored_size();
    let (from, kept) = (picture.size(), picture.channels());
    let channels = if resampling.matte.is_some() { Channels::Rgb } else { kept };
    let between = match resampling.between(from) {
        (width, height) if (width, height) == (from.width(), from.height()) => (to.width(), to.height()),
        between => between,
    };
    let plain = kept == Channels::Rgb && resampling.light == Light::Gamma;
    let mut image = if plain {
        let view = ImageRef::new(from.width(), from.height(), picture.pixels(), PixelType::U8x3)?;
        passed(&view, between, resampling.beyond)?
    } else {
        in_bands(&picture, between, resampling, watch)?
    };
    drop(picture);
    watch.check()?;
    if between != (to.width(), to.height()) {
        image = passed(&image, (to.width(), to.height()), resampling.beyond)?;
    }
    if channels == Channels::Rgba {
        MulDiv::new().divide_alpha_inplace(&mut image)?;
    }
    if resampling.light == Light::Linear {
        let mut stored = Image::new(to.width(), to.height(), pixel_type(channels, Light::Gamma));
        create_srgb_mapper().backward_map(&image, &mut stored)?;
        image = stored;
    }
    Raster::new(to, channels, image.into_vec()).ok_or_else(|| "the scaled picture has a wrong size".into())
}

/// One pass: one of the sides, or both where one has its length already, becomes another.
fn passed(
    image: &impl IntoImageView,
    (width, height): (u32, u32),
    [right, bottom]: [f64; 2],
) -> Result<Image<'static>, Foreign> {
    let pixels = image.pixel_type().ok_or("pixels of no type")?;
    let mut scaled = Image::new(width, height, pixels);
    let part = |from: u32, to: u32, beyond: f64| f64::from(from) - if from == to { 0.0 } else { beyond };
    let part = (part(image.width(), width, right), part(image.height(), height, bottom));
    Resizer::new().resize(image, &mut scaled, &lanczos3()?.crop(0.0, 0.0, part.0, part.1))?;
    Ok(scaled)
}

/// How many pixels are made ready for the filter at a time.
const BAND: u64 = 1 << 18;

/// How many lines of them at least, for the filter's tables are made anew for each band.
const STRIPS: u64 = 16;

/// The first pass of a picture whose pixels must be made ready: laid on a colour, multiplied with their alpha, put in
/// proportion to light. Done band by band across the filter's direction, so that no second picture is in memory.
fn in_bands(
    picture: &Raster,
    (width, height): (u32, u32),
    resampling: &Resampling,
    watch: &Watch<'_>,
) -> Result<Image<'static>, Foreign> {
    let from = picture.size();
    let upright_bands = width == from.width();
    let (across, along) = if upright_bands { (from.width(), from.height()) } else { (from.height(), from.width()) };
    let step = u32::try_from((BAND / u64::from(along)).max(STRIPS))?;
    let channels = if resampling.matte.is_some() { Channels::Rgb } else { picture.channels() };
    let pixels = pixel_type(channels, resampling.light);
    let mut passed_on = Image::new(width, height, pixels);
    for start in (0..across).step_by(step as usize) {
        watch.check()?;
        let len = step.min(across - start);
        let (size, to) = if upright_bands { ((len, along), (len, height)) } else { ((along, len), (width, len)) };
        let (x, y) = if upright_bands { (start, 0) } else { (0, start) };
        let size = Size::new(size.0, size.1).ok_or("a band is empty")?;
        let band = passed(&ready(picture.part(x, y, size), resampling)?, to, resampling.beyond)?;
        let line = width as usize * pixels.size();
        let narrow = to.0 as usize * pixels.size();
        let rows = passed_on.buffer_mut().chunks_exact_mut(line).skip(y as usize);
        for (row, part) in rows.zip(band.buffer().chunks_exact(narrow)) {
            let left = x as usize * pixels.size();
            row[left..left + narrow].copy_from_slice(part);
        }
    }
    Ok(passed_on)
}

/// A part of the picture as the filter takes it.
fn ready(part: Raster, resampling: &Resampling) -> Result<Image<'static>, Foreign> {
    let part = match resampling.matte {
        Some(matte) => part.flattened(matte),
        None => part,
    };
    let (channels, size) = (part.channels(), part.size());
    let stored = pixel_type(channels, Light::Gamma);
    let mut image = Image::from_vec_u8(size.width(), size.height(), part.into_pixels(), stored)?;
    if resampling.light == Light::Linear {
        let mut linear = Image::new(size.width(), size.height(), pixel_type(channels, Light::Linear));
        create_srgb_mapper().forward_map(&image, &mut linear)?;
        image = linear;
    }
    if channels == Channels::Rgba {
        MulDiv::new().multiply_alpha_inplace(&mut image)?;
    }
    Ok(image)
}

fn pixel_type(channels: Channels, light: Light) -> PixelType {
    match (channels, light) {
        (Channels::Rgb, Light::Gamma) => PixelType::U8x3,
        (Channels::Rgba, Light::Gamma) => PixelType::U8x4,
        (Channels::Rgb, Light::Linear) => PixelType::U16x3,
        (Channels::Rgba, Light::Linear) => PixelType::U16x4,
    }
}

fn lanczos3() -> Result<ResizeOptions, Foreign> {
    let filter = FilterType::Custom(Filter::new("Lanczos3", lanczos3_at, 3.0)?);
    // The pixels are premultiplied already.
    Ok(ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false))
}

/// `sinc(x) sinc(x / 3)` where that is Lanczos3, to within 1e-11.
///
/// The resizer's own takes two sines of the system's library, which is 2 % of a banner, and may differ from system to
/// system. With `t` the third of `pi x` it is `(sin t / t)^2 (1 - 4/3 sin^2 t)`, by the sine of the triple.
fn lanczos3_at(x: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, PI};
    let t = PI / 3.0 * x.abs();
    if t >= PI {
        return 0.0;
    }
    // The sine's series, divided by its argument, where it is quick.
    let series = |t: f64| {
        let terms = [17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0];
        terms.into_iter().fold(1.0, |sum, n| 1.0 - t * t / (n * (n - 1.0)) * sum)
    };
    let ratio = if t <= FRAC_PI_2 { series(t) } else { (PI - t) * series(PI - t) / t };
    let sine = ratio * t;
    ratio * ratio * (1.0 - 4.0 / 3.0 * sine * sine)
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "made-up bytes")]
mod tests {
    use super::*;
    use crate::limits::Limits;

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
        let size = Size::new(width, height).unwrap();
        let resampling = Resampling { orientation: Orientation::UPRIGHT, size, light, matte: None, beyond: [0.0; 2] };
        resample(Cow::Owned(picture), &resampling, &Watch::unhurried(&Limits::default())).unwrap()
    }

    #[test]
    fn the_filter_is_the_product_of_two_sincs() {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
        for step in -3500..=3500 {
            let x = f64::from(step) / 1000.0;
            let exact = if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };
            assert!((lanczos3_at(x) - exact).abs() < 1e-11, "{x}");
        }
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
    fn what_lies_beyond_the_picture_moves_nothing() {
        // A ramp of which the last pixel is a quarter within the picture, along either side, with and without bands:
        // the mean of a part of it is that of the ramp there.
        let (limits, long, short) = (Limits::default(), 33_u32, 4_u32);
        let within = f64::from(long) - 0.75;
        for channels in [Channels::Rgb, Channels::Rgba] {
            for across in [true, false] {
                let (width, height) = if across { (long, short) } else { (short, long) };
                let at = |index: u32| if across { index % width } else { index / width };
                let pixel =
                    |index| [[6 * at(index) as u8; 3].to_vec(), vec![255]].concat()[..channels.count()].to_vec();
                let pixels = (0..width * height).flat_map(pixel).collect();
                let picture = Raster::new(Size::new(width, height).unwrap(), channels, pixels).unwrap();
                let (size, beyond) = if across { ((8, 2), [0.75, 0.0]) } else { ((2, 8), [0.0, 0.75]) };
                let resampling = Resampling {
                    orientation: Orientation::UPRIGHT,
                    size: Size::new(size.0, size.1).unwrap(),
                    light: Light::Gamma,
                    matte: None,
                    beyond,
                };
                let scaled = resample(Cow::Owned(picture), &resampling, &Watch::unhurried(&limits)).unwrap();
                // Away from the ends, where the filter has something on both sides.
                for place in 2_u8..6 {
                    let exact = 6.0 * ((f64::from(place) + 0.5) * within / 8.0 - 0.5);
                    let index = usize::from(if across { place } else { 2 * place });
                    let got = f64::from(scaled.pixels()[index * channels.count()]);
                    assert!((got - exact).abs() <= 1.0, "{got} for {exact} at {place}, {channels:?}, {across}");
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

    /// The twin of the bands: every pixel made ready at once, in a second picture.
    fn at_once(picture: &Raster, resampling: &Resampling) -> Raster {
        let image = ready(picture.clone(), resampling).unwrap();
        let (width, height) = resampling.between(picture.size());
        let to = resampling.stored_size();
        let mut image =
            passed(&passed(&image, (width, height), [0.0; 2]).unwrap(), (to.width(), to.height()), [0.0; 2]).unwrap();
        let channels = if resampling.matte.is_some() { Channels::Rgb } else { picture.channels() };
        if channels == Channels::Rgba {
            MulDiv::new().divide_alpha_inplace(&mut image).unwrap();
        }
        if resampling.light == Light::Linear {
            let mut stored = Image::new(to.width(), to.height(), pixel_type(channels, Light::Gamma));
            create_srgb_mapper().backward_map(&image, &mut stored).unwrap();
            image = stored;
        }
        upright(Raster::new(to, channels, image.into_vec()).unwrap(), resampling.orientation)
    }

    #[test]
    fn bands_give_what_the_whole_picture_gives() {
        // Several bands in either direction, the last of them narrower.
        let size = Size::new(1103, 907).unwrap();
        let pixels = (0..size.area() as u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes());
        let picture = Raster::new(size, Channels::Rgba, pixels.collect()).unwrap();
        let limits = Limits::default();
        let watch = Watch::unhurried(&limits);
        for light in [Light::Gamma, Light::Linear] {
            for matte in [None, Some(Rgb8::new(1, 200, 30))] {
                for orientation in [1, 6].map(|number| Orientation::from_exif(number).unwrap()) {
                    for (width, height) in [(97, 61), (1103, 61), (97, 907), (2000, 10)] {
                        let size = Size::new(width, height).unwrap();
                        let resampling = Resampling { orientation, size, light, matte, beyond: [0.0; 2] };
                        let lent = resample(Cow::Borrowed(&picture), &resampling, &watch).unwrap();
                        assert_eq!(lent, at_once(&picture, &resampling), "{resampling:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_resampler_stops_when_its_time_is_out() {
        let limits = Limits::default();
        let watch = Watch::start(&limits, Some(std::time::Duration::ZERO), None);
        let size = Size::new(3, 3).unwrap();
        let resampling =
            Resampling { orientation: Orientation::UPRIGHT, size, light: Light::Gamma, matte: None, beyond: [0.0; 2] };
        for channels in [Channels::Rgb, Channels::Rgba] {
            let picture = Raster::zeroed(Size::new(9, 9).unwrap(), channels);
            let stopped = resample(Cow::Owned(picture), &resampling, &watch);
            assert!(matches!(stopped, Err(Error::Deadline { .. })), "{stopped:?}");
        }
    }
}
