//! How far a picture of few colours is from its original, as the eye sees it: the differences after blurring count
//! more than those of single pixels, so that dithering is given its due. A number to compare by, no more.

use std::ops::Range;

use super::space::{Point, distance, point};

/// What a difference counts as it is, and after each of the blurs.
const WEIGHTS: [f32; 3] = [1.0, 3.0, 6.0];
/// How much a difference is hidden by what goes on around it.
const MASKING: f32 = 40.0;

/// The sides of the parts that are compared at a time.
const PART: (usize, usize) = (1024, 64);
/// How far away a pixel still counts: each blur reaches one further.
const REACH: usize = 3;

/// The mean squared difference over the scales, of a picture and what each of its pixels was mapped to.
pub(super) fn difference(original: &[[u8; 4]], width: usize, remapped: impl Fn(usize) -> [u8; 4]) -> f64 {
    in_parts(original, width, remapped, PART)
}

/// The same in parts of this width and height: as they come in floats, pixels take 80 bytes.
fn in_parts(
    original: &[[u8; 4]],
    width: usize,
    remapped: impl Fn(usize) -> [u8; 4],
    (across, down): (usize, usize),
) -> f64 {
    // A part, and how far it is seen around it.
    let parts = |side: usize, step: usize| {
        (0..side).step_by(step).map(move |start| {
            let end = (start + step).min(side);
            (start..end, start.saturating_sub(REACH)..(end + REACH).min(side))
        })
    };
    let mut sum = 0.0;
    for (rows, seen_rows) in parts(original.len() / width, down) {
        for (columns, seen) in parts(width, across) {
            let places = || seen_rows.clone().flat_map(|row| seen.clone().map(move |column| row * width + column));
            let before: Vec<Point> = places().map(|at| point(original[at])).collect();
            let off: Vec<Point> = places().zip(&before).map(|(at, before)| sub(*before, point(remapped(at)))).collect();
            let inside = (
                columns.start - seen.start..columns.end - seen.start,
                rows.start - seen_rows.start..rows.end - seen_rows.start,
            );
            sum += sum_over(before, off, seen.len(), inside);
        }
    }
    sum / original.len() as f64
}

/// The sum over the columns and rows inside of a part, of which the pixels are known and how far they are off.
fn sum_over(
    original: Vec<Point>,
    mut off: Vec<Point>,
    width: usize,
    (columns, rows): (Range<usize>, Range<usize>),
) -> f64 {
    let mut smooth = original.clone();
    blur(&mut smooth, width);
    let mut activity: Vec<Point> =
        original.iter().zip(&smooth).map(|(pixel, smooth)| [distance(*pixel, *smooth).sqrt(), 0.0, 0.0, 0.0]).collect();
    blur(&mut activity, width);
    let mut sum = 0.0;
    for (scale, weight) in WEIGHTS.into_iter().enumerate() {
        if scale > 0 {
            blur(&mut off, width);
        }
        if scale > 1 {
            blur(&mut off, width);
        }
        for row in rows.clone() {
            let line = row * width + columns.start..row * width + columns.end;
            for (off, activity) in off[line.clone()].iter().zip(&activity[line]) {
                sum += f64::from(weight * distance(*off, [0.0; 4]) / (1.0 + MASKING * activity[0]));
            }
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
    fn parts_give_what_the_whole_picture_gives() {
        let pixel = |seed: usize| -> [u8; 4] {
            let seed = u32::try_from(seed).unwrap() + 1;
            let bytes = seed.wrapping_mul(2_654_435_761).rotate_left(9).wrapping_mul(40_503).to_be_bytes();
            [bytes[0], bytes[1] / 3, bytes[2], bytes[3] | 0x7f]
        };
        for (width, height) in [(1, 1), (1, 40), (40, 1), (7, 23), (40, 9)] {
            let original: Vec<[u8; 4]> = (0..width * height).map(pixel).collect();
            let remapped = |at: usize| original[at].map(|value| value & 0xe0);
            let whole = in_parts(&original, width, remapped, (width, height));
            assert!(whole > 0.0);
            for part in [(1, 1), (1, height), (width, 1), (3, 5), (8, 4), (width - width / 3, height - height / 3)] {
                let apart = (in_parts(&original, width, remapped, part) / whole - 1.0).abs();
                assert!(apart < 1e-12, "{width}x{height} in parts of {part:?}: {apart}");
            }
        }
    }
}
