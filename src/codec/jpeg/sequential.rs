//! The entropy-coded blocks of sequential scans: every coefficient at once, as far as they are needed; and of the only
//! scan of a picture, on to their strips.

use std::rc::Rc;

use super::bits::BitReader;
use super::frame::Component;
use super::huffman::Table;
use super::idct::{Extent, idct};
use super::passing::Passing;
use super::reduced;
use super::strips::Strip;
use super::tables::Quantization;
use super::tables::ZIGZAG;

/// The coefficients of a block, in rows.
pub(super) type Block = [i16; 64];

/// What a component's blocks are decoded with.
#[derive(Debug)]
pub(super) struct Coding {
    pub(super) dc: Table,
    pub(super) ac: Table,
    /// For the coefficients that are not needed, if there are any.
    pub(super) passing: Option<Rc<Passing>>,
    /// The first coefficient of the block before.
    pub(super) previous: i32,
}

/// Reads a component of the only scan: its blocks of each unit, on their way to its strip.
pub(super) struct ComponentReader<'a> {
    across: usize,
    down: usize,
    tile: usize,
    factors: &'a Quantization,
    coding: Coding,
}

impl<'a> ComponentReader<'a> {
    pub(super) fn new(component: &Component, factors: &'a Quantization, coding: Coding) -> Self {
        let Component { sampling, tile, .. } = *component;
        Self { across: sampling.across.into(), down: sampling.down.into(), tile, factors, coding }
    }

    /// Forgets what went before: the data begin anew.
    pub(super) fn restart(&mut self) {
        self.coding.previous = 0;
    }

    /// Reads the component's blocks of a unit, as far as they are needed, and lays down what becomes of them.
    #[inline(always)]
    pub(super) fn read(&mut self, unit: usize, bits: &mut BitReader<'_>, strip: &mut Strip) {
        let factors = self.factors;
        match self.tile {
            8 => self.read_tiles::<8, 63>(
                unit,
                bits,
                strip,
                #[inline(always)]
                |block, last| idct(block, factors, Extent::up_to(last)),
            ),
            4 => self.read_tiles::<4, 24>(
                unit,
                bits,
                strip,
                #[inline(always)]
                |block, last| reduced::four(block, factors, last),
            ),
            2 => self.read_tiles::<2, 4>(
                unit,
                bits,
                strip,
                #[inline(always)]
                |block, _| reduced::two(block, factors),
            ),
            _ => self.read_tiles::<1, 0>(
                unit,
                bits,
                strip,
                #[inline(always)]
                |block, _| reduced::one(block, factors),
            ),
        }
    }

    #[inline(always)]
    fn read_tiles<const N: usize, const NEEDED: usize>(
        &mut self,
        unit: usize,
        bits: &mut BitReader<'_>,
        strip: &mut Strip,
        tile: impl Fn(&Block, usize) -> [[u8; N]; N],
    ) {
        let first = unit * self.across;
        for y in 0..self.down {
            for x in 0..self.across {
                let mut block = [0; 64];
                let mut last = self.coding.read::<NEEDED>(bits, &mut block);
                if bits.overran() {
                    (block, last) = ([0; 64], 0);
                }
                strip.put(first + x, y, &tile(&block, last));
            }
        }
    }
}

impl Coding {
    /// Reads a block into `block`, which is all zero, and returns the place of its last coefficient, by zigzag. Of
    /// those behind `NEEDED` some may be left out.
    ///
    /// Where the data end within the block, it is filled by what zeros would mean: see [`BitReader::overran`].
    #[inline(always)]
    pub(super) fn read<const NEEDED: usize>(&mut self, bits: &mut BitReader<'_>, block: &mut Block) -> usize {
        bits.top_up(32);
        self.previous = self.previous.wrapping_add(self.dc.difference(bits));
        block[0] = low_half(self.previous);
        let (mut index, mut last) = (1, 0);
        while index <= NEEDED {
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
                        return last;
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
        let whole = match &self.passing {
            Some(passing) if NEEDED < 63 && index < 64 => passing.pass(index, &self.ac, bits),
            _ => index <= 64,
        };
        if !whole {
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
