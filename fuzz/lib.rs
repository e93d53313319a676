//! What the fuzz targets share: the watch over panics and memory, and the targets themselves.

#[path = "../src/bin/pushpix/answer.rs"]
#[expect(dead_code, reason = "other commands use the rest")]
mod answer;
#[path = "../src/bin/pushpix/files.rs"]
#[expect(dead_code, reason = "other commands use the rest")]
mod files;
#[path = "../src/bin/pushpix/message.rs"]
#[expect(dead_code, reason = "other commands use the rest")]
mod message;
mod targets;
#[path = "../src/bin/pushpix/stream/worker.rs"]
#[expect(dead_code, reason = "the command uses the rest")]
mod worker;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most memory that a target may take, in bytes: its limits for the input and the canvas, and what they do not count.
const MOST: u64 = (16 + 24 + 16) << 20;

/// Runs the target of this name.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = targets::TARGETS.into_iter().find(|(known, _)| *known == name).expect("a target has this name");
    let ((), taken) = peak(|| target(bytes));
    assert!(taken <= MOST, "it took {taken} bytes of memory");
}

/// Calls, and tells how many bytes of memory that takes at most, besides those taken before.
pub(crate) fn peak<T>(call: impl FnOnce() -> T) -> (T, u64) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let value = call();
    (value, ALLOCATOR.peak_usage().saturating_sub(before) as u64)
}

/// Lets a panic that the library contains pass as the typed error that it becomes, and counts it by its place, so that
/// it can be mended: the first one of a place is told, and each time that their number has doubled. The fuzzer's own
/// hook would end the run at once; a panic that leaves the library still ends it.
pub fn count_contained_panics() {
    static SEEN: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry(place).or_default();
        *count += 1;
        if count.is_power_of_two() {
            eprintln!("panic number {count} of its place: {panic}");
        }
    }));
}
