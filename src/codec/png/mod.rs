//! PNG: its header and chunks, its pixels, and writing one.

mod chunks;
mod colours;
mod decode;
mod encode;
mod header;
mod inflate;
mod pieces;

pub(super) use self::decode::{decode, hides_nothing};
pub(super) use self::encode::{encode, encode_indexed};
pub(super) use self::header::{metadata, probe};
