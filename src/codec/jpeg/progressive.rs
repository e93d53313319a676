//! The entropy-coded blocks of progressive scans: a band of coefficients, or one more bit of them.
//!
//! Which coefficients of a block are not zero is kept beside them, a bit each in the order of the zigzag: refining
//! looks for runs of zeros, and in bits these are found at once.

use super::bits::BitReader;
use super::flaw::{self, Checked};
use super::huffman::Table;
use super::sequential::{Block, low_half};
use super::tables::ZIGZAG;

/// The first coefficients, without their lowest bits. `previous` is that of the block before.
#[inline(always)]
pub(super) fn first_dc(table: &Table, previous: &mut i32, low: u8, bits: &mut BitReader<'_>, value: &mut i16) {
    *previous = previous.wrapping_add(table.difference(bits));
    *value = low_half(previous.wrapping_shl(low.into()));
}

/// One more bit of the first coefficient.
#[inline(always)]
pub(super) fn refine_dc(low: u8, bits: &mut BitReader<'_>, value: &mut i16) {
    *value |= i16::from(bits.take_bit()) << low;
}

/// The band of a scan, and for how many blocks it is known to hold nothing more.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) table: Table,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) low: u8,
    /// How many blocks, the next among them, have no more coefficients that become other than zero.
    pub(super) ended: u32,
}

impl Band {
    /// The band's coefficients without their lowest bits.
    #[inline(always)]
    pub(super) fn begin(&mut self, bits: &mut BitReader<'_>, block: &mut Block, nonzero: &mut u64) -> Checked<()> {
        if self.ended > 0 {
            self.ended -= 1;
            return Ok(());
        }
        let mut index = self.first;
        while index <= self.last {
            let entry = self.table.look(bits);
            let value = if entry.value() != 0 {
                bits.skip(entry.length());
                index += entry.run();
                i32::from(entry.value())
            } else {
                let symbol = self.table.symbol(entry, bits);
                let (run, size) = (symbol >> 4, u32::from(symbol & 15));
                if size == 0 {
                    if run < 15 {
                        self.ended = end_of_band(run, bits) - 1;
                        return Ok(());
                    }
                    index += 16;
                    continue;
                }
                index += usize::from(run);
                bits.take_signed(size)
            };
            if index > self.last {
                return Err(flaw::PAST_THE_BLOCK);
            }
            let value = low_half(value << self.low);
            block[usize::from(ZIGZAG[index])] = value;
            *nonzero |= u64::from(value != 0) << index;
            index += 1;
        }
        if index > self.last + 1 { Err(flaw::PAST_THE_BLOCK) } else { Ok(()) }
    }

    /// Forgets what [`begin`](Self::begin) has read into a block.
    pub(super) fn undo_begin(&self, block: &mut Block) {
        ZIGZAG[self.first..=self.last].iter().for_each(|&place| block[usize::from(place)] = 0);
    }

    /// One more bit of the band's coefficients, and those that only become other than zero by it.
    ///
    /// The bits of the former are gathered, and added when the block is read: a loop for each symbol would end where no
    /// processor can foresee.
    #[inline(always)]
    pub(super) fn refine(&mut self, bits: &mut BitReader<'_>, block: &mut Block, nonzero: &mut u64) -> Checked<()> {
        let band = places(self.first, self.last + 1);
        let refined = *nonzero & band;
        // What is still ahead: of zeros, and of the others.
        let (mut zeros, mut rest) = (band & !refined, refined);
        let mut gathered = 0;
        while self.ended == 0 && zeros | rest != 0 {
            let entry = self.table.look(bits);
            let (run, value) = if entry.value() != 0 {
                bits.skip(entry.length());
                (entry.run(), entry.value())
            } else {
                let symbol = self.table.symbol(entry, bits);
                let run = usize::from(symbol >> 4);
                match symbol & 15 {
                    0 if run < 15 => {
                        self.ended = end_of_band(symbol >> 4, bits);
                        break;
                    }
                    0 => (run, 0),
                    1 => (run, if bits.take_bit() { 1 } else { -1 }),
                    _ => return Err(flaw::BAD_REFINEMENT),
                }
            };
            if value.unsigned_abs() > 1 {
                return Err(flaw::BAD_REFINEMENT);
            }
            zeros = without(zeros, run);
            // The bit of the zero that is reached. Where there is none, all bits are below it.
            let reached = zeros & zeros.wrapping_neg();
            zeros ^= reached;
            let below = reached.wrapping_sub(1);
            gathered = gather(gathered, rest & below, bits);
            rest &= !below;
            if value != 0 {
                if reached == 0 {
                    return Err(flaw::PAST_THE_BLOCK);
                }
                block[place(reached)] = value << self.low;
                *nonzero |= reached;
            }
        }
        if self.ended > 0 {
            gathered = gather(gathered, rest, bits);
            self.ended -= 1;
        }
        self.add(refined, gathered, block);
        Ok(())
    }

    /// Adds a bit to each of these coefficients, which are not zero.
    #[inline(always)]
    fn add(&self, mut refined: u64, gathered: u64, block: &mut Block) {
        // The first from the left.
        let mut gathered = gathered << 1 << (63 - refined.count_ones());
        while refined != 0 {
            let value = &mut block[place(refined)];
            // Without a branch on the bit or the sign, which are as good as random.
            let grows = i16::from(gathered.cast_signed() < 0) & !(*value >> self.low);
            let sign = *value >> 15;
            *value = value.saturating_add((grows << self.low ^ sign) - sign);
            refined &= refined - 1;
            gathered <<= 1;
        }
    }

    /// Forgets what [`refine`](Self::refine) has read into a block: the bit that was added to what is not zero.
    pub(super) fn undo_refine(&self, block: &mut Block) {
        for &place in &ZIGZAG[self.first..=self.last] {
            let value = &mut block[usize::from(place)];
            let kept = low_half(i32::from(value.unsigned_abs() & !(1 << self.low)));
            *value = if *value < 0 { kept.wrapping_neg() } else { kept };
        }
    }
}

/// A bit for each place of the zigzag from `start` to before `end`, which is 64 at most.
#[inline(always)]
fn places(start: usize, end: usize) -> u64 {
    let below = |place: usize| if place < 64 { (1 << place) - 1 } else { u64::MAX };
    below(end) & !below(start)
}

/// Where in the block the coefficient is whose bit is the lowest that is set.
#[inline(always)]
fn place(bits: u64) -> usize {
    usize::from(ZIGZAG[bits.trailing_zeros() as usize & 63] & 63)
}

/// Bits without the `count` lowest that are set.
#[inline(always)]
fn without(mut bits: u64, count: usize) -> u64 {
    // Most often they are few, and then it is done without a branch.
    for passed in 0..4 {
        let without_lowest = bits & bits.wrapping_sub(1);
        bits = if passed < count { without_lowest } else { bits };
    }
    for _ in 4..count {
        bits &= bits.wrapping_sub(1);
    }
    bits
}

/// Takes a bit for each of `places`, and puts them behind those gathered so far.
#[inline(always)]
fn gather(gathered: u64, places: u64, bits: &mut BitReader<'_>) -> u64 {
    let mut count = places.count_ones();
    let mut gathered = gathered;
    while count > 31 {
        gathered = gathered << 31 | u64::from(bits.take(31));
        count -= 31;
    }
    gathered << count | u64::from(bits.take(count))
}

/// For how many blocks, this one included, the band is at its end: the bits for it are of `size`, at most 14.
fn end_of_band(size: u8, bits: &mut BitReader<'_>) -> u32 {
    (1 << size) + bits.take(size.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::jpeg::huffman::Codes;
    use proptest::prelude::*;

    /// The slow twin of [`Band::refine`]: place by place, as the standard has it (ITU-T T.81, G.1.2.3).
    fn refine_slowly(band: &mut Band, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        let mut index = band.first;
        let one = 1 << band.low;
        let grow = |value: &mut i16, bits: &mut BitReader<'_>| {
            if bits.take_bit() && *value & one == 0 {
                *value = value.saturating_add(if *value > 0 { one } else { -one });
            }
        };
        while band.ended == 0 && index <= band.last {
            let symbol = band.table.plain_symbol(bits);
            let (mut run, size) = (symbol >> 4, symbol & 15);
            let value = match (size, run) {
                (0, 15) => 0,
                (0, _) => {
                    band.ended = end_of_band(run, bits);
                    break;
                }
                (1, _) => {
                    if bits.take_bit() {
                        one
                    } else {
                        -one
                    }
                }
                _ => return Err(flaw::BAD_REFINEMENT),
            };
            loop {
                if index > band.last {
                    if value != 0 {
                        return Err(flaw::PAST_THE_BLOCK);
                    }
                    break;
                }
                let here = &mut block[usize::from(ZIGZAG[index])];
                index += 1;
                if *here != 0 {
                    grow(here, bits);
                } else if run > 0 {
                    run -= 1;
                } else {
                    *here = value;
                    break;
                }
            }
        }
        if band.ended > 0 {
            for &place in &ZIGZAG[index..=band.last] {
                if block[usize::from(place)] != 0 {
                    grow(&mut block[usize::from(place)], bits);
                }
            }
            band.ended -= 1;
        }
        Ok(())
    }

    fn nonzero(block: &Block) -> u64 {
        (0..64).filter(|&index| block[usize::from(ZIGZAG[index])] != 0).fold(0, |all, index| all | 1 << index)
    }

    /// A block before it is refined: whatever it has has no bits below the one that is read next.
    fn before(low: u8) -> impl Strategy<Value = Block> {
        let value = prop_oneof![3 => Just(0), 1 => -20_i16..=20];
        prop::collection::vec(value, 64).prop_map(move |values| std::array::from_fn(|at| values[at] << (low + 1)))
    }

    proptest! {
        #[test]
        fn refining_by_bits_is_as_place_by_place(
            (low, blocks) in (0_u8..4).prop_flat_map(|low| (Just(low), prop::collection::vec(before(low), 1..20))),
            (first, length) in (1_usize..64, 0_usize..63),
            bytes in prop::collection::vec(0_u8..255, 0..200),
        ) {
            // Runs and ends of bands, and coefficients of one bit, with codes of 8 bits but for the last, of which none
            // is all ones.
            let symbols: Vec<u8> = (0..16).flat_map(|run| [run << 4, run << 4 | 1]).collect();
            let mut body = vec![0; 16];
            body[4] = 31;
            body[5] = 1;
            body.extend(symbols);
            let table = Codes::read(&body).unwrap().0.table().unwrap();
            let last = (first + length).min(63);
            let mut quick = Band { table: table.clone(), first, last, low, ended: 0 };
            let mut slow = Band { table, first, last, low, ended: 0 };
            let (mut bits, mut slow_bits) = (BitReader::new(&bytes, 0), BitReader::new(&bytes, 0));
            for block in blocks {
                let (mut refined, mut expected) = (block, block);
                let mut which = nonzero(&block);
                let result = quick.refine(&mut bits, &mut refined, &mut which);
                prop_assert_eq!(&result, &refine_slowly(&mut slow, &mut slow_bits, &mut expected));
                if result.is_err() || bits.overran() {
                    quick.undo_refine(&mut refined);
                    prop_assert_eq!(refined, block);
                    break;
                }
                prop_assert_eq!(refined, expected);
                prop_assert_eq!(which, nonzero(&refined));
                prop_assert_eq!(quick.ended, slow.ended);
                prop_assert_eq!(bits.clone().take(31), slow_bits.clone().take(31));
                quick.undo_refine(&mut refined);
                prop_assert_eq!(refined, block);
            }
        }
    }
}
