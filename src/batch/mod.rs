//! Many pictures on all cores, in bounded memory. What is done with each is `adapt`'s; this knows only jobs, threads
//! and what is in flight.
//!
//! Three parties: a thread that takes jobs from the caller's iterator and may wait for the next one; the pool, whose
//! threads never wait; a thread that hands results to the caller's sink. So neither a slow iterator nor a slow sink nor
//! one that uses rayon itself can block the work, and a pool of one thread, which is the caller's own, is enough.

mod flight;
mod job;
mod run;

pub use self::job::{Input, Job, Outcome, Request, Work};

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use rayon::ThreadPoolBuilder;

use self::job::Numbered;
use self::run::Run;
use crate::adapter::Adapter;
use crate::units::ByteSize;

/// Adapts many pictures, on several threads.
///
/// # Guarantees
///
/// - The same bytes as [`Adapter::adapt`] gives, whatever the number of threads and the order.
/// - Every job has its outcomes, also where its file cannot be read. None stops the others.
/// - Jobs are taken from the iterator as they can be worked on; it may be endless, or wait for jobs to come.
/// - The memory for pictures that are worked on stays within [`Limits::max_in_flight`](crate::Limits::max_in_flight);
///   one that needs more than that by itself is worked on alone. Besides, every thread may have read a file of
///   [`Limits::max_input`](crate::Limits::max_input), and outputs may wait for the sink: those of two jobs for each
///   thread, of eight where they are handed over in order.
/// - No global thread pool is made or used.
///
/// # Examples
///
/// ```
/// use pushpix::{Adapter, Batch, Catalog, Job};
///
/// let specs: std::sync::Arc<[pushpix::Spec]> = Catalog::builtin().select("oppo")?.into_iter().cloned().collect();
/// let jobs = ["testdata/photo.jpg", "testdata/logo.png", "none.jpg"].map(|path| Job::path(path, specs.clone()));
/// let progress = Batch::new(Adapter::new()).for_each(jobs, |outcome| match outcome.result {
///     Ok(adapted) => println!("{}: {}", outcome.index, adapted.report),
///     Err(error) => println!("{}: {error}", outcome.index),
/// })?;
/// assert_eq!((progress.done, progress.failed), (4, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Batch {
    adapter: Adapter,
    threads: Threads,
    in_order: bool,
    observer: Option<Arc<Observer>>,
}

type Observer = dyn Fn(&Progress) + Send + Sync;

/// Where the work is done.
#[derive(Debug, Clone, Copy)]
enum Threads {
    /// In a pool of so many threads, made for the run.
    Own(NonZeroUsize),
    /// In the pool of rayon's in which the caller runs.
    Callers,
}

/// How far a batch has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many outcomes have a picture.
    pub done: u64,
    /// How many have an error.
    pub failed: u64,
    /// The bytes of the inputs, each once.
    pub bytes_in: ByteSize,
    /// The bytes of the outputs.
    pub bytes_out: ByteSize,
}

impl Progress {
    /// Counts the outcomes of one picture.
    fn add(&mut self, outcomes: &[Outcome]) {
        let add = |sum: &mut ByteSize, more: ByteSize| *sum = ByteSize::new(sum.as_u64() + more.as_u64());
        if let Some(outcome) = outcomes.first() {
            add(&mut self.bytes_in, outcome.input_bytes);
        }
        for outcome in outcomes {
            match &outcome.result {
                Ok(adapted) => {
                    self.done += 1;
                    add(&mut self.bytes_out, adapted.report.bytes);
                }
                Err(_) => self.failed += 1,
            }
        }
    }
}

impl Batch {
    /// A batch of pictures that this adapter adapts, on as many threads as there are processors, the outcomes in the
    /// order in which they are ready.
    ///
    /// The adapter's deadline is that of one picture with all its specs, from the moment that it is worked on. Where
    /// its [`CancelToken`](crate::CancelToken) is set, the jobs that were begun end with
    /// [`Error::Cancelled`](crate::Error::Cancelled), and no more are taken; an iterator that is waiting for the next
    /// job then is not woken.
    #[must_use]
    pub fn new(adapter: Adapter) -> Self {
        Self { adapter, threads: Threads::Own(processors()), in_order: false, observer: None }
    }

    /// Sets the number of threads. They are made for each run.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Threads::Own(threads);
        self
    }

    /// Has the work done in the thread pool of rayon's in which [`for_each`](Self::for_each) is called, as by
    /// `pool.install(|| batch.for_each(..))`. Called outside of any pool, a batch makes its own all the same.
    #[must_use]
    pub fn with_callers_pool(mut self) -> Self {
        self.threads = Threads::Callers;
        self
    }

    /// Sets whether outcomes are handed over in the order of their jobs. One that is ready early waits; so that not
    /// too many do, the work runs ahead by some jobs for each thread at most. Default: no.
    #[must_use]
    pub fn with_order(mut self, in_order: bool) -> Self {
        self.in_order = in_order;
        self
    }

    /// Sets whom to tell how far the batch has come, after every job. Default: nobody.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Adapts the picture of every job to its specs, and hands over one outcome for each, one at a time.
    ///
    /// The iterator and the sink are called on threads of their own. They may wait, and may use rayon; only for the
    /// caller's pool, where that does this work, they must not wait. A thread of a pool that calls this goes on with
    /// other tasks of its pool meanwhile, as rayon's own calls do: it must hold no lock that they need.
    ///
    /// # Errors
    ///
    /// Where the system does not give the threads. Nothing was done then. What goes wrong with a picture is in its
    /// outcome.
    ///
    /// # Cost
    ///
    /// For each picture that of [`Adapter::adapt_each`], on one thread, and the reading of its file, there too. Two
    /// threads besides, which only wait.
    ///
    /// # Panics
    ///
    /// Where the iterator, the sink or the observer panics. What goes wrong in the adaptation never does.
    pub fn for_each<I>(&self, jobs: I, mut sink: impl FnMut(Outcome) + Send) -> io::Result<Progress>
    where
        I: IntoIterator<Item = Job>,
        I::IntoIter: Send,
    {
        let works = (0..).zip(jobs).map(|(index, job)| Numbered::new(index, job));
        let mut progress = Progress::default();
        let so_far = &mut progress;
        // The sink is moved, so that it is dropped when the last outcome has been handed over: another task of the
        // caller's may wait for that.
        self.run(works, move |outcomes: Vec<Outcome>| {
            so_far.add(&outcomes);
            outcomes.into_iter().for_each(&mut sink);
            if let Some(observer) = &self.observer {
                observer(so_far);
            }
        })?;
        Ok(progress)
    }

    /// The same for work of any kind: [`Work::load`] and [`Work::finish`] run on the threads of the batch, and what the
    /// latter returns is handed to the sink, one at a time. The observer is for [`for_each`](Self::for_each).
    ///
    /// # Errors
    ///
    /// As [`for_each`](Self::for_each).
    ///
    /// # Panics
    ///
    /// As [`for_each`](Self::for_each), and where the work itself panics.
    pub fn run<I>(&self, works: I, sink: impl FnMut(<I::Item as Work>::Done) + Send) -> io::Result<()>
    where
        I: IntoIterator<Item: Work>,
        I::IntoIter: Send,
    {
        let works = works.into_iter();
        let inside = rayon::current_thread_index().is_some();
        let (callers, threads) = match self.threads {
            Threads::Callers if inside => (true, rayon::current_num_threads()),
            Threads::Callers => (false, processors().get()),
            Threads::Own(threads) => (false, threads.get()),
        };
        let (run, ready) = Run::new(self, threads);
        if callers {
            return rayon::in_place_scope(|scope| run.drive(scope, works, ready, sink));
        }
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
        pool.in_place_scope(|scope| run.drive(scope, works, ready, sink))
    }
}

fn processors() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { adapter, threads, in_order, observer } = self;
        f.debug_struct("Batch")
            .field("adapter", adapter)
            .field("threads", threads)
            .field("in_order", in_order)
            .field("observed", &observer.is_some())
            .finish()
    }
}
