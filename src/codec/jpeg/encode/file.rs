//! Quantized components to a file: the segments, and the scans with the shortest codes for each group of them.

use super::super::segments::has_ff;
use super::Quantized;
use super::code::{Code, Counts};
use super::scans::{Scan, Sink};
use crate::units::Size;

/// Scans in their order. Those of a group share their codes.
pub(super) type Script = Vec<Vec<Scan>>;

/// Bytes of a file before its scans and behind them: SOI, EOI, JFIF, three tables and the frame.
pub(super) const FRAME_LEN: u64 = 2 + 2 + 18 + 3 * 69 + 19;

/// A group of scans with its codes: those of the means of luma and chroma, and of the others of luma and chroma.
#[derive(Debug)]
struct Coded {
    scans: Vec<Scan>,
    codes: [Code; 4],
    bits: u64,
}

impl Coded {
    fn new(scans: Vec<Scan>, picture: &Quantized) -> Self {
        let mut tally = Tally::default();
        for scan in &scans {
            scan.walk(picture, &mut tally);
        }
        let codes = tally.counts.each_ref().map(Code::shortest);
        let words: u64 = codes.iter().zip(&tally.counts).map(|(code, counts)| code.bits(counts)).sum();
        Self { scans, codes, bits: tally.bits + words }
    }

    /// Bytes of it in the file, but for those that are stuffed.
    fn len(&self) -> u64 {
        let tables = self.codes.iter().filter(|code| !code.symbols.is_empty()).map(|code| code.table_len() + 4);
        let heads = self.scans.iter().map(|scan| 8 + 2 * scan.components.len() as u64);
        tables.sum::<u64>() + heads.sum::<u64>() + self.bits.div_ceil(8)
    }
}

/// What the scans of a file come to.
#[derive(Debug)]
pub(super) struct Entropy(Vec<Coded>);

impl Entropy {
    pub(super) fn of(script: Script, picture: &Quantized) -> Self {
        Self(script.into_iter().map(|scans| Coded::new(scans, picture)).collect())
    }

    /// Bytes of it in the file, but for those that are stuffed.
    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(Coded::len).sum()
    }

    /// Writes the file.
    pub(super) fn write(&self, size: Size, picture: &Quantized) -> Vec<u8> {
        let progressive = self.0.iter().map(|coded| coded.scans.len()).sum::<usize>() > 1;
        let mut file = vec![0xff, 0xd8];
        // JFIF 1.01, no density but square pixels, no thumbnail.
        segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        for (number, table) in (0..).zip(&picture.tables) {
            segment(&mut file, 0xdb, &[&[number], &table[..]].concat());
        }
        let side = |side: u32| u16::try_from(side).unwrap_or(u16::MAX).to_be_bytes();
        let mut frame = [&[8], &side(size.height())[..], &side(size.width()), &[3]].concat();
        for number in 0..3 {
            let (right, down) = picture.blocks_per_unit(number.into());
            #[expect(clippy::cast_possible_truncation, reason = "1 or 2")]
            frame.extend([number + 1, (right << 4 | down) as u8, number]);
        }
        segment(&mut file, if progressive { 0xc2 } else { 0xc0 }, &frame);

        for coded in &self.0 {
            for (number, code) in (0_u8..).zip(&coded.codes) {
                if !code.symbols.is_empty() {
                    let target = (number & 2) << 3 | number & 1;
                    segment(&mut file, 0xc4, &[&[target], &code.lengths[..], &code.symbols].concat());
                }
            }
            for scan in &coded.scans {
                #[expect(clippy::cast_possible_truncation, reason = "at most 3")]
                let mut head = vec![scan.components.len() as u8];
                for &component in &scan.components {
                    #[expect(clippy::cast_possible_truncation, reason = "0 or 1")]
                    let table = Scan::table(component) as u8;
                    #[expect(clippy::cast_possible_truncation, reason = "at most 3")]
                    head.extend([component as u8 + 1, table << 4 | table]);
                }
                head.extend([scan.first, scan.last, scan.above << 4 | scan.lowest]);
                segment(&mut file, 0xda, &head);
                let mut writer = Writer::new(&coded.codes, file, coded.bits / 8);
                scan.walk(picture, &mut writer);
                file = writer.finish();
            }
        }
        file.extend([0xff, 0xd9]);
        file
    }
}

fn segment(file: &mut Vec<u8>, marker: u8, body: &[u8]) {
    let len = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    file.extend([0xff, marker]);
    file.extend(len.to_be_bytes());
    file.extend(body);
}

/// Counts symbols and the bits beside them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: [Counts; 4],
    pub(super) bits: u64,
}

impl Sink for Tally {
    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, _: u32, len: u32) {
        self.counts[table & 3].0[usize::from(symbol)] += 1;
        self.bits += u64::from(len);
    }

    #[inline(always)]
    fn bits(&mut self, _: u32, len: u32) {
        self.bits += u64::from(len);
    }
}

/// Writes symbols by their codes.
struct Writer<'a> {
    codes: &'a [Code; 4],
    /// The file, and room behind it, so that room is asked for seldom.
    file: Vec<u8>,
    /// Where the file ends in it.
    end: usize,
    /// Bits that make no whole byte yet, in the lowest places, and how many.
    pending: u64,
    len: u32,
}

impl<'a> Writer<'a> {
    /// Goes on with a file to which about so many bytes are to come.
    fn new(codes: &'a [Code; 4], mut file: Vec<u8>, bytes: u64) -> Self {
        let end = file.len();
        // Bytes that are stuffed are few.
        let room = usize::try_from(bytes + bytes / 32).unwrap_or(0) + 64;
        file.resize(end + room, 0);
        Self { codes, file, end, pending: 0, len: 0 }
    }

    /// Puts up to 32 bits.
    #[inline(always)]
    fn put(&mut self, bits: u32, len: u32) {
        self.pending = self.pending << len | u64::from(bits);
        self.len += len;
        if self.len >= 32 {
            self.len -= 32;
            #[expect(clippy::cast_possible_truncation, reason = "the 32 oldest bits")]
            let four = (self.pending >> self.len) as u32;
            match self.file.get_mut(self.end..self.end + 4) {
                Some(room) if !has_ff(four.into()) => {
                    room.copy_from_slice(&four.to_be_bytes());
                    self.end += 4;
                }
                _ => four.to_be_bytes().into_iter().for_each(|byte| self.stuff(byte)),
            }
        }
    }

    /// Fills the last byte up with ones.
    fn finish(mut self) -> Vec<u8> {
        let fill = (8 - self.len % 8) % 8;
        self.pending = self.pending << fill | ((1 << fill) - 1);
        self.len += fill;
        while self.len > 0 {
            self.len -= 8;
            #[expect(clippy::cast_possible_truncation, reason = "the oldest byte")]
            self.stuff((self.pending >> self.len) as u8);
        }
        self.file.truncate(self.end);
        self.file
    }

    /// Puts a byte. One of ones is followed by one of zeros, so that it is no marker.
    #[cold]
    fn stuff(&mut self, byte: u8) {
        if self.file.len() < self.end + 2 {
            self.file.resize(2 * self.end + 64, 0);
        }
        self.file[self.end] = byte;
        self.end += 1;
        if byte == 0xff {
            self.file[self.end] = 0;
            self.end += 1;
        }
    }
}

impl Sink for Writer<'_> {
    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, bits: u32, len: u32) {
        let (word, width) = self.codes[table & 3].word(symbol);
        self.put(u32::from(word) << len | bits, u32::from(width) + len);
    }

    #[inline(always)]
    fn bits(&mut self, bits: u32, len: u32) {
        self.put(bits, len);
    }
}
