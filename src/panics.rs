//! The one place where a panic ends: one of a codec, or a defect of our own within a batch.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Foreign;

/// Calls, and turns a panic into an error that has its message.
///
/// Unwind safety: all that `call` touches must be made inside it and dropped with it, or only be read.
pub(crate) fn contained<T>(call: impl FnOnce() -> Result<T, Foreign>) -> Result<T, Foreign> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(format!("panicked: {message}").into())
    })
}
