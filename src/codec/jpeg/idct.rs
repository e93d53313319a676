//! Coefficients to samples: the inverse cosine transform of 8x8 blocks, to the bit that of libjpeg's accurate integer
//! method (after Loeffler, Ligtenberg and Moschytz), in which constants have 13 bits after the point.

use super::sequential::Block;
use super::tables::Quantization;

/// The samples of a block, in rows.
pub(super) type Tile = [[u8; 8]; 8];

/// Bits after the point of a constant.
pub(super) const POINT: u32 = 13;
/// Bits after the point that are kept between the passes.
const KEPT: u32 = 2;

/// A constant as libjpeg rounds it.
#[expect(clippy::cast_possible_truncation, reason = "less than 4 times 2^13")]
pub(super) const fn fixed(value: f64) -> i32 {
    (value * (1 << POINT) as f64 + 0.5) as i32
}

// The even coefficients 2 and 6, by what they add to the results 1 and 2, and 0 and 3.
const HALF: i32 = fixed(0.541_196_100);
const E2: [i32; 2] = [HALF, HALF - fixed(1.847_759_065)];
const E3: [i32; 2] = [HALF + fixed(0.765_366_865), HALF];

// The odd coefficients 1, 3, 5 and 7. The published method forms sums of them first, to save multiplications; here
// these are multiplied out, so that every factor has 16 bits, for which processors have fast instructions. As the
// constants are the same sums of rounded ones, so is every result.
const ALL: i32 = fixed(1.175_875_602);
const Z1: i32 = -fixed(0.899_976_223);
const Z2: i32 = -fixed(2.562_915_447);
const Z3: i32 = ALL - fixed(1.961_570_560);
const Z4: i32 = ALL - fixed(0.390_180_644);
const O0: [i32; 4] = [ALL + Z1, Z3, ALL, fixed(0.298_631_336) + Z1 + Z3];
const O1: [i32; 4] = [Z4, ALL + Z2, fixed(2.053_119_869) + Z2 + Z4, ALL];
const O2: [i32; 4] = [ALL, fixed(3.072_711_026) + Z2 + Z3, ALL + Z2, Z3];
const O3: [i32; 4] = [fixed(1.501_321_110) + Z1 + Z4, ALL, Z4, ALL + Z1];

/// Eight results of eight coefficients, [`POINT`] bits up. The coefficients from `USED` on are known to be zero.
///
/// Hostile coefficients may overflow it, and then the result means nothing; those of pictures cannot.
#[inline(always)]
fn transform<const USED: usize>(input: [i16; 8]) -> [i32; 8] {
    let mut wide = [0_i32; 8];
    for (wide, narrow) in wide.iter_mut().zip(input) {
        *wide = narrow.into();
    }
    let [i0, i1, i2, i3, i4, i5, i6, i7] = wide;
    let high = |terms: i32| if USED > 4 { terms } else { 0 };
    let odd = |by: [i32; 4]| (i1 * by[0] + i3 * by[1]).wrapping_add(high(i5 * by[2] + i7 * by[3]));
    let (outer, inner) = (i2 * E3[0] + high(i6 * E3[1]), i2 * E2[0] + high(i6 * E2[1]));
    let (plus, minus) = ((i0 + high(i4)) << POINT, (i0 - high(i4)) << POINT);
    let even =
        [plus.wrapping_add(outer), minus.wrapping_add(inner), minus.wrapping_sub(inner), plus.wrapping_sub(outer)];
    let odd = [odd(O3), odd(O2), odd(O1), odd(O0)];
    [
        even[0].wrapping_add(odd[0]),
        even[1].wrapping_add(odd[1]),
        even[2].wrapping_add(odd[2]),
        even[3].wrapping_add(odd[3]),
        even[3].wrapping_sub(odd[3]),
        even[2].wrapping_sub(odd[2]),
        even[1].wrapping_sub(odd[1]),
        even[0].wrapping_sub(odd[0]),
    ]
}

/// Takes bits off, rounded to the nearest.
#[inline(always)]
pub(super) const fn descale(value: i32, bits: u32) -> i32 {
    value.wrapping_add(1 << (bits - 1)) >> bits
}

/// Into 16 bits, by the nearest there is.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "it was clamped")]
fn narrow(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// In which part of a block there are coefficients other than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The first one only.
    First,
    /// The upper left quarter.
    Quarter,
    Whole,
}

impl Extent {
    /// Of a block in which no coefficient is behind the one at `last` of the zigzag.
    #[inline(always)]
    pub(super) fn up_to(last: usize) -> Self {
        match last {
            0 => Self::First,
            // The fifth row and column are first met at the tenth.
            1..10 => Self::Quarter,
            _ => Self::Whole,
        }
    }
}

/// The samples of a block.
#[inline(always)]
pub(super) fn idct(block: &Block, factors: &Quantization, extent: Extent) -> Tile {
    match extent {
        Extent::First => flat(block[0].wrapping_mul(factors[0])),
        Extent::Quarter => both_passes::<4>(block, factors),
        Extent::Whole => both_passes::<8>(block, factors),
    }
}

/// A block of one tone.
#[inline(always)]
fn flat(dc: i16) -> Tile {
    [[sample(narrow(descale(i32::from(dc), 3))); 8]; 8]
}

/// Columns first, then rows. The coefficients from row and column `USED` on are known to be zero.
///
/// Each pass is a loop over columns, which the compiler makes to one over all at once, so the rows are laid out as
/// columns for the second.
#[inline(always)]
fn both_passes<const USED: usize>(block: &Block, factors: &Quantization) -> Tile {
    let mut input = [[0; 8]; 8];
    for ((row, values), factors) in input.iter_mut().zip(block.as_chunks().0).zip(factors.as_chunks::<8>().0).take(USED)
    {
        let values: &[i16; 8] = values;
        for ((to, value), factor) in row.iter_mut().zip(values).zip(factors) {
            *to = value.wrapping_mul(*factor);
        }
    }
    let between = pass::<USED, USED>(&input, POINT - KEPT);
    // Each pass leaves a factor of the square root of eight, which together are 3 bits.
    let output = pass::<USED, 8>(&transposed::<USED>(&between), POINT + KEPT + 3);
    let mut bytes = [[0; 8]; 8];
    for (byte, &value) in bytes.as_flattened_mut().iter_mut().zip(output.as_flattened()) {
        *byte = sample(value);
    }
    let mut samples = [0; 8];
    for (word, row) in samples.iter_mut().zip(bytes) {
        *word = u64::from_le_bytes(row);
    }
    transpose_bytes(&mut samples);
    for (row, word) in bytes.iter_mut().zip(samples) {
        *row = word.to_le_bytes();
    }
    bytes
}

/// Transforms the first `COLUMNS` columns.
#[inline(always)]
fn pass<const USED: usize, const COLUMNS: usize>(input: &[[i16; 8]; 8], bits: u32) -> [[i16; 8]; 8] {
    let mut output = [[0; 8]; 8];
    for x in 0..COLUMNS {
        let [a, b, c, d, e, f, g, h] = input;
        let column = transform::<USED>([a[x], b[x], c[x], d[x], e[x], f[x], g[x], h[x]]);
        output[0][x] = narrow(descale(column[0], bits));
        output[1][x] = narrow(descale(column[1], bits));
        output[2][x] = narrow(descale(column[2], bits));
        output[3][x] = narrow(descale(column[3], bits));
        output[4][x] = narrow(descale(column[4], bits));
        output[5][x] = narrow(descale(column[5], bits));
        output[6][x] = narrow(descale(column[6], bits));
        output[7][x] = narrow(descale(column[7], bits));
    }
    output
}

/// Rows as columns, of the first `USED` columns only. Four numbers are moved at a time, within words of 64 bits.
#[inline(always)]
fn transposed<const USED: usize>(input: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    let mut output = [[0; 8]; 8];
    for y in [0, 4] {
        for x in (0..USED).step_by(4) {
            let mut words = [0; 4];
            for (word, row) in words.iter_mut().zip(&input[y..y + 4]) {
                *word = packed(row, x);
            }
            exchange(&mut words, [(0, 1), (2, 3)], 16, 0x0000_ffff_0000_ffff);
            exchange(&mut words, [(0, 2), (1, 3)], 32, 0x0000_0000_ffff_ffff);
            for (row, word) in words.into_iter().enumerate() {
                unpack(word, &mut output[x + row], y);
            }
        }
    }
    output
}

/// The four numbers of a row from `start` on as one word, the first lowest.
#[inline(always)]
fn packed(row: &[i16; 8], start: usize) -> u64 {
    let bits = |place: usize| u64::from(row[start + place].cast_unsigned());
    bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
}

/// Puts the four numbers of a word into a row, from `start` on.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "that is how a word is taken apart")]
fn unpack(word: u64, row: &mut [i16; 8], start: usize) {
    row[start] = word as i16;
    row[start + 1] = (word >> 16) as i16;
    row[start + 2] = (word >> 32) as i16;
    row[start + 3] = (word >> 48) as i16;
}

/// Makes the bytes of eight words, which are rows, to columns.
#[inline(always)]
fn transpose_bytes(words: &mut [u64; 8]) {
    exchange(words, [(0, 1), (2, 3), (4, 5), (6, 7)], 8, 0x00ff_00ff_00ff_00ff);
    exchange(words, [(0, 2), (1, 3), (4, 6), (5, 7)], 16, 0x0000_ffff_0000_ffff);
    exchange(words, [(0, 4), (1, 5), (2, 6), (3, 7)], 32, 0x0000_0000_ffff_ffff);
}

/// Of each pair of words, exchanges the bits of the first that are `shift` above `mask` and those of the second in it.
#[inline(always)]
fn exchange<const PAIRS: usize>(words: &mut [u64], pairs: [(usize, usize); PAIRS], shift: u32, mask: u64) {
    for (first, second) in pairs {
        let differing = (words[first] >> shift ^ words[second]) & mask;
        words[second] ^= differing;
        words[first] ^= differing << shift;
    }
}

/// A sample, which is 128 where the transform gives 0.
#[inline(always)]
fn sample(value: i16) -> u8 {
    (value.clamp(-128, 127) + 128).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The transform by its definition.
    fn exact(coefficients: [[f64; 8]; 8]) -> [[f64; 8]; 8] {
        use std::f64::consts::{FRAC_1_SQRT_2, PI};
        let weight = |index: usize| if index == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |place: usize, index: usize| ((2 * place + 1) as f64 * index as f64 * PI / 16.0).cos();
        std::array::from_fn(|y| {
            std::array::from_fn(|x| {
                let terms = (0..64)
                    .map(|index| (index / 8, index % 8))
                    .map(|(v, u)| weight(u) * weight(v) * coefficients[v][u] * wave(x, u) * wave(y, v));
                terms.sum::<f64>() / 4.0 + 128.0
            })
        })
    }

    /// A pass as published, with the sums formed first, in numbers that cannot overflow.
    fn published(input: [i64; 8]) -> [i64; 8] {
        let f = |value: f64| i64::from(fixed(value));
        let z1 = (input[2] + input[6]) * f(0.541_196_100);
        let (t2, t3) = (z1 - input[6] * f(1.847_759_065), z1 + input[2] * f(0.765_366_865));
        let (t0, t1) = ((input[0] + input[4]) << 13, (input[0] - input[4]) << 13);
        let even = [t0 + t3, t1 + t2, t1 - t2, t0 - t3];
        let [a, b, c, d] = [input[7], input[5], input[3], input[1]];
        let z5 = (a + c + b + d) * f(1.175_875_602);
        let (z1, z2) = (-(a + d) * f(0.899_976_223), -(b + c) * f(2.562_915_447));
        let (z3, z4) = (z5 - (a + c) * f(1.961_570_560), z5 - (b + d) * f(0.390_180_644));
        let odd = [
            d * f(1.501_321_110) + z1 + z4,
            c * f(3.072_711_026) + z2 + z3,
            b * f(2.053_119_869) + z2 + z4,
            a * f(0.298_631_336) + z1 + z3,
        ];
        std::array::from_fn(|i| if i < 4 { even[i] + odd[i] } else { even[7 - i] - odd[7 - i] })
    }

    fn slow(block: &Block, factors: &Quantization) -> Tile {
        let mut between = [[0; 8]; 8];
        for column in 0..8 {
            let product = |place: usize| i64::from(block[place]) * i64::from(factors[place]);
            let input = std::array::from_fn(|row| product(8 * row + column));
            for (row, value) in between.iter_mut().zip(published(input)) {
                row[column] = (value + (1 << 10)) >> 11;
            }
        }
        between.map(|row| {
            published(row).map(|value| u8::try_from((((value + (1 << 17)) >> 18) + 128).clamp(0, 255)).unwrap())
        })
    }

    /// Blocks such as pictures have: up to `last` in the zigzag, no product over what a transform of samples gives.
    fn blocks() -> impl Strategy<Value = (Block, Quantization, usize)> {
        let values = prop::collection::vec((-60_i16..=60, 1_i16..=17), 64);
        (values, 0_usize..64).prop_map(|(values, last)| {
            let (mut block, mut factors) = ([0; 64], [1; 64]);
            for (index, (value, factor)) in values.into_iter().enumerate() {
                let place = usize::from(super::super::tables::ZIGZAG[index]);
                factors[place] = factor;
                if index <= last {
                    block[place] = value;
                }
            }
            (block, factors, last)
        })
    }

    proptest! {
        #[test]
        fn it_is_the_published_method_to_the_bit((block, factors, last) in blocks()) {
            let expected = slow(&block, &factors);
            prop_assert_eq!(idct(&block, &factors, Extent::up_to(last)), expected);
            prop_assert_eq!(idct(&block, &factors, Extent::Whole), expected);
        }

        #[test]
        fn it_is_the_cosine_transform_to_within_one((block, factors, last) in blocks()) {
            let product = |place: usize| f64::from(block[place] * factors[place]);
            let exact = exact(std::array::from_fn(|y| std::array::from_fn(|x| product(8 * y + x))));
            let got = idct(&block, &factors, Extent::up_to(last));
            for (exact, got) in exact.into_iter().flatten().zip(got.into_iter().flatten()) {
                prop_assert!((exact.clamp(0.0, 255.0) - f64::from(got)).abs() <= 1.0, "{} {}", exact, got);
            }
        }

        #[test]
        fn no_coefficients_make_it_panic(
            block in prop::array::uniform32(any::<i16>()),
            factors in prop::array::uniform32(any::<i16>()),
            last in 0_usize..64,
        ) {
            let twice = |half: [i16; 32]| std::array::from_fn(|index| half[index % 32]);
            idct(&twice(block), &twice(factors), Extent::up_to(last));
        }
    }

    #[test]
    fn a_flat_block_is_what_the_passes_give() {
        for dc in i16::MIN / 4..i16::MAX / 4 {
            let mut block = [0; 64];
            block[0] = dc;
            assert_eq!(flat(dc), both_passes::<8>(&block, &[1; 64]), "{dc}");
        }
    }
}
