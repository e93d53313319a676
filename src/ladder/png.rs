//! The rungs of PNG: the canvas without loss, if that fits the cap. The encoding is `codec`'s.
//! It does not know what else is tried.

use super::{File, Rungs};
use crate::codec;
use crate::error::Error;
use crate::format::Format;
use crate::raster::Raster;
use crate::report::Attempt;

impl Rungs<'_> {
    /// The picture without loss, if it fits.
    pub(super) fn png(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        self.watch.check()?;
        let bytes = codec::encode_png(canvas, self.plan.effort)?;
        let file = self.record(bytes, Attempt::of(Format::Png));
        Ok(file.1.fits.then_some(file))
    }
}
