//! PNG: its header and chunks, its pixels, and writing one.

mod chunks;
mod colours;
mod decode;
mod encode;
mod header;
mod pieces;

pub(super) use self::decode::{data_are_exact, decode};
pub(super) use self::encode::{encode, encode_indexed};
pub(super) use self::header::{metadata, probe};
