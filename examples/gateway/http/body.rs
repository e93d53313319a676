//! Reading what a caller sends: JSON, or a form with files; and passing over the rest of what is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyDataStream, BodyExt, LengthLimitError, Limited};
use multer::{Constraints, Multipart, SizeLimit};
use pushpix::api::v3::{Channel, Error, UPLOAD_LIMIT};
use pushpix::api::{Refusal, RefusalKind};

/// The longest body of JSON, in bytes.
const LONGEST_JSON: usize = 64 * 1024;
/// The longest text in a form, in bytes.
const LONGEST_TEXT: u64 = 1024;
/// The longest form, in bytes: two files, and what lies around them.
const LONGEST_FORM: u64 = 2 * UPLOAD_LIMIT.as_u64() + 64 * 1024;

/// How much of a body that is not wanted is passed over, in bytes, and for how long. A caller that is still writing
/// when the connection is closed would not see the answer.
const PASSED_OVER: usize = 16 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

/// What a form has.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The text of `image_type`.
    pub(super) image_type: Option<String>,
    /// The files that are not empty.
    pub(super) files: BTreeMap<Channel, Vec<u8>>,
}

/// Reads a body of JSON, or tells what is wrong with it.
pub(super) async fn json(body: &mut Body) -> Result<Vec<u8>, String> {
    match Limited::new(body, LONGEST_JSON).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(format!("at most {LONGEST_JSON} bytes are taken")),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a form. A file is refused as soon as it is too long, and never read to its end then. Fields of other names are
/// passed over; of two of one name the last counts.
pub(super) async fn form(headers: &HeaderMap, body: &mut Body) -> Result<Form, Error> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(refused)?;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(LONGEST_FORM));
    let mut parts = Multipart::with_constraints(BodyDataStream::new(body), boundary, limits);
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(refused)? {
        let name = part.name().unwrap_or_default();
        if name == "image_type" {
            let text = read("image_type", part, LONGEST_TEXT).await?;
            form.image_type = Some(String::from_utf8_lossy(&text).trim().to_owned());
        } else if let Some(channel) = Channel::of_file_field(name) {
            let file = read(channel.file_field().unwrap_or_default(), part, UPLOAD_LIMIT.as_u64()).await?;
            form.files.insert(channel, file);
        }
    }
    form.files.retain(|_, file| !file.is_empty());
    Ok(form)
}

async fn read(field: &'static str, mut part: multer::Field<'_>, longest: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(refused)? {
        if (bytes.len() + chunk.len()) as u64 > longest {
            return Err(too_large(field, longest));
        }
        bytes.extend_from_slice(&chunk);
    }
    // It may wait in the queue for long.
    bytes.shrink_to_fit();
    Ok(bytes)
}

/// Passes over what is left of a body, so that the caller sees the answer; but not over everything.
pub(super) async fn pass_over(body: &mut Body) {
    let rest = async {
        let mut left = PASSED_OVER;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len()));
            if left == 0 {
                break;
            }
        }
    };
    // Whoever is slower than that has had the time to look.
    if tokio::time::timeout(PATIENCE, rest).await.is_err() {
        tracing::debug!("a caller went on writing");
    }
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
