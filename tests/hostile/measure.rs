//! How much time and memory a call takes, and whether it panics.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

pub(crate) const MIB: usize = 1 << 20;

/// What a limit does not count.
pub(crate) const SLACK: usize = 16 * MIB;

/// How long a case may take: far longer than any does, for nothing is optimised here.
pub(crate) const LONGEST: Duration = Duration::from_secs(2);

/// The right to run: what other tests allocate meanwhile would count too. Every test here has it from its first line on.
pub(crate) struct Turn(#[expect(dead_code, reason = "it is held")] MutexGuard<'static, ()>);

/// Waits until no other test runs.
pub(crate) fn turn() -> Turn {
    static TURN: Mutex<()> = Mutex::new(());
    Turn(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What a call took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Of the processor, where that can be told.
    pub(crate) time: Duration,
    /// The most bytes that were allocated at any moment, besides those that were before.
    pub(crate) bytes: usize,
}

impl Turn {
    /// Calls; `None` if it panics.
    #[expect(clippy::unused_self, reason = "only who has its turn may measure")]
    pub(crate) fn measured<T>(&self, call: impl FnOnce() -> T) -> (Option<T>, Taken) {
        count_panics();
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let start = clock();
        MEASURING.set(true);
        let value = catch_unwind(AssertUnwindSafe(call)).ok();
        MEASURING.set(false);
        let taken = Taken { time: clock() - start, bytes: ALLOCATOR.peak_usage().saturating_sub(before) };
        (value, taken)
    }
}

/// The time that this process has been worked on: that of the day would be another's too.
#[cfg(unix)]
fn clock() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(spent.tv_sec).unwrap(), u32::try_from(spent.tv_nsec).unwrap())
}

#[cfg(not(unix))]
fn clock() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// The same for the targets of the fuzzer, within a call that is measured.
#[cfg(all(feature = "cli", feature = "fuzzing"))]
pub(crate) fn peak<T>(call: impl FnOnce() -> T) -> (T, u64) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let value = call();
    (value, ALLOCATOR.peak_usage().saturating_sub(before) as u64)
}

thread_local! {
    static MEASURING: Cell<bool> = const { Cell::new(false) };
}

static PANICS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// The panics of measured calls so far, by their places: those that the library has contained too.
pub(crate) fn panics() -> BTreeMap<String, u64> {
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// From now on, panics of measured calls are counted and not printed.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if MEASURING.get() {
                let place = panic.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
                *PANICS.lock().unwrap_or_else(PoisonError::into_inner).entry(place).or_default() += 1;
            } else {
                usual(panic);
            }
        }));
    });
}
