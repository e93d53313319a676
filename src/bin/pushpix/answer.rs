//! What programs read: one JSON object for each outcome. The field names are a contract.

use std::io;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushpix::{Error, Placement, Plan, Probe, Quality, Report, Spec, SpecError, Verdict, Violation, Warning};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::message::{message, one_line};

/// The outcome of one picture for one spec.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// The request's own name for itself, or null; only `stream` has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Option<Box<RawValue>>>,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Adapted(AdaptedFields),
    Planned(PlannedFields),
    Failed { error: Failed },
}

#[derive(Debug, Serialize)]
struct AdaptedFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    format: String,
    reason: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
    max_bytes: Option<u64>,
    quality: Option<f32>,
    chroma: Option<String>,
    colours: Option<u16>,
    attempts: usize,
    passthrough: bool,
    placement: Place,
    scale: String,
    warnings: Vec<&'static str>,
    /// The file in base64, where it was not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

/// Where a picture went.
pub(crate) enum Output<'a> {
    File(&'a Path),
    Answer(&'a [u8]),
}

#[derive(Debug, Serialize)]
struct PlannedFields {
    dry_run: bool,
    formats: Vec<String>,
    width: u32,
    height: u32,
    max_bytes: Option<u64>,
    min_quality: f32,
    max_quality: f32,
    placement: Place,
    scale: String,
    warnings: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Place {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

#[derive(Debug, Serialize)]
struct Failed {
    kind: &'static str,
    message: String,
    #[serde(flatten)]
    figures: Map<String, Value>,
}

impl Answer {
    /// A picture was made.
    pub(crate) fn adapted(input: Option<&Path>, output: Output<'_>, report: &Report) -> Self {
        let (output, data) = match output {
            Output::File(path) => (Some(path.display().to_string()), None),
            Output::Answer(bytes) => (None, Some(BASE64_STANDARD.encode(bytes))),
        };
        let fields = AdaptedFields {
            output,
            data,
            format: report.format.to_string(),
            reason: report.reason.code(),
            width: report.placement.canvas().width(),
            height: report.placement.canvas().height(),
            bytes: report.bytes.as_u64(),
            max_bytes: report.max_bytes.map(|max_bytes| max_bytes.as_u64()),
            quality: report.quality.map(|quality| quality.as_f32()),
            chroma: report.chroma.map(|chroma| chroma.to_string()),
            colours: report.colours,
            attempts: report.attempts.len(),
            passthrough: report.passthrough,
            placement: place(&report.placement),
            scale: report.scale.to_string(),
            warnings: codes(&report.warnings),
        };
        Self::good(input, &report.spec, Outcome::Adapted(fields))
    }

    /// A picture would be written.
    pub(crate) fn planned(input: &Path, plan: &Plan) -> Self {
        let fields = PlannedFields {
            dry_run: true,
            formats: plan.formats.iter().map(ToString::to_string).collect(),
            width: plan.placement.canvas().width(),
            height: plan.placement.canvas().height(),
            max_bytes: plan.max_bytes.map(|max_bytes| max_bytes.as_u64()),
            min_quality: plan.min_quality.as_f32(),
            max_quality: plan.max_quality.as_f32(),
            placement: place(&plan.placement),
            scale: plan.scale.to_string(),
            warnings: codes(&plan.warnings),
        };
        Self::good(Some(input), &plan.spec, Outcome::Planned(fields))
    }

    fn good(input: Option<&Path>, spec: &str, outcome: Outcome) -> Self {
        let input = input.map(|path| path.display().to_string());
        Self { id: None, ok: true, input, spec: Some(spec.to_owned()), outcome }
    }

    /// A picture could not be written.
    pub(crate) fn failed(input: Option<&Path>, spec: Option<&str>, error: &Error) -> Self {
        Self {
            id: None,
            ok: false,
            input: input.map(|path| path.display().to_string()),
            spec: spec.map(str::to_owned),
            outcome: Outcome::Failed {
                error: Failed { kind: error.kind(), message: message(error), figures: figures(error) },
            },
        }
    }

    /// A line of `stream` is no request.
    pub(crate) fn not_a_request(line: u64, why: &str) -> Self {
        Self {
            id: None,
            ok: false,
            input: None,
            spec: None,
            outcome: Outcome::Failed {
                error: Failed {
                    kind: "request",
                    message: one_line(&format!("line {line}: {why}")),
                    figures: object([("line", line.into())]),
                },
            },
        }
    }

    /// The answer as one line of JSON.
    pub(crate) fn line(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// This answer with the request's own name.
    pub(crate) fn with_id(mut self, id: Option<Box<RawValue>>) -> Self {
        self.id = Some(id);
        self
    }
}

/// The figures of an error's variant, under the names of its fields.
fn figures(error: &Error) -> Map<String, Value> {
    match error {
        Error::Unsupported { what, .. } => object([("what", (*what).into())]),
        Error::Decode { format, what, .. } => object([("format", format.to_string().into()), ("what", (*what).into())]),
        Error::Limit { what, value, limit, .. } => {
            object([("what", what.code().into()), ("value", (*value).into()), ("limit", (*limit).into())])
        }
        Error::OverBudget { max_bytes, smallest, attempts, .. } => object([
            ("max_bytes", max_bytes.as_u64().into()),
            ("smallest", smallest.as_u64().into()),
            ("attempts", (*attempts).into()),
        ]),
        Error::Deadline { allowed, .. } => {
            object([("allowed_ms", u64::try_from(allowed.as_millis()).unwrap_or(u64::MAX).into())])
        }
        Error::Encode { what, .. } => object([("what", (*what).into())]),
        Error::Io { path, .. } => object([("path", path.display().to_string().into())]),
        Error::Spec(error) => spec_figures(error),
        _ => Map::new(),
    }
}

/// The figures of a wrong spec, behind its problem's name.
fn spec_figures(error: &SpecError) -> Map<String, Value> {
    let mut fields = object([("problem", error.code().into())]);
    fields.extend(match error {
        SpecError::UnknownId { id, nearest, .. } => {
            object([("id", id.as_str().into()), ("nearest", nearest.as_deref().into())])
        }
        SpecError::MalformedId { id, .. } => object([("id", id.as_str().into())]),
        SpecError::NotAdaptable { id, why, .. } => object([("id", id.as_str().into()), ("why", (*why).into())]),
        SpecError::Contradiction { id, what, .. } => object([("id", id.as_str().into()), ("what", (*what).into())]),
        SpecError::Table { line, what, .. } => object([("line", (*line).into()), ("what", what.as_str().into())]),
        SpecError::EmptyQualityRange { min, max, .. } => {
            object([("min", tenths(*min).into()), ("max", tenths(*max).into())])
        }
        SpecError::Unit(error) => object([("input", error.input.as_str().into()), ("expected", error.expected.into())]),
        _ => Map::new(),
    });
    fields
}

/// A quality as a number that is written with one digit behind its point.
fn tenths(quality: Quality) -> f64 {
    (f64::from(quality.as_f32()) * 10.0).round() / 10.0
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn place(placement: &Placement) -> Place {
    Place { x: placement.x(), y: placement.y(), width: placement.scaled().width(), height: placement.scaled().height() }
}

fn codes(warnings: &[Warning]) -> Vec<&'static str> {
    warnings.iter().map(Warning::code).collect()
}

/// What `pushpix probe --json` says of a picture.
pub(crate) fn probed(input: &Path, probe: &Probe) -> Value {
    let (size, stored) = (probe.size(), probe.stored);
    serde_json::json!({
        "ok": true,
        "input": input.display().to_string(),
        "format": probe.format.to_string(),
        "width": size.width(),
        "height": size.height(),
        "stored_width": stored.width(),
        "stored_height": stored.height(),
        "orientation": probe.orientation.exif(),
        "colour": probe.colour.to_string(),
        "bit_depth": probe.bit_depth,
        "has_alpha": probe.has_alpha,
        "progressive": probe.progressive,
        "animated": probe.animated,
        "frames": probe.frames,
        "has_icc": probe.has_icc,
        "has_metadata": probe.has_metadata,
        "quality": probe.quality.map(tenths),
    })
}

/// What `pushpix verify --json` says of a file and a spec.
pub(crate) fn verified(input: &Path, verdict: &Verdict) -> Value {
    let source = verdict.source.as_ref();
    serde_json::json!({
        "ok": verdict.complies(),
        "input": input.display().to_string(),
        "spec": verdict.spec,
        "format": source.map(|source| source.format.to_string()),
        "width": source.map(|source| source.size().width()),
        "height": source.map(|source| source.size().height()),
        "bytes": verdict.bytes.as_u64(),
        "violations": verdict.violations.iter().map(violation).collect::<Vec<_>>(),
        "warnings": codes(&verdict.warnings),
    })
}

/// A violation with what was found and what is allowed.
fn violation(violation: &Violation) -> Value {
    let mut fields = object([("kind", violation.code().into())]);
    fields.extend(match violation {
        Violation::Unreadable(error) => object([
            ("message", message(error).into()),
            ("error", object([("kind", error.kind().into())]).into_iter().chain(figures(error)).collect()),
        ]),
        other => object([("message", other.to_string().into())]),
    });
    fields.extend(match violation {
        Violation::Format { found, allowed, .. } => {
            let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            object([("found", found.to_string().into()), ("allowed", allowed.into())])
        }
        Violation::Name { found, extension, .. } => {
            object([("found", found.to_string().into()), ("extension", extension.as_str().into())])
        }
        Violation::Size { found, canvas, .. } => {
            let allowed = canvas.size().map(|size| size.to_string());
            let rule = canvas.rule();
            object([("found", found.to_string().into()), ("allowed", allowed.into()), ("rule", rule.into())])
        }
        Violation::Area { found, max_area, .. } => {
            object([("found", (*found).into()), ("allowed", (*max_area).into())])
        }
        Violation::Bytes { found, max_bytes, .. } => {
            object([("found", found.as_u64().into()), ("allowed", max_bytes.as_u64().into())])
        }
        Violation::Orientation { found, .. } => object([("found", found.exif().into()), ("allowed", 1.into())]),
        Violation::Cmyk { found, .. } => object([("found", found.to_string().into())]),
        Violation::NotSrgb { found, .. } => object([("found", (*found).into())]),
        _ => Map::new(),
    });
    Value::Object(fields)
}

/// What `pushpix specs --json` says of a row. A figure that is not known is left out.
pub(crate) fn listed(spec: &Spec) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    let texts = |texts: Vec<String>| (!texts.is_empty()).then(|| Value::from(texts));
    put("id", Some(spec.id().into()));
    put("channel", Some(spec.channel().into()));
    put("image_type", Some(spec.image_type().into()));
    put("profile", spec.profile().map(Value::from));
    put("status", Some(spec.status.to_string().into()));
    put("since", spec.since.clone().map(Value::from));
    put("rule", spec.canvas.map(|canvas| canvas.rule().into()));
    put("width", spec.canvas.and_then(|canvas| canvas.size()).map(|size| size.width().into()));
    put("height", spec.canvas.and_then(|canvas| canvas.size()).map(|size| size.height().into()));
    put("max_area", spec.max_area.map(Value::from));
    put("max_bytes", spec.cap.map(|cap| cap.max_bytes.as_u64().into()));
    put("inclusive", spec.cap.map(|cap| cap.inclusive.into()));
    put("formats", texts(spec.formats.iter().map(ToString::to_string).collect()));
    put("alpha", spec.alpha.map(|alpha| alpha.to_string().into()));
    put("sources", texts(spec.sources.iter().map(ToString::to_string).collect()));
    put("quota_per_day", spec.quota_per_day.map(Value::from));
    put("source", spec.source.clone().map(Value::from));
    put("checked", spec.checked.clone().map(Value::from));
    put("note", spec.note.clone().map(Value::from));
    Value::Object(fields)
}
