//! Decoded samples on their way out: a strip of each component, from which rows of the picture are made.

use super::frame::{Component, Frame, Grid};
use super::idct::{Extent, idct};
use super::reduced;
use super::sequential::Block;
use super::tables::Quantization;
use super::upsample::{self, Stretch};
use crate::error::Error;
use crate::simd;

/// Takes a row of the picture: a slice of each component.
pub(super) type Sink<'s> = dyn FnMut(&[&[u8]]) -> Result<(), Error> + 's;

/// The samples of one row of units, and the last row of samples above it.
#[derive(Debug)]
pub(super) struct Strip {
    component: Component,
    stretch: Stretch,
    /// Samples from one row to the next.
    stride: usize,
    /// Row 0 is the one above the strip.
    samples: Vec<u8>,
    /// The component's part of the row that is given out, unless that lies ready in `samples`.
    out: Vec<u8>,
}

/// Collects the samples of a row of units, and gives out the rows of the picture that can be made.
#[derive(Debug)]
pub(super) struct Strips {
    strips: Vec<Strip>,
    width: usize,
    height: usize,
    /// Rows of the picture in a row of units.
    unit: usize,
    /// Samples in a unit, of a component that lacks none.
    most: Grid,
    /// How many rows at the lower edge of a row of units wait for what is below it.
    waiting: usize,
    given: usize,
    sums: Vec<u16>,
}

impl Strips {
    pub(super) fn new(frame: &Frame) -> Self {
        let strips: Vec<Strip> = frame.components.iter().map(|component| Strip::new(*component, frame)).collect();
        let waits = strips.iter().any(|strip| strip.stretch.mixes_rows());
        Self {
            width: frame.size.width() as usize,
            height: frame.size.height() as usize,
            unit: frame.tile * usize::from(frame.most.down),
            most: Grid {
                across: frame.tile * usize::from(frame.most.across),
                down: frame.tile * usize::from(frame.most.down),
            },
            waiting: usize::from(waits),
            given: 0,
            sums: vec![0; strips.iter().map(|strip| strip.component.samples.across).max().unwrap_or(0)],
            strips,
        }
    }

    /// How much memory the strips of a frame take, in bytes.
    pub(super) fn bytes(frame: &Frame) -> u64 {
        let strip = |component: &Component| {
            let rows = component.tile * usize::from(component.sampling.down) + 1;
            let out = 2 * frame.tile * usize::from(frame.most.across) * frame.units.across;
            (component.tile * component.padded.across * rows + out) as u64
        };
        frame.components.iter().map(strip).sum()
    }

    /// Lays down the block of a component that is the one at `across` of its strip, in its row `down` of blocks, as the
    /// tile that it becomes. Behind the one at `last` of the zigzag it has no coefficient.
    #[inline(always)]
    pub(super) fn put(
        &mut self,
        component: usize,
        (across, down): (usize, usize),
        block: &Block,
        factors: &Quantization,
        last: usize,
    ) {
        let strip = &mut self.strips[component];
        match strip.component.tile {
            8 => strip.put(across, down, &idct(block, factors, Extent::up_to(last))),
            4 => strip.put(across, down, &reduced::four(block, factors, last)),
            2 => strip.put(across, down, &reduced::two(block, factors)),
            _ => strip.put(across, down, &reduced::one(block, factors)),
        }
    }

    /// The strip of each component.
    pub(super) fn each(&mut self) -> &mut [Strip] {
        &mut self.strips
    }

    /// The rows given out so far.
    pub(super) fn given(&self) -> usize {
        self.given
    }

    /// Gives out what can be made when the row of units `index` is laid down.
    pub(super) fn finish_units(&mut self, index: usize, sink: &mut Sink<'_>) -> Result<(), Error> {
        let end = (index + 1) * self.unit;
        let end = if end >= self.height { self.height } else { end - self.waiting };
        while self.given < end {
            self.give(index, sink)?;
        }
        for strip in &mut self.strips {
            let last = strip.samples.len() - strip.stride;
            strip.samples.copy_within(last.., 0);
        }
        Ok(())
    }

    fn give(&mut self, index: usize, sink: &mut Sink<'_>) -> Result<(), Error> {
        let mut rows: [&[u8]; 4] = [&[]; 4];
        let count = self.strips.len().min(4);
        for (strip, row) in self.strips.iter_mut().zip(&mut rows) {
            *row = simd::dispatch(
                #[inline(always)]
                || strip.row(self.given, index, self.most, &mut self.sums, self.width),
            );
        }
        self.given += 1;
        sink(&rows[..count])
    }
}

impl Strip {
    /// Lays down the tile of the block that is the one at `across` of the strip, in its row `down` of blocks.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, across: usize, down: usize, tile: &[[u8; N]; N]) {
        let mut start = (N * down + 1) * self.stride + N * across;
        for samples in tile {
            if let Some(to) = self.samples.get_mut(start..).and_then(|rest| rest.first_chunk_mut::<N>()) {
                *to = *samples;
            }
            start += self.stride;
        }
    }

    fn new(component: Component, frame: &Frame) -> Self {
        let stretch = Stretch::of(&component, frame);
        let stride = component.tile * component.padded.across;
        let out = match stretch {
            Stretch::None => 0,
            // Of an odd width, the last pair is half outside of the picture.
            _ => frame.size.width() as usize + 1,
        };
        Self {
            component,
            stretch,
            stride,
            samples: vec![0; stride * (component.tile * usize::from(component.sampling.down) + 1)],
            out: vec![0; out],
        }
    }

    /// The component's part of row `y` of the picture, when the row of units `index` is laid down.
    #[inline(always)]
    fn row(&mut self, y: usize, index: usize, most: Grid, sums: &mut [u16], width: usize) -> &[u8] {
        let down = self.component.tile * usize::from(self.component.sampling.down);
        let here = y * down / most.down;
        // Rows of samples in `samples`: the one above the strip is row 0.
        let first = down * index;
        let place = |row: usize| row + 1 - first;
        let (stride, wide) = (self.stride, self.component.samples.across);
        let samples = &self.samples;
        let line = |row: usize| &samples[place(row) * stride..][..wide];
        // Where rows are mixed, there are two of the picture for one of samples. At the edges it is mixed with itself.
        let near_is_above = y % 2 == 1;
        let beside = || {
            let last = self.component.samples.down - 1;
            line(if near_is_above { (here + 1).min(last) } else { here.saturating_sub(1) })
        };
        let out = &mut self.out;
        match self.stretch {
            Stretch::None => return &self.samples[place(here) * stride..][..width],
            Stretch::Across => upsample::across(line(here), out),
            Stretch::Down => upsample::down(line(here), beside(), near_is_above, out),
            Stretch::Both => upsample::both(line(here), beside(), sums, out),
            Stretch::Nearest => {
                let own = self.component.tile * usize::from(self.component.sampling.across);
                upsample::nearest(line(here), own, most.across, out);
            }
        }
        &self.out[..width]
    }
}
