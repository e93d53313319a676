//! Quantized blocks to the symbols of scans: every scan is walked twice, once to count and once to write.

use super::Quantized;
use super::quantize::{Block, Component, magnitude};
use crate::simd;

/// What becomes of the symbols of a scan.
pub(super) trait Sink {
    /// A symbol of the table `table`, and `len` bits that follow it.
    fn symbol(&mut self, table: usize, symbol: u8, bits: u32, len: u32);
    /// Bits for which there is no symbol.
    fn bits(&mut self, bits: u32, len: u32);
}

/// A pass over some coefficients of some components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    /// Which components, by their place in the file.
    pub(super) components: Vec<usize>,
    /// The first and the last coefficient.
    pub(super) first: u8,
    pub(super) last: u8,
    /// The bit that an earlier scan has given; 0 for none.
    pub(super) above: u8,
    /// The lowest bit that this scan gives.
    pub(super) lowest: u8,
}

impl Scan {
    /// All of the coefficients of all components.
    pub(super) fn baseline() -> Self {
        Self { components: vec![0, 1, 2], first: 0, last: 63, above: 0, lowest: 0 }
    }

    /// The means of all components.
    pub(super) fn means() -> Self {
        Self { last: 0, ..Self::baseline() }
    }

    /// A band of one component, complete.
    pub(super) fn band(component: usize, first: u8, last: u8) -> Self {
        Self { components: vec![component], first, last, above: 0, lowest: 0 }
    }

    /// The number of the code that a component's symbols use, of the means or the others.
    pub(super) fn table(component: usize) -> usize {
        component.min(1)
    }

    /// Gives the scan's symbols to the sink. Tables 0 and 1 are those of the means, 2 and 3 the others'.
    pub(super) fn walk(&self, picture: &Quantized, sink: &mut impl Sink) {
        simd::dispatch(
            #[inline(always)]
            || self.walk_all(picture, sink),
        );
    }

    #[inline(always)]
    fn walk_all(&self, picture: &Quantized, sink: &mut impl Sink) {
        if self.first == 0 {
            return interleaved(picture, self.last > 0, sink);
        }
        for &component in &self.components {
            let (blocks, table) = (&picture.components[component], Self::table(component) + 2);
            if self.above == 0 {
                band(blocks, table, self, sink);
            } else {
                refinement(blocks, table, self, sink);
            }
        }
    }
}

/// The means, and after each the rest of its block if they are wanted, in units of some blocks of each component.
#[inline(always)]
fn interleaved(picture: &Quantized, all: bool, sink: &mut impl Sink) {
    let [_, chroma, _] = &picture.components;
    let rows = chroma.len() / chroma.across;
    let mut before = [0; 3];
    for row in 0..rows {
        for unit in 0..chroma.across {
            for (number, component) in picture.components.iter().enumerate() {
                let (right, down) = picture.blocks_per_unit(number);
                for y in row * down..(row + 1) * down {
                    for x in unit * right..(unit + 1) * right {
                        // Units reach beyond the edges; what is there is not seen, and costs least as it was before.
                        let inside = x < component.across;
                        let block = component.get(y * component.across + x).filter(|_| inside);
                        let (mean, detail) = block.unwrap_or((before[number], None));
                        let step = i32::from(mean) - i32::from(before[number]);
                        before[number] = mean;
                        let len = magnitude(step.unsigned_abs());
                        #[expect(clippy::cast_possible_truncation, reason = "at most 12")]
                        sink.symbol(Scan::table(number), len as u8, signed(step, len), len);
                        if all {
                            coefficients(detail, Scan::table(number) + 2, sink);
                        }
                    }
                }
            }
        }
    }
}

/// The bits of a number that is told apart by its sign: a negative one's less one (ITU-T T.81, F.1.2.1).
#[inline(always)]
fn signed(value: i32, len: u32) -> u32 {
    let low = value + (value >> 31);
    low.cast_unsigned() & ((1 << len) - 1)
}

/// All coefficients of a block but its mean.
#[inline(always)]
fn coefficients(block: Option<&Block>, table: usize, sink: &mut impl Sink) {
    let mut before = 0;
    if let Some(block) = block {
        let mut present = block.present;
        while present != 0 {
            let index = present.trailing_zeros();
            present &= present - 1;
            let run = zeros(index - before - 1, table, sink);
            before = index;
            let value = i32::from(block.values[index as usize]);
            let len = magnitude(value.unsigned_abs());
            sink.symbol(table, symbol(run, len), signed(value, len), len);
        }
    }
    if before < 63 {
        sink.symbol(table, 0, 0, 0);
    }
}

/// The symbols for every sixteen of a run of zeros; returns how many are left.
#[inline(always)]
fn zeros(mut run: u32, table: usize, sink: &mut impl Sink) -> u32 {
    while run > 15 {
        sink.symbol(table, 0xf0, 0, 0);
        run -= 16;
    }
    run
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "both have 4 bits")]
fn symbol(run: u32, len: u32) -> u8 {
    (run << 4 | len) as u8
}

/// The first pass over a band, without its lowest bits. Blocks that end together are counted.
#[inline(always)]
fn band(blocks: &Component, table: usize, scan: &Scan, sink: &mut impl Sink) {
    let wanted = wanted(scan);
    let mut ends = Ends::new(table);
    for (_, block) in blocks.iter() {
        let Some(block) = block else {
            ends.count(sink);
            continue;
        };
        let mut present = block.present & wanted;
        let mut before = u32::from(scan.first) - 1;
        while present != 0 {
            let index = present.trailing_zeros();
            present &= present - 1;
            let value = i32::from(block.values[index as usize]);
            let cut = value.unsigned_abs() >> scan.lowest;
            if cut == 0 {
                continue;
            }
            ends.tell(sink);
            let run = zeros(index - before - 1, table, sink);
            before = index;
            let len = magnitude(cut);
            let cut = if value < 0 { -cut.cast_signed() } else { cut.cast_signed() };
            sink.symbol(table, symbol(run, len), signed(cut, len), len);
        }
        if before < u32::from(scan.last) {
            ends.count(sink);
        }
    }
    ends.tell(sink);
}

/// The bits of the coefficients of a scan.
fn wanted(scan: &Scan) -> u64 {
    u64::MAX << scan.first & u64::MAX >> (63 - scan.last)
}

/// Blocks that have ended and are not told yet, with the bits that refine what they had.
#[derive(Debug)]
struct Ends {
    table: usize,
    blocks: u32,
    refining: Vec<bool>,
}

impl Ends {
    /// The most bits kept back: the decoder keeps none, but some encoders' limit is this.
    const MOST: usize = 937;

    fn new(table: usize) -> Self {
        Self { table, blocks: 0, refining: Vec::new() }
    }

    fn count(&mut self, sink: &mut impl Sink) {
        self.blocks += 1;
        if self.blocks == 0x7fff || self.refining.len() > Self::MOST {
            self.tell(sink);
        }
    }

    #[inline(always)]
    fn tell(&mut self, sink: &mut impl Sink) {
        if self.blocks > 0 {
            let len = magnitude(self.blocks) - 1;
            sink.symbol(self.table, symbol(len, 0), self.blocks & ((1 << len) - 1), len);
            self.blocks = 0;
            tell_bits(&self.refining, sink);
            self.refining.clear();
        }
    }
}

fn tell_bits(bits: &[bool], sink: &mut impl Sink) {
    for &bit in bits {
        sink.bits(bit.into(), 1);
    }
}

/// A pass that gives one more bit of a band (ITU-T T.81, G.1.2.3).
#[inline(always)]
fn refinement(blocks: &Component, table: usize, scan: &Scan, sink: &mut impl Sink) {
    let wanted = wanted(scan);
    let mut ends = Ends::new(table);
    let mut refining = Vec::with_capacity(64);
    for (_, block) in blocks.iter() {
        let Some(block) = block else {
            ends.count(sink);
            continue;
        };
        let cut = |index: u32| u32::from(block.values[index as usize].unsigned_abs()) >> scan.lowest;
        // Zeros beyond the last coefficient that appears now need not be told one by one.
        let mut appears = 0;
        let mut left = block.present & wanted;
        while left != 0 {
            let index = left.trailing_zeros();
            left &= left - 1;
            if cut(index) == 1 {
                appears = index;
            }
        }
        let (mut run, mut before) = (0, u32::from(scan.first));
        let mut present = block.present & wanted;
        while present != 0 {
            let index = present.trailing_zeros();
            present &= present - 1;
            let cut = cut(index);
            if cut == 0 {
                continue;
            }
            run += index - before;
            before = index + 1;
            while run > 15 && index <= appears {
                ends.tell(sink);
                sink.symbol(table, 0xf0, 0, 0);
                run -= 16;
                tell_bits(&refining, sink);
                refining.clear();
            }
            if cut > 1 {
                refining.push(cut & 1 == 1);
                continue;
            }
            ends.tell(sink);
            sink.symbol(table, symbol(run, 1), u32::from(block.values[index as usize] > 0), 1);
            tell_bits(&refining, sink);
            refining.clear();
            run = 0;
        }
        run += u32::from(scan.last) + 1 - before;
        if run > 0 || !refining.is_empty() {
            ends.refining.append(&mut refining);
            ends.count(sink);
        }
    }
    ends.tell(sink);
}
