//! What the chunks of a PNG say of its colours, and which of them counts.

use std::iter;

use miniz_oxide::inflate::{TINFLStatus, decompress_slice_iter_to_slice};

use super::chunks::Chunk;
use super::inflate;
use crate::codec::colour::{SHORT_PROFILE, Statement};
use crate::limits::Watch;
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
    /// Takes a chunk, which is the first of its name.
    pub(super) fn take(&mut self, chunk: Chunk<'a>) {
        let place = match &chunk.name {
            b"cICP" => &mut self.cicp,
            b"iCCP" => &mut self.iccp,
            b"sRGB" => &mut self.srgb,
            b"gAMA" => &mut self.gama,
            b"cHRM" => &mut self.chrm,
            _ => return,
        };
        *place = Some(chunk.body);
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
    /// Whether there is no ICC profile, or a short one, under a name as the specification allows, with nothing behind it.
    pub(super) fn profile_is_short(&self, watch: &Watch<'_>) -> bool {
        let Some(body) = self.iccp else { return true };
        named(body).is_some_and(|(name, mut compressed)| {
            let inflated = inflate::inflated(&mut compressed, SHORT_PROFILE as u64, watch);
            name.len() <= 79 && inflated.is_ok_and(|inflated| inflated.is_all && inflated.is_dense())
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
    profile(compressed, max_profile).map_or_else(Statement::Unusable, |profile| Statement::Icc(profile.into()))
}

/// The profile, which is as long as it says. What follows it is left out.
fn profile(compressed: &[u8], longest: ByteSize) -> Result<Vec<u8>, &'static str> {
    const BROKEN: &str = "the icc profile is broken";
    let len = u64::from(stated_len(compressed));
    // RFC 1951: 258 bytes from two bits, at most.
    let most = (compressed.len() as u64).saturating_mul(1032);
    if len > most || inflate::is_bloated(compressed.len() as u64, len) {
        return Err(BROKEN);
    }
    if len > longest.as_u64() {
        return Err("the icc profile is too large");
    }
    let mut profile = vec![0; usize::try_from(len).map_err(|_| BROKEN)?];
    match decompress_slice_iter_to_slice(&mut profile, iter::once(compressed), true, false) {
        Ok(written) if written < profile.len() => Err(BROKEN),
        Ok(_) | Err(TINFLStatus::HasMoreOutput) => Ok(profile),
        Err(_) => Err("the icc profile cannot be inflated"),
    }
}

/// The length that the ICC profile in a chunk states, in bytes; 0 if it cannot be read.
pub(super) fn profile_len(body: &[u8]) -> u32 {
    named(body).map_or(0, |(_, compressed)| stated_len(compressed))
}

/// The first four bytes of a profile are its length.
fn stated_len(compressed: &[u8]) -> u32 {
    let mut first = [0; 4];
    let _ =
        decompress_slice_iter_to_slice(&mut first, iter::once(&compressed[..compressed.len().min(4096)]), true, true);
    u32::from_be_bytes(first)
}

/// The name in an iCCP chunk, and its compressed profile.
fn named(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = body.split_at(body.iter().position(|&byte| byte == 0)?);
    rest.strip_prefix(&[0, 0]).map(|compressed| (name, compressed))
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

    /// A chunk with a profile of these bytes, which states this length.
    fn iccp(len: u8, rest: &[u8]) -> Vec<u8> {
        let profile = [&[0, 0, 0, len], rest].concat();
        [&b"name\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(&profile, 6)].concat()
    }

    #[test]
    fn a_profile_is_as_long_as_it_says() {
        let icc = |bytes: &'static [u8]| vec![Statement::Icc(bytes.into())];
        assert_eq!(statements(&[(b"iCCP", &iccp(7, b"abc"))]), icc(b"\0\0\0\x07abc"));
        assert_eq!(statements(&[(b"iCCP", &iccp(7, b"abc, and more"))]), icc(b"\0\0\0\x07abc"));
        for (len, rest) in [(7, &b"ab"[..]), (8, b"abcd"), (200, b"abc")] {
            assert!(matches!(statements(&[(b"iCCP", &iccp(len, rest))])[..], [Statement::Unusable(_)]), "{len}");
        }
        assert_eq!((profile_len(&iccp(7, b"")), profile_len(b"name\0\0no zlib"), profile_len(b"")), (7, 0, 0));
    }

    #[test]
    fn what_is_said_of_colours_comes_in_the_order_of_the_specification() {
        let icc = iccp(7, b"abc");
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
            Statement::Icc(b"\0\0\0\x07abc"[..].into()),
            Statement::Srgb,
            Statement::Measured { gamma: Some(45_455), chromaticities: Some([7; 8]) },
        ];
        assert_eq!(found, expected);
        assert_eq!(statements(&[]), []);
        let unusable: [(&[u8; 4], &[u8]); 5] = [
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
