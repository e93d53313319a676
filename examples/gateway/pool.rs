//! How many pictures are worked on at a time, on threads that the runtime keeps for what blocks, and a queue before
//! them that does not grow without end.
//! A request is admitted before its body is read, so that what waits is bounded in memory too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pushpix::CancelToken;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bounded pool.
#[derive(Debug)]
pub(crate) struct Pool {
    /// One permit for each request that is worked on or waits.
    admission: Arc<Semaphore>,
    /// One permit for each that is worked on.
    workers: Arc<Semaphore>,
    /// How many requests may be in.
    places: usize,
}

/// A request that was let in. It leaves when this is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    _place: OwnedSemaphorePermit,
    workers: Arc<Semaphore>,
    until: Instant,
}

/// Why work was not done.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// The time ran out.
    Late,
    /// It panicked, which is a defect of ours.
    Panicked,
}

/// What a piece of work must keep to.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// The time that is left.
    pub(crate) left: Duration,
    /// Is set when nobody waits for the result any more.
    pub(crate) cancel: CancelToken,
}

/// Sets the switch when the request that waits for the work ends before it.
struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Pool {
    /// A pool that works on this many requests at a time, before which this many may wait.
    pub(crate) fn new(jobs: usize, queue: usize) -> Self {
        let places = jobs.saturating_add(queue);
        Self { admission: Arc::new(Semaphore::new(places)), workers: Arc::new(Semaphore::new(jobs)), places }
    }

    /// Lets a request in that must be answered within this time; `None` if too many are in already.
    pub(crate) fn admit(&self, allowed: Duration) -> Option<Admitted> {
        let place = Arc::clone(&self.admission).try_acquire_owned().ok()?;
        Some(Admitted { _place: place, workers: Arc::clone(&self.workers), until: Instant::now() + allowed })
    }

    /// How many requests are in.
    pub(crate) fn in_flight(&self) -> u64 {
        self.places.saturating_sub(self.admission.available_permits()) as u64
    }
}

impl Admitted {
    /// When the request must have been answered.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Runs this on a thread that may block, once fewer do than may. It counts as busy until the work has really
    /// ended, even if nobody waits for it any more.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, Unfinished>
    where
        F: FnOnce(&Terms) -> T + Send + 'static,
        T: Send + 'static,
    {
        let worker = tokio::time::timeout_at(self.until.into(), Arc::clone(&self.workers).acquire_owned());
        let worker = worker.await.map_err(|_| Unfinished::Late)?.map_err(|_| Unfinished::Late)?;
        let cancel = CancelOnDrop(CancelToken::new());
        let terms = Terms { left: self.until.saturating_duration_since(Instant::now()), cancel: cancel.0.clone() };
        let work = tokio::task::spawn_blocking(move || {
            let _worker = worker;
            work(&terms)
        });
        work.await.map_err(|_| Unfinished::Panicked)
    }
}
