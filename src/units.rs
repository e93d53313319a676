//! Small checked types, one for each unit, so that a quality is no number of bytes and a width no height.
//! Each parses from the text a person would write and prints back as such.

use std::fmt;
use std::str::FromStr;

/// A text that is not the unit it was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseUnitError {
    /// The text as given.
    pub input: String,
    /// What would have been accepted, with an example.
    pub expected: &'static str,
}

impl ParseUnitError {
    pub(crate) fn new(input: &str, expected: &'static str) -> Self {
        Self { input: input.to_owned(), expected }
    }
}

impl fmt::Display for ParseUnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {}", self.input, self.expected)
    }
}

impl std::error::Error for ParseUnitError {}

/// A width and a height in pixels.
///
/// # Guarantees
///
/// Both sides are at least 1 and at most [`Size::MAX_SIDE`], so an area fits a `u64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// The longest side there is, in pixels: the limit of the PNG format.
    pub const MAX_SIDE: u32 = i32::MAX as u32;

    /// A size of `width` x `height` pixels; `None` if a side is 0 or over [`Size::MAX_SIDE`].
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Option<Self> {
        if width == 0 || height == 0 || width > Self::MAX_SIDE || height > Self::MAX_SIDE {
            return None;
        }
        Some(Self { width, height })
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(self) -> u32 {
        self.height
    }

    /// Width times height, in pixels.
    #[must_use]
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// The size after a quarter turn: width and height exchanged.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| plain)
        };
        text.split_once('x')
            .and_then(|(width, height)| Self::new(side(width)?, side(height)?))
            .ok_or_else(|| ParseUnitError::new(text, "a size in pixels, WIDTHxHEIGHT, as in 984x369"))
    }
}

/// A number of bytes.
///
/// In text, `kB` and `MB` are decimal (1000) and `KiB` and `MiB` binary (1024); a bare number is bytes.
/// `KB`, `K` and `M` are refused, for nobody can tell which of the two they mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

impl ByteSize {
    /// A size of so many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// A size of so many mebibytes (1 048 576 bytes each).
    #[must_use]
    pub const fn mebibytes(count: u32) -> Self {
        Self(count as u64 * (1 << 20))
    }

    /// The length of `bytes`.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ByteSize {
    /// Digits in groups of three and the unit: `1 048 576 B`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(" B")
    }
}

impl FromStr for ByteSize {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let factor = match text[digits.len()..].trim() {
            "" | "B" => Some(1),
            "kB" => Some(1_000),
            "KiB" => Some(1 << 10),
            "MB" => Some(1_000_000),
            "MiB" => Some(1 << 20),
            _ => None,
        };
        digits
            .parse::<u64>()
            .ok()
            .filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|count| count.checked_mul(factor?))
            .map(Self)
            .ok_or_else(|| {
                ParseUnitError::new(
                    text,
                    "a number of bytes: digits, then nothing, kB (1000), KiB (1024), MB or MiB, as in 50KiB",
                )
            })
    }
}

/// A setting on libjpeg's quality scale, 1 to 100. It says how coarsely a JPEG is quantized; it is no similarity score.
///
/// # Guarantees
///
/// At least 1, at most 100, in steps of a tenth: equal settings compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality {
    tenths: u16,
}

impl Quality {
    /// The coarsest setting, 1.
    pub const MIN: Self = Self { tenths: 10 };
    /// The finest setting, 100.
    pub const MAX: Self = Self { tenths: 1000 };

    /// The tenth nearest to `value`; `None` unless `1 <= value <= 100`.
    #[must_use]
    pub fn new(value: f32) -> Option<Self> {
        // The range is checked first, so the cast neither cuts off nor loses a sign.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "10 to 1000")]
        (1.0..=100.0).contains(&value).then(|| Self { tenths: (value * 10.0).round() as u16 })
    }

    /// A whole-numbered setting, held within 1 to 100.
    #[must_use]
    pub const fn whole(value: u8) -> Self {
        let value = match value {
            0 => 1,
            1..=100 => value,
            _ => 100,
        };
        Self { tenths: value as u16 * 10 }
    }

    /// The next whole-numbered setting from here on upwards.
    #[cfg(feature = "mozjpeg")]
    pub(crate) const fn ceil(self) -> Self {
        Self { tenths: self.tenths.div_ceil(10) * 10 }
    }

    /// The next whole-numbered setting from here on downwards.
    #[cfg(feature = "mozjpeg")]
    pub(crate) const fn floor(self) -> Self {
        Self { tenths: self.tenths / 10 * 10 }
    }

    /// The setting of so many tenths, held within 10 to 1000.
    pub(crate) fn of_tenths(tenths: u32) -> Self {
        Self { tenths: u16::try_from(tenths).unwrap_or(u16::MAX).clamp(10, 1000) }
    }

    /// The setting in tenths.
    pub(crate) fn tenths(self) -> u32 {
        self.tenths.into()
    }

    /// The setting as a number from 1 to 100.
    #[must_use]
    pub fn as_f32(self) -> f32 {
        f32::from(self.tenths) / 10.0
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_f32())
    }
}

impl FromStr for Quality {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().ok().and_then(Self::new).ok_or_else(|| ParseUnitError::new(text, "a quality from 1 to 100"))
    }
}

/// An opaque colour, 8-bit sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb8 {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
}

impl Rgb8 {
    /// `#ffffff`.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// `#000000`.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// A colour of three sRGB values, 0 to 255 each.
    #[must_use]
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }
}

impl fmt::Display for Rgb8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

impl FromStr for Rgb8 {
    type Err = ParseUnitError;

    /// `#rrggbb`, `#rgb`, `white` or `black`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            u32::from_str_radix(digits, 16).ok().filter(|_| plain)
        };
        let colour = match (text, text.strip_prefix('#')) {
            ("white", _) => Some(Self::WHITE),
            ("black", _) => Some(Self::BLACK),
            (_, Some(digits)) if digits.len() == 6 => hex(digits).map(|value| {
                let [_, r, g, b] = value.to_be_bytes();
                Self::new(r, g, b)
            }),
            (_, Some(digits)) if digits.len() == 3 => hex(digits).map(|value| {
                let [_, _, r, gb] = value.to_be_bytes();
                Self::new(r * 17, (gb >> 4) * 17, (gb & 15) * 17)
            }),
            _ => None,
        };
        colour.ok_or_else(|| ParseUnitError::new(text, "a colour: #rrggbb, #rgb, white or black"))
    }
}

/// How many luma samples of a JPEG share one chroma sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChromaSubsampling {
    /// 4:4:4, colour at full resolution.
    Cs444,
    /// 4:2:2, colour at half the width.
    Cs422,
    /// 4:2:0, colour at half the width and half the height.
    Cs420,
}

impl fmt::Display for ChromaSubsampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cs444 => "4:4:4",
            Self::Cs422 => "4:2:2",
            Self::Cs420 => "4:2:0",
        })
    }
}

impl FromStr for ChromaSubsampling {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "4:4:4" => Ok(Self::Cs444),
            "4:2:2" => Ok(Self::Cs422),
            "4:2:0" => Ok(Self::Cs420),
            _ => Err(ParseUnitError::new(text, "a chroma subsampling: 4:4:4, 4:2:2 or 4:2:0")),
        }
    }
}

/// What writes JPEGs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum JpegEncoder {
    /// The crate's own encoder, fitted to small canvases and byte caps. Its qualities have tenths.
    #[default]
    Pushpix,
    /// mozjpeg with its own tables, at whole-numbered qualities.
    #[cfg(feature = "mozjpeg")]
    Mozjpeg,
}

impl fmt::Display for JpegEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pushpix => "pushpix",
            #[cfg(feature = "mozjpeg")]
            Self::Mozjpeg => "mozjpeg",
        })
    }
}

impl FromStr for JpegEncoder {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pushpix" => Ok(Self::Pushpix),
            #[cfg(feature = "mozjpeg")]
            "mozjpeg" => Ok(Self::Mozjpeg),
            _ => Err(ParseUnitError::new(text, "a JPEG encoder: pushpix or mozjpeg")),
        }
    }
}

/// How much work to spend on making the file small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Effort {
    /// Baseline JPEG with optimised Huffman tables; PNG with few trials. For servers under load.
    Fast,
    /// JPEG with trellis quantization, baseline or progressive; PNG with a stronger deflate.
    #[default]
    Balanced,
    /// As [`Effort::Balanced`], and trellis quantization is done twice, many scan orders of the JPEG and many filters
    /// of the PNG are tried.
    Best,
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fast => "fast",
            Self::Balanced => "balanced",
            Self::Best => "best",
        })
    }
}

impl FromStr for Effort {
    type Err = ParseUnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "fast" => Ok(Self::Fast),
            "balanced" => Ok(Self::Balanced),
            "best" => Ok(Self::Best),
            _ => Err(ParseUnitError::new(text, "an effort: fast, balanced or best")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_parse_strictly() {
        assert_eq!("984x369".parse(), Ok(Size::new(984, 369).unwrap()));
        for bad in ["", "x", "984", "984x", "0x1", "1x0", "+1x2", "1 x 2", "1x2x3", "4294967296x1"] {
            assert!(bad.parse::<Size>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn byte_sizes_know_decimal_from_binary() {
        let bytes = |text: &str| text.parse::<ByteSize>().map(ByteSize::as_u64);
        assert_eq!(bytes("51200"), Ok(51_200));
        assert_eq!(bytes("50kB"), Ok(50_000));
        assert_eq!(bytes("50 KiB"), Ok(51_200));
        assert_eq!(bytes("1MB"), Ok(1_000_000));
        assert_eq!(bytes("1MiB"), Ok(1_048_576));
        for bad in ["", "KiB", "50KB", "50K", "50k", "1M", "-1", "+1", "1.5MB", "18446744073709551615kB"] {
            assert!(bytes(bad).is_err(), "{bad:?}");
        }
        assert_eq!(ByteSize::new(1_048_576).to_string(), "1 048 576 B");
        assert_eq!(ByteSize::new(999).to_string(), "999 B");
        assert_eq!(ByteSize::new(0).to_string(), "0 B");
    }

    #[test]
    fn qualities_stay_in_range() {
        assert_eq!(Quality::new(87.5).unwrap().to_string(), "87.5");
        assert_eq!("90".parse(), Ok(Quality::whole(90)));
        for bad in ["0", "0.99", "100.1", "NaN", "inf", "-5", ""] {
            assert!(bad.parse::<Quality>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn colours_round_trip() {
        assert_eq!("#12aBff".parse(), Ok(Rgb8::new(0x12, 0xab, 0xff)));
        assert_eq!("#1af".parse(), Ok(Rgb8::new(0x11, 0xaa, 0xff)));
        assert_eq!("white".parse(), Ok(Rgb8::WHITE));
        assert_eq!(Rgb8::new(1, 2, 254).to_string().parse(), Ok(Rgb8::new(1, 2, 254)));
        for bad in ["", "#", "#12", "#12345", "#+12", "ffffff", "#gggggg", "weiss"] {
            assert!(bad.parse::<Rgb8>().is_err(), "{bad:?}");
        }
    }
}
