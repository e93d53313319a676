//! Palettes of every length at once: the colours are split in two, the part that gains most by it again, and so on.
//! The palette of n colours is the state after so many splits, moved to where its colours are (k-means).

use super::histogram::Entry;
use super::nearest::Nearest;
use super::space::{Point, pixel};

/// How often a palette's colours are moved. Measured, more than four rounds bring next to nothing.
const ROUNDS: usize = 4;

/// A part of the colours, as it was from one split to another.
#[derive(Debug)]
struct Part {
    mean: [f64; 4],
    opaque: bool,
    /// The number of parts when it came, itself included, and when it went.
    from: usize,
    until: usize,
    entries: Vec<Entry>,
    cut: Option<Cut>,
}

/// The best way to split a part, and what it gains: by how much the squared distances from the means shrink.
#[derive(Debug)]
struct Cut {
    gain: f64,
    at: usize,
}

/// Every palette of a picture.
#[derive(Debug)]
pub(super) struct Splits {
    parts: Vec<Part>,
    /// The shortest and the longest palette.
    shortest: usize,
    longest: usize,
}

impl Splits {
    /// Splits the colours into at most `longest` parts. Opaque colours and others are never in one part.
    pub(super) fn new(entries: &[Entry], longest: usize) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for opaque in [true, false] {
            let entries: Vec<Entry> = entries.iter().copied().filter(|entry| entry.opaque == opaque).collect();
            if !entries.is_empty() {
                parts.push(Part::new(entries, 0));
            }
        }
        let shortest = parts.len();
        let mut count = shortest;
        while count < longest {
            let gain = |part: &Part| part.cut.as_ref().map_or(0.0, |cut| cut.gain);
            let mut widest = None;
            for (index, part) in parts.iter().enumerate() {
                if gain(part) > widest.map_or(0.0, |(_, gain)| gain) {
                    widest = Some((index, gain(part)));
                }
            }
            let Some((index, _)) = widest else { break };
            let part = &mut parts[index];
            let Some(cut) = part.cut.take() else { break };
            count += 1;
            part.until = count;
            let upper = part.entries.split_off(cut.at);
            let lower = std::mem::take(&mut part.entries);
            parts.push(Part::new(lower, count));
            parts.push(Part::new(upper, count));
        }
        Self { parts, shortest, longest: count }
    }

    pub(super) const fn shortest(&self) -> usize {
        self.shortest
    }

    pub(super) const fn longest(&self) -> usize {
        self.longest
    }

    /// The palette of `count` colours; fewer, where two of them came to be the same.
    pub(super) fn palette(&self, count: usize, entries: &[Entry]) -> Vec<[u8; 4]> {
        let there = |part: &&Part| part.from <= count && count < part.until;
        let mut colours: Vec<[u8; 4]> =
            self.parts.iter().filter(there).map(|part| colour(part.mean, part.opaque)).collect();
        for _ in 0..ROUNDS {
            let moved = moved(&colours, entries);
            if moved == colours {
                break;
            }
            colours = moved;
        }
        colours.sort_unstable();
        colours.dedup();
        colours
    }
}

/// The palette with every colour in the middle of the entries that are nearest to it.
fn moved(colours: &[[u8; 4]], entries: &[Entry]) -> Vec<[u8; 4]> {
    let nearest = Nearest::new(colours);
    let mut sums = vec![([0.0_f64; 4], 0.0_f64); colours.len()];
    for entry in entries {
        let (sum, weight) = &mut sums[usize::from(nearest.to(entry.point, entry.opaque))];
        add(sum, entry.point, f64::from(entry.weight));
        *weight += f64::from(entry.weight);
    }
    let middle = |(colour, (sum, weight)): (&[u8; 4], &([f64; 4], f64))| {
        if *weight > 0.0 { self::colour(sum.map(|sum| sum / weight), colour[3] == 255) } else { *colour }
    };
    colours.iter().zip(&sums).map(middle).collect()
}

/// The colour at a mean. Only opaque colours are opaque, and none is fully transparent.
fn colour(mean: [f64; 4], opaque: bool) -> [u8; 4] {
    let [red, green, blue, alpha] = pixel(mean);
    [red, green, blue, if opaque { 255 } else { alpha.clamp(1, 254) }]
}

impl Part {
    fn new(mut entries: Vec<Entry>, from: usize) -> Self {
        let (sum, weight) = total(&entries);
        let mean = sum.map(|sum| sum / weight);
        let opaque = entries.first().is_some_and(|entry| entry.opaque);
        let cut = cut(&mut entries, mean);
        Self { mean, opaque, from, until: usize::MAX, entries, cut }
    }
}

fn total(entries: &[Entry]) -> ([f64; 4], f64) {
    let mut sum = ([0.0; 4], 0.0);
    for entry in entries {
        add(&mut sum.0, entry.point, f64::from(entry.weight));
        sum.1 += f64::from(entry.weight);
    }
    sum
}

fn add(sum: &mut [f64; 4], point: Point, weight: f64) {
    for axis in 0..4 {
        sum[axis] += weight * f64::from(point[axis]);
    }
}

/// Sorts the entries along the line on which they spread most, and finds the best cut across it.
fn cut(entries: &mut [Entry], mean: [f64; 4]) -> Option<Cut> {
    if entries.len() < 2 {
        return None;
    }
    let along = longest_axis(entries, mean);
    let place = |entry: &Entry| (0..4).map(|axis| along[axis] * f64::from(entry.point[axis])).sum::<f64>();
    entries.sort_by(|a, b| place(a).total_cmp(&place(b)));
    let (all, weight) = total(entries);
    let (mut below, mut below_weight) = ([0.0; 4], 0.0);
    let mut best: Option<Cut> = None;
    for (index, entry) in entries.iter().enumerate().take(entries.len() - 1) {
        add(&mut below, entry.point, f64::from(entry.weight));
        below_weight += f64::from(entry.weight);
        let above_weight = weight - below_weight;
        // Weights of the two halves times the squared distance of their means, without the common divisor.
        let apart: f64 = (0..4)
            .map(|axis| below[axis] / below_weight - (all[axis] - below[axis]) / above_weight)
            .map(|apart| apart * apart)
            .sum();
        let gain = apart * below_weight * above_weight / weight;
        if gain > best.as_ref().map_or(0.0, |best| best.gain) {
            best = Some(Cut { gain, at: index + 1 });
        }
    }
    best
}

/// The direction of the greatest spread: the covariance applied a few times to the axis that spreads most.
fn longest_axis(entries: &[Entry], mean: [f64; 4]) -> [f64; 4] {
    let mut spread = [[0.0; 4]; 4];
    for entry in entries {
        let off = [0, 1, 2, 3].map(|axis| f64::from(entry.point[axis]) - mean[axis]);
        for (row, line) in spread.iter_mut().enumerate() {
            for (column, cell) in line.iter_mut().enumerate() {
                *cell += f64::from(entry.weight) * off[row] * off[column];
            }
        }
    }
    let mut widest = 0;
    for axis in 1..4 {
        if spread[axis][axis] > spread[widest][widest] {
            widest = axis;
        }
    }
    let mut along = spread[widest];
    for _ in 0..8 {
        let next = spread.map(|line| (0..4).map(|axis| line[axis] * along[axis]).sum::<f64>());
        let length = next.iter().map(|value| value * value).sum::<f64>().sqrt();
        if length <= 0.0 || !length.is_finite() {
            break;
        }
        along = next.map(|value| value / length);
    }
    along
}
