//! Two hundred uploads at once: nothing fails but by being turned away, memory is bounded, and the health check
//! answers.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client::Part;
use crate::origin::{BANNER, Origin, PHOTO};
use crate::server::{self, Gateway};

const CALLERS: usize = 200;

/// How late the health check may be where the machine has other things to do as well. On an idle one of two processors
/// it is a hundredth of this.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let call = scope.spawn(|| gateway.json("POST", "/v4/image/oppo", &body));
        while origin.hits() == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut checks = 0;
        while !call.is_finished() {
            assert_eq!(gateway.get("/healthz").status, 200);
            checks += 1;
        }
        assert_eq!(call.join().unwrap().status, 200);
        // Were the thread busy with the picture, it would be the few that come before it.
        assert!(checks > 60, "{checks} were answered");
    });
}

/// Uploads a banner of a megabyte in each of many calls at once, and returns how many were answered. The program may
/// take this much memory, in bytes: what the calls hold that it lets in, two pictures, and itself, with room to spare.
fn upload_at_once(arguments: &[&str], memory: u64) -> usize {
    let (gateway, _data) = Gateway::fresh(&[["--quota", "off", "--jobs", "2"].as_slice(), arguments].concat());
    let mut file = BANNER.clone();
    // As long as is allowed: what lies behind the picture's end is read like the rest of it.
    file.resize(1 << 20, 0);
    let parts = [Part::Text("image_type", "1"), Part::File("oppo_file", &file)];
    let (together, done) = (Barrier::new(CALLERS), AtomicBool::new(false));

    let (replies, checks) = std::thread::scope(|scope| {
        let call = || {
            together.wait();
            gateway.form("POST", "/v3/images/byfiles", &parts)
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
        let replies: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
        done.store(true, Ordering::SeqCst);
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
    assert!(*slowest < PATIENCE, "{slowest:?}");
    assert!(peak.is_none_or(|peak| peak < memory), "{peak:?}");
    answered
}
