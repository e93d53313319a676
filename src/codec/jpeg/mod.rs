//! JPEG: its header, its pixels by a decoder of our own, and writing one.
//!
//! The way of the data: `segments` finds the markers, `header`, `frame`, `scan` and `tables` read what is in them,
//! `bits` and `huffman` take the entropy coding off, `passing` passes over what a smaller picture does not need,
//! `sequential` and `progressive` make blocks of coefficients of it, which `coefficients` keeps where several scans
//! fill them, `idct` makes samples of a block, `reduced` fewer of them, `strips` and `upsample` rows of samples.
//! `scans` is the loop over it all; `decode` puts the rows through the colour step. `encode` goes the other way.

mod bits;
mod coefficients;
mod decode;
mod encode;
mod flaw;
mod frame;
mod header;
mod huffman;
mod idct;
mod passing;
mod progressive;
mod reduced;
mod scan;
mod scans;
mod segments;
mod sequential;
mod strips;
mod tables;
#[cfg(test)]
mod tests;
mod upsample;

#[cfg(feature = "fuzzing")]
pub(super) use self::decode::largest_block;
pub(super) use self::decode::{decode, profile_is_short};
pub(crate) use self::encode::Source;
#[cfg(feature = "calibration")]
pub use self::encode::Tuning;
#[cfg(feature = "mozjpeg")]
pub(super) use self::encode::mozjpeg::encode as encode_by_mozjpeg;
pub(super) use self::header::{metadata, probe};

use crate::error::Error;
use crate::format::Format;

fn broken(what: &'static str) -> Error {
    Error::decode(Format::Jpeg, what)
}

fn unsupported(what: &'static str) -> Error {
    Error::Unsupported { what }
}
