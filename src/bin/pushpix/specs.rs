//! `pushpix specs`: the channels' rules, as a table for people or as JSON for programs.

use std::io::{self, Write};

use pushpix::{Canvas, Spec};

use crate::answer::listed;
use crate::args::SpecsArgs;
use crate::{Done, Failure, table};

pub(crate) fn run(args: &SpecsArgs) -> Result<Done, Failure> {
    let catalog = args.table.catalog()?;
    let mut rows: Vec<&Spec> = Vec::new();
    if args.ids.is_empty() {
        rows.extend(catalog.iter());
    }
    for name in &args.ids {
        let named = |spec: &&Spec| spec.id() == name || spec.channel() == name;
        let before = rows.len();
        rows.extend(catalog.iter().filter(named));
        if rows.len() == before {
            // Fails, and names the nearest.
            catalog.select(name)?;
        }
    }

    let mut out = io::stdout().lock();
    if args.json {
        rows.iter().try_for_each(|spec| writeln!(out, "{}", listed(spec)))?;
    } else if args.ids.is_empty() {
        write_table(&mut out, &rows)?;
    } else {
        rows.iter().try_for_each(|spec| write_details(&mut out, spec))?;
    }
    Ok(Done::All)
}

fn write_table(out: &mut impl Write, rows: &[&Spec]) -> io::Result<()> {
    let head = ["ID", "STATUS", "CANVAS", "MAX BYTES", "FORMATS"].map(str::to_owned);
    let row = |spec: &&Spec| [spec.id().to_owned(), spec.status.to_string(), canvas(spec), cap(spec), formats(spec)];
    let lines: Vec<[String; 5]> = [head].into_iter().chain(rows.iter().map(row)).collect();
    table::write(out, &lines, &[3])
}

fn write_details(out: &mut impl Write, spec: &Spec) -> io::Result<()> {
    writeln!(out, "{}", spec.id())?;
    let mut field = |name: &str, value: Option<String>| match value.filter(|value| !value.is_empty()) {
        Some(value) => writeln!(out, "  {name:<10} {value}"),
        None => Ok(()),
    };
    let since = spec.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
    field("status", Some(format!("{}{since}", spec.status)))?;
    field("canvas", Some(canvas(spec)))?;
    field("max area", spec.max_area.map(|area| format!("{area} px")))?;
    field("max bytes", Some(cap(spec)))?;
    field("formats", Some(formats(spec)))?;
    field("alpha", spec.alpha.map(|alpha| alpha.to_string()))?;
    let sources: Vec<String> = spec.sources.iter().map(ToString::to_string).collect();
    field("accepts", Some(sources.join(" ")))?;
    field("per day", spec.quota_per_day.map(|quota| quota.to_string()))?;
    field("source", spec.source.clone())?;
    field("checked", spec.checked.clone())?;
    field("note", spec.note.clone())
}

fn canvas(spec: &Spec) -> String {
    match spec.canvas {
        Some(Canvas::Any) => "any".to_owned(),
        Some(canvas) => canvas.size().map(|size| format!("{} {size}", canvas.rule())).unwrap_or_default(),
        None => String::new(),
    }
}

/// The cap as its source states it, with the comparison that holds.
fn cap(spec: &Spec) -> String {
    let sign = |inclusive| if inclusive { "<=" } else { "<" };
    spec.cap.map(|cap| format!("{} {}", sign(cap.inclusive), cap.max_bytes)).unwrap_or_default()
}

fn formats(spec: &Spec) -> String {
    let formats: Vec<String> = spec.formats.iter().map(ToString::to_string).collect();
    formats.join(" ")
}
