//! What `pushpix stream` does with one line: the request that it is, the adaptation, the answer.

use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushpix::{Adapted, Adapter, AlphaRule, ByteSize, Catalog, Error, Input, Limits, Quality, Size, Spec, Work};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answer::{Answer, Output};
use crate::files;

/// The longest request, in bytes: the longest input in base64, and what else it may say. A longer line is answered with
/// an error, not read into memory.
pub(crate) fn longest_line(limits: &Limits) -> u64 {
    (limits.max_input.as_u64() / 3 + 1).saturating_mul(4).saturating_add(1 << 20)
}

/// The lines of a reader with their numbers, from 1.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
    longest: u64,
}

/// A line without its end, or why there is none to be had.
pub(crate) type Line = Result<Vec<u8>, &'static str>;

/// The longest path or spec in a request, in bytes. What is longer is a mistake, and must not be repeated in an answer.
const LONGEST_NAME: usize = 4096;

const TOO_LONG: &str = "longer than the longest input in base64";

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, longest: u64) -> Self {
        Self { reader, number: 0, longest }
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Line)>> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(self.longest.saturating_add(1)).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if read as u64 > self.longest {
            self.reader.skip_until(b'\n')?;
            return Ok(Some((self.number, Err(TOO_LONG))));
        }
        Ok(Some((self.number, Ok(line))))
    }
}

/// Of what is no request, its own name for itself.
#[derive(Debug, Deserialize)]
struct Named {
    id: Option<Box<RawValue>>,
}

/// A request, as it is written; its name for itself is given back so. What is not needed is never built in memory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    id: Option<Box<RawValue>>,
    input: Option<PathBuf>,
    data: Option<String>,
    spec: Box<RawValue>,
    output: Option<PathBuf>,
    effort: Option<String>,
    max_quality: Option<f32>,
    min_quality: Option<f32>,
    chroma: Option<String>,
    jpeg_encoder: Option<String>,
    background: Option<String>,
    #[serde(default)]
    lenient: bool,
    #[serde(default)]
    keep_metadata: bool,
}

/// A spec of the request's own, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnSpec {
    width: u32,
    height: u32,
    max_bytes: Option<u64>,
    formats: Option<Vec<String>>,
    alpha: Option<String>,
}

/// What all requests share.
pub(crate) struct Worker {
    pub(crate) catalog: Catalog,
    pub(crate) adapter: Adapter,
}

/// A request on its way.
pub(crate) struct Task<'a> {
    worker: &'a Worker,
    number: u64,
    line: Option<Line>,
    id: Option<Box<RawValue>>,
    asked: Asked,
    /// Why it cannot be carried out.
    refused: Option<Answer>,
}

/// What the answer to a request is made of.
#[derive(Default)]
struct Asked {
    input: Option<PathBuf>,
    spec: Option<String>,
    output: Option<PathBuf>,
}

impl Work for Task<'_> {
    type Done = Answer;

    fn load(&mut self, limits: &Limits) -> Result<pushpix::Request, Error> {
        let understood = self.parse().and_then(|request| {
            let picture = request.picture()?;
            let spec = self.worker.spec(&request.spec)?;
            Ok((picture, spec, self.worker.adapter(&request)?, request))
        });
        match understood {
            Err(why) => {
                self.refused = Some(Answer::not_a_request(self.number, &why));
                Ok(pushpix::Request { bytes: Vec::new(), specs: [].into(), adapter: None })
            }
            Ok((picture, spec, adapter, request)) => {
                let named = spec.as_ref().map(|spec| spec.id().to_owned());
                let named = named.ok().or_else(|| serde_json::from_str(request.spec.get()).ok());
                self.asked = Asked { input: request.input, spec: named, output: request.output };
                let specs = [spec?].into();
                Ok(pushpix::Request { bytes: picture.into_bytes(limits)?, specs, adapter: Some(adapter) })
            }
        }
    }

    fn held(&self) -> u64 {
        self.line.as_ref().and_then(|line| line.as_ref().ok()).map_or(0, |line| line.len() as u64)
    }

    fn finish(self, results: Result<Vec<Result<Adapted, Error>>, Error>) -> Answer {
        let Asked { input, spec, output } = self.asked;
        let answer = match (self.refused, results.map(|mut results| results.pop())) {
            (Some(refused), _) => Ok(refused),
            (None, Err(error)) => Err(error),
            // A request has one spec.
            (None, Ok(None)) => Ok(Answer::not_a_request(self.number, "it has no result")),
            (None, Ok(Some(result))) => result.and_then(|adapted| {
                let to = match &output {
                    None => Output::Answer(&adapted.bytes),
                    Some(path) => {
                        files::write(path, &adapted.bytes, true)?;
                        Output::File(path)
                    }
                };
                Ok(Answer::adapted(input.as_deref(), to, &adapted.report))
            }),
        };
        answer.unwrap_or_else(|error| Answer::failed(input.as_deref(), spec.as_deref(), &error)).with_id(self.id)
    }
}

impl<'a> Task<'a> {
    pub(crate) fn new(worker: &'a Worker, number: u64, line: Line) -> Self {
        Self { worker, number, line: Some(line), id: None, asked: Asked::default(), refused: None }
    }

    /// Reads the line, and keeps the request's own name for itself.
    fn parse(&mut self) -> Result<Request, String> {
        let line = self.line.take().unwrap_or(Err("it was read already"))?;
        // An array would be taken for a struct's fields in order.
        let is_object = line.trim_ascii_start().starts_with(b"{");
        match serde_json::from_slice::<Request>(&line) {
            Ok(mut request) if is_object => {
                self.id = request.id.take();
                Ok(request)
            }
            Err(error) if !error.is_data() => Err(format!("not JSON: {error}")),
            Err(error) if is_object => {
                self.id = serde_json::from_slice(&line).ok().and_then(|Named { id }| id);
                Err(error.to_string())
            }
            _ => Err("a request is a JSON object".to_owned()),
        }
    }
}

impl Request {
    /// Where the picture comes from.
    fn picture(&self) -> Result<Input, String> {
        let paths = || [&self.input, &self.output].into_iter().flatten();
        if paths().any(|path| path.as_os_str().len() > LONGEST_NAME) {
            return Err(format!("a path is longer than {LONGEST_NAME} bytes"));
        }
        // Standard input and output carry the requests and the answers.
        if paths().any(|path| files::is_standard(path)) {
            return Err("- stands for no file here".to_owned());
        }
        match (&self.input, &self.data) {
            (Some(path), None) => Ok(Input::Path(path.clone())),
            (None, Some(data)) => {
                BASE64_STANDARD.decode(data).map(Input::Bytes).map_err(|error| format!("data: {error}"))
            }
            _ => Err("expected either input or data".to_owned()),
        }
    }
}

impl Worker {
    fn adapter(&self, request: &Request) -> Result<Adapter, String> {
        let quality = |value: f32| Quality::new(value).ok_or_else(|| format!("{value} is not a quality from 1 to 100"));
        let mut adapter = self.adapter.clone();
        if let Some(effort) = &request.effort {
            adapter = adapter.with_effort(effort.parse().map_err(to_text)?);
        }
        if let Some(value) = request.max_quality {
            adapter = adapter.with_max_quality(quality(value)?);
        }
        if let Some(value) = request.min_quality {
            adapter = adapter.with_min_quality(quality(value)?);
        }
        if let Some(chroma) = &request.chroma {
            adapter = adapter.with_chroma(chroma.parse().map_err(to_text)?);
        }
        if let Some(encoder) = &request.jpeg_encoder {
            adapter = adapter.with_jpeg_encoder(encoder.parse().map_err(to_text)?);
        }
        if let Some(background) = &request.background {
            adapter = adapter.with_background(background.parse().map_err(to_text)?);
        }
        Ok(adapter.with_lenient(request.lenient).with_keep_metadata(request.keep_metadata))
    }

    /// The spec named or given. The outer error is of the request, the inner one of the catalogue.
    fn spec(&self, value: &RawValue) -> Result<Result<Spec, Error>, String> {
        if value.get().len() > LONGEST_NAME {
            return Err(format!("spec: it is longer than {LONGEST_NAME} bytes"));
        }
        if let Ok(id) = serde_json::from_str::<String>(value.get()) {
            return Ok(self.catalog.get(&id).cloned());
        }
        if !value.get().starts_with('{') {
            return Err("spec: expected an id or an object with width and height".to_owned());
        }
        let own: OwnSpec = serde_json::from_str(value.get()).map_err(|error| format!("spec: {error}"))?;
        let size = Size::new(own.width, own.height).ok_or("spec: a side is zero or too long")?;
        let mut spec = Spec::custom(size);
        if let Some(max_bytes) = own.max_bytes {
            spec = spec.with_max_bytes(ByteSize::new(max_bytes));
        }
        if let Some(formats) = own.formats {
            let formats: Result<Vec<_>, _> = formats.iter().map(|name| name.parse()).collect();
            spec = spec.with_formats(formats.map_err(to_text)?);
        }
        if let Some(alpha) = own.alpha {
            spec = spec.with_alpha(match alpha.as_str() {
                "keep" => AlphaRule::Keep,
                "flatten" => AlphaRule::Flatten,
                _ => return Err(format!("spec: {alpha:?} is not an alpha rule: keep or flatten")),
            });
        }
        Ok(Ok(spec))
    }
}

fn to_text(error: pushpix::ParseUnitError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_bounded() {
        let long = "x".repeat(1005);
        let just = "y".repeat(1000);
        let text = format!("one\n{long}\n\n{just}\nlast");
        let mut lines = Lines::new(text.as_bytes(), 1000);
        let mut next = || lines.next().unwrap();
        assert_eq!(next(), Some((1, Ok(b"one".to_vec()))));
        assert_eq!(next(), Some((2, Err(TOO_LONG))));
        assert_eq!(next(), Some((3, Ok(Vec::new()))));
        assert_eq!(next(), Some((4, Ok(just.clone().into_bytes()))));
        assert_eq!(next(), Some((5, Ok(b"last".to_vec()))));
        assert_eq!(next(), None);
    }
}
