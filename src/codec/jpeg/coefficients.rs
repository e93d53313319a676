//! The coefficients of a whole picture, for files that spread them over several scans; or the first of each block,
//! where no more is needed.

use super::bits::BitReader;
use super::flaw::{self, Checked, Stop};
use super::frame::{Component, Frame};
use super::huffman::Table;
use super::progressive::{self, Band};
use super::scan::{Layout, Part, Progress, Restarts, Scan};
use super::sequential::{Block, Coding};
use super::strips::{Sink, Strips};
use super::tables::{Quantization, Tables, ZIGZAG};
use crate::error::Error;
use crate::limits::Watch;
use crate::simd;

/// What the scans have brought so far.
#[derive(Debug)]
pub(super) struct Coefficients<'f> {
    frame: &'f Frame,
    planes: Vec<Plane>,
    progress: Progress,
}

/// The coefficients of one component.
#[derive(Debug)]
struct Plane {
    component: Component,
    /// The table as it stood when the component's first scan began.
    factors: Option<Quantization>,
    /// How many coefficients of each block are kept: all 64, or the first alone.
    kept: usize,
    /// These, block by block in rows, as many as the units of all components hold.
    values: Vec<i16>,
    /// Which of a block's coefficients are not zero, a bit each by zigzag; or the last of them alone. Not the first,
    /// which may be any. Empty where the first alone is kept.
    nonzero: Vec<u64>,
    /// How many rows of blocks the component's first scan has filled.
    filled: usize,
}

/// How the blocks of a scan are read.
trait Method {
    /// Forgets what went before: the data begin anew.
    fn restart(&mut self);

    /// Reads a block of the scan's part of this index, and notes which of its coefficients are not zero.
    fn read(&mut self, part: usize, bits: &mut BitReader<'_>, block: &mut [i16], nonzero: &mut u64) -> Checked<()>;

    /// Leaves a block as it was before it was read: a scan adds to it only what was not there before, which is what
    /// [`Progress::begin`] sees to.
    fn undo(&self, block: &mut [i16]);
}

struct Sequential(Vec<Coding>);

struct FirstDc {
    codings: Vec<(Table, i32)>,
    low: u8,
}

struct RefineDc {
    low: u8,
}

struct FirstAc(Band);

struct RefineAc(Band);

impl Method for Sequential {
    fn restart(&mut self) {
        self.0.iter_mut().for_each(|coding| coding.previous = 0);
    }

    #[inline(always)]
    fn read(&mut self, part: usize, bits: &mut BitReader<'_>, block: &mut [i16], nonzero: &mut u64) -> Checked<()> {
        if let Some(block) = block.first_chunk_mut() {
            *nonzero = 1 << self.0[part].read::<63>(bits, block);
        } else {
            let mut whole = [0; 64];
            self.0[part].read::<0>(bits, &mut whole);
            block.copy_from_slice(&whole[..block.len()]);
        }
        Ok(())
    }

    fn undo(&self, block: &mut [i16]) {
        block.fill(0);
    }
}

impl Method for FirstDc {
    fn restart(&mut self) {
        self.codings.iter_mut().for_each(|(_, previous)| *previous = 0);
    }

    #[inline(always)]
    fn read(&mut self, part: usize, bits: &mut BitReader<'_>, block: &mut [i16], _: &mut u64) -> Checked<()> {
        let (table, previous) = &mut self.codings[part];
        progressive::first_dc(table, previous, self.low, bits, &mut block[0]);
        Ok(())
    }

    fn undo(&self, block: &mut [i16]) {
        block[0] = 0;
    }
}

impl Method for RefineDc {
    fn restart(&mut self) {}

    #[inline(always)]
    fn read(&mut self, _: usize, bits: &mut BitReader<'_>, block: &mut [i16], _: &mut u64) -> Checked<()> {
        progressive::refine_dc(self.low, bits, &mut block[0]);
        Ok(())
    }

    fn undo(&self, _: &mut [i16]) {
        // A bit that is missing reads as zero, and adds nothing.
    }
}

impl Method for FirstAc {
    fn restart(&mut self) {
        self.0.ended = 0;
    }

    #[inline(always)]
    fn read(&mut self, _: usize, bits: &mut BitReader<'_>, block: &mut [i16], nonzero: &mut u64) -> Checked<()> {
        match block.first_chunk_mut() {
            Some(block) => self.0.begin(bits, block, nonzero),
            None => Ok(()),
        }
    }

    fn undo(&self, block: &mut [i16]) {
        if let Some(block) = block.first_chunk_mut() {
            self.0.undo_begin(block);
        }
    }
}

impl Method for RefineAc {
    fn restart(&mut self) {
        self.0.ended = 0;
    }

    #[inline(always)]
    fn read(&mut self, _: usize, bits: &mut BitReader<'_>, block: &mut [i16], nonzero: &mut u64) -> Checked<()> {
        match block.first_chunk_mut() {
            Some(block) => self.0.refine(bits, block, nonzero),
            None => Ok(()),
        }
    }

    fn undo(&self, block: &mut [i16]) {
        if let Some(block) = block.first_chunk_mut() {
            self.0.undo_refine(block);
        }
    }
}

impl<'f> Coefficients<'f> {
    /// Takes the memory for `all` coefficients of a frame, or for those that are needed: of a component of which each
    /// block becomes one sample, that is one of each.
    pub(super) fn new(frame: &'f Frame, all: bool) -> Self {
        let kept = |component: &Component| if component.tile == 1 && !all { 1 } else { 64 };
        let plane = |component: &Component| Plane {
            component: *component,
            factors: None,
            kept: kept(component),
            values: vec![0; component.padded.area() * kept(component)],
            nonzero: vec![0; if kept(component) == 1 { 0 } else { component.padded.area() }],
            filled: 0,
        };
        Self {
            frame,
            planes: frame.components.iter().map(plane).collect(),
            progress: Progress::new(frame.components.len()),
        }
    }

    /// How much memory that is, in bytes.
    pub(super) fn bytes(frame: &Frame) -> u64 {
        frame
            .components
            .iter()
            .map(|component| component.padded.area() as u64 * (size_of::<Block>() + size_of::<u64>()) as u64)
            .sum()
    }

    /// Whether a scan has any of the coefficients that are kept.
    pub(super) fn needs(&self, scan: &Scan) -> bool {
        // Those of sequential pictures have all coefficients, whatever they say.
        !self.frame.progressive
            || scan.parts.iter().any(|part| usize::from(scan.first) < self.planes[part.component].kept)
    }

    /// Notes a scan whose data are not needed.
    pub(super) fn pass_over(&mut self, scan: &Scan) -> Checked<()> {
        self.progress.begin(scan)
    }

    /// Takes in the data of a scan.
    pub(super) fn read_scan(
        &mut self,
        scan: &Scan,
        tables: &Tables,
        bits: &mut BitReader<'_>,
        watch: &Watch<'_>,
    ) -> Result<(), Stop> {
        for part in &scan.parts {
            let plane = &mut self.planes[part.component];
            if plane.factors.is_none() {
                plane.factors = Some(*tables.quantization(plane.component.quantization)?);
            } else if !self.frame.progressive {
                // There may be millions of such scans in a file, and nothing but the last would count.
                return Err(flaw::COMPONENT_TWICE.into());
            }
        }
        let layout = scan.layout(self.frame);
        let restarts = Restarts::new(tables.restart_interval(), layout.down * layout.across);
        if !self.frame.progressive {
            let codings = scan.codings(tables, |part| self.planes[part.component].kept == 1)?;
            return self.run(scan, restarts, bits, watch, Sequential(codings));
        }
        self.progress.begin(scan)?;
        let (first, last, low) = (scan.first.into(), scan.last.into(), scan.low);
        let band =
            |part: u8| -> Checked<Band> { Ok(Band { table: tables.ac(part)?.table()?, first, last, low, ended: 0 }) };
        match (scan.first, scan.high) {
            (0, 0) => {
                let table = |part: &Part| -> Checked<_> { Ok((tables.dc(part.dc)?.dc_table()?, 0)) };
                let codings = scan.parts.iter().map(table).collect::<Checked<_>>()?;
                self.run(scan, restarts, bits, watch, FirstDc { codings, low })
            }
            (0, _) => self.run(scan, restarts, bits, watch, RefineDc { low }),
            (_, 0) => self.run(scan, restarts, bits, watch, FirstAc(band(scan.parts[0].ac)?)),
            _ => self.run(scan, restarts, bits, watch, RefineAc(band(scan.parts[0].ac)?)),
        }
    }

    fn run(
        &mut self,
        scan: &Scan,
        mut restarts: Restarts,
        bits: &mut BitReader<'_>,
        watch: &Watch<'_>,
        mut method: impl Method,
    ) -> Result<(), Stop> {
        let layout = scan.layout(self.frame);
        for row in 0..layout.down {
            watch.check()?;
            // By value, so that they stay in registers.
            let own = bits.clone();
            *bits = simd::dispatch(
                #[inline(always)]
                || self.read_units(scan, &layout, row, &mut restarts, own, &mut method),
            )?;
            if scan.first == 0 && scan.high == 0 {
                for (part, &(_, down)) in scan.parts.iter().zip(&layout.blocks) {
                    let plane = &mut self.planes[part.component];
                    plane.filled = plane.filled.max((row + 1) * down);
                }
            }
        }
        Ok(())
    }

    /// Reads a row of units.
    #[inline(always)]
    fn read_units<'a>(
        &mut self,
        scan: &Scan,
        layout: &Layout,
        row: usize,
        restarts: &mut Restarts,
        mut bits: BitReader<'a>,
        method: &mut impl Method,
    ) -> Checked<BitReader<'a>> {
        let mut unused = 0;
        for unit in 0..layout.across {
            if restarts.before_unit(&mut bits)? {
                method.restart();
            }
            for (index, (part, &(across, down))) in scan.parts.iter().zip(&layout.blocks).enumerate() {
                let plane = &mut self.planes[part.component];
                for y in row * down..(row + 1) * down {
                    let start = y * plane.component.padded.across + unit * across;
                    let kept = plane.kept;
                    let blocks = plane.values[start * kept..(start + across) * kept].chunks_exact_mut(kept);
                    for (at, block) in blocks.enumerate() {
                        let nonzero = plane.nonzero.get_mut(start + at).unwrap_or(&mut unused);
                        read_block(method, index, &mut bits, block, nonzero)?;
                    }
                }
            }
            restarts.after_unit(&mut bits)?;
        }
        Ok(bits)
    }

    #[cfg(test)]
    pub(super) fn blocks(&self) -> Vec<Block> {
        self.planes.iter().flat_map(|plane| plane.values.as_chunks().0).copied().collect()
    }

    #[cfg(feature = "fuzzing")]
    pub(super) fn largest_block(&self) -> u64 {
        let sum = |block: &[i16], factors: &Quantization| {
            let products = block.iter().zip(factors).map(|(&value, &factor)| i64::from(value) * i64::from(factor));
            products.map(i64::unsigned_abs).sum::<u64>()
        };
        let of_plane = |plane: &Plane| {
            let factors = plane.factors.unwrap_or([0; 64]);
            plane.values.chunks_exact(plane.kept).map(|block| sum(block, &factors)).max().unwrap_or(0)
        };
        self.planes.iter().map(of_plane).max().unwrap_or(0)
    }

    /// Whether no scan can add anything.
    pub(super) fn is_complete(&self) -> bool {
        self.is_filled() && (!self.frame.progressive || self.progress.is_complete())
    }

    /// Whether every component has had its first scan.
    pub(super) fn is_filled(&self) -> bool {
        self.filled_units() == self.frame.units.down
    }

    /// How many rows of units hold something of every component.
    pub(super) fn filled_units(&self) -> usize {
        let units = |plane: &Plane| {
            let Component { blocks, sampling, .. } = plane.component;
            if plane.filled >= blocks.down { self.frame.units.down } else { plane.filled / usize::from(sampling.down) }
        };
        self.planes.iter().map(units).min().unwrap_or(0)
    }

    /// Turns the rows of units that are filled into samples.
    pub(super) fn give(&self, strips: &mut Strips, sink: &mut Sink<'_>) -> Result<(), Error> {
        for unit in 0..self.filled_units() {
            for (index, plane) in self.planes.iter().enumerate() {
                simd::dispatch(
                    #[inline(always)]
                    || plane.lay_down(index, unit, strips),
                );
            }
            strips.finish_units(unit, sink)?;
        }
        Ok(())
    }
}

impl Plane {
    /// Puts the samples of a row of units into their strip.
    #[inline(always)]
    fn lay_down(&self, index: usize, unit: usize, strips: &mut Strips) {
        let Some(factors) = &self.factors else { return };
        let down = usize::from(self.component.sampling.down);
        for y in 0..down {
            let start = (unit * down + y) * self.component.padded.across;
            let end = start + self.component.blocks.across;
            let blocks = self.values[start * self.kept..end * self.kept].chunks_exact(self.kept);
            let mut whole = [0; 64];
            for (across, block) in blocks.enumerate() {
                let block: &Block = block.first_chunk().unwrap_or_else(|| {
                    whole[..self.kept].copy_from_slice(block);
                    &whole
                });
                let nonzero = self.nonzero.get(start + across).copied().unwrap_or(0);
                let last = (nonzero | 1).ilog2() as usize;
                strips.put(index, (across, y), block, factors, last);
            }
        }
    }
}

/// Reads a block, or leaves it as earlier scans have made it. That the data have ended is for the unit's reader to see.
#[inline(always)]
fn read_block(
    method: &mut impl Method,
    part: usize,
    bits: &mut BitReader<'_>,
    block: &mut [i16],
    nonzero: &mut u64,
) -> Checked<()> {
    let result = method.read(part, bits, block, nonzero);
    let ended = bits.overran();
    if ended || result.is_err() {
        method.undo(block);
        let whole: Option<&Block> = block.first_chunk();
        *nonzero = whole.map_or(0, |block| {
            ZIGZAG.iter().rev().fold(0, |all, &place| all << 1 | u64::from(block[usize::from(place)] != 0))
        });
    }
    if ended { Ok(()) } else { result }
}
