//! The stages of an adaptation one by one, for benchmarks. They are no part of the interface that versions keep.

use std::borrow::Cow;

use crate::codec;
use crate::error::Error;
use crate::letterbox::letterbox;
use crate::limits::{Limits, Watch};
use crate::orientation::Orientation;
use crate::placement::Placement;
use crate::raster::Raster;
use crate::resample::{Light, Resampling, resample};
use crate::scale::Scale;
use crate::units::{Effort, Rgb8, Size};

/// A picture between two stages.
#[derive(Debug, Clone)]
pub struct Picture(Raster);

impl Picture {
    /// Decodes a file, a JPEG at any scale.
    ///
    /// # Errors
    ///
    /// Those of [`probe`](crate::probe), and [`Error::Decode`].
    pub fn decode(bytes: &[u8], scale: Scale) -> Result<Self, Error> {
        let limits = Limits::default();
        let probe = codec::probe(bytes, &limits)?;
        codec::decode(bytes, &probe, scale, false, &Watch::unhurried(&limits)).map(|decoded| Self(decoded.picture))
    }

    /// The picture in this size.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`].
    pub fn resampled(&self, size: Size, light: Light) -> Result<Self, Error> {
        let resampling = Resampling { orientation: Orientation::UPRIGHT, size, light, matte: None, beyond: [0.0; 2] };
        resample(Cow::Borrowed(&self.0), &resampling, &Watch::unhurried(&Limits::default())).map(Self)
    }

    /// The picture on the canvas of this placement, padded with white.
    #[must_use]
    pub fn letterboxed(self, placement: &Placement) -> Self {
        Self(letterbox(self.0, placement, Some(Rgb8::WHITE)))
    }

    /// A PNG without loss.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`].
    pub fn to_png(&self, effort: Effort) -> Result<Vec<u8>, Error> {
        codec::encode_png(&self.0, effort)
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.0.size()
    }

    /// Row by row, three or four bytes a pixel.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        self.0.pixels()
    }
}
