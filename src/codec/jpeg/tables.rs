//! The tables that segments set and scans use: quantization, Huffman codes, the restart interval.

use std::cell::Cell;

use super::flaw::{self, Checked};
use super::huffman::Codes;

/// How much each coefficient is to be multiplied by, in rows. More than 16 bits of a product are never needed, so it is
/// all the same whether the factor counts as signed.
pub(super) type Quantization = [i16; 64];

/// The place in its block, in rows, of a coefficient by its place in the zigzag of the data.
pub(super) const ZIGZAG: [u8; 64] = zigzag();

const fn zigzag() -> [u8; 64] {
    let mut order = [0; 64];
    let (mut row, mut column, mut index) = (0_u8, 0_u8, 0);
    while index < 64 {
        order[index] = 8 * row + column;
        // Even diagonals lead up and to the right, odd ones down and to the left; at an edge the next begins.
        if (row + column) % 2 == 0 {
            if column == 7 {
                row += 1;
            } else {
                column += 1;
                row = row.saturating_sub(1);
            }
        } else if row == 7 {
            column += 1;
        } else {
            row += 1;
            column = column.saturating_sub(1);
        }
        index += 1;
    }
    order
}

/// The tables as they stand at a place in the file.
#[derive(Debug, Default)]
pub(super) struct Tables {
    quantization: [Destination<Quantization>; 4],
    dc: [Destination<Codes>; 4],
    ac: [Destination<Codes>; 4],
    restart_interval: Destination<u16>,
}

/// Where a table is put, which is what the standard calls it; and whether one that was put there says anything though
/// no scan has used it.
#[derive(Debug)]
struct Destination<T> {
    table: Option<T>,
    used: Cell<bool>,
    has_lost: bool,
}

impl<T> Default for Destination<T> {
    fn default() -> Self {
        Self { table: None, used: Cell::new(true), has_lost: false }
    }
}

impl<T: PartialEq> Destination<T> {
    /// Puts a table there. What is in every other file says nothing.
    fn put(&mut self, table: T, is_common: impl FnOnce(&T) -> bool) {
        let replaced = self.table.as_ref().filter(|old| !self.used.get() && **old != table);
        self.has_lost |= replaced.is_some_and(|old| !is_common(old));
        self.used.set(false);
        self.table = Some(table);
    }

    /// Puts a table there that no file has brought, if there is none.
    fn assume(&mut self, table: impl FnOnce() -> T) {
        self.table.get_or_insert_with(table);
    }

    fn table(&self) -> Option<&T> {
        self.used.set(true);
        self.table.as_ref()
    }

    fn has_unused(&self, is_common: impl FnOnce(&T) -> bool) -> bool {
        self.has_lost || self.table.as_ref().is_some_and(|table| !self.used.get() && !is_common(table))
    }
}

impl Tables {
    /// Takes in a segment if it is one of tables.
    pub(super) fn read(&mut self, marker: u8, body: &[u8]) -> Checked<()> {
        match marker {
            0xc4 => self.read_codes(body),
            0xdb => self.read_quantization(body),
            0xdd => {
                let interval = <[u8; 2]>::try_from(body).map_err(|_| flaw::BAD_RESTART_INTERVAL)?;
                self.restart_interval.put(u16::from_be_bytes(interval), |_| false);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn read_codes(&mut self, mut body: &[u8]) -> Checked<()> {
        while let Some((&target, rest)) = body.split_first() {
            let (codes, rest) = Codes::read(rest)?;
            let class = match target >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(flaw::BAD_HUFFMAN),
            };
            class.get_mut(usize::from(target & 15)).ok_or(flaw::BAD_HUFFMAN)?.put(codes, Codes::is_standard);
            body = rest;
        }
        Ok(())
    }

    fn read_quantization(&mut self, mut body: &[u8]) -> Checked<()> {
        while let Some((&target, rest)) = body.split_first() {
            let wide = target >> 4 != 0;
            let (factors, rest) = rest.split_at_checked(if wide { 128 } else { 64 }).ok_or(flaw::BAD_QUANTIZATION)?;
            let factor = |index: usize| {
                if wide {
                    i16::from_be_bytes([factors[2 * index], factors[2 * index + 1]])
                } else {
                    i16::from(factors[index])
                }
            };
            let mut table = [0; 64];
            for (index, &place) in ZIGZAG.iter().enumerate() {
                table[usize::from(place)] = factor(index);
            }
            self.quantization
                .get_mut(usize::from(target & 15))
                .ok_or(flaw::BAD_QUANTIZATION)?
                .put(table, is_scaled_standard);
            body = rest;
        }
        Ok(())
    }

    /// Fills in the standard's Huffman tables where none were given.
    pub(super) fn assume_standard_codes(&mut self) {
        for (slot, chroma) in [false, true].into_iter().enumerate() {
            self.dc[slot].assume(|| Codes::standard_dc(chroma));
            self.ac[slot].assume(|| Codes::standard_ac(chroma));
        }
    }

    /// Whether a table was given that no scan has used, and that is not one that many encoders write in any case: then
    /// it may say anything.
    pub(super) fn has_unused(&self) -> bool {
        self.dc.iter().chain(&self.ac).any(|codes| codes.has_unused(Codes::is_standard))
            || self.quantization.iter().any(|table| table.has_unused(is_scaled_standard))
            || self.restart_interval.has_unused(|_| false)
    }

    /// After how many units a restart marker comes; 0 for none.
    pub(super) fn restart_interval(&self) -> u16 {
        self.restart_interval.table().copied().unwrap_or(0)
    }

    pub(super) fn quantization(&self, number: u8) -> Checked<&Quantization> {
        self.quantization.get(usize::from(number)).and_then(Destination::table).ok_or(flaw::NO_QUANTIZATION)
    }

    pub(super) fn dc(&self, number: u8) -> Checked<&Codes> {
        self.dc.get(usize::from(number)).and_then(Destination::table).ok_or(flaw::NO_HUFFMAN)
    }

    pub(super) fn ac(&self, number: u8) -> Checked<&Codes> {
        self.ac.get(usize::from(number)).and_then(Destination::table).ok_or(flaw::NO_HUFFMAN)
    }
}

/// Whether it is one of the standard's tables (ITU-T T.81, K.1) at one of libjpeg's qualities, to 8 bits.
fn is_scaled_standard(table: &Quantization) -> bool {
    let scaled = |standard: &[u8; 64], percent: i32| {
        let factor = |value: u8| (i32::from(value) * percent + 50) / 100;
        standard.iter().zip(table).all(|(value, found)| factor(*value).clamp(1, 255) == i32::from(*found))
    };
    let percents = (1..50).map(|quality| 5000 / quality).chain((50..=100).map(|quality| 200 - 2 * quality));
    percents.into_iter().any(|percent| scaled(&LUMA, percent) || scaled(&CHROMA, percent))
}

#[rustfmt::skip]
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

#[rustfmt::skip]
const CHROMA: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zigzag_begins_and_ends_as_it_should() {
        assert_eq!(ZIGZAG[..10], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]);
        assert_eq!(ZIGZAG[54..], [31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63][1..]);
        let mut places = ZIGZAG;
        places.sort_unstable();
        assert!(places.into_iter().eq(0..64));
    }

    #[test]
    fn tables_are_taken_whole_or_refused() {
        let mut tables = Tables::default();
        let two = [&[0x01][..], &[7; 64], &[0x12], &[1; 128]].concat();
        assert_eq!(tables.read(0xdb, &two), Ok(()));
        assert_eq!(tables.quantization(1), Ok(&[7; 64]));
        assert_eq!(tables.quantization(2), Ok(&[257; 64]));
        assert_eq!(tables.quantization(0), Err(flaw::NO_QUANTIZATION));
        assert_eq!(tables.read(0xdb, &two[..two.len() - 1]), Err(flaw::BAD_QUANTIZATION));
        assert_eq!(tables.read(0xdb, &[&[4][..], &[0; 64]].concat()), Err(flaw::BAD_QUANTIZATION));
        let codes = [&[0x11, 1][..], &[0; 15], &[5]].concat();
        assert_eq!(tables.read(0xc4, &codes), Ok(()));
        assert!(tables.ac(1).is_ok() && tables.dc(1).is_err());
        assert_eq!(tables.read(0xc4, &codes[..17]), Err(flaw::BAD_HUFFMAN));
        assert_eq!(tables.read(0xdd, &[1]), Err(flaw::BAD_RESTART_INTERVAL));
    }

    #[test]
    fn a_table_that_is_never_used_is_known() {
        let table = |number: u8, step: u8| [&[number][..], &[step; 64]].concat();
        let mut tables = Tables::default();
        tables.assume_standard_codes();
        assert!(!tables.has_unused());
        tables.read(0xdb, &table(1, 7)).unwrap();
        assert!(tables.has_unused());
        tables.quantization(1).unwrap();
        assert!(!tables.has_unused());
        // The same once more loses nothing, another one does.
        tables.read(0xdb, &[table(1, 9), table(1, 9)].concat()).unwrap();
        tables.quantization(1).unwrap();
        assert!(!tables.has_unused());
        tables.read(0xdb, &[table(1, 7), table(1, 9)].concat()).unwrap();
        tables.quantization(1).unwrap();
        assert!(tables.has_unused());

        let mut intervals = Tables::default();
        intervals.read(0xdd, &[0, 5]).unwrap();
        assert!(intervals.has_unused());
        assert_eq!(intervals.restart_interval(), 5);
        assert!(!intervals.has_unused());
    }

    #[test]
    fn a_table_that_everybody_writes_says_nothing() {
        // As libjpeg wrote them, at several qualities.
        for name in ["420.jpg", "grey.jpg", "photo.jpg", "no-markers.jpg"] {
            let path = format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
            let file = std::fs::read(path).unwrap();
            let mut tables = Tables::default();
            for at in (0..file.len() - 4).filter(|&at| file[at..].starts_with(&[0xff, 0xdb])) {
                let len = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
                tables.read(0xdb, &file[at + 4..at + 2 + len]).unwrap();
            }
            assert_eq!(tables.has_unused(), name == "no-markers.jpg", "{name}");
        }
        let mut other = LUMA.map(i16::from);
        assert!(is_scaled_standard(&other) && is_scaled_standard(&[255; 64]) && is_scaled_standard(&[1; 64]));
        other[9] += 1;
        assert!(!is_scaled_standard(&other));
    }
}
