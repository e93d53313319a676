//! One picture for many specs against one call for each, and many pictures on one thread and on all. Every case checks
//! that both give the same bytes before it is timed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a bench that cannot go on must stop, and this one tells ratios"
)]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pushpix::{Adapter, Batch, Effort, Format, Job, Size, Spec};

/// Seven slots of five channels, as a push platform has them.
const SEVEN: [&str; 7] = [
    "oppo/large-image",
    "oppo/large-icon",
    "xiaomi/large-image",
    "xiaomi/large-icon",
    "huawei/large-icon",
    "honor/large-icon",
    "hmos/large-icon",
];

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A photo of 12 megapixels, made of the fixture.
fn photo() -> Vec<u8> {
    let spec = Spec::custom(Size::new(4242, 2828).unwrap()).with_formats([Format::Jpeg]);
    Adapter::new().with_effort(Effort::Fast).adapt(&fixture("photo.jpg"), &spec).unwrap().bytes
}

/// The shortest of several times, taken in turns.
fn shortest<const N: usize>(works: [&dyn Fn(); N]) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..9 {
        for (best, work) in best.iter_mut().zip(works) {
            let begun = Instant::now();
            work();
            *best = begun.elapsed().min(*best);
        }
    }
    best
}

/// How the cost of all specs together compares with that of each by itself.
fn each(c: &mut Criterion) {
    let photo = photo();
    let specs = SEVEN.map(|id| Spec::builtin(id).unwrap());
    let adapter = Adapter::new().with_effort(Effort::Fast);
    let together = || adapter.adapt_each(black_box(&photo), &specs);
    let apart = || specs.map(|spec| adapter.adapt(black_box(&photo), spec));
    for (one, other) in together().into_iter().zip(apart()) {
        assert_eq!(one.unwrap().bytes, other.unwrap().bytes);
    }
    let [together_time, apart_time] = shortest([&|| drop(together()), &|| drop(apart())]);
    eprintln!(
        "seven specs: {together_time:?}; of seven calls ({apart_time:?}): {:.3}",
        together_time.as_secs_f64() / apart_time.as_secs_f64()
    );
    let mut group = c.benchmark_group("seven specs");
    group.sample_size(10);
    group.bench_function("together", |b| b.iter(together));
    group.bench_function("apart", |b| b.iter(apart));
}

/// Pictures per second.
fn batch(c: &mut Criterion) {
    let pictures = ["photo.jpg", "logo.png", "orientation-6.jpg", "progressive.jpg", "rgba-16bit.png"].map(fixture);
    let specs = ["oppo/large-image", "oppo/large-icon"].map(|id| Spec::builtin(id).unwrap().clone());
    let adapter = Adapter::new().with_effort(Effort::Fast);
    let jobs = || pictures.iter().cycle().take(40).map(|bytes| Job::bytes(bytes.clone(), specs.clone()));
    let expected: Vec<Vec<u8>> = jobs()
        .flat_map(|job| specs.each_ref().map(|spec| adapter.adapt(&bytes_of(job.clone()), spec).unwrap().bytes))
        .collect();
    let mut group = c.benchmark_group("batch");
    group.throughput(Throughput::Elements(40)).sample_size(10);
    let all = std::thread::available_parallelism().unwrap();
    let mut counts = vec![NonZeroUsize::MIN, all];
    counts.dedup();
    for threads in counts {
        let batch = Batch::new(adapter.clone()).with_threads(threads);
        let mut made = Vec::new();
        batch.clone().with_order(true).for_each(jobs(), |outcome| made.push(outcome.result.unwrap().bytes)).unwrap();
        assert!(made == expected);
        group.bench_function(format!("{threads} threads"), |b| b.iter(|| batch.for_each(jobs(), |_| ()).unwrap()));
    }
}

fn bytes_of(job: Job) -> Vec<u8> {
    job.input.into_bytes(&pushpix::Limits::default()).unwrap()
}

criterion_group!(benches, each, batch);
criterion_main!(benches);
