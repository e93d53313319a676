//! JPEG to a picture: the decoder's rows of components, put through the colour step.

use std::borrow::Cow;

use super::header::Header;
use super::scans::{Approach, decode_rows};
use crate::codec::colour::{Conversion, SHORT_PROFILE, Samples, Statement, ink_row, ycc_to_rgb_row};
use crate::codec::decoded::{Decoded, Rows};
use crate::codec::probe::ColourModel;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Watch;
use crate::scale::Scale;
use crate::units::ByteSize;

/// Decodes the picture as stored, at a scale: its orientation is not applied.
pub(in crate::codec) fn decode(bytes: &[u8], scale: Scale, lenient: bool, watch: &Watch<'_>) -> Result<Decoded, Error> {
    let header = Header::read(bytes)?;
    let model = header.colour()?;
    let approach = Approach::choose(bytes, &header, scale, watch.limits)?;
    let samples = match model {
        ColourModel::Grey => Samples::Grey,
        ColourModel::Cmyk | ColourModel::Ycck => Samples::Inks,
        _ => Samples::Rgb,
    };
    let mut warnings = Vec::new();
    let mut conversion =
        Conversion::choose(icc_profile(&header.icc, watch.limits.max_metadata), samples, false, &mut warnings);

    let size = scale.of(header.frame.size);
    let mut rows = Rows::new(size, conversion.channels(), lenient);
    let mut pixels = vec![0; size.width() as usize * samples.count()];
    let ending = decode_rows(bytes, &approach, lenient, watch, &mut |planes: &[&[u8]]| {
        watch.check()?;
        rows.next(|out| {
            if conversion.is_identity() {
                stored_row(planes, model, out);
                return Ok(());
            }
            stored_row(planes, model, &mut pixels);
            conversion.row(&pixels, out)
        })
        .map_err(|source| Error::from_decoder(Format::Jpeg, "its colours cannot be converted", source))
    })?;
    rows.finish(Format::Jpeg, ending, conversion.foreign(), warnings)
}

/// Whether a JPEG has no ICC profile, or one that is short.
pub(in crate::codec) fn profile_is_short(bytes: &[u8]) -> bool {
    Header::read(bytes).is_ok_and(|header| header.icc.iter().map(|piece| piece.len()).sum::<usize>() <= SHORT_PROFILE)
}

/// See [`scans::largest_block`](super::scans::largest_block).
#[cfg(feature = "fuzzing")]
pub(in crate::codec) fn largest_block(bytes: &[u8], watch: &Watch<'_>) -> Option<u64> {
    super::scans::largest_block(bytes, &Header::read(bytes).ok()?, watch)
}

/// A row of components as pixels, as the colour step takes them.
fn stored_row(planes: &[&[u8]], model: ColourModel, pixels: &mut [u8]) {
    match *planes {
        [grey] => pixels.copy_from_slice(grey),
        [red, green, blue] if model == ColourModel::Rgb => interleave([red, green, blue], pixels),
        [luma, blue, red] => ycc_to_rgb_row([luma, blue, red], pixels),
        [cyan, magenta, yellow, black] => ink_row([cyan, magenta, yellow, black], model, pixels),
        // The header's reading has refused any other number of components.
        _ => pixels.fill(0),
    }
}

fn interleave(planes: [&[u8]; 3], out: &mut [u8]) {
    let [first, second, third] = planes;
    for (pixel, ((&a, &b), &c)) in out.as_chunks_mut::<3>().0.iter_mut().zip(first.iter().zip(second).zip(third)) {
        *pixel = [a, b, c];
    }
}

/// The profile that these APP2 segments hold, each with its number, from 1, and the count of all in front.
fn icc_profile<'a>(segments: &[&'a [u8]], longest: ByteSize) -> Option<Statement<'a>> {
    let mut pieces = Vec::new();
    for segment in segments {
        match segment {
            [number, count, data @ ..] => pieces.push((*number, *count, data)),
            _ => return Some(Statement::Unusable("a segment of the icc profile is cut short")),
        }
    }
    pieces.sort_by_key(|&(number, ..)| number);
    let in_order = pieces
        .iter()
        .zip(1_usize..)
        .all(|(&(number, count, _), expected)| usize::from(number) == expected && usize::from(count) == pieces.len());
    match pieces.as_slice() {
        [] => None,
        _ if !in_order => Some(Statement::Unusable("segments of the icc profile are missing or twice there")),
        _ if pieces.iter().map(|(.., data)| data.len() as u64).sum::<u64>() > longest.as_u64() => {
            Some(Statement::Unusable("the icc profile is too large"))
        }
        [(.., data)] => Some(Statement::Icc(Cow::Borrowed(data))),
        _ => Some(Statement::Icc(Cow::Owned(pieces.iter().flat_map(|(.., data)| *data).copied().collect()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_put_together_from_its_segments() {
        let icc = |bytes: &[u8]| Some(Statement::Icc(Cow::Owned(bytes.to_vec())));
        let icc_profile = |segments: &[&'static [u8]]| icc_profile(segments, ByteSize::new(5));
        assert_eq!(icc_profile(&[]), None);
        assert_eq!(icc_profile(&[b"\x01\x01abc"]), icc(b"abc"));
        assert_eq!(icc_profile(&[b"\x02\x03cd", b"\x03\x03e", b"\x01\x03ab"]), icc(b"abcde"));
        let broken: [&[&[u8]]; 6] = [
            &[b"\x01\x02abc", b"\x02\x02def"],
            &[b"\x01"],
            &[b"\x01\x02a"],
            &[b"\x00\x01a"],
            &[b"\x01\x02a", b"\x01\x02a"],
            &[b"\x01\x02a", b"\x02\x03b"],
        ];
        for segments in broken {
            assert!(matches!(icc_profile(segments), Some(Statement::Unusable(_))), "{segments:?}");
        }
    }
}
