//! `pushpix verify`: files against channels' rules, unchanged.

use std::io::{self, Write};
use std::path::Path;

use pushpix::{Error, Spec, Verdict, Violation};

use crate::answer::{Answer, verified};
use crate::args::VerifyArgs;
use crate::options::check_standard_once;
use crate::{Done, Failure, files, message, table};

pub(crate) fn run(args: &VerifyArgs) -> Result<Done, Failure> {
    check_standard_once(&args.inputs)?;
    let specs = args.specs.selected()?;
    let adapter = args.cost.adapter().with_lenient(args.lenient);
    let mut out = io::stdout().lock();
    let mut done = Done::All;
    let mut lines = vec![["FILE", "SPEC", "VERDICT", ""].map(str::to_owned)];
    for input in &args.inputs {
        let bytes = files::read(input, adapter.limits());
        for spec in &specs {
            let verdict = match &bytes {
                Ok(bytes) => Ok(adapter.verify(bytes, spec).with_name(input)),
                Err(error) => Err(error.clone()),
            };
            if !verdict.as_ref().is_ok_and(Verdict::complies) {
                done = Done::InPart;
            }
            if args.json {
                match &verdict {
                    Ok(verdict) => writeln!(out, "{}", verified(input, verdict))?,
                    Err(error) => writeln!(out, "{}", Answer::failed(Some(input), Some(spec.id()), error).line()?)?,
                }
            } else {
                lines.extend(rows(input, spec, &verdict));
            }
        }
    }
    if !args.json {
        table::write(&mut out, &lines, &[])?;
    }
    Ok(done)
}

/// The lines of the table for one file and one spec: one for each violation and each warning, or one that says that
/// there are none.
fn rows(input: &Path, spec: &Spec, verdict: &Result<Verdict, Error>) -> Vec<[String; 4]> {
    // A name must not break the table.
    let name = input.display().to_string().replace(char::is_control, "?");
    let row = |what: &str, why: String| [name.clone(), spec.id().to_owned(), what.to_owned(), why];
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(error) => return vec![row("unread", message(error))],
    };
    let mut rows: Vec<_> = verdict.violations.iter().map(|violation| row(violation.code(), said(violation))).collect();
    if rows.is_empty() {
        rows.push(row("complies", verdict.source.as_ref().map(ToString::to_string).unwrap_or_default()));
    }
    rows.extend(verdict.warnings.iter().map(|warning| row("note", warning.to_string())));
    rows
}

/// A violation in words; of an unreadable file, with what lies beneath.
fn said(violation: &Violation) -> String {
    match violation {
        Violation::Unreadable(error) => message(error),
        other => other.to_string(),
    }
}
