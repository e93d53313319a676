//! What needs no key: the pictures, which phones ask for, and the figures.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use pushpix::Format;

use crate::app::App;
use crate::metrics;
use crate::store::StoreError;

/// A picture never changes under its id.
const FOR_A_DAY: &str = "public, max-age=86400, immutable";

/// A stored picture.
pub(super) async fn picture(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let found = match blocking(move || app.store.picture(&id)).await {
        Ok(found) => found,
        Err(failed) => return failed,
    };
    let Some(bytes) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mime = Format::detect(&bytes).map_or("application/octet-stream", Format::mime);
    let headers = [(CONTENT_TYPE, mime), (CACHE_CONTROL, FOR_A_DAY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, bytes).into_response()
}

/// Figures for Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let in_flight = app.pool.in_flight();
    let text = blocking(move || Ok(app.metrics.text(app.store.totals()?, in_flight))).await;
    match text {
        Ok(Ok(text)) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Ok(Err(error)) => failed(&error),
        Err(failed) => failed,
    }
}

/// Asks the store something, on a thread that may wait for the disk.
async fn blocking<R: Send + 'static>(
    question: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, Response> {
    match tokio::task::spawn_blocking(question).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a defect or a failure of the server's own");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
