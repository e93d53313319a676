//! A call whose caller is known, and that was let in: what the handlers of both APIs do with it.

use std::sync::Arc;

use axum::http::request::Parts;
use pushpix::api::{Refusal, RefusalKind, Work};

use crate::app::App;
use crate::pictures::{self, Task};
use crate::pool::{Admitted, Unfinished};
use crate::store::{NewPicture, Store, StoreError};

/// A call.
pub(super) struct Call {
    pub(super) app: Arc<App>,
    /// The app key of whoever calls.
    pub(super) caller: Arc<str>,
    pub(super) admitted: Admitted,
    pub(super) parts: Parts,
}

impl Call {
    /// Asks the store something, on a thread that may wait for the disk.
    pub(super) async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&Store, &str) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Refusal> {
        let (app, caller) = (Arc::clone(&self.app), Arc::clone(&self.caller));
        let answer = tokio::task::spawn_blocking(move || question(&app.store, &caller)).await;
        answer.map_err(|error| internal(&error))?.map_err(refusal)
    }

    /// Whether the quotas leave room for these pictures, before work is spent on them. It is asked again when they are
    /// stored.
    pub(super) async fn check_quotas<'a>(&self, works: impl Iterator<Item = &'a Work>) -> Result<(), Refusal> {
        let quotas: Vec<_> = works.filter_map(pictures::quota).collect();
        self.ask(move |store, caller| quotas.iter().try_for_each(|quota| store.check(caller, quota))).await
    }

    /// Fetches the pictures of these works.
    pub(super) async fn fetch<'a>(&self, works: impl Iterator<Item = &'a Work>) -> Result<Vec<Task>, Refusal> {
        pictures::fetch(&self.app, works.cloned()).await
    }

    /// Adapts or verifies pictures and stores them, on one of the pool's threads. Nothing is stored if nobody waits any
    /// more when they are made.
    pub(super) async fn keep<R: Send + 'static>(
        &self,
        tasks: Vec<Task>,
        keep: impl FnOnce(&App, &str, &[NewPicture]) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Refusal> {
        let (app, caller) = (Arc::clone(&self.app), Arc::clone(&self.caller));
        let kept = self.admitted.run(move |terms| {
            let slots: Vec<String> = tasks.iter().map(|task| task.work.spec.id().to_owned()).collect();
            let made = pictures::make(tasks, &app.adapter, terms)?;
            if terms.cancel.is_cancelled() {
                return Err(Refusal::new("body", RefusalKind::Timeout, "nobody waits any more"));
            }
            let kept = keep(&app, &caller, &made).map_err(refusal)?;
            slots.iter().for_each(|slot| app.metrics.count_stored(slot));
            Ok(kept)
        });
        match kept.await {
            Ok(kept) => kept,
            Err(Unfinished::Late) => Err(Refusal::new("body", RefusalKind::Timeout, "too much to do")),
            Err(Unfinished::Panicked) => Err(internal(&"a picture's work panicked")),
        }
    }
}

/// What a failure of the store is to whoever calls.
fn refusal(error: StoreError) -> Refusal {
    match error {
        StoreError::Quota(quota) => Refusal::quota(quota.field, quota.per_day),
        StoreError::Failed(error) => internal(&error),
    }
}

/// A failure of the server's own. It is logged, and the caller is told no more than that there was one.
fn internal(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "a defect or a failure of the server's own");
    Refusal::new("server", RefusalKind::Internal, "it failed")
}
