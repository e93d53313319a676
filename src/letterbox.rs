//! The picture at its place on a filled canvas. It decides nothing: the placement and the background are given.

use crate::error::Error;
use crate::placement::Placement;
use crate::raster::{Channels, Raster};
use crate::resample::{self, Light};
use crate::units::Rgb8;

/// Scales `picture` to its place and pads around it: with `background` if it is opaque, with nothing if it has alpha.
pub(crate) fn letterbox(
    picture: &Raster,
    placement: &Placement,
    background: Rgb8,
    light: Light,
) -> Result<Raster, Error> {
    let mut canvas = match picture.channels() {
        Channels::Rgb => Raster::filled(placement.canvas(), background),
        Channels::Rgba => Raster::transparent(placement.canvas()),
    };
    resample::draw(picture, &mut canvas, placement, light)?;
    Ok(canvas)
}
