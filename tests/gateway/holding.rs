//! What a caller can hold of the server, and for how long: one who does not read, and one who is told no.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use pushpix::api::v3::Channel;

use crate::client::{BYFILES, BYURLS, OPPO, Part, basic, form, head, receive};
use crate::origin::BANNER;
use crate::server::{Gateway, KEY};

/// How many times a caller asks for a picture without reading any: more than all buffers between the two take.
const TIMES: usize = 400;

#[test]
fn who_does_not_read_is_hung_up_on() {
    let (gateway, _data) = Gateway::fresh(&["--write-timeout", "0.5"]);
    let parts = [Part::Text("image_type", "1"), Part::File("oppo_file", &BANNER)];
    let picture = gateway.form("POST", BYFILES, &parts).answer().image(Channel::Oppo).unwrap().to_owned();
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    let asked = format!("GET /media/{picture} HTTP/1.1\r\nHost: gateway\r\n\r\n").repeat(TIMES - 1);
    stream.write_all(asked.as_bytes()).unwrap();
    stream.write_all(head("GET", &format!("/media/{picture}"), None, None, 0).as_bytes()).unwrap();
    std::thread::sleep(Duration::from_secs(2));

    // Were it still there, all of them would come now.
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (mut taken, mut buffer) = (0, vec![0; 1 << 16]);
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        taken += read;
    }
    assert!(taken < TIMES * BANNER.len(), "{taken} bytes");
    assert!(taken > 0);
    assert_eq!(gateway.get("/healthz").status, 200);
}

#[test]
fn who_waits_to_be_told_to_go_on_is_told_no_at_once() {
    let (gateway, _data) = Gateway::fresh(&["--jobs", "1", "--queue", "0"]);
    let refused = |path, key: Option<&str>| {
        let mut stream = TcpStream::connect(gateway.address).unwrap();
        let head = head("POST", path, key, Some("application/json"), 1_000_000);
        let head = head.replacen("\r\n", "\r\nExpect: 100-continue\r\n", 1);
        let started = Instant::now();
        stream.write_all(head.as_bytes()).unwrap();
        let reply = receive(&mut stream).unwrap();
        assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
        reply
    };
    refused(BYFILES, None).assert_error(400, 1002, "");
    refused(BYURLS, Some(&basic("app:wrong"))).assert_error(401, 1004, "");
    refused(OPPO, None).assert_error(401, 23001, "");
    // It is no form, which its header tells.
    refused(BYFILES, Some(&basic(KEY))).assert_error(400, 1103, "body");

    // A call whose body does not come keeps the only place.
    let mut busy = TcpStream::connect(gateway.address).unwrap();
    busy.write_all(head("POST", BYURLS, Some(&basic(KEY)), None, 1000).as_bytes()).unwrap();
    while gateway.figure("gateway_in_flight") == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    refused(BYFILES, Some(&basic(KEY))).assert_error(503, 1030, "");
    refused(OPPO, Some(&basic(KEY))).assert_error(500, 27000, "");
}

#[test]
fn who_may_go_on_is_told_so() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let (content_type, body) = form(&crate::client::icon());
    let head = head("POST", BYFILES, Some(&basic(KEY)), Some(&content_type), body.len());
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    stream.write_all(head.replacen("\r\n", "\r\nExpect: 100-continue\r\n", 1).as_bytes()).unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&body).unwrap();
    assert!(receive(&mut stream).unwrap().answer().image(Channel::Oppo).is_some());
}

#[test]
fn who_has_no_key_is_listened_to_for_a_second_at_most() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let started = Instant::now();
    stream.write_all(head("POST", BYFILES, None, None, 1_000_000).as_bytes()).unwrap();
    receive(&mut stream).unwrap().assert_error(400, 1002, "Missing authen info.");
    let took = started.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(4)).contains(&took), "{took:?}");
}
