//! The rules of API v4 that show at the running server only.

use pushpix::Spec;

use crate::origin::{Origin, PHOTO};
use crate::server::{Gateway, KEY};

const OPPO: &str = "/v4/image/oppo";

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
    let origin = Origin::serving(&PHOTO);
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1", "--v4-adapt"]);
    let url = origin.url("127.0.0.1");
    let reply = gateway.json("POST", OPPO, &format!(r#"{{"big_picture_url":"{url}","small_picture_url":"{url}"}}"#));
    assert_eq!(origin.hits(), 1, "one address is fetched once");
    for (field, spec) in [("big_picture_id", "oppo/large-image"), ("small_picture_id", "oppo/large-icon")] {
        let stored = gateway.get(&format!("/media/{}", reply.text(field))).body;
        let verdict = pushpix::verify(&stored, Spec::builtin(spec).unwrap());
        assert!(verdict.complies(), "{verdict}");
    }
}
