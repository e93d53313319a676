//! `pushpix stream`: a worker for other programs. One request per line in, one answer per line out, in order unless
//! told otherwise. Nothing is remembered from one request to the next.

mod worker;

use std::io::{self, BufReader, Write};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use self::worker::{Lines, Task, Worker};
use crate::answer::Answer;
use crate::args::StreamArgs;
use crate::{Done, Failure};

pub(crate) fn run(args: &StreamArgs) -> Result<Done, Failure> {
    let adapter = args.cost.adapter();
    let worker = Worker { catalog: args.table.catalog()?, adapter: adapter.clone() };
    let mut lines = Lines::new(BufReader::new(io::stdin()), worker::longest_line(adapter.limits()));
    let batch = args.jobs.batch(adapter, Some(NonZeroUsize::MIN)).with_order(!args.unordered);

    let (unread, mut unwritten) = (Mutex::new(Ok(())), Ok(()));
    let closed = AtomicBool::new(false);
    let requests = std::iter::from_fn(|| {
        // When nobody reads our answers, no more is asked.
        if closed.load(Ordering::Relaxed) {
            return None;
        }
        let line = lines.next().unwrap_or_else(|error| {
            *unread.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Err(error);
            None
        });
        line.filter(|_| !closed.load(Ordering::Relaxed)).map(|(number, line)| Task::new(&worker, number, line))
    });
    let mut out = io::stdout();
    batch.run(requests, |answer: Answer| {
        let write = |out: &mut io::Stdout| {
            writeln!(out, "{}", answer.line()?)?;
            out.flush()
        };
        if unwritten.is_ok() {
            unwritten = write(&mut out);
            closed.store(unwritten.is_err(), Ordering::Relaxed);
        }
    })?;
    unwritten?;
    unread.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)?;
    Ok(Done::All)
}
