//! The space in which colours are compared: a pixel becomes a point, and the squared distance of two points is how far
//! the pixels differ to the eye, on the mean of all grey grounds that may lie below them. It knows no picture.

/// A pixel as a point: brightness, blueness, redness, opacity.
pub(super) type Point = [f32; 4];

/// How bright the primaries are.
const RED: f32 = 0.299;
const GREEN: f32 = 0.587;
const BLUE: f32 = 0.114;
/// How much blueness and redness count beside brightness.
const BLUENESS: f32 = 0.35;
const REDNESS: f32 = 0.5;
/// A pixel `c` of opacity `a` shows `c * a + m * (1 - a)` on the ground `m`. Two of them differ by `dc - m * da`, and
/// the mean of its square for `m` from 0 to 1 is `(dc - da / 2)^2 + da^2 / 12`: straight distances again.
const OPACITY: f32 = 0.288_675_13;

/// The point of a straight-alpha pixel.
pub(super) fn point(pixel: [u8; 4]) -> Point {
    let alpha = f32::from(pixel[3]) / 255.0;
    let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(pixel[channel]) / 255.0 * alpha);
    let light = RED * red + GREEN * green + BLUE * blue;
    [light - alpha / 2.0, BLUENESS * (blue - light), REDNESS * (red - light), OPACITY * alpha]
}

/// The pixel nearest to a point; the inverse of [`point`]. Fully opaque and fully transparent are up to the caller.
pub(super) fn pixel(point: [f64; 4]) -> [u8; 4] {
    let alpha = (point[3] / f64::from(OPACITY)).clamp(0.0, 1.0);
    let light = point[0] + alpha / 2.0;
    let blue = light + point[1] / f64::from(BLUENESS);
    let red = light + point[2] / f64::from(REDNESS);
    let green = (light - f64::from(RED) * red - f64::from(BLUE) * blue) / f64::from(GREEN);
    let straight = |value: f64| if alpha > 0.0 { byte(value / alpha) } else { 0 };
    [straight(red), straight(green), straight(blue), byte(alpha)]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
fn byte(value: f64) -> u8 {
    (value * 255.0 + 0.5) as u8
}

pub(super) fn distance(a: Point, b: Point) -> f32 {
    let [x, y, z, w] = [0, 1, 2, 3].map(|axis| (a[axis] - b[axis]) * (a[axis] - b[axis]));
    x + y + z + w
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_opaque_pixel_comes_back([r, g, b] in any::<[u8; 3]>()) {
            prop_assert_eq!(pixel(point([r, g, b, 255]).map(f64::from)), [r, g, b, 255]);
        }

        /// The promise of the fourth axis: the distance of two greys is the mean over the grounds they may lie on.
        #[test]
        fn a_distance_is_the_mean_over_all_grounds(a in any::<[u8; 2]>(), b in any::<[u8; 2]>()) {
            let grey = |[value, alpha]: [u8; 2]| [value, value, value, alpha];
            let on = |[value, alpha]: [u8; 2], ground: f64| {
                let alpha = f64::from(alpha) / 255.0;
                f64::from(value) / 255.0 * alpha + ground * (1.0 - alpha)
            };
            let grounds = (0..1000).map(|step| (f64::from(step) + 0.5) / 1000.0);
            let mean = grounds.map(|ground| (on(a, ground) - on(b, ground)).powi(2)).sum::<f64>() / 1000.0;
            let distance = f64::from(distance(point(grey(a)), point(grey(b))));
            prop_assert!((distance - mean).abs() < 1e-4, "{} {}", distance, mean);
        }
    }
}
