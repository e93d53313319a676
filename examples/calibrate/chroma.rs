//! `chroma`: fits the quality from which full chroma is worth its bytes.

use pushpix::calibration::{Tuned, Tuning};
use pushpix::{ChromaSubsampling, Effort, Format};

use crate::Outcome;
use crate::arguments::{Arguments, Half};
use crate::corpus::{Canvas, Kind, banner, for_each, pictures};
use crate::figures::{Figures, Table};
use crate::ours;

/// In bytes.
const CAPS: [f64; 7] = [8e3, 14e3, 20e3, 28e3, 40e3, 56e3, 80e3];

/// Where the figures of a rule are looked for; slopes and thresholds among the whole numbers up to these.
const OFFSETS: [f64; 8] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
const STEEPEST: u32 = 80;
const HIGHEST: u32 = 400;

/// How many files are made for one cap at the most, and what share of it is enough.
const TRIES: usize = 6;
const ENOUGH: f64 = 0.996;

/// The best file under a cap.
#[derive(Debug)]
struct Best {
    quality: f64,
    score: f64,
}

/// One picture under one cap that 4:2:0 and 4:4:4 both fit.
#[derive(Debug)]
struct Row {
    name: String,
    kind: Kind,
    half: Half,
    /// What halving chroma would lose.
    fine: f64,
    /// The quality from which the crate takes full chroma.
    present: f64,
    halved: Best,
    full: Best,
}

impl Row {
    /// How far the choice falls short of the better one, if full chroma is taken from this quality.
    fn regret(&self, from: f64) -> f64 {
        let chosen = if self.full.quality >= from { &self.full } else { &self.halved };
        self.halved.score.max(self.full.score) - chosen.score
    }
}

/// Full chroma from the quality `threshold - slope * log2(mean square + offset)`.
#[derive(Debug, Clone, Copy)]
struct Rule {
    threshold: f64,
    slope: f64,
    offset: f64,
}

impl Rule {
    fn quality(self, row: &Row) -> f64 {
        (self.threshold - self.slope * (row.fine + self.offset).log2()).clamp(1.0, 100.0)
    }

    /// What a fit makes small.
    fn regret(self, rows: &[Row]) -> f64 {
        Kind::ALL.map(|kind| mean_regret(rows, kind, Half::Even, |row| self.quality(row))).iter().sum()
    }

    fn best(rules: impl Iterator<Item = Self>, rows: &[Row]) -> Outcome<Self> {
        let regrets = rules.map(|rule| (rule, rule.regret(rows)));
        let best = regrets.min_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map(|(rule, _)| rule).ok_or_else(|| "there is no rule to try".to_owned())
    }
}

/// The mean over one half of the pictures of a kind, at all caps.
fn mean_regret(rows: &[Row], kind: Kind, half: Half, from: impl Fn(&Row) -> f64) -> f64 {
    let chosen = rows.iter().filter(|row| row.kind == kind && row.half == half);
    chosen.map(|row| (row.regret(from(row)), row.name.as_str())).collect::<Figures<'_>>().mean()
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &Kind::ALL)?;
    for kind in Kind::ALL {
        if !pictures.iter().any(|picture| picture.kind == kind && picture.half == Half::Even) {
            return Err(format!("there are no even-numbered {} to fit to", kind.name()));
        }
    }
    let tuning = Tuning::of_the_crate();
    let rows = for_each(&pictures, arguments.threads, |picture| {
        let canvas = Canvas::of(&picture.read()?, banner()?)?;
        let pixels = canvas.for_tuning()?;
        let tuned = pixels.tuned(&tuning);
        let mut rows = Vec::new();
        for cap in CAPS {
            let best = |chroma| best_within(cap, &tuned, chroma, &canvas);
            let found = (best(ChromaSubsampling::Cs420)?, best(ChromaSubsampling::Cs444)?);
            let (Some(halved), Some(full)) = found else { continue };
            rows.push(Row {
                name: picture.name.clone(),
                kind: picture.kind,
                half: picture.half,
                fine: tuned.fine_chroma().into(),
                present: tuned.full_chroma_from().as_f32().into(),
                halved,
                full,
            });
        }
        Ok(rows)
    })?;
    let rows: Vec<Row> = rows.into_iter().flatten().collect();
    print(&rows)?;
    println!("{} times both fit, of {} pictures at {} caps", rows.len(), pictures.len(), CAPS.len());
    Ok(())
}

/// The best file of this chroma subsampling that fits, found by estimates that each file puts right.
fn best_within(cap: f64, tuned: &Tuned<'_>, chroma: ChromaSubsampling, canvas: &Canvas) -> Outcome<Option<Best>> {
    let estimate = |quality| tuned.estimate(ours::quality(quality), chroma, Effort::Balanced);
    let (mut lowest, mut highest, mut factor) = (1.0, 100.0, 0.955);
    let mut best: Option<(f64, Vec<u8>)> = None;
    for _ in 0..TRIES {
        let (mut quality, mut above) = (lowest, highest);
        while above - quality > 0.05 {
            let middle = f64::midpoint(quality, above);
            if estimate(middle) * factor <= (1.0 + ENOUGH) / 2.0 * cap {
                quality = middle;
            } else {
                above = middle;
            }
        }
        let file = tuned.encode(ours::quality(quality), chroma, Effort::Balanced);
        let len = file.len() as f64;
        factor = len / estimate(quality);
        if len > cap {
            highest = quality;
            continue;
        }
        lowest = quality;
        if best.as_ref().is_none_or(|(_, best)| best.len() < file.len()) {
            best = Some((quality, file));
        }
        if len > ENOUGH * cap || quality > 99.9 {
            break;
        }
    }
    let scored = best.map(|(quality, file)| Ok(Best { quality, score: canvas.score(&file, Format::Jpeg)? }));
    scored.transpose()
}

fn print(rows: &[Row]) -> Outcome<()> {
    let whole = |from: u32, to: u32| (from..=to).map(f64::from);
    let single = whole(1, 100).map(|threshold| Rule { threshold, slope: 0.0, offset: 1.0 });
    let single = Rule::best(single, rows)?;
    let sloping = OFFSETS.into_iter().flat_map(|offset| {
        whole(0, STEEPEST)
            .flat_map(move |slope| whole(1, HIGHEST).map(move |threshold| Rule { threshold, slope, offset }))
    });
    let fitted = Rule::best(sloping, rows)?;

    println!("jpeg at 984x369, 4:2:0 or 4:4:4, at caps of 8 to 80 kB: what the choice falls short of the better one");
    let mut heading = vec!["full chroma from quality".to_owned()];
    for kind in Kind::ALL {
        heading.extend(["even", "odd"].map(|half| format!("{}, {half}", kind.name())));
    }
    let mut table = Table::new(&heading.iter().map(String::as_str).collect::<Vec<_>>());
    let Rule { threshold, slope, offset } = fitted;
    let formula = format!("{threshold} - {slope} * log2(mean square + {offset}), fitted");
    let mut add = |what: String, from: &dyn Fn(&Row) -> f64| {
        let mut cells = vec![what];
        for kind in Kind::ALL {
            cells.extend([Half::Even, Half::Odd].map(|half| format!("{:.3}", mean_regret(rows, kind, half, from))));
        }
        table.row(cells);
    };
    add(formula, &|row| fitted.quality(row));
    add(format!("{}, the best one for all", single.threshold), &|row| single.quality(row));
    add("the crate's".to_owned(), &|row| row.present);
    add("always".to_owned(), &|_| f64::NEG_INFINITY);
    add("never".to_owned(), &|_| f64::INFINITY);
    table.print();
    Ok(())
}
