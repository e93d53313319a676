//! The time of day, in seconds since 1970. Tests set it ahead.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
pub(crate) const DAY: u64 = 86_400;

/// The system's clock, or one that is ahead of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    ahead: u64,
}

impl Clock {
    /// A clock that is this many seconds ahead of the system's.
    pub(crate) fn ahead(seconds: u64) -> Self {
        Self { ahead: seconds }
    }

    /// Seconds since 1970. A system whose clock stands before that is taken to be there.
    pub(crate) fn now(self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs()).saturating_add(self.ahead)
    }
}
