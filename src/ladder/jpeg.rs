//! The rungs of JPEG: the opaque canvas at the highest quality that fits the cap, with full colour or without.
//! The search for a setting is `budget`'s, the encoding `codec`'s. It does not know what else is tried.

use super::{File, Rungs};
use crate::budget::{self, Found, Target};
use crate::codec::JpegSource;
use crate::error::Error;
use crate::format::Format;
use crate::raster::Raster;
use crate::report::Attempt;
use crate::units::{ByteSize, ChromaSubsampling, Effort, JpegEncoder, Quality};

/// The length of a file as a share of its estimate, a first guess: the median over a corpus at middling qualities, from
/// which half of all pictures are off by less than 1 % and nearly all by less than 5 %.
const fn prior(effort: Effort) -> f64 {
    match effort {
        Effort::Fast => 1.002,
        Effort::Balanced => 0.98,
        Effort::Best => 0.97,
    }
}

impl Rungs<'_> {
    /// The JPEG of the highest quality that fits, if any does.
    pub(super) fn jpeg(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        let source = JpegSource::new(canvas);
        if let Some(chroma) = self.plan.chroma {
            return self.search(canvas, &source, chroma);
        }
        if self.full_chroma_pays(&source)? {
            let found = self.search(canvas, &source, ChromaSubsampling::Cs444)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        self.search(canvas, &source, ChromaSubsampling::Cs420)
    }

    /// A JPEG of this quality, whether or not it fits.
    pub(super) fn jpeg_at(
        &mut self,
        canvas: &Raster,
        quality: Quality,
        chroma: ChromaSubsampling,
    ) -> Result<File, Error> {
        self.encode(canvas, &JpegSource::new(canvas), quality, chroma, None)
    }

    /// Whether the cap allows a quality from which full chroma is worth its bytes.
    fn full_chroma_pays(&self, source: &JpegSource<'_>) -> Result<bool, Error> {
        let from = source.full_chroma_from();
        let fits = |quality| {
            self.watch.check()?;
            let estimate = source.estimate(quality, ChromaSubsampling::Cs444, self.plan.effort);
            Ok::<_, Error>(estimate * prior(self.plan.effort) <= self.room())
        };
        // The highest first: the search begins there.
        Ok(from <= self.plan.max_quality && (fits(self.plan.max_quality)? || fits(from)?))
    }

    /// The bytes that the cap leaves for the picture.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn room(&self) -> f64 {
        self.plan.max_bytes.map_or(f64::MAX, |cap| cap.as_u64() as f64)
    }

    /// The best quality that fits, with this chroma subsampling.
    fn search(
        &mut self,
        canvas: &Raster,
        source: &JpegSource<'_>,
        chroma: ChromaSubsampling,
    ) -> Result<Option<File>, Error> {
        let cap = self.plan.max_bytes.map_or(u64::MAX, ByteSize::as_u64);
        // What less than a hundredth of the cap could bring is not to be seen.
        let target = Target { cap, slack: cap / 100 };
        let (quality_of, step): (fn(u32) -> Quality, u32) = match self.plan.jpeg_encoder {
            JpegEncoder::Pushpix => (Quality::of_tenths, 1),
            #[cfg(feature = "mozjpeg")]
            JpegEncoder::Mozjpeg => (|whole| Quality::of_tenths(10 * whole), 10),
        };
        let settings = self.plan.min_quality.tenths() / step..=self.plan.max_quality.tenths() / step;
        let effort = self.plan.effort;
        let prior = prior(effort);
        let mut factor = prior;
        let watch = self.watch;
        let estimate = |setting| {
            watch.check()?;
            Ok(source.estimate(quality_of(setting), chroma, effort))
        };
        let found = budget::best_under_cap(settings, target, prior, estimate, |setting| {
            let quality = quality_of(setting);
            let estimate = source.estimate(quality, chroma, effort);
            let file = self.encode(canvas, source, quality, chroma, Some(estimate * factor))?;
            let len = file.1.bytes.as_u64();
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let real = len as f64;
            factor = real / estimate;
            Ok::<_, Error>((file, len))
        })?;
        Ok(match found {
            Found::Fits(file) => Some(file),
            Found::Over(_) => None,
        })
    }

    fn encode(
        &mut self,
        canvas: &Raster,
        source: &JpegSource<'_>,
        quality: Quality,
        chroma: ChromaSubsampling,
        predicted: Option<f64>,
    ) -> Result<File, Error> {
        self.watch.check()?;
        let effort = self.plan.effort;
        let bytes = match self.plan.jpeg_encoder {
            JpegEncoder::Pushpix => source.encode(quality, chroma, effort),
            #[cfg(feature = "mozjpeg")]
            JpegEncoder::Mozjpeg => crate::codec::encode_by_mozjpeg(canvas, quality, chroma, effort)?,
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        let predicted = predicted.map(|len| ByteSize::new(len as u64));
        let (quality, chroma) = (Some(quality), Some(chroma));
        Ok(self.record(bytes, Attempt { quality, chroma, predicted, ..Attempt::of(Format::Jpeg, canvas.size()) }))
    }
}
