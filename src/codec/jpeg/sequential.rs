//! The entropy-coded blocks of sequential scans: every coefficient at once.

use super::bits::BitReader;
use super::huffman::Table;
use super::tables::ZIGZAG;

/// The coefficients of a block, in rows.
pub(super) type Block = [i16; 64];

/// What a component's blocks are decoded with.
#[derive(Debug)]
pub(super) struct Coding {
    pub(super) dc: Table,
    pub(super) ac: Table,
    /// The first coefficient of the block before.
    pub(super) previous: i32,
}

impl Coding {
    /// Reads a block into `block`, which is all zero, and returns the place of its last coefficient, by zigzag.
    ///
    /// Where the data end within the block, it is filled by what zeros would mean: see [`BitReader::overran`].
    #[inline]
    pub(super) fn read(&mut self, bits: &mut BitReader<'_>, block: &mut Block) -> usize {
        bits.fill();
        self.previous = self.previous.wrapping_add(self.dc.difference(bits));
        block[0] = low_half(self.previous);
        let (mut index, mut last) = (1, 0);
        while index < 64 {
            bits.fill();
            let entry = self.ac.look(bits);
            let value = if entry.value() != 0 {
                bits.skip(entry.length());
                index += entry.run();
                entry.value()
            } else {
                let symbol = self.ac.symbol(entry, bits);
                let size = u32::from(symbol & 15);
                if size == 0 {
                    // Sixteen zeros, or the end of the block.
                    if symbol != 0xf0 {
                        break;
                    }
                    index += 16;
                    continue;
                }
                index += usize::from(symbol >> 4);
                low_half(bits.take_signed(size))
            };
            // As in libjpeg, what lies beyond the block becomes its last coefficient.
            let place = ZIGZAG.get(index).map_or(63, |place| place & 63);
            block[usize::from(place)] = value;
            last = index.min(63);
            index += 1;
        }
        if index > 64 {
            bits.note_stray();
        }
        last
    }
}

/// The lower 16 bits, which is what libjpeg keeps of a coefficient that hostile data drive out of range.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "that is the purpose")]
pub(super) fn low_half(value: i32) -> i16 {
    value as i16
}
