//! The entropy-coded blocks of progressive scans: a band of coefficients, or one more bit of them.

use super::bits::BitReader;
use super::flaw::{self, Checked};
use super::huffman::Table;
use super::sequential::{Block, low_half};
use super::tables::ZIGZAG;

/// The first coefficients, without their lowest bits. `previous` is that of the block before.
#[inline]
pub(super) fn first_dc(table: &Table, previous: &mut i32, low: u8, bits: &mut BitReader<'_>, block: &mut Block) {
    bits.fill();
    *previous = previous.wrapping_add(table.difference(bits));
    block[0] = low_half(previous.wrapping_shl(low.into()));
}

/// One more bit of the first coefficient.
#[inline]
pub(super) fn refine_dc(low: u8, bits: &mut BitReader<'_>, block: &mut Block) {
    block[0] |= i16::from(bits.take_bit()) << low;
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
    pub(super) fn begin(&mut self, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        if self.ended > 0 {
            self.ended -= 1;
            return Ok(());
        }
        let mut index = self.first;
        while index <= self.last {
            bits.fill();
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
            block[usize::from(ZIGZAG[index])] = low_half(value << self.low);
            index += 1;
        }
        if index > self.last + 1 { Err(flaw::PAST_THE_BLOCK) } else { Ok(()) }
    }

    /// One more bit of the band's coefficients, and those that only become other than zero by it.
    pub(super) fn refine(&mut self, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        let mut index = self.first;
        while self.ended == 0 && index <= self.last {
            bits.fill();
            let symbol = self.table.plain_symbol(bits);
            let (run, size) = (symbol >> 4, symbol & 15);
            let value = match size {
                0 if run < 15 => {
                    self.ended = end_of_band(run, bits);
                    break;
                }
                0 => 0,
                1 if bits.take(1) == 1 => 1 << self.low,
                1 => -1 << self.low,
                _ => return Err(flaw::BAD_REFINEMENT),
            };
            index = self.refine_run(index, run.into(), bits, block);
            if value != 0 {
                let place = ZIGZAG.get(index).filter(|_| index <= self.last);
                let Some(&place) = place else { return Err(flaw::PAST_THE_BLOCK) };
                block[usize::from(place)] = value;
            }
            index += 1;
        }
        if self.ended > 0 {
            self.refine_run(index, 64, bits, block);
            self.ended -= 1;
        }
        Ok(())
    }

    /// Refines what is not zero, from `index` on, until so many zeros were passed over and another one is met.
    /// Returns where that is, or what is behind the band.
    fn refine_run(&self, index: usize, mut zeros: u32, bits: &mut BitReader<'_>, block: &mut Block) -> usize {
        for index in index..=self.last {
            let value = &mut block[usize::from(ZIGZAG[index])];
            if *value == 0 {
                if zeros == 0 {
                    return index;
                }
                zeros -= 1;
            } else if bits.take_bit() && *value & 1 << self.low == 0 {
                *value = value.wrapping_add(if *value > 0 { 1 << self.low } else { -1 << self.low });
            }
        }
        self.last + 1
    }
}

/// For how many blocks, this one included, the band is at its end: the bits for it are of `size`, at most 14.
fn end_of_band(size: u8, bits: &mut BitReader<'_>) -> u32 {
    (1 << size) + bits.take(size.into())
}
