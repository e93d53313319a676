//! The tests of the promises: everything here goes through the public interface, and pictures that come out are read
//! by decoders other than the encoders that wrote them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on must stop, and one that is skipped says so"
)]

mod adapt;
#[cfg(feature = "api")]
mod api;
mod batch;
#[cfg(feature = "cli")]
mod batch_command;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod command;
mod corpus;
mod formats;
mod golden;
mod layering;
mod pictures;
mod promises;
mod properties;
mod specs;
#[cfg(feature = "cli")]
mod stream;
mod verify;
