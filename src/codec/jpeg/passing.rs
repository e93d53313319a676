//! Coefficients that a reduced picture does not need: passed over, several at a time.

use super::bits::BitReader;
use super::huffman::Table;

/// The bits that are looked at together. With 13, two or three coefficients of a photo are passed over at once, and a
/// table is 16 KiB, of which two find room in the nearest cache. Measured on photos of 10 to 22 megapixels at an
/// eighth: with 12 it takes 3 to 11 % more time, with 14 between 2 % less and 2 % more.
const LOOK: u32 = 13;

/// What the next bits lead past, as far as they can be told to.
#[derive(Debug, Clone)]
pub(super) struct Passing(Box<[Steps; 1 << LOOK]>);

/// As many codes as lie wholly in the bits, with the bits of their coefficients: how many coefficients they are in the
/// high byte, and their length in the low one.
///
/// Coefficients behind the end of a block are counted as [`END`] more, and bits that are not one whole code as
/// [`NONE`].
#[derive(Debug, Clone, Copy)]
struct Steps(u16);

const NONE: usize = 64;
const END: usize = 128;

impl Steps {
    #[expect(clippy::cast_possible_truncation, reason = "each is less than 256")]
    const fn new(coefficients: usize, length: u32) -> Self {
        Self(length as u16 | (coefficients as u16) << 8)
    }

    #[inline(always)]
    fn coefficients(self) -> usize {
        usize::from(self.0 >> 8)
    }

    #[inline(always)]
    fn length(self) -> u32 {
        u32::from(self.0 & 63)
    }
}

impl Passing {
    /// Of the codes of a table.
    pub(super) fn of(table: &Table) -> Self {
        let mut steps = Box::new([Steps::new(NONE, 0); 1 << LOOK]);
        for (ahead, steps) in (0_u32..).zip(steps.iter_mut()) {
            let (mut coefficients, mut length) = (0, 0);
            while let Some((symbol, code)) = table.code(ahead << (length + 16 - LOOK) & 0xffff, 0) {
                let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                let whole = length + code + size;
                if whole > LOOK {
                    break;
                }
                // Of the symbols without a coefficient, one stands for sixteen zeros, the others for the end.
                let ends = size == 0 && run < 15;
                let passed = if ends { END } else { run + 1 };
                if coefficients + passed >= NONE && !ends {
                    break;
                }
                (coefficients, length) = (coefficients + passed, whole);
                if ends {
                    break;
                }
            }
            if length > 0 {
                *steps = Steps::new(coefficients, length);
            }
        }
        Self(steps)
    }

    /// Passes over the rest of a block, from the coefficient at `index` of the zigzag on. Returns whether all of it lay
    /// in the block.
    #[inline(always)]
    pub(super) fn pass(&self, mut index: usize, table: &Table, bits: &mut BitReader<'_>) -> bool {
        'fill: loop {
            // As many times as one filling is enough for.
            bits.top_up(4 * LOOK);
            for _ in 0..4 {
                let steps = self.0[bits.peek(LOOK) as usize];
                let next = index + steps.coefficients();
                if next < NONE {
                    bits.skip(steps.length());
                    index = next;
                } else if (END..END + NONE).contains(&next) {
                    bits.skip(steps.length());
                    return true;
                } else {
                    match table.pass(index, bits) {
                        Some(next) if next < 64 => index = next,
                        Some(next) => return next == 64,
                        None => return true,
                    }
                    continue 'fill;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::jpeg::huffman::Codes;
    use crate::codec::jpeg::huffman::tests::codes;
    use proptest::prelude::*;

    /// The slow twin: code by code.
    fn pass_slowly(mut index: usize, table: &Table, bits: &mut BitReader<'_>) -> bool {
        while index < 64 {
            match table.pass(index, bits) {
                Some(next) => index = next,
                None => return true,
            }
        }
        index == 64
    }

    proptest! {
        #[test]
        fn several_at_once_are_as_one_by_one(
            codes in prop_oneof![codes(), any::<bool>().prop_map(Codes::standard_ac)],
            bytes in prop::collection::vec(prop_oneof![9 => any::<u8>(), 1 => Just(0)], 0..300),
            starts in prop::collection::vec(1_usize..64, 1..100),
        ) {
            let table = codes.table().unwrap();
            let passing = Passing::of(&table);
            let mut quick = BitReader::new(&bytes, 0);
            let mut slow = quick.clone();
            for start in starts {
                prop_assert_eq!(
                    passing.pass(start, &table, &mut quick),
                    pass_slowly(start, &table, &mut slow)
                );
                prop_assert_eq!(quick.overran(), slow.overran());
                if quick.overran() {
                    break;
                }
                // That they stand at the same bit, the next ones tell.
                prop_assert_eq!(quick.clone().take(31), slow.clone().take(31));
            }
            prop_assert_eq!(quick.leave(), slow.leave());
        }
    }
}
