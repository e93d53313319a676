//! Bits out of entropy-coded bytes: stuffing is taken out, no marker is passed, and it is known to the bit how much
//! was there.

use super::flaw::{self, Checked};
use super::segments::first_ff;

/// Reads bits, the most significant of a byte first. Behind the end of the data it gives zeros, and counts them.
#[derive(Debug, Clone)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The bytes that `held` does not count, up to the next 0xff.
    ahead: &'a [u8],
    /// Where `ahead` ends in `bytes`.
    end: usize,
    /// The next bits, from the left. Behind those that count there may be some of the first byte ahead.
    buffer: u64,
    /// How many bits of `buffer` count, 63 at most, zeros from behind the end among them.
    held: u32,
    /// How many zeros from behind the end were given so far, those in `buffer` among them.
    padding: u32,
    /// Whether data were passed over that nothing needs.
    stray: bool,
}

/// What stands at a place in entropy-coded bytes.
enum Next {
    /// A byte of data, and the place behind it.
    Data(u8, usize),
    /// A marker's code, and the place behind it.
    Marker(u8, usize),
    End,
}

impl<'a> BitReader<'a> {
    /// A reader of what begins at `at`.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        let mut reader = Self { bytes, ahead: &[], end: 0, buffer: 0, held: 0, padding: 0, stray: false };
        reader.go_to(at);
        reader
    }

    /// The place of the next byte that `held` does not count.
    fn at(&self) -> usize {
        self.end - self.ahead.len()
    }

    fn go_to(&mut self, at: usize) {
        let at = at.min(self.bytes.len());
        if at > self.end || self.end == 0 {
            let rest = &self.bytes[at..];
            self.end = at + first_ff(rest).unwrap_or(rest.len());
        }
        self.ahead = self.bytes.get(at..self.end).unwrap_or_default();
    }

    /// Makes sure of so many bits, 56 at most, for [`peek`](Self::peek) and [`skip`](Self::skip).
    #[inline(always)]
    pub(super) fn fill(&mut self, count: u32) {
        if self.held < count {
            self.top_up(count);
        }
    }

    /// The same, with more bits than that where they can be had at once, which is nearly always; without asking whether
    /// any are needed. Whether they are is hard to predict for a processor, and a wrong guess costs it more than this.
    #[inline(always)]
    pub(super) fn top_up(&mut self, count: u32) {
        if let Some(chunk) = self.ahead.first_chunk() {
            self.buffer |= u64::from_be_bytes(*chunk) >> self.held;
            self.ahead = &self.ahead[(63 - self.held) as usize / 8..];
            self.held |= 56;
        } else if self.held < count {
            *self = self.clone().refilled_by_bytes();
        }
    }

    /// Takes and gives the reader by value, so that it stays in registers everywhere else.
    #[cold]
    #[inline(never)]
    fn refilled_by_bytes(mut self) -> Self {
        while self.held < 56 {
            match self.next() {
                Next::Data(byte, after) => {
                    self.buffer |= u64::from(byte) << (56 - self.held);
                    self.held += 8;
                    self.go_to(after);
                    continue;
                }
                // The fill in front of it is passed over once, not with every refill from here on.
                Next::Marker(_, after) => self.end = after - 2,
                Next::End => self.end = self.bytes.len(),
            }
            self.padding += 63 - self.held;
            self.held = 63;
        }
        self
    }

    /// Stuffing is any number of 0xff before a zero, and they are one byte of data, as for libjpeg.
    fn next(&self) -> Next {
        if let Some(byte) = self.ahead.first() {
            return Next::Data(*byte, self.at() + 1);
        }
        let Some([0xff, after @ ..]) = self.bytes.get(self.end..) else { return Next::End };
        let Some(fill) = after.iter().position(|&byte| byte != 0xff) else { return Next::End };
        let behind = self.end + fill + 2;
        match after[fill] {
            0 => Next::Data(0xff, behind),
            code => Next::Marker(code, behind),
        }
    }

    /// The next `count` bits, which are at most 32 and were made sure of.
    #[inline(always)]
    pub(super) fn peek(&self, count: u32) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 32 bits are left")]
        let bits = (self.buffer >> 1 >> (63 - count)) as u32;
        bits
    }

    /// Passes over bits that were made sure of.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.buffer <<= count;
        self.held = self.held.wrapping_sub(count);
    }

    /// Takes `count` bits, at most 31.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        self.fill(count);
        let bits = self.peek(count);
        self.skip(count);
        bits
    }

    /// Takes the bits of a number of that many bits, at most 15: where the first is 0, the number is negative, and one
    /// more than the bits say below the power of two.
    #[inline(always)]
    pub(super) fn take_signed(&mut self, count: u32) -> i32 {
        let bits = self.take(count).cast_signed();
        signed(bits, count)
    }

    /// Takes one bit.
    #[inline(always)]
    pub(super) fn take_bit(&mut self) -> bool {
        self.fill(1);
        let bit = self.buffer >> 63 != 0;
        self.skip(1);
        bit
    }

    /// Whether more bits were taken than there were.
    #[inline(always)]
    pub(super) fn overran(&self) -> bool {
        self.held < self.padding
    }

    /// Notes that what was just read has no place in the picture.
    #[inline(always)]
    pub(super) fn note_stray(&mut self) {
        self.stray = true;
    }

    /// Leaves the data: bits that fill the last byte are dropped, bytes before the next marker are passed over.
    /// Returns where the marker begins or the bytes end, and whether bytes were passed over so far.
    pub(super) fn leave(&mut self) -> (usize, bool) {
        self.stray |= self.held.saturating_sub(self.padding) >= 8;
        (self.buffer, self.held, self.padding) = (0, 0, 0);
        while let Next::Data(_, after) = self.next() {
            self.stray = true;
            self.go_to(after);
        }
        // To the front of what fills the space before a marker, wherever the last refill has left it.
        while let Some(0xff) = self.end.checked_sub(1).and_then(|before| self.bytes.get(before)) {
            self.end -= 1;
        }
        (self.at(), self.stray)
    }

    /// Whether the data end at the restart marker of this number.
    #[cold]
    pub(super) fn is_before_restart(&self, number: u8) -> bool {
        matches!(self.next(), Next::Marker(code, _) if code == 0xd0 + number)
    }

    /// Passes over the restart marker of this number, which must be the next.
    #[cold]
    #[inline(never)]
    pub(super) fn restarted(mut self, number: u8) -> Checked<Self> {
        self.leave();
        match self.next() {
            Next::Marker(code, after) if code == 0xd0 + number => {
                self.go_to(after);
                Ok(self)
            }
            Next::Marker(0xd0..=0xd7, _) => Err(flaw::WRONG_RESTART),
            Next::Marker(..) => Err(flaw::NO_RESTART),
            _ => Err(flaw::ENDS_EARLY),
        }
    }
}

/// The number that `count` bits stand for, as JPEG stores differences and coefficients.
#[inline(always)]
pub(super) fn signed(bits: i32, count: u32) -> i32 {
    // Without a branch, for the sign is as good as random.
    let negative = ((bits << 1) >> count) - 1;
    bits + (negative & (1 - (1 << count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The naive twin: the bits of the data in a row.
    fn naive(bytes: &[u8]) -> Vec<bool> {
        let mut bits = Vec::new();
        let mut rest = bytes;
        loop {
            let byte = match rest {
                [0xff, 0xff, ..] => {
                    rest = &rest[1..];
                    continue;
                }
                [0xff, 0, after @ ..] => {
                    rest = after;
                    0xff
                }
                [] | [0xff, ..] => return bits,
                [byte, after @ ..] => {
                    rest = after;
                    *byte
                }
            };
            bits.extend((0..8).rev().map(|bit| byte >> bit & 1 == 1));
        }
    }

    #[test]
    fn the_sign_is_in_the_first_bit() {
        for count in 1..=15 {
            let half = 1 << (count - 1);
            for bits in 0..1 << count {
                let expected = if bits < half { bits - (1 << count) + 1 } else { bits };
                assert_eq!(signed(bits, count), expected, "{bits} of {count} bits");
            }
        }
        assert_eq!(signed(0, 0), 0);
    }

    #[test]
    fn a_restart_marker_must_be_the_next_one() {
        let bytes = [0x12, 0x34, 0xff, 0xff, 0xd3, 0x80];
        let mut reader = BitReader::new(&bytes, 0);
        reader.fill(3);
        reader.skip(3);
        assert_eq!(reader.clone().restarted(2).err(), Some(flaw::WRONG_RESTART));
        let mut reader = reader.restarted(3).unwrap();
        assert!(reader.stray, "a whole byte was left over");
        assert!(reader.take_bit());
        assert_eq!(reader.restarted(4).err(), Some(flaw::ENDS_EARLY));
    }

    proptest! {
        #[test]
        fn the_bits_are_those_of_the_bytes(
            bytes in prop::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(0xff), 1 => Just(0)], 0..60),
            steps in prop::collection::vec(0_u32..=31, 0..100),
        ) {
            let expected = naive(&bytes);
            let mut reader = BitReader::new(&bytes, 0);
            let mut taken = 0;
            for step in steps {
                reader.fill(step);
                let bits = (taken..taken + step as usize).map(|place| expected.get(place).copied().unwrap_or(false));
                prop_assert_eq!(reader.take(step), bits.fold(0, |all, bit| all << 1 | u32::from(bit)));
                taken += step as usize;
                prop_assert_eq!(reader.overran(), taken > expected.len());
            }
            let left_over = expected.len().saturating_sub(taken) >= 8;
            prop_assert_eq!(reader.leave().1, left_over);
        }
    }
}
