//! EngageLab's Image API v4, `POST v4/image/oppo`: OPPO's two pictures from addresses.
//!
//! The page gives the sizes and caps that OPPO requires and has no word of adaptation: a picture that breaks a rule is
//! refused with OPPO's own code 51 and **HTTP status 200**. [`Policy::adapt`] makes it comply instead. Both addresses
//! may be in one request, as in the page's example. The answer has no code: 0 stands for success in the page's table
//! only.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::address;
use super::body::{self, Body, Wrong};
use super::refusal::{Refusal, RefusalKind};
use super::work::{Mode, Work};
use crate::spec::{SourceKind, Spec};

/// What a server may decide for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Whether pictures are adapted, and not only verified. False unless set.
    pub adapt: bool,
    /// The rule of the large picture, `oppo/large-image` unless set.
    pub big_picture: Spec,
    /// The rule of the small picture, `oppo/large-icon` unless set. What OPPO calls the small picture other documents
    /// call a large icon; it is the same one.
    pub small_picture: Spec,
}

impl Default for Policy {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the rows are part of the crate, and a test reads them")]
        let spec = |id| Spec::builtin(id).expect("the catalogue has OPPO's slots").clone();
        Self { adapt: false, big_picture: spec("oppo/large-image"), small_picture: spec("oppo/large-icon") }
    }
}

/// One of OPPO's two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Picture {
    /// The large one.
    Big,
    /// The one at the right of the text.
    Small,
}

impl Picture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Big, Self::Small];

    /// Its field in requests.
    #[must_use]
    pub const fn url_field(self) -> &'static str {
        match self {
            Self::Big => "big_picture_url",
            Self::Small => "small_picture_url",
        }
    }
}

/// The body of a request. An empty string counts as not given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Where the large picture is.
    pub big_picture_url: Option<String>,
    /// Where the small picture is.
    pub small_picture_url: Option<String>,
}

impl Request {
    /// Reads a body. Fields of other names are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it is no JSON object, or a field is no string or no `http` or `https` address;
    /// [`Error::Missing`] if neither address is given.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let mut body = Body::parse(body)?;
        let mut url = |picture: Picture| {
            let field = picture.url_field();
            let url = body.text(field)?;
            let is_web = |url: &String| matches!(address::kind(url), Some(SourceKind::Http | SourceKind::Https));
            match url {
                Some(url) if !is_web(&url) => {
                    let expected =
                        format!("an http or https address is expected, of at most {} bytes", address::LONGEST);
                    Err(Error::invalid(field, expected))
                }
                url => Ok(url),
            }
        };
        let request = Self { big_picture_url: url(Picture::Big)?, small_picture_url: url(Picture::Small)? };
        if request.big_picture_url.is_none() && request.small_picture_url.is_none() {
            return Err(Error::Missing { what: "big_picture_url or small_picture_url" });
        }
        Ok(request)
    }

    /// The pictures that the server must see to, the large one first.
    pub fn work(&self, policy: &Policy) -> impl Iterator<Item = (Picture, Work)> {
        let mode = if policy.adapt { Mode::Adapt } else { Mode::Verify };
        Picture::ALL.into_iter().filter_map(move |picture| {
            let (url, spec) = match picture {
                Picture::Big => (&self.big_picture_url, &policy.big_picture),
                Picture::Small => (&self.small_picture_url, &policy.small_picture),
            };
            let url = Some(url.clone()?);
            Some((picture, Work { field: picture.url_field(), url, mode, spec: spec.clone() }))
        })
    }
}

/// The answer to a call that succeeded. What was not asked for is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The id of the large picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub big_picture_id: Option<String>,
    /// The id of the small picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small_picture_id: Option<String>,
}

impl Answer {
    /// Enters the id under which a picture was stored.
    pub fn set(&mut self, picture: Picture, id: String) {
        match picture {
            Picture::Big => self.big_picture_id = Some(id),
            Picture::Small => self.small_picture_id = Some(id),
        }
    }
}

/// Why a call failed. `Display` is its message, which begins with the page's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// 21001, status 404: there is nothing at this address, or not for this method.
    NotFound,
    /// 21003, status 400: a field, or the `body` as a whole, has a value that it may not have.
    #[non_exhaustive]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// 23001, status 401: there is no `Authorization`, it is malformed, or its key and secret are not known.
    Unauthorized,
    /// 23002, status 400: something that must be given is not.
    #[non_exhaustive]
    Missing {
        /// What, by the names of fields.
        what: &'static str,
    },
    /// 23100, status 500: a defect of the server. What it is stands in the server's log.
    Internal,
    /// 27000, status 500: a part of the server, or another server, took too long; or there is too much to do.
    Timeout,
    /// A picture was refused: 51, status **200**, if it breaks a rule of OPPO's, whichever; 34, status 200, if the
    /// daily quota is used up, which is OPPO's own code for that; 21003, status 400, if its address cannot be
    /// fetched from. `Timeout` and `Internal` become 27000 and 23100.
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
            Self::NotFound => 21001,
            Self::Invalid { .. } => 21003,
            Self::Unauthorized => 23001,
            Self::Missing { .. } => 23002,
            Self::Internal => 23100,
            Self::Timeout => 27000,
            Self::Picture(refusal) => match refusal.kind {
                RefusalKind::Address => 21003,
                RefusalKind::TooLarge | RefusalKind::Format | RefusalKind::Rule => 51,
                RefusalKind::Quota => 34,
                RefusalKind::Timeout => 27000,
                RefusalKind::Internal => 23100,
            },
        }
    }

    /// The HTTP status that goes with the code. That of OPPO's own codes is 200: read the body.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.code() {
            34 | 51 => 200,
            21001 => 404,
            23001 => 401,
            23100 | 27000 => 500,
            _ => 400,
        }
    }

    /// The body of the answer: `{"error":{"code":21003,"message":"…"}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        body::error_json(self.code(), &self.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = match self.code() {
            34 => "Daily upload limit exceeded",
            51 => "Picture Size Exceeds",
            21001 => "The method is not supported or url err",
            23001 => "Basic authentication failed",
            23002 => "Missing parameter!",
            23100 => "server error",
            27000 => "Server response time out, please try again later",
            _ => "Parameter value is invalid",
        };
        f.write_str(message)?;
        match self {
            Self::Invalid { field, why } => write!(f, ": {field}: {why}"),
            Self::Missing { what } => write!(f, " {what}"),
            Self::Picture(refusal) if refusal.kind != RefusalKind::Internal => write!(f, ": {refusal}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Picture(refusal)
    }
}

impl From<Wrong> for Error {
    fn from(Wrong { field, why }: Wrong) -> Self {
        Self::Invalid { field, why }
    }
}
