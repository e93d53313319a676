//! The compressed picture of a PNG, which lies in the file in any number of pieces, as one: read where it lies, so that
//! it is never in memory twice.

use std::io::{self, BufRead, Chain, Cursor, Read, Seek, SeekFrom};
use std::iter::FusedIterator;

use super::chunks::Chunks;
use crate::limits::Watch;

/// The bodies of chunks of one name that follow each other. As a reader, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces<'a> {
    chunks: Option<Chunks<'a>>,
    /// What is left of the piece that is being read.
    rest: &'a [u8],
}

impl Pieces<'_> {
    /// How many bytes there are in all pieces.
    pub(super) fn len(&self) -> u64 {
        self.clone().map(|piece| piece.len() as u64).sum()
    }
}

impl<'a> From<Chunks<'a>> for Pieces<'a> {
    /// The pieces of the picture, of which the first is the next of these chunks.
    fn from(chunks: Chunks<'a>) -> Self {
        Self { chunks: Some(chunks), rest: &[] }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let next = self.chunks.as_mut()?.next().filter(|chunk| &chunk.name == b"IDAT");
        if next.is_none() {
            self.chunks = None;
        }
        next.map(|chunk| chunk.body)
    }
}

impl FusedIterator for Pieces<'_> {}

impl Read for Pieces<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.fill_buf()?;
        self.rest.read(to)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.rest.is_empty() {
            match self.next() {
                Some(piece) => self.rest = piece,
                None => break,
            }
        }
        Ok(self.rest)
    }

    fn consume(&mut self, count: usize) {
        self.rest.consume(count);
    }
}

/// How many bytes are given to the decoder before the watch is asked again: a row may be long in coming.
const AT_A_TIME: usize = 1 << 16;

/// A PNG of what makes the picture and nothing else, to be read from its beginning to its end.
pub(super) struct Bare<'a, 'w> {
    parts: Chain<Chain<Cursor<Vec<u8>>, Pieces<'a>>, &'static [u8]>,
    watch: &'w Watch<'w>,
}

impl<'a, 'w> Bare<'a, 'w> {
    pub(super) fn new(beginning: Vec<u8>, data: Pieces<'a>, end: &'static [u8], watch: &'w Watch<'w>) -> Self {
        Self { parts: Cursor::new(beginning).chain(data).chain(end), watch }
    }
}

impl Read for Bare<'_, '_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Bare<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.watch.check().map_err(io::Error::other)?;
        let ahead = self.parts.fill_buf()?;
        Ok(&ahead[..ahead.len().min(AT_A_TIME)])
    }

    fn consume(&mut self, count: usize) {
        self.parts.consume(count);
    }
}

/// The decoder asks for it and does not use it.
impl Seek for Bare<'_, '_> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::png::chunks::tests::file;
    use crate::limits::Limits;

    #[test]
    fn the_pieces_are_read_as_one() {
        let png = file(&[
            (b"IDAT", b""),
            (b"IDAT", b"ab"),
            (b"IDAT", b""),
            (b"IDAT", b"cde"),
            (b"tEXt", b"-"),
            (b"IDAT", b"f"),
        ]);
        let pieces = Pieces::from(Chunks::of(&png));
        assert_eq!(pieces.clone().collect::<Vec<_>>(), [&b""[..], b"ab", b"", b"cde"]);
        for size in 1..9 {
            let limits = Limits::default();
            let watch = Watch::unhurried(&limits);
            let mut bare = Bare::new(b"<".to_vec(), pieces.clone(), b">", &watch);
            let (mut buffer, mut all) = (vec![0; size], Vec::<u8>::new());
            loop {
                match bare.read(&mut buffer).unwrap() {
                    0 => break,
                    count => all.extend(&buffer[..count]),
                }
            }
            assert_eq!(all, b"<abcde>");
        }
        assert_eq!((pieces.len(), Pieces::default().len()), (5, 0));
    }
}
