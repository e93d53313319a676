//! What can go wrong, split by who must act: whoever sent the picture, whoever wrote the spec, or we.
//! Figures are named fields; the text of a foreign library is reached through `source()` only.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::format::Format;
use crate::units::{ByteSize, ParseUnitError};

/// The text of a library beneath us, which becomes `source()` of one of our errors.
pub(crate) type Foreign = Box<dyn std::error::Error + Send + Sync>;

/// The same within an error, where clones share it: one failure may concern many specs.
type Shared = Arc<dyn std::error::Error + Send + Sync>;

/// Why a picture could not be adapted.
///
/// `Display` is one lower-case line with the figures; [`std::error::Error::source`] has what lies beneath.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// The input is no JPEG or PNG, or a variant that is refused. Whoever sent it must send another.
    #[non_exhaustive]
    Unsupported {
        /// What the input is, as in "a gif file" or "a jpeg with arithmetic coding".
        what: &'static str,
    },
    /// The input is broken. Whoever sent it must send it again.
    #[non_exhaustive]
    Decode {
        /// What the input began as.
        format: Format,
        /// What is broken.
        what: &'static str,
        /// What the decoder said, if it was the one to notice.
        source: Option<Shared>,
    },
    /// The input would cost more than [`Limits`](crate::Limits) allows. It was refused before that was spent.
    #[non_exhaustive]
    Limit {
        /// What was measured.
        what: Measure,
        /// What it came to.
        value: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The spec, the table it stands in, or an option is wrong. The caller must mend it.
    Spec(SpecError),
    /// No setting that is allowed fits the byte cap. The caller may lower the floor or raise the cap.
    #[non_exhaustive]
    OverBudget {
        /// The most bytes the spec allows.
        max_bytes: ByteSize,
        /// The smallest file reached.
        smallest: ByteSize,
        /// How many complete encodes were made.
        attempts: u32,
    },
    /// The time allowed by [`Adapter::with_deadline`](crate::Adapter::with_deadline) ran out.
    #[non_exhaustive]
    Deadline {
        /// The time that was allowed.
        allowed: Duration,
    },
    /// The caller's [`CancelToken`](crate::CancelToken) was set.
    Cancelled,
    /// An encoder or the resampler failed on pixels of our own. This is a defect of pushpix: please report it.
    #[non_exhaustive]
    Encode {
        /// Which of them, as in "the png encoder".
        what: &'static str,
        /// What it said.
        source: Shared,
    },
    /// A file could not be read or written: of a [`Batch`](crate::Batch), or by a program that speaks of files and
    /// pictures in the same terms. All else in the library works on bytes and never returns this.
    #[non_exhaustive]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
}

impl Error {
    /// The variant's name as programs exchange it: `unsupported`, `decode`, `limit`, `spec`, `over_budget`,
    /// `deadline`, `cancelled`, `encode` or `io`. Stable for ever.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "unsupported",
            Self::Decode { .. } => "decode",
            Self::Limit { .. } => "limit",
            Self::Spec(_) => "spec",
            Self::OverBudget { .. } => "over_budget",
            Self::Deadline { .. } => "deadline",
            Self::Cancelled => "cancelled",
            Self::Encode { .. } => "encode",
            Self::Io { .. } => "io",
        }
    }

    /// A failure to read or write a file, for programs that speak of files and pictures in the same terms.
    #[must_use]
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source: Arc::new(source) }
    }

    /// A broken input, noticed by a decoder beneath us. An error of our own that came up through it stays what it is.
    pub(crate) fn from_decoder(format: Format, what: &'static str, source: Foreign) -> Self {
        source
            .downcast()
            .map_or_else(|source| Self::Decode { format, what, source: Some(source.into()) }, |own: Box<Self>| *own)
    }

    /// A failure on pixels of our own. An error of our own that came up through it stays what it is.
    pub(crate) fn from_encoder(what: &'static str, source: Foreign) -> Self {
        source.downcast().map_or_else(|source| Self::Encode { what, source: source.into() }, |own: Box<Self>| *own)
    }

    /// A broken input, noticed by our own reading of it.
    pub(crate) const fn decode(format: Format, what: &'static str) -> Self {
        Self::Decode { format, what, source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { what } => write!(f, "unsupported input: {what}"),
            Self::Decode { format, what, .. } => write!(f, "broken {format}: {what}"),
            Self::Limit { what, value, limit } => write!(f, "{what} of {value} is over the limit of {limit}"),
            Self::Spec(error) => error.fmt(f),
            Self::OverBudget { max_bytes, smallest, attempts } => {
                write!(f, "nothing fits {max_bytes}: the smallest of {attempts} encodes has {smallest}")
            }
            Self::Deadline { allowed } => write!(f, "not done within {} ms", allowed.as_millis()),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Encode { what, .. } => write!(f, "{what} failed, which is a defect of pushpix"),
            Self::Io { path, .. } => write!(f, "file {}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Decode { source, .. } => source.as_deref().map(|source| source as _),
            Self::Encode { source, .. } => Some(&**source),
            Self::Io { source, .. } => Some(&**source),
            Self::Spec(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

impl From<SpecError> for Error {
    fn from(error: SpecError) -> Self {
        Self::Spec(error)
    }
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// Bytes of the input file.
    InputBytes,
    /// Width times height of the input.
    InputPixels,
    /// Bytes of memory that the decoded input takes.
    DecodedBytes,
    /// Bytes of memory that the output's canvas takes, with scaling and encoding.
    CanvasBytes,
    /// Bytes of the metadata that are to be kept.
    MetadataBytes,
    /// Scans of a JPEG.
    Scans,
    /// Pictures of an animated PNG.
    Frames,
}

impl Measure {
    /// The measure's name as programs exchange it, as in `input_pixels`. Stable for ever.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InputBytes => "input_bytes",
            Self::InputPixels => "input_pixels",
            Self::DecodedBytes => "decoded_bytes",
            Self::CanvasBytes => "canvas_bytes",
            Self::MetadataBytes => "metadata_bytes",
            Self::Scans => "scans",
            Self::Frames => "frames",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InputBytes => "an input length in bytes",
            Self::InputPixels => "an input size in pixels",
            Self::DecodedBytes => "a decoded size in bytes",
            Self::CanvasBytes => "a canvas size in bytes",
            Self::MetadataBytes => "a length of metadata in bytes",
            Self::Scans => "a number of scans",
            Self::Frames => "a number of frames",
        })
    }
}

/// What is wrong with a spec, a table of specs or an option.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecError {
    /// No spec has this id.
    #[non_exhaustive]
    UnknownId {
        /// The id asked for.
        id: String,
        /// The known id nearest to it, if one is near.
        nearest: Option<String>,
    },
    /// An id that is not `<channel>/<image-type>` with an optional `@<profile>`, in lower-case letters, digits and
    /// hyphens.
    #[non_exhaustive]
    MalformedId {
        /// The id as given.
        id: String,
    },
    /// The channel takes no such picture, or no figure is known by which to make one.
    #[non_exhaustive]
    NotAdaptable {
        /// The spec's id.
        id: String,
        /// Why.
        why: &'static str,
    },
    /// The spec contradicts itself, or no format it allows can hold the canvas.
    #[non_exhaustive]
    Contradiction {
        /// The spec's id.
        id: String,
        /// What does not go together.
        what: &'static str,
    },
    /// A table of specs cannot be read.
    #[non_exhaustive]
    Table {
        /// The line it was noticed in, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// There is no whole-numbered quality from the floor to the ceiling.
    #[non_exhaustive]
    EmptyQualityRange {
        /// The floor.
        min: crate::units::Quality,
        /// The ceiling.
        max: crate::units::Quality,
    },
    /// A value is not of its unit.
    Unit(ParseUnitError),
}

impl SpecError {
    /// The variant's name as programs exchange it, as in `unknown_id`. Stable for ever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownId { .. } => "unknown_id",
            Self::MalformedId { .. } => "malformed_id",
            Self::NotAdaptable { .. } => "not_adaptable",
            Self::Contradiction { .. } => "contradiction",
            Self::Table { .. } => "table",
            Self::EmptyQualityRange { .. } => "empty_quality_range",
            Self::Unit(_) => "unit",
        }
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownId { id, nearest } => {
                write!(f, "no spec is named {id:?}")?;
                match nearest {
                    Some(nearest) => write!(f, ", the nearest is {nearest:?}"),
                    None => Ok(()),
                }
            }
            Self::MalformedId { id } => write!(
                f,
                "{id:?} is no spec id: expected <channel>/<image-type> in lower-case letters, digits and hyphens"
            ),
            Self::NotAdaptable { id, why } => write!(f, "{id} cannot be adapted to: {why}"),
            Self::Contradiction { id, what } => write!(f, "{id} contradicts itself: {what}"),
            Self::Table { line, what } => write!(f, "line {line} of the spec table: {what}"),
            Self::EmptyQualityRange { min, max } => {
                write!(f, "there is no whole-numbered quality from {min} to {max}")
            }
            Self::Unit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SpecError {}

impl From<ParseUnitError> for SpecError {
    fn from(error: ParseUnitError) -> Self {
        Self::Unit(error)
    }
}
