//! OPPO's daily quotas, in every way in which they could be got round, and that of media ids.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::client::{BYFILES, BYURLS, OPPO, Part, Reply, form};
use crate::origin::{BANNER, ICON, Origin};
use crate::server::{Gateway, KEY, OTHER_KEY};

fn upload(gateway: &Gateway, key: &str, image_type: &str, file: &[u8]) -> Reply {
    let (content_type, body) = form(&[Part::Text("image_type", image_type), Part::File("oppo_file", file)]);
    gateway.request("POST", BYFILES, Some(key), Some(&content_type), &body)
}

/// The seconds until a noon in UTC+8, more than a day from now. Set ahead by that, a clock passes no midnight during a test.
fn until_noon() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    (12 - 8) * 3600 + 2 * 86_400 - now % 86_400
}

/// Uploads this many times, some at a time, and counts what was taken.
fn taken(gateway: &Gateway, times: usize, image_type: &str, file: &[u8]) -> usize {
    let (begun, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while begun.fetch_add(1, Ordering::SeqCst) < times {
                    let reply = upload(gateway, KEY, image_type, file);
                    if reply.status == 200 {
                        taken.fetch_add(1, Ordering::SeqCst);
                    } else {
                        reply.assert_error(400, 1103, "exceeds the daily limit");
                    }
                }
            });
        }
    });
    taken.into_inner()
}

#[test]
fn v3_rule_36_100_large_images_a_day_for_each_app_and_a_restart_does_not_lift_it() {
    let noon = until_noon().to_string();
    let (gateway, data) = Gateway::fresh(&["--clock-ahead", &noon]);
    // What fails does not count.
    upload(&gateway, KEY, "1", &ICON).assert_error(400, 1103, "its size is 144x144");
    assert_eq!(taken(&gateway, 104, "1", &BANNER), 100, "even if they come at the same time");
    assert_eq!(gateway.figure("gateway_pictures"), 100, "what was refused is not kept");
    let stored = gateway.figure(r#"gateway_stored_total{slot="oppo/large-image"}"#);
    assert_eq!(stored, 100, "what was refused is not counted");
    upload(&gateway, KEY, "1", &BANNER).assert_error(400, 1103, "oppo_file: at most 100 pictures a day");
    assert_eq!(upload(&gateway, KEY, "2", &ICON).status, 200, "icons have a quota of their own");
    assert_eq!(upload(&gateway, OTHER_KEY, "1", &BANNER).status, 200, "and so have other apps");
    let id = gateway.json("POST", BYURLS, r#"{"image_type":1,"fcm_image_url":"cat.jpg"}"#).text("media_id");
    gateway.kill();

    let origin = Origin::serving(&BANNER);
    let gateway = Gateway::start(data.path(), &["--clock-ahead", &noon, "--allow-host", "127.0.0.1"]);
    upload(&gateway, KEY, "1", &BANNER).assert_error(400, 1103, "exceeds the daily limit");
    let url = origin.url("127.0.0.1");
    let body = format!(r#"{{"oppo_image_url":"{url}"}}"#);
    let reply = gateway.json("PUT", &format!("/v3/images/byurls/{id}"), &body);
    reply.assert_error(400, 1103, "exceeds the daily limit");
    // API v4 has the same quota, and OPPO's own code for it.
    let body = format!(r#"{{"big_picture_url":"{url}"}}"#);
    gateway.json("POST", OPPO, &body).assert_error(200, 34, "Daily upload limit exceeded");
    assert_eq!(origin.hits(), 0, "what would be refused is not fetched");
    gateway.kill();

    let gateway = Gateway::start(data.path(), &["--clock-ahead", &noon, "--quota", "server"]);
    assert_eq!(upload(&gateway, KEY, "1", &BANNER).status, 200, "what all share is counted apart");
    gateway.kill();
    let gateway = Gateway::start(data.path(), &["--clock-ahead", &noon, "--quota", "off"]);
    assert_eq!(upload(&gateway, KEY, "1", &BANNER).status, 200);
    gateway.kill();
    let gateway = Gateway::start(data.path(), &["--clock-ahead", &(until_noon() + 86_400).to_string()]);
    assert_eq!(upload(&gateway, KEY, "1", &BANNER).status, 200, "tomorrow is another day");
}

#[test]
fn v3_rule_36_500_large_icons_a_day() {
    let (gateway, _data) = Gateway::fresh(&["--clock-ahead", &until_noon().to_string()]);
    assert_eq!(taken(&gateway, 502, "2", &ICON), 500);
}

#[test]
fn v3_rule_36_the_day_begins_at_midnight_in_china_unless_said_otherwise() {
    let noon = until_noon();
    let (gateway, data) = Gateway::fresh(&["--clock-ahead", &noon.to_string()]);
    assert_eq!(taken(&gateway, 100, "1", &BANNER), 100);
    gateway.kill();
    let started = std::time::Instant::now();
    let at = |hours_on: i64, zone: &[&str]| {
        // What has passed meanwhile is taken off, so that it is that hour again, and some minutes.
        let ahead = noon.saturating_add_signed(hours_on * 3600 + 600) - started.elapsed().as_secs();
        let gateway = Gateway::start(data.path(), &[["--clock-ahead", &ahead.to_string()].as_slice(), zone].concat());
        upload(&gateway, KEY, "1", &BANNER).status
    };
    // Until midnight it is the day of noon, in the zones to the east only until their own; and in those to the west it
    // is that day still when China has another. A day that is over is forgotten, so the last comes last.
    assert_eq!(at(11, &[]), 400);
    assert_eq!(at(11, &["--quota-zone", "7"]), 400);
    assert_eq!(at(13, &["--quota-zone", "0"]), 400);
    assert_eq!(at(13, &["--quota-zone", "-12"]), 400);
    assert_eq!(at(-11, &["--quota-zone", "0"]), 200, "in UTC it is the day before");
    assert_eq!(at(13, &[]), 200);
}

#[test]
fn so_many_media_ids_are_made_in_a_day_with_pictures_or_without() {
    let (gateway, _data) = Gateway::fresh(&["--clock-ahead", &until_noon().to_string(), "--ids-per-day", "2"]);
    let named = r#"{"image_type":1,"fcm_image_url":"cat.jpg"}"#;
    let id = gateway.json("POST", BYURLS, named).text("media_id");
    assert_eq!(upload(&gateway, KEY, "1", &BANNER).status, 200);
    let told = "exceeds the daily limit: media_id: at most 2 a day are made";
    gateway.json("POST", BYURLS, named).assert_error(400, 1103, told);
    upload(&gateway, KEY, "1", &BANNER).assert_error(400, 1103, told);
    assert_eq!((gateway.figure("gateway_media"), gateway.figure("gateway_pictures")), (2, 1));
    // An update makes none, and other apps have their own.
    let update = r#"{"fcm_image_url":"dog.jpg"}"#;
    assert_eq!(gateway.json("PUT", &format!("{BYURLS}/{id}"), update).status, 200);
    assert_eq!(upload(&gateway, OTHER_KEY, "1", &BANNER).status, 200);
}
