//! `effort`: what each effort costs and gains.

use std::num::NonZeroUsize;

use pushpix::{Adapted, Adapter, Effort};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::clock;
use crate::corpus::{Canvas, Kind, Picture, banner, for_each, pictures};
use crate::figures::{Figures, Table};
use crate::ours;

const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Balanced, Effort::Best];
const ROUNDS: usize = 3;

/// One photo under one cap with one effort.
#[derive(Debug)]
struct Row {
    name: String,
    cap: u64,
    effort: Effort,
    out: Adapted,
    score: f64,
    /// Seconds of a whole adaptation: with the search, and with its answer given beforehand.
    searched: f64,
    pinned: f64,
    /// Whether the pinned one was the same file: only then the ratio is that of the search.
    same: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &[Kind::Photo])?;
    // Timing wants one thread.
    let rows: Vec<Row> =
        for_each(&pictures, NonZeroUsize::MIN, |picture| measure(picture, arguments))?.into_iter().flatten().collect();
    let heading =
        ["cap, effort", "ms median", "ratio median", "max", "of", "score", "bytes", "attempts", "max", "not the same"];
    let mut table = Table::new(&heading);
    for &cap in &arguments.caps {
        for effort in EFFORTS {
            let chosen = || rows.iter().filter(move |row| row.cap == cap && row.effort == effort);
            let figures =
                |value: fn(&Row) -> f64| chosen().map(|row| (value(row), row.name.as_str())).collect::<Figures<'_>>();
            let ratios: Figures<'_> =
                chosen().filter(|row| row.same).map(|row| (row.searched / row.pinned, row.name.as_str())).collect();
            let attempts = figures(|row| row.out.report.attempts.len() as f64);
            let (largest, worst) = ratios.highest();
            table.row([
                format!("{cap} {effort}"),
                format!("{:.1}", 1000.0 * figures(|row| row.searched).median()),
                format!("{:.2}", ratios.median()),
                format!("{largest:.2}"),
                worst.to_owned(),
                format!("{:.2}", figures(|row| row.score).mean()),
                format!("{:.0}", figures(|row| row.out.bytes.len() as f64).mean()),
                format!("{:.2}", attempts.mean()),
                format!("{:.0}", attempts.highest().0),
                chosen().filter(|row| !row.same).count().to_string(),
            ]);
        }
    }
    println!("photos at 984x369; ratio: time with the search to time with its answer given, where both give one file");
    table.print();
    println!("{} photos, {ROUNDS} rounds, the best of each", pictures.len());
    print_estimates(&rows);
    Ok(())
}

fn measure(picture: &Picture, arguments: &Arguments) -> Outcome<Vec<Row>> {
    let bytes = picture.read()?;
    let canvas = Canvas::of(&bytes, banner()?)?;
    let mut rows = Vec::new();
    for &cap in &arguments.caps {
        let spec = ours::spec(banner()?, Some(cap));
        let timed = |adapter: &Adapter| {
            let start = clock::seconds();
            let out = ours::adapt_if_possible(adapter, &bytes, &spec)?;
            Ok::<_, String>((out, clock::seconds() - start))
        };
        let first = rows.len();
        for round in 0..ROUNDS {
            for (index, effort) in EFFORTS.into_iter().enumerate() {
                let (out, searched) = timed(&ours::unbounded(effort))?;
                let out = out.ok_or_else(|| format!("nothing fits {cap} bytes"))?;
                let quality = out.report.quality.ok_or("no jpeg")?;
                let (again, pinned) = timed(&ours::pinned(effort, quality, out.report.chroma))?;
                if round == 0 {
                    let score = canvas.score(&out.bytes, out.report.format)?;
                    let same = again.is_some_and(|again| again.bytes == out.bytes);
                    rows.push(Row { name: picture.name.clone(), cap, effort, out, score, searched, pinned, same });
                } else {
                    let row: &mut Row = &mut rows[first + index];
                    row.searched = row.searched.min(searched);
                    row.pinned = row.pinned.min(pinned);
                }
            }
        }
    }
    Ok(rows)
}

/// How far the lengths were off that were predicted: for the first encode of each search, and for the later ones, which
/// know how far the first was off.
fn print_estimates(rows: &[Row]) {
    for (what, later) in [("first encodes: predicted length off by %", false), ("later encodes", true)] {
        let errors: Figures<'_> = rows
            .iter()
            .flat_map(|row| {
                let attempts = row.out.report.attempts.iter().enumerate();
                attempts.map(|(number, attempt)| (row.name.as_str(), number, attempt))
            })
            .filter(|&(_, number, _)| later == (number > 0))
            .filter_map(|(name, _, attempt)| {
                let ratio = attempt.predicted?.as_u64() as f64 / attempt.bytes.as_u64() as f64;
                Some((100.0 * (ratio - 1.0).abs(), name))
            })
            .collect();
        if errors.len() > 0 {
            println!("{}", errors.cost(what));
        }
    }
}
