//! Reading what a caller sends: JSON, or a form with files; and passing over the rest of what is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, EXPECT};
use http_body_util::{BodyDataStream, BodyExt, LengthLimitError, Limited};
use multer::{Constraints, Multipart, SizeLimit};
use pushpix::api::v3::{Channel, Error, UPLOAD_LIMIT};
use pushpix::api::{Refusal, RefusalKind};

use super::answer::Failure;

/// The longest body of JSON, in bytes.
const LONGEST_JSON: usize = 64 * 1024;
/// The longest text in a form, in bytes.
const LONGEST_TEXT: u64 = 1024;
/// The longest form, in bytes: two files, and what lies around them.
const LONGEST_FORM: u64 = 2 * UPLOAD_LIMIT.as_u64() + 64 * 1024;

/// How much of a body that is not wanted is passed over, and for how long. A caller that is still writing when the
/// connection is closed would not see the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    bytes: usize,
    time: Duration,
}

impl Allowance {
    /// For a caller whose key is known.
    pub(super) const KNOWN: Self = Self { bytes: 16 * 1024 * 1024, time: Duration::from_secs(5) };
    /// For one whose key is not.
    pub(super) const UNKNOWN: Self = Self { bytes: 1024 * 1024, time: Duration::from_secs(1) };
}

/// A body that may not have been asked for yet.
#[derive(Debug)]
pub(super) struct Incoming {
    body: Body,
    /// Whether the caller sends nothing before it is told to go on, which the first read does.
    waits: bool,
}

/// What a form has.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The text of `image_type`.
    pub(super) image_type: Option<String>,
    /// The files that are not empty.
    pub(super) files: BTreeMap<Channel, Vec<u8>>,
}

impl Incoming {
    pub(super) fn new(headers: &HeaderMap, body: Body) -> Self {
        let waits = headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        Self { body, waits }
    }

    fn read(&mut self) -> &mut Body {
        self.waits = false;
        &mut self.body
    }

    /// Passes over what is left, so that the caller sees the answer; but not over everything. A caller that waits to be
    /// told whether to go on is told by the answer.
    pub(super) async fn pass_over(mut self, allowance: Allowance) {
        if self.waits {
            return;
        }
        let rest = async {
            let mut left = allowance.bytes;
            while let Some(Ok(frame)) = self.body.frame().await {
                left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len()));
                if left == 0 {
                    break;
                }
            }
        };
        // Whoever is slower than that has had the time to look.
        if tokio::time::timeout(allowance.time, rest).await.is_err() {
            tracing::debug!("a caller went on writing");
        }
    }
}

/// Reads a body of JSON.
pub(super) async fn json(body: &mut Incoming) -> Result<Vec<u8>, Failure> {
    match Limited::new(body.read(), LONGEST_JSON).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Failure::Body(format!("at most {LONGEST_JSON} bytes are taken")))
        }
        Err(error) => Err(Failure::Body(error.to_string())),
    }
}

/// Reads a form. A file is refused as soon as it is too long, and nothing more of it is kept then. Fields of other
/// names are passed over; of two of one name the last counts.
pub(super) async fn form(headers: &HeaderMap, body: &mut Incoming) -> Result<Form, Error> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(refused)?;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(LONGEST_FORM));
    let mut parts = Multipart::with_constraints(BodyDataStream::new(body.read()), boundary, limits);
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(refused)? {
        let name = part.name().unwrap_or_default();
        if name == "image_type" {
            let text = read(part, LONGEST_TEXT).await?;
            let text = text.ok_or_else(|| Error::invalid("image_type", format!("longer than {LONGEST_TEXT} bytes")))?;
            form.image_type = Some(String::from_utf8_lossy(&text).trim().to_owned());
        } else if let Some(channel) = Channel::of_file_field(name) {
            let file = read(part, UPLOAD_LIMIT.as_u64()).await?;
            let field = channel.file_field().unwrap_or_default();
            form.files.insert(channel, file.ok_or_else(|| too_large(field, UPLOAD_LIMIT.as_u64()))?);
        }
    }
    form.files.retain(|_, file| !file.is_empty());
    Ok(form)
}

/// What a part has; `None` if that is longer.
async fn read(mut part: multer::Field<'_>, longest: u64) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(refused)? {
        if (bytes.len() + chunk.len()) as u64 > longest {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    // It may wait in the queue for long.
    bytes.shrink_to_fit();
    Ok(Some(bytes))
}

fn refused(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamSizeExceeded { limit } => too_large("body", limit),
        error => Error::invalid("body", error.to_string()),
    }
}

fn too_large(field: &'static str, longest: u64) -> Error {
    Refusal::new(field, RefusalKind::TooLarge, format!("at most {longest} bytes are taken")).into()
}
