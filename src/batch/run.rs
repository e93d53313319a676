//! One run of a batch: the three parties, and a picture's way through them.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Builder, Thread};
use std::time::Duration;

use rayon::{Scope, Yield};

use super::Batch;
use super::flight::{Flight, Next};
use super::job::{Request, Work};
use crate::error::Error;
use crate::panics::contained;
use crate::report::Adapted;
use crate::units::ByteSize;

/// Memory for each thread where the caller states no bound: enough for a photo of 50 megapixels.
const MEMORY_PER_THREAD: u64 = 256 << 20;

/// How many jobs for each thread are begun before the first one's results have been handed over. Where they are handed
/// over in order, one slow picture holds up those behind it.
const AHEAD: usize = 2;
const AHEAD_IN_ORDER: usize = 8;

/// What the parties share.
pub(super) struct Run<'b, W: Work> {
    batch: &'b Batch,
    flight: Flight<Begun<W>, Loaded<W>>,
    /// Where results are put; `None` is the last.
    results: Sender<Option<Ready<W::Done>>>,
    /// The thread that called. If it belongs to the pool, it works too.
    caller: Thread,
    /// Whether no more jobs come, and all are done.
    over: AtomicBool,
}

/// A job that was begun.
struct Begun<W> {
    index: u64,
    work: W,
    /// The bytes that it takes as it is.
    held: u64,
}

/// A job whose picture is in memory.
struct Loaded<W> {
    index: u64,
    work: W,
    request: Request,
    /// Bytes of the file, and those that the work needs besides.
    file: u64,
    need: u64,
}

/// A job that is done.
pub(super) struct Ready<D> {
    index: u64,
    done: D,
}

impl<'b, W: Work> Run<'b, W> {
    pub(super) fn new(batch: &'b Batch, threads: usize) -> (Self, Receiver<Option<Ready<W::Done>>>) {
        let limit = batch
            .adapter
            .limits()
            .max_in_flight
            .map_or((threads as u64).saturating_mul(MEMORY_PER_THREAD), ByteSize::as_u64);
        let ahead = if batch.in_order { AHEAD_IN_ORDER } else { AHEAD };
        let flight = Flight::new(threads.saturating_mul(ahead), threads, limit);
        let (results, ready) = channel();
        (Self { batch, flight, results, caller: thread::current(), over: AtomicBool::new(false) }, ready)
    }

    /// Has all work done in the pool of the scope.
    pub(super) fn drive<'scope, I>(
        &'scope self,
        scope: &Scope<'scope>,
        works: I,
        ready: Receiver<Option<Ready<W::Done>>>,
        sink: impl FnMut(W::Done) + Send,
    ) -> io::Result<()>
    where
        I: Iterator<Item = W> + Send,
        W: 'scope,
    {
        thread::scope(|threads| {
            let named = |name: &str| Builder::new().name(name.to_owned());
            let collector = named("pushpix-sink").spawn_scoped(threads, || self.collect(ready, sink))?;
            let feeder = named("pushpix-jobs").spawn_scoped(threads, || self.feed(scope, works));
            if feeder.is_ok() {
                while !self.over.load(Ordering::Acquire) {
                    if rayon::yield_now() != Some(Yield::Executed) {
                        // Whoever has work for the pool wakes this thread.
                        thread::park_timeout(Duration::from_millis(50));
                    }
                }
            }
            let fed = match feeder {
                Ok(feeder) => feeder.join(),
                Err(error) => {
                    self.say_that_it_is_over();
                    return Err(error);
                }
            };
            let collected = collector.join();
            fed.and(collected).map_err(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn say_that_it_is_over(&self) {
        // That nobody listens any more means that the sink has panicked.
        let _ = self.results.send(None);
        self.over.store(true, Ordering::Release);
        self.caller.unpark();
    }

    /// Takes jobs as there is room for them.
    fn feed<'scope>(&'scope self, scope: &Scope<'scope>, works: impl Iterator<Item = W>)
    where
        W: 'scope,
    {
        let _over = Over(self);
        let mut works = (0..).zip(works);
        while self.flight.begin() {
            let next = if self.batch.adapter.is_cancelled() { None } else { works.next() };
            let Some((index, work)) = next else {
                self.flight.end();
                break;
            };
            let held = work.held();
            self.flight.hold(held);
            self.spawn(scope, move |scope| {
                self.go_on(scope, self.flight.enter(Begun { index, work, held }));
            });
        }
        self.flight.wait_for_all();
    }

    /// Gives work to the pool.
    fn spawn<'scope>(&'scope self, scope: &Scope<'scope>, work: impl FnOnce(&Scope<'scope>) + Send + 'scope) {
        scope.spawn(move |scope| {
            let _end = EndOnPanic(&self.flight);
            work(scope);
        });
        self.caller.unpark();
    }

    /// Does the first thing that may be done now, and has others of the pool do the rest.
    fn go_on<'scope>(&'scope self, scope: &Scope<'scope>, mut next: Vec<Next<Begun<W>, Loaded<W>>>)
    where
        W: 'scope,
    {
        let rest = next.split_off(next.len().min(1));
        self.give(scope, rest);
        next.pop().into_iter().for_each(|first| self.work_on(scope, first));
    }

    /// Has the pool do what may be done now.
    fn give<'scope>(&'scope self, scope: &Scope<'scope>, next: Vec<Next<Begun<W>, Loaded<W>>>)
    where
        W: 'scope,
    {
        for next in next {
            self.spawn(scope, move |scope| self.work_on(scope, next));
        }
    }

    fn work_on<'scope>(&'scope self, scope: &Scope<'scope>, next: Next<Begun<W>, Loaded<W>>)
    where
        W: 'scope,
    {
        match next {
            Next::Load(begun) => self.load(scope, begun),
            Next::Adapt(loaded) => self.adapt(scope, loaded),
        }
    }

    /// Fetches a picture, and adapts it if there is memory for it; else it waits, and the thread goes on with others.
    fn load<'scope>(&'scope self, scope: &Scope<'scope>, begun: Begun<W>)
    where
        W: 'scope,
    {
        let Begun { index, mut work, held } = begun;
        let batch = &self.batch.adapter;
        let loaded = if batch.is_cancelled() { Err(Error::Cancelled) } else { work.load(batch.limits()) };
        match loaded {
            Err(error) => {
                self.give(scope, self.flight.fail(held));
                self.finish(index, work, Err(error));
            }
            Ok(request) => {
                let adapter = request.adapter.as_ref().unwrap_or(batch);
                // If it panics, so does the adaptation, which tells it.
                let need = contained(|| Ok(adapter.memory(&request.bytes, &request.specs))).unwrap_or(0);
                let file = request.bytes.len() as u64;
                let loaded = Loaded { index, work, request, file, need };
                self.go_on(scope, self.flight.admit(held, file, need, loaded));
            }
        }
    }

    fn adapt<'scope>(&'scope self, scope: &Scope<'scope>, loaded: Loaded<W>)
    where
        W: 'scope,
    {
        let Loaded { index, work, request, file, need } = loaded;
        let Request { bytes, specs, adapter } = request;
        let adapter = adapter.as_ref().unwrap_or(&self.batch.adapter);
        // A defect of ours costs a picture, not the batch.
        let results = contained(|| Ok(adapter.adapt_each(&bytes, &specs)))
            .unwrap_or_else(|panic| vec![Err(Error::from_encoder("the adaptation", panic)); specs.len()]);
        drop(bytes);
        self.give(scope, self.flight.leave(file, need));
        self.finish(index, work, Ok(results));
    }

    fn finish(&self, index: u64, work: W, results: Result<Vec<Result<Adapted, Error>>, Error>) {
        let done = work.finish(results);
        // That nobody listens any more means that the sink has panicked, which ends the run.
        let _ = self.results.send(Some(Ready { index, done }));
    }

    /// Hands over what is ready, in order if so asked.
    fn collect(&self, ready: Receiver<Option<Ready<W::Done>>>, mut sink: impl FnMut(W::Done)) {
        let _end = EndOnPanic(&self.flight);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for arrived in ready.iter().map_while(|ready| ready) {
            let index = if self.batch.in_order { arrived.index } else { next };
            early.insert(index, arrived);
            while let Some(arrived) = early.remove(&next) {
                next += 1;
                sink(arrived.done);
                self.flight.end();
            }
        }
    }
}

/// Lets a run come to its end when code of the caller's panics: no more jobs are taken.
struct EndOnPanic<'a, J, P>(&'a Flight<J, P>);

impl<J, P> Drop for EndOnPanic<'_, J, P> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}

/// Tells the other parties that no more jobs come, however that came about.
struct Over<'a, 'b, W: Work>(&'a Run<'b, W>);

impl<W: Work> Drop for Over<'_, '_, W> {
    fn drop(&mut self) {
        self.0.say_that_it_is_over();
    }
}
