//! How far a picture of few colours is from its original, as the eye sees it: the differences after blurring count
//! more than those of single pixels, so that dithering is given its due. A number to compare by, no more.

use super::space::{Point, distance, point};

/// What a difference counts as it is, and after each of the blurs.
const WEIGHTS: [f32; 3] = [1.0, 3.0, 6.0];
/// How much a difference is hidden by what goes on around it.
const MASKING: f32 = 40.0;

/// The mean squared difference over the scales.
pub(super) fn difference(original: &[[u8; 4]], width: usize, remapped: &[[u8; 4]]) -> f64 {
    let original: Vec<Point> = original.iter().map(|pixel| point(*pixel)).collect();
    let mut off: Vec<Point> = original.iter().zip(remapped).map(|(a, b)| sub(*a, point(*b))).collect();
    let mut smooth = original.clone();
    blur(&mut smooth, width);
    let detail: Vec<Point> = original.iter().zip(&smooth).map(|(a, b)| sub(*a, *b)).collect();
    let mut activity: Vec<Point> =
        detail.iter().map(|detail| [distance(*detail, [0.0; 4]).sqrt(), 0.0, 0.0, 0.0]).collect();
    blur(&mut activity, width);
    let mut sum = 0.0;
    for (scale, weight) in WEIGHTS.into_iter().enumerate() {
        if scale > 0 {
            blur(&mut off, width);
        }
        if scale > 1 {
            blur(&mut off, width);
        }
        for (off, activity) in off.iter().zip(&activity) {
            sum += f64::from(weight * distance(*off, [0.0; 4]) / (1.0 + MASKING * activity[0]));
        }
    }
    sum / original.len() as f64
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
