//! `quality`: score and size at each quality, without a cap.

use pushpix::Quality;

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{Canvas, Kind, banner, for_each, pictures};
use crate::figures::{Figures, Table};
use crate::ours;

const QUALITIES: [u8; 15] = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 92, 95, 98, 100];

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &Kind::ALL)?;
    // For each picture, for each quality: score and length.
    let results = for_each(&pictures, arguments.threads, |picture| {
        let canvas = Canvas::of(&picture.read()?, banner()?)?;
        let spec = ours::spec(banner()?, None);
        let at = |quality| {
            let adapter = ours::pinned(arguments.effort, Quality::whole(quality), None);
            let out = ours::adapt(&adapter, &canvas.opaque_png, &spec)?;
            Ok::<_, String>((canvas.score(&out.bytes, out.report.format)?, out.bytes.len() as f64))
        };
        QUALITIES.iter().map(|&quality| at(quality)).collect::<Outcome<Vec<_>>>()
    })?;

    for kind in Kind::ALL {
        let of_kind = || pictures.iter().zip(&results).filter(move |(picture, _)| picture.kind == kind);
        if of_kind().next().is_none() {
            continue;
        }
        println!("\n{}: jpeg at 984x369 without a cap, effort {}", kind.name(), arguments.effort);
        let heading =
            ["quality", "mean", "p5", "p25", "median", "p75", "p95", "worst", "of", "median bytes", "mean bytes"];
        let mut table = Table::new(&heading);
        for (index, quality) in QUALITIES.iter().enumerate() {
            let scores: Figures<'_> = of_kind().map(|(picture, at)| (at[index].0, &*picture.name)).collect();
            let bytes: Figures<'_> = of_kind().map(|(picture, at)| (at[index].1, &*picture.name)).collect();
            let (worst, name) = scores.lowest();
            let mut cells = vec![quality.to_string(), format!("{:.2}", scores.mean())];
            cells.extend([5, 25, 50, 75, 95].map(|percent| format!("{:.2}", scores.percentile(percent))));
            cells.extend([format!("{worst:.2}"), name.to_owned()]);
            cells.extend([format!("{:.0}", bytes.median()), format!("{:.0}", bytes.mean())]);
            table.row(cells);
        }
        table.print();
        println!("{}: {} pictures", kind.name(), of_kind().count());
    }
    Ok(())
}
