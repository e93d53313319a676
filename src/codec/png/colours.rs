//! What the chunks of a PNG say of its colours, and which of them counts.

use std::borrow::Cow;
use std::iter;

use miniz_oxide::inflate::decompress_slice_iter_to_slice;

use super::chunks::Chunk;
use super::inflate::{self, Hindrance, Inflated};
use crate::codec::colour::{Statement, is_nearly_bare};
use crate::units::ByteSize;

/// The chunks that speak of colour.
#[derive(Debug, Default)]
pub(super) struct Colours<'a> {
    cicp: Option<&'a [u8]>,
    iccp: Option<&'a [u8]>,
    srgb: Option<&'a [u8]>,
    gama: Option<&'a [u8]>,
    chrm: Option<&'a [u8]>,
}

impl<'a> Colours<'a> {
    /// Takes a chunk, if it is the first of its name.
    pub(super) fn takes(&mut self, chunk: Chunk<'a>) -> bool {
        let place = match &chunk.name {
            b"cICP" => &mut self.cicp,
            b"iCCP" => &mut self.iccp,
            b"sRGB" => &mut self.srgb,
            b"gAMA" => &mut self.gama,
            b"cHRM" => &mut self.chrm,
            _ => return true,
        };
        let is_first = place.is_none();
        place.get_or_insert(chunk.body);
        is_first
    }

    /// What they say, in the order of the PNG specification's third edition: the first counts. A profile that is longer
    /// than allowed is not inflated further.
    pub(super) fn in_order(&self, max_profile: ByteSize) -> Vec<Statement<'a>> {
        let icc = self.iccp.map(|body| inflated(body, max_profile));
        let srgb = self.srgb.map(|_| Statement::Srgb);
        [self.cicp.map(code_points), icc, srgb, measured(self.gama, self.chrm)].into_iter().flatten().collect()
    }
}

impl Colours<'_> {
    /// Whether there is no ICC profile, or one that says hardly more than what it is for: it has a name as the
    /// specification allows, and nothing stands behind it.
    pub(super) fn profile_is_plain(&self, max_profile: ByteSize) -> bool {
        let Some(body) = self.iccp else { return true };
        named(body).is_some_and(|(name, compressed)| {
            let inflated = inflate::inflated(&mut { compressed }, max_profile.as_u64());
            let len =
                inflated.ok().filter(|inflated| inflated.is_all).and_then(|inflated| inflated.len.try_into().ok());
            let profile = len.and_then(|len| profile(compressed, len));
            name.len() <= 79 && profile.is_some_and(|profile| is_nearly_bare(&profile))
        })
    }
}

fn code_points(body: &[u8]) -> Statement<'_> {
    match *body {
        [primaries, transfer, 0, 1] => Statement::Cicp { primaries, transfer },
        _ => Statement::Unusable("the cicp chunk is not one of full-range rgb"),
    }
}

/// The ICC profile behind its name and the number of its compression method.
fn inflated(body: &[u8], max_profile: ByteSize) -> Statement<'static> {
    let Some((_, compressed)) = named(body) else { return Statement::Unusable("the iccp chunk is broken") };
    match inflate::inflated(&mut { compressed }, max_profile.as_u64()) {
        Ok(Inflated { len, .. }) => match usize::try_from(len).ok().and_then(|len| profile(compressed, len)) {
            Some(profile) => Statement::Icc(Cow::Owned(profile)),
            None => Statement::Unusable(BROKEN),
        },
        Err(Hindrance::TooLong) => Statement::Unusable("the icc profile is too large"),
        Err(Hindrance::Broken) => Statement::Unusable(BROKEN),
    }
}

const BROKEN: &str = "the icc profile cannot be inflated";

/// The name in an iCCP chunk, and its compressed profile.
fn named(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = body.split_at(body.iter().position(|&byte| byte == 0)?);
    rest.strip_prefix(&[0, 0]).map(|compressed| (name, compressed))
}

/// The profile, of which it is known how long it is.
fn profile(compressed: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut profile = vec![0; len];
    let written = decompress_slice_iter_to_slice(&mut profile, iter::once(compressed), true, false);
    (written == Ok(len)).then_some(profile)
}

fn measured<'a>(gama: Option<&[u8]>, chrm: Option<&[u8]>) -> Option<Statement<'a>> {
    if gama.is_none() && chrm.is_none() {
        return None;
    }
    let numbers =
        |body: &[u8]| -> Vec<u32> { body.as_chunks::<4>().0.iter().map(|n| u32::from_be_bytes(*n)).collect() };
    let gamma = gama.map(|body| <[u32; 1]>::try_from(numbers(body)));
    let chromaticities = chrm.map(|body| <[u32; 8]>::try_from(numbers(body)));
    Some(match (gamma.transpose(), chromaticities.transpose()) {
        (Ok(gamma), Ok(chromaticities)) => Statement::Measured { gamma: gamma.map(|[gamma]| gamma), chromaticities },
        _ => Statement::Unusable("the gama or chrm chunk is broken"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::png::chunks::Structure;
    use crate::codec::png::chunks::tests::{RGB, file};

    fn statements(chunks: &[(&[u8; 4], &[u8])]) -> Vec<Statement<'static>> {
        let all = [&[(b"IHDR", RGB)], chunks, &[(b"IDAT", b"."), (b"IEND", b"")]].concat();
        Structure::read(file(&all).leak(), false).unwrap().colours.in_order(ByteSize::new(7))
    }

    #[test]
    fn what_is_said_of_colours_comes_in_the_order_of_the_specification() {
        let icc = [&b"name\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(b"profile", 6)].concat();
        let gama = 45_455_u32.to_be_bytes();
        let chrm = [7_u32; 8].map(u32::to_be_bytes).concat();
        let found = statements(&[
            (b"cHRM", &chrm),
            (b"gAMA", &gama),
            (b"sRGB", &[0]),
            (b"iCCP", &icc),
            (b"iCCP", b"a second one does not count"),
            (b"cICP", &[12, 13, 0, 1]),
        ]);
        let expected = [
            Statement::Cicp { primaries: 12, transfer: 13 },
            Statement::Icc(Cow::Borrowed(b"profile")),
            Statement::Srgb,
            Statement::Measured { gamma: Some(45_455), chromaticities: Some([7; 8]) },
        ];
        assert_eq!(found, expected);
        assert_eq!(statements(&[]), []);
        let long = [&b"name\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(b"too long", 6)].concat();
        let unusable: [(&[u8; 4], &[u8]); 6] = [
            (b"iCCP", &long),
            (b"cICP", &[9, 16, 0, 0]),
            (b"iCCP", b"name"),
            (b"iCCP", b"name\0\0no zlib"),
            (b"gAMA", b"."),
            (b"cHRM", b""),
        ];
        for chunk in unusable {
            assert!(matches!(statements(&[chunk])[..], [Statement::Unusable(_)]), "{chunk:?}");
        }
    }
}
