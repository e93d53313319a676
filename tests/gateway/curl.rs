//! The examples of the two pages by curl, as they are printed there but for host, key and files.

use std::path::Path;
use std::process::Command;

use pushpix::api::v3::Channel;
use serde_json::Value;

use crate::client::basic;
use crate::origin::{BANNER, Origin, PHOTO, fixture};
use crate::server::{Gateway, KEY};

/// The pages' examples of bodies: of `POST byurls`, `PUT byurls` and v4, with addresses.
const POST_BYURLS: &str = r#"{
"image_type": 2,
"image_url": "https://xx.com/xx.jpg",
"oppo_image_url": "https://xx.com/oppo.jpg",
"xiaomi_image_url": "https://xx.com/xiaomi.jpg",
"huawei_image_url": "",
"honor_image_url": "",
"fcm_image_url": "",
"jiguang_image_url": "https://xx.com/jiguang.jpg",
"hmos_image_url": "https://xx.com/hmos.jpg" // 20240813新增,适配鸿蒙上传图片
}"#;
const PUT_BYURLS: &str = r#"{
"oppo_image_url": "",
"xiaomi_image_url": "",
"huawei_image_url": "https://xx.com/new_huawei.jpg",
"honor_image_url": "https://xx.com/new_honor.jpg",
"fcm_image_url": "",
"jiguang_image_url": "http://xx.com/new_jiguang.jpg",
"hmos_image_url": "https://xx.com/hmos.jpg" // 适配鸿蒙更新图片,20240813新增
}"#;
const POST_V4: &str = r#"{ "big_picture_url" : "", "small_picture_url": "" }"#;

/// The answer to a command line of curl's, as JSON; `None` where there is no curl.
fn curl(arguments: &[&str]) -> Option<Value> {
    let Ok(output) = Command::new("curl").args(["--silent", "--show-error"]).args(arguments).output() else {
        eprintln!("skipped: there is no curl");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A gateway for which xx.com is a server here that has a photo under every name.
fn gateway(folder: &Path) -> (Gateway, Origin) {
    let (origin, pem) = Origin::serving_https(&["xx.com"], &PHOTO);
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
    let Some(made) = call("POST", "/v3/images/byurls", POST_BYURLS) else { return };
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

    let changed = call("PUT", &format!("/v3/images/byurls/{id}"), PUT_BYURLS).unwrap();
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
    let call = |body| curl(&["--request", "POST", &url, "--header", &authorization, "--data", body]);
    // As it is printed, it asks for nothing.
    let Some(empty) = call(POST_V4) else { return };
    assert_eq!(empty["error"]["code"], 23002);
    let filled = POST_V4.replacen("\"\"", "\"https://xx.com/big.jpg\"", 1);
    let verified = call(&filled).unwrap();
    assert_eq!(verified["error"]["code"], 51, "the photo is too large, and is not adapted");
}
