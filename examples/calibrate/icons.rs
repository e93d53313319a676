//! `icons`: everything at 144x144, PNG or JPEG, against the best that the command `pngquant` can do.
//! Where the cap is slack, ours stops at its ceiling and pngquant at 256 colours: look at the bytes too.

use std::io::Write;
use std::process::{Command, Stdio};

use pushpix::{Adapted, Adapter, Format};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{Canvas, Kind, Picture, decode_png, for_each, icon, is_transparent, pictures};
use crate::figures::{Figures, Table};
use crate::ours;

const COLOURS: [u16; 16] = [256, 224, 192, 160, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 2];
const DITHERS: [&str; 3] = ["0", "0.5", "1"];

/// The best of a peer's files that fits.
#[derive(Debug, Clone)]
struct Theirs {
    setting: String,
    bytes: usize,
    score: f64,
}

#[derive(Debug)]
struct Row {
    cap: u64,
    /// With its score; `None` where nothing fits.
    ours: Option<(Adapted, f64)>,
    theirs: Option<Theirs>,
    /// Whether a transparent picture was given a format without alpha, or lost it.
    alpha_lost: bool,
}

#[derive(Debug)]
struct Rows {
    name: String,
    transparent: bool,
    rows: Vec<Row>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &Kind::ALL)?;
    let version = Command::new("pngquant").arg("--version").output().ok();
    match &version {
        Some(out) => println!("against pngquant {}", String::from_utf8_lossy(&out.stdout).trim()),
        None => println!("pngquant is not installed, so there is no comparison"),
    }
    let results = for_each(&pictures, arguments.threads, |picture| measure(picture, arguments, version.is_some()))?;
    for (index, &cap) in arguments.caps.iter().enumerate() {
        print(index, cap, &results);
    }
    let lost: Vec<&str> = results
        .iter()
        .filter(|result| result.rows.iter().any(|row| row.alpha_lost))
        .map(|result| result.name.as_str())
        .collect();
    if lost.is_empty() {
        println!("\nalpha: kept, and nothing over its cap");
    } else {
        println!("\nalpha: lost for {}; nothing over its cap", lost.join(", "));
    }
    Ok(())
}

fn measure(picture: &Picture, arguments: &Arguments, peer: bool) -> Outcome<Rows> {
    let bytes = picture.read()?;
    let canvas = Canvas::of(&bytes, icon()?)?;
    let theirs = if peer { quantized(&canvas)? } else { Vec::new() };
    let mut rows = Vec::new();
    for &cap in &arguments.caps {
        let adapter = Adapter::new().with_effort(arguments.effort);
        let out = ours::adapt_if_possible(&adapter, &bytes, &ours::spec(icon()?, Some(cap)))?;
        let mut alpha_lost = false;
        let ours = match out {
            None => None,
            Some(out) => {
                let score = canvas.score(&out.bytes, out.report.format)?;
                alpha_lost = canvas.transparent
                    && (out.report.format != Format::Png || !is_transparent(&decode_png(&out.bytes)?));
                Some((out, score))
            }
        };
        let fitting = theirs.iter().filter(|theirs| theirs.bytes as u64 <= cap);
        let best = fitting.max_by(|a, b| a.score.total_cmp(&b.score)).cloned();
        rows.push(Row { cap, ours, theirs: best, alpha_lost });
    }
    Ok(Rows { name: picture.name.clone(), transparent: canvas.transparent, rows })
}

/// What pngquant makes of the lossless canvas, at all its settings.
fn quantized(canvas: &Canvas) -> Outcome<Vec<Theirs>> {
    let mut all = Vec::new();
    for colours in COLOURS {
        for dither in DITHERS {
            let file = pngquant(&canvas.png, colours, dither).map_err(|error| format!("pngquant: {error}"))?;
            let score = canvas.score(&file, Format::Png)?;
            all.push(Theirs { setting: format!("{colours} {dither}"), bytes: file.len(), score });
        }
    }
    Ok(all)
}

fn pngquant(png: &[u8], colours: u16, dither: &str) -> Outcome<Vec<u8>> {
    let mut child = Command::new("pngquant")
        .args([&colours.to_string(), &format!("--floyd={dither}"), "--strip", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // It reads all of its input before it writes, so neither waits for the other. The pipe closes with `stdin`.
    let mut stdin = child.stdin.take().ok_or("no input")?;
    stdin.write_all(png).map_err(|error| error.to_string())?;
    drop(stdin);
    let out = child.wait_with_output().map_err(|error| error.to_string())?;
    if out.status.success() {
        Ok(out.stdout)
    } else {
        Err(format!("{}, {}", out.status, String::from_utf8_lossy(&out.stderr).trim()))
    }
}

fn print(index: usize, cap: u64, results: &[Rows]) {
    for (transparent, what) in [(true, "transparent"), (false, "opaque")] {
        let of_kind = || {
            let chosen = results.iter().filter(move |result| result.transparent == transparent);
            chosen.map(|result| (result.name.as_str(), &result.rows[index]))
        };
        if of_kind().next().is_none() {
            continue;
        }
        println!("\n{what} pictures at 144x144 under {cap} bytes; pngquant: colours, dithering");
        let mut table =
            Table::new(&["picture", "pushpix", "bytes", "score", "pngquant", "bytes", "score", "difference"]);
        for (name, row) in of_kind() {
            debug_assert_eq!(row.cap, cap);
            let mut cells = vec![name.to_owned()];
            match &row.ours {
                Some((out, score)) => {
                    cells.extend([ours::setting(out), out.bytes.len().to_string(), format!("{score:.2}")]);
                }
                None => cells.extend(["none fits", "", ""].map(str::to_owned)),
            }
            match &row.theirs {
                Some(theirs) => {
                    cells.extend([theirs.setting.clone(), theirs.bytes.to_string(), format!("{:.2}", theirs.score)]);
                }
                None => cells.extend(["none", "", ""].map(str::to_owned)),
            }
            cells.extend(difference(row).map(|difference| format!("{difference:+.2}")));
            table.row(cells);
        }
        table.print();
        let label = |text: &str| format!("{what}, {cap} bytes, {text}");
        let ours = |value: fn(&(Adapted, f64)) -> f64| {
            of_kind().filter_map(|(name, row)| Some((value(row.ours.as_ref()?), name))).collect::<Figures<'_>>()
        };
        let theirs = |value: fn(&Theirs) -> f64| {
            of_kind().filter_map(|(name, row)| Some((value(row.theirs.as_ref()?), name))).collect::<Figures<'_>>()
        };
        println!("{}", ours(|(_, score)| *score).summary(&label("pushpix, score")));
        println!("{}", theirs(|theirs| theirs.score).summary(&label("pngquant, score")));
        let differences: Figures<'_> = of_kind().filter_map(|(name, row)| Some((difference(row)?, name))).collect();
        println!("{}", differences.summary(&label("difference")));
        println!("{}", ours(|(out, _)| out.bytes.len() as f64).cost(&label("pushpix, bytes")));
        println!("{}", theirs(|theirs| theirs.bytes as f64).cost(&label("pngquant, bytes")));
    }
}

fn difference(row: &Row) -> Option<f64> {
    Some(row.ours.as_ref()?.1 - row.theirs.as_ref()?.score)
}
