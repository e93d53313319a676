//! Components of fewer samples than the picture has, stretched to its width, a row at a time: by libjpeg's triangle
//! filter where it has one, so that the result is the same to the bit, else each sample repeated.

use super::frame::{Component, Frame, Sampling};

/// How the samples of a component become those of a row of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    /// There are as many.
    None,
    /// Twice as wide: of the nearest two samples 3/4 and 1/4.
    Across,
    /// Twice as high: of the nearest two rows 3/4 and 1/4.
    Down,
    /// Both.
    Both,
    /// Any other ratio: the sample that the place lies in.
    Nearest,
}

impl Stretch {
    /// What libjpeg does; of narrow components it repeats the samples.
    pub(super) fn of(component: &Component, frame: &Frame) -> Self {
        let Sampling { across, down } = component.sampling;
        // By how much the component has fewer samples than the picture; 0 where that is no whole number.
        let ratio = |factor: u8, most: u8| {
            let (own, all) = (usize::from(factor) * component.tile, usize::from(most) * frame.tile);
            if all.is_multiple_of(own) { all / own } else { 0 }
        };
        let wide = component.samples.across > 2;
        match (ratio(across, frame.most.across), ratio(down, frame.most.down)) {
            (1, 1) => Self::None,
            (2, 1) if wide => Self::Across,
            (1, 2) => Self::Down,
            (2, 2) if wide => Self::Both,
            _ => Self::Nearest,
        }
    }

    /// Whether a row is made of two rows of samples.
    pub(super) fn mixes_rows(self) -> bool {
        matches!(self, Self::Down | Self::Both)
    }
}

/// 3/4 of one and 1/4 of the other. Which way halves are rounded differs from place to place, for on the whole there
/// must be no drift.
#[inline(always)]
fn quarter(near: u8, far: u8, round: u16) -> u8 {
    sixteenths(4 * (3 * u16::from(near) + u16::from(far)), 4 * round)
}

/// What is in sixteenths, as a sample.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "sixteen samples make sixteen times 255 at most")]
fn sixteenths(sum: u16, round: u16) -> u8 {
    ((sum + round) / 16) as u8
}

/// Each value with those to its left and right; the outermost two, which lack one, are left out.
#[inline(always)]
fn neighbours<T: Copy>(row: &[T]) -> impl Iterator<Item = (T, T, T)> {
    let from = |start: usize| row.get(start..).unwrap_or_default();
    row.iter().zip(from(1)).zip(from(2)).map(|((&left, &here), &right)| (left, here, right))
}

/// Twice as wide: two samples of `out` for each of `row`, of which there are more than one.
#[inline(always)]
pub(super) fn across(row: &[u8], out: &mut [u8]) {
    let (pairs, _) = out.as_chunks_mut::<2>();
    if let ([first, second, ..], Some(pair)) = (row, pairs.first_mut()) {
        *pair = [*first, quarter(*first, *second, 2)];
    }
    if let ([.., left, last], Some(pair)) = (row, pairs.get_mut(row.len() - 1)) {
        *pair = [quarter(*last, *left, 1), *last];
    }
    for (pair, (left, here, right)) in pairs.iter_mut().skip(1).zip(neighbours(row)) {
        *pair = [quarter(here, left, 1), quarter(here, right, 2)];
    }
}

/// A row between two, nearer to the first, which is the upper one where `near_is_above`.
#[inline(always)]
pub(super) fn down(near: &[u8], far: &[u8], near_is_above: bool, out: &mut [u8]) {
    let round = if near_is_above { 2 } else { 1 };
    for (out, (&near, &far)) in out.iter_mut().zip(near.iter().zip(far)) {
        *out = quarter(near, far, round);
    }
}

/// A row between two, nearer to the first, and twice as wide: two samples of `out` for each pair of samples, of which
/// there are more than one. `sums` is room for as many.
#[inline(always)]
pub(super) fn both(near: &[u8], far: &[u8], sums: &mut [u16], out: &mut [u8]) {
    for (sum, (&near, &far)) in sums.iter_mut().zip(near.iter().zip(far)) {
        *sum = 3 * u16::from(near) + u16::from(far);
    }
    let sums = &sums[..near.len().min(sums.len())];
    let (pairs, _) = out.as_chunks_mut::<2>();
    if let ([first, second, ..], Some(pair)) = (sums, pairs.first_mut()) {
        *pair = [sixteenths(4 * first, 8), sixteenths(3 * first + second, 7)];
    }
    if let ([.., left, last], Some(pair)) = (sums, pairs.get_mut(sums.len() - 1)) {
        *pair = [sixteenths(3 * last + left, 8), sixteenths(4 * last, 7)];
    }
    for (pair, (left, here, right)) in pairs.iter_mut().skip(1).zip(neighbours(sums)) {
        *pair = [sixteenths(3 * here + left, 8), sixteenths(3 * here + right, 7)];
    }
}

/// Of `most` samples of `out` each has the one of `factor` samples of `row` that lies there.
#[inline(always)]
pub(super) fn nearest(row: &[u8], factor: usize, most: usize, out: &mut [u8]) {
    if most.is_multiple_of(factor) {
        for (out, &sample) in out.chunks_mut(most / factor).zip(row) {
            out.fill(sample);
        }
        return;
    }
    for (x, out) in out.iter_mut().enumerate() {
        *out = row.get(x * factor / most).copied().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The naive twin of [`across`]: by formula, sample by sample.
    fn across_slowly(row: &[u8]) -> Vec<u8> {
        let at = |index: usize| u32::from(row[index.min(row.len() - 1)]);
        let sample = |x: usize| match (x, x % 2) {
            (0, _) => at(0),
            (x, 1) if x / 2 == row.len() - 1 => at(x / 2),
            (x, 0) => (3 * at(x / 2) + at(x / 2 - 1) + 1) / 4,
            (x, _) => (3 * at(x / 2) + at(x / 2 + 1) + 2) / 4,
        };
        (0..2 * row.len()).map(|x| u8::try_from(sample(x)).unwrap()).collect()
    }

    /// The naive twin of [`both`]. At the edges the sample beyond is the same again.
    fn both_slowly(near: &[u8], far: &[u8]) -> Vec<u8> {
        let sum = |index: usize| 3 * u32::from(near[index]) + u32::from(far[index]);
        let sample = |x: usize| {
            let here = x / 2;
            if x.is_multiple_of(2) {
                (3 * sum(here) + sum(here.saturating_sub(1)) + 8) / 16
            } else {
                (3 * sum(here) + sum((here + 1).min(near.len() - 1)) + 7) / 16
            }
        };
        (0..2 * near.len()).map(|x| u8::try_from(sample(x)).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn rows_are_stretched_by_the_formula(rows in prop::collection::vec(any::<(u8, u8)>(), 2..80)) {
            let (near, far): (Vec<u8>, Vec<u8>) = rows.into_iter().unzip();
            let mut out = vec![0; 2 * near.len()];
            across(&near, &mut out);
            prop_assert_eq!(&out, &across_slowly(&near));
            both(&near, &far, &mut vec![0; near.len()], &mut out);
            prop_assert_eq!(&out, &both_slowly(&near, &far));
        }
    }

    #[test]
    fn rows_between_rows_are_rounded_by_their_side() {
        let mut out = [0; 3];
        down(&[10, 10, 255], &[12, 11, 255], true, &mut out);
        assert_eq!(out, [11, 10, 255]);
        down(&[10, 10, 255], &[12, 11, 255], false, &mut out);
        assert_eq!(out, [10, 10, 255]);
    }

    #[test]
    fn any_ratio_takes_the_sample_that_lies_there() {
        let mut out = [0; 7];
        nearest(&[1, 2, 3, 4], 1, 3, &mut out);
        assert_eq!(out, [1, 1, 1, 2, 2, 2, 3]);
        nearest(&[1, 2, 3, 4, 5], 2, 3, &mut out);
        assert_eq!(out, [1, 1, 2, 3, 3, 4, 5]);
    }
}
