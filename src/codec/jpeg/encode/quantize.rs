//! Coefficients to whole numbers: rounded each for itself, or weighed, so that what a number costs in bits is set
//! against what it brings in likeness. Which code the file will use, it knows by counts only.

use super::code::Counts;
use super::fdct::Coefficients;
use super::grid::Grid;
use super::planes::Plane;
use crate::simd;

/// A block of quantized coefficients in the zigzag order of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) values: [i16; 64],
    /// Which of them are not 0, the first by the lowest bit; that of the mean is never set.
    pub(super) present: u64,
}

/// The quantized blocks of a component, and the numbers for their means apart.
pub(super) type Component = Grid<i16, Block>;

/// The divisors of a component, in the zigzag order.
pub(super) type Table = [u8; 64];

/// Rounds every coefficient for itself, all but the mean `towards_zero` by so much of a step: small ones cost more than
/// they bring.
pub(super) fn rounded(plane: &Plane, table: &Table, towards_zero: f32) -> Component {
    let inverse = inverse(table);
    let mut less = [towards_zero; 64];
    less[0] = 0.0;
    quantized(
        plane,
        #[inline(always)]
        |coefficients| {
            let values = round(coefficients, &inverse, &less);
            Block { values, present: present(&values) }
        },
        inverse[0],
    )
}

/// Chooses for every block the numbers of the least cost in bits plus weighted square error.
pub(super) fn weighed(plane: &Plane, table: &Table, rates: &Rates, weight: &Weight) -> Component {
    let inverse = inverse(table);
    quantized(
        plane,
        #[inline(always)]
        |coefficients| {
            let mut steps = [0.0; 64];
            for ((step, coefficient), inverse) in steps.iter_mut().zip(coefficients).zip(&inverse) {
                *step = coefficient * inverse;
            }
            cheapest(&steps, rates, weight.of(coefficients), &weight.care)
        },
        inverse[0],
    )
}

/// Every block by `choose`; or its mean alone, times `mean`, where there is nothing else.
#[inline(always)]
fn quantized(plane: &Plane, choose: impl Fn(&Coefficients) -> Block, mean: f32) -> Component {
    let mut component = Component::with_capacity(plane.across, plane.len(), plane.details().len());
    simd::dispatch(
        #[inline(always)]
        || {
            for (coefficient, detail) in plane.iter() {
                let block = detail.map(&choose).filter(|block| block.present != 0);
                component.push(nearest(coefficient * mean), block);
            }
        },
    );
    component
}

fn inverse(table: &Table) -> [f32; 64] {
    table.map(|divisor| 1.0 / f32::from(divisor))
}

/// The nearest whole numbers to the quotients after these have been moved towards zero.
#[inline(always)]
fn round(coefficients: &Coefficients, inverse: &[f32; 64], less: &[f32; 64]) -> [i16; 64] {
    let mut values = [0; 64];
    for index in 0..64 {
        let step = coefficients[index] * inverse[index];
        values[index] = nearest(step - less[index].copysign(step));
    }
    values
}

/// The nearest whole number to one below 2^15, the even one of two: in a sum with 1.5 * 2^23 it is the lowest bits.
/// The conversion by `as` holds the range, for which processors without AVX-512 have no vector instruction.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lowest 16 bits are meant")]
fn nearest(value: f32) -> i16 {
    (value + 12_582_912.0).to_bits() as i16
}

/// Which of the values are not 0, but for the first.
#[inline(always)]
fn present(values: &[i16; 64]) -> u64 {
    // A byte of 0 or 1 for each, which is vector work; the factor brings the lowest bits of eight bytes together.
    let flags = values.map(|value| u8::from(value != 0));
    let mut present = 0;
    for (index, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        present |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * index);
    }
    present & !1
}

/// How many bits a coefficient's magnitude takes.
#[inline(always)]
pub(super) fn magnitude(value: u32) -> u32 {
    32 - value.leading_zeros()
}

/// What the symbols of a block cost in bits.
#[derive(Debug)]
pub(super) struct Rates {
    /// By the zeros before a coefficient and the bits of its magnitude, which are counted in. There are at most 10:
    /// samples no more than 255 apart make no coefficient but the mean of more than 1020, and no divisor is below 1.
    coefficient: [[f32; 11]; 16],
    sixteen_zeros: f32,
    end: f32,
    /// The least of `coefficient`.
    least: f32,
}

impl Rates {
    /// What an ideal code for these counts would take. A symbol that was not seen counts as half a one.
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 24 bits")]
    pub(super) fn of(counts: &Counts) -> Self {
        let total: u32 = counts.0.iter().sum();
        let log_total = pxfm::f_log2f(total.max(1) as f32);
        let bits = |symbol: usize| log_total - pxfm::f_log2f((counts.0[symbol] as f32).max(0.5));
        let mut coefficient = [[0.0; 11]; 16];
        let mut least = f32::MAX;
        for (run, rates) in coefficient.iter_mut().enumerate() {
            for (size, rate) in (0_u8..).zip(rates) {
                *rate = bits(16 * run + usize::from(size)) + f32::from(size);
                least = if size > 0 { least.min(*rate) } else { least };
            }
        }
        Self { coefficient, sixteen_zeros: bits(0xf0), end: bits(0), least }
    }
}

/// How much a square error weighs against a bit. Of one step it is `scale / (calm + mean square of the coefficients)`,
/// since where much goes on in a block, less is seen; times the care for the coefficient.
#[derive(Debug, Clone)]
pub(super) struct Weight {
    pub(super) scale: f32,
    pub(super) calm: f32,
    /// By place in the zigzag.
    pub(super) care: [f32; 64],
}

impl Weight {
    fn of(&self, coefficients: &Coefficients) -> f32 {
        let mut sums = [0.0; 8];
        for eight in coefficients.as_chunks::<8>().0 {
            for (sum, coefficient) in sums.iter_mut().zip(eight) {
                *sum += coefficient * coefficient;
            }
        }
        let all: f32 = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
        let mean = (all - coefficients[0] * coefficients[0]).max(0.0) / 63.0;
        self.scale / (self.calm + mean)
    }
}

/// A coefficient that may be kept, and the cheapest way to it: the last of a chain of kept ones.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    index: usize,
    value: u16,
    /// The node before it on the way.
    from: usize,
    /// What the way costs, less what dropping everything up to here would.
    gain: f32,
    /// The least `gain` of this node and those before it.
    least: f32,
}

/// The numbers that make bits plus weighted error least, found over all ways of keeping some of the coefficients and
/// dropping the others (a shortest path, as Crouse and Ramchandran put it). Each is kept as the nearest number, or as
/// the next lower one that takes a bit less.
fn cheapest(steps: &[f32; 64], rates: &Rates, weight: f32, care: &[f32; 64]) -> Block {
    let mut nodes = [Node::default(); 64];
    let mut count = 1;
    for (index, &step) in steps.iter().enumerate().skip(1) {
        let size = step.abs();
        let weight = weight * care[index];
        let zero = weight * size * size;
        if size >= 0.5 {
            let full = nearest(size).unsigned_abs().max(1);
            let bits = magnitude(full.into()) as usize;
            let less = (1_u16 << (bits - 1)) - 1;
            let error = |value: u16| {
                let error = size - f32::from(value);
                weight * error * error
            };
            let errors = (error(full), error(less));
            let mut best = (f32::MAX, 0, 0);
            for from in (0..count).rev() {
                let node = &nodes[from];
                if node.least + rates.least + errors.0.min(errors.1) >= best.0 {
                    break;
                }
                let run = index - node.index - 1;
                let mut way = node.gain;
                if run > 15 {
                    way += rates.sixteen_zeros * [0.0, 1.0, 2.0, 3.0][run / 16];
                }
                let row = &rates.coefficient[run & 15];
                let cost = way + row[bits] + errors.0;
                if cost < best.0 {
                    best = (cost, from, full);
                }
                let cost = way + row[bits - 1] + errors.1;
                if less > 0 && cost < best.0 {
                    best = (cost, from, less);
                }
            }
            let gain = best.0 - zero;
            let least = nodes[count - 1].least.min(gain);
            nodes[count] = Node { index, value: best.2, from: best.1, gain, least };
            count += 1;
        }
    }

    let end = |node: &Node| if node.index < 63 { node.gain + rates.end } else { node.gain };
    let mut last = 0;
    for node in 1..count {
        if end(&nodes[node]) < end(&nodes[last]) {
            last = node;
        }
    }
    let mut block = Block { values: [0; 64], present: 0 };
    block.values[0] = nearest(steps[0]);
    while last > 0 {
        let node = &nodes[last];
        let value = node.value.cast_signed();
        block.values[node.index] = if steps[node.index] < 0.0 { -value } else { value };
        block.present |= 1 << node.index;
        last = node.from;
    }
    block
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small made-up numbers")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rates(seed: u32) -> Rates {
        let mut counts = Counts::default();
        let mut state = seed | 1;
        for (symbol, count) in counts.0.iter_mut().enumerate() {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // Short runs of small numbers are the most frequent.
            *count = (state % 1000) / (1 + (symbol as u32 & 15) * (symbol as u32 >> 4));
        }
        Rates::of(&counts)
    }

    /// What a block costs, symbol by symbol.
    fn cost(values: &[i16; 64], steps: &[f32; 64], rates: &Rates, weight: f32, care: &[f32; 64]) -> f32 {
        let mut cost = 0.0;
        let mut run = 0;
        for index in 1..64 {
            let error = steps[index] - f32::from(values[index]);
            cost += weight * care[index] * error * error;
            if values[index] == 0 {
                run += 1;
                continue;
            }
            cost += (run / 16) as f32 * rates.sixteen_zeros;
            cost += rates.coefficient[run % 16][magnitude(values[index].unsigned_abs().into()) as usize];
            run = 0;
        }
        if run > 0 { cost + rates.end } else { cost }
    }

    /// The naive twin: every way of keeping, lowering and dropping the coefficients.
    fn least(steps: &[f32; 64], rates: &Rates, weight: f32, care: &[f32; 64]) -> f32 {
        let places: Vec<usize> = (1..64).filter(|&index| steps[index].abs() >= 0.5).collect();
        let mut least = f32::MAX;
        for mut way in 0..3_u32.pow(places.len() as u32) {
            let mut values = [0_i16; 64];
            for &place in &places {
                let full = steps[place].abs().round_ties_even().max(1.0) as u16;
                let less = (1 << (magnitude(full.into()) - 1)) - 1;
                let value = [0, less, full][way as usize % 3].cast_signed();
                values[place] = if steps[place] < 0.0 { -value } else { value };
                way /= 3;
            }
            least = least.min(cost(&values, steps, rates, weight, care));
        }
        least
    }

    proptest! {
        #[test]
        fn the_cheapest_block_is_that_of_trying_all(
            kept in prop::collection::vec((1_usize..64, -9.0_f32..9.0), 0..8),
            rest in prop::collection::vec(-0.49_f32..0.49, 64),
            care in prop::collection::vec(0.5_f32..2.0, 64),
            seed in any::<u32>(),
            weight in 0.1_f32..30.0,
        ) {
            let mut steps = <[f32; 64]>::try_from(rest).unwrap();
            for (index, step) in kept {
                steps[index] = step;
            }
            let care = <[f32; 64]>::try_from(care).unwrap();
            let rates = rates(seed);
            let block = cheapest(&steps, &rates, weight, &care);
            let (found, least) = (cost(&block.values, &steps, &rates, weight, &care), least(&steps, &rates, weight, &care));
            prop_assert!(found <= least * 1.0001 + 0.001, "{} is not {}", found, least);
            prop_assert_eq!(block.present, present(&block.values));
        }

        #[test]
        fn numbers_are_rounded_to_the_nearest(value in -16_000.0_f32..16_000.0) {
            prop_assert_eq!(i32::from(nearest(value)), value.round_ties_even() as i32);
        }
    }
}
