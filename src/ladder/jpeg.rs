//! The rungs of JPEG: the opaque canvas at the highest quality that fits the cap, with full colour or without.
//! The search for a setting is `budget`'s, the encoding `codec`'s. It does not know what else is tried.

use std::ops::RangeInclusive;

use super::{File, Rungs};
use crate::budget::{self, Found};
use crate::codec;
use crate::error::Error;
use crate::format::Format;
use crate::raster::Raster;
use crate::units::{ByteSize, ChromaSubsampling, Quality};

/// The lowest quality at which colour keeps its full resolution. Measured by SSIMULACRA2 over 36 photographs at 984x369
/// and caps of 15 to 80 kB: at equal length, 4:4:4 beats 4:2:0 by 0.6 where its quality is 90 or more, and loses by 0.6
/// at 85 to 89, by 0.9 at 75 to 84 and by 2 to 5 below. Just below 85 its length is that of 4:2:0 at the usual ceiling.
const FULL_CHROMA_FROM: u32 = 85;

impl Rungs<'_> {
    /// The JPEG of the highest quality that fits, if any does: with full colour, or else without.
    pub(super) fn jpeg(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        let (floor, ceiling) = (step(self.plan.min_quality), step(self.plan.max_quality));
        if ceiling >= FULL_CHROMA_FROM {
            let found = self.search(canvas, floor.max(FULL_CHROMA_FROM)..=ceiling, ChromaSubsampling::Cs444)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        self.search(canvas, floor..=ceiling, ChromaSubsampling::Cs420)
    }

    fn search(
        &mut self,
        canvas: &Raster,
        steps: RangeInclusive<u32>,
        chroma: ChromaSubsampling,
    ) -> Result<Option<File>, Error> {
        let cap = self.plan.max_bytes.map_or(u64::MAX, ByteSize::as_u64);
        let found = budget::highest_fitting(steps, cap, |step| {
            let quality = Quality::whole(u8::try_from(step).unwrap_or(u8::MAX));
            let file = self.jpeg_at(canvas, quality, chroma)?;
            let len = file.1.bytes.as_u64();
            Ok::<_, Error>((file, len))
        })?;
        Ok(match found {
            Found::Fits(file) => Some(file),
            Found::Over(_) => None,
        })
    }

    pub(super) fn jpeg_at(
        &mut self,
        canvas: &Raster,
        quality: Quality,
        chroma: ChromaSubsampling,
    ) -> Result<File, Error> {
        self.watch.check()?;
        let bytes = codec::encode_jpeg(canvas, quality, chroma, self.plan.effort)?;
        Ok(self.record(Format::Jpeg, Some(quality), Some(chroma), bytes))
    }
}

/// The chroma subsampling that is tried first at this quality.
pub(super) fn chroma_at(quality: Quality) -> ChromaSubsampling {
    if step(quality) >= FULL_CHROMA_FROM { ChromaSubsampling::Cs444 } else { ChromaSubsampling::Cs420 }
}

/// A quality of the plan, which are whole numbers, as a step of the search.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "qualities are 1 to 100")]
fn step(quality: Quality) -> u32 {
    quality.as_f32() as u32
}
