//! What the fuzz targets share.

use pushpix::{Adapter, ByteSize, Effort, Limits};

/// Lets a foreign panic that the library contains pass as the typed error it becomes. The default hook of the fuzzer
/// would end the run at once; a panic that leaves the library still ends it.
pub fn contained_panics_are_errors() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// An adapter that refuses what would make a run slow.
pub fn adapter() -> Adapter {
    let limits = Limits::default()
        .with_max_pixels(1 << 18)
        .with_max_decoded(ByteSize::mebibytes(16));
    Adapter::new().with_effort(Effort::Fast).with_limits(limits)
}
