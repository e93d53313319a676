//! API v3, what the page leaves open: what is chosen, and that it can be chosen otherwise.

use pushpix::api::v3::{Answer, Channel, CreateByFiles, ImageType, Policy, Unset, Unusable, Way};
use pushpix::{Catalog, Error, Spec, SpecError};
use serde_json::{Value, json};

use super::{IMAGE_URL, all, answer, assert_refused, body, create, created, is_left, passed};

use Channel::{Hmos, Huawei, Jiguang, Oppo};
use ImageType::{LargeIcon, LargeImage};

#[test]
fn a_channel_without_picture_is_shown_as_the_policy_says() {
    let files = CreateByFiles::new(Some("2"), [Oppo].into()).unwrap();
    for (unset, by_urls, by_files, hmos_by_files) in [
        (Unset::AsDocumented, Some(Value::Null), Some(json!("")), None),
        (Unset::Null, Some(Value::Null), Some(Value::Null), Some(Value::Null)),
        (Unset::Empty, Some(json!("")), Some(json!("")), Some(json!(""))),
        (Unset::Absent, None, None, None),
    ] {
        let mut policy = Policy::default();
        policy.unset = unset;
        let plan = create(&body(LargeIcon, &[(Jiguang, IMAGE_URL)]), &policy, &all()).unwrap();
        let shown = answer(&plan, LargeIcon, Way::Urls, &policy);
        assert_eq!(shown.get("fcm_image_url"), by_urls.as_ref(), "{unset:?}");
        assert_eq!(shown.get("hmos_image_url"), by_urls.as_ref(), "{unset:?}");
        let shown = answer(&files.plan(&policy, &all()).unwrap(), LargeIcon, Way::Files, &policy);
        assert_eq!(shown.get("fcm_image_url"), by_files.as_ref(), "{unset:?}");
        assert_eq!(shown.get("hmos_image_url"), hmos_by_files.as_ref(), "{unset:?}");
    }
}

#[test]
fn null_an_empty_string_and_an_absent_field_read_alike() {
    let id = "jgmedia-2-14b23451-0001-41ce-89d9-987b465122da";
    let text =
        json!({ "media_id": id, "oppo_image_url": "x", "fcm_image_url": null, "honor_image_url": "", "new": [1] });
    let answer: Answer = serde_json::from_value(text).unwrap();
    assert_eq!((answer.media_id.to_string().as_str(), answer.image(Oppo)), (id, Some("x")));
    for channel in Channel::ALL.into_iter().filter(|channel| *channel != Oppo) {
        assert_eq!(answer.image(channel), None);
    }
    assert!(serde_json::from_value::<Answer>(json!({ "oppo_image_url": "x" })).is_err());
    assert!(serde_json::from_value::<Answer>(json!({ "media_id": "x" })).is_err());
}

#[test]
fn an_address_that_a_channel_cannot_use_is_null_if_inherited_and_an_error_if_its_own() {
    let http = "http://xx.com/xx.jpg";
    let plan = created(&json!({ "image_type": 2, "image_url": http })).unwrap();
    assert!(is_left(&plan, Huawei) && is_left(&plan, Hmos));
    assert_eq!(passed(&plan, Jiguang), Some(http));

    let own = json!({ "image_type": 2, "image_url": IMAGE_URL, "huawei_image_url": http });
    assert_refused(created(&own), 1103, &["huawei_image_url: an https address is expected"]);
    let mut policy = Policy::default();
    policy.unusable = Unusable::Leave;
    assert!(is_left(&create(&own, &policy, &all()).unwrap(), Huawei));
    // image_url itself must be an address.
    for text in ["/raw/icon", "icon", "a/b.png", "ftp://xx.com/xx.jpg", "xx.com/xx.jpg"] {
        assert_refused(
            created(&json!({ "image_type": 3, "image_url": text })),
            1103,
            &["image_url: an http address or"],
        );
    }
}

#[test]
fn another_size_can_be_chosen_for_a_slot() {
    let older = Spec::builtin("oppo/large-image@876x324").unwrap();
    let policy = Policy::default().with_spec(older.clone()).unwrap();
    let plan = create(&body(LargeImage, &[(Oppo, IMAGE_URL)]), &policy, &all()).unwrap();
    assert_eq!(plan.work().next().unwrap().1.spec, *older);
    let unknown = Policy::default().with_spec(Spec::builtin("meizu/large-icon").unwrap().clone());
    assert!(matches!(unknown, Err(Error::Spec(SpecError::UnknownId { id, .. })) if id == "meizu/large-icon"));
}

#[test]
fn the_table_of_support_follows_the_catalogue() {
    let table = "[[spec]]\nid = \"huawei/large-image\"\nstatus = \"supported\"\nsources = [\"https\"]";
    let offered = Catalog::from_toml(table).unwrap().get("huawei/large-image").unwrap().clone();
    let policy = Policy::default().with_spec(offered).unwrap();
    let plan = create(&body(LargeImage, &[(Huawei, IMAGE_URL)]), &policy, &all()).unwrap();
    assert_eq!(passed(&plan, Huawei), Some(IMAGE_URL));
    // Every slot of the API has a row.
    for channel in Channel::ALL {
        for image_type in ImageType::ALL {
            assert!(Policy::default().spec(channel, image_type).is_some(), "{channel}/{image_type}");
        }
        assert_eq!(Channel::of_name(channel.name()), Some(channel));
    }
}
