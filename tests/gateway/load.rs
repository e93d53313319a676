//! Two hundred calls at once: nothing fails but by being turned away, memory is bounded, and the health check answers.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client::{BYFILES, BYURLS, OPPO, Part, Reply};
use crate::origin::{BANNER, Origin, PHOTO, ok};
use crate::server::{self, Gateway};

const CALLERS: usize = 200;

/// How late the health check may be where the machine has other things to do as well. `PUSHPIX_HEALTH_MS` sets what it
/// must keep to where it has not.
fn patience() -> Duration {
    match std::env::var("PUSHPIX_HEALTH_MS") {
        Ok(milliseconds) => Duration::from_millis(milliseconds.parse().unwrap()),
        Err(_) => Duration::from_secs(2),
    }
}

#[test]
fn two_hundred_uploads_at_once_are_answered_or_turned_away() {
    let answered = upload_at_once(&[], 300 << 20);
    assert!((66..=CALLERS).contains(&answered), "{answered}: at least what may wait is answered");
}

#[test]
fn two_hundred_uploads_at_once_are_all_answered_where_they_may_wait() {
    assert_eq!(upload_at_once(&["--queue", "200", "--timeout", "120"], 600 << 20), CALLERS);
}

#[test]
fn the_only_thread_for_calls_answers_while_a_picture_is_worked_on() {
    let origin = Origin::serving(&PHOTO);
    let data = tempfile::tempdir().unwrap();
    let mut command = server::command(data.path());
    command.env("TOKIO_WORKER_THREADS", "1").args(["--jobs", "1", "--allow-host", "127.0.0.1", "--v4-adapt"]);
    let gateway = Gateway::spawn(&mut command);
    let body = format!(r#"{{"big_picture_url":"{}"}}"#, origin.url("127.0.0.1"));
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            let started = Instant::now();
            (gateway.json("POST", OPPO, &body), started.elapsed())
        });
        while origin.hits() == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut slowest = Duration::ZERO;
        while !call.is_finished() {
            let started = Instant::now();
            assert_eq!(gateway.get("/healthz").status, 200);
            slowest = slowest.max(started.elapsed());
        }
        let (reply, took) = call.join().unwrap();
        assert_eq!(reply.status, 200);
        // Were the thread busy with the picture, a check would wait for nearly all of it.
        assert!(slowest < took / 2, "{slowest:?} of {took:?}");
    });
}

#[test]
fn two_hundred_downloads_at_once_share_the_memory_that_there_is_for_them() {
    let mut file = PHOTO.clone();
    file.resize(9 << 20, 0);
    let answer = ok(&file);
    let origin = Origin::answering(move |_, stream| crate::origin::ignore(stream.write_all(&answer)));
    let arguments = ["--queue", "200", "--timeout", "300", "--fetch-timeout", "120", "--fetch-memory", "64MiB"];
    let arguments = [arguments.as_slice(), &["--allow-host", "127.0.0.1"]].concat();
    let body = format!(r#"{{"image_type":1,"image_url":"{}"}}"#, origin.url("127.0.0.1"));
    let answered = at_once(&arguments, 500 << 20, |gateway| gateway.json("POST", BYURLS, &body));
    assert_eq!(answered, CALLERS);
    assert_eq!(origin.hits(), CALLERS);
}

/// Uploads a banner of a megabyte in each of many calls at once, and returns how many were answered.
fn upload_at_once(arguments: &[&str], memory: u64) -> usize {
    let mut file = BANNER.clone();
    // As long as is allowed: what lies behind the picture's end is read like the rest of it.
    file.resize(1 << 20, 0);
    let parts = [Part::Text("image_type", "1"), Part::File("oppo_file", &file)];
    at_once(arguments, memory, |gateway| gateway.form("POST", BYFILES, &parts))
}

/// Makes many calls at once, and returns how many were answered. The program may take this much memory, in bytes: what
/// the calls hold that it lets in, two pictures, and itself, with room to spare.
fn at_once(arguments: &[&str], memory: u64, call: impl Fn(&Gateway) -> Reply + Sync) -> usize {
    let (gateway, _data) = Gateway::fresh(&[["--quota", "off", "--jobs", "2"].as_slice(), arguments].concat());
    let (together, done) = (Barrier::new(CALLERS), AtomicBool::new(false));

    let (replies, checks) = std::thread::scope(|scope| {
        let call = || {
            together.wait();
            call(&gateway)
        };
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
        let checker = scope.spawn(|| {
            let mut took = Vec::new();
            while !done.load(Ordering::SeqCst) {
                let started = Instant::now();
                assert_eq!(gateway.get("/healthz").status, 200);
                took.push(started.elapsed());
                std::thread::sleep(Duration::from_millis(5));
            }
            took
        });
        let replies: Vec<_> = callers.into_iter().map(|caller| caller.join()).collect();
        // Whatever they came to, or the checker would go on for ever.
        done.store(true, Ordering::SeqCst);
        let replies: Vec<Reply> = replies.into_iter().map(Result::unwrap).collect();
        (replies, checker.join().unwrap())
    });

    let answered = replies.iter().filter(|reply| reply.status == 200).count();
    replies.iter().filter(|reply| reply.status != 200).for_each(|reply| reply.assert_error(503, 1030, ""));
    assert_eq!(gateway.figure("gateway_media"), answered as u64);
    let slowest = checks.iter().max().unwrap();
    let peak = gateway.peak_memory();
    eprintln!(
        "{answered} of {CALLERS} answered, the others turned away; {} health checks, the slowest {slowest:?}; {:?} MiB",
        checks.len(),
        peak.map(|bytes| bytes >> 20),
    );
    assert!(*slowest < patience(), "{slowest:?}");
    assert!(peak.is_none_or(|peak| peak < memory), "{peak:?}");
    answered
}
