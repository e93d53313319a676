//! From what a request hands over to pictures that may be stored: fetch what is elsewhere, adapt or verify all of it.

use std::collections::HashSet;

use hyper::body::Bytes;
use pushpix::Adapter;
use pushpix::api::{Refusal, RefusalKind, Work};
use url::Url;

use crate::app::{self, App};
use crate::fetch::{FetchError, Room};
use crate::pool::Terms;
use crate::store::{NewPicture, Quota};

/// A picture's work, and its bytes, which works for the same address share.
pub(crate) struct Task {
    pub(crate) work: Work,
    pub(crate) bytes: Bytes,
}

/// The pictures of a call.
pub(crate) struct Tasks {
    list: Vec<Task>,
    /// What they take of the memory for downloads, until they are made.
    _room: Option<Room>,
}

impl Tasks {
    /// Pictures that came with the call.
    pub(crate) fn uploaded(list: Vec<Task>) -> Self {
        Self { list, _room: None }
    }
}

/// The quota that a picture counts towards. A profile shares that of its slot.
pub(crate) fn quota(work: &Work) -> Option<Quota> {
    let slot = format!("{}/{}", work.spec.channel(), work.spec.image_type());
    work.spec.quota_per_day.map(|per_day| Quota { field: work.field, slot, per_day })
}

/// Fetches the pictures of these works, one that several want once. Before the first is fetched there must be room in
/// memory for the longest of each; a call that waits for room holds none, so that calls cannot wait for one another.
pub(crate) async fn fetch(app: &App, works: Vec<Work>) -> Result<Tasks, Refusal> {
    let addresses: HashSet<&str> = works.iter().filter_map(|work| work.url.as_deref()).collect();
    let mut room = app.fetcher.room(addresses.len()).await;
    let (mut list, mut total) = (Vec::<Task>::new(), 0);
    for work in works {
        let url = work.url.as_deref().unwrap_or_default();
        let bytes = match list.iter().find(|task| task.work.url == work.url) {
            Some(task) => task.bytes.clone(),
            None => {
                let result = app.fetcher.fetch(url).await;
                app.metrics.count_fetch(result.as_ref().map_or_else(FetchError::kind, |_| "done"));
                let bytes = result.map_err(|error| refusal(work.field, url, &error))?;
                total += bytes.len();
                bytes
            }
        };
        list.push(Task { work, bytes });
    }
    // What they turned out not to need is for others.
    room.shrink(total);
    Ok(Tasks { list, _room: Some(room) })
}

fn refusal(field: &'static str, url: &str, error: &FetchError) -> Refusal {
    // Of the address only the host is logged: the rest may be a secret.
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    tracing::info!(field, host, %error, detail = error.detail(), "a picture was not fetched");
    let kind = match error {
        FetchError::TooLong(_) => RefusalKind::TooLarge,
        FetchError::Late(_) => RefusalKind::Timeout,
        _ => RefusalKind::Address,
    };
    Refusal::new(field, kind, error.to_string())
}

/// Adapts or verifies pictures. The first that is refused ends it.
pub(crate) fn make(tasks: Tasks, adapter: &Adapter, terms: &Terms) -> Result<Vec<NewPicture>, Refusal> {
    let adapter = adapter.clone().with_deadline(terms.left).with_cancel(terms.cancel.clone());
    let pictures = tasks.list.into_iter().map(|Task { work, bytes }| {
        // The last who has them takes them without a copy.
        let bytes = work.run(&adapter, bytes.into())?;
        let id = app::random_id().map_err(|_| Refusal::new(work.field, RefusalKind::Internal, "no id"))?;
        Ok(NewPicture { id, slot: work.spec.id().to_owned(), bytes, quota: quota(&work) })
    });
    pictures.collect()
}
