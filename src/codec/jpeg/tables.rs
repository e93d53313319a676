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
    quantization: [Slot<Quantization>; 4],
    dc: [Slot<Codes>; 4],
    ac: [Slot<Codes>; 4],
    /// After how many units a restart marker comes; 0 for none.
    pub(super) restart_interval: u16,
}

/// The place of a table, and whether every one that was put there has been used.
#[derive(Debug)]
struct Slot<T> {
    table: Option<T>,
    used: Cell<bool>,
    all_used: bool,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { table: None, used: Cell::new(true), all_used: true }
    }
}

impl<T> Slot<T> {
    fn put(&mut self, table: T) {
        self.all_used &= self.used.replace(false);
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

    fn has_unused(&self) -> bool {
        !self.all_used || !self.used.get()
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
                self.restart_interval = u16::from_be_bytes(interval);
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
            class.get_mut(usize::from(target & 15)).ok_or(flaw::BAD_HUFFMAN)?.put(codes);
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
            self.quantization.get_mut(usize::from(target & 15)).ok_or(flaw::BAD_QUANTIZATION)?.put(table);
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

    /// Whether a table was given that no scan has used: then it may say anything.
    pub(super) fn has_unused(&self) -> bool {
        let codes = self.dc.iter().chain(&self.ac).any(Slot::has_unused);
        codes || self.quantization.iter().any(Slot::has_unused)
    }

    pub(super) fn quantization(&self, number: u8) -> Checked<&Quantization> {
        self.quantization.get(usize::from(number)).and_then(Slot::table).ok_or(flaw::NO_QUANTIZATION)
    }

    pub(super) fn dc(&self, number: u8) -> Checked<&Codes> {
        self.dc.get(usize::from(number)).and_then(Slot::table).ok_or(flaw::NO_HUFFMAN)
    }

    pub(super) fn ac(&self, number: u8) -> Checked<&Codes> {
        self.ac.get(usize::from(number)).and_then(Slot::table).ok_or(flaw::NO_HUFFMAN)
    }
}

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
        let table = |number: u8| [&[number][..], &[7; 64]].concat();
        let mut tables = Tables::default();
        tables.assume_standard_codes();
        assert!(!tables.has_unused());
        tables.read(0xdb, &table(1)).unwrap();
        assert!(tables.has_unused());
        tables.quantization(1).unwrap();
        assert!(!tables.has_unused());
        tables.read(0xdb, &[table(1), table(1)].concat()).unwrap();
        tables.quantization(1).unwrap();
        assert!(tables.has_unused(), "the first one was replaced before it was used");
    }
}
