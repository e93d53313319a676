//! `compare`: photos under caps, ours against mozjpeg's own defaults.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pushpix::Adapted;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{Canvas, Kind, Picture, banner, for_each, pictures};
use crate::figures::{Figures, Table};
use crate::mozjpeg::Encodes;
use crate::ours;

/// What a kept result depends on besides the picture's canvas and the cap.
const CACHE_VERSION: &str = "mozjpeg 0.10.13 4:2:0, fast-ssim2 0.9.1";

#[derive(Debug, Clone, Copy)]
struct Theirs {
    quality: u8,
    bytes: u64,
    score: f64,
    /// Whether the cap is below the size at quality 100.
    bound: bool,
}

#[derive(Debug)]
struct Ours {
    out: Adapted,
    score: f64,
    bound: bool,
}

/// One photo under each cap, in the order of the caps.
#[derive(Debug)]
struct Row {
    name: String,
    pairs: Vec<(Theirs, Ours)>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &[Kind::Photo])?;
    let cache = Cache::open(arguments.cache.as_deref())?;
    let rows = for_each(&pictures, arguments.threads, |picture| row(picture, arguments, &cache))?;
    for (index, &cap) in arguments.caps.iter().enumerate() {
        print(index, cap, &rows);
    }
    Ok(())
}

fn row(picture: &Picture, arguments: &Arguments, cache: &Cache) -> Outcome<Row> {
    let canvas = Canvas::of(&picture.read()?, banner()?)?;
    let checksum = crc32fast::hash(&canvas.pixels.rgb);
    let mut encodes = Encodes::of(&canvas.pixels);
    let adapter = ours::unbounded(arguments.effort);
    let largest = ours::adapt(&adapter, &canvas.opaque_png, &ours::spec(banner()?, None))?.bytes.len() as u64;
    let mut pairs = Vec::new();
    for &cap in &arguments.caps {
        let key = format!("{} {checksum:08x} {cap}", picture.name);
        let theirs = match cache.get(&key) {
            Some(kept) => kept,
            None => {
                let measured = measure(&mut encodes, cap, &canvas)?;
                cache.put(key, measured)?;
                measured
            }
        };
        let out = ours::adapt(&adapter, &canvas.opaque_png, &ours::spec(banner()?, Some(cap)))?;
        let score = canvas.score(&out.bytes, out.report.format)?;
        pairs.push((theirs, Ours { out, score, bound: largest > cap }));
    }
    Ok(Row { name: picture.name.clone(), pairs })
}

fn measure(encodes: &mut Encodes<'_>, cap: u64, canvas: &Canvas) -> Outcome<Theirs> {
    let quality = encodes.best_within(cap)?;
    let bound = encodes.at(100)?.len() as u64 > cap;
    let file = encodes.at(quality)?;
    Ok(Theirs { quality, bytes: file.len() as u64, score: canvas.score(file, pushpix::Format::Jpeg)?, bound })
}

fn print(index: usize, cap: u64, rows: &[Row]) {
    println!("\nphotos at 984x369 under {cap} bytes");
    let mut table =
        Table::new(&["photo", "mozjpeg", "bytes", "score", "pushpix", "bytes", "score", "attempts", "difference"]);
    for row in rows {
        let (theirs, ours) = &row.pairs[index];
        table.row([
            row.name.clone(),
            theirs.quality.to_string(),
            theirs.bytes.to_string(),
            format!("{:.2}", theirs.score),
            ours::setting(&ours.out),
            ours.out.bytes.len().to_string(),
            format!("{:.2}", ours.score),
            ours.out.report.attempts.len().to_string(),
            format!("{:+.2}", ours.score - theirs.score),
        ]);
    }
    table.print();

    let figures = |value: &dyn Fn(&Theirs, &Ours) -> Option<f64>| {
        let values = rows.iter().filter_map(|row| {
            let (theirs, ours) = &row.pairs[index];
            value(theirs, ours).map(|value| (value, row.name.as_str()))
        });
        values.collect::<Figures<'_>>()
    };
    let percent = |bytes: u64| 100.0 * bytes as f64 / cap as f64;
    println!("{}", figures(&|theirs, _| Some(theirs.score)).summary("mozjpeg, score"));
    println!("{}", figures(&|_, ours| Some(ours.score)).summary("pushpix, score"));
    println!("{}", figures(&|theirs, ours| Some(ours.score - theirs.score)).summary("difference"));
    let used = figures(&|theirs, _| theirs.bound.then(|| percent(theirs.bytes)));
    println!("{}", used.summary("mozjpeg, % of the cap used where it binds"));
    let used = figures(&|_, ours| ours.bound.then(|| percent(ours.out.bytes.len() as u64)));
    println!("{}", used.summary("pushpix, % of the cap used where it binds"));
    println!("{}", figures(&|_, ours| Some(ours.out.report.attempts.len() as f64)).cost("pushpix, attempts"));
}

/// mozjpeg's results, kept in a file: they take long and do not change.
#[derive(Debug)]
struct Cache<'a> {
    path: Option<&'a Path>,
    entries: Mutex<Map<String, Value>>,
}

impl<'a> Cache<'a> {
    fn open(path: Option<&'a Path>) -> Outcome<Self> {
        let mut entries = Map::new();
        if let Some(path) = path.filter(|path| path.exists()) {
            let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let text = fs::read(path).map_err(|error| wrong(&error))?;
            let kept: Value = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
            if kept["version"] != CACHE_VERSION {
                return Err(wrong(&format_args!("not of {CACHE_VERSION}; remove it")));
            }
            entries = kept["results"].as_object().cloned().ok_or_else(|| wrong(&"it has no results"))?;
        }
        Ok(Self { path, entries: Mutex::new(entries) })
    }

    fn get(&self, key: &str) -> Option<Theirs> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key)?;
        Some(Theirs {
            quality: entry["quality"].as_u64().and_then(|quality| quality.try_into().ok())?,
            bytes: entry["bytes"].as_u64()?,
            score: entry["score"].as_f64()?,
            bound: entry["bound"].as_bool()?,
        })
    }

    /// Writes the file anew each time, so that a run that is stopped has kept what it did.
    fn put(&self, key: String, theirs: Theirs) -> Outcome<()> {
        let Theirs { quality, bytes, score, bound } = theirs;
        let entry = json!({"quality": quality, "bytes": bytes, "score": score, "bound": bound});
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(key, entry);
        let Some(path) = self.path else { return Ok(()) };
        let mut text = json!({"version": CACHE_VERSION, "results": *entries}).to_string();
        text.push('\n');
        let partial = path.with_extension("partial");
        fs::write(&partial, text)
            .and_then(|()| fs::rename(&partial, path))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}
