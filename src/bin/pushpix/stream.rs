//! `pushpix stream`: a worker for other programs. One request per line in, one answer per line out, in order.
//! Nothing is remembered from one request to the next.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::thread;

use pushpix::{Adapter, AlphaRule, ByteSize, Catalog, Error, Limits, Quality, Size, Spec, Upscale};
use rayon::ThreadPoolBuilder;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::args::StreamArgs;
use crate::{Done, Failure, files};

/// The longest request, in bytes. A longer line is answered with an error, not read into memory.
const MAX_LINE: u64 = 1 << 20;

pub(crate) fn run(args: &StreamArgs) -> Result<Done, Failure> {
    let worker = Worker { catalog: args.table.catalog()?, limits: args.limits.limits() };
    let jobs = usize::from(args.jobs);
    let pool = ThreadPoolBuilder::new().num_threads(jobs).build().map_err(io::Error::other)?;

    // Answers are awaited in the order of their requests; the bound keeps a fast writer from filling our memory.
    let (order, answers) = sync_channel::<Awaited>(2 * jobs);
    thread::scope(|scope| {
        let writer = scope.spawn(move || write_answers(&answers));
        let read = pool.in_place_scope(|pool| {
            let mut lines = Lines::new(io::stdin().lock());
            while let Some((number, line)) = lines.next()? {
                let (answered, answer) = channel();
                if order.send((number, answer)).is_err() {
                    break; // The writer has ended: nobody reads our answers.
                }
                let worker = &worker;
                // The receiver is gone only if the writer is, which the next line notices.
                pool.spawn(move |_| drop(answered.send(worker.answer(number, line))));
            }
            Ok(())
        });
        drop(order);
        let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer of answers failed")));
        read.and(written)
    })?;
    Ok(Done::All)
}

/// The number of a line, and where its answer will come from.
type Awaited = (u64, Receiver<Answer>);

fn write_answers(answers: &Receiver<Awaited>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (number, answer) in answers {
        // A worker that panics, which is a defect of ours, still leaves the others their answers.
        let answer = answer.recv().unwrap_or_else(|_| Answer::lost(number).with_id(Value::Null));
        writeln!(out, "{}", answer.line()?)?;
        out.flush()?;
    }
    Ok(())
}

/// The lines of a reader with their numbers, from 1.
struct Lines<R> {
    reader: R,
    number: u64,
}

/// A line without its end, or why there is none to be had.
type Line = Result<Vec<u8>, &'static str>;

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    fn next(&mut self) -> io::Result<Option<(u64, Line)>> {
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if read as u64 > MAX_LINE {
            self.reader.skip_until(b'\n')?;
            return Ok(Some((self.number, Err("longer than 1 MiB"))));
        }
        Ok(Some((self.number, Ok(line))))
    }
}

/// A request, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default, rename = "id")]
    _id: Value,
    input: PathBuf,
    spec: Value,
    output: PathBuf,
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
struct Worker {
    catalog: Catalog,
    limits: Limits,
}

impl Worker {
    fn answer(&self, number: u64, line: Line) -> Answer {
        let value = line
            .map_err(str::to_owned)
            .and_then(|line| serde_json::from_slice::<Value>(&line).map_err(|error| format!("not JSON: {error}")));
        let value = match value {
            Ok(value) => value,
            Err(why) => return Answer::not_a_request(number, &why).with_id(Value::Null),
        };
        // An array would be taken for a struct's fields in order.
        if !value.is_object() {
            return Answer::not_a_request(number, "a request is a JSON object").with_id(Value::Null);
        }
        let id = value.get("id").cloned().unwrap_or_default();
        let answer = match serde_json::from_value::<Request>(value) {
            Ok(request) => self.carry_out(number, &request),
            Err(error) => Answer::not_a_request(number, &error.to_string()),
        };
        answer.with_id(id)
    }

    fn carry_out(&self, number: u64, request: &Request) -> Answer {
        // Standard input and output carry the requests and the answers.
        if [&request.input, &request.output].into_iter().any(|path| files::is_standard(path)) {
            return Answer::not_a_request(number, "- stands for no file here");
        }
        let understood = self.adapter(request).and_then(|adapter| Ok((adapter, self.spec(&request.spec)?)));
        let (adapter, spec) = match understood {
            Ok((adapter, Ok(spec))) => (adapter, spec),
            Ok((_, Err(error))) => return Answer::failed(&request.input, request.spec.as_str(), &error),
            Err(why) => return Answer::not_a_request(number, &why),
        };
        match adapt(&adapter, &spec, &request.input, &request.output, self.limits.max_input) {
            Ok(adapted) => Answer::adapted(&request.input, &request.output, &adapted),
            Err(error) => Answer::failed(&request.input, Some(spec.id()), &error),
        }
    }

    fn adapter(&self, request: &Request) -> Result<Adapter, String> {
        let quality = |value: f32| Quality::new(value).ok_or_else(|| format!("{value} is not a quality from 1 to 100"));
        let mut adapter = Adapter::new().with_limits(self.limits.clone()).with_upscale(Upscale::Allow);
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
    fn spec(&self, value: &Value) -> Result<Result<Spec, Error>, String> {
        if let Some(id) = value.as_str() {
            return Ok(self.catalog.get(id).cloned());
        }
        if !value.is_object() {
            return Err("spec: expected an id or an object with width and height".to_owned());
        }
        let own = OwnSpec::deserialize(value).map_err(|error| format!("spec: {error}"))?;
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

fn adapt(
    adapter: &Adapter,
    spec: &Spec,
    input: &Path,
    output: &Path,
    max_input: ByteSize,
) -> Result<pushpix::Adapted, Error> {
    let bytes = files::read(input, max_input).map_err(|error| files::io_error(input, &error))?;
    let adapted = adapter.adapt(&bytes, spec)?;
    files::write(output, &adapted.bytes, true)?;
    Ok(adapted)
}

fn to_text(error: pushpix::ParseUnitError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_bounded() {
        let long = "x".repeat(usize::try_from(MAX_LINE).unwrap() + 5);
        let just = "y".repeat(usize::try_from(MAX_LINE).unwrap());
        let text = format!("one\n{long}\n\n{just}\nlast");
        let mut lines = Lines::new(text.as_bytes());
        let mut next = || lines.next().unwrap();
        assert_eq!(next(), Some((1, Ok(b"one".to_vec()))));
        assert_eq!(next(), Some((2, Err("longer than 1 MiB"))));
        assert_eq!(next(), Some((3, Ok(Vec::new()))));
        assert_eq!(next(), Some((4, Ok(just.clone().into_bytes()))));
        assert_eq!(next(), Some((5, Ok(b"last".to_vec()))));
        assert_eq!(next(), None);
    }
}
