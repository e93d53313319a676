//! The routes, and what is done alike for every call: the caller is told by the key, let in or turned away, given a
//! time, answered, counted and logged.

mod answer;
mod body;
mod call;
mod public;
mod v3;
mod v4;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pushpix::api;

use self::answer::Answer;
use self::body::{Allowance, Incoming};
use self::call::Call;
use crate::app::App;
use crate::auth::Denied;

/// One of the calls of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    CreateByUrls,
    CreateByFiles,
    UpdateByUrls,
    UpdateByFiles,
    Oppo,
}

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    use Endpoint::{CreateByFiles, CreateByUrls, Oppo, UpdateByFiles, UpdateByUrls};
    let to = |endpoint| move |State(app): State<Arc<App>>, request: Request| endpoint_answers(app, endpoint, request);
    Router::new()
        .route("/v3/images/byurls", post(to(CreateByUrls)))
        .route("/v3/images/byurls/{media_id}", axum::routing::put(to(UpdateByUrls)))
        .route("/v3/images/byfiles", post(to(CreateByFiles)))
        .route("/v3/images/byfiles/{media_id}", axum::routing::put(to(UpdateByFiles)))
        .route("/v4/image/oppo", post(to(Oppo)).fallback(nothing_here))
        .route("/media/{id}", get(public::picture))
        .route("/healthz", get(public::health))
        .route("/metrics", get(public::metrics))
        .fallback(nothing_here)
        .with_state(app)
}

/// API v4 has an error of its own for what is not there.
async fn nothing_here(uri: Uri) -> Response {
    if uri.path().starts_with("/v4/") {
        Answer::from(api::v4::Error::NotFound).into_response()
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

async fn endpoint_answers(app: Arc<App>, endpoint: Endpoint, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let mut body = Incoming::new(&parts.headers, body);
    let caller = app.keys.app(parts.headers.get(AUTHORIZATION));
    let answer = match &caller {
        Err(denied) => endpoint.denied(*denied),
        Ok(caller) => match app.pool.admit(app.timeout) {
            None => endpoint.late(),
            Some(admitted) => {
                let until = admitted.until();
                let call = Call { app: Arc::clone(&app), caller: Arc::clone(caller), admitted, parts };
                let answer = tokio::time::timeout_at(until.into(), endpoint.answer(call, &mut body)).await;
                answer.unwrap_or_else(|_| endpoint.late())
            }
        },
    };
    body.pass_over(if caller.is_ok() { Allowance::KNOWN } else { Allowance::UNKNOWN }).await;

    let (name, took) = (endpoint.name(), started.elapsed());
    app.metrics.count_call(name, answer.status, answer.code, took);
    let (caller, reason, seconds) = (caller.as_deref().ok(), answer.message.as_deref(), took.as_secs_f64());
    let (status, code) = (answer.status, answer.code);
    tracing::info!(endpoint = name, caller, status, code, reason, seconds, "answered");
    answer.into_response()
}

impl Endpoint {
    async fn answer(self, call: Call, body: &mut Incoming) -> Answer {
        match self {
            Self::CreateByUrls => v3::create_by_urls(call, body).await.unwrap_or_else(Answer::from),
            Self::CreateByFiles => v3::create_by_files(call, body).await.unwrap_or_else(Answer::from),
            Self::UpdateByUrls => v3::update_by_urls(call, body).await.unwrap_or_else(Answer::from),
            Self::UpdateByFiles => v3::update_by_files(call, body).await.unwrap_or_else(Answer::from),
            Self::Oppo => v4::oppo(call, body).await.unwrap_or_else(Answer::from),
        }
    }

    /// The caller has no key of ours.
    fn denied(self, denied: Denied) -> Answer {
        match (self, denied) {
            (Self::Oppo, _) => api::v4::Error::Unauthorized.into(),
            (_, Denied::Missing) => api::v3::Error::MissingAuthorization.into(),
            (_, Denied::Wrong) => api::v3::Error::Unauthorized.into(),
        }
    }

    /// There is too much to do, or it took too long.
    fn late(self) -> Answer {
        match self {
            Self::Oppo => api::v4::Error::Timeout.into(),
            _ => api::v3::Error::Timeout.into(),
        }
    }

    /// Its name in figures and logs.
    fn name(self) -> &'static str {
        match self {
            Self::CreateByUrls => "v3_create_by_urls",
            Self::CreateByFiles => "v3_create_by_files",
            Self::UpdateByUrls => "v3_update_by_urls",
            Self::UpdateByFiles => "v3_update_by_files",
            Self::Oppo => "v4_oppo",
        }
    }
}
