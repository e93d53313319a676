//! What people read when something went wrong.

use std::error::Error as _;
use std::io::{self, Write};

/// Writes one line to standard error. If even that fails, there is nobody left to tell.
pub(crate) fn complain(what: &str) {
    // Names may have anything in them; on a terminal it must stay one line of text.
    let what = what.replace(char::is_control, "\u{fffd}");
    let _ = writeln!(io::stderr(), "pushpix: {what}");
}

/// An error and what lies beneath it, on one line.
pub(crate) fn message(error: &pushpix::Error) -> String {
    let mut line = error.to_string();
    let mut beneath = error.source();
    while let Some(source) = beneath {
        line.push_str(": ");
        line.push_str(&source.to_string());
        beneath = source.source();
    }
    one_line(&line)
}

/// Text that may quote what somebody else has written, on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
