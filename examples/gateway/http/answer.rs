//! What is sent back, and the errors that both APIs have.

use std::fmt::Display;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pushpix::api::{Refusal, RefusalKind, v3, v4};
use serde::Serialize;

use crate::store::StoreError;

/// Why a call failed, for reasons that both APIs have an error for.
#[derive(Debug)]
pub(super) enum Failure {
    /// The body is wrong.
    Body(String),
    /// A picture was refused.
    Refused(Refusal),
    /// It took too long, or there is too much to do.
    Timeout,
    /// A defect or a failure of the server's own.
    Internal,
}

impl Failure {
    /// A failure of the server's own. It is logged, and the caller is told no more than that there was one.
    pub(super) fn internal(error: &dyn Display) -> Self {
        tracing::error!(%error, "a defect or a failure of the server's own");
        Self::Internal
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Quota(quota) => Refusal::quota(quota.field, quota.per_day).into(),
            StoreError::Ids(per_day) => {
                Refusal::new("media_id", RefusalKind::Quota, format!("at most {per_day} a day are made")).into()
            }
            StoreError::Failed(error) => Self::internal(&error),
        }
    }
}

impl From<Failure> for v3::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Body(why) => Self::invalid("body", why),
            Failure::Refused(refusal) => refusal.into(),
            Failure::Timeout => Self::Timeout,
            Failure::Internal => Self::Internal,
        }
    }
}

impl From<Failure> for v4::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Body(why) => Self::invalid("body", why),
            Failure::Refused(refusal) => refusal.into(),
            Failure::Timeout => Self::Timeout,
            Failure::Internal => Self::Internal,
        }
    }
}

/// An answer of one of the APIs.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// 0 for success.
    pub(super) code: u16,
    /// What an error says.
    pub(super) message: Option<String>,
    json: String,
}

impl Answer {
    /// Success.
    pub(super) fn of(value: &impl Serialize) -> Result<Self, Failure> {
        let json = serde_json::to_string(value).map_err(|error| Failure::internal(&error))?;
        Ok(Self { status: 200, code: 0, message: None, json })
    }
}

impl From<v3::Error> for Answer {
    fn from(error: v3::Error) -> Self {
        let message = Some(error.to_string());
        Self { status: error.status(), code: error.code(), message, json: error.to_json() }
    }
}

impl From<v4::Error> for Answer {
    fn from(error: v4::Error) -> Self {
        let message = Some(error.to_string());
        Self { status: error.status(), code: error.code(), message, json: error.to_json() }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.json));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if self.status == 401 {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"gateway\""));
        }
        response
    }
}
