//! A scan's header: which components it has, which of their coefficients, and whether that follows from what came
//! before.

use std::rc::Rc;

use super::bits::BitReader;
use super::flaw::{self, Checked};
use super::frame::{Component, Frame};
use super::passing::Passing;
use super::sequential::Coding;
use super::tables::Tables;

/// What a scan header says.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) parts: Vec<Part>,
    /// The first and the last coefficient, by zigzag.
    pub(super) first: u8,
    pub(super) last: u8,
    /// How many low bits of the coefficients were still left out before this scan; 0 where it is their first.
    pub(super) high: u8,
    /// How many low bits are left out after it.
    pub(super) low: u8,
}

/// A component in a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The index of the component in its frame.
    pub(super) component: usize,
    /// The numbers of its Huffman tables.
    pub(super) dc: u8,
    pub(super) ac: u8,
}

impl Scan {
    /// Reads the body of a scan header.
    pub(super) fn read(body: &[u8], frame: &Frame) -> Checked<Self> {
        let (&count, rest) = body.split_first().ok_or(flaw::BAD_SCAN)?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or(flaw::BAD_SCAN)?;
        let &[first, last, bits] = rest else { return Err(flaw::BAD_SCAN) };
        if !(1..=4).contains(&count) {
            return Err(flaw::BAD_SCAN);
        }
        let mut scan = Self { parts: Vec::new(), first, last, high: bits >> 4, low: bits & 15 };
        for &[id, tables] in parts.as_chunks::<2>().0 {
            // In the frame's order, so that files whose components all have one number can be read.
            let from = scan.parts.last().map_or(0, |part| part.component + 1);
            let found = frame.components.iter().skip(from).position(|component| component.id == id);
            let component = from + found.ok_or(flaw::UNKNOWN_COMPONENT)?;
            scan.parts.push(Part { component, dc: tables >> 4, ac: tables & 15 });
        }
        let blocks = |part: &Part| {
            let sampling = frame.components[part.component].sampling;
            u32::from(sampling.across) * u32::from(sampling.down)
        };
        if count > 1 && scan.parts.iter().map(blocks).sum::<u32>() > 10 {
            return Err(flaw::TOO_MANY_BLOCKS);
        }
        if frame.progressive { scan.check_band() } else { Ok(()) }?;
        Ok(scan)
    }

    /// What the standard asks of a progressive scan by itself.
    fn check_band(&self) -> Checked<()> {
        let Self { first, last, high, low, .. } = *self;
        let band = if first == 0 { last == 0 } else { first <= last && last <= 63 && self.parts.len() == 1 };
        let bits = low <= 13 && (high == 0 || high == low + 1);
        if band && bits { Ok(()) } else { Err(flaw::BAD_SCAN) }
    }

    /// Whether the fields that mean something in progressive scans only have the one right value for another.
    pub(super) fn is_plainly_sequential(&self) -> bool {
        (self.first, self.last, self.high, self.low) == (0, 63, 0, 0)
    }

    /// What the blocks of each part are decoded with, in a sequential scan, and whether coefficients of it are `passed`
    /// over.
    pub(super) fn codings(&self, tables: &Tables, passed: impl Fn(&Part) -> bool) -> Checked<Vec<Coding>> {
        let mut codings: Vec<Coding> = Vec::new();
        for part in &self.parts {
            let ac = tables.ac(part.ac)?.table()?;
            let passing = passed(part).then(|| {
                // Components of chroma have one table, as a rule.
                let mut same = self.parts.iter().zip(&codings).filter(|(earlier, _)| earlier.ac == part.ac);
                let made = same.find_map(|(_, coding)| coding.passing.clone());
                made.unwrap_or_else(|| Rc::new(Passing::of(&ac)))
            });
            let dc = tables.dc(part.dc)?.dc_table()?;
            codings.push(Coding { dc, ac, passing, previous: 0 });
        }
        Ok(codings)
    }

    /// How many units across and down a scan of these parts has, and how many blocks of each part a unit has.
    pub(super) fn layout(&self, frame: &Frame) -> Layout {
        let whole = |component: &Component| (component.sampling.across.into(), component.sampling.down.into());
        match self.parts[..] {
            [part] => {
                let blocks = frame.components[part.component].blocks;
                Layout { across: blocks.across, down: blocks.down, blocks: vec![(1, 1)] }
            }
            _ => Layout {
                across: frame.units.across,
                down: frame.units.down,
                blocks: self.parts.iter().map(|part| whole(&frame.components[part.component])).collect(),
            },
        }
    }
}

/// The units of a scan.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) across: usize,
    pub(super) down: usize,
    /// Per part, the blocks of a unit across and down.
    pub(super) blocks: Vec<(usize, usize)>,
}

/// Counts units, and takes the restart markers that are due between them.
#[derive(Debug)]
pub(super) struct Restarts {
    interval: u16,
    left: u16,
    number: u8,
    /// Units of the scan that were not begun.
    units: usize,
    /// Units that may still be lost.
    losses_left: usize,
}

impl Restarts {
    /// Of so many units, with a marker after every `interval` of them; 0 for none at all.
    pub(super) fn new(interval: u16, units: usize) -> Self {
        Self { interval, left: interval, number: 0, units, losses_left: units / 100 }
    }

    /// To be called before each unit. Returns whether the data begin anew.
    #[inline]
    pub(super) fn before_unit(&mut self, bits: &mut BitReader<'_>) -> Checked<bool> {
        self.units = self.units.saturating_sub(1);
        if self.interval == 0 {
            return Ok(false);
        }
        let due = self.left == 0;
        if due {
            // By value, as when it is refilled, so that it stays in registers.
            *bits = bits.clone().restarted(self.number)?;
            self.number = (self.number + 1) % 8;
            self.left = self.interval;
        }
        self.left -= 1;
        Ok(due)
    }

    /// To be called after each unit. The data must not have ended; but where they have and the marker that is due comes
    /// next, it bounds the damage, which is what it is for. Up to a hundredth of the units may be lost so.
    #[inline]
    pub(super) fn after_unit(&mut self, bits: &mut BitReader<'_>) -> Checked<()> {
        if bits.overran() {
            self.lose_unit(&bits.clone())?;
            bits.note_stray();
        }
        Ok(())
    }

    #[cold]
    fn lose_unit(&mut self, bits: &BitReader<'_>) -> Checked<()> {
        let is_last_interval = self.interval == 0 || self.units <= usize::from(self.left);
        self.losses_left = self.losses_left.checked_sub(1).ok_or(flaw::ENDS_EARLY)?;
        if is_last_interval || !bits.is_before_restart(self.number) {
            return Err(flaw::ENDS_EARLY);
        }
        Ok(())
    }
}

/// How many low bits each coefficient of each component lacks so far.
///
/// Every scan of a progressive picture must add a bit to what it names. That also bounds the work that a file can
/// cause.
#[derive(Debug)]
pub(super) struct Progress {
    missing: Vec<[Option<u8>; 64]>,
}

impl Progress {
    pub(super) fn new(components: usize) -> Self {
        Self { missing: vec![[None; 64]; components] }
    }

    /// Notes a scan that is about to be read, or refuses it.
    pub(super) fn begin(&mut self, scan: &Scan) -> Checked<()> {
        for part in &scan.parts {
            let missing = &mut self.missing[part.component];
            if scan.first > 0 && missing[0].is_none() {
                return Err(flaw::BAD_PROGRESSION);
            }
            for bits in &mut missing[usize::from(scan.first)..=usize::from(scan.last)] {
                let follows = if scan.high == 0 { bits.is_none() } else { *bits == Some(scan.high) };
                if !follows {
                    return Err(flaw::BAD_PROGRESSION);
                }
                *bits = Some(scan.low);
            }
        }
        Ok(())
    }

    /// Whether nothing can be added any more.
    pub(super) fn is_complete(&self) -> bool {
        self.missing.iter().flatten().all(|&bits| bits == Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8, ids: [u8; 3], factors: [u8; 3]) -> Frame {
        let mut body = vec![8, 0, 20, 0, 30, 3];
        body.extend(ids.into_iter().zip(factors).flat_map(|(id, factor)| [id, factor, 0]));
        Frame::read(marker, &body).unwrap()
    }

    #[test]
    fn components_must_be_there_and_in_order() {
        let frame = frame(0xc0, [1, 2, 3], [0x22, 0x11, 0x11]);
        let read = |ids: &[u8]| {
            let parts = ids.iter().flat_map(|&id| [id, 0]);
            let body: Vec<u8> = [u8::try_from(ids.len()).unwrap()].into_iter().chain(parts).chain([0, 63, 0]).collect();
            Scan::read(&body, &frame).map(|scan| scan.parts.iter().map(|part| part.component).collect::<Vec<_>>())
        };
        assert_eq!(read(&[1, 2, 3]), Ok(vec![0, 1, 2]));
        assert_eq!(read(&[3]), Ok(vec![2]));
        for bad in [&[4][..], &[2, 1], &[1, 1], &[1, 2, 3, 3]] {
            assert_eq!(read(bad), Err(flaw::UNKNOWN_COMPONENT), "{bad:?}");
        }
        assert_eq!(read(&[]), Err(flaw::BAD_SCAN));
    }

    #[test]
    fn a_unit_has_ten_blocks_at_most() {
        let frame = frame(0xc0, [1, 1, 1], [0x44, 0x11, 0x11]);
        assert_eq!(Scan::read(&[2, 1, 0, 1, 0, 0, 63, 0], &frame).err(), Some(flaw::TOO_MANY_BLOCKS));
        assert!(Scan::read(&[1, 1, 0, 0, 63, 0], &frame).is_ok(), "a component alone has one block in a unit");
    }

    #[test]
    fn a_hundredth_of_the_units_may_be_lost_before_a_restart_marker() {
        // The data of the first interval are at their end, and the marker that is due comes next.
        let lost = |interval: u16, units: usize, marker: u8| {
            let bytes = [0, 0xff, 0xff, 0xd0 + marker, 0];
            let mut bits = BitReader::new(&bytes, 0);
            let mut restarts = Restarts::new(interval, units);
            (0..)
                .take_while(|_| {
                    assert_eq!(restarts.before_unit(&mut bits), Ok(false));
                    bits.take(9);
                    restarts.after_unit(&mut bits).is_ok()
                })
                .count()
        };
        assert_eq!(lost(50, 1000, 0), 10);
        assert_eq!(lost(50, 299, 0), 2);
        assert_eq!(lost(50, 99, 0), 0, "too few units");
        assert_eq!(lost(50, 1000, 1), 0, "another marker");
        assert_eq!(lost(1000, 1000, 0), 0, "the last interval");
        assert_eq!(lost(0, 1000, 0), 0, "no intervals");
    }

    #[test]
    fn a_progression_adds_a_bit_with_every_scan() {
        let frame = frame(0xc2, [1, 2, 3], [0x11; 3]);
        let scan = |first, last, bits| Scan::read(&[1, 1, 0, first, last, bits], &frame);
        for bad in [(0, 1, 0), (5, 4, 0), (1, 64, 0), (1, 5, 0x20), (1, 5, 0x0e), (1, 5, 0x11)] {
            assert_eq!(scan(bad.0, bad.1, bad.2).err(), Some(flaw::BAD_SCAN), "{bad:?}");
        }
        assert_eq!(Scan::read(&[2, 1, 0, 2, 0, 1, 5, 0], &frame).err(), Some(flaw::BAD_SCAN));
        let mut progress = Progress::new(1);
        for (first, last, bits, allowed) in [
            (1, 5, 0x02, false),
            (0, 0, 0x10, false),
            (0, 0, 0x01, true),
            (0, 0, 0x01, false),
            (1, 5, 0x02, true),
            (1, 63, 0x21, false),
            (0, 0, 0x10, true),
        ] {
            assert_eq!(progress.begin(&scan(first, last, bits).unwrap()).is_ok(), allowed, "{first} to {last}");
        }
        assert!(!progress.is_complete());
    }
}
