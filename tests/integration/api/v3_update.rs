//! API v3, PUT by URL.

use std::collections::BTreeSet;

use pushpix::api::Mode;
use pushpix::api::v3::{Channel, ImageType, Policy, Record, UpdateByUrls, Way};
use serde_json::json;

use super::{IMAGE_URL, assert_refused, carry_out, created, fetched, is_left, passed, record, updated};

use Channel::{Fcm, Hmos, Honor, Huawei, Jiguang, Oppo, Xiaomi};
use ImageType::{LargeIcon, LargeImage, SmallIcon};

const NEW: &str = "https://xx.com/new.jpg";

/// A record with all pictures that its type allows.
fn old(image_type: ImageType) -> Record {
    let mut record = record(image_type);
    carry_out(&created(&json!({ "image_type": image_type.number(), "image_url": IMAGE_URL })).unwrap(), &mut record);
    record
}

#[test]
fn v3_rule_27_an_update_has_neither_type_nor_fallback() {
    let body = json!({ "image_type": 1, "image_url": NEW, "jiguang_image_url": NEW, "oppo_image_url": NEW });
    let plan = updated(&body, LargeIcon).unwrap();
    for channel in [Xiaomi, Huawei, Honor, Fcm, Hmos] {
        assert!(is_left(&plan, channel), "{channel}");
    }
    // The type is that of the id.
    assert_eq!(plan.work().map(|(_, work)| work.spec.id()).collect::<Vec<_>>(), ["oppo/large-icon"]);
    // Even a wrong type of a field that is not read does not matter.
    assert!(updated(&json!({ "image_type": "x", "image_url": 7, "fcm_image_url": NEW }), LargeIcon).is_ok());
}

#[test]
fn v3_rule_28_all_fields_may_not_be_empty_together() {
    for body in [json!({}), json!({ "oppo_image_url": "", "fcm_image_url": null }), json!({ "image_url": NEW })] {
        assert_refused(updated(&body, LargeIcon), 1102, &["image_url"]);
    }
}

#[test]
fn v3_rule_29_a_field_that_is_not_given_keeps_its_value() {
    let before = old(LargeIcon);
    for nothing in [json!(""), json!(null)] {
        let mut record = before.clone();
        let body = json!({ "jiguang_image_url": NEW, "oppo_image_url": nothing, "fcm_image_url": nothing });
        carry_out(&updated(&body, LargeIcon).unwrap(), &mut record);
        for channel in Channel::ALL {
            let expected = if channel == Jiguang { Some(NEW) } else { before.images.get(&channel).map(String::as_str) };
            assert_eq!(record.images.get(&channel).map(String::as_str), expected, "{channel}");
        }
    }
    // A value that comes into a record while its new picture is made is not lost.
    let mut record = before.clone();
    let slow = updated(&json!({ "oppo_image_url": NEW }), LargeIcon).unwrap();
    carry_out(&updated(&json!({ "honor_image_url": NEW }), LargeIcon).unwrap(), &mut record);
    carry_out(&slow, &mut record);
    assert_eq!(record.images[&Honor], NEW);
}

#[test]
fn v3_rule_30_a_type_that_the_channel_does_not_take_keeps_its_value() {
    // In a record made when the channel took such pictures there may be one.
    let mut record = old(LargeImage);
    record.images.insert(Huawei, IMAGE_URL.to_owned());
    let before = record.clone();
    carry_out(&updated(&json!({ "huawei_image_url": NEW, "fcm_image_url": NEW }), LargeImage).unwrap(), &mut record);
    assert_eq!(record.images[&Huawei], IMAGE_URL);
    assert_eq!(record.images[&Fcm], NEW);
    // Where that is all, nothing happens, and it is no error.
    let mut record = before.clone();
    carry_out(&updated(&json!({ "huawei_image_url": NEW }), LargeImage).unwrap(), &mut record);
    carry_out(&updated(&json!({ "oppo_image_url": NEW }), SmallIcon).unwrap(), &mut record);
    assert_eq!(record, before);
    // Nor is a channel processed that is not open.
    let update = UpdateByUrls::parse(json!({ "honor_image_url": NEW }).to_string().as_bytes()).unwrap();
    assert!(is_left(&update.plan(LargeIcon, &Policy::default(), &BTreeSet::new()).unwrap(), Honor));
}

#[test]
fn v3_rule_31_the_media_id_does_not_change() {
    let mut record = old(LargeIcon);
    let id = record.media_id;
    carry_out(&updated(&json!({ "jiguang_image_url": NEW }), LargeIcon).unwrap(), &mut record);
    assert_eq!(record.answer(Way::Urls, &Policy::default()).media_id, id);
}

#[test]
fn v3_rule_32_oppos_new_picture_is_adapted() {
    let plan = updated(&json!({ "oppo_image_url": NEW, "honor_image_url": NEW }), LargeIcon).unwrap();
    assert_eq!((fetched(&plan, Oppo), passed(&plan, Honor)), (Some(NEW), Some(NEW)));
    let (_, work) = plan.work().next().unwrap();
    assert_eq!((work.mode, work.spec.id()), (Mode::Adapt, "oppo/large-icon"));
}

#[test]
fn a_text_that_the_channel_cannot_use_is_an_error_in_an_update_too() {
    assert_refused(
        updated(&json!({ "huawei_image_url": "http://xx.com/a.jpg" }), LargeIcon),
        1103,
        &["huawei_image_url"],
    );
}

#[test]
fn a_record_survives_storage() {
    let record = old(LargeIcon);
    let stored = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<Record>(&stored).unwrap(), record);
    assert!(stored.contains(r#""oppo":"oppo-id""#), "{stored}");
}
