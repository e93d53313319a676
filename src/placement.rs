//! Where the picture comes to lie on the canvas: integer geometry, no pixels.

use crate::units::Size;

/// Whether a picture smaller than the canvas is enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Upscale {
    /// It is enlarged until one side reaches the canvas's, and the report says so.
    #[default]
    Allow,
    /// It keeps its size inside the canvas, with more padding around it.
    Never,
}

/// The place of the scaled picture on its canvas, in pixels from the top left corner.
///
/// # Guarantees
///
/// The picture lies wholly on the canvas, is at least one pixel wide and high, and is centred: where the padding
/// of an axis is odd, the extra pixel is on the right or at the bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placement {
    canvas: Size,
    x: u32,
    y: u32,
    scaled: Size,
}

impl Placement {
    /// Scales `source` to lie wholly inside `canvas`, its aspect kept, and centres it there.
    ///
    /// Of the two sides the one that binds takes the canvas's length exactly; the other is rounded to the nearest
    /// pixel, half a pixel upwards, and is at least 1.
    #[must_use]
    pub fn contain(source: Size, canvas: Size, upscale: Upscale) -> Self {
        let smaller = source.width() <= canvas.width() && source.height() <= canvas.height();
        let scaled = if smaller && upscale == Upscale::Never { source } else { contain(source, canvas) };
        Self { canvas, x: (canvas.width() - scaled.width()) / 2, y: (canvas.height() - scaled.height()) / 2, scaled }
    }

    /// The size of the output.
    #[must_use]
    pub const fn canvas(&self) -> Size {
        self.canvas
    }

    /// The padding on the left, in pixels.
    #[must_use]
    pub const fn x(&self) -> u32 {
        self.x
    }

    /// The padding at the top, in pixels.
    #[must_use]
    pub const fn y(&self) -> u32 {
        self.y
    }

    /// The size of the picture on the canvas.
    #[must_use]
    pub const fn scaled(&self) -> Size {
        self.scaled
    }
}

fn contain(source: Size, canvas: Size) -> Size {
    // Widened to 128 bits: a product of two sides, doubled, needs 63.
    let (sw, sh) = (u128::from(source.width()), u128::from(source.height()));
    let (cw, ch) = (u128::from(canvas.width()), u128::from(canvas.height()));
    let width_binds = sw * ch >= sh * cw;
    let scaled = if width_binds {
        Size::new(canvas.width(), scale(source.height(), canvas.width(), source.width(), canvas.height()))
    } else {
        Size::new(scale(source.width(), canvas.height(), source.height(), canvas.width()), canvas.height())
    };
    // Both sides are between 1 and the canvas's.
    scaled.unwrap_or(canvas)
}

/// `side * to / from`, rounded half up and held within 1 and `at_most`.
fn scale(side: u32, to: u32, from: u32, at_most: u32) -> u32 {
    let (side, to, from) = (u128::from(side), u128::from(to), u128::from(from));
    let rounded = (2 * side * to + from) / (2 * from);
    u32::try_from(rounded).unwrap_or(at_most).clamp(1, at_most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(source: (u32, u32), canvas: (u32, u32), upscale: Upscale) -> (u32, u32, u32, u32) {
        let source = Size::new(source.0, source.1).unwrap();
        let canvas = Size::new(canvas.0, canvas.1).unwrap();
        let placement = Placement::contain(source, canvas, upscale);
        let scaled = placement.scaled();
        (placement.x(), placement.y(), scaled.width(), scaled.height())
    }

    #[test]
    fn worked_by_hand() {
        // The figures of the design's example: a 4:3 photo on OPPO's banner.
        assert_eq!(place((4032, 3024), (984, 369), Upscale::Allow), (246, 0, 492, 369));
        // The binding side is exact, where rounding a common ratio first would give 99.
        assert_eq!(place((1200, 400), (100, 100), Upscale::Allow), (0, 33, 100, 33));
        // 1 px of odd padding goes to the right and to the bottom.
        assert_eq!(place((1, 1), (4, 3), Upscale::Allow), (0, 0, 3, 3));
        assert_eq!(place((1, 1), (3, 4), Upscale::Allow), (0, 0, 3, 3));
        // Never less than a pixel.
        assert_eq!(place((3000, 1), (144, 144), Upscale::Allow), (0, 71, 144, 1));
        assert_eq!(place((1, 3000), (144, 144), Upscale::Allow), (71, 0, 1, 144));
    }

    #[test]
    fn without_upscaling_a_small_picture_keeps_its_size() {
        assert_eq!(place((10, 20), (100, 100), Upscale::Never), (45, 40, 10, 20));
        assert_eq!(place((10, 200), (100, 100), Upscale::Never), (47, 0, 5, 100));
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let side = Size::MAX_SIDE;
        assert_eq!(place((side, 1), (1, side), Upscale::Allow), (0, (side - 1) / 2, 1, 1));
        assert_eq!(place((1, 1), (side, side), Upscale::Allow), (0, 0, side, side));
        assert_eq!(place((side - 1, side), (side, side), Upscale::Allow), (0, 0, side - 1, side));
    }
}
