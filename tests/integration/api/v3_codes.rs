//! API v3, each code with its status, and what leads to it.

use std::time::Duration;

use pushpix::api::v3::{Error, MediaId};
use pushpix::api::{Refusal, RefusalKind, Work};
use pushpix::{Adapter, ByteSize, CancelToken, Limits};
use serde_json::json;

use super::{IMAGE_URL, assert_refused, created, told};
use crate::pictures::fixture;

fn oppo_icon() -> Work {
    created(&json!({ "image_type": 2, "oppo_image_url": IMAGE_URL })).unwrap().work().next().unwrap().1.clone()
}

#[test]
fn v3_code_1000_is_a_defect_of_the_server_and_tells_nothing_of_it() {
    assert_eq!(told(&Error::Internal), (1000, 500, "System internal error.".to_owned()));
    let error = Error::from(Refusal::new("oppo_file", RefusalKind::Internal, "disk /data is full"));
    assert_eq!(told(&error), (1000, 500, "System internal error.".to_owned()));
}

#[test]
fn v3_code_1002_is_missing_authorization_with_status_400() {
    assert_eq!(told(&Error::MissingAuthorization), (1002, 400, "Missing authen info.".to_owned()));
}

#[test]
fn v3_code_1004_is_wrong_authorization_with_status_401() {
    assert_eq!(told(&Error::Unauthorized), (1004, 401, "Basic authentication failed.".to_owned()));
}

#[test]
fn v3_code_1030_is_a_timeout_with_status_503() {
    assert_eq!(told(&Error::Timeout), (1030, 503, "Service timeout.".to_owned()));
    let slow = Adapter::new().with_deadline(Duration::ZERO);
    let cancel = CancelToken::new();
    cancel.cancel();
    let cancelled = Adapter::new().with_cancel(cancel);
    for adapter in [slow, cancelled] {
        let error = Error::from(oppo_icon().run(&adapter, fixture("420.jpg")).unwrap_err());
        let (code, status, message) = told(&error);
        assert_eq!((code, status), (1030, 503));
        assert!(message.starts_with("Service timeout: oppo_image_url: "), "{message}");
    }
}

#[test]
fn v3_code_1102_is_a_missing_parameter_with_status_400() {
    let (code, status, message) = told(&created(&json!({ "image_url": IMAGE_URL })).unwrap_err());
    assert_eq!((code, status, message.as_str()), (1102, 400, "Missing required parameter: image_type"));
    assert_refused(created(&json!({ "image_type": 1 })), 1102, &["Missing required parameter", "image_url"]);
}

#[test]
fn v3_code_1103_is_a_value_that_is_illegal_with_status_400() {
    // The page's cases: too large, format, media id, daily limit, all invalid.
    let limited = Adapter::new().with_limits(Limits::default().with_max_input(ByteSize::new(100)));
    let run = |adapter: &Adapter, picture| oppo_icon().run(adapter, picture).map_err(Error::from);
    assert_refused(run(&limited, fixture("420.jpg")), 1103, &["Upload file is too large: oppo_image_url"]);
    assert_refused(run(&Adapter::new(), b"GIF89a".to_vec()), 1103, &["File format is incorrect: oppo_image_url"]);
    assert_refused("jgmedia-9".parse::<MediaId>().map_err(Error::from), 1103, &["mediaId is invalid"]);
    assert_refused(Err::<(), _>(Error::from(Refusal::quota("oppo_file", 100))), 1103, &["daily limit", "100"]);
    assert_refused(created(&json!({ "image_type": 1, "huawei_image_url": IMAGE_URL })), 1103, &["all of invalid"]);
    // Others: bodies that are no objects, and fields of the wrong type, by name.
    for wrong in [json!(1), json!(true), json!(["https://xx.com"]), json!({})] {
        for field in ["image_url", "oppo_image_url", "hmos_image_url"] {
            let body = json!({ "image_type": 2, "jiguang_image_url": IMAGE_URL, field: wrong });
            assert_refused(created(&body), 1103, &[field, "a string is expected"]);
        }
    }
    let address = Refusal::new("image_url", RefusalKind::Address, "nobody answers at xx.com");
    let error = Error::from(address);
    assert_eq!((error.code(), error.status()), (1103, 400));
    assert!(error.to_string().ends_with(": image_url: nobody answers at xx.com"));
    let error = Error::invalid("body", "it is too long");
    assert_eq!(told(&error), (1103, 400, "Parameter value is illegal: body: it is too long".to_owned()));
}

#[test]
fn a_body_that_is_no_object_is_1103() {
    use pushpix::api::v3::{CreateByUrls, UpdateByUrls};
    for body in [&b""[..], b"[]", b"null", b"\"x\"", b"{", b"{}x", b"\xff\xfe", b"{\"image_type\":2,}", b"//"] {
        assert_refused(CreateByUrls::parse(body), 1103, &["body: "]);
        assert_refused(UpdateByUrls::parse(body), 1103, &["body: "]);
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let known = json!({ "image_type": 2, "image_url": IMAGE_URL });
    let more = json!({ "image_type": 2, "image_url": IMAGE_URL, "vivo_image_url": 7, "x": { "y": [null] } });
    assert_eq!(created(&more).unwrap(), created(&known).unwrap());
}
