//! API v4: rules, codes and the page's example, as far as no server is needed.

use std::time::Duration;

use pushpix::api::v4::{Answer, Error, Picture, Policy, Request};
use pushpix::api::{Mode, Refusal, RefusalKind, Work};
use pushpix::{Adapter, Canvas};
use serde_json::{Value, json};

use super::IMAGE_URL;
use crate::pictures::{Seen, fixture};

fn parse(body: &Value) -> Result<Request, Error> {
    Request::parse(body.to_string().as_bytes())
}

fn work(picture: Picture, policy: &Policy) -> Work {
    let request = parse(&json!({ picture.url_field(): IMAGE_URL })).unwrap();
    let mut all = request.work(policy);
    let (found, work) = all.next().unwrap();
    assert!(found == picture && all.next().is_none());
    work
}

/// Code, status and message, after a look at the body.
fn told(error: &Error) -> (u16, u16, String) {
    let body: Value = serde_json::from_str(&error.to_json()).unwrap();
    assert_eq!(body, json!({ "error": { "code": error.code(), "message": error.to_string() } }));
    (error.code(), error.status(), error.to_string())
}

fn told_of<T: std::fmt::Debug>(outcome: Result<T, impl Into<Error>>) -> (u16, u16, String) {
    told(&outcome.map_err(Into::into).unwrap_err())
}

#[test]
fn v4_rule_2_either_picture_may_be_left_out() {
    for picture in Picture::ALL {
        let mut answer = Answer::default();
        answer.set(picture, "an-id".to_owned());
        let id_field = picture.url_field().replace("_url", "_id");
        assert_eq!(serde_json::to_value(&answer).unwrap(), json!({ id_field: "an-id" }));
        assert_eq!(work(picture, &Policy::default()).url.as_deref(), Some(IMAGE_URL));
    }
    let null = parse(&json!({ "big_picture_url": null, "small_picture_url": IMAGE_URL })).unwrap();
    assert_eq!(null.big_picture_url, None);
}

#[test]
fn v4_rule_3_the_large_picture_is_984x369_within_1_mib() {
    let spec = Policy::default().big_picture;
    assert_eq!(spec.id(), "oppo/large-image");
    assert!(matches!(spec.canvas, Some(Canvas::Exact(size)) if size.to_string() == "984x369"));
    assert_eq!(spec.cap.unwrap().largest().as_u64(), 1_048_576);
    assert_eq!(spec.formats.iter().map(ToString::to_string).collect::<Vec<_>>(), ["jpeg", "png"]);
}

#[test]
fn v4_rule_4_the_small_picture_is_144x144_within_50_kib() {
    let spec = Policy::default().small_picture;
    assert_eq!(spec.id(), "oppo/large-icon");
    assert!(matches!(spec.canvas, Some(Canvas::Exact(size)) if size.to_string() == "144x144"));
    assert_eq!(spec.cap.unwrap().largest().as_u64(), 51_200);
    assert_eq!(spec.formats.iter().map(ToString::to_string).collect::<Vec<_>>(), ["jpeg", "png"]);
}

#[test]
fn v4_rule_5_a_wrong_value_is_21003_and_nothing_at_all_is_23002() {
    for wrong in [json!(1), json!(true), json!([IMAGE_URL]), json!({}), json!("xx.com"), json!("ftp://xx.com/x.png")] {
        for picture in Picture::ALL {
            let (code, status, message) = told_of(parse(&json!({ picture.url_field(): wrong })));
            assert_eq!((code, status), (21003, 400));
            assert!(message.starts_with("Parameter value is invalid: ") && message.contains(picture.url_field()));
        }
    }
    for nothing in [json!({}), json!({ "big_picture_url": "", "small_picture_url": "" }), json!({ "url": IMAGE_URL })] {
        let (code, status, _) = told_of(parse(&nothing));
        assert_eq!((code, status), (23002, 400));
    }
}

#[test]
fn v4_rule_6_a_refusal_of_oppos_is_51_with_status_200() {
    let refused = work(Picture::Small, &Policy::default()).run(&Adapter::new(), fixture("420.jpg"));
    let (code, status, message) = told_of(refused);
    assert_eq!((code, status), (51, 200));
    assert!(message.contains("small_picture_url") && message.contains("144x144"), "{message}");
}

#[test]
fn v4_rule_7_pictures_are_verified_unless_a_switch_says_otherwise() {
    let verify = work(Picture::Small, &Policy::default());
    assert_eq!(verify.mode, Mode::Verify);
    assert_eq!(verify.run(&Adapter::new(), fixture("icon-144.png")).unwrap(), fixture("icon-144.png"));

    let mut policy = Policy::default();
    policy.adapt = true;
    for (picture, size) in [(Picture::Big, (984, 369)), (Picture::Small, (144, 144))] {
        let adapt = work(picture, &policy);
        assert_eq!(adapt.mode, Mode::Adapt);
        let made = adapt.run(&Adapter::new(), fixture("420.jpg")).unwrap();
        assert_eq!(Seen::of(&made).size(), size);
        assert!(work(picture, &Policy::default()).run(&Adapter::new(), made).is_ok());
    }
}

#[test]
fn v4_rule_8_both_pictures_may_be_in_one_request() {
    let request = parse(&json!({ "big_picture_url": IMAGE_URL, "small_picture_url": "http://xx.com/s.png" })).unwrap();
    let policy = Policy::default();
    let work: Vec<_> = request.work(&policy).map(|(picture, work)| (picture, work.field, work.url.unwrap())).collect();
    let expected = [
        (Picture::Big, "big_picture_url", IMAGE_URL.to_owned()),
        (Picture::Small, "small_picture_url", "http://xx.com/s.png".to_owned()),
    ];
    assert_eq!(work, expected);
}

#[test]
fn v4_code_0_is_success_and_its_answer_has_no_code() {
    let mut answer = Answer::default();
    answer.set(Picture::Big, "1".to_owned());
    answer.set(Picture::Small, "2".to_owned());
    let text = serde_json::to_string(&answer).unwrap();
    assert_eq!(text, r#"{"big_picture_id":"1","small_picture_id":"2"}"#);
    assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
    assert_eq!(serde_json::from_str::<Answer>("{}").unwrap(), Answer::default());
}

#[test]
fn v4_code_21001_is_a_wrong_method_or_address_with_status_404() {
    assert_eq!(told(&Error::NotFound), (21001, 404, "The method is not supported or url err".to_owned()));
}

#[test]
fn v4_code_21003_is_an_invalid_value_with_status_400() {
    let (code, status, message) = told_of(Request::parse(b"[]"));
    assert_eq!((code, status), (21003, 400));
    assert!(message.starts_with("Parameter value is invalid: body: "), "{message}");
    let error = Error::from(Refusal::new("big_picture_url", RefusalKind::Address, "nobody answers"));
    assert_eq!(told(&error), (21003, 400, "Parameter value is invalid: big_picture_url: nobody answers".to_owned()));
    assert_eq!(told(&Error::invalid("body", "x")), (21003, 400, "Parameter value is invalid: body: x".to_owned()));
}

#[test]
fn v4_code_23001_is_failed_authentication_with_status_401() {
    assert_eq!(told(&Error::Unauthorized), (23001, 401, "Basic authentication failed".to_owned()));
}

#[test]
fn v4_code_23002_is_a_missing_parameter_with_status_400() {
    let message = "Missing parameter! big_picture_url or small_picture_url".to_owned();
    assert_eq!(told_of(Request::parse(b"{}")), (23002, 400, message));
}

#[test]
fn v4_code_23100_is_a_defect_of_the_server_and_tells_nothing_of_it() {
    assert_eq!(told(&Error::Internal), (23100, 500, "server error".to_owned()));
    let error = Error::from(Refusal::new("big_picture_url", RefusalKind::Internal, "disk /data is full"));
    assert_eq!(told(&error), (23100, 500, "server error".to_owned()));
}

#[test]
fn v4_code_27000_is_a_timeout_with_status_500() {
    assert_eq!(told(&Error::Timeout).0, 27000);
    let slow = Adapter::new().with_deadline(Duration::ZERO);
    let (code, status, _) = told_of(work(Picture::Big, &Policy::default()).run(&slow, fixture("420.jpg")));
    assert_eq!((code, status), (27000, 500));
}

#[test]
fn v4_code_51_is_any_rule_of_oppos_with_status_200() {
    let small = work(Picture::Small, &Policy::default());
    let mut long = fixture("icon-144.jpg");
    long.resize(51_201, 0);
    for (picture, why) in [
        (b"GIF89a".to_vec(), "gif"),
        (b"no picture".to_vec(), "neither a jpeg nor a png"),
        (fixture("icon-144.png")[..99].to_vec(), "broken png"),
        (fixture("1x1.png"), "its size is 1x1"),
        (long, "51 201 B"),
    ] {
        let (code, status, message) = told_of(small.run(&Adapter::new(), picture));
        assert_eq!((code, status), (51, 200));
        assert!(message.starts_with("Picture Size Exceeds: small_picture_url: "), "{message}");
        assert!(message.contains(why), "{message} lacks {why}");
    }
}

#[test]
fn v4_code_34_is_oppos_daily_limit_with_status_200() {
    let spec = work(Picture::Big, &Policy::default()).spec;
    let quota = spec.quota_per_day.unwrap();
    assert_eq!(quota, 100);
    let (code, status, message) = told(&Error::from(Refusal::quota("big_picture_url", quota)));
    assert_eq!((code, status), (34, 200));
    assert!(message.contains("100 pictures a day"), "{message}");
}
