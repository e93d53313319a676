//! `pushpix stream` as another program drives it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Child;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pushpix::{Adapter, Spec};
use serde_json::{Value, json};

use crate::command::{lines, pushpix};
use crate::pictures::{Seen, fixture, testdata};

fn worker(args: &[&str]) -> Child {
    pushpix(Path::new("."), &[&["stream"], args].concat()).spawn().unwrap()
}

/// Writes all requests, then reads all answers; the worker must end with code 0 and say nothing on standard error.
fn converse(args: &[&str], requests: &[String]) -> Vec<Value> {
    lines(&answers(args, requests))
}

/// The same, as it was written.
fn answers(args: &[&str], requests: &[String]) -> Vec<u8> {
    let mut child = worker(args);
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            for request in requests {
                writeln!(stdin, "{request}").unwrap();
            }
        });
        child.wait_with_output().unwrap()
    });
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn input(name: &str) -> String {
    testdata().join(name).display().to_string()
}

#[test]
fn a_thousand_mixed_requests_are_answered_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let out = |number: usize| dir.path().join(format!("{number}.bin")).display().to_string();
    // What is asked, and the kind of error that must come; none means success.
    let request = |number: usize| -> (String, Option<&str>) {
        let output = out(number);
        let good = |name: &str, spec: Value| json!({"id": number, "input": input(name), "spec": spec, "output": output, "effort": "fast"});
        match number % 10 {
            0 => (good("orientation-6.jpg", json!("oppo/large-icon")).to_string(), None),
            1 => (good("palette-trns.png", json!({"width": 50, "height": 20, "max_bytes": 4000})).to_string(), None),
            2 => (good("missing.jpg", json!("oppo/large-icon")).to_string(), Some("io")),
            3 => (format!("{{\"id\":{number},"), Some("request")),
            4 => (good("1x1.png", json!("oppo/huge-icon")).to_string(), Some("spec")),
            5 => (good("bad/decode-truncated.png", json!("oppo/large-icon")).to_string(), Some("decode")),
            6 => (json!({"id": number, "input": input("1x1.png")}).to_string(), Some("request")),
            7 => (good("bad/unsupported-gif.jpg", json!("oppo")).to_string(), Some("spec")),
            8 => (good("3000x1.png", json!({"width": 0, "height": 20})).to_string(), Some("request")),
            _ => {
                (good("444.jpg", json!({"width": 90, "height": 90, "max_bytes": 50})).to_string(), Some("over_budget"))
            }
        }
    };
    for (jobs, count) in [("1", 100), ("3", 1000)] {
        let (requests, expected): (Vec<String>, Vec<Option<&str>>) = (0..count).map(request).unzip();
        let answers = converse(&["--jobs", jobs], &requests);
        assert_eq!(answers.len(), count);
        for (number, (answer, expected)) in answers.iter().zip(expected).enumerate() {
            assert_eq!(answer["ok"], expected.is_none(), "{answer}");
            let id = if number % 10 == 3 { Value::Null } else { number.into() };
            assert_eq!(answer["id"], id, "{answer}");
            match expected {
                None => {
                    let bytes = fs::read(out(number)).unwrap();
                    let seen = Seen::of(&bytes);
                    assert_eq!(answer["bytes"], bytes.len());
                    assert_eq!((&answer["width"], &answer["height"]), (&seen.width.into(), &seen.height.into()));
                    assert_eq!(answer["output"], out(number));
                }
                Some(kind) => {
                    assert_eq!(answer["error"]["kind"], kind, "{answer}");
                    assert!(!Path::new(&out(number)).exists());
                }
            }
            if expected == Some("request") {
                assert_eq!(answer["error"]["line"], number + 1, "{answer}");
            }
        }
    }
}

#[test]
fn an_answer_comes_before_the_next_request() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("x.any").display().to_string();
    let mut child = worker(&["--jobs", "1"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    // The same request twice: an output that exists is replaced.
    for effort in ["fast", "balanced"] {
        let request = json!({
            "id": {"any": ["json", effort]}, "input": input("logo.png"), "output": output, "effort": effort,
            "spec": {"width": 144, "height": 144, "max_bytes": 51_200, "formats": ["jpeg"], "alpha": "keep"},
            "max_quality": 80, "min_quality": 40.5, "background": "#ff0000",
        });
        writeln!(stdin, "{request}").unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["id"], json!({"any": ["json", effort]}), "{answer}");
        assert_eq!((&answer["quality"], &answer["spec"]), (&json!(80.0), &json!("custom/144x144")));
        let seen = Seen::of(&fs::read(&output).unwrap());
        assert!(crate::pictures::near(seen.at(0, 0), [254, 0, 0, 255], 4), "{:?}", seen.at(0, 0));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn any_id_comes_back_as_it_went() {
    // A number that no machine type holds, for one.
    let ids = ["123456789012345678901234567890", "1.50", "\"\\u00e9\"", "[null, {}]"];
    let requests =
        ids.map(|id| format!("{{\"id\":{id},\"input\":\"none\",\"output\":\"none\",\"spec\":\"oppo/large-icon\"}}"));
    let answers = String::from_utf8(answers(&[], &requests)).unwrap();
    for (id, answer) in ids.iter().zip(answers.lines()) {
        assert!(answer.starts_with(&format!("{{\"id\":{id},\"ok\":false")), "{answer}");
    }
}

#[test]
fn a_long_line_takes_no_more_memory_than_itself() {
    // Built in memory, each of these million numbers would take a hundred bytes.
    let request = format!("{{\"id\":[{}0],\"input\":7}}", "0,".repeat(1_000_000));
    let answers = converse(&[], &[request]);
    assert_eq!(answers[0]["error"]["kind"], "request");
    assert_eq!(answers[0]["id"].as_array().unwrap().len(), 1_000_001);
}

#[test]
fn alpha_is_kept_or_flattened_as_asked() {
    let dir = tempfile::tempdir().unwrap();
    let out = |alpha: &str| dir.path().join(alpha).display().to_string();
    let requests = ["keep", "flatten"].map(|alpha| {
        let spec = json!({"width": 100, "height": 60, "formats": ["png"], "alpha": alpha});
        json!({"input": input("logo.png"), "output": out(alpha), "spec": spec}).to_string()
    });
    let answers = converse(&[], &requests);
    assert!(answers.iter().all(|answer| answer["ok"] == true && answer["id"].is_null()));
    let corner = |alpha: &str| Seen::of(&fs::read(out(alpha)).unwrap()).at(0, 0);
    assert_eq!((corner("keep"), corner("flatten")), ([0; 4], [255; 4]));
}

#[test]
fn what_is_no_request_is_told_why() {
    let long = "x".repeat(5000);
    let long_spec = format!(r#"{{"input":"a","output":"b","spec":"oppo/{long}"}}"#);
    let long_path = format!(r#"{{"input":"{long}","spec":"oppo/large-icon"}}"#);
    let requests = [
        (long_spec.as_str(), "longer than"),
        (long_path.as_str(), "longer than"),
        ("", "not JSON"),
        ("[1]", "JSON object"),
        (r#"{"input":"a","output":"b","spec":"oppo/large-icon","efort":"fast"}"#, "efort"),
        (r#"{"input":"a","output":"b","spec":"oppo/large-icon","effort":"slow"}"#, "effort"),
        (r#"{"input":"a","output":"b","spec":"oppo/large-icon","max_quality":0}"#, "quality"),
        (r#"{"input":"a","output":"b","spec":"oppo/large-icon","background":"red"}"#, "colour"),
        (r#"{"input":"a","output":"b","spec":7}"#, "spec"),
        (r#"{"input":"a","output":"b","spec":{"width":9}}"#, "height"),
        (r#"{"input":"a","output":"b","spec":{"width":9,"height":9,"formats":["gif"]}}"#, "format"),
        (r#"{"input":"a","output":"b","spec":{"width":9,"height":9,"alpha":"invert"}}"#, "alpha"),
        (r#"{"input":"-","output":"b","spec":"oppo/large-icon"}"#, "-"),
        (r#"{"input":"a","data":"AAAA","spec":"oppo/large-icon"}"#, "input or data"),
        (r#"{"output":"a","spec":"oppo/large-icon"}"#, "input or data"),
        (r#"{"data":"A$AA","spec":"oppo/large-icon"}"#, "data"),
    ];
    let lines: Vec<String> = requests.iter().map(|(line, _)| (*line).to_owned()).collect();
    let answers = converse(&["--jobs", "2"], &lines);
    assert_eq!(answers.len(), requests.len());
    for (number, (answer, (line, word))) in answers.iter().zip(requests).enumerate() {
        let error = &answer["error"];
        assert_eq!((&error["kind"], &error["line"]), (&json!("request"), &json!(number + 1)), "{line}");
        assert!(error["message"].as_str().unwrap().contains(word), "{line}: {answer}");
    }
}

#[test]
fn a_reader_that_leaves_ends_the_worker_quietly() {
    let mut child = worker(&["--jobs", "2"]);
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    // Until the worker notices, requests are taken; then the pipe breaks, which ends the loop.
    while writeln!(stdin, "{{}}").is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn pictures_may_come_and_go_within_the_lines() {
    let bytes = fixture("logo.png");
    let data = BASE64_STANDARD.encode(&bytes);
    let request = |id: u32, spec: &str| json!({"id": id, "data": data, "spec": spec}).to_string();
    let specs = ["oppo/large-icon", "xiaomi/large-icon"];
    let requests: Vec<String> = (0..).zip(specs).map(|(id, spec)| request(id, spec)).collect();
    for (spec, answer) in specs.iter().zip(converse(&["--jobs", "2"], &requests)) {
        let expected = Adapter::new().adapt(&bytes, Spec::builtin(spec).unwrap()).unwrap().bytes;
        let made = BASE64_STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
        assert!(made == expected && answer["bytes"] == made.len(), "{spec}");
        assert_eq!((answer.get("input"), answer.get("output")), (None, None));
    }
    let broken = json!({"data": BASE64_STANDARD.encode("GIF89a"), "spec": "oppo/large-icon"}).to_string();
    assert_eq!(converse(&[], &[broken])[0]["error"]["kind"], "unsupported");
}

#[test]
fn answers_may_come_as_they_are_ready() {
    let dir = tempfile::tempdir().unwrap();
    // The first one takes longest.
    let request = |id: usize| {
        let name = if id == 0 { "photo.jpg" } else { "1x1.png" };
        let output = dir.path().join(id.to_string());
        json!({"id": id, "input": input(name), "output": output, "spec": {"width": 40, "height": 40}}).to_string()
    };
    let requests: Vec<String> = (0..50).map(request).collect();
    let ids = |args: &[&str]| -> Vec<u64> {
        converse(args, &requests).iter().map(|answer| answer["id"].as_u64().unwrap()).collect()
    };
    assert!(ids(&["--jobs", "4"]).is_sorted());
    let mut unordered = ids(&["--jobs", "4", "--unordered"]);
    assert!(!unordered.is_sorted(), "{unordered:?}");
    unordered.sort_unstable();
    assert_eq!(unordered, Vec::from_iter(0..50));
}

#[test]
fn a_request_may_ask_for_leniency_and_metadata() {
    let dir = tempfile::tempdir().unwrap();
    let request = |name: &str, option: Option<&str>| {
        let mut request = json!({
            "input": input(name), "spec": {"width": 64, "height": 48}, "output": dir.path().join("out.bin"),
        });
        if let Some(option) = option {
            request[option] = true.into();
        }
        request.to_string()
    };
    let cut = "bad/decode-cut-60-percent.jpg";
    let answers = converse(&[], &[request(cut, None), request(cut, Some("lenient"))]);
    assert_eq!((&answers[0]["ok"], &answers[1]["ok"]), (&false.into(), &true.into()));
    assert_eq!(answers[1]["warnings"], json!(["damaged"]));
    let bytes = |option| {
        let answers = converse(&[], &[request("metadata.jpg", option)]);
        answers[0]["bytes"].as_u64().unwrap()
    };
    assert!(bytes(Some("keep_metadata")) > bytes(None));
}
