//! Shrink-on-load against libjpeg-turbo's, file by file: how long decoding takes, how far the samples are apart, and
//! how the scaled picture scores against one made of all pixels.
//!
//! `cargo bench --all-features --bench shrink_on_load -- TABLE FOLDER`, where the table is `speed`, `samples` or
//! `scores`, looks at the JPEGs of a folder. The decoders take turns, on one thread; of each the best of some rounds
//! counts, and of that only the ratio in one run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench that cannot go on must stop")]
#![expect(clippy::print_stdout, reason = "it prints tables")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Reference};
use pushpix::{Adapter, ByteSize, Effort, Format, Limits, Scale, Size, Spec, fuzzing};

const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

struct Photo {
    name: String,
    bytes: Vec<u8>,
    size: Size,
    progressive: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [table, folder] = &arguments[..] else {
        return println!("give a table, speed, samples or scores, and a folder");
    };
    let photos = photos(Path::new(folder));
    match table.as_str() {
        "speed" => speed(&photos),
        "samples" => samples(&photos),
        "scores" => scores(&photos),
        other => panic!("there is no table {other}"),
    }
}

fn photos(folder: &Path) -> Vec<Photo> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        let probe = pushpix::probe(&bytes).ok().filter(|probe| probe.format == Format::Jpeg)?;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Some(Photo { name, bytes, size: probe.stored, progressive: probe.progressive })
    };
    paths.into_iter().filter_map(read).collect()
}

/// RGB by mozjpeg, whose decoder is libjpeg-turbo's.
fn by_libjpeg(bytes: &[u8], scale: Scale) -> (usize, Vec<u8>) {
    let mut decompress = mozjpeg::Decompress::new_mem(bytes).unwrap();
    decompress.scale(u8::try_from(8 / scale.divisor()).unwrap());
    decompress.do_block_smoothing(false);
    let mut started = decompress.rgb().unwrap();
    let width = started.width();
    let pixels = started.read_scanlines::<u8>().unwrap();
    started.finish().unwrap();
    (width, pixels)
}

fn by_pushpix(bytes: &[u8], scale: Scale) -> fuzzing::Picture {
    fuzzing::decode(bytes, scale, false, &Limits::default()).unwrap()
}

fn by_image(bytes: &[u8]) -> Vec<u8> {
    let options =
        zune_core::options::DecoderOptions::default().jpeg_set_out_colorspace(zune_core::colorspace::ColorSpace::RGB);
    zune_jpeg::JpegDecoder::new_with_options(zune_core::bytestream::ZCursor::new(bytes), options).decode().unwrap()
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The best of some rounds of each, in turn.
fn race<const N: usize>(work: [&dyn Fn(); N]) -> [f64; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..7 {
        for (best, work) in best.iter_mut().zip(work) {
            *best = time(work).min(*best);
        }
    }
    best.map(|best| best.as_secs_f64() * 1000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long a decode takes in comparison, and a whole adaptation with little effort.
fn speed(photos: &[Photo]) {
    println!("milliseconds, and the ratio to libjpeg-turbo's; in full to the image crate's decoder");
    let mut ratios: Vec<(bool, [f64; 5])> = Vec::new();
    for photo in photos {
        let bytes = &photo.bytes[..];
        if photo.size.area() < 4_000_000 {
            continue;
        }
        let mut row = [0.0; 5];
        let mut line = format!(
            "{:44} {:>10} {:4}",
            photo.name,
            photo.size.to_string(),
            if photo.progressive { "prog" } else { "" }
        );
        for (scale, ratio) in SCALES.into_iter().zip(&mut row) {
            let own = || drop(black_box(by_pushpix(bytes, scale)));
            let other = || {
                if scale == Scale::Full {
                    drop(black_box(by_image(bytes)));
                } else {
                    drop(black_box(by_libjpeg(bytes, scale)));
                }
            };
            let [own, other] = race([&own, &other]);
            *ratio = own / other;
            line += &format!("  {own:6.1} {:.2}", *ratio);
        }
        let spec = Spec::custom(Size::new(984, 369).unwrap())
            .with_max_bytes(ByteSize::mebibytes(1))
            .with_formats([Format::Jpeg]);
        let adapter = Adapter::new().with_effort(Effort::Fast);
        let scale = adapter.plan(bytes, &spec).unwrap().scale;
        let whole = || drop(black_box(adapter.adapt(bytes, &spec).unwrap()));
        let decode = || drop(black_box(by_libjpeg(bytes, scale)));
        let [whole, decode] = race([&whole, &decode]);
        row[4] = whole / decode;
        println!("{line}  adapt at {scale} {whole:6.1} {:.2}", row[4]);
        ratios.push((photo.progressive, row));
    }
    for progressive in [false, true] {
        let column = |index: usize| ratios.iter().filter(move |row| row.0 == progressive).map(move |row| row.1[index]);
        let medians: Vec<String> = (0..5)
            .map(|index| {
                format!("{:.3} (at most {:.2})", median(column(index).collect()), column(index).fold(0.0, f64::max))
            })
            .collect();
        println!("{} medians: {}", if progressive { "progressive" } else { "baseline" }, medians.join(", "));
    }
}

/// How far the samples are from libjpeg-turbo's.
fn samples(photos: &[Photo]) {
    println!("mean difference in levels, and the largest, at each scale");
    let mut means = vec![Vec::new(); 4];
    for photo in photos {
        let mut line = format!("{:44} {:>10}", photo.name, photo.size.to_string());
        for (scale, means) in SCALES.into_iter().zip(&mut means) {
            let own = by_pushpix(&photo.bytes, scale);
            if own.foreign_colours.is_some() {
                line += "  other colours";
                continue;
            }
            let (width, other) = by_libjpeg(&photo.bytes, scale);
            assert_eq!((own.size.width() as usize, own.pixels.len()), (width, other.len()), "{}", photo.name);
            let far = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b));
            let sum: u64 = own.pixels.iter().zip(&other).map(far).sum();
            let most = own.pixels.iter().zip(&other).map(far).max().unwrap();
            let mean = sum as f64 / other.len() as f64;
            means.push(mean);
            line += &format!("  {mean:6.3} {most:3}");
        }
        println!("{line}");
    }
    for (scale, means) in SCALES.into_iter().zip(means) {
        let most = means.iter().copied().fold(0.0, f64::max);
        println!("{scale}: median of the means {:.3}, largest {most:.3}", median(means));
    }
}

/// How a picture on its canvas scores that was scaled by way of the scale that is planned, against one made of all
/// pixels.
fn scores(photos: &[Photo]) {
    for (width, height) in [(984, 369), (144, 144)] {
        let canvas = Size::new(width, height).unwrap();
        let mut all = Vec::new();
        for photo in photos {
            let plan = Adapter::new().plan(&photo.bytes, &Spec::custom(canvas)).unwrap();
            let on_canvas = |scale| fuzzing::on_canvas(&photo.bytes, scale, canvas, &Limits::default()).unwrap().pixels;
            let score = score(canvas, &on_canvas(Scale::Full), &on_canvas(plan.scale));
            println!(
                "{:44} {:>10} by way of {} in {canvas}: {score:.2}",
                photo.name,
                photo.size.to_string(),
                plan.scale
            );
            all.push(score);
        }
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{canvas}: median {:.2}, least {least:.2} of {}", median(all.clone()), all.len());
    }
}

fn score(size: Size, whole: &[u8], reduced: &[u8]) -> f64 {
    let stride = 3 * size.width() as usize;
    let pixels =
        |pixels| PixelSlice::new(pixels, size.width(), size.height(), stride, PixelDescriptor::RGB8_SRGB).unwrap();
    Ssimulacra2Reference::new(&pixels(whole)).unwrap().compare(&pixels(reduced)).unwrap()
}
