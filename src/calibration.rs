//! The JPEG encoder with figures of the caller's, for the program that fits them. It is no part of the interface that
//! versions keep.

use crate::codec::JpegSource;
pub use crate::codec::Tuning;
use crate::raster::{Channels, Raster};
use crate::units::{ChromaSubsampling, Effort, Quality, Size};

/// An opaque canvas.
#[derive(Debug)]
pub struct Canvas(Raster);

impl Canvas {
    /// A canvas of these pixels, red, green and blue; `None` unless there are as many as `size` asks for.
    #[must_use]
    pub fn new(size: Size, pixels: Vec<u8>) -> Option<Self> {
        Raster::new(size, Channels::Rgb, pixels).map(Self)
    }

    /// The canvas made ready for these figures.
    #[must_use]
    pub fn tuned<'a>(&'a self, tuning: &'a Tuning) -> Tuned<'a> {
        Tuned(JpegSource::tuned(&self.0, tuning))
    }
}

/// A canvas of which files are made with figures of the caller's.
#[derive(Debug)]
pub struct Tuned<'a>(JpegSource<'a>);

impl Tuned<'_> {
    /// A file of these settings.
    #[must_use]
    pub fn encode(&self, quality: Quality, chroma: ChromaSubsampling, effort: Effort) -> Vec<u8> {
        self.0.encode(quality, chroma, effort)
    }

    /// About how many bytes it has.
    #[must_use]
    pub fn estimate(&self, quality: Quality, chroma: ChromaSubsampling, effort: Effort) -> f64 {
        self.0.estimate(quality, chroma, effort)
    }

    /// The quality from which the crate takes full chroma where a cap allows it.
    #[must_use]
    pub fn full_chroma_from(&self) -> Quality {
        self.0.full_chroma_from()
    }

    /// What halving chroma would lose: the mean square of its finer half, in levels.
    #[must_use]
    pub fn fine_chroma(&self) -> f32 {
        self.0.fine_chroma()
    }
}
