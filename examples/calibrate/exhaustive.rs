//! `exhaustive`: the answer of the search against a scan over all settings.

use std::collections::BTreeMap;

use pushpix::{Adapted, ChromaSubsampling, Quality, Spec};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{Canvas, Kind, Picture, banner, for_each, pictures};
use crate::figures::{Figures, Table};
use crate::ours;

/// How far from the answer every step is tried; beyond, whole qualities.
const NEAR: f32 = 3.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Equal,
    /// A higher quality fits, and the file that was taken is less than 1 % of the cap below the cap.
    NearlySpent,
    Worse,
    /// The setting that the report names gives another length when it is asked for.
    Contradiction,
    /// The scan could not have the answer or a setting above it, and found nothing better among the others.
    Unproved,
}

impl Verdict {
    const ALL: [Self; 5] = [Self::Equal, Self::NearlySpent, Self::Worse, Self::Contradiction, Self::Unproved];

    const fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::NearlySpent => "less than 1 % unspent",
            Self::Worse => "worse",
            Self::Contradiction => "contradiction",
            Self::Unproved => "unproved",
        }
    }
}

#[derive(Debug)]
struct Row {
    name: String,
    cap: u64,
    /// `None` where the search found that nothing fits.
    out: Option<Adapted>,
    /// The highest setting of the scan that fits, and its length.
    best: Option<(Quality, u64)>,
    /// How many settings were scanned, and how many of those from the answer up came with another chroma subsampling
    /// than was asked: of them nothing is known.
    scanned: usize,
    astray: usize,
    verdict: Verdict,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let pictures = pictures(arguments, &Kind::ALL)?;
    let rows: Vec<Row> = for_each(&pictures, arguments.threads, |picture| scan_picture(picture, arguments))?
        .into_iter()
        .flatten()
        .collect();
    println!("jpeg at 984x369; the search against a scan of the same chroma subsampling");
    println!("astray: settings from the answer up that the scan could not have with this chroma subsampling");
    let mut table =
        Table::new(&["picture", "cap", "search", "bytes", "attempts", "scan", "bytes", "scanned", "astray", "verdict"]);
    for row in &rows {
        let none = || "none fits".to_owned();
        table.row([
            row.name.clone(),
            row.cap.to_string(),
            row.out.as_ref().map_or_else(none, ours::setting),
            row.out.as_ref().map_or(0, |out| out.bytes.len()).to_string(),
            row.out.as_ref().map_or(0, |out| out.report.attempts.len()).to_string(),
            row.best.map_or_else(none, |(quality, _)| quality.to_string()),
            row.best.map_or(0, |(_, bytes)| bytes).to_string(),
            row.scanned.to_string(),
            row.astray.to_string(),
            row.verdict.name().to_owned(),
        ]);
    }
    table.print();
    for &cap in &arguments.caps {
        let of_cap = || rows.iter().filter(move |row| row.cap == cap);
        let counts = Verdict::ALL
            .map(|verdict| format!("{} {}", of_cap().filter(|row| row.verdict == verdict).count(), verdict.name()));
        println!("{cap} bytes: {}", counts.join(", "));
        let attempts: Figures<'_> = of_cap()
            .filter_map(|row| Some((row.out.as_ref()?.report.attempts.len() as f64, row.name.as_str())))
            .collect();
        println!("{}", attempts.cost(&format!("{cap} bytes, attempts")));
        let unspent: Figures<'_> = of_cap()
            .filter(|row| row.verdict != Verdict::Unproved)
            .filter_map(|row| {
                let (out, (_, best)) = (row.out.as_ref()?, row.best?);
                Some((best as f64 - out.bytes.len() as f64, row.name.as_str()))
            })
            .collect();
        println!("{}", unspent.cost(&format!("{cap} bytes, bytes of the scan's answer above the search's")));
    }
    Ok(())
}

fn scan_picture(picture: &Picture, arguments: &Arguments) -> Outcome<Vec<Row>> {
    let canvas = Canvas::of(&picture.read()?, banner()?)?;
    let mut scan = Scan { canvas: &canvas, spec: ours::spec(banner()?, None), arguments, lengths: BTreeMap::new() };
    let mut rows = Vec::new();
    for &cap in &arguments.caps {
        let adapter = ours::unbounded(arguments.effort);
        let out = ours::adapt_if_possible(&adapter, &canvas.opaque_png, &ours::spec(banner()?, Some(cap)))?;
        // Where nothing fits, the smallest setting of each chroma subsampling is the whole question.
        let answer = out.as_ref().and_then(|out| Some((out.report.quality?, out.report.chroma?)));
        let (around, chroma) = answer.unwrap_or((Quality::MIN, ChromaSubsampling::Cs420));
        let (mut best, mut scanned, mut astray, mut at_answer) = (None, 0, 0, None);
        for quality in qualities(arguments.steps, around) {
            scanned += 1;
            match scan.length(quality, chroma)? {
                None => astray += usize::from(quality >= around),
                Some(bytes) => {
                    at_answer = if quality == around { Some(bytes) } else { at_answer };
                    // In rising order, so the last one that fits is the highest.
                    best = if bytes <= cap { Some((quality, bytes)) } else { best };
                }
            }
        }
        let verdict = judge(out.as_ref(), best, at_answer, astray, cap);
        rows.push(Row { name: picture.name.clone(), cap, out, best, scanned, astray, verdict });
    }
    Ok(rows)
}

fn judge(
    out: Option<&Adapted>,
    best: Option<(Quality, u64)>,
    at_answer: Option<u64>,
    astray: usize,
    cap: u64,
) -> Verdict {
    let as_far_as_known = if astray > 0 { Verdict::Unproved } else { Verdict::Equal };
    let Some(out) = out else { return if best.is_none() { as_far_as_known } else { Verdict::Worse } };
    let bytes = out.bytes.len() as u64;
    if at_answer.is_some_and(|again| again != bytes) {
        return Verdict::Contradiction;
    }
    match best {
        Some((quality, _)) if Some(quality) > out.report.quality => {
            if (cap - bytes) * 100 < cap {
                Verdict::NearlySpent
            } else {
                Verdict::Worse
            }
        }
        _ => as_far_as_known,
    }
}

/// Every whole quality, and every step near this one, in rising order.
fn qualities(steps: u16, around: Quality) -> impl Iterator<Item = Quality> {
    let fine = (100..=10_000_u16).step_by(usize::from(100 / steps));
    fine.filter_map(move |hundredths| {
        let quality = Quality::new(f32::from(hundredths) / 100.0)?;
        let near = (quality.as_f32() - around.as_f32()).abs() <= NEAR;
        (hundredths.is_multiple_of(100) || near).then_some(quality)
    })
}

/// The lengths of one picture's files by setting; each is encoded once for all caps.
struct Scan<'a> {
    canvas: &'a Canvas,
    spec: Spec,
    arguments: &'a Arguments,
    lengths: BTreeMap<(Quality, String), Option<u64>>,
}

impl Scan<'_> {
    /// `None` if the setting cannot be had.
    fn length(&mut self, quality: Quality, chroma: ChromaSubsampling) -> Outcome<Option<u64>> {
        let key = (quality, chroma.to_string());
        if let Some(&length) = self.lengths.get(&key) {
            return Ok(length);
        }
        let adapter = ours::pinned(self.arguments.effort, quality, Some(chroma));
        let out = ours::adapt(&adapter, &self.canvas.opaque_png, &self.spec)?;
        if out.report.quality != Some(quality) {
            return Err(format!("asked for quality {quality} and got {}: is --steps right?", ours::setting(&out)));
        }
        let length = (out.report.chroma == Some(chroma)).then_some(out.bytes.len() as u64);
        self.lengths.insert(key, length);
        Ok(length)
    }
}
