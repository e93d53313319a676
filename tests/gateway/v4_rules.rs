//! The rules of API v4 that show at the running server only.

use crate::client::OPPO;
use crate::origin::{ICON, Origin};
use crate::pictures::{assert_two_colours, two_colours};
use crate::server::{Gateway, KEY};

#[test]
fn v4_rule_1_it_is_a_post_of_json_with_basic_authentication() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let body = br#"{"big_picture_url":"http://10.0.0.1/x.jpg"}"#;
    // The page's example has no Content-Type, and curl has one of its own.
    for content_type in [None, Some("application/json"), Some("application/x-www-form-urlencoded")] {
        let reply = gateway.request("POST", OPPO, Some(KEY), content_type, body);
        reply.assert_error(400, 21003, "big_picture_url");
    }
}

#[test]
fn v4_rule_7_the_switch_adapts() {
    let origin = Origin::serving(&two_colours());
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1", "--v4-adapt"]);
    let url = origin.url("127.0.0.1");
    let reply = gateway.json("POST", OPPO, &format!(r#"{{"big_picture_url":"{url}","small_picture_url":"{url}"}}"#));
    assert_eq!(origin.hits(), 1, "one address is fetched once");
    for (field, size, most) in [("big_picture_id", (984, 369), 1_048_576), ("small_picture_id", (144, 144), 51_200)] {
        let stored = gateway.get(&format!("/media/{}", reply.text(field))).body;
        assert!(stored.len() <= most, "{}", stored.len());
        assert_two_colours(&stored, size);
    }
}

#[test]
fn v4_rule_1_without_the_channel_oppo_there_is_nothing_to_do() {
    let origin = Origin::serving(&ICON);
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1", "--channels", "huawei,fcm"]);
    let body = format!(r#"{{"small_picture_url":"{}"}}"#, origin.url("127.0.0.1"));
    gateway.json("POST", OPPO, &body).assert_error(400, 21003, "small_picture_url: the channel oppo is not open");
    assert_eq!(origin.hits(), 0);
}
