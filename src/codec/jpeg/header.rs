//! The marker segments of a JPEG up to its first scan: enough to know the picture without decoding it.
//! Whatever we do not decode is refused here, by its name.

use super::coefficients::Coefficients;
use super::frame::Frame;
use super::segments::{EOI, SOS, Segment, Segments};
use super::strips::Strips;
use super::{broken, flaw, unsupported};
use crate::codec::exif;
use crate::codec::metadata::{JPEG_XMP, Metadata};
use crate::codec::probe::{ColourModel, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::orientation::Orientation;
use crate::scale::Scale;
use crate::units::Quality;

/// What the segments before the first scan say.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) frame: Frame,
    /// The pieces of an ICC profile as they stand: a piece's number, how many there are, the data. There are 255 at
    /// most, so of more no more than it takes to see that are kept.
    pub(super) icc: Vec<&'a [u8]>,
    /// Whether there is anything that says more than how to show the picture: EXIF, XMP, comments, thumbnails.
    pub(super) metadata: bool,
    /// The first EXIF block and the first XMP packet.
    exif: Option<&'a [u8]>,
    xmp: Option<&'a [u8]>,
    /// Whether there is metadata besides.
    more_metadata: bool,
    /// Whether a JFIF segment fixes the colours of three components as YCbCr.
    jfif: bool,
    /// The colour transform of Adobe's APP14 segment: 0 none, 1 YCbCr, 2 YCCK.
    adobe_transform: Option<u8>,
    /// About the quality that the first quantization table stands for.
    quality: Option<Quality>,
    /// Whether the first scan holds some of the components only, so that others follow.
    several_scans: bool,
}

/// Reads a JPEG's header into what all formats share.
pub(in crate::codec) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let header = Header::read(bytes)?;
    Ok(Probe {
        format: Format::Jpeg,
        stored: header.frame.size,
        orientation: header.exif.map_or(Orientation::UPRIGHT, exif::orientation),
        colour: header.colour()?,
        bit_depth: 8,
        has_alpha: false,
        progressive: header.frame.progressive,
        animated: false,
        has_icc: !header.icc.is_empty(),
        has_metadata: header.metadata,
        frames: 1,
        quality: header.quality,
        metadata_bytes: [header.exif, header.xmp].into_iter().flatten().map(|block| block.len() as u64).sum(),
        profile_bytes: header.icc.iter().map(|piece| piece.len() as u64).sum(),
        decoded_bytes: Scale::ALL.map(|scale| header.decoded_bytes(scale)),
    })
}

/// The EXIF block and the XMP packet of a JPEG whose header can be read.
pub(in crate::codec) fn metadata(bytes: &[u8]) -> Metadata {
    Header::read(bytes)
        .map_or_else(|_| Metadata::default(), |header| Metadata::new(header.exif, header.xmp, header.more_metadata))
}

impl<'a> Header<'a> {
    /// Walks the segments from the start of the image to the start of the first scan.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut segments = Segments::new(bytes, 2);
        let mut frame = None;
        let (mut exif, mut xmp, mut more_metadata, mut quality) = (None, None, false, None);
        let (mut icc, mut metadata, mut jfif, mut adobe_transform) = (Vec::new(), false, false, None);
        let mut seen = [false; 3];
        while let Some(Segment { marker, body }) = segments.next().map_err(broken)? {
            // Those that say how the picture is shown say it once.
            let showing = [is_jfif(body), body.starts_with(b"JFXX\0"), adobe(body).is_some()];
            let of_application = matches!(marker, 0xe0 | 0xee);
            let again = of_application && seen.iter().zip(showing).any(|(seen, now)| *seen && now);
            seen = [0, 1, 2].map(|kind| seen[kind] || of_application && showing[kind]);
            let is_metadata = again || is_metadata(marker, body);
            metadata |= is_metadata;
            more_metadata |= marker != 0xe1 && is_metadata;
            match marker {
                0xc0..=0xc2 if frame.is_some() => return Err(broken(flaw::SECOND_FRAME)),
                0xc0..=0xc2 => frame = Some(Frame::read(marker, body)?),
                0xc4 | 0xcc => {}
                0xc3 | 0xc5..=0xcf | 0xde | 0xdf => return Err(unsupported(coding_process(marker))),
                SOS => {
                    let frame = frame.ok_or_else(|| broken("a scan begins before the frame header"))?;
                    let in_scan = body.first().copied().unwrap_or(0);
                    return Ok(Self {
                        several_scans: usize::from(in_scan) < frame.components.len(),
                        frame,
                        exif,
                        xmp,
                        more_metadata,
                        icc,
                        metadata,
                        jfif,
                        adobe_transform,
                        quality,
                    });
                }
                0xdb => quality = quality.or_else(|| quality_of(body)),
                0xe0 => jfif |= is_jfif(body),
                // The first EXIF block counts, as with the decoders that people compare with.
                0xe1 => match (exif_block(body), body.strip_prefix(JPEG_XMP)) {
                    (Some(block), _) if exif.is_none() => exif = Some(block),
                    (_, Some(packet)) if xmp.is_none() => xmp = Some(packet),
                    _ => more_metadata = true,
                },
                0xe2 if icc.len() <= 255 => icc.extend(body.strip_prefix(b"ICC_PROFILE\0")),
                0xee => adobe_transform = adobe(body).or(adobe_transform),
                EOI => return Err(broken("it ends before any scan")),
                _ => {}
            }
        }
        Err(broken("it ends within its header"))
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
            (4, None | Some(0)) => Ok(ColourModel::Cmyk),
            (4, Some(_)) => Ok(ColourModel::Ycck),
            _ => Err(unsupported("a jpeg that has neither 1, 3 nor 4 components")),
        }
    }

    /// Whether the coefficients of the whole picture must be kept until the last scan.
    pub(super) fn keeps_coefficients(&self) -> bool {
        self.frame.progressive || self.several_scans
    }

    /// The memory that decoding takes: the picture's pixels, the strips of samples that they are made from, and the
    /// coefficients where they must be kept.
    fn decoded_bytes(&self, scale: Scale) -> u64 {
        let frame = self.frame.at(scale);
        let mut bytes = frame.size.area() * 3 + Strips::bytes(&frame);
        if self.keeps_coefficients() {
            // At an eighth luma takes less, unless the end of the file is missing.
            bytes += Coefficients::bytes(&frame);
        }
        bytes
    }
}

/// The quality at which libjpeg's table for luma (ITU-T T.81, K.1) has the mean of this one, if it is that of luma.
fn quality_of(body: &[u8]) -> Option<Quality> {
    // The sum of that table, which stands for a quality of 50.
    const SUM: f32 = 3688.0;
    let sum: f32 = match body.split_first()? {
        (0, divisors) => divisors.get(..64)?.iter().map(|&divisor| f32::from(divisor)).sum(),
        (0x10, wide) => wide.get(..128)?.as_chunks().0.iter().map(|&two| f32::from(u16::from_be_bytes(two))).sum(),
        _ => return None,
    };
    let scale = sum / SUM;
    Quality::new(if scale <= 1.0 { 100.0 - 50.0 * scale } else { (50.0 / scale).max(1.0) })
}

/// The block in an APP1 segment of EXIF. The byte behind the name is a zero, or should be.
fn exif_block(body: &[u8]) -> Option<&[u8]> {
    body.strip_prefix(b"Exif\0").and_then(|rest| rest.get(1..))
}

/// Whether an APP0 segment is JFIF's.
fn is_jfif(body: &[u8]) -> bool {
    body.len() >= 14 && body.starts_with(b"JFIF\0")
}

/// The colour transform that an APP14 segment gives, if it is Adobe's.
fn adobe(body: &[u8]) -> Option<u8> {
    body.strip_prefix(b"Adobe").and_then(|rest| rest.get(6)).copied()
}

/// Whether a segment has something that is not needed for showing the picture.
fn is_metadata(marker: u8, body: &[u8]) -> bool {
    match marker {
        // A thumbnail follows the last field of JFIF's segment, and is all that its extension is for.
        0xe0 => !(is_jfif(body) && body.len() == 14 || body.starts_with(b"JFXX\0") && body.len() <= 6),
        0xe2 => !body.starts_with(b"ICC_PROFILE\0"),
        0xee => adobe(body).is_none() || body.len() > 12,
        // Tables for arithmetic coding and a height given late mean nothing in a file that is decoded here.
        0xe1..=0xef | 0xfe | 0xcc | 0xdc => true,
        _ => false,
    }
}

/// The name of a coding process that is not decoded.
fn coding_process(marker: u8) -> &'static str {
    match marker {
        0xc3 => "a lossless jpeg",
        0xc5..=0xc7 | 0xde | 0xdf => "a hierarchical jpeg",
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
    fn the_quality_is_that_of_libjpeg_s_table() {
        // Any table with the sum of the standard's is as coarse, and one with half of it.
        let half = [&[0][..], &[29; 40], &[28; 24]].concat();
        let quality = |table: &[u8]| {
            let header = file(&[(0xdb, table), (0xc0, THREE)], 3);
            probe(&header).unwrap().quality
        };
        let standard: Vec<u8> = half[1..].iter().map(|divisor| 2 * divisor).collect();
        let wide: Vec<u8> = [0x10].into_iter().chain(standard.iter().flat_map(|&divisor| [0, divisor])).collect();
        assert_eq!(quality(&[&[0][..], &standard].concat()), quality(&wide));
        assert!((quality(&wide).unwrap().as_f32() - 50.0).abs() < 0.3);
        assert!((quality(&half).unwrap().as_f32() - 75.0).abs() < 0.3);
        assert_eq!(quality(&[&[0][..], &[1; 64]].concat()).map(|quality| quality.as_f32() > 99.0), Some(true));
        assert_eq!(quality(&[&[1][..], &[9; 64]].concat()), None, "that of chroma");
        assert_eq!(quality(&[0, 1, 2]), None, "cut short");
    }

    #[test]
    fn the_colour_model_follows_the_markers() {
        let rgb_ids: &[u8] = &[8, 0, 20, 0, 30, 3, b'R', 0x11, 0, b'G', 0x11, 0, b'B', 0x11, 0];
        let jfif = (0xe0, &b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"[..]);
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
        assert!((30 * 20 * 3..30 * 20 * 9).contains(&baseline.decoded_bytes[0]), "pixels and some rows of samples");
        // 30x20 in units of 16x16: 2x2 of them, 6 blocks each.
        let progressive = probe(&file(&[(0xc2, THREE)], 3)).unwrap();
        assert_eq!(progressive.decoded_bytes[0], baseline.decoded_bytes[0] + 4 * 6 * (64 * 2 + 8));
        let several_scans = probe(&file(&[(0xc0, THREE)], 1)).unwrap();
        assert_eq!(several_scans.decoded_bytes, progressive.decoded_bytes);
    }
}
