//! The last rungs: where nothing fits with the metadata, without them; where nothing fits at this size, a smaller
//! picture, if the spec takes one.

use std::borrow::Cow;

use super::{Encoded, encode_under_cap, png};
use crate::codec::Metadata;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Watch;
use crate::orientation::Orientation;
use crate::placement::{Placement, Upscale};
use crate::plan::Plan;
use crate::raster::Raster;
use crate::report::Attempt;
use crate::resample::{Light, Resampling, resample};
use crate::units::{ByteSize, Size};
use crate::warning::Warning;

/// How much of the cap the coarsest file of a smaller picture is to take: then there is room for a better one.
const SHARE: f64 = 0.6;

/// A picture is made smaller to no less than this part of its sides, nor to less than so many pixels.
const LEAST_PART: u32 = 16;
const LEAST_SIDE: u32 = 16;

/// Encodes the canvas within the plan's cap, with the metadata if these fit too. A canvas that may be smaller is made
/// so only where not even the lowest quality fits, and scaled from the whole one each time.
///
/// # Errors
///
/// Those of [`encode_under_cap`], and [`Error::OverBudget`] with the smallest size reached.
///
/// # Cost
///
/// That of [`encode_under_cap`]; for each smaller size some encodes more: the first guess is right for most pictures.
pub(crate) fn encode_or_shrink(
    canvas: Raster,
    plan: &Plan,
    metadata: &Metadata,
    light: Light,
    watch: &Watch<'_>,
) -> Result<Encoded, Error> {
    let mut attempts = Vec::new();
    let whole = plan.may_shrink.then(|| canvas.clone());
    let mut placement = plan.placement;
    let mut next = canvas;
    loop {
        let before = attempts.len();
        if let Some(mut encoded) = with_or_without(metadata, next, placement, plan, watch, &mut attempts)? {
            let (from, to) = (plan.placement.canvas(), placement.canvas());
            encoded.warnings.extend((from != to).then_some(Warning::Shrunk { from, to }));
            encoded.attempts = attempts;
            return Ok(encoded);
        }
        let smaller = smaller(placement.canvas(), plan, &attempts[before..]);
        let (Some(whole), Some(size)) = (&whole, smaller) else {
            return Err(Error::OverBudget {
                max_bytes: plan.max_bytes.unwrap_or(ByteSize::new(u64::MAX)),
                smallest: attempts.iter().map(|attempt| attempt.bytes).min().unwrap_or(ByteSize::new(0)),
                attempts: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
            });
        };
        let resampling = Resampling { orientation: Orientation::UPRIGHT, size, light, matte: None, beyond: [0.0; 2] };
        next = resample(Cow::Borrowed(whole), &resampling, watch)?;
        placement = Placement::contain(size, size, Upscale::Never);
    }
}

/// With the metadata, or without them where the cap leaves no room for both.
fn with_or_without(
    metadata: &Metadata,
    canvas: Raster,
    placement: Placement,
    plan: &Plan,
    watch: &Watch<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<Encoded>, Error> {
    if metadata.is_empty() {
        return encode_under_cap(canvas, placement, plan, metadata, watch, attempts);
    }
    let both = encode_under_cap(canvas.clone(), placement, plan, metadata, watch, attempts)?;
    if both.is_some() {
        return Ok(both);
    }
    let mut bare = encode_under_cap(canvas, placement, plan, &Metadata::default(), watch, attempts)?;
    if let Some(encoded) = &mut bare {
        encoded.warnings.push(Warning::MetadataDropped { what: "metadata that do not fit the cap" });
    }
    Ok(bare)
}

/// The size to try next: such that the smallest file so far, scaled by its area, takes a share of the cap. `None` where
/// the picture would become too small.
fn smaller(size: Size, plan: &Plan, attempts: &[Attempt]) -> Option<Size> {
    let whole = plan.placement.canvas();
    let mut smallest = attempts.iter().map(|attempt| attempt.bytes.as_u64()).min()?;
    if attempts.iter().all(|attempt| attempt.format == Format::Png && attempt.colours.is_none()) {
        smallest /= png::GAIN;
    }
    #[expect(clippy::cast_precision_loss, reason = "a guess")]
    let part = (SHARE * plan.max_bytes?.as_u64() as f64 / smallest as f64).sqrt();
    let side = |side: u32, whole: u32| {
        let least = (whole / LEAST_PART).max(LEAST_SIDE.min(whole));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        let scaled = (f64::from(side) * part.min(0.95)) as u32;
        (scaled.max(least), least)
    };
    let ((width, least_width), (height, least_height)) =
        (side(size.width(), whole.width()), side(size.height(), whole.height()));
    if size.width() <= least_width || size.height() <= least_height {
        return None;
    }
    let bounds = Size::new(width, height)?;
    Some(Placement::contain(whole, bounds, Upscale::Never).scaled())
}
