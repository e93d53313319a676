//! The blocks of a component, row by row. Of those with nothing but a mean, which padding is made of, no more is kept:
//! they are often half of a canvas.

use std::num::NonZeroU32;

/// Blocks of which each has a mean, and perhaps the detail `D`.
#[derive(Debug)]
pub(super) struct Grid<M, D> {
    /// Blocks in a row.
    pub(super) across: usize,
    /// Of each block the mean, and which of the details is its own, from 1.
    blocks: Vec<(M, Option<NonZeroU32>)>,
    details: Vec<D>,
}

impl<M: Copy, D> Grid<M, D> {
    /// An empty grid, with room for as many blocks of which so many have details.
    pub(super) fn with_capacity(across: usize, blocks: usize, details: usize) -> Self {
        Self { across, blocks: Vec::with_capacity(blocks), details: Vec::with_capacity(details) }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, mean: M, detail: Option<D>) {
        let number = detail.and_then(
            #[inline(always)]
            |detail| {
                self.details.push(detail);
                u32::try_from(self.details.len()).ok().and_then(NonZeroU32::new)
            },
        );
        self.blocks.push((mean, number));
    }

    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn details(&self) -> &[D] {
        &self.details
    }

    #[inline(always)]
    pub(super) fn get(&self, at: usize) -> Option<(M, Option<&D>)> {
        let &(mean, number) = self.blocks.get(at)?;
        Some((mean, number.and_then(|number| self.details.get(number.get() as usize - 1))))
    }

    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (M, Option<&D>)> {
        (0..self.blocks.len()).filter_map(
            #[inline(always)]
            |at| self.get(at),
        )
    }
}
