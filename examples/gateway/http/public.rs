//! What needs no key: the pictures, which phones ask for, and the figures.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use pushpix::Format;

use crate::app::App;
use crate::metrics;
use crate::store::blocking;

/// A picture never changes under its id.
const FOR_A_DAY: &str = "public, max-age=86400, immutable";

/// A stored picture.
pub(super) async fn picture(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let bytes = match blocking(move || app.store.picture(&id)).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return failed(&error),
    };
    let mime = Format::detect(&bytes).map_or("application/octet-stream", Format::mime);
    let headers = [(CONTENT_TYPE, mime), (CACHE_CONTROL, FOR_A_DAY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, bytes).into_response()
}

/// Whether the server is worth being asked: it is not when its database has failed.
pub(super) async fn health(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.store.works() {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database has failed: start the server anew\n")
    }
}

/// Figures for Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let in_flight = app.pool.in_flight();
    let text = blocking(move || app.store.totals().map(|totals| app.metrics.text(totals, in_flight))).await;
    match text {
        Ok(Ok(text)) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a defect or a failure of the server's own");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
