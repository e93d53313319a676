//! Coefficients to fewer samples: the inverse cosine transforms of 4x4, 2x2 and 1x1 points, of the lowest
//! coefficients of an 8x8 block.

use super::idct::{POINT, descale, fixed};
use super::sequential::Block;
use super::tables::Quantization;

// What the coefficients 1 and 3 add to the outer and the inner two of four samples: cosines of odd multiples of a
// sixteenth of a turn, times the square root of two.
const OUTER: [i32; 2] = [fixed(1.306_562_965), fixed(0.541_196_100)];

/// The samples of a block at half its size.
#[inline(always)]
pub(super) fn four(block: &Block, factors: &Quantization, last: usize) -> [[u8; 4]; 4] {
    match last {
        0 => {
            let [[mean]] = one(block, factors);
            [[mean; 4]; 4]
        }
        // The first row and column that are met at the third place of the zigzag.
        1..3 => both_passes::<2>(block, factors),
        _ => both_passes::<4>(block, factors),
    }
}

/// Columns first, then rows. The coefficients from row and column `USED` on are known to be zero.
#[inline(always)]
fn both_passes<const USED: usize>(block: &Block, factors: &Quantization) -> [[u8; 4]; 4] {
    let mut input = [[0; 4]; 4];
    for (y, row) in input.iter_mut().enumerate().take(USED) {
        for (x, value) in row.iter_mut().enumerate().take(USED) {
            *value = i32::from(block[8 * y + x].wrapping_mul(factors[8 * y + x]));
        }
    }
    // Two bits more than the coefficients have are kept between the passes.
    let mut between = pass::<USED>(&input);
    between.as_flattened_mut().iter_mut().for_each(|value| *value = descale(*value, POINT - 2));
    let output = pass::<USED>(&transposed(&between));
    let mut bytes = [[0; 4]; 4];
    for (byte, value) in bytes.as_flattened_mut().iter_mut().zip(transposed(&output).as_flattened()) {
        *byte = sample(descale(*value, POINT + 2 + 3));
    }
    bytes
}

/// Four columns at once, [`POINT`] bits up, but for a factor of the square root of eight.
#[inline(always)]
fn pass<const USED: usize>(input: &[[i32; 4]; 4]) -> [[i32; 4]; 4] {
    let mut output = [[0; 4]; 4];
    for x in 0..4 {
        let [a, b, c, d] = [input[0][x], input[1][x], input[2][x], input[3][x]];
        let high = |terms: i32| if USED > 2 { terms } else { 0 };
        let even = [a.wrapping_add(high(c)) << POINT, a.wrapping_sub(high(c)) << POINT];
        let odd = [
            b.wrapping_mul(OUTER[0]).wrapping_add(high(d.wrapping_mul(OUTER[1]))),
            b.wrapping_mul(OUTER[1]).wrapping_sub(high(d.wrapping_mul(OUTER[0]))),
        ];
        output[0][x] = even[0].wrapping_add(odd[0]);
        output[1][x] = even[1].wrapping_add(odd[1]);
        output[2][x] = even[1].wrapping_sub(odd[1]);
        output[3][x] = even[0].wrapping_sub(odd[0]);
    }
    output
}

#[inline(always)]
fn transposed<T: Copy + Default>(input: &[[T; 4]; 4]) -> [[T; 4]; 4] {
    let mut output = [[T::default(); 4]; 4];
    for y in 0..4 {
        for x in 0..4 {
            output[x][y] = input[y][x];
        }
    }
    output
}

/// The samples of a block at a quarter of its size.
#[inline(always)]
pub(super) fn two(block: &Block, factors: &Quantization) -> [[u8; 2]; 2] {
    let product = |place: usize| i32::from(block[place].wrapping_mul(factors[place]));
    let (mean, across, down, both) = (product(0), product(1), product(8), product(9));
    let point = |value: i32| descale(value, 3) + 128;
    let (upper, lower) = (mean + down, mean - down);
    let (left, right) = (across + both, across - both);
    let points = [point(upper + left), point(upper - left), point(lower + right), point(lower - right)];
    // Hardly ever is one beyond the range, so they are asked for that together.
    let bits = points[0] | points[1] | points[2] | points[3];
    let [a, b, c, d] = if (0..256).contains(&bits) { points } else { points.map(|point| point.clamp(0, 255)) };
    let byte = |value: i32| value.to_le_bytes()[0];
    [[byte(a), byte(b)], [byte(c), byte(d)]]
}

/// The sample of a block at an eighth of its size: its mean.
#[inline(always)]
pub(super) fn one(block: &Block, factors: &Quantization) -> [[u8; 1]; 1] {
    [[sample(descale(i32::from(block[0].wrapping_mul(factors[0])), 3))]]
}

/// A sample, which is 128 where the transform gives 0.
#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "it was clamped")]
fn sample(value: i32) -> u8 {
    value.wrapping_add(128).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    /// The transform of `points` lowest coefficients each way by its definition, in the scale of one of eight points.
    fn exact(block: &Block, factors: &Quantization, points: usize) -> Vec<f64> {
        let weight = |index: usize| if index == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |place: usize, index: usize| {
            weight(index) * ((2 * place + 1) as f64 * index as f64 * PI / (2 * points) as f64).cos()
        };
        let product = |v: usize, u: usize| f64::from(block[8 * v + u]) * f64::from(factors[8 * v + u]);
        let all = (0..points).flat_map(|v| (0..points).map(move |u| (v, u)));
        (0..points * points)
            .map(|at| {
                let (y, x) = (at / points, at % points);
                let sum: f64 = all.clone().map(|(v, u)| product(v, u) * wave(y, v) * wave(x, u)).sum();
                (sum / 4.0 + 128.0).clamp(0.0, 255.0)
            })
            .collect()
    }

    fn blocks() -> impl Strategy<Value = (Block, Quantization)> {
        let values = prop::collection::vec((-60_i16..=60, 1_i16..=17), 64);
        values.prop_map(|values| (std::array::from_fn(|at| values[at].0), std::array::from_fn(|at| values[at].1)))
    }

    fn differ(got: &[u8], exact: &[f64]) -> f64 {
        assert_eq!(got.len(), exact.len());
        got.iter().zip(exact).map(|(&got, exact)| (f64::from(got) - exact).abs()).fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn they_are_the_cosine_transforms_of_fewer_points((block, factors) in blocks()) {
            let tile = four(&block, &factors, 63);
            prop_assert!(differ(tile.as_flattened(), &exact(&block, &factors, 4)) < 0.6);
            let tile = two(&block, &factors);
            prop_assert!(differ(tile.as_flattened(), &exact(&block, &factors, 2)) < 0.501);
            let tile = one(&block, &factors);
            prop_assert!(differ(tile.as_flattened(), &exact(&block, &factors, 1)) < 0.501);
        }

        #[test]
        fn of_few_coefficients_it_is_the_same((block, factors) in blocks()) {
            let mut few = [0; 64];
            for place in [0, 1, 8] {
                few[place] = block[place];
            }
            prop_assert_eq!(four(&few, &factors, 2), four(&few, &factors, 63));
        }

        #[test]
        fn no_coefficients_make_them_panic(
            block in prop::array::uniform32(any::<i16>()),
            factors in prop::array::uniform32(any::<i16>()),
        ) {
            let twice = |half: [i16; 32]| std::array::from_fn(|index| half[index % 32]);
            let (block, factors) = (twice(block), twice(factors));
            four(&block, &factors, 63);
            two(&block, &factors);
            one(&block, &factors);
        }
    }

    #[test]
    fn a_flat_block_is_flat_at_every_size() {
        for dc in -1100..1100 {
            let mut block = [0; 64];
            block[0] = dc;
            let whole = super::super::idct::idct(&block, &[1; 64], super::super::idct::Extent::Whole)[0][0];
            for last in [0, 2, 63] {
                assert_eq!(four(&block, &[1; 64], last), [[whole; 4]; 4]);
            }
            assert_eq!(two(&block, &[1; 64]), [[whole; 2]; 2]);
            assert_eq!(one(&block, &[1; 64]), [[whole]]);
        }
    }
}
