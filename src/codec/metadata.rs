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
