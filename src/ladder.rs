//! The canvas encoded under the cap: which formats are tried, in which order, and what is taken in the end.
//! The search for a setting is `budget`'s, the encoding `codec`'s.

use crate::budget::{self, Found};
use crate::codec;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Watch;
use crate::plan::Plan;
use crate::raster::{Channels, Raster};
use crate::report::{Attempt, Warning};
use crate::units::{ByteSize, ChromaSubsampling, Quality};

/// The file that was taken.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) taken: Attempt,
    /// Every complete encode, in order.
    pub(crate) attempts: Vec<Attempt>,
    /// What happened on the way down.
    pub(crate) warnings: Vec<Warning>,
}

/// The quality from which on colour is kept at full resolution. Below it the bytes are better spent on luma.
const FULL_CHROMA_FROM: u8 = 90;

/// Encodes the canvas within the plan's cap, at the highest quality that fits.
///
/// Alpha is kept by PNG. An opaque picture becomes JPEG; if it came as PNG it may be flat graphics, and the smaller of
/// the two is taken. The other format that the plan allows is the last resort of both.
///
/// # Errors
///
/// [`Error::OverBudget`] with the smallest size reached, [`Error::Deadline`], [`Error::Cancelled`], [`Error::Encode`].
///
/// # Cost
///
/// One encode where the ceiling fits, else those of [`budget::highest_fitting`]; one more where PNG is tried.
pub(crate) fn encode_under_cap(canvas: Raster, plan: &Plan, watch: &Watch) -> Result<Encoded, Error> {
    let allowed = |format| plan.formats.contains(&format).then_some(format);
    let transparent = canvas.channels() == Channels::Rgba;
    let mut rungs = Rungs {
        plan,
        watch,
        attempts: Vec::new(),
        smallest: u64::MAX,
    };
    let preferred = if transparent { Format::Png } else { Format::Jpeg };
    let other = if transparent { Format::Jpeg } else { Format::Png };
    let lossless_may_win = !transparent && plan.source.format == Format::Png;

    let mut warnings = Vec::new();
    let mut best = match allowed(preferred) {
        Some(format) => rungs.encode(&canvas, format)?,
        None => None,
    };
    if let Some(other) = allowed(other)
        && (best.is_none() || lossless_may_win)
    {
        let flat = canvas.flattened(plan.background);
        let second = rungs.encode(&flat, other)?;
        if best.is_none() && second.is_some() && allowed(preferred).is_some() {
            warnings.push(Warning::FormatChanged {
                from: preferred,
                to: other,
            });
        }
        best = smaller(best, second);
    }

    let Some((bytes, taken)) = best else {
        return Err(Error::OverBudget {
            max_bytes: plan.max_bytes.unwrap_or(ByteSize::new(u64::MAX)),
            smallest: ByteSize::new(rungs.smallest),
            attempts: u32::try_from(rungs.attempts.len()).unwrap_or(u32::MAX),
        });
    };
    let floor = taken
        .quality
        .filter(|&quality| quality <= plan.min_quality && quality < plan.max_quality);
    warnings.extend(floor.map(|quality| Warning::AtFloor { quality }));
    Ok(Encoded {
        bytes,
        taken,
        attempts: rungs.attempts,
        warnings,
    })
}

type File = (Vec<u8>, Attempt);

/// The shorter file of two; the first if they are of equal length.
fn smaller(first: Option<File>, second: Option<File>) -> Option<File> {
    match (first, second) {
        (Some(first), Some(second)) => Some(if second.0.len() < first.0.len() { second } else { first }),
        (first, second) => first.or(second),
    }
}

/// What the rungs share: the rules, and the record of what was tried.
struct Rungs<'a> {
    plan: &'a Plan,
    watch: &'a Watch,
    attempts: Vec<Attempt>,
    smallest: u64,
}

impl Rungs<'_> {
    /// The best file of this format that fits, if any does.
    fn encode(&mut self, canvas: &Raster, format: Format) -> Result<Option<File>, Error> {
        match format {
            Format::Jpeg => self.jpeg(canvas),
            Format::Png => {
                self.watch.check()?;
                let bytes = codec::encode_png(canvas, self.plan.effort)?;
                let attempt = self.record(Format::Png, None, None, &bytes);
                Ok(attempt.fits.then_some((bytes, attempt)))
            }
        }
    }

    fn jpeg(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        let cap = self.plan.max_bytes.map_or(u64::MAX, ByteSize::as_u64);
        let (floor, ceiling) = whole_steps(self.plan.min_quality, self.plan.max_quality);
        let found = budget::highest_fitting(floor..=ceiling, cap, |step| {
            self.watch.check()?;
            let step = u8::try_from(step).unwrap_or(u8::MAX);
            let quality = Quality::whole(step);
            let chroma = if step >= FULL_CHROMA_FROM {
                ChromaSubsampling::Cs444
            } else {
                ChromaSubsampling::Cs420
            };
            let bytes = codec::encode_jpeg(canvas, quality, chroma, self.plan.effort)?;
            let len = bytes.len() as u64;
            let attempt = self.record(Format::Jpeg, Some(quality), Some(chroma), &bytes);
            Ok::<_, Error>(((bytes, attempt), len))
        })?;
        Ok(match found {
            Found::Fits(file) => Some(file),
            Found::Over(_) => None,
        })
    }

    fn record(
        &mut self,
        format: Format,
        quality: Option<Quality>,
        chroma: Option<ChromaSubsampling>,
        bytes: &[u8],
    ) -> Attempt {
        let bytes = ByteSize::of(bytes);
        let attempt = Attempt {
            format,
            quality,
            chroma,
            bytes,
            fits: self.plan.max_bytes.is_none_or(|max_bytes| bytes <= max_bytes),
        };
        self.smallest = self.smallest.min(bytes.as_u64());
        self.attempts.push(attempt);
        attempt
    }
}

/// The whole-numbered settings within a floor and a ceiling; where there is none, the one just below the ceiling.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "qualities are 1 to 100"
)]
fn whole_steps(floor: Quality, ceiling: Quality) -> (u32, u32) {
    let ceiling = ceiling.as_f32().floor() as u32;
    ((floor.as_f32().ceil() as u32).min(ceiling), ceiling)
}
