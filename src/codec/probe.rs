//! What a file's header says, before a single pixel is decoded.

use std::fmt;

use crate::format::Format;
use crate::orientation::Orientation;
use crate::scale::Scale;
use crate::units::{Quality, Size};

/// What the header of a picture says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The format, by the first bytes.
    pub format: Format,
    /// The size as stored, in pixels, before the orientation is applied.
    pub stored: Size,
    /// The EXIF orientation; upright where none is given or the given one is invalid.
    pub orientation: Orientation,
    /// What a stored pixel consists of.
    pub colour: ColourModel,
    /// Bits of one sample.
    pub bit_depth: u8,
    /// Whether the picture may be transparent somewhere: an alpha channel, a transparent palette entry or colour.
    pub has_alpha: bool,
    /// Whether it is a progressive JPEG or an interlaced PNG.
    pub progressive: bool,
    /// Whether it is an animated PNG, of which the first picture is taken.
    pub animated: bool,
    /// How many pictures an animated PNG says that it has; 1 for all else.
    pub frames: u32,
    /// Whether an ICC profile is embedded.
    pub has_icc: bool,
    /// Whether it carries what says more than how it is shown: EXIF (where and when it was taken), XMP, IPTC, text,
    /// comments. Of a JPEG, what stands in front of its first scan is looked at.
    pub has_metadata: bool,
    /// About the quality on libjpeg's scale with which a JPEG was quantized, by the mean of its first table; `None` for
    /// PNG.
    pub quality: Option<Quality>,
    /// The length of the metadata that can be kept, in bytes.
    pub(crate) metadata_bytes: u64,
    /// The length of the ICC profile at most, in bytes.
    pub(super) profile_bytes: u64,
    /// The memory that a strict decode takes at each [`Scale`], in bytes, computed from the header.
    pub(super) decoded_bytes: [u64; 4],
}

impl Probe {
    /// The size of the picture as it is to be seen, in pixels: after the orientation is applied.
    #[must_use]
    pub fn size(&self) -> Size {
        if self.orientation.swaps_sides() { self.stored.transposed() } else { self.stored }
    }
}

impl Probe {
    /// The memory that a decode at a scale takes, in bytes.
    pub(crate) fn decoded_bytes(&self, scale: Scale, lenient: bool) -> u64 {
        // A broken picture that is taken leniently gets an alpha channel, which says where it ends.
        let alpha = if lenient && !self.has_alpha { scale.of(self.stored).area() } else { 0 };
        self.decoded_bytes[scale as usize].saturating_add(alpha)
    }

    /// The smallest scale at which the picture can be decoded to become as small as `scaled`, upright.
    pub(crate) fn scale_for(&self, scaled: Size) -> Scale {
        match self.format {
            Format::Jpeg => Scale::for_scaling(self.size(), scaled),
            Format::Png => Scale::Full,
        }
    }

    /// Whether the colours are those of print.
    pub(crate) fn is_cmyk(&self) -> bool {
        matches!(self.colour, ColourModel::Cmyk | ColourModel::Ycck)
    }
}

impl fmt::Display for Probe {
    /// One line: `4032x3024 jpeg, ycbcr 8-bit, orientation 6, icc profile`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, {} {}-bit", self.size(), self.format, self.colour, self.bit_depth)?;
        if self.orientation != Orientation::UPRIGHT {
            write!(f, ", orientation {}", self.orientation.exif())?;
        }
        let interlaced = match self.format {
            Format::Jpeg => "progressive",
            Format::Png => "interlaced",
        };
        for (holds, word) in [
            (self.has_alpha, "alpha"),
            (self.progressive, interlaced),
            (self.animated, "animated"),
            (self.has_icc, "icc profile"),
            (self.has_metadata, "metadata"),
        ] {
            if holds {
                write!(f, ", {word}")?;
            }
        }
        Ok(())
    }
}

/// What a stored pixel consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColourModel {
    /// Grey, with or without alpha.
    Grey,
    /// Red, green and blue, with or without alpha.
    Rgb,
    /// An index into a palette.
    Palette,
    /// Luma and two chroma components.
    YCbCr,
    /// Cyan, magenta, yellow and black.
    Cmyk,
    /// CMYK of which the first three went through the YCbCr transform.
    Ycck,
}

impl fmt::Display for ColourModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grey => "grey",
            Self::Rgb => "rgb",
            Self::Palette => "palette",
            Self::YCbCr => "ycbcr",
            Self::Cmyk => "cmyk",
            Self::Ycck => "ycck",
        })
    }
}

/// What `bytes`, which begin neither a JPEG nor a PNG, seem to be.
pub(super) fn foreign_name(bytes: &[u8]) -> &'static str {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if bytes.is_empty() {
        "an empty file"
    } else if at(0, b"GIF8") {
        "a gif file"
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        "a webp file"
    } else if at(4, b"ftyp") {
        "an avif, heif or video file"
    } else if at(0, b"BM") {
        "a bmp file"
    } else if at(0, b"II*\0") || at(0, b"MM\0*") {
        "a tiff file"
    } else if at(0, b"\xff\x0a") || at(4, b"JXL ") {
        "a jpeg xl file"
    } else if at(0, b"\0\0\x01\0") {
        "an icon file"
    } else if at(0, b"<svg") || at(0, b"<?xml") {
        "an svg or xml file"
    } else if at(0, b"%PDF") {
        "a pdf file"
    } else {
        "neither a jpeg nor a png file"
    }
}
