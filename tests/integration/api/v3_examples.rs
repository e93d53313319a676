//! API v3, the requests that the page prints, as it prints them, and what it answers.

use pushpix::api::v3::{Channel, CreateByFiles, CreateByUrls, ImageType, MediaId, Policy, Record, UpdateByUrls, Way};
use serde_json::{Value, json};

use super::printed::{CREATE, UPDATE};
use super::{all, answer, body, created, json_of, with_xiaomi};

use Channel::{Huawei, Jiguang, Oppo, Xiaomi};
use ImageType::{LargeIcon, LargeImage};

const OPPO_ID: &str = "3653918_5f92b5739ae676f5745bcbf4";
const XIAOMI_URL: &str = "http://f6.market.xiaomi.com/download/MiPass/01fff/d1671936d468383f.png";

/// What POST leaves, with the id and the names of the page.
fn first() -> Record {
    let plan = CreateByUrls::parse(CREATE.as_bytes()).unwrap().plan(&with_xiaomi(), &all()).unwrap();
    let urls: Vec<_> = plan.work().map(|(channel, work)| (channel, work.url.clone().unwrap())).collect();
    assert_eq!(urls, [(Oppo, "https://xx.com/oppo.jpg".to_owned()), (Xiaomi, "https://xx.com/xiaomi.jpg".to_owned())]);
    let id: MediaId = "jgmedia-2-14b23451-0001-41ce-89d9-987b465122da".parse().unwrap();
    let mut record = Record::new(id);
    plan.apply(&mut record, &[(Oppo, OPPO_ID.to_owned()), (Xiaomi, XIAOMI_URL.to_owned())].into()).unwrap();
    record
}

#[test]
fn v3_vector_a_empty_fields_inherit() {
    let answer = serde_json::to_string(&first().answer(Way::Urls, &with_xiaomi())).unwrap();
    // Field for field in the page's order. (There hmos shows image_url's value, against the page's own rules.)
    let expected = format!(
        "{{\"media_id\":\"jgmedia-2-14b23451-0001-41ce-89d9-987b465122da\",\"oppo_image_url\":\"{OPPO_ID}\",\
         \"xiaomi_image_url\":\"{XIAOMI_URL}\",\"huawei_image_url\":\"https://xx.com/xx.jpg\",\
         \"honor_image_url\":\"https://xx.com/xx.jpg\",\"fcm_image_url\":\"https://xx.com/xx.jpg\",\
         \"jiguang_image_url\":\"https://xx.com/jiguang.jpg\",\"hmos_image_url\":\"https://xx.com/hmos.jpg\"}}"
    );
    assert_eq!(answer, expected);
}

#[test]
fn v3_vector_b_files_leave_the_others_empty() {
    let request = CreateByFiles::new(Some("1"), [Oppo, Xiaomi].into()).unwrap();
    let plan = request.plan(&with_xiaomi(), &all()).unwrap();
    let mut answer = answer(&plan, request.image_type, Way::Files, &with_xiaomi());
    let id = answer.as_object_mut().unwrap().remove("media_id").unwrap();
    assert!(id.as_str().unwrap().starts_with("jgmedia-1-"));
    assert_eq!(
        answer,
        json!({
            "oppo_image_url": "oppo-id",
            "xiaomi_image_url": "xiaomi-id",
            "huawei_image_url": "",
            "honor_image_url": "",
            "fcm_image_url": "",
            "jiguang_image_url": ""
        })
    );
}

#[test]
fn v3_vector_c_an_update_keeps_what_is_empty() {
    let mut record = first();
    let update = UpdateByUrls::parse(UPDATE.as_bytes()).unwrap();
    let plan = update.plan(record.media_id.image_type(), &with_xiaomi(), &all()).unwrap();
    assert_eq!(plan.work().count(), 0);
    plan.apply(&mut record, &[].into()).unwrap();
    assert_eq!(
        json_of(&record.answer(Way::Urls, &with_xiaomi())),
        json!({
            "media_id": "jgmedia-2-14b23451-0001-41ce-89d9-987b465122da",
            "oppo_image_url": OPPO_ID,
            "xiaomi_image_url": XIAOMI_URL,
            "huawei_image_url": "https://xx.com/new_huawei.jpg",
            "honor_image_url": "https://xx.com/new_honor.jpg",
            "fcm_image_url": "https://xx.com/xx.jpg",
            "jiguang_image_url": "http://xx.com/new_jiguang.jpg",
            // The page answers another address here than it was sent.
            "hmos_image_url": "https://xx.com/hmos.jpg"
        })
    );
}

#[test]
fn v3_vector_d_huaweis_large_image_is_null() {
    let images = [(Huawei, "https://xx.com/huawei.jpg"), (Jiguang, "https://xx.com/jiguang.jpg")];
    let plan = created(&body(LargeImage, &images)).unwrap();
    let answer = answer(&plan, LargeImage, Way::Urls, &Policy::default());
    assert_eq!(answer.get("huawei_image_url"), Some(&Value::Null));
    assert_eq!(answer["jiguang_image_url"], "https://xx.com/jiguang.jpg");
}

#[test]
fn the_pages_example_by_the_default_policy_lacks_only_xiaomi() {
    let plan = CreateByUrls::parse(CREATE.as_bytes()).unwrap().plan(&Policy::default(), &all()).unwrap();
    let shown = answer(&plan, LargeIcon, Way::Urls, &Policy::default());
    for channel in Channel::ALL {
        assert_eq!(shown[channel.url_field()].is_null(), channel == Xiaomi, "{channel}");
    }
}
