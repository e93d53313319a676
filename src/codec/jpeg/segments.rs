//! The marker segments of a JPEG, one after the other.

use super::flaw::{self, Checked};

/// Walks from marker to marker.
#[derive(Debug, Clone)]
pub(super) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether bytes that belong to no segment were passed over.
    pub(super) stray: bool,
    /// Whether markers that mean nothing there were, or fill in front of one.
    pub(super) idle: bool,
}

/// A marker that means something by itself or has a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    /// What follows the length field; empty for the end of the image.
    pub(super) body: &'a [u8],
}

/// The start of a scan, and the end of the image.
pub(super) const SOS: u8 = 0xda;
pub(super) const EOI: u8 = 0xd9;

impl<'a> Segments<'a> {
    /// The segments from `at` on, which is behind the start of the image or where a scan's data end.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, stray: false, idle: false }
    }

    /// Where the next segment begins.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next segment, or `None` where the bytes end and no marker was begun.
    ///
    /// As in libjpeg, bytes that are no marker are passed over, any number of 0xff may stand before a marker's code,
    /// and restart markers mean nothing here.
    pub(super) fn next(&mut self) -> Checked<Option<Segment<'a>>> {
        while let Some(marker) = self.next_marker() {
            match marker {
                0x01 | 0xd0..=0xd7 => self.idle = true,
                0xd8 => return Err(flaw::SECOND_START),
                EOI => return Ok(Some(Segment { marker, body: &[] })),
                0x02..=0xbf | 0xc8 | 0xf0..=0xfd => return Err(flaw::RESERVED_MARKER),
                _ => return self.body().map(|body| Some(Segment { marker, body })),
            }
        }
        Ok(None)
    }

    /// The code of the next marker; a zero after 0xff makes none.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let start = first_ff(rest);
            self.stray |= start != Some(0) && !rest.is_empty();
            let start = start?;
            let code = start + rest[start..].iter().position(|&byte| byte != 0xff)?;
            self.idle |= code > start + 1;
            self.at += code + 1;
            match rest[code] {
                0 => self.stray = true,
                marker => return Some(marker),
            }
        }
    }

    fn body(&mut self) -> Checked<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (length, _) = rest.split_first_chunk::<2>().ok_or(flaw::ENDS_IN_SEGMENT)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(flaw::SHORT_SEGMENT);
        }
        let body = rest.get(2..length).ok_or(flaw::ENDS_IN_SEGMENT)?;
        self.at += length;
        Ok(body)
    }
}

/// Where the first 0xff stands; eight bytes at a time, for this passes over the data of all scans.
pub(super) fn first_ff(bytes: &[u8]) -> Option<usize> {
    let words = bytes.as_chunks::<8>().0.iter().take_while(|word| !has_ff(u64::from_be_bytes(**word)));
    let passed = 8 * words.count();
    bytes[passed..].iter().position(|&byte| byte == 0xff).map(|at| passed + at)
}

/// Whether one of the eight bytes is 0xff.
#[inline(always)]
pub(super) const fn has_ff(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // A byte of the complement that is zero borrows from its own top bit.
    (!word).wrapping_sub(ONES) & word & (ONES << 7) != 0
}

/// Where the data that begin at `at` end: at a marker other than those within them, or with the bytes.
pub(super) fn behind_data(bytes: &[u8], mut at: usize) -> usize {
    let rest = |at: usize| bytes.get(at..).unwrap_or_default();
    while let Some(start) = first_ff(rest(at)) {
        at += start;
        // Of any number of 0xff in front of it, a code is what is not.
        let fill = rest(at).iter().take_while(|&&byte| byte == 0xff).count();
        match rest(at + fill).first() {
            Some(0 | 0xd0..=0xd7) => at += fill + 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// What a walk over all segments of a file tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Survey {
    /// How many scans it has, as far as it can be read.
    pub(super) scans: u64,
    /// Whether it can be read to its end marker.
    pub(super) is_whole: bool,
}

/// Walks over all segments of a file.
pub(super) fn survey(bytes: &[u8]) -> Survey {
    let mut segments = Segments::new(bytes, 2);
    let mut scans = 0;
    while let Ok(Some(Segment { marker, .. })) = segments.next() {
        match marker {
            EOI => return Survey { scans, is_whole: true },
            SOS => scans += 1,
            _ => {}
        }
    }
    Survey { scans, is_whole: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markers(bytes: &[u8]) -> (Vec<u8>, bool, Checked<()>) {
        let mut segments = Segments::new(bytes, 0);
        let mut markers = Vec::new();
        let end = loop {
            match segments.next() {
                Ok(Some(segment)) => markers.push(segment.marker),
                Ok(None) => break Ok(()),
                Err(what) => break Err(what),
            }
        };
        (markers, segments.stray, end)
    }

    #[test]
    fn every_byte_that_is_ff_is_seen() {
        for place in 0..8 {
            for byte in 0..=255_u64 {
                for others in [0, 0x7f, 0x80, 0xfe] {
                    let mut bytes = [others; 8];
                    bytes[place] = u8::try_from(byte).unwrap();
                    assert_eq!(has_ff(u64::from_be_bytes(bytes)), byte == 0xff);
                }
            }
        }
    }

    #[test]
    fn what_is_no_segment_is_passed_over() {
        let plain = [0xff, 0xe0, 0, 3, 7, 0xff, 0xff, 0xfe, 0, 2, 0xff, 0xd3, 0xff, 0xd9];
        assert_eq!(markers(&plain), (vec![0xe0, 0xfe, 0xd9], false, Ok(())));
        let stray = [9, 9, 0xff, 0xe0, 0, 3, 7, 8, 0xff, 0, 0xff, 0xfe, 0, 2, 0xff];
        assert_eq!(markers(&stray), (vec![0xe0, 0xfe], true, Ok(())));
        assert_eq!(markers(&[]), (vec![], false, Ok(())));
    }

    #[test]
    fn the_first_ff_is_found_wherever_it_stands() {
        for len in 0..40 {
            assert_eq!(first_ff(&vec![0xfe; len]), None);
            for at in 0..len {
                let mut bytes = vec![0x7f; len];
                bytes[at..].fill(0xff);
                assert_eq!(first_ff(&bytes), Some(at));
            }
        }
    }

    #[test]
    fn data_are_passed_over_to_the_marker_behind_them() {
        let data = [7, 0xff, 0, 0xff, 0xff, 0xd3, 8, 0xff, 0xff, 0, 9];
        for (end, length) in [(&[0xff, 0xda][..], 0), (&[0xff, 0xff, 0xd9], 0), (&[0xff, 0xff], 0), (&[1], 1), (&[], 0)]
        {
            assert_eq!(behind_data(&[&data, end].concat(), 0), data.len() + length, "{end:?}");
        }
    }

    #[test]
    fn scans_are_counted_across_their_data() {
        let scan = [0xff, 0xda, 0, 2, 1, 0xff, 0, 0xff, 0xd0, 0xda, 3];
        let file = |scans: usize, end: &[u8]| [&[0xff, 0xd8][..], &scan.repeat(scans), end].concat();
        let counted = |bytes: &[u8]| (survey(bytes).scans, survey(bytes).is_whole);
        let behind = counted(&file(3, &[0xff, 0xd9, 0xff, 0xda, 0, 2]));
        assert_eq!(behind, (3, true), "what follows the end does not count");
        assert_eq!(counted(&file(2, &[])), (2, false));
        let impossible = counted(&file(1, &[0xff, 0xd8, 0xff, 0xda, 0, 2]));
        assert_eq!(impossible, (1, false), "nor what follows an impossible marker");
    }

    #[test]
    fn a_segment_must_be_whole() {
        for (bytes, what) in [
            (&[0xff, 0xe0, 0][..], flaw::ENDS_IN_SEGMENT),
            (&[0xff, 0xe0, 0, 4, 1], flaw::ENDS_IN_SEGMENT),
            (&[0xff, 0xe0, 0, 1, 1], flaw::SHORT_SEGMENT),
            (&[0xff, 0xd8], flaw::SECOND_START),
            (&[0xff, 0x02, 0, 2], flaw::RESERVED_MARKER),
        ] {
            assert_eq!(markers(bytes).2, Err(what));
        }
    }
}
