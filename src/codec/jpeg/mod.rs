//! JPEG: its header, its pixels, and writing one.

mod bits;
mod coefficients;
mod decode;
mod encode;
mod flaw;
mod frame;
mod header;
mod huffman;
mod idct;
mod picture;
mod progressive;
mod rows;
mod scan;
mod segments;
mod sequential;
mod tables;
#[cfg(test)]
mod tests;
mod upsample;

pub(super) use self::encode::encode;
pub(super) use self::header::{metadata, probe};
pub(super) use self::picture::decode;

use crate::error::Error;
use crate::format::Format;

fn broken(what: &'static str) -> Error {
    Error::decode(Format::Jpeg, what)
}

fn unsupported(what: &'static str) -> Error {
    Error::Unsupported { what }
}
