//! Many pictures and many specs: the same bytes as one by one, every outcome, nothing that blocks.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use pushpix::{
    Adapted, Adapter, AlphaRule, Batch, ByteSize, CancelToken, Catalog, Effort, Error, Format, Input, Job, Light,
    Limits, Outcome, Request, Rgb8, Scale, Size, Spec, Work,
};

use crate::pictures::{files, fixture, testdata};

fn fast() -> Adapter {
    Adapter::new().with_effort(Effort::Fast)
}

fn batch(threads: usize) -> Batch {
    Batch::new(fast()).with_threads(NonZeroUsize::new(threads).unwrap())
}

fn small(width: u32, height: u32) -> Spec {
    Spec::custom(Size::new(width, height).unwrap())
}

/// A result to compare: the bytes and the report, or the error's words.
fn told(result: &Result<Adapted, Error>) -> Result<(Vec<u8>, String, usize), String> {
    match result {
        Ok(adapted) => Ok((adapted.bytes.clone(), adapted.report.to_string(), adapted.report.attempts.len())),
        Err(error) => Err(format!("{error} {:?}", std::error::Error::source(error).map(ToString::to_string))),
    }
}

#[test]
fn one_decode_for_many_specs_gives_what_each_gives_alone() {
    let mut specs: Vec<Spec> = Catalog::builtin().iter().cloned().collect();
    // Some that share a canvas but not a file, and some that share both; one that every small picture complies with.
    let canvas = small(144, 144);
    specs.extend([canvas.clone(), canvas.clone().with_max_bytes(ByteSize::new(3000)), canvas.clone()]);
    specs.extend([AlphaRule::Keep, AlphaRule::Flatten].map(|alpha| canvas.clone().with_alpha(alpha)));
    specs.push(canvas.with_max_bytes(ByteSize::new(100)).with_formats([Format::Jpeg]));
    let adapters = [
        fast(),
        fast().with_light(Light::Linear).with_background(Rgb8::new(9, 99, 199)),
        fast().with_lenient(true).with_keep_metadata(true),
    ];
    let inputs =
        ["orientation-6.jpg", "icon-144-alpha.png", "rgba-16bit.png", "metadata.jpg", "bad/decode-truncated.png"];
    for (name, adapter) in inputs.iter().flat_map(|name| adapters.iter().map(move |adapter| (name, adapter))) {
        let Ok(bytes) = std::fs::read(testdata().join(name)) else { panic!("{name} is missing") };
        let each = adapter.adapt_each(&bytes, &specs);
        assert_eq!(each.len(), specs.len());
        for (spec, result) in specs.iter().zip(&each) {
            assert_eq!(told(result), told(&adapter.adapt(&bytes, spec)), "{name} for {}", spec.id());
        }
    }
    // A large picture is decoded at another scale for each of these.
    let photo = fixture("photo.jpg");
    let specs = [(1300, 900), (500, 400), (200, 200), (144, 144)].map(|(width, height)| small(width, height));
    let scales = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];
    assert_eq!(specs.each_ref().map(|spec| fast().plan(&photo, spec).unwrap().scale), scales);
    for (spec, result) in specs.iter().zip(&fast().adapt_each(&photo, &specs)) {
        assert_eq!(told(result), told(&fast().adapt(&photo, spec)), "{}", spec.id());
    }
}

#[test]
fn nothing_is_made_for_no_specs() {
    assert!(fast().adapt_each::<Spec>(&fixture("444.jpg"), &[]).is_empty());
    assert!(batch(2).for_each([Job::bytes(fixture("444.jpg"), [])], |_| panic!("an outcome of nothing")).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn a_batch_equals_one_after_the_other(
        shuffled in Just(files(&testdata())).prop_shuffle(),
        sides in prop::collection::vec((1_u32..90, 1_u32..90, prop::option::of(600_u64..9000)), 1..4),
        in_order in any::<bool>(),
    ) {
        let specs: Arc<[Spec]> = sides.into_iter().map(|(width, height, cap)| {
            cap.map_or(small(width, height), |cap| small(width, height).with_max_bytes(ByteSize::new(cap)))
        }).collect();
        let mut inputs: Vec<_> = shuffled.into_iter().take(12).collect();
        inputs.push(testdata().join("bad/decode-truncated.jpg"));
        inputs.push(testdata().join("there is none.jpg"));
        let expected: Vec<_> = inputs.iter().flat_map(|path| {
            let bytes = std::fs::read(path);
            specs.iter().map(move |spec| bytes.as_ref().ok().map(|bytes| told(&fast().adapt(bytes, spec))))
        }).collect();
        for threads in [1, 2, 8] {
            let mut seen = vec![None; expected.len()];
            let mut order = Vec::new();
            let jobs = inputs.iter().map(|path| Job::path(path, specs.clone()));
            let progress = batch(threads).with_order(in_order).for_each(jobs, |outcome| {
                let index = usize::try_from(outcome.index).unwrap();
                order.push(index);
                assert_eq!(outcome.path.as_deref(), Some(inputs[index].as_path()));
                let place = index * specs.len() + specs.iter().position(|spec| *spec == outcome.spec).unwrap();
                seen[place] = Some(outcome.result);
            }).unwrap();
            for (seen, expected) in seen.into_iter().zip(&expected) {
                match (seen.unwrap(), expected) {
                    (result, Some(expected)) => prop_assert_eq!(&told(&result), expected),
                    (result, None) => prop_assert_eq!(result.unwrap_err().kind(), "io"),
                }
            }
            prop_assert_eq!(order.len(), expected.len());
            prop_assert!(!in_order || order.is_sorted());
            let good = expected.iter().flatten().filter(|told| told.is_ok()).count();
            prop_assert_eq!(progress.done, good as u64);
            prop_assert_eq!(progress.failed, (expected.len() - good) as u64);
        }
    }
}

#[test]
fn a_batch_tells_how_far_it_has_come() {
    let specs: Arc<[Spec]> = [small(20, 20), small(30, 10)].into();
    let picture = fixture("444.jpg");
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let watched = batch(2).with_observer(move |progress| listener.lock().unwrap().push(*progress));
    let jobs = [
        Job::bytes(picture.clone(), specs.clone()),
        Job::bytes(b"GIF89a".to_vec(), specs.clone()),
        Job::path("there is none.png", specs),
    ];
    let mut written = 0;
    let progress =
        watched.for_each(jobs, |outcome| written += outcome.result.map_or(0, |out| out.bytes.len())).unwrap();
    assert_eq!((progress.done, progress.failed), (2, 4));
    assert_eq!(progress.bytes_in.as_u64(), picture.len() as u64 + 6);
    assert_eq!(progress.bytes_out.as_u64(), written as u64);
    let told = told.lock().unwrap();
    assert_eq!((told.len(), told.last()), (3, Some(&progress)));
    assert!(told.is_sorted_by_key(|progress| progress.done + progress.failed));
}

#[test]
fn a_batch_works_within_the_callers_own_pool() {
    let specs: Arc<[Spec]> = [small(20, 20)].into();
    let jobs = || (0..20).map(|_| Job::bytes(fixture("444.jpg"), specs.clone()));
    // The sink uses rayon too, as another part of the same program would.
    let sink = |outcome: Outcome| {
        let ((), len) = rayon::join(|| (), || outcome.result.unwrap().bytes.len());
        assert!(len > 0);
    };
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for batch in [batch(2), batch(2).with_callers_pool(), batch(2).with_callers_pool().with_order(true)] {
            let progress = pool.install(|| batch.for_each(jobs(), sink)).unwrap();
            assert_eq!(progress.done, 20);
            // Several at once, each a task of that pool.
            let done = AtomicU64::new(0);
            pool.scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|_| {
                        done.fetch_add(batch.for_each(jobs(), sink).unwrap().done, Ordering::Relaxed);
                    });
                }
            });
            assert_eq!(done.into_inner(), 80);
        }
    }
    assert_eq!(batch(2).with_callers_pool().for_each(jobs(), sink).unwrap().done, 20, "outside of any pool");
}

#[test]
fn results_do_not_wait_for_the_next_job() {
    let (ask, asked) = channel::<()>();
    let jobs = asked.into_iter().map(|()| Job::bytes(fixture("444.jpg"), [small(9, 9)])).take(5);
    ask.send(()).unwrap();
    // Each result asks for the next job, which the iterator waits for.
    let progress = batch(2).with_order(true).for_each(jobs, |_| ask.send(()).unwrap_or_default()).unwrap();
    assert_eq!(progress.done, 5);
}

#[test]
fn jobs_are_taken_as_they_are_needed_until_the_caller_cancels() {
    let token = CancelToken::new();
    let taken = AtomicU64::new(0);
    let endless = std::iter::repeat_with(|| {
        taken.fetch_add(1, Ordering::Relaxed);
        Job::bytes(fixture("1x1.png"), [small(9, 9)])
    });
    let batch = Batch::new(fast().with_cancel(token.clone())).with_threads(NonZeroUsize::MIN);
    let mut seen = 0;
    let progress = batch
        .for_each(endless, |_| {
            seen += 1;
            assert!(taken.load(Ordering::Relaxed) <= seen + 2, "it runs ahead");
            if seen == 30 {
                token.cancel();
            }
        })
        .unwrap();
    assert!((30..=33).contains(&seen) && progress.done + progress.failed == seen);
}

/// Work that counts how many pictures are loaded, and not finished, at the same time.
struct Counted<'a> {
    bytes: &'a [u8],
    now: &'a AtomicU64,
    most: &'a AtomicU64,
}

impl Work for Counted<'_> {
    type Done = bool;

    fn load(&mut self, _: &Limits) -> Result<Request, Error> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Ok(Request { bytes: self.bytes.to_vec(), specs: [small(16, 16)].into(), adapter: None })
    }

    fn finish(self, results: Result<Vec<Result<Adapted, Error>>, Error>) -> bool {
        self.now.fetch_sub(1, Ordering::SeqCst);
        results.unwrap()[0].is_ok()
    }
}

#[test]
fn no_more_is_in_memory_than_was_allowed() {
    let bytes = fixture("444.jpg");
    let most_with = |limits: Limits| {
        let batch = Batch::new(fast().with_limits(limits)).with_threads(NonZeroUsize::new(2).unwrap()).with_order(true);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let works = (0..200).map(|_| Counted { bytes: &bytes, now: &now, most: &most });
        let mut done = 0;
        batch.run(works, |ok| done += u32::from(ok)).unwrap();
        assert_eq!((done, now.into_inner()), (200, 0));
        most.into_inner()
    };
    // Each thread has read a file, one of them is worked on, and as that one finishes, the next may be read.
    let most = most_with(Limits::default().with_max_in_flight(ByteSize::new(1)));
    assert!(most <= 3, "{most} at the same time");
}

#[test]
fn batches_of_one_pool_may_depend_on_each_other() {
    let (done, finished) = channel();
    std::thread::spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        for batch in [batch(2), batch(2).with_callers_pool()] {
            let (first, second) = channel();
            let specs: Arc<[Spec]> = [small(20, 20)].into();
            let jobs: Vec<Job> = (0..9).map(|_| Job::bytes(fixture("444.jpg"), specs.clone())).collect();
            // The second batch is fed by the first, and ends when its sink is dropped.
            let give = move |outcome: Outcome| first.send(outcome.result.unwrap().bytes).unwrap();
            let other = batch.clone();
            let take = move || other.for_each(second.into_iter().map(|bytes| Job::bytes(bytes, specs.clone())), |_| ());
            let (_, taken) = pool.install(|| rayon::join(|| batch.for_each(jobs, give), take));
            done.send(taken.unwrap().done).unwrap();
        }
    });
    for _ in 0..2 {
        assert_eq!(finished.recv_timeout(Duration::from_secs(60)), Ok(9));
    }
}

#[test]
fn a_panic_of_the_callers_reaches_the_caller() {
    let job = || Job::bytes(fixture("1x1.png"), [small(9, 9)]);
    let message = |run: &dyn Fn()| *catch_unwind(AssertUnwindSafe(run)).unwrap_err().downcast::<&str>().unwrap();
    let endless = || std::iter::repeat_with(job);
    assert_eq!(message(&|| drop(batch(2).for_each(endless(), |_| panic!("in the sink")))), "in the sink");
    let jobs = || endless().enumerate().map(|(index, job)| if index < 9 { job } else { panic!("in the iterator") });
    assert_eq!(message(&|| drop(batch(2).for_each(jobs(), |_| ()))), "in the iterator");
    let observed = batch(2).with_observer(|_| panic!("in the observer"));
    assert_eq!(message(&|| drop(observed.for_each(endless(), |_| ()))), "in the observer");

    struct Panics;
    impl Work for Panics {
        type Done = ();
        fn load(&mut self, _: &Limits) -> Result<Request, Error> {
            panic!("in the work")
        }
        fn finish(self, _: Result<Vec<Result<Adapted, Error>>, Error>) {}
    }
    assert_eq!(message(&|| drop(batch(2).run(std::iter::repeat_with(|| Panics), |()| ()))), "in the work");
}

/// Work that chooses its own options and specs, and what it hands over.
struct Sized(u32);

impl Work for Sized {
    type Done = (u32, usize);

    fn load(&mut self, limits: &Limits) -> Result<Request, Error> {
        let bytes = Input::Path(testdata().join("logo.png")).into_bytes(limits)?;
        let specs = (1..self.0).map(|side| small(side, side)).collect();
        Ok(Request { bytes, specs, adapter: Some(fast().with_format(Format::Jpeg)) })
    }

    fn finish(self, results: Result<Vec<Result<Adapted, Error>>, Error>) -> (u32, usize) {
        let results = results.unwrap();
        assert!(results.iter().flatten().all(|adapted| adapted.report.format == Format::Jpeg));
        (self.0, results.len())
    }
}

#[test]
fn work_may_bring_its_own_options() {
    let mut done = Vec::new();
    batch(2).run([4, 1, 3].map(Sized), |size| done.push(size)).unwrap();
    done.sort_unstable();
    assert_eq!(done, [(1, 0), (3, 2), (4, 3)]);
}

#[test]
fn a_file_is_read_no_further_than_it_may_be_long() {
    let limits = Limits::default().with_max_input(ByteSize::new(100));
    let path = testdata().join("photo.jpg");
    let refused = Input::Path(path.clone()).into_bytes(&limits).unwrap_err();
    assert_eq!(refused.kind(), "limit");
    assert_eq!(Input::Bytes(vec![0; 101]).into_bytes(&limits).unwrap_err().kind(), "limit");
    assert_eq!(Input::Bytes(vec![0; 100]).into_bytes(&limits).unwrap().len(), 100);
    // What does not say how long it is, and has no end.
    #[cfg(unix)]
    assert_eq!(Input::Path("/dev/zero".into()).into_bytes(&limits).unwrap_err().kind(), "limit");
    let short = Batch::new(fast().with_limits(limits));
    let mut kinds = Vec::new();
    short.for_each([Job::path(path, [small(9, 9)])], |outcome| kinds.push(outcome.result.unwrap_err().kind())).unwrap();
    assert_eq!(kinds, ["limit"]);
    let none = Input::Path("there is none".into()).into_bytes(&Limits::default()).unwrap_err();
    assert!(matches!(none, Error::Io { path, .. } if path == Path::new("there is none")));
}

#[test]
fn a_deadline_ends_a_picture_and_not_the_batch() {
    let batch = Batch::new(fast().with_deadline(Duration::ZERO));
    let jobs = (0..5).map(|_| Job::bytes(fixture("444.jpg"), [small(9, 9), small(8, 8)]));
    let mut kinds = Vec::new();
    batch.for_each(jobs, |outcome| kinds.push(outcome.result.unwrap_err().kind())).unwrap();
    assert_eq!(kinds, ["deadline"; 10]);
}
