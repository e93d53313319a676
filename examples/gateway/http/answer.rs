//! What is sent back, and how it is counted and logged.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pushpix::api::{v3, v4};
use serde::Serialize;

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
    pub(super) fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self { status: 200, code: 0, message: None, json: serde_json::to_string(value)? })
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
