//! Every code of both APIs, got from the running server.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::client::{BYFILES, BYURLS, OPPO, Part, basic};
use crate::origin::{BANNER, ICON, Origin, PHOTO, drip, with_length};
use crate::server::{Gateway, KEY};

/// A body that asks for nothing but a text to be passed on.
const NAMED: &str = r#"{"image_type":2,"jiguang_image_url":"icon"}"#;

/// Values of `Authorization` that name nobody.
static WRONG: LazyLock<Vec<String>> = LazyLock::new(|| {
    let pairs = ["app:wrong", "app:", "app", "nobody:secret", ":", "app:secret ", "other:secret"];
    let mut wrong: Vec<String> = pairs.map(basic).to_vec();
    wrong.extend(["", "Basic", "Basic ", "Basic !", "Bearer YXBwOnNlY3JldA==", "YXBwOnNlY3JldA=="].map(str::to_owned));
    wrong
});

#[test]
fn v3_code_1002_no_authorization_is_a_bad_request() {
    let (gateway, _data) = Gateway::fresh(&[]);
    for (method, path) in [
        ("POST", BYURLS.to_owned()),
        ("POST", BYFILES.to_owned()),
        ("PUT", format!("{BYURLS}/jgmedia-2-14b23451-0001-41ce-89d9-987b465122da")),
        ("PUT", format!("{BYFILES}/jgmedia-2-14b23451-0001-41ce-89d9-987b465122da")),
    ] {
        let reply = gateway.request(method, &path, None, Some("application/json"), NAMED.as_bytes());
        reply.assert_error(400, 1002, "Missing authen info.");
        assert!(reply.head.contains("content-type: application/json; charset=utf-8"), "{}", reply.head);
    }
}

#[test]
fn v3_code_1004_who_is_not_known_is_unauthorized() {
    let (gateway, _data) = Gateway::fresh(&[]);
    for wrong in WRONG.iter() {
        let reply = gateway.request_as("POST", BYURLS, Some(wrong), None, NAMED.as_bytes()).unwrap();
        let (status, code, _) = reply.error();
        assert_eq!((status, code), (401, 1004), "{wrong:?}");
        assert!(reply.head.contains("www-authenticate: basic"), "{}", reply.head);
    }
    let basic = basic(KEY).replace("Basic", "bAsIc");
    assert_eq!(gateway.request_as("POST", BYURLS, Some(&basic), None, NAMED.as_bytes()).unwrap().status, 200);
}

#[test]
fn v3_code_1102_what_is_required_is_named() {
    let (gateway, _data) = Gateway::fresh(&[]);
    gateway.json("POST", BYURLS, r#"{"image_url":"https://xx.com/xx.jpg"}"#).assert_error(400, 1102, "image_type");
    gateway.json("POST", BYURLS, r#"{"image_type":2}"#).assert_error(400, 1102, "image_url");
    gateway.form("POST", BYFILES, &[Part::File("oppo_file", &ICON)]).assert_error(400, 1102, "image_type");
    gateway.form("POST", BYFILES, &[Part::Text("image_type", "2")]).assert_error(400, 1102, "oppo_file");
}

#[test]
fn v3_code_1103_what_is_wrong_is_named() {
    let (gateway, _data) = Gateway::fresh(&[]);
    gateway.json("POST", BYURLS, r#"{"image_type":"2"}"#).assert_error(400, 1103, "image_type");
    gateway.json("POST", BYURLS, r#"{"image_type":2,"fcm_image_url":7}"#).assert_error(400, 1103, "fcm_image_url");
    gateway.json("POST", BYURLS, "{").assert_error(400, 1103, "body");
    let long = format!(r#"{{"image_type":2,"image_url":"https://xx.com/{}"}}"#, "x".repeat(70_000));
    gateway.json("POST", BYURLS, &long).assert_error(400, 1103, "at most 65536 bytes");
    // No form, a form without a boundary, and one that ends too soon.
    gateway.json("POST", BYFILES, "{}").assert_error(400, 1103, "body");
    let request = |content_type, body: &[u8]| gateway.request("POST", BYFILES, Some(KEY), Some(content_type), body);
    request("multipart/form-data", b"x").assert_error(400, 1103, "body");
    request("multipart/form-data; boundary=x", b"--x\r\nContent-Disp").assert_error(400, 1103, "body");
}

#[test]
fn v3_code_1000_and_v4_code_23100_a_failure_of_the_disk_is_the_servers_own() {
    let origin = Origin::serving(&PHOTO);
    let (gateway, data) = Gateway::fresh(&["--allow-host", "127.0.0.1", "--v4-adapt"]);
    std::fs::remove_dir(data.path().join("pictures")).unwrap();
    let parts = [Part::Text("image_type", "2"), Part::File("oppo_file", &ICON)];
    let reply = gateway.form("POST", BYFILES, &parts);
    assert_eq!(reply.error(), (500, 1000, "System internal error.".to_owned()));
    let body = format!(r#"{{"small_picture_url":"{}"}}"#, origin.url("127.0.0.1"));
    assert_eq!(gateway.json("POST", OPPO, &body).error(), (500, 23100, "server error".to_owned()));
    assert_eq!((gateway.figure("gateway_media"), gateway.figure("gateway_pictures")), (0, 0));
}

/// A gateway that can do one thing at a time, and a server that keeps it busy for as long as it is let.
fn busy(arguments: &[&str]) -> (Gateway, tempfile::TempDir, Origin) {
    let origin = Origin::answering(|_, stream| {
        crate::origin::ignore(stream.write_all(&with_length(1_000_000)));
        drip(stream, b"x", Duration::from_millis(20));
    });
    let mut all = vec!["--allow-host", "127.0.0.1"];
    all.extend(arguments);
    let (gateway, data) = Gateway::fresh(&all);
    (gateway, data, origin)
}

#[test]
fn v3_code_1030_what_takes_too_long_is_given_up() {
    let (gateway, _data, origin) = busy(&["--fetch-timeout", "0.3"]);
    let started = Instant::now();
    let body = format!(r#"{{"image_type":1,"image_url":"{}"}}"#, origin.url("127.0.0.1"));
    gateway.json("POST", BYURLS, &body).assert_error(503, 1030, "image_url");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());

    // The same if it is not the fetch but the call as a whole that is out of time.
    let (gateway, _data, origin) = busy(&["--timeout", "0.3"]);
    let body = format!(r#"{{"image_type":1,"image_url":"{}"}}"#, origin.url("127.0.0.1"));
    gateway.json("POST", BYURLS, &body).assert_error(503, 1030, "Service timeout");
}

#[test]
fn v3_code_1030_and_v4_code_27000_who_comes_while_there_is_too_much_to_do_is_turned_away() {
    let (gateway, _data, origin) = busy(&["--jobs", "1", "--queue", "0", "--fetch-timeout", "5"]);
    let body = format!(r#"{{"image_type":1,"image_url":"{}"}}"#, origin.url("127.0.0.1"));
    std::thread::scope(|scope| {
        scope.spawn(|| gateway.json("POST", BYURLS, &body).assert_error(503, 1030, "not fetched within 5000 ms"));
        while origin.hits() == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let started = Instant::now();
        gateway.json("POST", BYURLS, NAMED).assert_error(503, 1030, "Service timeout");
        gateway.json("POST", OPPO, "{}").assert_error(500, 27000, "Server response time out, please try again later");
        assert!(started.elapsed() < Duration::from_secs(4), "they waited {:?}", started.elapsed());
    });
    assert_eq!(gateway.json("POST", BYURLS, NAMED).status, 200, "there is room again");
}

#[test]
fn v3_code_1030_a_caller_who_does_not_finish_is_given_up() {
    use std::io::Write;
    let (gateway, _data) = Gateway::fresh(&["--timeout", "0.3"]);
    let head = crate::client::head("POST", BYURLS, Some(&basic(KEY)), None, 1000);
    let mut stream = std::net::TcpStream::connect(gateway.address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"{").unwrap();
    let stop = stream.try_clone().unwrap();
    // It is still writing when it is answered; then it has had enough.
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(600));
        stop.shutdown(std::net::Shutdown::Write)
    });
    crate::client::receive(&mut stream).unwrap().assert_error(503, 1030, "Service timeout");
}

#[test]
fn v4_code_0_success_has_ids_and_status_200() {
    let origin = Origin::answering(|path, stream| {
        let picture = if path.contains("big") { &BANNER } else { &ICON };
        crate::origin::ignore(stream.write_all(&crate::origin::ok(picture)));
    });
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1"]);
    let at = |path| format!("http://127.0.0.1:{}/{path}", origin.port());
    let body = format!(r#"{{"big_picture_url":"{}","small_picture_url":"{}"}}"#, at("big"), at("small"));
    let reply = gateway.json("POST", OPPO, &body);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json().as_object().unwrap().len(), 2, "{:?}", reply.json());
    assert_eq!(gateway.get(&format!("/media/{}", reply.text("big_picture_id"))).body, *BANNER);
    assert_eq!(gateway.get(&format!("/media/{}", reply.text("small_picture_id"))).body, *ICON);
}

#[test]
fn v4_code_21001_a_wrong_method_or_address_is_not_found() {
    let (gateway, _data) = Gateway::fresh(&[]);
    for (method, path) in [
        ("GET", OPPO),
        ("PUT", OPPO),
        ("DELETE", OPPO),
        ("POST", "/v4/image"),
        ("POST", "/v4/image/oppo/"),
        ("GET", "/v4/x"),
    ] {
        let reply = gateway.request(method, path, Some(KEY), None, b"");
        reply.assert_error(404, 21001, "The method is not supported or url err");
    }
}

#[test]
fn v4_code_21003_a_wrong_value_is_named() {
    let (gateway, _data) = Gateway::fresh(&[]);
    gateway.json("POST", OPPO, r#"{"big_picture_url":7}"#).assert_error(400, 21003, "big_picture_url");
    gateway.json("POST", OPPO, r#"{"small_picture_url":"cat.jpg"}"#).assert_error(400, 21003, "small_picture_url");
    gateway.json("POST", OPPO, "[]").assert_error(400, 21003, "Parameter value is invalid");
    gateway.json("POST", OPPO, &" ".repeat(70_000)).assert_error(400, 21003, "at most 65536 bytes");
    let private = r#"{"big_picture_url":"http://10.0.0.1/cat.jpg"}"#;
    gateway.json("POST", OPPO, private).assert_error(400, 21003, "big_picture_url: its host is not public");
}

#[test]
fn v4_code_23001_who_is_not_known_is_unauthorized() {
    let (gateway, _data) = Gateway::fresh(&[]);
    gateway.request("POST", OPPO, None, None, b"{}").assert_error(401, 23001, "Basic authentication failed");
    for wrong in WRONG.iter() {
        let reply = gateway.request_as("POST", OPPO, Some(wrong), None, b"{}").unwrap();
        reply.assert_error(401, 23001, "Basic authentication failed");
    }
}

#[test]
fn v4_code_23002_one_address_is_required() {
    let (gateway, _data) = Gateway::fresh(&[]);
    for body in ["{}", r#"{"big_picture_url":"","small_picture_url":""}"#] {
        gateway.json("POST", OPPO, body).assert_error(400, 23002, "Missing parameter!");
    }
}

#[test]
fn v4_code_51_a_picture_that_breaks_a_rule_has_status_200() {
    let (gateway, data) = Gateway::fresh(&["--allow-host", "127.0.0.1"]);
    let long = {
        // Behind the end of a picture anything may lie; but it counts.
        let mut bytes = ICON.clone();
        bytes.resize(51_201, 0);
        bytes
    };
    let cases: [(&[u8], &str); 4] =
        [(&PHOTO, "its size is 2400x1600"), (&long, "at most 51 200"), (b"GIF89a", "gif"), (b"<html>", "unsupported")];
    for (picture, why) in cases {
        let origin = Origin::serving(picture);
        let body = format!(r#"{{"small_picture_url":"{}"}}"#, origin.url("127.0.0.1"));
        let reply = gateway.json("POST", OPPO, &body);
        reply.assert_error(200, 51, "Picture Size Exceeds: small_picture_url");
        reply.assert_error(200, 51, why);
    }
    assert_eq!(std::fs::read_dir(data.path().join("pictures")).unwrap().count(), 0, "nothing of it is kept");
}
