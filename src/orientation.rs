//! The EXIF orientation: what it says of the sides, and turning pixels upright. Turning is for pictures that have been
//! scaled already: a phone photo has a hundred times the pixels of its place on the canvas.

use crate::raster::{Channels, Raster};

/// How a stored picture must be turned and mirrored to be seen as it was meant: EXIF orientation 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Orientation(u8);

impl Orientation {
    /// Orientation 1: the picture is stored as it is seen.
    pub const UPRIGHT: Self = Self(1);

    /// The orientation of this EXIF number; `None` unless it is 1 to 8.
    #[must_use]
    pub const fn from_exif(number: u8) -> Option<Self> {
        match number {
            1..=8 => Some(Self(number)),
            _ => None,
        }
    }

    /// The EXIF number, 1 to 8.
    #[must_use]
    pub const fn exif(self) -> u8 {
        self.0
    }

    /// Whether width and height change places.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Whether the stored columns are read from right to left.
    const fn reverses_columns(self) -> bool {
        matches!(self.0, 2 | 3 | 7 | 8)
    }

    /// Whether the stored rows are read from bottom to top.
    const fn reverses_rows(self) -> bool {
        matches!(self.0, 3 | 4 | 6 | 7)
    }
}

/// The picture as it is to be seen.
///
/// Mirroring and half turns are done in place; where the sides change places, a second buffer is filled.
pub(crate) fn upright(stored: Raster, orientation: Orientation) -> Raster {
    match stored.channels() {
        Channels::Rgb => turn::<3>(stored, orientation),
        Channels::Rgba => turn::<4>(stored, orientation),
    }
}

fn turn<const N: usize>(mut stored: Raster, orientation: Orientation) -> Raster {
    let size = stored.size();
    let width = size.width() as usize;
    if width == 0 {
        return stored;
    }
    let (pixels, _) = stored.pixels_mut().as_chunks_mut::<N>();
    match (orientation.reverses_columns(), orientation.reverses_rows()) {
        (false, false) => {}
        (true, true) => pixels.reverse(),
        (true, false) => pixels.chunks_exact_mut(width).for_each(<[_]>::reverse),
        (false, true) => {
            let half = pixels.len() / width / 2 * width;
            let (top, rest) = pixels.split_at_mut(half);
            let rows = top.chunks_exact_mut(width).zip(rest.rchunks_exact_mut(width));
            rows.for_each(|(above, below)| above.swap_with_slice(below));
        }
    }
    if !orientation.swaps_sides() {
        return stored;
    }
    let channels = stored.channels();
    let turned = transposed(stored.pixels().as_chunks::<N>().0, width);
    // The number of pixels is the same.
    Raster::new(size.transposed(), channels, turned.into_flattened()).unwrap_or(stored)
}

/// Rows become columns. In tiles, so that both the reads and the writes of a tile stay in the first-level cache.
fn transposed<const N: usize>(pixels: &[[u8; N]], width: usize) -> Vec<[u8; N]> {
    const TILE: usize = 32;
    let height = pixels.len() / width;
    let mut turned = vec![[0; N]; pixels.len()];
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for x in left..width.min(left + TILE) {
                for y in top..height.min(top + TILE) {
                    turned[x * height + y] = pixels[y * width + x];
                }
            }
        }
    }
    turned
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "coordinates below 256")]
mod tests {
    use super::*;
    use crate::units::Size;

    /// The EXIF specification's words: which side of the scene the stored row 0 and the stored column 0 are.
    /// Turned upright, the stored corner pixel must lie where the two sides meet.
    const ROW_AND_COLUMN: [(u8, &str, &str); 8] = [
        (1, "top", "left"),
        (2, "top", "right"),
        (3, "bottom", "right"),
        (4, "bottom", "left"),
        (5, "left", "top"),
        (6, "right", "top"),
        (7, "right", "bottom"),
        (8, "left", "bottom"),
    ];

    #[test]
    fn rows_and_columns_go_where_exif_says() {
        // Larger than a tile, so that the seams are crossed.
        let (width, height) = (70_u32, 41_u32);
        for (number, row, column) in ROW_AND_COLUMN {
            let stored: Vec<u8> =
                (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 7])).collect();
            let stored = Raster::new(Size::new(width, height).unwrap(), Channels::Rgb, stored).unwrap();
            let orientation = Orientation::from_exif(number).unwrap();
            let seen = upright(stored, orientation);

            let (seen_width, seen_height) = (seen.size().width(), seen.size().height());
            assert_eq!((seen_width, seen_height), if number < 5 { (width, height) } else { (height, width) });
            for y in 0..seen_height {
                for x in 0..seen_width {
                    let distance = |side| match side {
                        "top" => y,
                        "left" => x,
                        "bottom" => seen_height - 1 - y,
                        _ => seen_width - 1 - x,
                    };
                    // A pixel's distance from the side that shows row 0 is its stored row; likewise for columns.
                    let expected = [distance(column) as u8, distance(row) as u8, 7];
                    let start = ((y * seen_width + x) * 3) as usize;
                    assert_eq!(seen.pixels()[start..start + 3], expected, "orientation {number} at {x},{y}");
                }
            }
        }
    }
}
