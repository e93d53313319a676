//! From what a request hands over to pictures that may be stored: fetch what is elsewhere, adapt or verify all of it.

use std::collections::HashMap;

use pushpix::Adapter;
use pushpix::api::{Refusal, RefusalKind, Work};
use url::Url;

use crate::app::{self, App};
use crate::fetch::FetchError;
use crate::pool::Terms;
use crate::store::{NewPicture, Quota};

/// A picture's work, and its bytes.
pub(crate) struct Task {
    pub(crate) work: Work,
    pub(crate) bytes: Vec<u8>,
}

/// The quota that a picture counts towards. A profile shares that of its slot.
pub(crate) fn quota(work: &Work) -> Option<Quota> {
    let slot = format!("{}/{}", work.spec.channel(), work.spec.image_type());
    work.spec.quota_per_day.map(|per_day| Quota { field: work.field, slot, per_day })
}

/// Fetches the pictures of these works, one that several want once.
pub(crate) async fn fetch(app: &App, works: impl Iterator<Item = Work>) -> Result<Vec<Task>, Refusal> {
    let mut fetched: HashMap<String, Vec<u8>> = HashMap::new();
    let mut tasks = Vec::new();
    for work in works {
        let url = work.url.as_deref().unwrap_or_default();
        let bytes = match fetched.get(url) {
            Some(bytes) => bytes.clone(),
            None => {
                let result = app.fetcher.fetch(url).await;
                app.metrics.count_fetch(result.as_ref().map_or_else(FetchError::kind, |_| "done"));
                let bytes = result.map_err(|error| refusal(work.field, url, &error))?;
                fetched.insert(url.to_owned(), bytes.clone());
                bytes
            }
        };
        tasks.push(Task { work, bytes });
    }
    Ok(tasks)
}

fn refusal(field: &'static str, url: &str, error: &FetchError) -> Refusal {
    // Of the address only the host is logged: the rest may be a secret.
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let source = std::error::Error::source(error).map(ToString::to_string);
    tracing::info!(field, host, %error, source, "a picture was not fetched");
    let kind = match error {
        FetchError::TooLong(_) => RefusalKind::TooLarge,
        FetchError::Late(_) => RefusalKind::Timeout,
        _ => RefusalKind::Address,
    };
    Refusal::new(field, kind, error.to_string())
}

/// Adapts or verifies pictures. The first that is refused ends it.
pub(crate) fn make(tasks: Vec<Task>, adapter: &Adapter, terms: &Terms) -> Result<Vec<NewPicture>, Refusal> {
    let adapter = adapter.clone().with_deadline(terms.left).with_cancel(terms.cancel.clone());
    let pictures = tasks.into_iter().map(|Task { work, bytes }| {
        let bytes = work.run(&adapter, bytes)?;
        let id = app::random_id().map_err(|error| {
            tracing::error!(%error, "the system has no randomness");
            Refusal::new(work.field, RefusalKind::Internal, "no id")
        })?;
        Ok(NewPicture { id, bytes, quota: quota(&work) })
    });
    pictures.collect()
}
