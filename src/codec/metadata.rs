//! What a file carries beside its picture, for a caller who asks to keep it: the EXIF block and the XMP packet.

use std::borrow::Cow;

use crate::codec::exif;
use crate::format::Format;

/// The name in front of an EXIF block in a JPEG's APP1 segment.
pub(super) const JPEG_EXIF: &[u8] = b"Exif\0\0";
/// The name in front of an XMP packet in a JPEG's APP1 segment.
pub(super) const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The keyword of an XMP packet in a PNG's iTXt chunk, and that it is not compressed, in no language and not translated.
pub(super) const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";
/// The most bytes a JPEG segment can hold behind its length.
const MAX_SEGMENT: usize = 65_533;

/// Metadata of a file, to be put into another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The EXIF block from its TIFF header on. Its orientation is upright: the picture is, once it was adapted.
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
}

impl Metadata {
    pub(super) fn new(exif: Option<&[u8]>, xmp: Option<&[u8]>) -> Self {
        Self { exif: exif.map(exif::upright), xmp: xmp.map(<[u8]>::to_vec) }
    }

    /// `file` with the metadata in it.
    pub(crate) fn put_into(&self, file: Vec<u8>, format: Format) -> Vec<u8> {
        let blocks: Vec<Vec<u8>> = match format {
            Format::Jpeg => {
                self.segments().iter().filter(|body| body.len() <= MAX_SEGMENT).map(|body| segment(body)).collect()
            }
            Format::Png => self.chunks(),
        };
        if blocks.is_empty() {
            return file;
        }
        // Behind JFIF's segment, which begins a JPEG of ours, and behind a PNG's header.
        let start = match format {
            Format::Jpeg => 2 + if file.get(2..4) == Some(&[0xff, 0xe0]) { 2 + segment_length(&file[4..]) } else { 0 },
            Format::Png => 8 + 25,
        };
        let (before, after) = file.split_at(start.min(file.len()));
        [before, &blocks.concat(), after].concat()
    }

    /// What cannot be put into a file of this format.
    pub(crate) fn too_long_for(&self, format: Format) -> Option<&'static str> {
        let too_long = format == Format::Jpeg && self.segments().iter().any(|body| body.len() > MAX_SEGMENT);
        too_long.then_some("metadata too long for a jpeg segment")
    }

    fn segments(&self) -> Vec<Cow<'_, [u8]>> {
        let named = |name: &[u8], block: &Vec<u8>| Cow::Owned([name, block].concat());
        let exif = self.exif.as_ref().map(|block| named(JPEG_EXIF, block));
        let xmp = self.xmp.as_ref().map(|packet| named(JPEG_XMP, packet));
        exif.into_iter().chain(xmp).collect()
    }

    fn chunks(&self) -> Vec<Vec<u8>> {
        let exif = self.exif.as_ref().map(|block| chunk(b"eXIf", block));
        let xmp = self.xmp.as_ref().map(|packet| chunk(b"iTXt", &[PNG_XMP, packet].concat()));
        exif.into_iter().chain(xmp).collect()
    }
}

fn segment_length(bytes: &[u8]) -> usize {
    bytes.first_chunk::<2>().map_or(0, |length| usize::from(u16::from_be_bytes(*length)))
}

fn segment(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX); // Longer ones were left out.
    [&[0xff, 0xe1][..], &length.to_be_bytes(), body].concat()
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX); // A body comes from an input file, which is shorter.
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(name);
    hasher.update(body);
    [&length.to_be_bytes()[..], name, body, &hasher.finalize().to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{self, jpeg, png};
    use crate::limits::Limits;

    fn fixture(name: &str) -> Vec<u8> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
        std::fs::read(path).unwrap()
    }

    #[test]
    fn what_is_put_into_a_file_is_found_there_again() {
        let block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let metadata = Metadata::new(Some(block), Some(b"<x:xmpmeta/>"));
        // Upright: the value of the tag is 1.
        assert_eq!(metadata.exif.as_ref().unwrap()[18..20], [0, 1]);
        for (name, format) in [("444.jpg", Format::Jpeg), ("rgb-adobe.jpg", Format::Jpeg), ("text.png", Format::Png)] {
            let bare = fixture(name);
            let with = metadata.put_into(bare.clone(), format);
            let found = match format {
                Format::Jpeg => jpeg::metadata(&with),
                Format::Png => png::metadata(&with),
            };
            assert_eq!(found, metadata, "{name}");
            // And the picture is that of before.
            let picture = |bytes: &[u8]| {
                let limits = Limits::default();
                let probe = codec::probe(bytes, &limits).unwrap();
                codec::decode(bytes, &probe, false, &limits).unwrap().picture
            };
            assert!(picture(&with) == picture(&bare), "{name}");
        }
        let nothing = Metadata::default();
        assert_eq!(nothing.put_into(b"as it was".to_vec(), Format::Png), b"as it was");
    }

    #[test]
    fn what_is_too_long_for_a_segment_is_left_out_and_told() {
        let longest = vec![0; MAX_SEGMENT - JPEG_XMP.len()];
        let fits = Metadata::new(None, Some(&longest));
        assert_eq!(fits.too_long_for(Format::Jpeg), None);
        assert_eq!(jpeg::metadata(&fits.put_into(fixture("444.jpg"), Format::Jpeg)), fits);
        let long = Metadata::new(None, Some(&[&longest[..], b"."].concat()));
        assert!(long.too_long_for(Format::Jpeg).is_some() && long.too_long_for(Format::Png).is_none());
        assert_eq!(long.put_into(fixture("444.jpg"), Format::Jpeg), fixture("444.jpg"));
        assert_eq!(png::metadata(&long.put_into(fixture("text.png"), Format::Png)), long);
    }
}
