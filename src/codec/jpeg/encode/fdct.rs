//! Samples to coefficients: the forward cosine transform of 8x8 blocks in single precision, after Arai, Agui and
//! Nakajima. Sums and products only, in one fixed order, so that every processor gives the same bits.

use super::super::tables::ZIGZAG;

/// The coefficients of a block in the zigzag order of the data, on the scale on which quantization tables divide them.
pub(super) type Coefficients = [f32; 64];

/// What brings the results of [`transform`] to scale, in the zigzag order: `1 / (8 a(row) a(column))`, where `a(0)` is
/// 1 and `a(k)` is `sqrt(2) cos(k pi / 16)`.
const SCALE: [f32; 64] = scale();

#[expect(clippy::cast_possible_truncation, reason = "the nearest of single precision is meant")]
const fn scale() -> [f32; 64] {
    const A: [f64; 8] = [
        1.0,
        1.387_039_845_322_148,
        1.306_562_964_876_377,
        1.175_875_602_419_359,
        1.0,
        0.785_694_958_387_102,
        0.541_196_100_146_197,
        0.275_899_379_282_943,
    ];
    let mut scale = [0.0; 64];
    let mut index = 0;
    while index < 64 {
        let place = ZIGZAG[index] as usize;
        scale[index] = (1.0 / (8.0 * A[place / 8] * A[place % 8])) as f32;
        index += 1;
    }
    scale
}

/// The transform of eight vectors of eight, each result scaled by its own factor.
#[inline(always)]
fn transform(v: &mut [[f32; 8]; 8]) {
    #[inline(always)]
    fn add(a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn sub(a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        std::array::from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    fn by(a: [f32; 8], factor: f32) -> [f32; 8] {
        a.map(|value| value * factor)
    }

    let (s07, d07) = (add(v[0], v[7]), sub(v[0], v[7]));
    let (s16, d16) = (add(v[1], v[6]), sub(v[1], v[6]));
    let (s25, d25) = (add(v[2], v[5]), sub(v[2], v[5]));
    let (s34, d34) = (add(v[3], v[4]), sub(v[3], v[4]));

    let (outer, outer_d) = (add(s07, s34), sub(s07, s34));
    let (inner, inner_d) = (add(s16, s25), sub(s16, s25));
    v[0] = add(outer, inner);
    v[4] = sub(outer, inner);
    let turned = by(add(inner_d, outer_d), 0.707_106_77);
    v[2] = add(outer_d, turned);
    v[6] = sub(outer_d, turned);

    let (a, b, c) = (add(d34, d25), add(d25, d16), add(d16, d07));
    let shared = by(sub(a, c), 0.382_683_43);
    let low = add(by(a, 0.541_196_1), shared);
    let high = add(by(c, 1.306_563), shared);
    let middle = by(b, 0.707_106_77);
    let (plus, minus) = (add(d07, middle), sub(d07, middle));
    v[5] = add(minus, low);
    v[3] = sub(minus, low);
    v[1] = add(plus, high);
    v[7] = sub(plus, high);
}

/// The coefficients of a block of samples, which are in rows and have their middle at 0.
#[inline(always)]
pub(super) fn forward(mut block: [[f32; 8]; 8]) -> Coefficients {
    transform(&mut block);
    let mut turned = std::array::from_fn(|row| std::array::from_fn(|column| block[column][row]));
    transform(&mut turned);
    // `turned` has the columns of the result as its rows.
    let mut coefficients = [0.0; 64];
    for ((coefficient, scale), place) in coefficients.iter_mut().zip(SCALE).zip(ZIGZAG) {
        *coefficient = turned[usize::from(place) % 8][usize::from(place) / 8] * scale;
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The formula of the standard (ITU-T T.81, A.3.3), term by term.
    fn naive(block: &[[f32; 8]; 8]) -> [f64; 64] {
        std::array::from_fn(|index| {
            let (v, u) = (f64::from(ZIGZAG[index] / 8), f64::from(ZIGZAG[index] % 8));
            let c = |k: f64| if k == 0.0 { 0.5_f64.sqrt() } else { 1.0 };
            let mut sum = 0.0;
            for (y, row) in block.iter().enumerate() {
                for (x, &sample) in row.iter().enumerate() {
                    let cos = |at: usize, k: f64| ((2.0 * at as f64 + 1.0) * k * PI / 16.0).cos();
                    sum += f64::from(sample) * cos(x, u) * cos(y, v);
                }
            }
            0.25 * c(u) * c(v) * sum
        })
    }

    #[test]
    fn the_transform_is_that_of_the_standard() {
        let mut state = 1_u32;
        for _ in 0..50 {
            let block: [[f32; 8]; 8] = std::array::from_fn(|_| {
                std::array::from_fn(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as f32 - 128.0
                })
            });
            for (fast, slow) in forward(block).iter().zip(naive(&block)) {
                assert!((f64::from(*fast) - slow).abs() < 1e-3, "{fast} is not {slow}");
            }
        }
    }
}
