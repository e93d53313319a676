//! What may be fetched and what may not: addresses that are not public are never connected to, which is told by
//! listeners that count; servers that are slow, endless, lying or no pictures' cannot hold anything up.

use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use pushpix::api::v3::Channel;

use crate::client::{BYURLS, Reply};
use crate::origin::{Origin, PHOTO, drip, ignore, ok, redirect, with_length};
use crate::server::Gateway;

/// What the gateway answers if OPPO's picture is at this address.
fn fetch(gateway: &Gateway, url: &str) -> Reply {
    let body = format!(r#"{{"image_type":2,"oppo_image_url":"{url}"}}"#);
    gateway.json("POST", BYURLS, &body)
}

/// The ways to write this machine in an address, with this port.
fn loopback(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.255.255.254",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "%31%32%37.0.0.1",
        "0.0.0.0",
        "0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "inside.example",
    ];
    hosts.iter().map(|host| format!("http://{host}:{port}/cat.jpg")).collect()
}

/// A listener that nobody may reach, and one on the same port of IPv6, where there is any.
fn listeners() -> Vec<Origin> {
    let four = Origin::serving(&PHOTO);
    let six = TcpListener::bind(("::1", four.port())).ok();
    let six = six.map(|six| Origin::accepting(six, |mut stream| ignore(stream.write_all(&ok(&PHOTO)))));
    [four].into_iter().chain(six).collect()
}

/// That what is at this address was refused because of where it is, without a word of where that is.
fn assert_refused(reply: &Reply, url: &str) {
    let (status, code, message) = reply.error();
    assert_eq!((status, code), (400, 1103), "{url}: {message}");
    // Resolvers differ on a name with a dot at its end.
    let is_unknown = url.contains("localhost.") && message.ends_with("oppo_image_url: its host is not known");
    assert!(is_unknown || message.ends_with("oppo_image_url: its host is not public"), "{url}: {message}");
}

#[test]
fn no_way_to_write_this_machine_reaches_it() {
    let listeners = listeners();
    let port = listeners[0].port();
    let names = ["--resolve", "inside.example=127.0.0.1"];
    let (gateway, _data) = Gateway::fresh(&names);
    for url in loopback(port) {
        assert_refused(&fetch(&gateway, &url), &url);
        assert_refused(&fetch(&gateway, &url.replace("http:", "https:")), &url);
    }
    assert_eq!(listeners.iter().map(Origin::hits).sum::<usize>(), 0);
}

#[test]
fn no_redirect_reaches_this_machine() {
    let listeners = listeners();
    let targets = loopback(listeners[0].port());
    let list = targets.clone();
    let outside = Origin::answering(move |path, stream| {
        let index: usize = path.trim_start_matches('/').parse().unwrap();
        ignore(stream.write_all(&redirect(&list[index])));
    });
    let (outside_is, inside_is) = ("outside.example=127.0.0.1", "inside.example=127.0.0.1");
    let (gateway, _data) =
        Gateway::fresh(&["--allow-host", "outside.example", "--resolve", outside_is, "--resolve", inside_is]);
    for (index, target) in targets.iter().enumerate() {
        let url = format!("http://outside.example:{}/{index}", outside.port());
        assert_refused(&fetch(&gateway, &url), target);
    }
    assert_eq!(listeners.iter().map(Origin::hits).sum::<usize>(), 0);
    assert_eq!(outside.hits(), targets.len());
}

#[test]
fn private_addresses_and_names_for_them_are_refused_unasked() {
    let (gateway, _data) = Gateway::fresh(&["--resolve", "metadata.example=169.254.169.254"]);
    let refused = [
        "http://10.0.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.example/",
        "http://100.100.100.200/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[2001:0:7f00:1::]/",
        "http://[::ffff:10.0.0.1]/",
    ];
    let started = Instant::now();
    for url in refused {
        assert_refused(&fetch(&gateway, url), url);
    }
    assert!(started.elapsed() < Duration::from_secs(10), "nothing was connected to");
}

#[test]
fn a_name_with_one_private_address_among_others_is_refused() {
    let listener = Origin::serving(&PHOTO);
    let mixed = ["--resolve", "mixed.example=127.0.0.1", "--resolve", "mixed.example=[::1]:9"];
    let (gateway, _data) = Gateway::fresh(&mixed);
    fetch(&gateway, &listener.url("mixed.example")).assert_error(400, 1103, "not public");
    let public_first = ["--resolve", "mixed.example=1.1.1.1", "--resolve", "mixed.example=127.0.0.1"];
    let (gateway, _data) = Gateway::fresh(&public_first);
    fetch(&gateway, &listener.url("mixed.example")).assert_error(400, 1103, "its host is not public");
    assert_eq!(listener.hits(), 0);
}

#[test]
fn a_host_that_is_allowed_is_allowed_alone() {
    let origin = Origin::serving(&PHOTO);
    let names = ["one.example=127.0.0.1", "two.example=127.0.0.1", "sub.one.example=127.0.0.1"];
    let names = names.iter().flat_map(|name| ["--resolve", name]);
    let arguments: Vec<&str> = ["--allow-host", "one.example"].into_iter().chain(names).collect();
    let (gateway, _data) = Gateway::fresh(&arguments);
    assert_eq!(fetch(&gateway, &origin.url("ONE.example")).status, 200);
    assert_eq!(origin.hits(), 1);
    for host in ["two.example", "127.0.0.1", "sub.one.example", "localhost", "one.example@127.0.0.1"] {
        let (status, code, message) = fetch(&gateway, &origin.url(host)).error();
        assert_eq!((status, code), (400, 1103), "{host}: {message}");
    }
    assert_eq!(origin.hits(), 1);
}

#[test]
fn what_is_no_address_of_the_web_is_not_fetched() {
    let (gateway, _data) = Gateway::fresh(&[]);
    for url in [
        "ftp://127.0.0.1/cat.jpg",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "http://",
        "http://[fe80::1%25eth0]/cat.jpg",
        "http://user:secret@1.1.1.1/cat.jpg",
        "http://1.1.1.256/cat.jpg",
        "http://1.1.1.1:99999/cat.jpg",
        "/raw/cat",
    ] {
        fetch(&gateway, url).assert_error(400, 1103, "oppo_image_url");
    }
    let origin = Origin::answering(|_, stream| ignore(stream.write_all(&redirect("file:///etc/passwd"))));
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1"]);
    fetch(&gateway, &origin.url("127.0.0.1")).assert_error(400, 1103, "only http and https addresses are fetched");
}

#[test]
fn redirects_are_followed_and_counted() {
    let origin = Origin::answering(|path, stream| {
        let answer = match path {
            "/1" => redirect("/2?x=1"),
            "/2?x=1" => redirect("3"),
            "/3" => ok(&PHOTO),
            _ => redirect("/loop"),
        };
        ignore(stream.write_all(&answer));
    });
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1", "--max-redirects", "2"]);
    let url = |path| format!("http://127.0.0.1:{}/{path}", origin.port());
    assert!(fetch(&gateway, &url("1")).answer().image(Channel::Oppo).is_some());
    fetch(&gateway, &url("loop")).assert_error(400, 1103, "more than 2 redirects");
    assert_eq!(origin.hits(), 6);
}

/// What a fetch from a server comes to that behaves like this, which must be known in good time.
fn fetched(answer: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> Reply {
    fetched_within("20", answer)
}

/// The same if a fetch may take so many seconds.
fn fetched_within(seconds: &str, answer: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> Reply {
    let origin = Origin::answering(move |_, stream| answer(stream));
    let limits = ["--fetch-timeout", seconds, "--max-download", "300000"];
    let (gateway, _data) = Gateway::fresh(&[["--allow-host", "127.0.0.1"].as_slice(), &limits].concat());
    let started = Instant::now();
    let reply = fetch(&gateway, &origin.url("127.0.0.1"));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    reply
}

const PACE: Duration = Duration::from_millis(20);
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn a_slow_server_is_given_up() {
    let late = "not fetched within 500 ms";
    fetched_within("0.5", |_| std::thread::sleep(Duration::from_secs(15))).assert_error(503, 1030, late);
    fetched_within("0.5", |stream| drip(stream, b"H", PACE)).assert_error(503, 1030, late);
    fetched_within("0.5", |stream| {
        ignore(stream.write_all(b"HTTP/1.1 200 OK\r\nX: "));
        drip(stream, b"x", PACE);
    })
    .assert_error(503, 1030, late);
    fetched_within("0.5", |stream| {
        ignore(stream.write_all(&with_length(100_000)));
        drip(stream, b"x", PACE);
    })
    .assert_error(503, 1030, late);
}

#[test]
fn an_endless_answer_is_left() {
    let too_large = "Upload file is too large: oppo_image_url: longer than 300000 bytes";
    fetched(|stream| {
        ignore(stream.write_all(CHUNKED));
        drip(stream, &[b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat(), Duration::ZERO);
    })
    .assert_error(400, 1103, too_large);
    fetched(|stream| {
        ignore(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n"));
        drip(stream, &[b'x'; 0x1000], Duration::ZERO);
    })
    .assert_error(400, 1103, too_large);
    fetched(|stream| {
        ignore(stream.write_all(b"HTTP/1.1 200 OK\r\n"));
        drip(stream, b"X-Header: and one more\r\n", Duration::ZERO);
    })
    .assert_error(400, 1103, "not HTTP");
}

#[test]
fn a_length_that_is_not_true_deceives_nobody() {
    // Too much is said: it is not even read.
    fetched(|stream| ignore(stream.write_all(&with_length(300_001)))).assert_error(400, 1103, "longer than 300000");
    // More than comes, and less.
    fetched(|stream| ignore(stream.write_all(&[with_length(200_000), PHOTO[..50_000].to_vec()].concat())))
        .assert_error(400, 1103, "the answer broke off");
    fetched(|stream| ignore(stream.write_all(&[with_length(50_000), PHOTO.to_vec()].concat()))).assert_error(
        400,
        1103,
        "File format is incorrect: oppo_image_url: broken jpeg",
    );
    fetched(|stream| ignore(stream.write_all(&[CHUNKED, b"10\r\nxx"].concat()))).assert_error(
        400,
        1103,
        "the answer broke off",
    );
    fetched(|stream| {
        ignore(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"));
    })
    .assert_error(400, 1103, "not HTTP");
}

#[test]
fn what_is_no_picture_is_refused() {
    for body in [
        b"<html>no</html>".as_slice(),
        b"",
        b"GIF89a\x01\0\x01\0",
        &[0; 1000],
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
    ] {
        fetched(move |stream| ignore(stream.write_all(&ok(body)))).assert_error(400, 1103, "File format is incorrect");
    }
}

#[test]
fn an_answer_of_another_status_is_refused() {
    for status in [201, 204, 304, 400, 404, 500] {
        fetched(move |stream| {
            ignore(write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        })
        .assert_error(400, 1103, &format!("the answer has status {status}"));
    }
    fetched(|stream| ignore(stream.write_all(b"SSH-2.0-OpenSSH\r\n"))).assert_error(400, 1103, "not HTTP");
}

#[test]
fn a_certificate_is_checked() {
    let (origin, pem) = Origin::serving_https(&["xx.com"], |_| &PHOTO);
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, pem).unwrap();
    let [xx, yy] = ["xx.com", "yy.com"].map(|host| format!("{host}=127.0.0.1:{}", origin.port()));
    let hosts = ["--allow-host", "xx.com", "--allow-host", "yy.com", "--resolve", &xx, "--resolve", &yy];
    let (gateway, _data) = Gateway::fresh(&[hosts.as_slice(), &["--ca", ca.to_str().unwrap()]].concat());
    assert_eq!(fetch(&gateway, "https://xx.com/cat.jpg").status, 200);
    fetch(&gateway, "https://yy.com/cat.jpg").assert_error(400, 1103, "its host cannot be reached");
    let (gateway, _data) = Gateway::fresh(&hosts);
    fetch(&gateway, "https://xx.com/cat.jpg").assert_error(400, 1103, "its host cannot be reached");
}
