//! How far a picture of few colours is from its original, as the eye sees it: the differences after blurring count
//! more than those of single pixels, so that dithering is given its due. A number to compare by, no more.

use std::ops::Range;

use super::space::{Point, distance, point};

/// What a difference counts as it is, and after each of the blurs.
const WEIGHTS: [f32; 3] = [1.0, 3.0, 6.0];
/// How much a difference is hidden by what goes on around it.
const MASKING: f32 = 40.0;

/// How many pixels are compared at a time, about: whole rows of them.
const BAND: usize = 1 << 16;
/// How many rows away a pixel still counts: each blur reaches one further.
const REACH: usize = 3;

/// The mean squared difference over the scales, of a picture and what each of its pixels was mapped to.
pub(super) fn difference(original: &[[u8; 4]], width: usize, remapped: impl Fn(usize) -> [u8; 4]) -> f64 {
    in_bands(original, width, remapped, (BAND / width).max(4 * REACH))
}

/// The same in bands of so many rows: as they come in floats, pixels take 80 bytes.
fn in_bands(original: &[[u8; 4]], width: usize, remapped: impl Fn(usize) -> [u8; 4], rows: usize) -> f64 {
    let height = original.len() / width;
    let mut sum = 0.0;
    for start in (0..height).step_by(rows) {
        let (from, end) = (start.saturating_sub(REACH), (start + rows).min(height));
        let until = (end + REACH).min(height);
        let part: Vec<[u8; 4]> = (from * width..until * width).map(&remapped).collect();
        sum += sum_over(&original[from * width..until * width], width, &part, start - from..end - from);
    }
    sum / original.len() as f64
}

/// The sum over some rows of a part of the picture.
fn sum_over(original: &[[u8; 4]], width: usize, remapped: &[[u8; 4]], rows: Range<usize>) -> f64 {
    let original: Vec<Point> = original.iter().map(|pixel| point(*pixel)).collect();
    let mut off: Vec<Point> = original.iter().zip(remapped).map(|(a, b)| sub(*a, point(*b))).collect();
    let mut smooth = original.clone();
    blur(&mut smooth, width);
    let detail: Vec<Point> = original.iter().zip(&smooth).map(|(a, b)| sub(*a, *b)).collect();
    let mut activity: Vec<Point> =
        detail.iter().map(|detail| [distance(*detail, [0.0; 4]).sqrt(), 0.0, 0.0, 0.0]).collect();
    blur(&mut activity, width);
    let pixels = rows.start * width..rows.end * width;
    let mut sum = 0.0;
    for (scale, weight) in WEIGHTS.into_iter().enumerate() {
        if scale > 0 {
            blur(&mut off, width);
        }
        if scale > 1 {
            blur(&mut off, width);
        }
        for (off, activity) in off[pixels.clone()].iter().zip(&activity[pixels.clone()]) {
            sum += f64::from(weight * distance(*off, [0.0; 4]) / (1.0 + MASKING * activity[0]));
        }
    }
    sum
}

fn sub(a: Point, b: Point) -> Point {
    [0, 1, 2, 3].map(|axis| a[axis] - b[axis])
}

/// A blur by 1 2 1, along and across; the edge counts once more.
fn blur(points: &mut [Point], width: usize) {
    let mixed = |a: Point, b: Point, c: Point| [0, 1, 2, 3].map(|axis| (a[axis] + 2.0 * b[axis] + c[axis]) / 4.0);
    for row in points.chunks_exact_mut(width) {
        let mut left = row[0];
        for x in 0..width {
            let (here, right) = (row[x], row[(x + 1).min(width - 1)]);
            row[x] = mixed(left, here, right);
            left = here;
        }
    }
    let mut above: Vec<Point> = points[..width].to_vec();
    for at in 0..points.len() {
        let here = points[at];
        let below = points.get(at + width).copied().unwrap_or(here);
        points[at] = mixed(above[at % width], here, below);
        above[at % width] = here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_give_what_the_whole_picture_gives() {
        let pixel = |seed: usize| -> [u8; 4] {
            let seed = u32::try_from(seed).unwrap() + 1;
            let bytes = seed.wrapping_mul(2_654_435_761).rotate_left(9).wrapping_mul(40_503).to_be_bytes();
            [bytes[0], bytes[1] / 3, bytes[2], bytes[3] | 0x7f]
        };
        for (width, height) in [(1, 1), (1, 40), (7, 23), (40, 9)] {
            let original: Vec<[u8; 4]> = (0..width * height).map(pixel).collect();
            let remapped = |at: usize| original[at].map(|value| value & 0xe0);
            let whole = in_bands(&original, width, remapped, height);
            assert!(whole > 0.0);
            for rows in 1..height {
                let apart = (in_bands(&original, width, remapped, rows) / whole - 1.0).abs();
                assert!(apart < 1e-12, "{width}x{height} in bands of {rows}: {apart}");
            }
        }
    }
}
