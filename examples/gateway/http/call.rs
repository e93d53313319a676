//! A call whose caller is known, and that was let in: what the handlers of both APIs do with it.

use std::sync::Arc;

use axum::http::request::Parts;
use pushpix::api::Work;

use super::answer::Failure;
use crate::app::App;
use crate::pictures::{self, Tasks};
use crate::pool::{Admitted, Unfinished};
use crate::store::{NewPicture, Store, StoreError, blocking};

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
    ) -> Result<R, Failure> {
        let (app, caller) = (Arc::clone(&self.app), Arc::clone(&self.caller));
        Ok(blocking(move || question(&app.store, &caller)).await?)
    }

    /// Whether the quotas leave room for these pictures, before work is spent on them. It is asked again when they are
    /// stored.
    pub(super) async fn check_quotas<'a>(&self, works: impl Iterator<Item = &'a Work>) -> Result<(), Failure> {
        let quotas: Vec<_> = works.filter_map(pictures::quota).collect();
        self.ask(move |store, caller| quotas.iter().try_for_each(|quota| store.check(caller, quota))).await
    }

    /// Fetches the pictures of these works.
    pub(super) async fn fetch<'a>(&self, works: impl Iterator<Item = &'a Work>) -> Result<Tasks, Failure> {
        Ok(pictures::fetch(&self.app, works.cloned().collect()).await?)
    }

    /// Adapts or verifies pictures and stores them, on one of the pool's threads. Nothing is stored if nobody waits any
    /// more when they are made.
    pub(super) async fn keep<R: Send + 'static>(
        &self,
        tasks: Tasks,
        keep: impl FnOnce(&App, &str, &[NewPicture]) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Failure> {
        let (app, caller) = (Arc::clone(&self.app), Arc::clone(&self.caller));
        let kept = self.admitted.run(move |terms| {
            let made = pictures::make(tasks, &app.adapter, terms)?;
            if terms.cancel.is_cancelled() {
                return Err(Failure::Timeout);
            }
            Ok(keep(&app, &caller, &made)?)
        });
        kept.await.unwrap_or_else(|unfinished| match unfinished {
            Unfinished::Late => Err(Failure::Timeout),
            Unfinished::Panicked => Err(Failure::internal(&"a picture's work panicked")),
        })
    }
}
