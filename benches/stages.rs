//! The stages of an adaptation one by one, in input pixels per second; beside each optimisation the slow way to the same
//! answer. Every case checks its answer before it is timed.
//!
//! `cargo bench --all-features --bench stages`

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on must stop")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use pushpix::calibration::{Canvas, Tuning};
use pushpix::stages::Picture;
use pushpix::{
    Adapter, ChromaSubsampling, Effort, Format, Light, Placement, Quality, Scale, Size, Spec, Upscale, fuzzing, probe,
};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

/// The photo of `testdata` in another size and format.
fn photo(size: Size, format: Format) -> Vec<u8> {
    let spec = Spec::custom(size).with_formats([format]);
    Adapter::new().with_effort(Effort::Fast).adapt(&fixture("photo.jpg"), &spec).unwrap().bytes
}

/// With the profile that another JPEG has.
fn with_profile(jpeg: &[u8], other: &[u8]) -> Vec<u8> {
    let at = other.windows(16).position(|window| &window[4..] == b"ICC_PROFILE\0").unwrap();
    let length = 2 + usize::from(u16::from_be_bytes([other[at + 2], other[at + 3]]));
    [&jpeg[..2], &other[at..at + length], &jpeg[2..]].concat()
}

/// The mean of all samples, for what two ways agree on but for rounding.
fn mean(picture: &Picture) -> f64 {
    picture.pixels().iter().map(|&sample| f64::from(sample)).sum::<f64>() / picture.pixels().len() as f64
}

fn probing(c: &mut Criterion) {
    for name in ["photo.jpg", "logo.png"] {
        let bytes = fixture(name);
        assert!(probe(&bytes).unwrap().size().area() > 0);
        c.bench_function(&format!("probe/{name}"), |b| b.iter(|| probe(black_box(&bytes)).unwrap()));
    }
}

fn decoding(c: &mut Criterion) {
    let whole = size(4200, 2800);
    let (jpeg, png) = (photo(whole, Format::Jpeg), photo(size(1200, 800), Format::Png));
    let wide = with_profile(&jpeg, &fixture("icc-p3.jpg"));
    let expected = mean(&Picture::decode(&jpeg, Scale::Full).unwrap());
    let mut group = c.benchmark_group("decode");
    group.sample_size(10);
    for (name, bytes) in [("jpeg", &jpeg), ("jpeg, P3 to sRGB", &wide), ("png", &png)] {
        let pixels = probe(bytes).unwrap().size();
        group.throughput(Throughput::Elements(pixels.area()));
        for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
            if name == "png" && scale != Scale::Full {
                continue;
            }
            let picture = Picture::decode(bytes, scale).unwrap();
            assert_eq!(picture.size().width(), pixels.width().div_ceil(scale.divisor()));
            assert!((mean(&picture) - expected).abs() < 3.0, "{name} at {scale}");
            group.bench_function(format!("{name} at {scale}"), |b| {
                b.iter(|| Picture::decode(black_box(bytes), scale).unwrap());
            });
        }
    }
}

fn resampling(c: &mut Criterion) {
    let picture = Picture::decode(&photo(size(2400, 1600), Format::Jpeg), Scale::Full).unwrap();
    let mut group = c.benchmark_group("resample");
    group.throughput(Throughput::Elements(picture.size().area())).sample_size(10);
    for (name, to) in [("banner", size(554, 369)), ("icon", size(144, 96))] {
        for light in [Light::Gamma, Light::Linear] {
            let scaled = picture.resampled(to, light).unwrap();
            assert_eq!(scaled.size(), to);
            // A filter keeps the mean of what it averages; that of light is brighter.
            let brighter = mean(&scaled) - mean(&picture);
            assert!(if light == Light::Gamma { brighter.abs() < 0.5 } else { (0.0..9.0).contains(&brighter) });
            group.bench_function(format!("{name}, {light:?}"), |b| {
                b.iter(|| picture.resampled(black_box(to), light).unwrap());
            });
        }
    }
}

fn letterboxing(c: &mut Criterion) {
    let scaled = Picture::decode(&photo(size(554, 369), Format::Jpeg), Scale::Full).unwrap();
    let placement = Placement::contain(scaled.size(), size(984, 369), Upscale::Never);
    let canvas = scaled.clone().letterboxed(&placement);
    assert!(canvas.size() == placement.canvas() && canvas.pixels()[..3] == [255; 3]);
    c.bench_function("letterbox/banner", |b| {
        b.iter_batched(|| scaled.clone(), |scaled| scaled.letterboxed(&placement), BatchSize::SmallInput);
    });
}

fn encoding(c: &mut Criterion) {
    let scaled = Picture::decode(&photo(size(984, 369), Format::Jpeg), Scale::Full).unwrap();
    let canvas = Canvas::new(scaled.size(), scaled.pixels().to_vec()).unwrap();
    let (tuning, quality) = (Tuning::of_the_crate(), Quality::new(80.0).unwrap());
    let chroma = ChromaSubsampling::Cs420;
    let mut group = c.benchmark_group("jpeg");
    group.throughput(Throughput::Elements(scaled.size().area())).sample_size(20);
    for effort in [Effort::Fast, Effort::Balanced, Effort::Best] {
        let ready = canvas.tuned(&tuning);
        let file = ready.encode(quality, chroma, effort);
        assert_eq!(probe(&file).unwrap().size(), scaled.size());
        // An estimate stands for a whole encode, its slow twin.
        let estimate = ready.estimate(quality, chroma, effort);
        assert!((estimate / file.len() as f64 - 1.0).abs() < 0.1, "{estimate} for {}", file.len());
        group.bench_function(format!("estimate/{effort}"), |b| {
            b.iter_batched_ref(
                || canvas.tuned(&tuning),
                |ready| ready.estimate(quality, chroma, effort),
                BatchSize::SmallInput,
            );
        });
        group.bench_function(format!("encode/{effort}"), |b| {
            b.iter_batched_ref(
                || canvas.tuned(&tuning),
                |ready| ready.encode(quality, chroma, effort),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();

    let logo = Picture::decode(&fixture("logo.png"), Scale::Full).unwrap();
    let mut group = c.benchmark_group("png");
    group.throughput(Throughput::Elements(logo.size().area())).sample_size(10);
    for effort in [Effort::Fast, Effort::Balanced, Effort::Best] {
        let file = logo.to_png(effort).unwrap();
        assert_eq!(Picture::decode(&file, Scale::Full).unwrap().pixels(), logo.pixels());
        group.bench_function(effort.to_string(), |b| b.iter(|| logo.to_png(effort).unwrap()));
    }
}

/// The search alone, over settings whose sizes are known; its slow twin tries them all.
fn searching(c: &mut Criterion) {
    let sizes: Vec<u64> = (0..700).map(|setting: u64| 4000 + setting * setting).collect();
    let estimates: Vec<f64> = sizes.iter().map(|&bytes| bytes as f64 * 1.03).collect();
    for cap in [40_000, 1_000_000] {
        let exhaustive =
            || (0..700_u32).zip(&sizes).filter(|(_, bytes)| **bytes <= cap).map(|(setting, _)| setting).max();
        let search = || fuzzing::search(&sizes, &estimates, cap, cap / 100, 0.5);
        let found = search().found.unwrap();
        assert!(sizes[found as usize] > cap - cap / 100 || Some(found) == exhaustive(), "{found} under {cap}");
        c.bench_function(&format!("search/under {cap}"), |b| b.iter(search));
    }
}

criterion_group!(benches, probing, decoding, resampling, letterboxing, encoding, searching);
criterion_main!(benches);
