//! Why one picture of a request cannot be taken, before either API has made an error of it.

use std::error::Error as _;
use std::fmt;

use crate::error::{Error, Measure};
use crate::verify::{Verdict, Violation};

/// Why a picture is not taken. [`v3::Error`](super::v3::Error) and [`v4::Error`](super::v4::Error) are made of it, with
/// the codes that each has for it.
///
/// `Display` is one line, as in `oppo_file: its size is 100x100, and exact 144x144 is taken`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The request's field that hands the picture over.
    pub field: &'static str,
    /// What kind of reason it is; codes follow it.
    pub kind: RefusalKind,
    /// The reason, one line.
    pub why: String,
}

/// The kinds of reasons that codes and messages tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// Its address cannot be fetched from, or must not be.
    Address,
    /// It is longer than is allowed.
    TooLarge,
    /// It is no JPEG or PNG, or broken.
    Format,
    /// It breaks another rule of the slot, or cannot be made to keep it.
    Rule,
    /// So many pictures were stored in the slot today as are allowed.
    Quota,
    /// It took too long to get or to adapt, or there is too much to do.
    Timeout,
    /// A defect of the server, or of this crate.
    Internal,
}

impl Refusal {
    /// A refusal for a reason that only a server knows.
    #[must_use]
    pub fn new(field: &'static str, kind: RefusalKind, why: impl Into<String>) -> Self {
        Self { field, kind, why: why.into() }
    }

    /// The slot's [daily quota](crate::Spec::quota_per_day) is used up.
    #[must_use]
    pub fn quota(field: &'static str, quota_per_day: u32) -> Self {
        Self::new(field, RefusalKind::Quota, format!("at most {quota_per_day} pictures a day are taken"))
    }

    /// A picture could not be adapted or read.
    #[must_use]
    pub fn from_error(field: &'static str, error: &Error) -> Self {
        let kind = match error {
            Error::Unsupported { .. } | Error::Decode { .. } => RefusalKind::Format,
            Error::Limit { what: Measure::InputBytes, .. } => RefusalKind::TooLarge,
            Error::Limit { .. } | Error::OverBudget { .. } => RefusalKind::Rule,
            Error::Deadline { .. } | Error::Cancelled => RefusalKind::Timeout,
            Error::Spec(_) | Error::Encode { .. } | Error::Io { .. } => RefusalKind::Internal,
        };
        let mut why = error.to_string();
        let mut beneath = error.source();
        while let Some(source) = beneath {
            why.push_str(": ");
            why.push_str(&source.to_string());
            beneath = source.source();
        }
        Self::new(field, kind, why.replace(char::is_control, " "))
    }

    /// A picture does not comply; `None` if it does. All that it breaks is told.
    ///
    /// Of several kinds the first counts in this order: unreadable, of another format, too long, any other rule.
    #[must_use]
    pub fn from_verdict(field: &'static str, verdict: &Verdict) -> Option<Self> {
        if let Some(error) = verdict.violations.iter().find_map(|violation| match violation {
            Violation::Unreadable(error) => Some(error),
            _ => None,
        }) {
            return Some(Self::from_error(field, error));
        }
        let kinds: Vec<RefusalKind> = verdict.violations.iter().map(kind_of).collect();
        let [format, too_large, rule] = [RefusalKind::Format, RefusalKind::TooLarge, RefusalKind::Rule];
        let kind = [format, too_large, rule].into_iter().find(|kind| kinds.contains(kind))?;
        let why: Vec<String> = verdict.violations.iter().map(ToString::to_string).collect();
        Some(Self::new(field, kind, why.join("; ")))
    }
}

const fn kind_of(violation: &Violation) -> RefusalKind {
    match violation {
        Violation::Format { .. } | Violation::Name { .. } => RefusalKind::Format,
        Violation::Bytes { .. } => RefusalKind::TooLarge,
        _ => RefusalKind::Rule,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.why)
    }
}

impl std::error::Error for Refusal {}
