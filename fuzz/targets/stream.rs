//! Any lines for the worker: each is answered with one line of JSON that has the request's own name for itself, and
//! either a picture as it was asked for, or an error of a known kind.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushpix::{Adapted, Catalog, Error, Work};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::worker::{Lines, Task, Worker};

const KINDS: [&str; 9] =
    ["request", "unsupported", "decode", "limit", "spec", "over_budget", "deadline", "cancelled", "io"];

pub(crate) fn run(bytes: &[u8]) {
    let worker = Worker { catalog: Catalog::builtin().clone(), adapter: super::adapter() };
    let mut lines = Lines::new(bytes, 1 << 16);
    let mut count = 0;
    while let Some((number, line)) = lines.next().expect("bytes can be read") {
        count += 1;
        assert_eq!(number, count);
        let request = line.as_ref().ok().map(|line| (line.clone(), serde_json::from_slice::<Request>(line)));
        match &request {
            // No file is read or written here.
            Some((_, Ok(Request { input, output, .. }))) if input.is_some() || output.is_some() => continue,
            Some((line, Err(_))) if line.windows(3).any(|window| window == b"put" || window == b"\\u0") => continue,
            _ => {}
        }
        let answer = answered(Task::new(&worker, number, line));
        let named: Named = serde_json::from_str(&answer).expect("an answer is json, and says whether all is well");
        if named.ok {
            let Some((_, Ok(request))) = request else { panic!("what is no request was carried out") };
            let asked = request.id.as_ref().map_or("null", |id| id.get());
            assert_eq!(named.id.as_ref().map(|id| id.get()), Some(asked));
            let spec: Value = serde_json::from_str(request.spec.expect("it has one").get()).unwrap_or_default();
            // Its name for itself may be a number that no machine type holds.
            let answer = answer.replacen(asked, "null", 1);
            let answer: Value = serde_json::from_str(&answer).expect("an answer is json");
            let data = BASE64_STANDARD.decode(answer["data"].as_str().expect("the file")).expect("base64");
            let probe = pushpix::probe(&data).expect("our own output can be read");
            let number = |value: u32| Value::from(value);
            assert_eq!(
                (&answer["width"], &answer["height"]),
                (&number(probe.size().width()), &number(probe.size().height()))
            );
            assert_eq!(answer["bytes"], data.len());
            assert!(answer["max_bytes"].as_u64().is_none_or(|most| data.len() as u64 <= most));
            if let Some(size) = spec.as_object() {
                assert_eq!((&answer["width"], &answer["height"]), (&size["width"], &size["height"]));
            }
        } else {
            let error = named.error.expect("it says why");
            assert!(KINDS.contains(&error.kind.as_str()), "{answer}");
            assert!(!error.message.contains(['\n', '\r']));
        }
    }
    assert!(count <= bytes.len() as u64);
}

/// What the worker takes for a request, and more: fields that it does not know, and any values.
#[derive(Deserialize)]
struct Request {
    id: Option<Box<RawValue>>,
    input: Option<IgnoredAny>,
    output: Option<IgnoredAny>,
    spec: Option<Box<RawValue>>,
}

/// What every answer has.
#[derive(Deserialize)]
struct Named {
    id: Option<Box<RawValue>>,
    ok: bool,
    error: Option<Failed>,
}

#[derive(Deserialize)]
struct Failed {
    kind: String,
    message: String,
}

/// What a batch does with a task, without its threads.
fn answered(mut task: Task<'_>) -> String {
    let limits = super::limits();
    let results: Result<Vec<Result<Adapted, Error>>, Error> = task.load(&limits).map(|request| {
        let adapter = request.adapter.unwrap_or_default();
        adapter.adapt_each(&request.bytes, &request.specs)
    });
    task.finish(results).line().expect("an answer can be written")
}
