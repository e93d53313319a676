//! Doors to rooms that the interface does not reach, for the programs that look for defects in them. They are no part
//! of the interface that versions keep.

use std::borrow::Cow;
use std::convert::Infallible;

use crate::budget::{self, Found, Target};
use crate::codec::{self, Decoded, Facts};
use crate::error::Error;
use crate::letterbox::letterbox;
use crate::limits::{Limits, Watch};
use crate::palette::{Palettes, Remapping};
use crate::placement::{Placement, Upscale};
use crate::raster::{Channels, Raster};
use crate::resample::{Light, Resampling, resample};
use crate::scale::Scale;
use crate::units::{Effort, Rgb8, Size};
use crate::warning::Warning;

/// A decoded file: stored orientation, 8-bit sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The size as stored.
    pub size: Size,
    /// 3 or 4.
    pub channels: usize,
    /// Row by row.
    pub pixels: Vec<u8>,
    /// What the caller may want to know.
    pub warnings: Vec<Warning>,
    /// What the file says of its colours other than that they are sRGB.
    pub foreign_colours: Option<&'static str>,
}

/// How many bytes of memory [`decode`] may take, by the header.
///
/// # Errors
///
/// Those of [`probe`](crate::probe).
pub fn decoded_bytes(bytes: &[u8], scale: Scale, lenient: bool, limits: &Limits) -> Result<u64, Error> {
    codec::probe(bytes, limits).map(|probe| probe.decoded_bytes(scale, lenient))
}

/// Decodes a file, a JPEG at any scale.
///
/// # Errors
///
/// Those of [`probe`](crate::probe), and [`Error::Decode`].
pub fn decode(bytes: &[u8], scale: Scale, lenient: bool, limits: &Limits) -> Result<Picture, Error> {
    let probe = codec::probe(bytes, limits)?;
    let Decoded { picture, facts } = codec::decode(bytes, &probe, scale, lenient, &Watch::start(limits, None, None))?;
    Ok(Picture::new(picture, facts))
}

impl Picture {
    fn new(picture: Raster, facts: Facts) -> Self {
        Self {
            size: picture.size(),
            channels: picture.channels().count(),
            pixels: picture.into_pixels(),
            warnings: facts.warnings,
            foreign_colours: facts.foreign_colours,
        }
    }
}

/// A picture as it lies on a canvas, on white, before it is encoded; decoded at a scale.
///
/// # Errors
///
/// Those of [`decode`].
pub fn on_canvas(bytes: &[u8], scale: Scale, canvas: Size, limits: &Limits) -> Result<Picture, Error> {
    let source = codec::probe(bytes, limits)?;
    let watch = Watch::start(limits, None, None);
    let placement = Placement::contain(source.size(), canvas, Upscale::Allow);
    let Decoded { picture, facts } = codec::decode(bytes, &source, scale, false, &watch)?;
    let resampling = Resampling {
        orientation: source.orientation,
        size: placement.scaled(),
        light: Light::Gamma,
        matte: Some(Rgb8::WHITE),
        beyond: scale.beyond(source.stored),
    };
    let scaled = resample(Cow::Owned(picture), &resampling, &watch)?;
    Ok(Picture::new(letterbox(scaled, &placement, Some(Rgb8::WHITE)), facts))
}

/// Whether the coefficients of a JPEG are such as pictures have. Others overflow the inverse transform here and there,
/// and every decoder shows something else.
#[must_use]
pub fn is_in_range(bytes: &[u8], limits: &Limits) -> bool {
    // The sum, over the block, of what a coefficient adds to a sample at most, an eighth of twice itself, is within
    // the 512 levels up to which all decoders clamp alike.
    codec::largest_block(bytes, &Watch::start(limits, None, None)).is_some_and(|sum| sum <= 2000)
}

/// A picture in few colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    /// The palette, with straight alpha.
    pub colours: Vec<[u8; 4]>,
    /// The place of each pixel's colour.
    pub indices: Vec<u8>,
    /// How far it is from the picture.
    pub difference: f64,
    /// The file.
    pub png: Vec<u8>,
}

/// The fewest and the most colours that a palette of the RGBA picture can have, and the picture in as many as `choose`
/// says of these.
///
/// # Errors
///
/// [`Error::Encode`]. `None` if there are not as many pixels as the size says.
pub fn reduced(
    size: Size,
    rgba: Vec<u8>,
    padding: Option<Rgb8>,
    (dither, slack): (u8, f32),
    choose: impl FnOnce(u16, u16) -> u16,
) -> Option<Result<Reduced, Error>> {
    let palettes = Palettes::new(&Raster::new(size, Channels::Rgba, rgba)?, padding);
    let (fewest, most) = palettes.lengths().into_inner();
    let indexed = palettes.indexed(choose(fewest, most), Remapping { dither, slack });
    let difference = palettes.difference(&indexed);
    let png = codec::encode_indexed(&indexed, Effort::Fast);
    Some(png.map(|png| Reduced { colours: indexed.colours, indices: indexed.indices, difference, png }))
}

/// What a search under a cap came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// The setting that was taken, or the smallest size seen where none fits.
    pub found: Result<u32, u64>,
    /// Every setting that was encoded, in order.
    pub encoded: Vec<u32>,
    /// How many estimates were asked for.
    pub estimates: usize,
}

/// Searches the best of the settings from 0 on, whose sizes and estimates these are. There is one of each at least.
#[must_use]
pub fn search(sizes: &[u64], estimates: &[f64], cap: u64, slack: u64, prior: f64) -> Searched {
    let (mut encoded, mut asked) = (Vec::new(), 0);
    let last = u32::try_from(sizes.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let estimate = |setting: u32| {
        asked += 1;
        Ok::<f64, Infallible>(estimates[setting as usize])
    };
    let encode = |setting: u32| {
        encoded.push(setting);
        Ok((setting, sizes[setting as usize]))
    };
    let found = match budget::best_under_cap(0..=last, Target { cap, slack }, prior, estimate, encode) {
        Ok(Found::Fits(setting)) => Ok(setting),
        Ok(Found::Over(smallest)) => Err(smallest),
        Err(never) => match never {},
    };
    Searched { found, encoded, estimates: asked }
}
