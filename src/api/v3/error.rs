//! The errors of API v3: code, message, HTTP status, and the body that carries them.

use std::fmt;

use super::media_id::ParseMediaIdError;
use crate::api::body::{self, Wrong};
use crate::api::refusal::{Refusal, RefusalKind};

/// Why a call failed. `Display` is its message.
///
/// Where the page gives a message, it is the beginning of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// 1000, status 500: a defect of the server. What it is stands in the server's log.
    Internal,
    /// 1002, status 400: the request has no `Authorization`.
    MissingAuthorization,
    /// 1004, status 401: `Authorization` is malformed, the key is unknown, or the secret is not the key's.
    Unauthorized,
    /// 1102, status 400: something that must be given is not.
    #[non_exhaustive]
    Missing {
        /// What, by the names of fields.
        what: &'static str,
    },
    /// 1103, status 400: a field, or the `body` as a whole, has a value that it may not have.
    #[non_exhaustive]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// 1103, status 400: the media id in the path is none, is unknown, or has expired.
    InvalidMediaId,
    /// 1103, status 400: no channel that was named is open and takes such pictures.
    AllInvalid,
    /// 1030, status 503: a part of the server, or another server, took too long; or there is too much to do.
    Timeout,
    /// 1103, status 400: a picture was refused. Its kinds `Timeout` and `Internal` become 1030 and 1000 instead.
    Picture(Refusal),
}

impl Error {
    /// A field, or the `body` as a whole, has a value that it may not have, for reasons that only a server knows.
    #[must_use]
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }

    /// The code, as the page lists them.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Internal | Self::Picture(Refusal { kind: RefusalKind::Internal, .. }) => 1000,
            Self::MissingAuthorization => 1002,
            Self::Unauthorized => 1004,
            Self::Missing { .. } => 1102,
            Self::Invalid { .. } | Self::InvalidMediaId | Self::AllInvalid => 1103,
            Self::Timeout | Self::Picture(Refusal { kind: RefusalKind::Timeout, .. }) => 1030,
            Self::Picture(_) => 1103,
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.code() {
            1000 => 500,
            1004 => 401,
            1030 => 503,
            _ => 400,
        }
    }

    /// The body of the answer: `{"error":{"code":1103,"message":"…"}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        body::error_json(self.code(), &self.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal => f.write_str("System internal error."),
            Self::MissingAuthorization => f.write_str("Missing authen info."),
            Self::Unauthorized => f.write_str("Basic authentication failed."),
            Self::Missing { what } => write!(f, "Missing required parameter: {what}"),
            Self::Invalid { field, why } => write!(f, "Parameter value is illegal: {field}: {why}"),
            Self::InvalidMediaId => f.write_str("The mediaId is invalid or has expired."),
            Self::AllInvalid => {
                f.write_str("the result is all of invalid: no channel that was named is open and takes this image type")
            }
            Self::Timeout => f.write_str("Service timeout."),
            Self::Picture(refusal) => match refusal.kind {
                RefusalKind::TooLarge => write!(f, "Upload file is too large: {refusal}"),
                RefusalKind::Format => write!(f, "File format is incorrect: {refusal}"),
                RefusalKind::Quota => write!(f, "The number of uploads exceeds the daily limit: {refusal}"),
                RefusalKind::Timeout => write!(f, "Service timeout: {refusal}"),
                RefusalKind::Internal => f.write_str("System internal error."),
                RefusalKind::Address | RefusalKind::Rule => write!(f, "Parameter value is illegal: {refusal}"),
            },
        }
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Picture(refusal)
    }
}

impl From<ParseMediaIdError> for Error {
    fn from(_: ParseMediaIdError) -> Self {
        Self::InvalidMediaId
    }
}

impl From<Wrong> for Error {
    fn from(Wrong { field, why }: Wrong) -> Self {
        Self::Invalid { field, why }
    }
}
