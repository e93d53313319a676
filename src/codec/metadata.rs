//! What a file carries beside its picture, for a caller who asks to keep it: the EXIF block and the XMP packet.

use crate::codec::exif;
use crate::format::Format;

/// The name in front of an EXIF block in a JPEG's APP1 segment.
pub(super) const JPEG_EXIF: &[u8] = b"Exif\0\0";
/// The name in front of an XMP packet in a JPEG's APP1 segment.
pub(super) const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The keyword of an XMP packet in a PNG's iTXt chunk, and that it is not compressed, in no language and not
/// translated.
pub(super) const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

/// Metadata of a file, to be put into another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The EXIF block from its TIFF header on. Its orientation is upright: the picture is, once it was adapted.
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
    /// Whether the file has more of it, which is left out.
    more: bool,
}

impl Metadata {
    pub(super) fn new(exif: Option<&[u8]>, xmp: Option<&[u8]>, more: bool) -> Self {
        let upright = xmp.map(upright_packet);
        let left_out = upright.as_ref().is_some_and(Option::is_none);
        Self { exif: exif.map(exif::upright), xmp: upright.flatten(), more: more || left_out }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.exif.is_none() && self.xmp.is_none()
    }

    /// `file` with the metadata in it.
    pub(crate) fn put_into(&self, file: Vec<u8>, format: Format) -> Vec<u8> {
        let blocks: Vec<u8> = self.blocks(format).flatten().flatten().collect();
        if blocks.is_empty() {
            return file;
        }
        // Behind JFIF's segment, which begins a JPEG of ours, and behind a PNG's header.
        let start = match format {
            Format::Jpeg if file.get(2..4) == Some(&[0xff, 0xe0]) => 4 + segment_length(&file[4..]),
            Format::Jpeg => 2,
            Format::Png => 8 + 25,
        };
        let (before, after) = file.split_at(start.min(file.len()));
        [before, &blocks, after].concat()
    }

    /// What a file of this format goes without.
    pub(crate) fn left_out(&self, format: Format) -> Option<&'static str> {
        if self.blocks(format).any(|block| block.is_none()) {
            return Some("metadata too long for a jpeg segment");
        }
        self.more.then_some("metadata other than exif and xmp")
    }

    /// The blocks as the format has them; `None` for one that is too long.
    fn blocks(&self, format: Format) -> impl Iterator<Item = Option<Vec<u8>>> {
        let exif = self.exif.as_ref().map(|block| match format {
            Format::Jpeg => segment(JPEG_EXIF, block),
            Format::Png => chunk(b"eXIf", &[], block),
        });
        let xmp = self.xmp.as_ref().map(|packet| match format {
            Format::Jpeg => segment(JPEG_XMP, packet),
            Format::Png => chunk(b"iTXt", PNG_XMP, packet),
        });
        exif.into_iter().chain(xmp)
    }
}

/// An XMP packet that says of its orientation, if it says any, that it is upright. `None` if it says so in a way that
/// is not read here: then a viewer might turn the picture once more.
fn upright_packet(packet: &[u8]) -> Option<Vec<u8>> {
    // Under whatever prefix, or as an element without one.
    const NAME: &[u8] = b"Orientation";
    let mut upright = packet.to_vec();
    for start in 0..upright.len().saturating_sub(NAME.len()) {
        if !upright[start..].starts_with(NAME) {
            continue;
        }
        let (before, rest) = upright.split_at_mut(start);
        let rest = &mut rest[NAME.len()..];
        let is_longer_name = rest.first().is_some_and(|next| next.is_ascii_alphanumeric() || b"-_.".contains(next));
        let is_name = before.ends_with(b":") || before.ends_with(b"<") || before.ends_with(b"</");
        let prefix = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b':').count();
        let is_end = before[..before.len() - prefix].ends_with(b"</");
        if is_name && !is_longer_name && !is_end {
            *orientation(rest)? = b'1';
        }
    }
    Some(upright)
}

/// The digit of the orientation in what follows its name: an attribute, ="6", or an element, >6<.
fn orientation(rest: &mut [u8]) -> Option<&mut u8> {
    let (opening, rest) = trimmed(rest).split_first_mut()?;
    let (closing, rest) = match opening {
        b'=' => {
            let (quote, rest) = trimmed(rest).split_first_mut()?;
            let quote = *quote;
            (b"'\"".contains(&quote).then_some(quote)?, rest)
        }
        b'>' => (b'<', rest),
        _ => return None,
    };
    let (digit, rest) = trimmed(rest).split_first_mut()?;
    let is_alone = trimmed(rest).first() == Some(&closing);
    (digit.is_ascii_digit() && is_alone).then_some(digit)
}

fn trimmed(bytes: &mut [u8]) -> &mut [u8] {
    let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    &mut bytes[blanks..]
}

fn segment_length(bytes: &[u8]) -> usize {
    bytes.first_chunk::<2>().map_or(0, |length| usize::from(u16::from_be_bytes(*length)))
}

fn segment(name: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(2 + name.len() + body.len()).ok()?;
    Some([&[0xff, 0xe1][..], &length.to_be_bytes(), name, body].concat())
}

fn chunk(kind: &[u8; 4], name: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(name.len() + body.len()).ok()?;
    let mut hasher = crc32fast::Hasher::new();
    [kind, name, body].iter().for_each(|part| hasher.update(part));
    Some([&length.to_be_bytes()[..], kind, name, body, &hasher.finalize().to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{self, jpeg, png};
    use crate::limits::{Limits, Watch};
    use crate::scale::Scale;

    fn fixture(name: &str) -> Vec<u8> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
        std::fs::read(path).unwrap()
    }

    #[test]
    fn what_is_put_into_a_file_is_found_there_again() {
        let block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let metadata = Metadata::new(Some(block), Some(b"<x:xmpmeta/>"), false);
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
                codec::decode(bytes, &probe, Scale::Full, false, &Watch::unhurried(&limits)).unwrap().picture
            };
            assert!(picture(&with) == picture(&bare), "{name}");
        }
        let nothing = Metadata::default();
        assert_eq!(nothing.put_into(b"as it was".to_vec(), Format::Png), b"as it was");
    }

    #[test]
    fn an_xmp_packet_is_upright_too() {
        for (packet, upright) in [
            (r#"<d tiff:Orientation="6" a="6"/>"#, r#"<d tiff:Orientation="1" a="6"/>"#),
            ("<d t:Orientation =\n' 6 '/>", "<d t:Orientation =\n' 1 '/>"),
            ("<tiff:Orientation>8</tiff:Orientation>", "<tiff:Orientation>1</tiff:Orientation>"),
            ("<tiff:Orientation> 8\n</tiff:Orientation >", "<tiff:Orientation> 1\n</tiff:Orientation >"),
            ("<Orientation>6</Orientation>", "<Orientation>1</Orientation>"),
            (r#"<d a:OrientationOf="6"/>"#, r#"<d a:OrientationOf="6"/>"#),
            ("Orientation", "Orientation"),
            ("", ""),
        ] {
            assert_eq!(upright_packet(packet.as_bytes()).as_deref(), Some(upright.as_bytes()), "{packet}");
        }
        for packet in [
            r#"<d tiff:Orientation="&#54;"/>"#,
            r#"<tiff:Orientation a="b">6</tiff:Orientation>"#,
            r#"<Orientation xmlns="http://ns.adobe.com/tiff/1.0/">6</Orientation>"#,
            "<tiff:Orientation>12<",
            "<tiff:Orientation>6",
            "<tiff:Orientation ",
        ] {
            assert_eq!(upright_packet(packet.as_bytes()), None, "{packet}");
            let metadata = Metadata::new(None, Some(packet.as_bytes()), false);
            assert!(metadata.is_empty() && metadata.left_out(Format::Png).is_some());
        }
    }

    #[test]
    fn what_is_too_long_for_a_segment_is_left_out_and_told() {
        let longest = vec![0; 65_533 - JPEG_XMP.len()];
        let fits = Metadata::new(None, Some(&longest), false);
        assert_eq!(fits.left_out(Format::Jpeg), None);
        assert_eq!(jpeg::metadata(&fits.put_into(fixture("444.jpg"), Format::Jpeg)), fits);
        let long = Metadata::new(None, Some(&[&longest[..], b"."].concat()), false);
        assert!(long.left_out(Format::Jpeg).is_some() && long.left_out(Format::Png).is_none());
        assert_eq!(long.put_into(fixture("444.jpg"), Format::Jpeg), fixture("444.jpg"));
        assert_eq!(png::metadata(&long.put_into(fixture("text.png"), Format::Png)), long);
    }
}
