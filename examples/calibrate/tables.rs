//! `tables`: fits the figures of the encoder, one band of them after the other.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pushpix::calibration::{self, Tuned, Tuning};
use pushpix::{ChromaSubsampling, Effort, Format};

use crate::Outcome;
use crate::arguments::{Arguments, Half};
use crate::bands::{self, Coordinate};
use crate::corpus::{Canvas, Kind, Picture, banner, for_each, pictures};
use crate::figures::Figures;
use crate::ours;

/// Where a picture is scored.
struct Point {
    chroma: ChromaSubsampling,
    /// In bytes.
    cap: f64,
    weight: f64,
    /// The quality that is tried first.
    start: f64,
    /// How the score grows with the logarithm of the length: what the bytes that are left or too many are worth.
    slope: f64,
}

const POINTS: [Point; 4] = [
    Point { chroma: ChromaSubsampling::Cs420, cap: 20_000.0, weight: 1.0, start: 40.0, slope: 18.0 },
    Point { chroma: ChromaSubsampling::Cs420, cap: 40_000.0, weight: 0.5, start: 80.0, slope: 15.0 },
    Point { chroma: ChromaSubsampling::Cs444, cap: 40_000.0, weight: 0.5, start: 80.0, slope: 15.0 },
    Point { chroma: ChromaSubsampling::Cs444, cap: 80_000.0, weight: 1.0, start: 93.0, slope: 9.0 },
];

/// How near to the cap, in the logarithm, a file is near enough, and how many are made at the most.
const NEAR: f64 = 0.008;
const TRIES: usize = 5;

/// A smaller gain is taken for chance.
const GAIN: f64 = 2e-3;

/// What a step is multiplied by after a gain, and without one; the share of the first step that is too small to try.
const LONGER: f32 = 1.3;
const SHORTER: f32 = 0.6;
const LEAST: f32 = 0.08;

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let out = arguments.out.as_deref().ok_or("tables needs --out FILE")?;
    let photos = pictures(arguments, &[Kind::Photo])?;
    let (fitted_on, checked_on): (Vec<_>, Vec<_>) = photos.into_iter().partition(|photo| photo.half == Half::Even);
    if fitted_on.is_empty() || checked_on.is_empty() {
        return Err("it takes photos of both halves: one to fit to, one to check on".to_owned());
    }
    let present = Tuning::of_the_crate();
    write(out, &present)?;
    println!("photos at 984x369, mean score at caps of 20, 40 and 80 kB");
    let fitted = search(Photos::of(fitted_on, arguments)?, &present, out, arguments)?;
    let others = Photos::of(checked_on, arguments)?;
    let (before, after) = (others.settled_score(&present)?, others.settled_score(&fitted)?);
    println!("odd-numbered: {before:.4} before, {after:.4} after, of {}", others.photos.len());
    Ok(())
}

fn search(photos: Photos<'_>, present: &Tuning, out: &Path, arguments: &Arguments) -> Outcome<Tuning> {
    let mut best = present.clone();
    let mut highest = photos.settled_score(&best)?;
    println!("even-numbered: {highest:.4}, of {}", photos.photos.len());
    let coordinates = Coordinate::all();
    // The next step of each, in the direction that it was last moved in.
    let mut steps: Vec<f32> = coordinates.iter().map(|coordinate| coordinate.step).collect();
    for round in 1..=arguments.rounds {
        for (coordinate, step) in coordinates.iter().zip(&mut steps) {
            let mut gained = None;
            for by in [*step, -*step] {
                let moved = coordinate.moved(&best, by);
                let score = photos.score(&moved)?;
                if score > highest + GAIN {
                    println!("round {round}, {coordinate}, {by:+.3}: {highest:.4} -> {score:.4}");
                    (best, highest) = (moved, score);
                    gained = Some(by);
                    break;
                }
            }
            *step = gained.map_or(*step * SHORTER, |by| by * LONGER);
        }
        write(out, &best)?;
        println!("round {round}: {highest:.4}");
        if steps.iter().zip(&coordinates).all(|(step, coordinate)| step.abs() < LEAST * coordinate.step) {
            break;
        }
    }
    Ok(best)
}

fn write(out: &Path, tuning: &Tuning) -> Outcome<()> {
    fs::write(out, bands::source(tuning)).map_err(|error| format!("{}: {error}", out.display()))
}

/// Photos, kept ready for many measurements.
struct Photos<'a> {
    photos: Vec<Photo>,
    arguments: &'a Arguments,
}

struct Photo {
    picture: Picture,
    canvas: Canvas,
    pixels: calibration::Canvas,
    /// The quality that was the last to be tried, by point: figures that are little changed have it little changed.
    qualities: Mutex<[f64; POINTS.len()]>,
}

impl AsRef<Picture> for Photo {
    fn as_ref(&self) -> &Picture {
        &self.picture
    }
}

impl<'a> Photos<'a> {
    fn of(pictures: Vec<Picture>, arguments: &'a Arguments) -> Outcome<Self> {
        let canvases = for_each(&pictures, arguments.threads, |picture| {
            let canvas = Canvas::of(&picture.read()?, banner()?)?;
            let pixels = canvas.for_tuning()?;
            Ok((canvas, pixels))
        })?;
        let photos = pictures.into_iter().zip(canvases).map(|(picture, (canvas, pixels))| {
            let qualities = Mutex::new(POINTS.map(|point| point.start));
            Photo { picture, canvas, pixels, qualities }
        });
        Ok(Self { photos: photos.collect(), arguments })
    }

    /// The mean of the photos, each the weighted mean of its points.
    fn score(&self, tuning: &Tuning) -> Outcome<f64> {
        let scores = for_each(&self.photos, self.arguments.threads, |photo| photo.score(tuning))?;
        let named = scores.into_iter().zip(&self.photos).map(|(score, photo)| (score, photo.picture.name.as_str()));
        Ok(named.collect::<Figures<'_>>().mean())
    }

    /// The same, with the qualities set out from found before.
    fn settled_score(&self, tuning: &Tuning) -> Outcome<f64> {
        self.score(tuning)?;
        self.score(tuning)
    }
}

impl Photo {
    fn score(&self, tuning: &Tuning) -> Outcome<f64> {
        let tuned = self.pixels.tuned(tuning);
        let mut qualities = self.qualities.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (point, quality) in POINTS.iter().zip(&mut *qualities) {
            sum += point.weight * self.score_at(&tuned, point, quality)?;
            weights += point.weight;
        }
        Ok(sum / weights)
    }

    /// The score of a file about as long as the cap, put right by what the difference is worth.
    fn score_at(&self, tuned: &Tuned<'_>, point: &Point, quality: &mut f64) -> Outcome<f64> {
        let estimate = |quality| tuned.estimate(ours::quality(quality), point.chroma, Effort::Balanced);
        let mut tries = 0;
        loop {
            let file = tuned.encode(ours::quality(*quality), point.chroma, Effort::Balanced);
            let off = (point.cap / file.len() as f64).ln();
            let at_end = if off > 0.0 { *quality >= 100.0 } else { *quality <= 1.0 };
            tries += 1;
            if at_end || off.abs() < NEAR || tries == TRIES {
                let rest = if at_end { 0.0 } else { point.slope * off };
                return Ok(self.canvas.score(&file, Format::Jpeg)? + rest);
            }
            let (low, high) = ((*quality - 0.7).max(1.0), (*quality + 0.7).min(100.0));
            let growth = (estimate(high) / estimate(low)).ln() / (high - low);
            *quality = (*quality + (off / growth.max(0.005)).clamp(-12.0, 12.0)).clamp(1.0, 100.0);
        }
    }
}
