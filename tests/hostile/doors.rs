//! The ways into the library, and what comes of bytes that are put through all of them.

use pushpix::{Adapted, Adapter, Batch, Effort, Error, Format, Job, Limits, Size, Spec};

/// A small canvas, as JPEG.
pub(crate) fn small() -> Spec {
    Spec::custom(Size::new(24, 16).unwrap()).with_formats([Format::Jpeg])
}

pub(crate) fn fast(limits: &Limits) -> Adapter {
    Adapter::new().with_effort(Effort::Fast).with_limits(limits.clone())
}

/// What a door returns: the kind of error, if it is one.
pub(crate) type Outcome = Result<(), Error>;

/// Every door, strict or not, with what comes of these bytes there.
pub(crate) fn all(bytes: &[u8], limits: &Limits) -> Vec<(&'static str, Outcome)> {
    let spec = small();
    let strict = fast(limits);
    let lenient = strict.clone().with_lenient(true).with_keep_metadata(true);
    let unit = |adapted: Result<Adapted, Error>| adapted.map(drop);
    vec![
        ("probe", strict.probe(bytes).map(drop)),
        ("plan", strict.plan(bytes, &spec).map(drop)),
        ("adapt", unit(strict.adapt(bytes, &spec))),
        ("verify", verified(&strict, bytes, &spec)),
        ("adapt, leniently", unit(lenient.adapt(bytes, &spec))),
        ("verify, leniently", verified(&lenient, bytes, &spec)),
        ("adapt_each", unit(lenient.adapt_each(bytes, &[&spec]).remove(0))),
        ("batch", unit(batched(&strict, bytes, spec))),
    ]
}

/// Whether a file could be read; what rules it breaks does not matter.
fn verified(adapter: &Adapter, bytes: &[u8], spec: &Spec) -> Outcome {
    let unreadable = adapter.verify(bytes, spec).violations.into_iter().find_map(|violation| match violation {
        pushpix::Violation::Unreadable(error) => Some(error),
        _ => None,
    });
    unreadable.map_or(Ok(()), Err)
}

fn batched(adapter: &Adapter, bytes: &[u8], spec: Spec) -> Result<Adapted, Error> {
    let mut outcome = None;
    let one = std::num::NonZeroUsize::MIN;
    let jobs = [Job::bytes(bytes.to_vec(), [spec])];
    Batch::new(adapter.clone()).with_threads(one).for_each(jobs, |done| outcome = Some(done.result)).unwrap();
    outcome.unwrap()
}

/// The word for an outcome: `ok`, or the kind of error.
pub(crate) fn word(outcome: &Outcome) -> &'static str {
    outcome.as_ref().map_or_else(Error::kind, |()| "ok")
}
