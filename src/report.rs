//! What came out and how: the bytes, and a report that explains them.

use std::fmt;

use crate::codec::Probe;
use crate::format::Format;
use crate::placement::Placement;
use crate::scale::Scale;
use crate::units::{ByteSize, ChromaSubsampling, Quality, Size};
use crate::warning::Warning;

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
/// `Display` is one line, as in `4032x3024 jpeg -> 492x369 in 984x369, jpeg q88 4:2:0, 61 204 B of 1 048 576 B, 3
/// encodes`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The id of the spec.
    pub spec: String,
    /// What the input was.
    pub source: Probe,
    /// The canvas, and the picture's place on it.
    pub placement: Placement,
    /// The part of its size in which the picture was decoded.
    pub scale: Scale,
    /// The format written.
    pub format: Format,
    /// Why it is this format.
    pub reason: Reason,
    /// The JPEG quality; `None` for PNG, and for an input that was returned as it came.
    pub quality: Option<Quality>,
    /// The JPEG's chroma subsampling; `None` for PNG, and for an input that was returned as it came.
    pub chroma: Option<ChromaSubsampling>,
    /// The number of colours to which a PNG was reduced; `None` for one without loss, for JPEG, and for an input that
    /// was returned as it came.
    pub colours: Option<u16>,
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
        if let Some(colours) = self.colours {
            write!(f, " {colours} colours")?;
        }
        write!(f, ", {}", self.bytes)?;
        if let Some(max_bytes) = self.max_bytes {
            write!(f, " of {max_bytes}")?;
        }
        match self.attempts.len() {
            0 => f.write_str(", as it came")?,
            1 => f.write_str(", 1 encode")?,
            count => write!(f, ", {count} encodes")?,
        }
        self.warnings.iter().try_for_each(|warning| write!(f, "; {warning}"))
    }
}

/// Why a file has the format that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The input was returned as it came.
    Passthrough,
    /// The spec, the caller and the canvas allow no other.
    OnlyFormat,
    /// The picture is transparent in places, and PNG keeps that.
    Transparent,
    /// The picture is flat: PNG, which loses nothing, is no more than a quarter longer than JPEG at the ceiling.
    Flat,
    /// The picture has grain or detail all over, which is what JPEG is made for.
    Photo,
    /// The picture is flat in places, and JPEG at the ceiling is much shorter than PNG, or PNG does not fit.
    Smaller,
    /// The format that is better for the picture did not fit.
    Fits,
}

impl Reason {
    /// The reason's name as programs exchange it, as in `only_format`. Stable for ever.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Passthrough => "passthrough",
            Self::OnlyFormat => "only_format",
            Self::Transparent => "transparent",
            Self::Flat => "flat",
            Self::Photo => "photo",
            Self::Smaller => "smaller",
            Self::Fits => "fits",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passthrough => "as it came",
            Self::OnlyFormat => "the only format allowed",
            Self::Transparent => "keeps transparency",
            Self::Flat => "a flat picture, without loss",
            Self::Photo => "a photo",
            Self::Smaller => "smaller than png",
            Self::Fits => "the other format did not fit",
        })
    }
}

/// One complete encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The size of the canvas.
    pub canvas: Size,
    /// The format written.
    pub format: Format,
    /// The JPEG quality; `None` for PNG.
    pub quality: Option<Quality>,
    /// The JPEG's chroma subsampling; `None` for PNG.
    pub chroma: Option<ChromaSubsampling>,
    /// The number of colours to which a PNG was reduced; `None` for one without loss, and for JPEG.
    pub colours: Option<u16>,
    /// How much of each pixel's error was passed on to its neighbours, in per cent; `None` where `colours` is.
    pub dither: Option<u8>,
    /// The length that was expected; `None` where nothing was.
    pub predicted: Option<ByteSize>,
    /// The length of the file.
    pub bytes: ByteSize,
    /// Whether it was within the cap.
    pub fits: bool,
}

impl Attempt {
    /// One of this format and size, of which nothing else is known.
    pub(crate) fn of(format: Format, canvas: Size) -> Self {
        Self {
            canvas,
            format,
            quality: None,
            chroma: None,
            colours: None,
            dither: None,
            predicted: None,
            bytes: ByteSize::new(0),
            fits: false,
        }
    }
}
