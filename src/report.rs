//! What came out and how: the bytes, and a report that explains them.

use std::fmt;

use crate::codec::Probe;
use crate::format::Format;
use crate::placement::Placement;
use crate::units::{ByteSize, ChromaSubsampling, Quality, Size};

/// A picture that obeys its spec.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adapted {
    /// The file, to be stored or sent as it is.
    pub bytes: Vec<u8>,
    /// How it came about.
    pub report: Report,
}

/// What was done to a picture, and why.
///
/// `Display` is one line, as in `4032x3024 jpeg -> 492x369 in 984x369, jpeg q88 4:2:0, 61 204 B of 1 048 576 B, 3 encodes`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The id of the spec.
    pub spec: String,
    /// What the input was.
    pub source: Probe,
    /// The canvas, and the picture's place on it.
    pub placement: Placement,
    /// The format written.
    pub format: Format,
    /// The JPEG quality; `None` for PNG.
    pub quality: Option<Quality>,
    /// The JPEG's chroma subsampling; `None` for PNG.
    pub chroma: Option<ChromaSubsampling>,
    /// The length of the file.
    pub bytes: ByteSize,
    /// The longest file that the spec allows; `None` if it states no cap.
    pub max_bytes: Option<ByteSize>,
    /// Every complete encode, in order.
    pub attempts: Vec<Attempt>,
    /// Whether the input was returned as it came.
    pub passthrough: bool,
    /// What the caller may want to know.
    pub warnings: Vec<Warning>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, placement) = (&self.source, &self.placement);
        write!(f, "{} {} -> {} in {}, ", source.size(), source.format, placement.scaled(), placement.canvas())?;
        write!(f, "{}", self.format)?;
        if let (Some(quality), Some(chroma)) = (self.quality, self.chroma) {
            write!(f, " q{quality} {chroma}")?;
        }
        write!(f, ", {}", self.bytes)?;
        if let Some(max_bytes) = self.max_bytes {
            write!(f, " of {max_bytes}")?;
        }
        let count = self.attempts.len();
        write!(f, ", {count} {}", if count == 1 { "encode" } else { "encodes" })?;
        self.warnings.iter().try_for_each(|warning| write!(f, "; {warning}"))
    }
}

/// One complete encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The format written.
    pub format: Format,
    /// The JPEG quality; `None` for PNG.
    pub quality: Option<Quality>,
    /// The JPEG's chroma subsampling; `None` for PNG.
    pub chroma: Option<ChromaSubsampling>,
    /// The length of the file.
    pub bytes: ByteSize,
    /// Whether it was within the cap.
    pub fits: bool,
}

/// Something about an output that the caller may want to know. It obeys its spec all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The picture is smaller than its place and was enlarged.
    #[non_exhaustive]
    Upscaled {
        /// Its own size.
        from: Size,
        /// Its size on the canvas.
        to: Size,
    },
    /// The channel has ended this service.
    #[non_exhaustive]
    Discontinued {
        /// When, as `YYYY-MM`, if it is known.
        since: Option<String>,
    },
    /// The vendor grants this slot to some apps only.
    Restricted,
    /// The slot is a resource inside the app and is not sent with a message.
    AppResource,
    /// The slot is drawn on a transparent ground, so the background asked for was not used.
    BackgroundIgnored,
    /// The slot draws the alpha only, and the picture is opaque: it will show as a solid block.
    OpaqueGlyph,
    /// The input is animated; its first picture was taken.
    Animated,
    /// The input's colour profile was not applied.
    ProfileIgnored,
    /// The preferred format did not fit the cap.
    #[non_exhaustive]
    FormatChanged {
        /// The format that did not fit.
        from: Format,
        /// The format written.
        to: Format,
    },
    /// Only the lowest quality allowed fits the cap.
    #[non_exhaustive]
    AtFloor {
        /// That quality.
        quality: Quality,
    },
}

impl Warning {
    /// The warning's name as programs exchange it, as in `upscaled`. Stable for ever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Upscaled { .. } => "upscaled",
            Self::Discontinued { .. } => "discontinued",
            Self::Restricted => "restricted",
            Self::AppResource => "app_resource",
            Self::BackgroundIgnored => "background_ignored",
            Self::OpaqueGlyph => "opaque_glyph",
            Self::Animated => "animated",
            Self::ProfileIgnored => "profile_ignored",
            Self::FormatChanged { .. } => "format_changed",
            Self::AtFloor { .. } => "at_floor",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upscaled { from, to } => write!(f, "enlarged from {from} to {to}"),
            Self::Discontinued { since: Some(since) } => write!(f, "the channel ended this service in {since}"),
            Self::Discontinued { since: None } => f.write_str("the channel ended this service"),
            Self::Restricted => f.write_str("the vendor grants this to some apps only"),
            Self::AppResource => f.write_str("a resource inside the app, not sent with a message"),
            Self::BackgroundIgnored => f.write_str("the slot has a transparent ground, the background was not used"),
            Self::OpaqueGlyph => f.write_str("only the alpha is drawn and the picture is opaque: a solid block"),
            Self::Animated => f.write_str("animated, the first picture was taken"),
            Self::ProfileIgnored => f.write_str("the colour profile was not applied"),
            Self::FormatChanged { from, to } => write!(f, "{from} did not fit, {to} was taken"),
            Self::AtFloor { quality } => write!(f, "only the lowest quality allowed, {quality}, fits"),
        }
    }
}
