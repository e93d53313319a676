//! Huffman codes: from the counts and symbols of a segment to tables that give a symbol, or even a coefficient, at
//! once.

use super::bits::{BitReader, signed};
use super::flaw::{self, Checked};

/// The bits that are looked at together. With 10, nearly every code of a photo is found, most with its coefficient,
/// and a table is 4 KiB.
const LOOK: u32 = 10;

/// A table as a segment gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    /// How many codes there are of 1 to 16 bits.
    counts: [u8; 16],
    /// What the codes stand for, the shortest code first.
    symbols: Vec<u8>,
}

/// What the coefficients after the first of a block are read by, and the differences of the first as well.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// By the next [`LOOK`] bits.
    quick: Box<[Entry; 1 << LOOK]>,
    /// By length less one: the first 16 bits that are beyond the codes of that length, and where the symbols are,
    /// to be added to the code.
    limits: [(u32, i32); 16],
    symbols: [u8; 256],
}

/// What the next bits are, packed so that one load gives all.
///
/// From the top: 16 bits of the coefficient's value, 8 bits of symbol, 8 bits of length. The value is not 0 where the
/// bits of the coefficient are within reach too; then the length counts them. The length is 0 where the code is longer
/// than what was looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry(u32);

impl Entry {
    #[inline(always)]
    pub(super) fn value(self) -> i16 {
        (self.0.cast_signed() >> 16) as i16
    }

    /// How many zeros there are before the coefficient.
    #[inline(always)]
    pub(super) fn run(self) -> usize {
        (self.0 >> 12) as usize & 15
    }

    #[inline(always)]
    fn symbol(self) -> u8 {
        (self.0 >> 8 & 255) as u8
    }

    #[inline(always)]
    pub(super) fn length(self) -> u32 {
        self.0 & 255
    }
}

impl Codes {
    /// Takes a table off the front of a segment's body, from its counts on.
    pub(super) fn read(body: &[u8]) -> Checked<(Self, &[u8])> {
        let (counts, rest) = body.split_first_chunk::<16>().ok_or(flaw::BAD_HUFFMAN)?;
        let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total).ok_or(flaw::BAD_HUFFMAN)?;
        if total > 256 {
            return Err(flaw::BAD_HUFFMAN);
        }
        Ok((Self { counts: *counts, symbols: symbols.to_vec() }, rest))
    }

    /// The standard's tables for luma and chroma, for files that give none, as the pictures of Motion JPEG do.
    pub(super) fn standard_dc(chroma: bool) -> Self {
        let counts = if chroma {
            [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
        } else {
            [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
        };
        Self { counts, symbols: (0..12).collect() }
    }

    /// As [`standard_dc`](Self::standard_dc), for the other coefficients.
    pub(super) fn standard_ac(chroma: bool) -> Self {
        if chroma {
            Self { counts: AC_CHROMA_COUNTS, symbols: AC_CHROMA_SYMBOLS.to_vec() }
        } else {
            Self { counts: AC_LUMA_COUNTS, symbols: AC_LUMA_SYMBOLS.to_vec() }
        }
    }

    /// Whether it is one of the standard's.
    pub(super) fn is_standard(&self) -> bool {
        [false, true].into_iter().any(|chroma| *self == Self::standard_dc(chroma) || *self == Self::standard_ac(chroma))
    }

    /// The table for the coefficients after the first.
    pub(super) fn table(&self) -> Checked<Table> {
        let mut table = Table { quick: Box::new([Entry(0); 1 << LOOK]), limits: [(0, 0); 16], symbols: [0; 256] };
        for (to, from) in table.symbols.iter_mut().zip(&self.symbols) {
            *to = *from;
        }
        let (mut code, mut index) = (0_u32, 0_usize);
        for (length, (&count, limit)) in (1..).zip(self.counts.iter().zip(&mut table.limits)) {
            let count = u32::from(count);
            let offset = i32::try_from(index).unwrap_or(0) - code.cast_signed();
            for symbol in self.symbols.iter().skip(index).take(count as usize) {
                fill(&mut table.quick[..], code, length, *symbol);
                code += 1;
            }
            index += count as usize;
            // No code may be all ones, and of course none may be longer than its length.
            if count > 0 && code >= 1 << length {
                return Err(flaw::BAD_HUFFMAN);
            }
            *limit = (code << (16 - length), offset);
            code <<= 1;
        }
        Ok(table)
    }

    /// The table for the differences of first coefficients, which are of at most 15 bits.
    pub(super) fn dc_table(&self) -> Checked<Table> {
        if self.symbols.iter().any(|&symbol| symbol > 15) {
            return Err(flaw::BAD_HUFFMAN);
        }
        self.table()
    }
}

/// Notes a code under all that can follow it.
fn fill(quick: &mut [Entry], code: u32, length: u32, symbol: u8) {
    let Some(rest) = LOOK.checked_sub(length) else { return };
    let first = (code << rest) as usize;
    let size = u32::from(symbol & 15);
    for (entry, after) in quick.iter_mut().skip(first).zip(0..1_u32 << rest) {
        let packed = u32::from(symbol) << 8;
        *entry = Entry(match rest.checked_sub(size) {
            Some(behind) if size > 0 => {
                let value = signed((after >> behind).cast_signed(), size);
                value.cast_unsigned() << 16 | packed | (length + size)
            }
            _ => packed | length,
        });
    }
}

impl Table {
    /// What the next bits are.
    #[inline(always)]
    pub(super) fn look(&self, bits: &mut BitReader<'_>) -> Entry {
        bits.fill(LOOK);
        self.quick[bits.peek(LOOK) as usize]
    }

    /// Takes a code of which `entry` gives no value.
    #[inline(always)]
    pub(super) fn symbol(&self, entry: Entry, bits: &mut BitReader<'_>) -> u8 {
        if entry.length() > 0 {
            bits.skip(entry.length());
            return entry.symbol();
        }
        bits.fill(17);
        self.long_symbol(bits)
    }

    /// Takes a difference of first coefficients.
    #[inline(always)]
    pub(super) fn difference(&self, bits: &mut BitReader<'_>) -> i32 {
        let entry = self.look(bits);
        if entry.value() != 0 {
            bits.skip(entry.length());
            return i32::from(entry.value());
        }
        let size = self.symbol(entry, bits);
        bits.take_signed(u32::from(size))
    }

    /// Takes a code longer than the table of the next bits. One that does not exist is noted, and taken for 17 bits
    /// that mean 0, as in libjpeg.
    #[inline(always)]
    fn long_symbol(&self, bits: &mut BitReader<'_>) -> u8 {
        if let Some((symbol, length)) = self.long_code(bits.peek(16)) {
            bits.skip(length);
            return symbol;
        }
        bits.note_stray();
        bits.skip(17);
        0
    }

    #[cold]
    #[inline(never)]
    fn long_code(&self, ahead: u32) -> Option<(u8, u32)> {
        self.code(ahead, LOOK)
    }

    /// The code that 16 bits begin with, as its symbol and its length, if it is longer than `shorter`.
    pub(super) fn code(&self, ahead: u32, shorter: u32) -> Option<(u8, u32)> {
        let longer = (1..).zip(&self.limits).skip(shorter as usize);
        let (length, &(_, offset)) = longer.into_iter().find(|(_, (limit, _))| ahead < *limit)?;
        let index = (ahead >> (16 - length)).cast_signed() + offset;
        let symbol = usize::try_from(index).ok().and_then(|index| self.symbols.get(index)).copied();
        Some((symbol.unwrap_or(0), length))
    }

    /// Passes over a code and the bits of its coefficient. With `index` the place of the zigzag that would be next,
    /// returns that which is next then; `None` if the block ends there.
    #[inline(always)]
    pub(super) fn pass(&self, index: usize, bits: &mut BitReader<'_>) -> Option<usize> {
        let symbol = self.plain_symbol(bits);
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        bits.take(size);
        if size == 0 && run < 15 { None } else { Some(index + run + 1) }
    }

    /// Takes a symbol whose value, if it has one, is read apart.
    #[inline(always)]
    pub(super) fn plain_symbol(&self, bits: &mut BitReader<'_>) -> u8 {
        let entry = self.look(bits);
        if entry.value() != 0 {
            bits.skip(entry.length() - u32::from(entry.symbol() & 15));
            return entry.symbol();
        }
        self.symbol(entry, bits)
    }
}

const AC_LUMA_COUNTS: [u8; 16] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125];

#[rustfmt::skip]
const AC_LUMA_SYMBOLS: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
    0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72,
    0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37,
    0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
    0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3,
    0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
    0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
];

const AC_CHROMA_COUNTS: [u8; 16] = [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119];

#[rustfmt::skip]
const AC_CHROMA_SYMBOLS: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
    0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1,
    0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36,
    0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
    0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
    0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a,
    0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba,
    0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
    0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
];

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tables that are possible: of each length some of the codes that are left, and never the last.
    pub(in crate::codec::jpeg) fn codes() -> impl Strategy<Value = Codes> {
        let parts = (prop::collection::vec(any::<u8>(), 16), prop::collection::vec(any::<u8>(), 256));
        parts.prop_map(|(wishes, mut symbols)| {
            let (mut left, mut total) = (1_usize, 0);
            let counts = std::array::from_fn(|index| {
                left *= 2;
                let wish = usize::from(wishes[index]) % (index * index + 2);
                let count = wish.min(left - 1).min(255).min(256 - total);
                left -= count;
                total += count;
                u8::try_from(count).unwrap()
            });
            symbols.truncate(total);
            Codes { counts, symbols }
        })
    }

    /// The naive twin: takes bits until they are a code, or one more than the longest has.
    fn symbol_slowly(codes: &Codes, bits: &mut BitReader<'_>) -> u8 {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for &count in &codes.counts {
            code = code << 1 | usize::from(bits.take_bit());
            first <<= 1;
            if code < first + usize::from(count) {
                return codes.symbols[index + code - first];
            }
            first += usize::from(count);
            index += usize::from(count);
        }
        bits.take_bit();
        0
    }

    proptest! {
        #[test]
        fn symbols_and_values_are_as_by_single_bits(
            codes in codes(),
            bytes in prop::collection::vec(0_u8..255, 8..60),
        ) {
            let table = codes.table().unwrap();
            let mut quick = BitReader::new(&bytes, 0);
            let mut slow = quick.clone();
            while !slow.overran() {
                let plain = table.plain_symbol(&mut quick.clone());
                let entry = table.look(&mut quick);
                let whole = if entry.value() != 0 {
                    quick.skip(entry.length());
                    (entry.symbol(), i32::from(entry.value()))
                } else {
                    let symbol = table.symbol(entry, &mut quick);
                    (symbol, quick.take_signed(u32::from(symbol & 15)))
                };
                let symbol = symbol_slowly(&codes, &mut slow);
                let size = u32::from(symbol & 15);
                let value = (0..size).fold(0, |value, _| value << 1 | i32::from(slow.take_bit()));
                prop_assert_eq!(plain, symbol);
                prop_assert_eq!(whole, (symbol, signed(value, size)));
                prop_assert_eq!(entry.run() == usize::from(symbol >> 4) || entry.value() == 0, true);
            }
        }
    }

    #[test]
    fn impossible_tables_are_refused() {
        let codes = |counts: &[u8], symbols: &[u8]| {
            let mut all = [0; 16];
            all[..counts.len()].copy_from_slice(counts);
            Codes { counts: all, symbols: symbols.to_vec() }
        };
        assert!(codes(&[1, 1], &[3, 4]).table().is_ok());
        assert!(codes(&[2], &[3, 4]).table().is_err(), "one code is all ones");
        assert!(codes(&[1, 3], &[1, 2, 3, 4]).table().is_err(), "more codes than bits allow");
        assert!(codes(&[1], &[16]).table().is_ok());
        assert!(codes(&[1], &[16]).dc_table().is_err(), "a difference has at most 15 bits");
    }

    #[test]
    fn a_table_is_taken_off_the_front() {
        let mut body = vec![1];
        body.extend([0; 15]);
        body.extend([9, 8, 7]);
        let (codes, rest) = Codes::read(&body).unwrap();
        assert_eq!((codes.symbols, rest), (vec![9], &[8, 7][..]));
        assert!(Codes::read(&body[..16]).is_err());
        assert!(Codes::read(&body[..9]).is_err());
    }
}
