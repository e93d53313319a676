//! The coefficients of a whole picture, for files that spread them over several scans.

use super::bits::BitReader;
use super::flaw::{self, Checked, Stop};
use super::frame::{Component, Frame};
use super::huffman::Table;
use super::idct::{Extent, idct};
use super::progressive::{self, Band};
use super::scan::{Part, Progress, Restarts, Scan};
use super::sequential::{Block, Coding};
use super::strips::{Sink, Strips};
use super::tables::{Quantization, Tables};
use crate::error::Error;
use crate::limits::Watch;

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
    /// In rows, as many as the units of all components hold.
    blocks: Vec<Block>,
    /// How many rows of blocks the component's first scan has filled.
    filled: usize,
}

/// How the blocks of a scan are read.
trait Method {
    /// Forgets what went before: the data begin anew.
    fn restart(&mut self);

    /// Reads a block of the scan's part of this index.
    fn read(&mut self, part: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()>;
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

    fn read(&mut self, part: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        self.0[part].read(bits, block);
        Ok(())
    }
}

impl Method for FirstDc {
    fn restart(&mut self) {
        self.codings.iter_mut().for_each(|(_, previous)| *previous = 0);
    }

    fn read(&mut self, part: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        let (table, previous) = &mut self.codings[part];
        progressive::first_dc(table, previous, self.low, bits, block);
        Ok(())
    }
}

impl Method for RefineDc {
    fn restart(&mut self) {}

    fn read(&mut self, _: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        progressive::refine_dc(self.low, bits, block);
        Ok(())
    }
}

impl Method for FirstAc {
    fn restart(&mut self) {
        self.0.ended = 0;
    }

    fn read(&mut self, _: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        self.0.begin(bits, block)
    }
}

impl Method for RefineAc {
    fn restart(&mut self) {
        self.0.ended = 0;
    }

    fn read(&mut self, _: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
        self.0.refine(bits, block)
    }
}

impl<'f> Coefficients<'f> {
    /// Takes the memory for all coefficients of a frame.
    pub(super) fn new(frame: &'f Frame) -> Self {
        let plane = |component: &Component| Plane {
            component: *component,
            factors: None,
            blocks: vec![[0; 64]; component.padded.area()],
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
        frame.components.iter().map(|component| component.padded.area() as u64 * size_of::<Block>() as u64).sum()
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
            let codings = scan.codings(tables)?;
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
            for unit in 0..layout.across {
                if restarts.before_unit(bits)? {
                    method.restart();
                }
                for (index, (part, &(across, down))) in scan.parts.iter().zip(&layout.blocks).enumerate() {
                    let plane = &mut self.planes[part.component];
                    for y in row * down..(row + 1) * down {
                        let start = y * plane.component.padded.across + unit * across;
                        for block in &mut plane.blocks[start..start + across] {
                            read_block(&mut method, index, bits, block)?;
                        }
                    }
                }
                restarts.after_unit(bits)?;
            }
            if scan.first == 0 && scan.high == 0 {
                for (part, &(_, down)) in scan.parts.iter().zip(&layout.blocks) {
                    let plane = &mut self.planes[part.component];
                    plane.filled = plane.filled.max((row + 1) * down);
                }
            }
        }
        Ok(())
    }

    #[cfg(feature = "fuzzing")]
    pub(super) fn largest_block(&self) -> u64 {
        let sum = |block: &Block, factors: &Quantization| {
            let products = block.iter().zip(factors).map(|(&value, &factor)| i64::from(value) * i64::from(factor));
            products.map(i64::unsigned_abs).sum::<u64>()
        };
        let of_plane = |plane: &Plane| {
            let factors = plane.factors.unwrap_or([0; 64]);
            plane.blocks.iter().map(|block| sum(block, &factors)).max().unwrap_or(0)
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
                plane.lay_down(index, unit, strips);
            }
            strips.finish_units(unit, sink)?;
        }
        Ok(())
    }
}

impl Plane {
    /// Puts the samples of a row of units into their strip.
    fn lay_down(&self, index: usize, unit: usize, strips: &mut Strips) {
        let Some(factors) = &self.factors else { return };
        let down = usize::from(self.component.sampling.down);
        for y in 0..down {
            let start = (unit * down + y) * self.component.padded.across;
            let blocks = &self.blocks[start..start + self.component.blocks.across];
            for (across, block) in blocks.iter().enumerate() {
                strips.put(index, across, y, &idct(block, factors, Extent::of(block)));
            }
        }
    }
}

/// Reads a block, or leaves it as earlier scans have made it. That the data have ended is for the unit's reader to see.
#[inline(always)]
fn read_block(method: &mut impl Method, part: usize, bits: &mut BitReader<'_>, block: &mut Block) -> Checked<()> {
    let before = *block;
    let result = method.read(part, bits, block);
    let ended = bits.overran();
    if ended || result.is_err() {
        *block = before;
    }
    if ended { Ok(()) } else { result }
}
