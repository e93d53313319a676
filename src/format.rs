//! The picture formats pushpix writes and reads, known by their first bytes and never by a file's name.

use std::fmt;
use std::str::FromStr;

use crate::units::ParseUnitError;

/// A picture file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG: lossy, no alpha.
    Jpeg,
    /// PNG: lossless, with alpha.
    Png,
}

impl Format {
    /// The format that `bytes` begin like, or `None`. Looks at eight bytes at most.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else {
            None
        }
    }

    /// The usual file name extension, without a dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The format whose files are usually named so; `extension` is without a dot, in any case.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(extension));
        if is_one_of(&["jpg", "jpeg", "jpe", "jfif"]) {
            Some(Self::Jpeg)
        } else if is_one_of(&["png", "apng"]) {
            Some(Self::Png)
        } else {
            None
        }
    }

    /// The media type, as in a `Content-Type` header.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Whether a file of this format can be transparent.
    #[must_use]
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::Png)
    }

    /// The longest side a file of this format can have, in pixels.
    ///
    /// For JPEG it is what libjpeg writes, a little below the 65 535 of the standard.
    #[must_use]
    pub const fn max_side(self) -> u32 {
        match self {
            Self::Jpeg => 65_500,
            Self::Png => i32::MAX as u32,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        })
    }
}

impl FromStr for Format {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "jpeg" | "jpg" => Ok(Self::Jpeg),
            "png" => Ok(Self::Png),
            _ => Err(ParseUnitError::new(text, "a format: jpeg or png")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_bytes_count() {
        assert_eq!(Format::detect(b"\xff\xd8\xff\xe0"), Some(Format::Jpeg));
        assert_eq!(Format::detect(b"\x89PNG\r\n\x1a\n...."), Some(Format::Png));
        for other in [&b""[..], b"\xff\xd8", b"\x89PNG\n", b"GIF89a", b" \xff\xd8\xff"] {
            assert_eq!(Format::detect(other), None);
        }
    }
}
