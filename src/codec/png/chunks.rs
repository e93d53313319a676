//! The chunks of a PNG: what they are, whether they are whole, and whether they stand where they may.
//! What the decoder beneath is given is what was found good here, and no more.

use super::colours::Colours;
use super::inflate::{inflated, is_bloated};
use super::pieces::{Bare, Pieces};
use crate::codec::decoded::Ending;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Watch;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// The longest chunk that the specification allows.
const MAX_LENGTH: u32 = i32::MAX as u32;
const NO_CHECKSUM: [u8; 4] = [0; 4];

/// One chunk as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) name: [u8; 4],
    /// Shorter than the chunk says, if the file ends within it.
    pub(super) body: &'a [u8],
    /// The checksum; `None` if the file ends before it does.
    checksum: Option<u32>,
}

impl Chunk<'_> {
    fn is_critical(&self) -> bool {
        self.name[0].is_ascii_uppercase()
    }

    fn is_whole(&self) -> bool {
        self.checksum.is_some()
    }

    pub(super) fn has_right_checksum(&self) -> bool {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.name);
        hasher.update(self.body);
        self.checksum == Some(hasher.finalize())
    }

    /// Whether it says more than how the picture is shown: text, time, a camera's data, or what only its maker knows.
    pub(super) fn is_metadata(&self) -> bool {
        const ANIMATION: [&[u8; 4]; 3] = [b"acTL", b"fcTL", b"fdAT"];
        let shows = |(name, _): &(&[u8; 4], usize)| **name == self.name;
        !self.is_critical() && !SHOWING.iter().any(shows) && !ANIMATION.contains(&&self.name)
    }

    /// Its place among those that say how the picture is shown, if it has no room for more.
    fn shows(&self) -> Option<usize> {
        SHOWING.iter().position(|(name, most)| **name == self.name && self.body.len() <= *most)
    }
}

/// The ancillary chunks that say how the picture is shown, and the most bytes they have.
const SHOWING: [(&[u8; 4], usize); 11] = [
    (b"cICP", 4),
    (b"iCCP", MAX_LENGTH as usize),
    (b"sRGB", 1),
    (b"gAMA", 4),
    (b"cHRM", 32),
    (b"tRNS", 256),
    (b"pHYs", 9),
    (b"sBIT", 4),
    (b"bKGD", 6),
    (b"mDCV", 24),
    (b"cLLI", 8),
];

/// The chunks of a file in order, until one that cannot be one or the end of the data.
#[derive(Debug, Clone)]
pub(super) struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    /// The chunks behind the signature.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.get(SIGNATURE.len()..).unwrap_or_default())
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length);
        if length > MAX_LENGTH || !name.iter().all(u8::is_ascii_alphabetic) {
            return None;
        }
        let (body, rest) = rest.split_at(rest.len().min(usize::try_from(length).ok()?));
        let whole = u32::try_from(body.len()) == Ok(length);
        let checksum = rest.first_chunk::<4>().filter(|_| whole).map(|bytes| u32::from_be_bytes(*bytes));
        self.0 = rest.get(4..).unwrap_or_default();
        Some(Chunk { name: *name, body, checksum })
    }
}

/// A PNG taken apart.
#[derive(Debug, Default)]
pub(super) struct Structure<'a> {
    header: &'a [u8],
    palette: Option<&'a [u8]>,
    transparency: Option<&'a [u8]>,
    /// The compressed picture.
    data: Option<Pieces<'a>>,
    pub(super) colours: Colours<'a>,
    /// Which of the chunks that say how the picture is shown have been there.
    seen: [bool; SHOWING.len()],
    pub(super) ending: Ending,
}

impl<'a> Structure<'a> {
    /// Takes a PNG apart. The header chunk was read before and is known to be good but for its checksum.
    ///
    /// Ancillary chunks that are broken or stand where they must not are left out, as libpng does. A second palette, a
    /// critical chunk that nobody knows, a wrong checksum of a critical one, pieces of the picture with other chunks
    /// between them, and a missing end are errors; leniently, the picture is taken for as far as it goes.
    pub(super) fn read(bytes: &'a [u8], lenient: bool) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut chunks = Chunks::of(bytes);
        let mut here = chunks.clone();
        let mut ended = false;
        let mut last = *b"\0\0\0\0";
        while let Some(chunk) = chunks.next() {
            if chunk.is_critical() {
                if let Err(what) = found.take_critical(chunk, here, last) {
                    if !lenient {
                        return Err(Error::decode(Format::Png, what));
                    }
                    found.ending.damage.get_or_insert(what);
                }
            } else if !chunk.is_metadata() {
                let used = chunk.has_right_checksum() && found.data.is_none() && found.takes(chunk);
                found.ending.stray_bytes |= !used;
            }
            last = chunk.name;
            here = chunks.clone();
            ended = &chunk.name == b"IEND";
            if ended {
                break;
            }
        }
        if !ended {
            if !lenient {
                return Err(Error::decode(Format::Png, "it ends before its end chunk"));
            }
            found.ending.end_missing = true;
        }
        let Some(data) = &found.data else {
            return Err(Error::decode(Format::Png, "there is no picture in it"));
        };
        if is_bloated(data.len(), found.inflated_len().unwrap_or(0)) {
            return Err(Error::decode(Format::Png, "its data are far longer than its picture"));
        }
        found.ending.stray_bytes |= ended && !chunks.0.is_empty();
        Ok(found)
    }

    /// Takes an ancillary chunk, or says that it has no place in the picture.
    fn takes(&mut self, chunk: Chunk<'a>) -> bool {
        let Some(kind) = chunk.shows().filter(|kind| !self.seen[*kind]) else { return false };
        let used = if &chunk.name == b"tRNS" {
            let fits = self.is_transparency(chunk.body);
            self.transparency = fits.then_some(chunk.body);
            fits
        } else {
            self.colours.take(chunk);
            true
        };
        self.seen[kind] = used;
        used
    }

    /// Whether it is as long as a colour key, or has entries for no more colours than there are.
    fn is_transparency(&self, body: &[u8]) -> bool {
        let entries = self.palette.map_or(0, |palette| palette.len() / 3);
        match self.header.get(9) {
            Some(0) => body.len() == 2,
            Some(2) => body.len() == 6,
            Some(3) => (1..=entries).contains(&body.len()),
            _ => false,
        }
    }

    /// Takes a critical chunk, which is the first of the chunks from `here` on and follows one named `last`. What can be
    /// used is, even if an error is returned.
    fn take_critical(&mut self, chunk: Chunk<'a>, here: Chunks<'a>, last: [u8; 4]) -> Result<(), &'static str> {
        let gap = self.data.is_some() && &last != b"IDAT";
        match &chunk.name {
            b"IHDR" if self.header.is_empty() => self.header = chunk.body,
            b"PLTE" if self.palette.is_none() && self.data.is_none() => {
                let whole = chunk.body.len() / 3 * 3;
                self.palette = Some(&chunk.body[..whole.min(768)]);
                if whole != chunk.body.len() || !(3..=768).contains(&whole) {
                    return Err("its palette has an impossible length");
                }
                // In a picture that is none of a palette, it only advises.
                self.ending.stray_bytes |= self.header.get(9) != Some(&3);
            }
            b"IDAT" if !gap => {
                self.data.get_or_insert_with(|| Pieces::from(here));
            }
            b"IEND" => self.ending.stray_bytes |= !chunk.body.is_empty(),
            b"IHDR" => return Err("it has a second header chunk"),
            b"PLTE" => return Err("its palette stands in a wrong place"),
            b"IDAT" => return Err("other chunks stand between the pieces of its picture"),
            _ => return Err("it has a critical chunk that is not known"),
        }
        if !chunk.is_whole() {
            return Err("it ends within a chunk");
        }
        if !chunk.has_right_checksum() {
            return Err("a critical chunk has a wrong checksum");
        }
        Ok(())
    }

    /// Whether nothing is hidden in the file's compressed data: neither inside nor behind those of the picture, nor with
    /// its profile.
    pub(super) fn hides_nothing(&self, watch: &Watch<'_>) -> bool {
        let (Some(mut data), Some(len)) = (self.data.clone(), self.inflated_len()) else { return false };
        let picture = inflated(&mut data, len, watch);
        picture.is_ok_and(|picture| picture.len == len && picture.is_all && picture.is_dense())
            && self.colours.profile_is_short(watch)
    }

    /// How many bytes the picture has before compression: rows, each with a filter type in front, of each pass.
    fn inflated_len(&self) -> Option<u64> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, _, _, interlace] = self.header else { return None };
        let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
        let samples: u64 = match colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        // Of each pass the first column and row, and the steps from one to the next.
        const ADAM7: [(u32, u32, u32, u32); 7] =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        let passes = if interlace == 1 { &ADAM7[..] } else { &[(0, 0, 1, 1)] };
        let pass = |&(x, y, across, down): &(u32, u32, u32, u32)| {
            let (columns, rows) = (width.saturating_sub(x).div_ceil(across), height.saturating_sub(y).div_ceil(down));
            let line = 1 + (u64::from(columns) * samples * u64::from(depth)).div_ceil(8);
            if columns == 0 { 0 } else { u64::from(rows) * line }
        };
        Some(passes.iter().map(pass).sum())
    }

    /// A PNG of what makes the picture and nothing else. Its checksums are left out: they have been compared.
    pub(super) fn bare<'w>(&self, watch: &'w Watch<'w>) -> Bare<'a, 'w> {
        let data = self.data.clone().unwrap_or_default();
        Bare::new(self.beginning(data.len()), data, END, watch)
    }

    /// The same where the data are cut: one long piece that ends with the file, so that the decoder gives all it has.
    pub(super) fn bare_without_end<'w>(&self, watch: &'w Watch<'w>) -> Bare<'a, 'w> {
        Bare::new(self.beginning(MAX_LENGTH.into()), self.data.clone().unwrap_or_default(), &[], watch)
    }

    /// All that stands in front of the compressed picture, which is to be one chunk of this length.
    fn beginning(&self, length: u64) -> Vec<u8> {
        let mut png = SIGNATURE.to_vec();
        for (name, body) in [(b"IHDR", Some(self.header)), (b"PLTE", self.palette), (b"tRNS", self.transparency)] {
            if let Some(body) = body {
                put(&mut png, name, body.len() as u64, body);
                png.extend(NO_CHECKSUM);
            }
        }
        put(&mut png, b"IDAT", length, &[]);
        png
    }
}

/// What follows the compressed picture: its checksum, and the end chunk.
const END: &[u8] = b"\0\0\0\0\0\0\0\0IEND\0\0\0\0";

/// A chunk but for its checksum.
fn put(png: &mut Vec<u8>, name: &[u8; 4], length: u64, body: &[u8]) {
    let length = u32::try_from(length).unwrap_or(MAX_LENGTH); // Only gigabytes of data are longer, and are cut.
    png.extend(length.to_be_bytes());
    png.extend(name);
    png.extend(body);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A header: of 1x1 pixels, RGB of 8 bits.
    pub(in crate::codec::png) const RGB: &[u8] = &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];

    /// A PNG of these chunks with right checksums; the data do not matter here.
    pub(in crate::codec::png) fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut png = SIGNATURE.to_vec();
        for (name, body) in chunks {
            put(&mut png, name, body.len() as u64, body);
            png.extend(crc32fast::hash(&[&name[..], body].concat()).to_be_bytes());
        }
        png
    }

    #[test]
    fn a_broken_structure_is_refused_or_taken_leniently() {
        let good: [(&[u8; 4], &[u8]); 4] = [(b"IHDR", RGB), (b"IDAT", b"one"), (b"IDAT", b"two"), (b"IEND", b"")];
        let whole = file(&good);
        let taken = Structure::read(&whole, false).unwrap();
        assert_eq!(taken.data.unwrap().collect::<Vec<_>>(), [b"one", b"two"]);
        assert!(taken.ending.damage.is_none() && !taken.ending.end_missing && !taken.ending.stray_bytes);
        assert!(Structure::read(&[&whole[..], b"."].concat(), false).unwrap().ending.stray_bytes);

        let with = |at: usize, chunk: (&'static [u8; 4], &'static [u8])| {
            let mut chunks = good.to_vec();
            chunks.insert(at, chunk);
            file(&chunks)
        };
        let mut wrong = whole.clone();
        let data = wrong.windows(3).position(|window| window == b"two").unwrap();
        wrong[data] ^= 1;
        let broken = [
            with(2, (b"IHDR", RGB)),
            with(2, (b"tEXt", b"between")),
            with(2, (b"PLTE", b"rgb")),
            with(1, (b"PLTE", b"rgbr")),
            with(1, (b"PLTE", b"")),
            with(1, (b"ABCD", b"unknown, and must be known")),
            wrong,
            whole[..whole.len() - 12].to_vec(),
            whole[..whole.len() - 14].to_vec(),
            whole[..data].to_vec(),
        ];
        for (number, png) in broken.iter().enumerate() {
            let error = Structure::read(png, false).unwrap_err();
            assert_eq!(error.kind(), "decode", "{number}");
            let lenient = Structure::read(png, true).unwrap().ending;
            assert!(lenient.damage.is_some() || lenient.end_missing, "{number}");
        }
        // What is not critical may be broken: it does not count.
        let ancillary = with(1, (b"tRNS", b"colour"));
        assert!(Structure::read(&ancillary, false).unwrap().transparency.is_some());
        let mut ignored = ancillary;
        let key = ignored.windows(3).position(|window| window == b"col").unwrap();
        ignored[key] ^= 1;
        assert!(Structure::read(&ignored, false).unwrap().transparency.is_none());
    }
}
