//! Shrink-on-load: in which part of its size a picture is decoded. Integer geometry, no pixels.

use std::fmt;

use crate::units::Size;

/// The part of its stored size in which a picture is decoded.
///
/// A JPEG can be decoded at a half, a quarter or an eighth of its size without ever making all of its pixels, for a
/// fraction of the time and the memory. A PNG cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scale {
    /// All of its pixels.
    #[default]
    Full,
    /// A half of its width and height.
    Half,
    /// A quarter of its width and height.
    Quarter,
    /// An eighth of its width and height.
    Eighth,
}

/// How many times as large as the scaled picture the decoded one is at least, in hundredths.
///
/// Measured over 23 photos by SSIMULACRA2, canvases made so against those made of all pixels: with a margin of 2 at
/// least 93.3 at 984x369 and 94.6 at 144x144, with 3 at least 94.4 and 96.0. What is left differs by a level in a tenth
/// to a quarter of the samples, for pixels are rounded before they are averaged. Above 90 no difference is seen, and a
/// margin of 3 has photos of 10 to 20 megapixels decoded at a half, which takes half as long again.
const MARGIN: u64 = 200;

impl Scale {
    /// Every scale, the largest first, which is also their order as numbers.
    pub(crate) const ALL: [Self; 4] = [Self::Full, Self::Half, Self::Quarter, Self::Eighth];

    /// By what the sides are divided: 1, 2, 4 or 8.
    #[must_use]
    pub const fn divisor(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }

    /// The size in which a picture of this one is decoded: a pixel that is only in part within the picture counts.
    #[must_use]
    pub(crate) fn of(self, stored: Size) -> Size {
        let part = |side: u32| side.div_ceil(self.divisor());
        Size::new(part(stored.width()), part(stored.height())).unwrap_or(stored)
    }

    /// How much of the last column and row of the decoded picture is beyond the stored one, in decoded pixels: less
    /// than one.
    pub(crate) fn beyond(self, stored: Size) -> [f64; 2] {
        let decoded = self.of(stored);
        let beyond = |decoded: u32, stored: u32| f64::from(decoded) - f64::from(stored) / f64::from(self.divisor());
        [beyond(decoded.width(), stored.width()), beyond(decoded.height(), stored.height())]
    }

    /// The smallest that leaves the resampler enough to make `scaled` of `stored`.
    pub(crate) fn for_scaling(stored: Size, scaled: Size) -> Self {
        let enough = |side: u32, wanted: u32, divisor: u32| {
            100 * u64::from(side) >= MARGIN * u64::from(wanted) * u64::from(divisor)
        };
        let suits = |scale: &Self| {
            enough(stored.width(), scaled.width(), scale.divisor())
                && enough(stored.height(), scaled.height(), scale.divisor())
        };
        Self::ALL.into_iter().rfind(suits).unwrap_or_default()
    }
}

impl fmt::Display for Scale {
    /// `1/4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1/{}", self.divisor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn a_pixel_in_part_within_the_picture_counts() {
        assert_eq!(Scale::Full.of(size(17, 8)), size(17, 8));
        assert_eq!(Scale::Half.of(size(17, 8)), size(9, 4));
        assert_eq!(Scale::Eighth.of(size(17, 8)), size(3, 1));
        assert_eq!(Scale::Eighth.of(size(1, 1)), size(1, 1));
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "eighths are exact")]
    fn what_is_beyond_the_picture_is_part_of_its_last_pixels() {
        assert_eq!(Scale::Full.beyond(size(17, 8)), [0.0, 0.0]);
        assert_eq!(Scale::Eighth.beyond(size(17, 8)), [0.875, 0.0]);
        assert_eq!(Scale::Quarter.beyond(size(18, 1)), [0.5, 0.75]);
    }

    #[test]
    fn the_resampler_is_left_twice_what_it_makes() {
        for (stored, scaled, expected) in [
            (size(4032, 3024), size(492, 369), Scale::Quarter),
            (size(4032, 3024), size(144, 108), Scale::Eighth),
            (size(1600, 1600), size(100, 100), Scale::Eighth),
            (size(1599, 1600), size(100, 100), Scale::Quarter),
            (size(1600, 1599), size(100, 100), Scale::Quarter),
            (size(400, 400), size(100, 100), Scale::Half),
            (size(399, 399), size(100, 100), Scale::Full),
            (size(10, 10), size(100, 100), Scale::Full),
            (size(3000, 1), size(984, 1), Scale::Full),
        ] {
            assert_eq!(Scale::for_scaling(stored, scaled), expected, "{stored} to {scaled}");
        }
    }
}
