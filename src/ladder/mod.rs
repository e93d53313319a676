//! The canvas encoded under the cap: which formats are tried, in which order, and what is taken in the end.
//! The rungs of each format stand in files of their own; the encoding is `codec`'s.

mod content;
mod jpeg;
mod png;
mod shrink;

pub(crate) use self::shrink::encode_or_shrink;

use crate::codec::Metadata;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Watch;
use crate::placement::Placement;
use crate::plan::Plan;
use crate::raster::{Channels, Raster};
use crate::report::{Adapted, Attempt, Reason, Report};
use crate::units::{ByteSize, ChromaSubsampling, Quality};
use crate::warning::Warning;

/// The file that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    /// The canvas, and the picture's place on it.
    pub(crate) placement: Placement,
    pub(crate) format: Format,
    /// Why it is this format.
    pub(crate) reason: Reason,
    /// The JPEG quality and chroma subsampling; `None` for PNG, and for a file that was not encoded.
    pub(crate) quality: Option<Quality>,
    pub(crate) chroma: Option<ChromaSubsampling>,
    /// The number of colours of a PNG that was reduced.
    pub(crate) colours: Option<u16>,
    /// Every complete encode, in order.
    pub(crate) attempts: Vec<Attempt>,
    /// What happened on the way down.
    pub(crate) warnings: Vec<Warning>,
}

impl Encoded {
    /// A file that is sent as it came.
    pub(crate) fn unchanged(bytes: &[u8], plan: &Plan) -> Self {
        Self {
            bytes: bytes.to_vec(),
            placement: plan.placement,
            format: plan.source.format,
            reason: Reason::Passthrough,
            quality: None,
            chroma: None,
            colours: None,
            attempts: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The file with its report, in which these warnings come first.
    pub(crate) fn reported(self, plan: Plan, mut warnings: Vec<Warning>) -> Adapted {
        warnings.extend(self.warnings);
        Adapted {
            report: Report {
                spec: plan.spec,
                source: plan.source,
                placement: self.placement,
                scale: plan.scale,
                format: self.format,
                reason: self.reason,
                quality: self.quality,
                chroma: self.chroma,
                colours: self.colours,
                bytes: ByteSize::of(&self.bytes),
                max_bytes: plan.max_bytes,
                attempts: self.attempts,
                passthrough: self.reason == Reason::Passthrough,
                warnings,
            },
            bytes: self.bytes,
        }
    }
}

/// Encodes the canvas, with the metadata, within the plan's cap, at the highest quality that fits.
///
/// Alpha is kept by PNG: without loss, or else in as many colours as fit, and only where two colours do not by JPEG,
/// which loses it. Of an opaque picture the pixels decide. Where much of it is flat, a PNG without loss that fits and
/// is no more than a quarter longer than JPEG at the ceiling is taken. All else becomes JPEG, and PNG where no JPEG
/// fits.
///
/// `None` if nothing fits.
///
/// # Errors
///
/// [`Error::Deadline`], [`Error::Cancelled`], [`Error::Encode`].
///
/// # Cost
///
/// One encode where the ceiling fits, else those of [`budget::best_under_cap`](crate::budget::best_under_cap): two to
/// three, five at most. Two or three more where the picture is flat, and a dozen more where it is reduced.
fn encode_under_cap(
    canvas: Raster,
    placement: Placement,
    plan: &Plan,
    metadata: &Metadata,
    watch: &Watch<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<Encoded>, Error> {
    let before = attempts.len();
    let mut rungs = Rungs { plan, metadata, watch, attempts };
    let jpeg = plan.formats.contains(&Format::Jpeg);
    let transparent = canvas.channels() == Channels::Rgba;
    let (best, reason) = if !plan.formats.contains(&Format::Png) {
        (rungs.jpeg(&canvas.flattened(plan.matte()))?, Reason::OnlyFormat)
    } else if !jpeg {
        (rungs.png(&canvas)?, Reason::OnlyFormat)
    } else if transparent {
        match rungs.png(&canvas)? {
            None => (rungs.jpeg(&canvas.flattened(plan.matte()))?, Reason::Fits),
            png => (png, Reason::Transparent),
        }
    } else if content::may_be_flat(&canvas, &placement) {
        rungs.flat(&canvas)?
    } else {
        match rungs.jpeg(&canvas)? {
            None => (rungs.png(&canvas)?, Reason::Fits),
            jpeg => (jpeg, Reason::Photo),
        }
    };

    let Some((bytes, taken)) = best else { return Ok(None) };
    let preferred = if transparent || !jpeg { Format::Png } else { Format::Jpeg };
    let over = attempts[before..].iter().any(|attempt| attempt.format == preferred && !attempt.fits);
    let changed =
        (over && taken.format != preferred).then_some(Warning::FormatChanged { from: preferred, to: taken.format });
    let reduced = taken.colours.map(|colours| Warning::Palette { colours });
    let floor = taken.quality.filter(|&quality| quality == plan.min_quality && quality < plan.max_quality);
    let at_floor = floor.map(|quality| Warning::AtFloor { quality });
    let dropped = metadata.left_out(taken.format).map(|what| Warning::MetadataDropped { what });
    Ok(Some(Encoded {
        bytes,
        placement,
        format: taken.format,
        reason,
        quality: taken.quality,
        chroma: taken.chroma,
        colours: taken.colours,
        attempts: Vec::new(),
        warnings: reduced.into_iter().chain(changed).chain(at_floor).chain(dropped).collect(),
    }))
}

type File = (Vec<u8>, Attempt);

/// What the rungs share: the rules, and the record of what was tried.
struct Rungs<'a> {
    plan: &'a Plan,
    metadata: &'a Metadata,
    watch: &'a Watch<'a>,
    attempts: &'a mut Vec<Attempt>,
}

impl Rungs<'_> {
    /// PNG without loss, or else in as many colours as fit.
    fn png(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        match self.lossless(canvas)? {
            None if self.plan.may_shrink && self.is_hopeless() => Ok(None),
            None => self.palette(canvas),
            lossless => Ok(lossless),
        }
    }

    /// Whether the file without loss that was just made is so long that fewer colours would not do.
    fn is_hopeless(&self) -> bool {
        let cap = self.plan.max_bytes.map_or(u64::MAX, ByteSize::as_u64);
        self.attempts.last().is_some_and(|attempt| attempt.bytes.as_u64() / png::GAIN > cap)
    }

    /// PNG without loss if it fits and JPEG at the ceiling is hardly shorter, else JPEG, else PNG in fewer colours.
    ///
    /// PNG is the dearest of these and wins for few pictures: it is not made where a quick one shows that it cannot.
    fn flat(&mut self, canvas: &Raster) -> Result<(Option<File>, Reason), Error> {
        let chroma = self.plan.chroma.unwrap_or(ChromaSubsampling::Cs444);
        let lossy = self.jpeg_at(canvas, self.plan.max_quality, chroma)?;
        let cap = self.plan.max_bytes.map_or(u64::MAX, ByteSize::as_u64);
        let longest = if lossy.1.fits { cap.min(lossy.1.bytes.as_u64() / 4 * 5) } else { cap };
        if self.least_lossless(canvas)? <= longest
            && let Some(lossless) = self.lossless(canvas)?
            && lossless.1.bytes.as_u64() <= longest
        {
            return Ok((Some(lossless), Reason::Flat));
        }
        if lossy.1.fits {
            return Ok((Some(lossy), Reason::Smaller));
        }
        Ok(match self.jpeg(canvas)? {
            None => (self.palette(canvas)?, Reason::Fits),
            jpeg => (jpeg, Reason::Smaller),
        })
    }

    /// Puts the metadata into a file, and what it came to on record.
    fn record(&mut self, bytes: Vec<u8>, attempt: Attempt) -> File {
        let bytes = self.metadata.put_into(bytes, attempt.format);
        let len = ByteSize::of(&bytes);
        let fits = self.plan.max_bytes.is_none_or(|max_bytes| len <= max_bytes);
        let attempt = Attempt { bytes: len, fits, ..attempt };
        self.attempts.push(attempt);
        (bytes, attempt)
    }
}
