//! What one picture may cost: bytes, pixels, memory and time. Checked before the memory is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Measure};
use crate::units::{ByteSize, Size};

/// Upper bounds on what one input may cost, checked against its header before the memory is taken or the work is done.
///
/// The defaults let a 108-megapixel phone photo pass and stop a decompression bomb.
///
/// # Guarantees
///
/// An adaptation takes no more memory than its input, [`max_decoded`](Self::max_decoded) and
/// [`max_canvas`](Self::max_canvas) together, but for 16 MiB; one to many specs takes their outputs besides. Probing takes
/// next to none. Limits beyond the memory that there is are no limits: the process ends where it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest input, in bytes. Default: 64 MiB.
    pub max_input: ByteSize,
    /// The most pixels an input may have, width times height. Default: 120 million.
    pub max_pixels: u64,
    /// The most memory that the decoded input may take: its pixels, and what a decoder and an ICC profile need to make
    /// them. Default: 512 MiB.
    pub max_decoded: ByteSize,
    /// The most memory that the canvas may take, with what scaling the picture to it and encoding it need. Default:
    /// 1 GiB, which is enough for some 40 megapixels.
    pub max_canvas: ByteSize,
    /// The most bytes of metadata. An ICC profile that is longer, once inflated, is ignored with a warning. EXIF and XMP
    /// data that are longer are an error where they are to be kept; where they are not, they are not looked at. No text
    /// is ever inflated. Default: 8 MiB.
    pub max_metadata: ByteSize,
    /// The most scans a JPEG may have; each is work for the whole picture. Default: 100. What programs write has ten or
    /// so.
    pub max_scans: u32,
    /// The most pictures that an animated PNG may have. Only the first is decoded; 1 refuses animations. Default: 1000.
    pub max_frames: u32,
    /// The most memory that the pictures of a [`Batch`](crate::Batch) may take that are worked on at the same time. One
    /// that needs more by itself is worked on alone. Default: `None`, 256 MiB for each thread.
    pub max_in_flight: Option<ByteSize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_input: ByteSize::mebibytes(64),
            max_pixels: 120_000_000,
            max_decoded: ByteSize::mebibytes(512),
            max_canvas: ByteSize::mebibytes(1024),
            max_metadata: ByteSize::mebibytes(8),
            max_scans: 100,
            max_frames: 1000,
            max_in_flight: None,
        }
    }
}

impl Limits {
    /// These limits with another longest input.
    #[must_use]
    pub fn with_max_input(mut self, max_input: ByteSize) -> Self {
        self.max_input = max_input;
        self
    }

    /// These limits with another number of pixels.
    #[must_use]
    pub fn with_max_pixels(mut self, max_pixels: u64) -> Self {
        self.max_pixels = max_pixels;
        self
    }

    /// These limits with another bound on the memory of the decoded input.
    #[must_use]
    pub fn with_max_decoded(mut self, max_decoded: ByteSize) -> Self {
        self.max_decoded = max_decoded;
        self
    }

    /// These limits with another bound on the memory of the canvas.
    #[must_use]
    pub fn with_max_canvas(mut self, max_canvas: ByteSize) -> Self {
        self.max_canvas = max_canvas;
        self
    }

    /// These limits with another bound on metadata.
    #[must_use]
    pub fn with_max_metadata(mut self, max_metadata: ByteSize) -> Self {
        self.max_metadata = max_metadata;
        self
    }

    /// These limits with another number of scans.
    #[must_use]
    pub fn with_max_scans(mut self, max_scans: u32) -> Self {
        self.max_scans = max_scans;
        self
    }

    /// These limits with another number of frames.
    #[must_use]
    pub fn with_max_frames(mut self, max_frames: u32) -> Self {
        self.max_frames = max_frames;
        self
    }

    /// These limits with a bound on what a batch has in flight.
    #[must_use]
    pub fn with_max_in_flight(mut self, max_in_flight: ByteSize) -> Self {
        self.max_in_flight = Some(max_in_flight);
        self
    }

    pub(crate) fn check_input(&self, bytes: u64) -> Result<(), Error> {
        check(Measure::InputBytes, bytes, self.max_input.as_u64())
    }

    pub(crate) fn check_pixels(&self, size: Size) -> Result<(), Error> {
        check(Measure::InputPixels, size.area(), self.max_pixels)
    }

    pub(crate) fn check_decoded(&self, bytes: u64) -> Result<(), Error> {
        check(Measure::DecodedBytes, bytes, self.max_decoded.as_u64())
    }

    pub(crate) fn check_canvas(&self, bytes: u64) -> Result<(), Error> {
        check(Measure::CanvasBytes, bytes, self.max_canvas.as_u64())
    }

    pub(crate) fn check_metadata(&self, bytes: u64) -> Result<(), Error> {
        check(Measure::MetadataBytes, bytes, self.max_metadata.as_u64())
    }

    pub(crate) fn check_scans(&self, count: u64) -> Result<(), Error> {
        check(Measure::Scans, count, self.max_scans.into())
    }

    pub(crate) fn check_frames(&self, count: u32) -> Result<(), Error> {
        check(Measure::Frames, count.into(), self.max_frames.into())
    }
}

fn check(what: Measure, value: u64, limit: u64) -> Result<(), Error> {
    if value > limit {
        return Err(Error::Limit { what, value, limit });
    }
    Ok(())
}

/// A switch that another thread may set to stop the work. Clones share the switch.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the switch, for good.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the switch was set.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one picture may cost, and the clock that runs for it. It is asked between stages, between the rows of a
/// decoder and pieces of its input, between the bands of the resampler, and before each estimate and encode: the overrun is at most one of
/// these.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    pub(crate) limits: &'a Limits,
    started: Instant,
    allowed: Option<Duration>,
    cancel: Option<&'a CancelToken>,
}

impl<'a> Watch<'a> {
    pub(crate) fn start(limits: &'a Limits, allowed: Option<Duration>, cancel: Option<&'a CancelToken>) -> Self {
        Self { limits, started: Instant::now(), allowed, cancel }
    }

    /// A watch over what a picture takes, for as long as it takes.
    #[cfg(any(test, feature = "stages"))]
    pub(crate) fn unhurried(limits: &'a Limits) -> Self {
        Self::start(limits, None, None)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.cancel.is_some_and(CancelToken::is_cancelled) {
            return Err(Error::Cancelled);
        }
        match self.allowed {
            Some(allowed) if self.started.elapsed() >= allowed => Err(Error::Deadline { allowed }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_itself_passes() {
        let limits = Limits::default().with_max_pixels(12);
        assert!(limits.check_pixels(Size::new(4, 3).unwrap()).is_ok());
        let refused = limits.check_pixels(Size::new(13, 1).unwrap());
        assert!(matches!(refused, Err(Error::Limit { what: Measure::InputPixels, value: 13, limit: 12 })));
    }

    #[test]
    fn a_watch_tells_deadline_from_cancel() {
        let limits = Limits::default();
        assert!(Watch::unhurried(&limits).check().is_ok());
        assert!(matches!(Watch::start(&limits, Some(Duration::ZERO), None).check(), Err(Error::Deadline { .. })));
        let token = CancelToken::new();
        let watch = Watch::start(&limits, None, Some(&token));
        assert!(watch.check().is_ok());
        token.cancel();
        assert!(matches!(watch.check(), Err(Error::Cancelled)));
    }
}
