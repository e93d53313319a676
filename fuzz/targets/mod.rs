//! What each fuzz target does with its bytes: plain functions that panic where a promise is broken. They know nothing of
//! the fuzzer, so that `cargo test` can try with them what the fuzzer has found.

pub(crate) mod adapt;
pub(crate) mod api;
pub(crate) mod budget;
pub(crate) mod catalog;
pub(crate) mod decode;
pub(crate) mod figures;
pub(crate) mod palette;
pub(crate) mod probe;
pub(crate) mod stream;
pub(crate) mod verify;

use pushpix::{Adapter, ByteSize, Effort, Limits};

/// A target: its name, and what it does with bytes.
pub(crate) type Target = (&'static str, fn(&[u8]));

pub(crate) const TARGETS: [Target; 9] = [
    ("adapt", adapt::run),
    ("api", api::run),
    ("budget", budget::run),
    ("catalog", catalog::run),
    ("decode", decode::run),
    ("palette", palette::run),
    ("probe", probe::run),
    ("stream", stream::run),
    ("verify", verify::run),
];

/// Limits that refuse what would make a run slow.
pub(crate) fn limits() -> Limits {
    Limits::default()
        .with_max_pixels(1 << 19)
        .with_max_decoded(ByteSize::mebibytes(16))
        .with_max_canvas(ByteSize::mebibytes(24))
        .with_max_metadata(ByteSize::mebibytes(1))
}

/// An adapter within these limits.
pub(crate) fn adapter() -> Adapter {
    Adapter::new().with_effort(Effort::Fast).with_limits(limits())
}
