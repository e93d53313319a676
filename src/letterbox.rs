//! The scaled picture at its place on a filled canvas. It decides nothing: the placement and the padding are given.

use crate::placement::Placement;
use crate::raster::{Channels, Raster};
use crate::units::Rgb8;

/// Puts `scaled` at its place and pads around it, with a colour or, without one, with nothing.
pub(crate) fn letterbox(scaled: Raster, placement: &Placement, padding: Option<Rgb8>) -> Raster {
    let scaled = if padding.is_none() { scaled.with_alpha() } else { scaled };
    if scaled.size() == placement.canvas() {
        return scaled;
    }
    let mut canvas = match padding {
        Some(colour) => Raster::filled(placement.canvas(), scaled.channels(), colour),
        None => Raster::zeroed(placement.canvas(), Channels::Rgba),
    };
    canvas.put(&scaled, placement.x(), placement.y());
    canvas
}
