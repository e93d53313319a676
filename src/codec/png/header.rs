//! The header of a PNG, and the names of its chunks: enough to know the picture without inflating it, but for the
//! first bytes of its profile. Checksums and order are looked at when it is decoded.

use super::chunks::{Chunk, Chunks};
use super::colours::profile_len;
use crate::codec::exif;
use crate::codec::metadata::{Metadata, PNG_XMP};
use crate::codec::probe::{ColourModel, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::orientation::Orientation;
use crate::units::Size;

/// Reads a PNG's header and the names of all its chunks into what all formats share.
pub(in crate::codec) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let mut chunks = Chunks::of(bytes);
    let Some(first) = chunks.next().filter(|chunk| &chunk.name == b"IHDR") else {
        return Err(broken("it does not begin with a header chunk"));
    };
    let &[w3, w2, w1, w0, h3, h2, h1, h0, bit_depth, colour_type, compression, filter, interlace] = first.body else {
        return Err(broken("the header chunk has a wrong length"));
    };
    let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    let stored = Size::new(width, height).ok_or_else(|| broken("a side is zero or out of range"))?;
    let (colour, has_alpha_channel) = match (colour_type, bit_depth) {
        (0, 1 | 2 | 4 | 8 | 16) => (ColourModel::Grey, false),
        (2, 8 | 16) => (ColourModel::Rgb, false),
        (3, 1 | 2 | 4 | 8) => (ColourModel::Palette, false),
        (4, 8 | 16) => (ColourModel::Grey, true),
        (6, 8 | 16) => (ColourModel::Rgb, true),
        _ => return Err(broken("there is no such colour type and bit depth")),
    };
    if compression != 0 || filter != 0 || interlace > 1 {
        return Err(broken("there is no such compression, filter or interlace method"));
    }

    let mut probe = Probe {
        format: Format::Png,
        stored,
        orientation: Orientation::UPRIGHT,
        colour,
        bit_depth,
        has_alpha: has_alpha_channel,
        progressive: interlace == 1,
        animated: false,
        has_icc: false,
        has_metadata: false,
        frames: 1,
        quality: None,
        metadata_bytes: 0,
        profile_bytes: 0,
        decoded_bytes: [0; 4],
    };
    let (mut kept, mut profile) = (Kept::default(), None);
    for chunk in chunks {
        match &chunk.name {
            b"tRNS" => probe.has_alpha = true,
            b"acTL" if chunk.has_right_checksum() => {
                probe.animated = true;
                let count = chunk.body.first_chunk().map_or(1, |&count| u32::from_be_bytes(count));
                probe.frames = probe.frames.max(count);
            }
            b"iCCP" => {
                probe.has_icc = true;
                // The first one counts whose checksum is right.
                if profile.is_none() && chunk.has_right_checksum() {
                    profile = Some(chunk.body);
                }
            }
            b"IEND" => break,
            _ => {}
        }
        if chunk.is_metadata() {
            probe.has_metadata = true;
            kept.take(&chunk);
        }
    }
    probe.orientation = kept.exif.map_or(Orientation::UPRIGHT, exif::orientation);
    probe.metadata_bytes = [kept.exif, kept.xmp].into_iter().flatten().map(|block| block.len() as u64).sum();
    probe.profile_bytes = profile.map_or(0, |body| profile_len(body).into());
    probe.decoded_bytes = [decoded_bytes(&probe); 4];
    Ok(probe)
}

/// The EXIF chunk, and the XMP packet if it is not compressed.
pub(in crate::codec) fn metadata(bytes: &[u8]) -> Metadata {
    let mut kept = Kept::default();
    // What follows the end is not of this picture.
    let chunks = Chunks::of(bytes).take_while(|chunk| &chunk.name != b"IEND");
    chunks.filter(Chunk::is_metadata).for_each(|chunk| kept.take(&chunk));
    Metadata::new(kept.exif, kept.xmp, kept.more)
}

/// The first EXIF chunk and the first XMP packet that is not compressed, and whether there is other metadata.
#[derive(Default)]
struct Kept<'a> {
    exif: Option<&'a [u8]>,
    xmp: Option<&'a [u8]>,
    more: bool,
}

impl<'a> Kept<'a> {
    fn take(&mut self, chunk: &Chunk<'a>) {
        let (place, block) = match (&chunk.name, chunk.body.strip_prefix(PNG_XMP)) {
            (b"eXIf", _) => (&mut self.exif, chunk.body),
            (b"iTXt", Some(packet)) => (&mut self.xmp, packet),
            _ => {
                self.more = true;
                return;
            }
        };
        if place.is_none() && chunk.has_right_checksum() {
            *place = Some(block);
        }
    }
}

fn broken(what: &'static str) -> Error {
    Error::decode(Format::Png, what)
}

/// The RGB or RGBA that is made, and for an interlaced picture the stored samples too, which are whole only in the end.
fn decoded_bytes(probe: &Probe) -> u64 {
    let alpha = u64::from(probe.has_alpha);
    let stored = alpha + if probe.colour == ColourModel::Grey { 1 } else { 3 };
    let sample = u64::from(probe.bit_depth.div_ceil(8));
    let woven = if probe.progressive { stored * sample } else { 0 };
    // The header may promise any size; whether it is allowed is asked later.
    probe.stored.area().saturating_mul(3 + alpha + woven)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of these chunks.
    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, body) in chunks {
            bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            bytes.extend(*name);
            bytes.extend(*body);
            bytes.extend(crc32fast::hash(&[&name[..], body].concat()).to_be_bytes());
        }
        bytes
    }

    fn header(width: u32, height: u32, rest: [u8; 5]) -> Vec<u8> {
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &rest].concat()
    }

    #[test]
    fn chunks_are_found_on_either_side_of_the_pixels() {
        let turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let ihdr = header(30, 20, [8, 3, 0, 0, 1]);
        let bytes = file(&[
            (b"IHDR", &ihdr),
            (b"tRNS", b"\0"),
            (b"acTL", b""),
            (b"IDAT", b"any"),
            (b"eXIf", turned),
            (b"IEND", b""),
            (b"iCCP", b""),
        ]);
        let probe = probe(&bytes).unwrap();
        assert_eq!(probe.colour, ColourModel::Palette);
        assert!(probe.has_alpha && probe.animated && probe.progressive && !probe.has_icc);
        assert_eq!((probe.orientation.exif(), probe.size()), (6, Size::new(20, 30).unwrap()));
        assert_eq!(probe.decoded_bytes[0], 30 * 20 * (4 + 4));
        assert!(probe.has_metadata);
    }

    #[test]
    fn the_largest_size_there_is_does_not_overflow() {
        let side = Size::MAX_SIDE;
        let probe = probe(&file(&[(b"IHDR", &header(side, side, [16, 6, 0, 0, 1]))])).unwrap();
        assert_eq!(probe.decoded_bytes[0], u64::MAX);
    }

    #[test]
    fn a_broken_header_is_refused() {
        for bad in [
            file(&[]),
            file(&[(b"IDAT", b"")]),
            file(&[(b"IHDR", b"too short")]),
            file(&[(b"IHDR", &header(0, 20, [8, 2, 0, 0, 0]))]),
            file(&[(b"IHDR", &header(30, u32::MAX, [8, 2, 0, 0, 0]))]),
            file(&[(b"IHDR", &header(30, 20, [4, 2, 0, 0, 0]))]),
            file(&[(b"IHDR", &header(30, 20, [8, 5, 0, 0, 0]))]),
            file(&[(b"IHDR", &header(30, 20, [8, 2, 1, 0, 0]))]),
            file(&[(b"IHDR", &header(30, 20, [8, 2, 0, 0, 2]))]),
        ] {
            assert_eq!(probe(&bad).unwrap_err().kind(), "decode", "{bad:?}");
        }
    }
}
