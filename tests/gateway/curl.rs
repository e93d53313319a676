//! The examples of the two pages by curl, as they are printed there but for host, key and files.

use std::path::Path;
use std::process::Command;

use pushpix::api::v3::Channel;
use serde_json::Value;

use crate::client::basic;
use crate::origin::{BANNER, ICON, Origin, PHOTO};
use crate::pictures::fixture;
use crate::printed::{CREATE, UPDATE};
use crate::server::{Gateway, KEY};

/// The body that v4's page prints.
const POST_V4: &str = r#"{ "big_picture_url" : "", "small_picture_url": "" }"#;

/// No configuration and no proxy of this machine's. The first must come first.
const ALONE: [&str; 5] = ["--disable", "--noproxy", "*", "--silent", "--show-error"];

/// The answer to a command line of curl's, as JSON; `None` where there is no curl.
fn curl(arguments: &[&str]) -> Option<Value> {
    let Ok(output) = Command::new("curl").args(ALONE).args(arguments).output() else {
        eprintln!("skipped: there is no curl");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A gateway for which xx.com is a server here that has a photo under every name but two, under which it has what OPPO
/// takes.
fn gateway(folder: &Path) -> (Gateway, Origin) {
    let (origin, pem) = Origin::serving_https(&["xx.com"], |path| match path {
        "/big.jpg" => &BANNER,
        "/small.jpg" => &ICON,
        _ => &PHOTO,
    });
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, pem).unwrap();
    let xx = format!("xx.com=127.0.0.1:{}", origin.port());
    let arguments = ["--allow-host", "xx.com", "--resolve", &xx, "--ca", ca.to_str().unwrap()];
    (Gateway::start(folder, &arguments), origin)
}

#[test]
fn v3_vectors_a_and_c_the_examples_by_url() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, origin) = gateway(folder.path());
    let authorization = format!("Authorization: {}", basic(KEY));
    let json = ["--header", "Content-Type: application/json", "--header", &authorization];
    let call = |method, path: &str, body| {
        let url = format!("http://{}{path}", gateway.address);
        curl(&[["--request", method, &url].as_slice(), &json, &["--data", body]].concat())
    };
    let Some(made) = call("POST", "/v3/images/byurls", CREATE) else { return };
    let id = made["media_id"].as_str().unwrap();
    assert!(id.starts_with("jgmedia-2-"), "{made}");
    for channel in [Channel::Huawei, Channel::Honor, Channel::Fcm] {
        assert_eq!(made[channel.url_field()], "https://xx.com/xx.jpg", "{made}");
    }
    assert_eq!(made["jiguang_image_url"], "https://xx.com/jiguang.jpg");
    assert_eq!(made["hmos_image_url"], "https://xx.com/hmos.jpg");
    assert_eq!(gateway.get(&format!("/media/{}", made["oppo_image_url"].as_str().unwrap())).status, 200);
    assert_eq!(made["xiaomi_image_url"], Value::Null, "Xiaomi has ended");
    assert_eq!(origin.hits(), 1);

    let changed = call("PUT", &format!("/v3/images/byurls/{id}"), UPDATE).unwrap();
    assert_eq!(changed["media_id"], id);
    assert_eq!(changed["oppo_image_url"], made["oppo_image_url"]);
    assert_eq!(changed["huawei_image_url"], "https://xx.com/new_huawei.jpg");
    assert_eq!(changed["honor_image_url"], "https://xx.com/new_honor.jpg");
    assert_eq!(changed["fcm_image_url"], "https://xx.com/xx.jpg");
    assert_eq!(changed["jiguang_image_url"], "http://xx.com/new_jiguang.jpg");
    assert_eq!(origin.hits(), 1, "what is kept is not fetched again");
}

#[test]
fn v3_vector_b_the_examples_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, _origin) = gateway(folder.path());
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        format!("@{}", folder.path().join(name).display())
    };
    let xiaomi = format!("xiaomi_file={}", file("test_file1.jpg", &fixture("photo.jpg")));
    let oppo = format!("oppo_file={}", file("test_file2.jpg", &BANNER));
    let authorization = format!("Authorization: {}", basic(KEY));
    let call = |method, path: &str, forms: &[&str]| {
        let url = format!("http://{}{path}", gateway.address);
        let headers = ["--header", "Content-Type: multipart/form-data", "--header", &authorization];
        let forms: Vec<&str> = forms.iter().flat_map(|form| ["--form", form]).collect();
        curl(&[["--request", method, &url].as_slice(), &headers, &forms].concat())
    };
    let Some(made) = call("POST", "/v3/images/byfiles", &[&xiaomi, &oppo, "image_type=1"]) else { return };
    let id = made["media_id"].as_str().unwrap();
    assert!(id.starts_with("jgmedia-1-"), "{made}");
    for channel in [Channel::Huawei, Channel::Honor, Channel::Fcm, Channel::Jiguang] {
        assert_eq!(made[channel.url_field()], "", "{made}");
    }
    assert_eq!(made.get("hmos_image_url"), None, "{made}");
    let oppo_id = made["oppo_image_url"].as_str().unwrap();
    assert_eq!(gateway.get(&format!("/media/{oppo_id}")).body, *BANNER);

    let changed = call("PUT", &format!("/v3/images/byfiles/{id}"), &[&xiaomi, &oppo]).unwrap();
    assert_eq!(changed["media_id"], id);
    assert_ne!(changed["oppo_image_url"], oppo_id);
}

#[test]
fn v4_rule_8_the_example_with_both_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, _origin) = gateway(folder.path());
    let authorization = format!("Authorization: {}", basic(KEY));
    let url = format!("http://{}/v4/image/oppo", gateway.address);
    let call = |body: &str| curl(&["--request", "POST", &url, "--header", &authorization, "--data", body]);
    // As it is printed, it asks for nothing.
    let Some(empty) = call(POST_V4) else { return };
    assert_eq!(empty["error"]["code"], 23002);
    let fill = |big: &str, small: &str| {
        let filled = POST_V4.replacen("\"\"", &format!("\"https://xx.com/{big}.jpg\""), 1);
        call(&filled.replacen("\"\"", &format!("\"https://xx.com/{small}.jpg\""), 1)).unwrap()
    };
    let made = fill("big", "small");
    assert_eq!(made.as_object().unwrap().len(), 2, "{made}");
    for (field, picture) in [("big_picture_id", &BANNER), ("small_picture_id", &ICON)] {
        assert_eq!(gateway.get(&format!("/media/{}", made[field].as_str().unwrap())).body, **picture, "{field}");
    }
    assert_ne!(made["big_picture_id"], made["small_picture_id"]);
    let refused = fill("photo", "small");
    assert_eq!(refused["error"]["code"], 51, "the photo is too large, and is not adapted");
}
