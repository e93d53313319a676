//! The marker segments of a JPEG up to its first scan: enough to know the picture without decoding it.
//! Whatever we do not decode is refused here, by its name.

use crate::codec::exif;
use crate::codec::probe::{ColourModel, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::orientation::Orientation;
use crate::units::Size;

/// What the segments before the first scan say.
#[derive(Debug)]
pub(super) struct Header {
    frame: Frame,
    orientation: Orientation,
    has_icc: bool,
    /// Whether a JFIF segment fixes the colours of three components as YCbCr.
    jfif: bool,
    /// The colour transform of Adobe's APP14 segment: 0 none, 1 YCbCr, 2 YCCK.
    adobe_transform: Option<u8>,
    /// Whether the first scan holds some of the components only, so that others follow.
    several_scans: bool,
}

#[derive(Debug)]
struct Frame {
    size: Size,
    progressive: bool,
    components: Vec<Component>,
}

#[derive(Debug, Clone, Copy)]
struct Component {
    id: u8,
    horizontal: u8,
    vertical: u8,
}

/// Reads a JPEG's header into what all formats share.
pub(in crate::codec) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let header = Header::read(bytes)?;
    Ok(Probe {
        format: Format::Jpeg,
        stored: header.frame.size,
        orientation: header.orientation,
        colour: header.colour()?,
        bit_depth: 8,
        has_alpha: false,
        progressive: header.frame.progressive,
        animated: false,
        has_icc: header.has_icc,
        decoded_bytes: header.decoded_bytes(),
    })
}

fn broken(what: &'static str) -> Error {
    Error::decode(Format::Jpeg, what)
}

impl Header {
    /// Walks the segments from the start of the image to the start of the first scan.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut rest = bytes.get(2..).unwrap_or_default();
        let mut frame = None;
        let mut orientation = None;
        let (mut has_icc, mut jfif, mut adobe_transform) = (false, false, None);
        loop {
            let (marker, segment, after) = next_segment(rest)?;
            rest = after;
            match marker {
                0xc0..=0xc2 if frame.is_some() => return Err(broken("it has a second frame header")),
                0xc0..=0xc2 => frame = Some(Frame::read(marker, segment)?),
                0xc4 | 0xc8 | 0xcc => {}
                0xc3 | 0xc5..=0xcf => return Err(unsupported(coding_process(marker))),
                0xda => {
                    let frame = frame.ok_or_else(|| broken("a scan begins before the frame header"))?;
                    let in_scan = segment.first().copied().unwrap_or(0);
                    return Ok(Self {
                        several_scans: usize::from(in_scan) < frame.components.len(),
                        frame,
                        orientation: orientation.unwrap_or(Orientation::UPRIGHT),
                        has_icc,
                        jfif,
                        adobe_transform,
                    });
                }
                0xe0 => jfif |= segment.starts_with(b"JFIF\0"),
                0xe1 => {
                    // The first EXIF block counts, as with the decoders that people compare with.
                    if let Some(block) = segment.strip_prefix(b"Exif\0").and_then(|rest| rest.get(1..)) {
                        orientation.get_or_insert_with(|| exif::orientation(block));
                    }
                }
                0xe2 => has_icc |= segment.starts_with(b"ICC_PROFILE\0"),
                0xee if segment.starts_with(b"Adobe") => adobe_transform = segment.get(11).copied(),
                _ => {}
            }
        }
    }

    /// What the components are, by the rules that libjpeg has set for everyone.
    pub(super) fn colour(&self) -> Result<ColourModel, Error> {
        let ids =
            |letters: &[u8]| self.frame.components.iter().map(|component| component.id).eq(letters.iter().copied());
        match (self.frame.components.len(), self.adobe_transform) {
            (1, _) => Ok(ColourModel::Grey),
            (3, _) if self.jfif => Ok(ColourModel::YCbCr),
            (3, Some(0)) => Ok(ColourModel::Rgb),
            (3, None) if ids(b"RGB") => Ok(ColourModel::Rgb),
            (3, _) => Ok(ColourModel::YCbCr),
            (4, Some(2)) => Ok(ColourModel::Ycck),
            (4, _) => Ok(ColourModel::Cmyk),
            _ => Err(unsupported("a jpeg that has neither 1, 3 nor 4 components")),
        }
    }

    /// Whether the inks of a four-component picture are stored inverted, as Adobe's programs do.
    pub(super) fn has_adobe_marker(&self) -> bool {
        self.adobe_transform.is_some()
    }

    /// The decoder's pixels, the RGB made of inks, and where the coefficients of the whole picture must be kept, those,
    /// 2 bytes each.
    fn decoded_bytes(&self) -> u64 {
        let Frame { size, components, .. } = &self.frame;
        let channels = components.len().max(3) as u64;
        let mut bytes = size.area() * channels;
        if components.len() == 4 {
            bytes += size.area() * 3;
        }
        if self.frame.progressive || self.several_scans {
            let most = |factor: fn(&Component) -> u8| components.iter().map(factor).max().unwrap_or(1);
            let (horizontal, vertical) = (most(|c| c.horizontal), most(|c| c.vertical));
            let blocks: u64 = components.iter().map(|c| u64::from(c.horizontal) * u64::from(c.vertical)).sum();
            let units = u64::from(size.width()).div_ceil(8 * u64::from(horizontal))
                * u64::from(size.height()).div_ceil(8 * u64::from(vertical));
            bytes += units * blocks * 64 * 2;
        }
        bytes
    }
}

impl Frame {
    fn read(marker: u8, segment: &[u8]) -> Result<Self, Error> {
        let &[precision, h1, h0, w1, w0, count, ref components @ ..] = segment else {
            return Err(broken("the frame header is cut short"));
        };
        match precision {
            8 => {}
            12 => return Err(unsupported("a jpeg with 12 bits per sample")),
            _ => return Err(broken("the frame header has an impossible sample precision")),
        }
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        if height == 0 {
            return Err(unsupported("a jpeg that gives its height after the pixels"));
        }
        let size = Size::new(width.into(), height.into()).ok_or_else(|| broken("the width is zero"))?;
        let (components, _) = components.as_chunks::<3>();
        let components: Vec<Component> = components
            .iter()
            .map(|&[id, factors, _table]| Component { id, horizontal: factors >> 4, vertical: factors & 15 })
            .collect();
        if components.is_empty() || components.len() != usize::from(count) {
            return Err(broken("the frame header does not have as many components as it says"));
        }
        let legal = |factor: u8| (1..=4).contains(&factor);
        if !components.iter().all(|component| legal(component.horizontal) && legal(component.vertical)) {
            return Err(broken("a sampling factor is not 1 to 4"));
        }
        Ok(Self { size, progressive: marker == 0xc2, components })
    }
}

/// The next marker, its segment without the length field, and what follows it.
fn next_segment(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Error> {
    let truncated = || broken("it ends within its header");
    // Bytes that are no marker are passed over, and any number of 0xff may stand before one, as in libjpeg.
    let start = bytes.iter().position(|&byte| byte == 0xff).ok_or_else(truncated)?;
    let filled = bytes[start..].iter().position(|&byte| byte != 0xff).ok_or_else(truncated)?;
    let (&marker, rest) = bytes[start + filled..].split_first().ok_or_else(truncated)?;
    match marker {
        // Stuffing and markers without a segment.
        0x00 | 0x01 | 0xd0..=0xd8 => return Ok((marker, &[], rest)),
        0xd9 => return Err(broken("it ends before any scan")),
        _ => {}
    }
    let (length, _) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err(broken("a segment is shorter than its own length field"));
    }
    let (segment, rest) = rest.split_at_checked(length).ok_or_else(truncated)?;
    Ok((marker, &segment[2..], rest))
}

fn unsupported(what: &'static str) -> Error {
    Error::Unsupported { what }
}

/// The name of a coding process that is not decoded.
fn coding_process(marker: u8) -> &'static str {
    match marker {
        0xc3 => "a lossless jpeg",
        0xc5..=0xc7 => "a hierarchical jpeg",
        0xcb => "a lossless jpeg with arithmetic coding",
        0xcd..=0xcf => "a hierarchical jpeg with arithmetic coding",
        _ => "a jpeg with arithmetic coding",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of these segments and a scan header for `components` components.
    fn file(segments: &[(u8, &[u8])], components: u8) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        for (marker, body) in segments.iter().copied().chain([(0xda, &[components][..])]) {
            bytes.extend([0xff, marker]);
            bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            bytes.extend(body);
        }
        bytes
    }

    const THREE: &[u8] = &[8, 0, 20, 0, 30, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    const FOUR: &[u8] = &[8, 0, 20, 0, 30, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];

    fn adobe(transform: u8) -> Vec<u8> {
        [&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat()
    }

    #[test]
    fn the_colour_model_follows_the_markers() {
        let rgb_ids: &[u8] = &[8, 0, 20, 0, 30, 3, b'R', 0x11, 0, b'G', 0x11, 0, b'B', 0x11, 0];
        let jfif = (0xe0, &b"JFIF\0\x01\x02"[..]);
        let (none, ycc, ycck) = (adobe(0), adobe(1), adobe(2));
        type Segments<'a> = &'a [(u8, &'a [u8])];
        let cases: [(Segments<'_>, ColourModel); 9] = [
            (&[(0xc0, THREE)], ColourModel::YCbCr),
            (&[(0xc0, rgb_ids)], ColourModel::Rgb),
            (&[jfif, (0xc0, rgb_ids)], ColourModel::YCbCr),
            (&[(0xee, &none), (0xc0, THREE)], ColourModel::Rgb),
            (&[(0xee, &ycc), (0xc0, rgb_ids)], ColourModel::YCbCr),
            (&[(0xc0, FOUR)], ColourModel::Cmyk),
            (&[(0xee, &none), (0xc0, FOUR)], ColourModel::Cmyk),
            (&[(0xee, &ycck), (0xc0, FOUR)], ColourModel::Ycck),
            (&[(0xc2, THREE)], ColourModel::YCbCr),
        ];
        for (segments, model) in cases {
            assert_eq!(probe(&file(segments, 3)).unwrap().colour, model, "{segments:?}");
        }
    }

    #[test]
    fn what_is_not_decoded_is_named() {
        for (marker, word) in [(0xc3, "lossless"), (0xc5, "hierarchical"), (0xc9, "arithmetic"), (0xcb, "arithmetic")] {
            let error = probe(&file(&[(marker, THREE)], 3)).unwrap_err();
            assert_eq!(error.kind(), "unsupported");
            assert!(error.to_string().contains(word), "{error}");
        }
        let twelve = [&[12], &THREE[1..]].concat();
        assert!(probe(&file(&[(0xc1, &twelve)], 3)).unwrap_err().to_string().contains("12 bits"));
        let two: &[u8] = &[8, 0, 20, 0, 30, 2, 1, 0x11, 0, 2, 0x11, 0];
        assert_eq!(probe(&file(&[(0xc0, two)], 2)).unwrap_err().kind(), "unsupported");
    }

    #[test]
    fn a_broken_header_is_refused() {
        let zero_width = [&THREE[..3], &[0, 0], &THREE[5..]].concat();
        let no_factor = [&THREE[..7], &[0x02], &THREE[8..]].concat();
        for bad in [
            file(&[], 3),
            file(&[(0xc0, THREE), (0xc0, THREE)], 3),
            file(&[(0xc0, &THREE[..9])], 3),
            file(&[(0xc0, &zero_width)], 3),
            file(&[(0xc0, &no_factor)], 3),
            vec![0xff, 0xd8, 0xff],
            vec![0xff, 0xd8, 0xff, 0xd9],
            vec![0xff, 0xd8, 0xff, 0xe0, 0, 1, 0, 0],
        ] {
            assert_eq!(probe(&bad).unwrap_err().kind(), "decode", "{bad:?}");
        }
    }

    #[test]
    fn memory_counts_the_coefficients_of_a_progressive_picture() {
        let baseline = probe(&file(&[(0xc0, THREE)], 3)).unwrap();
        assert_eq!(baseline.decoded_bytes, 30 * 20 * 3);
        // 30x20 in units of 16x16: 2x2 of them, 6 blocks each.
        let progressive = probe(&file(&[(0xc2, THREE)], 3)).unwrap();
        assert_eq!(progressive.decoded_bytes, 30 * 20 * 3 + 4 * 6 * 64 * 2);
        let several_scans = probe(&file(&[(0xc0, THREE)], 1)).unwrap();
        assert_eq!(several_scans.decoded_bytes, progressive.decoded_bytes);
    }
}
