//! Whole adaptations, end to end, per effort and per cap, in input pixels per second. Every case checks its answer
//! (canvas, cap and, where one is known, the format) before it is timed.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on must stop")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pushpix::{Adapter, ByteSize, Effort, Format, Size, Spec};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn probe(c: &mut Criterion) {
    let photo = fixture("photo.jpg");
    assert_eq!(pushpix::probe(&photo).unwrap().size().to_string(), "2400x1600");
    c.bench_function("probe/photo", |b| b.iter(|| pushpix::probe(black_box(&photo)).unwrap()));
}

fn adapt(c: &mut Criterion) {
    let banner = Spec::builtin("oppo/large-image").unwrap().clone();
    let icon = Spec::builtin("oppo/large-icon").unwrap().clone();
    let tight =
        Spec::custom(Size::new(984, 369).unwrap()).with_max_bytes(ByteSize::new(40_000)).with_formats([Format::Jpeg]);
    for (name, input, spec, format) in [
        ("photo/banner", "photo.jpg", &banner, Format::Jpeg),
        ("photo/icon", "photo.jpg", &icon, Format::Jpeg),
        ("photo/tight", "photo.jpg", &tight, Format::Jpeg),
        ("logo/banner", "logo.png", &banner, Format::Png),
        ("logo/icon", "logo.png", &icon, Format::Png),
    ] {
        let input = fixture(input);
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(pushpix::probe(&input).unwrap().size().area()));
        group.sample_size(10);
        for effort in [Effort::Fast, Effort::Balanced, Effort::Best] {
            let adapter = Adapter::new().with_effort(effort);
            let out = adapter.adapt(&input, spec).unwrap();
            let seen = pushpix::probe(&out.bytes).unwrap();
            assert_eq!(Some(seen.size()), spec.canvas.and_then(|canvas| canvas.size()));
            assert_eq!(seen.format, format);
            assert!(spec.cap.is_none_or(|cap| ByteSize::of(&out.bytes) <= cap.largest()));
            group.bench_function(effort.to_string(), |b| {
                b.iter(|| adapter.adapt(black_box(&input), spec).unwrap());
            });
        }
    }
}

criterion_group!(benches, probe, adapt);
criterion_main!(benches);
