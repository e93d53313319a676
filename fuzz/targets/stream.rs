//! Any lines for the worker: each is answered with one line of JSON that has the request's own name for itself, and
//! either a picture as it was asked for, or an error of a known kind.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushpix::{Adapted, Catalog, Error, Work};
use serde_json::Value;

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
        let request: Value = line.as_ref().ok().and_then(|line| serde_json::from_slice(line).ok()).unwrap_or_default();
        // No file is read or written here.
        if request.get("input").is_some() || request.get("output").is_some() {
            continue;
        }
        let too_long = line.is_err();
        let answer = answered(Task::new(&worker, number, line));
        let answer: Value = serde_json::from_str(&answer).expect("an answer is json");
        let ok = answer["ok"].as_bool().expect("it says whether all is well");
        assert!(!(ok && too_long));
        if ok {
            assert_eq!(answer["id"], request["id"]);
            let data = BASE64_STANDARD.decode(answer["data"].as_str().expect("the file")).expect("base64");
            let probe = pushpix::probe(&data).expect("our own output can be read");
            let number = |value: u32| Value::from(value);
            assert_eq!(
                (&answer["width"], &answer["height"]),
                (&number(probe.size().width()), &number(probe.size().height()))
            );
            assert_eq!(answer["bytes"], data.len());
            assert!(answer["max_bytes"].as_u64().is_none_or(|most| data.len() as u64 <= most));
            if let Some(size) = request["spec"].as_object() {
                assert_eq!((&answer["width"], &answer["height"]), (&size["width"], &size["height"]));
            }
        } else {
            let kind = answer["error"]["kind"].as_str().expect("a kind");
            assert!(KINDS.contains(&kind), "{answer}");
            assert!(!answer["error"]["message"].as_str().expect("a message").contains(['\n', '\r']));
        }
    }
    assert!(count <= bytes.len() as u64);
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
