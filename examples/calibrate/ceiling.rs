//! `ceiling`: what the default options give where the cap does not bind.

use pushpix::Adapter;

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{Canvas, Kind, banner, for_each, pictures};
use crate::figures::{Figures, Table};
use crate::ours;

/// As the largest of the built-in caps for pictures of this size.
const SLACK: u64 = 1 << 20;

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &Kind::ALL)?;
    let results = for_each(&pictures, arguments.threads, |picture| {
        let bytes = picture.read()?;
        let canvas = Canvas::of(&bytes, banner()?)?;
        let adapter = Adapter::new().with_effort(arguments.effort);
        let out = ours::adapt(&adapter, &bytes, &ours::spec(banner()?, Some(SLACK)))?;
        let score = canvas.score(&out.bytes, out.report.format)?;
        Ok((out, score))
    })?;

    println!("the default options at 984x369 under {SLACK} bytes, effort {}", arguments.effort);
    let mut table = Table::new(&["picture", "kind", "setting", "bytes", "score"]);
    for (picture, (out, score)) in pictures.iter().zip(&results) {
        let kind = picture.kind.name().to_owned();
        let bytes = out.bytes.len().to_string();
        table.row([picture.name.clone(), kind, ours::setting(out), bytes, format!("{score:.2}")]);
    }
    table.print();
    for kind in Kind::ALL {
        for format in [pushpix::Format::Jpeg, pushpix::Format::Png] {
            let chosen = || {
                let all = pictures.iter().zip(&results);
                all.filter(move |(picture, (out, _))| picture.kind == kind && out.report.format == format)
            };
            if chosen().next().is_none() {
                continue;
            }
            let label = format!("{} as {format}", kind.name());
            let scores: Figures<'_> = chosen().map(|(picture, (_, score))| (*score, &*picture.name)).collect();
            let bytes: Figures<'_> =
                chosen().map(|(picture, (out, _))| (out.bytes.len() as f64, &*picture.name)).collect();
            println!("{}", scores.summary(&format!("{label}, score")));
            println!("{}", bytes.cost(&format!("{label}, bytes")));
        }
    }
    Ok(())
}
