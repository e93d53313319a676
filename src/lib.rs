#![doc = include_str!("../README.md")]

mod adapt;
mod adapter;
#[cfg(feature = "api")]
pub mod api;
mod batch;
mod budget;
#[cfg(feature = "calibration")]
#[doc(hidden)]
pub mod calibration;
mod codec;
mod error;
mod format;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod ladder;
mod letterbox;
mod limits;
mod orientation;
mod palette;
mod panics;
mod placement;
mod plan;
mod raster;
mod report;
mod resample;
mod scale;
mod simd;
mod spec;
#[cfg(feature = "stages")]
#[doc(hidden)]
pub mod stages;
mod units;
mod verify;
mod warning;

pub use adapter::Adapter;
pub use batch::{Batch, Input, Job, Outcome, Progress, Request, Work};
pub use codec::{ColourModel, Probe};
pub use error::{Error, Measure, SpecError};
pub use format::Format;
pub use limits::{CancelToken, Limits};
pub use orientation::Orientation;
pub use placement::{Placement, Upscale};
pub use plan::{Plan, Transparency};
pub use report::{Adapted, Attempt, Reason, Report};
pub use resample::Light;
pub use scale::Scale;
pub use spec::{AlphaRule, ByteCap, Canvas, Catalog, SourceKind, Spec, Status};
pub use units::{ByteSize, ChromaSubsampling, Effort, JpegEncoder, ParseUnitError, Quality, Rgb8, Size};
pub use verify::{Verdict, Violation};
pub use warning::Warning;

/// Reads a picture's header: format, size, orientation, colours. Nothing is decoded.
///
/// # Errors
///
/// [`Error::Unsupported`] if it is no JPEG or PNG or a variant that is refused, [`Error::Decode`] if the header is
/// broken, [`Error::Limit`] if the input is longer or has more pixels or frames than [`Limits::default`] allows.
///
/// # Cost
///
/// Some microseconds: the segments or chunks are passed over by their lengths. Next to no memory is taken.
///
/// # Examples
///
/// ```
/// let probe = pushpix::probe(&std::fs::read("testdata/photo.jpg")?)?;
/// assert_eq!(probe.size().to_string(), "2400x1600");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    Adapter::new().probe(bytes)
}

/// Decides what [`adapt`](adapt()) would do with a picture: canvas, placement, formats, cap. Nothing is decoded.
///
/// # Errors
///
/// Those of [`probe`](probe()), and [`Error::Spec`] if the channel takes no such picture or its size is unknown.
///
/// # Cost
///
/// That of [`probe`](probe()).
///
/// # Examples
///
/// ```
/// use pushpix::Spec;
///
/// let plan = pushpix::plan(&std::fs::read("testdata/photo.jpg")?, Spec::builtin("oppo/large-image")?)?;
/// assert_eq!(plan.placement.canvas().to_string(), "984x369");
/// assert_eq!(plan.placement.scaled().to_string(), "554x369");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan(bytes: &[u8], spec: &Spec) -> Result<Plan, Error> {
    Adapter::new().plan(bytes, spec)
}

/// Makes of a picture what a channel asks for: upright, scaled in proportion to lie wholly on the channel's canvas,
/// padded, never cropped, in a format the channel takes, at the highest quality whose file fits its byte cap.
///
/// `bytes` is a whole JPEG or PNG file. The name it came under does not matter. Whatever it says of its colours is
/// converted to 8-bit sRGB, and of its metadata nothing is kept; [`Adapter`] has options.
///
/// # Guarantees
///
/// The result is within the cap, or an error is returned. The same input, spec and version give the same bytes. A file
/// that complies already, and carries nothing but its picture, is returned byte for byte.
///
/// # Errors
///
/// Those of [`plan`](plan()); [`Error::Decode`] if anything of the picture is broken or missing;
/// [`Error::OverBudget`] if nothing at or above
/// the lowest quality allowed fits the cap; [`Error::Encode`] for a defect of ours.
///
/// # Cost
///
/// One decode for a file that complies. Else one decode, one resampling, and one encode where the highest quality fits
/// the cap; otherwise two of JPEG on average. A JPEG is decoded at the [`Scale`] that is enough, which takes a third of
/// the time at a quarter. The memory is that of the decoded picture, of the picture between the two passes of the
/// resampling, and of some seven canvases for the encoders; [`Limits`] bounds it.
///
/// # Examples
///
/// ```
/// use pushpix::Spec;
///
/// let photo = std::fs::read("testdata/photo.jpg")?;
/// let out = pushpix::adapt(&photo, Spec::builtin("oppo/large-icon")?)?;
/// assert!(out.bytes.len() <= 51_200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adapt(bytes: &[u8], spec: &Spec) -> Result<Adapted, Error> {
    Adapter::new().adapt(bytes, spec)
}

/// Holds a file against a spec without changing it: format, size, length, alpha, orientation, colours.
///
/// A file that cannot be read, or is beyond [`Limits::default`], breaks the first rule of all: it is a violation, not
/// an error. Of the file's name nothing is known here; see [`Verdict::with_name`].
///
/// # Guarantees
///
/// What [`adapt`](adapt()) returns for a spec complies with it. A file that is found to comply was decoded to its end.
///
/// # Cost
///
/// One decode, and its memory.
///
/// # Examples
///
/// ```
/// use pushpix::Spec;
///
/// let photo = std::fs::read("testdata/photo.jpg")?;
/// let verdict = pushpix::verify(&photo, Spec::builtin("oppo/large-image")?);
/// let broken: Vec<&str> = verdict.violations.iter().map(|violation| violation.code()).collect();
/// assert_eq!(broken, ["size"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn verify(bytes: &[u8], spec: &Spec) -> Verdict {
    Adapter::new().verify(bytes, spec)
}
