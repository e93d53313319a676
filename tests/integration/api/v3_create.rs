//! API v3, what holds for all calls, and POST by URL.

use std::collections::BTreeSet;
use std::time::Duration;

use pushpix::api::v3::{Channel, CreateByUrls, Error, ImageType, LIFETIME, MediaId, Policy, UPLOAD_LIMIT, Way};
use pushpix::api::{Mode, Refusal, RefusalKind};
use pushpix::{Adapter, SourceKind, Spec};
use serde_json::{Value, json};

use super::{
    IMAGE_URL, all, answer, assert_refused, body, create, created, fetched, is_left, passed, record, told, with_xiaomi,
};
use crate::pictures::{assert_two_colours, fixture, two_colours};

use Channel::{Fcm, Hmos, Honor, Huawei, Jiguang, Oppo, Xiaomi};
use ImageType::{LargeIcon, LargeImage, SmallIcon};

#[test]
fn v3_rule_2_an_upload_of_2_mib_is_the_longest() {
    assert_eq!(UPLOAD_LIMIT.as_u64(), 2 * 1024 * 1024);
    let error = Error::from(Refusal::new("oppo_file", RefusalKind::TooLarge, "it is too long"));
    assert_eq!(told(&error), (1103, 400, "Upload file is too large: oppo_file: it is too long".to_owned()));
}

#[test]
fn v3_rule_3_results_live_for_30_days() {
    assert_eq!(LIFETIME, Duration::from_secs(2_592_000));
}

#[test]
fn v3_rule_4_each_set_of_pictures_has_an_id_of_its_own() {
    let bits = (0..128).map(|bit| (1_u128 << bit).to_be_bytes());
    let ids: BTreeSet<MediaId> = bits.map(|random| MediaId::new(LargeIcon, random)).collect();
    // Six bits say that the UUID is a random one; the ids without any other bit are one.
    assert_eq!(ids.len(), 128 - 6 + 1);
}

#[test]
fn v3_rule_6_addresses_of_channels_without_uploads_are_passed_on_unseen() {
    let plan = created(&json!({ "image_type": 2, "image_url": IMAGE_URL })).unwrap();
    assert_eq!(plan.work().map(|(channel, _)| channel).collect::<Vec<_>>(), [Oppo]);
}

#[test]
fn v3_rule_7_only_jpeg_and_png_are_taken() {
    for (mode, field) in [(Mode::Adapt, "oppo_image_url"), (Mode::Verify, "oppo_file")] {
        let mut work =
            created(&json!({ "image_type": 2, "image_url": IMAGE_URL })).unwrap().work().next().unwrap().1.clone();
        (work.mode, work.field) = (mode, field);
        let refused = |picture: &[u8]| work.run(&Adapter::new(), picture.to_vec()).map_err(Error::from);
        assert_refused(refused(b"GIF89a\x01\0\x01\0"), 1103, &["File format is incorrect: ", field, "gif"]);
        assert_refused(refused(b"no picture"), 1103, &["File format is incorrect", field]);
        assert_refused(refused(&fixture("icon-144.png")[..99]), 1103, &["File format is incorrect", field]);
        assert!(refused(&fixture("icon-144.jpg")).is_ok() && refused(&fixture("icon-144.png")).is_ok());
    }
}

#[test]
fn v3_rule_8_a_media_id_is_its_type_and_a_uuid() {
    for (text, image_type) in [
        ("jgmedia-2-14b23451-0001-41ce-89d9-987b465122da", LargeIcon),
        ("jgmedia-1-6d98e85f-d3a5-412a-bdec-de1b75bd3ad3", LargeImage),
        ("jgmedia-3-00000000-0000-0000-0000-000000000000", SmallIcon),
    ] {
        let id: MediaId = text.parse().unwrap();
        assert_eq!((id.image_type(), id.to_string().as_str()), (image_type, text));
        assert_eq!(serde_json::to_value(id).unwrap(), text);
    }
    for random in [[0; 16], [0xff; 16], *b"sixteen of them!"] {
        let text = MediaId::new(LargeIcon, random).to_string();
        // Version 4, variant 1.
        assert_eq!((&text[..10], &text[24..25]), ("jgmedia-2-", "4"), "{text}");
        assert!("89ab".contains(&text[29..30]), "{text}");
        assert_eq!(text.parse::<MediaId>().unwrap().to_string(), text);
    }
    assert_eq!(MediaId::new(SmallIcon, [0xff; 16]).to_string(), "jgmedia-3-ffffffff-ffff-4fff-bfff-ffffffffffff");
}

#[test]
fn v3_rule_9_an_error_is_an_object_with_code_and_message() {
    let json = Error::MissingAuthorization.to_json();
    assert_eq!(json, r#"{"error":{"code":1002,"message":"Missing authen info."}}"#);
}

#[test]
fn v3_rule_10_what_is_no_media_id_is_1103() {
    for text in [
        "",
        "jgmedia",
        "jgmedia-2",
        "jgmedia-0-14b23451-0001-41ce-89d9-987b465122da",
        "jgmedia-4-14b23451-0001-41ce-89d9-987b465122da",
        "jgmedia-02-14b23451-0001-41ce-89d9-987b465122da",
        "jgmedia-2-14B23451-0001-41CE-89D9-987B465122DA",
        "jgmedia-2-14b23451000141ce89d9987b465122da",
        "jgmedia-2-14b2345-10001-41ce-89d9-987b465122da",
        "jgmedia-2-14b23451-0001-41ce-89d9-987b465122d",
        "jgmedia-2-14b23451-0001-41ce-89d9-987b465122daa",
        "jgmedia-2-+4b23451-0001-41ce-89d9-987b465122da",
        "jgmedia-2-14b23451-0001-41ce-89d9-987b465122dg",
        " jgmedia-2-14b23451-0001-41ce-89d9-987b465122da",
    ] {
        assert_refused(text.parse::<MediaId>().map_err(Error::from), 1103, &["mediaId"]);
    }
}

#[test]
fn v3_rule_11_the_type_is_required_and_one_of_three() {
    for image_type in ImageType::ALL {
        let body = json!({ "image_type": image_type.number(), "jiguang_image_url": IMAGE_URL });
        let request = CreateByUrls::parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(request.image_type, image_type);
    }
    assert_eq!(ImageType::ALL.map(ImageType::name), ["large-image", "large-icon", "small-icon"]);
    for absent in [json!({ "image_url": IMAGE_URL }), json!({ "image_type": null, "image_url": IMAGE_URL })] {
        assert_refused(created(&absent), 1102, &["image_type"]);
    }
    for wrong in [json!(0), json!(4), json!(-1), json!(2.5), json!("2"), json!(true), json!([1]), json!(u64::MAX)] {
        assert_refused(created(&json!({ "image_type": wrong, "image_url": IMAGE_URL })), 1103, &["image_type"]);
    }
}

#[test]
fn v3_rule_12_image_url_fills_every_field_without_value() {
    let plan = created(&json!({ "image_type": 2, "image_url": IMAGE_URL })).unwrap();
    for channel in [Huawei, Honor, Fcm, Jiguang, Hmos] {
        assert_eq!(passed(&plan, channel), Some(IMAGE_URL), "{channel}");
    }
    assert_eq!(fetched(&plan, Oppo), Some(IMAGE_URL));
    let (_, work) = plan.work().next().unwrap();
    assert_eq!(work.field, "image_url");
}

#[test]
fn v3_rule_13_image_url_overrides_no_field() {
    let own = |channel: Channel| format!("https://xx.com/{channel}.jpg");
    let mut request = json!({ "image_type": 2, "image_url": IMAGE_URL });
    for channel in Channel::ALL {
        request[channel.url_field()] = own(channel).into();
    }
    let plan = create(&request, &with_xiaomi(), &all()).unwrap();
    for channel in Channel::ALL {
        let used = passed(&plan, channel).or(fetched(&plan, channel));
        assert_eq!(used, Some(own(channel).as_str()));
    }
    // Not even where the channel does not take such pictures, or is not open.
    let request = json!({ "image_type": 1, "image_url": IMAGE_URL, "huawei_image_url": own(Huawei) });
    assert!(is_left(&created(&request).unwrap(), Huawei));
}

#[test]
fn v3_rule_14_an_empty_string_counts_as_not_set() {
    let empty = json!({ "image_type": 2, "image_url": IMAGE_URL, "huawei_image_url": "", "oppo_image_url": "" });
    let null = json!({ "image_type": 2, "image_url": IMAGE_URL, "huawei_image_url": null, "oppo_image_url": null });
    let absent = json!({ "image_type": 2, "image_url": IMAGE_URL });
    assert_eq!(created(&empty).unwrap(), created(&absent).unwrap());
    assert_eq!(created(&null).unwrap(), created(&absent).unwrap());
    let request = json!({ "image_type": 2, "image_url": "", "jiguang_image_url": IMAGE_URL });
    assert!(is_left(&created(&request).unwrap(), Huawei));
}

#[test]
fn v3_rule_15_all_seven_channels_inherit() {
    let plan = create(&json!({ "image_type": 2, "image_url": IMAGE_URL }), &with_xiaomi(), &all()).unwrap();
    for channel in Channel::ALL {
        assert_eq!(passed(&plan, channel).or(fetched(&plan, channel)), Some(IMAGE_URL), "{channel}");
    }
}

#[test]
fn v3_rule_16_image_url_and_all_fields_may_not_be_empty_together() {
    for request in [
        json!({ "image_type": 2 }),
        json!({ "image_type": 2, "image_url": "", "oppo_image_url": "", "hmos_image_url": null }),
        json!({ "image_type": 2, "vivo_image_url": IMAGE_URL }),
    ] {
        assert_refused(created(&request), 1102, &["image_url"]);
    }
}

#[test]
fn v3_rule_17_a_channel_that_is_not_open_is_not_processed() {
    let request = json!({ "image_type": 2, "image_url": IMAGE_URL, "honor_image_url": "https://xx.com/honor.jpg" });
    let plan = create(&request, &Policy::default(), &BTreeSet::from([Huawei])).unwrap();
    for channel in Channel::ALL {
        // Jiguang's own is always open.
        assert_eq!(is_left(&plan, channel), ![Huawei, Jiguang].contains(&channel), "{channel}");
    }
    let answer = answer(&plan, LargeIcon, Way::Urls, &Policy::default());
    assert_eq!((&answer["honor_image_url"], &answer["oppo_image_url"]), (&Value::Null, &Value::Null));
    // Nor does it matter then whether the channel could use the text.
    let request = json!({ "image_type": 2, "huawei_image_url": "http://xx.com/a.jpg", "jiguang_image_url": IMAGE_URL });
    assert!(is_left(&create(&request, &Policy::default(), &BTreeSet::new()).unwrap(), Huawei));
}

/// The page's table of support, and for HarmonyOS, which has no column there, what other sources say.
const SUPPORT: [(ImageType, Channel, &[SourceKind]); 21] = {
    const WEB: &[SourceKind] = &[SourceKind::Http, SourceKind::Https];
    const SDCARD: &[SourceKind] = &[SourceKind::Http, SourceKind::Https, SourceKind::SdcardPath];
    const DRAWABLE: &[SourceKind] = &[SourceKind::Http, SourceKind::Https, SourceKind::DrawableName];
    const HTTPS: &[SourceKind] = &[SourceKind::Https];
    const RAW: &[SourceKind] = &[SourceKind::RawPath];
    [
        (LargeImage, Jiguang, SDCARD),
        (LargeImage, Xiaomi, &[]),
        (LargeImage, Oppo, WEB),
        (LargeImage, Huawei, &[]),
        (LargeImage, Honor, &[]),
        (LargeImage, Fcm, SDCARD),
        (LargeImage, Hmos, &[]),
        (LargeIcon, Jiguang, DRAWABLE),
        (LargeIcon, Xiaomi, &[]),
        (LargeIcon, Oppo, WEB),
        (LargeIcon, Huawei, HTTPS),
        (LargeIcon, Honor, HTTPS),
        (LargeIcon, Fcm, DRAWABLE),
        (LargeIcon, Hmos, HTTPS),
        (SmallIcon, Jiguang, DRAWABLE),
        (SmallIcon, Xiaomi, &[]),
        (SmallIcon, Oppo, &[]),
        (SmallIcon, Huawei, RAW),
        (SmallIcon, Honor, RAW),
        (SmallIcon, Fcm, &[]),
        (SmallIcon, Hmos, &[]),
    ]
};

const EXAMPLES: [(SourceKind, &str); 5] = [
    (SourceKind::Http, "http://xx.com/xx.jpg"),
    (SourceKind::Https, "https://xx.com/xx"),
    (SourceKind::SdcardPath, "Pictures/xx.png"),
    (SourceKind::DrawableName, "ic_large"),
    (SourceKind::RawPath, "/raw/ic_small"),
];

#[test]
fn v3_rule_18_a_type_that_a_channel_does_not_take_is_null() {
    for (image_type, channel, kinds) in SUPPORT {
        assert_eq!(Policy::default().sources(channel, image_type), kinds, "{channel} {image_type}");
        for (kind, text) in EXAMPLES {
            // Jiguang's own picture is there so that something is left to do.
            let mut images = vec![(Jiguang, IMAGE_URL)];
            images.push((channel, text));
            let outcome = created(&body(image_type, &images));
            match (kinds.is_empty(), kinds.contains(&kind)) {
                (true, _) => {
                    let plan = outcome.unwrap();
                    assert!(is_left(&plan, channel), "{channel} {image_type} {text}");
                    let answer = answer(&plan, image_type, Way::Urls, &Policy::default());
                    assert_eq!(answer.get(channel.url_field()), Some(&Value::Null));
                }
                (false, true) => {
                    let plan = outcome.unwrap();
                    assert_eq!(
                        passed(&plan, channel).or(fetched(&plan, channel)),
                        Some(text),
                        "{channel} {image_type}"
                    );
                }
                (false, false) => assert_refused(outcome, 1103, &[channel.url_field()]),
            }
        }
    }
}

#[test]
fn v3_rule_19_if_nothing_valid_is_left_it_is_1103() {
    let told = "the result is all of invalid";
    assert_refused(created(&body(LargeImage, &[(Huawei, IMAGE_URL), (Hmos, IMAGE_URL)])), 1103, &[told]);
    assert_refused(created(&body(SmallIcon, &[(Oppo, IMAGE_URL)])), 1103, &[told]);
    assert_refused(created(&body(LargeIcon, &[(Xiaomi, IMAGE_URL)])), 1103, &[told]);
    let oppo = body(LargeIcon, &[(Oppo, IMAGE_URL)]);
    assert_refused(create(&oppo, &Policy::default(), &BTreeSet::from([Huawei])), 1103, &[told]);
    assert!(create(&oppo, &Policy::default(), &BTreeSet::from([Oppo])).is_ok());
}

#[test]
fn v3_rule_20_oppos_picture_is_adapted_whole_and_padded() {
    for (image_type, id, size, most) in
        [(LargeImage, "oppo/large-image", (984, 369), 1_048_576), (LargeIcon, "oppo/large-icon", (144, 144), 51_200)]
    {
        let plan = created(&body(image_type, &[(Oppo, IMAGE_URL)])).unwrap();
        let (channel, work) = plan.work().next().unwrap();
        assert_eq!((channel, work.mode, work.spec.id(), work.field), (Oppo, Mode::Adapt, id, "oppo_image_url"));
        let made = work.run(&Adapter::new(), two_colours()).unwrap();
        assert_two_colours(&made, size);
        assert!(made.len() <= most);
    }
    // A failure is an error.
    let spec = Spec::builtin("oppo/large-image").unwrap().clone().with_max_bytes(pushpix::ByteSize::new(100));
    let policy = Policy::default().with_spec(spec).unwrap();
    let plan = create(&body(LargeImage, &[(Oppo, IMAGE_URL)]), &policy, &all()).unwrap();
    let failed = plan.work().next().unwrap().1.run(&Adapter::new(), fixture("420.jpg"));
    assert_refused(failed.map_err(Error::from), 1103, &["oppo_image_url", "100 B"]);
}

#[test]
fn v3_rule_21_the_other_channels_texts_come_back_unchanged() {
    for text in ["https://xx.com/xx.jpg", "HTTPS://XX.com:8443/a%20b?c=d&e=\u{56fe}#f", "https://xx.com"] {
        let plan = created(&json!({ "image_type": 2, "image_url": text })).unwrap();
        let answer = answer(&plan, LargeIcon, Way::Urls, &Policy::default());
        for channel in [Jiguang, Huawei, Honor, Fcm, Hmos] {
            assert_eq!(answer[channel.url_field()], text);
        }
    }
}

#[test]
fn v3_rule_22_oppo_answers_an_id_and_xiaomi_an_address() {
    let plan = create(&json!({ "image_type": 2, "image_url": IMAGE_URL }), &with_xiaomi(), &all()).unwrap();
    let mut record = record(LargeIcon);
    let (id, address) = ("3653918_5f92b5739ae676f5745bcbf4", "http://f6.market.xiaomi.com/download/x.png");
    let mut stored = [(Oppo, id.to_owned())].into();
    // A name that is missing is the server's mistake, and leaves the record as it was.
    let before = record.clone();
    assert_eq!(plan.apply(&mut record, &stored), Err(Error::Internal));
    assert_eq!(record, before);
    stored.insert(Xiaomi, address.to_owned());
    plan.apply(&mut record, &stored).unwrap();
    let answer = record.answer(Way::Urls, &Policy::default());
    assert_eq!((answer.image(Oppo), answer.image(Xiaomi)), (Some(id), Some(address)));
}
