//! What becomes of hostile input: a value or a typed error, in bounded time and memory, and never a panic. A binary of
//! its own, for its allocator counts: its tests run one at a time.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on must stop")]
#![expect(clippy::print_stderr, reason = "what was measured is worth reading")]

#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
#[path = "../../src/bin/pushpix/answer.rs"]
#[expect(dead_code, reason = "the command uses the rest")]
mod answer;
mod builders;
mod corpus;
mod crafted;
mod doors;
#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
#[path = "../../src/bin/pushpix/files.rs"]
#[expect(dead_code, reason = "the command uses the rest")]
mod files;
mod limits;
mod measure;
mod memory;
#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
#[path = "../../src/bin/pushpix/message.rs"]
#[expect(dead_code, reason = "the command uses the rest")]
mod message;
mod mutations;
#[path = "../integration/pictures.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod pictures;
mod prefixes;
#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
mod regressions;
#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
#[path = "../../fuzz/targets/mod.rs"]
mod targets;
#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
#[path = "../../src/bin/pushpix/stream/worker.rs"]
#[expect(dead_code, reason = "the command uses the rest")]
mod worker;

#[cfg(all(feature = "api", feature = "cli", feature = "fuzzing"))]
use measure::peak;
