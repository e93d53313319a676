//! What is kept outlasts the program, however it ends, for as long as it is promised and no longer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pushpix::api::v3::Channel;

use crate::client::{BYFILES, BYURLS, basic, form, head, icon, receive};
use crate::origin::{ICON, Origin, PHOTO, ignore, ok};
use crate::server::{self, Gateway, KEY};

const MONTH: &str = "2592000";

/// The names of the pictures' files.
fn files(data: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(data.join("pictures")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn records_and_files_survive_a_restart() {
    let (gateway, data) = Gateway::fresh(&[]);
    let before = gateway.form("POST", BYFILES, &icon()).answer();
    gateway.kill();
    let gateway = Gateway::start(data.path(), &[]);
    let path = format!("{BYURLS}/{}", before.media_id);
    let after = gateway.json("PUT", &path, r#"{"fcm_image_url":"icon"}"#).answer();
    assert_eq!(after.image(Channel::Oppo), before.image(Channel::Oppo));
    assert_eq!(gateway.get(&format!("/media/{}", before.image(Channel::Oppo).unwrap())).body, *ICON);
}

#[test]
fn v3_rule_3_after_30_days_an_id_is_gone_and_its_picture_too() {
    let (gateway, data) = Gateway::fresh(&[]);
    let first = gateway.form("POST", BYFILES, &icon()).answer();
    gateway.kill();
    let picture = format!("/media/{}", first.image(Channel::Oppo).unwrap());
    let path = format!("{BYURLS}/{}", first.media_id);
    let body = r#"{"fcm_image_url":"icon"}"#;

    // Ten minutes before, both are there; an update does not prolong them.
    let gateway = Gateway::start(data.path(), &["--clock-ahead", "2591400"]);
    assert_eq!(gateway.json("PUT", &path, body).status, 200);
    assert_eq!(gateway.form("PUT", &format!("{BYFILES}/{}", first.media_id), &icon()[1..]).status, 200);
    assert_eq!(gateway.get(&picture).status, 200);
    assert_eq!(files(data.path()).len(), 2);
    gateway.kill();

    let gateway = Gateway::start(data.path(), &["--clock-ahead", MONTH]);
    gateway.json("PUT", &path, body).assert_error(400, 1103, "The mediaId is invalid or has expired.");
    gateway.form("PUT", &format!("{BYFILES}/{}", first.media_id), &icon()[1..]).assert_error(400, 1103, "expired");
    assert_eq!(gateway.get(&picture).status, 404);
    assert_eq!(files(data.path()), Vec::<String>::new(), "nothing of them is left");
    assert_eq!((gateway.figure("gateway_media"), gateway.figure("gateway_pictures")), (0, 0));
}

#[test]
fn v3_rule_3_an_id_is_gone_to_the_second_though_nothing_was_deleted_yet() {
    let (gateway, data) = Gateway::fresh(&[]);
    let made = gateway.form("POST", BYFILES, &icon()).answer();
    gateway.kill();
    // Some seconds before its end.
    let gateway = Gateway::start(data.path(), &["--clock-ahead", "2591990"]);
    let path = format!("{BYURLS}/{}", made.media_id);
    let started = Instant::now();
    while gateway.json("PUT", &path, r#"{"fcm_image_url":"icon"}"#).status == 200 {
        assert!(started.elapsed() < Duration::from_secs(30), "it is still there");
        std::thread::sleep(Duration::from_millis(50));
    }
    gateway.json("PUT", &path, r#"{"fcm_image_url":"icon"}"#).assert_error(400, 1103, "expired");
    assert_eq!(gateway.get(&format!("/media/{}", made.image(Channel::Oppo).unwrap())).status, 404);
    assert_eq!(gateway.figure("gateway_media"), 1, "its record is deleted later");
}

#[test]
fn a_picture_is_not_found_by_a_wrong_id() {
    let (gateway, data) = Gateway::fresh(&[]);
    std::fs::write(data.path().join("pictures/stranger"), b"x").unwrap();
    let oppo = gateway.form("POST", BYFILES, &icon()).answer().image(Channel::Oppo).unwrap().to_owned();
    for id in ["stranger", "", "..%2Frecords.redb", "%2e%2e%2frecords.redb", "x%00", &oppo[1..], &oppo.to_uppercase()] {
        if id != oppo {
            assert_eq!(gateway.get(&format!("/media/{id}")).status, 404, "{id}");
        }
    }
}

#[test]
fn a_kill_in_the_middle_of_an_upload_leaves_no_half_record() {
    let (gateway, data) = Gateway::fresh(&[]);
    let (content_type, body) = form(&icon());
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    let head = head("POST", BYFILES, Some(&basic(KEY)), Some(&content_type), body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    while gateway.figure("gateway_in_flight") == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    gateway.kill();
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_or(0), 0, "no answer");

    let gateway = Gateway::start(data.path(), &[]);
    assert_eq!((gateway.figure("gateway_media"), gateway.figure("gateway_pictures")), (0, 0));
    assert_eq!(files(data.path()), Vec::<String>::new());
}

#[test]
fn after_kills_at_any_time_there_is_all_that_was_answered_and_no_file_without_a_record() {
    let data = tempfile::tempdir().unwrap();
    let answered = Mutex::new(Vec::new());
    for round in 0..4 {
        let gateway = Gateway::start(data.path(), &[]);
        let address = gateway.address;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let (content_type, body) = form(&icon());
                    let head = head("POST", BYFILES, Some(&basic(KEY)), Some(&content_type), body.len());
                    while let Ok(reply) = crate::client::send(address, &head, &body) {
                        answered.lock().unwrap().push(reply.answer());
                    }
                });
            }
            while answered.lock().unwrap().len() < 4 * (round + 1) {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(37 * round as u64));
            gateway.kill();
        });
        // As if it had been killed between writing a file and recording it.
        std::fs::write(data.path().join(format!("pictures/{round:032x}.unfinished")), b"x").unwrap();
        std::fs::write(data.path().join(format!("pictures/{round:032x}")), b"x").unwrap();
    }
    let gateway = Gateway::start(data.path(), &[]);
    let answered = answered.into_inner().unwrap();
    for answer in &answered {
        let id = answer.image(Channel::Oppo).unwrap();
        assert_eq!(gateway.get(&format!("/media/{id}")).body, *ICON);
        let path = format!("{BYURLS}/{}", answer.media_id);
        assert_eq!(gateway.json("PUT", &path, r#"{"fcm_image_url":"icon"}"#).status, 200);
    }
    let pictures = gateway.figure("gateway_pictures");
    assert_eq!(files(data.path()).len() as u64, pictures, "a file for each record and no other");
    assert_eq!(gateway.figure("gateway_media"), pictures);
    // What was recorded and not answered: at most one for each caller and round.
    assert!((answered.len() as u64..=answered.len() as u64 + 16).contains(&pictures), "{pictures}");
}

#[test]
fn what_is_no_picture_of_ours_is_left_alone() {
    let (gateway, data) = Gateway::fresh(&[]);
    let picture = gateway.form("POST", BYFILES, &icon()).answer().image(Channel::Oppo).unwrap().to_owned();
    gateway.kill();
    let pictures = data.path().join("pictures");
    let orphan = format!("{:032x}", 7);
    let strangers = ["cat.jpg", ".hidden", "x.unfinished", &orphan.to_uppercase().replace('7', "A"), &orphan[1..]];
    for name in strangers {
        std::fs::write(pictures.join(name), b"x").unwrap();
    }
    let folders = ["album".to_owned(), format!("{:032x}", 8)];
    for folder in &folders {
        std::fs::create_dir(pictures.join(folder)).unwrap();
        std::fs::write(pictures.join(folder).join(&orphan), b"x").unwrap();
    }
    std::fs::write(pictures.join(&orphan), b"x").unwrap();
    let gateway = Gateway::start(data.path(), &[]);
    assert_eq!(gateway.get(&format!("/media/{picture}")).status, 200);
    assert!(strangers.iter().all(|name| pictures.join(name).exists()), "{:?}", files(data.path()));
    assert!(folders.iter().all(|folder| pictures.join(folder).join(&orphan).exists()));
    assert!(!pictures.join(&orphan).exists(), "a picture without a record is deleted");
}

#[test]
fn pictures_without_their_database_are_not_deleted() {
    let (gateway, data) = Gateway::fresh(&[]);
    gateway.form("POST", BYFILES, &icon()).answer();
    gateway.kill();
    std::fs::remove_file(data.path().join("records.redb")).unwrap();
    for _ in 0..2 {
        let output = server::command(data.path()).output().unwrap();
        assert!(!output.status.success(), "{output:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("records.redb is missing or empty, and there are pictures"), "{told}");
    }
    assert_eq!(files(data.path()).len(), 1);
}

/// The database may not grow here, as on a full disk.
#[cfg(unix)]
#[test]
fn a_database_that_has_failed_is_told_by_the_health_check() {
    let (gateway, data) = Gateway::fresh(&[]);
    let picture = gateway.form("POST", BYFILES, &icon()).answer().image(Channel::Oppo).unwrap().to_owned();
    gateway.kill();
    let grown = std::fs::metadata(data.path().join("records.redb")).unwrap().len() + (1 << 20);
    let program = server::command(data.path());
    // In blocks of 512 bytes.
    let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", grown / 512);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &limit, "sh"]).arg(program.get_program()).args(program.get_args()).env_remove("GATEWAY_KEYS");
    let gateway = Gateway::spawn(&mut command);
    let field = |channel: &str| format!(r#""{channel}_image_url":"https://xx.com/{}""#, "x".repeat(2000));
    let long = format!(r#"{{"image_type":2,{}}}"#, ["fcm", "honor", "huawei", "jiguang"].map(field).join(","));
    let failed = (0..2000).map(|_| gateway.json("POST", BYURLS, &long)).find(|reply| reply.status != 200);
    failed.unwrap().assert_error(500, 1000, "System internal error.");
    for _ in 0..2 {
        let health = gateway.get("/healthz");
        assert_eq!((health.status, health.body), (503, b"the database has failed: start the server anew\n".to_vec()));
        gateway.json("POST", BYURLS, r#"{"image_type":2,"fcm_image_url":"icon"}"#).assert_error(500, 1000, "");
    }
    gateway.kill();
    let gateway = Gateway::start(data.path(), &[]);
    assert_eq!(gateway.get("/healthz").status, 200);
    assert_eq!(gateway.get(&format!("/media/{picture}")).body, *ICON);
    assert_eq!(gateway.json("POST", BYURLS, &long).status, 200);
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_answers_what_has_begun() {
    let origin = Origin::answering(|_, stream| {
        std::thread::sleep(Duration::from_millis(400));
        ignore(stream.write_all(&ok(&PHOTO)));
    });
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1"]);
    let body = format!(r#"{{"image_type":2,"image_url":"{}"}}"#, origin.url("127.0.0.1"));
    let idle = TcpStream::connect(gateway.address).unwrap();
    let mut busy = TcpStream::connect(gateway.address).unwrap();
    busy.write_all(head("POST", BYURLS, Some(&basic(KEY)), None, body.len()).as_bytes()).unwrap();
    busy.write_all(body.as_bytes()).unwrap();
    while origin.hits() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    gateway.terminate();
    assert!(receive(&mut busy).unwrap().answer().image(Channel::Oppo).is_some());
    let address = gateway.address;
    let (status, printed) = gateway.wait();
    assert!(status.success(), "{status}");
    assert_eq!(printed, "", "one line is all it prints");
    assert!(TcpStream::connect(address).is_err());
    drop(idle);
}

#[test]
fn two_cannot_have_one_folder_and_what_is_wrong_is_told() {
    let (_gateway, data) = Gateway::fresh(&[]);
    let refused = |arguments: &[&str]| {
        let output = server::command(data.path()).args(arguments).output().unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&[]).contains("already open"), "{}", refused(&[]));
    for (arguments, why) in [
        (["--key", "secretless"], "expected APPKEY:MASTERSECRET"),
        (["--channels", "vivo"], "expected one of oppo, xiaomi"),
        (["--resolve", "xx.com"], "expected HOST=ADDRESS"),
        (["--keys-file", "/nowhere"], "/nowhere"),
        (["--ca", "/nowhere"], "/nowhere"),
        (["--spec", "oppo/nothing"], "no spec is named"),
        (["--timeout", "0"], "expected more than 0 and at most 3600 seconds"),
        (["--timeout", "1e300"], "expected more than 0 and at most 3600 seconds"),
        (["--fetch-timeout", "-1"], "expected"),
        (["--write-timeout", "nan"], "expected more than 0 and at most 3600 seconds"),
    ] {
        let told = refused(&arguments);
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
}

#[test]
fn keys_come_from_the_command_line_a_file_or_the_environment() {
    let data = tempfile::tempdir().unwrap();
    let keys = data.path().join("keys");
    std::fs::write(&keys, "# the team's\n\n  filed:one \n").unwrap();
    let assert_known = |gateway: Gateway, keys: &[(&str, u16)]| {
        for &(key, status) in keys {
            let body = br#"{"image_type":2,"fcm_image_url":"icon"}"#;
            assert_eq!(gateway.request("POST", BYURLS, Some(key), None, body).status, status, "{key}");
        }
        gateway.kill();
    };
    let gateway = Gateway::start(data.path(), &["--keys-file", keys.to_str().unwrap()]);
    assert_known(gateway, &[("filed:one", 200), (KEY, 200), ("filed:two", 401), ("# the team's", 401)]);
    let gateway = Gateway::spawn_as_it_is(server::command(data.path()).env("GATEWAY_KEYS", "set:one, set:two\n,"));
    assert_known(gateway, &[("set:one", 200), ("set:two", 200), (" set:two", 401), (KEY, 401)]);
}

#[test]
fn a_key_that_is_made_up_is_told_whatever_is_logged() {
    let data = tempfile::tempdir().unwrap();
    let mut command = server::command(data.path());
    command.args(["--log", "error"]).env("GATEWAY_KEYS", "");
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(told["key"].as_str().unwrap().starts_with("test:"), "{line}");
}
