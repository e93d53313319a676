//! Every pixel becomes a colour of the palette: the nearest, or one that makes up for what its neighbours are off
//! (error diffusion after Floyd and Steinberg, the rows in turn from the left and from the right).

use super::Remapping;
use super::nearest::Nearest;
use super::space::{Point, distance, point};

/// An error longer than this is cut to it, so that one colour far from the palette does not smear over its neighbours.
const LONGEST_ERROR: f32 = 0.12;

/// The place in the palette for each pixel.
///
/// The first `fixed` colours are taken by the pixels that have them; those neither take nor pass on an error. An opaque
/// pixel takes an opaque colour.
pub(super) fn remap(
    pixels: &[[u8; 4]],
    width: usize,
    colours: &[[u8; 4]],
    fixed: usize,
    remapping: Remapping,
) -> Vec<u8> {
    let nearest = Nearest::new(colours);
    let table: Vec<Point> = colours.iter().map(|colour| point(*colour)).collect();
    let opaque_at = |index: u8| colours[usize::from(index)][3] == 255;
    let kind = |pixel: [u8; 4]| (!colours[..fixed].contains(&pixel)).then_some(pixel[3] == 255);
    let kinds: Vec<Option<bool>> = pixels.iter().map(|pixel| kind(*pixel)).collect();
    let dither = f32::from(remapping.dither) / 100.0;

    let mut indices = vec![0_u8; pixels.len()];
    let mut errors = vec![[0.0_f32; 4]; width];
    let mut below = vec![[0.0_f32; 4]; width];
    for row in 0..pixels.len() / width {
        below.fill([0.0; 4]);
        let start = row * width;
        let backwards = row % 2 == 1;
        for step in 0..width {
            let x = if backwards { width - 1 - step } else { step };
            let at = start + x;
            let Some(opaque) = kinds[at] else {
                let place = colours.iter().position(|colour| *colour == pixels[at]);
                indices[at] = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0);
                continue;
            };
            let wanted = plus(point(pixels[at]), errors[x], 1.0);
            let (left, right) = (x.checked_sub(1), Some(x + 1).filter(|&right| right < width));
            let (behind, ahead) = if backwards { (right, left) } else { (left, right) };

            let mut chosen = nearest.to(wanted, opaque);
            if remapping.slack > 0.0 {
                let mut least = distance(wanted, table[usize::from(chosen)]) + remapping.slack;
                let beside = behind.map(|x| indices[start + x]);
                let above = at.checked_sub(width).map(|above| indices[above]);
                for other in [beside, above].into_iter().flatten().filter(|&other| !opaque || opaque_at(other)) {
                    let distance = distance(wanted, table[usize::from(other)]);
                    if distance < least {
                        (least, chosen) = (distance, other);
                    }
                }
            }
            indices[at] = chosen;

            if dither > 0.0 {
                let error = shortened(plus(wanted, table[usize::from(chosen)], -1.0), dither);
                // An error of opacity means nothing to an opaque pixel, and no error anything to a fixed one.
                let like = |start: usize, x: &usize| kinds.get(start + x).copied().flatten() == Some(opaque);
                if let Some(x) = ahead.filter(|x| like(start, x)) {
                    errors[x] = plus(errors[x], error, 7.0 / 16.0);
                }
                for (x, share) in [(behind, 3.0), (Some(x), 5.0), (ahead, 1.0)] {
                    if let Some(x) = x.filter(|x| like(start + width, x)) {
                        below[x] = plus(below[x], error, share / 16.0);
                    }
                }
            }
        }
        std::mem::swap(&mut errors, &mut below);
    }
    indices
}

fn plus(a: Point, b: Point, share: f32) -> Point {
    [0, 1, 2, 3].map(|axis| a[axis] + b[axis] * share)
}

/// What is passed on of an error.
fn shortened(error: Point, dither: f32) -> Point {
    let length = distance(error, [0.0; 4]).sqrt();
    let share = if length > LONGEST_ERROR { dither * LONGEST_ERROR / length } else { dither };
    error.map(|value| value * share)
}
