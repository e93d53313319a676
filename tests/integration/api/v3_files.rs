//! API v3, POST and PUT by file, Xiaomi's end, and the limits of a day.

use std::collections::BTreeSet;

use pushpix::Adapter;
use pushpix::api::v3::{Channel, CreateByFiles, Error, ImageType, Plan, Policy, UpdateByFiles, Way};
use pushpix::api::{Mode, Refusal};
use serde_json::{Value, json};

use super::{
    IMAGE_URL, all, answer, assert_refused, body, carry_out, create, created, is_left, json_of, record, told,
    with_xiaomi,
};
use crate::pictures::fixture;

use Channel::{Fcm, Hmos, Honor, Huawei, Jiguang, Oppo, Xiaomi};
use ImageType::{LargeIcon, LargeImage, SmallIcon};

fn sent(image_type: &str, files: &[Channel], policy: &Policy) -> Result<Plan, Error> {
    CreateByFiles::new(Some(image_type), files.iter().copied().collect())?.plan(policy, &all())
}

fn resent(files: &[Channel], image_type: ImageType, policy: &Policy) -> Result<Plan, Error> {
    UpdateByFiles::new(files.iter().copied().collect())?.plan(image_type, policy, &all())
}

#[test]
fn v3_rule_23_a_form_has_a_type_and_the_files_of_two_channels() {
    let fields: Vec<_> = Channel::ALL.into_iter().filter_map(Channel::file_field).collect();
    assert_eq!(fields, ["oppo_file", "xiaomi_file"]);
    for channel in Channel::ALL {
        assert_eq!(Channel::of_file_field(&format!("{channel}_file")).is_some(), channel.file_field().is_some());
    }
    let plan = sent("1", &[Oppo, Xiaomi], &with_xiaomi()).unwrap();
    let work: Vec<_> = plan.work().map(|(channel, work)| (channel, work.field, work.spec.id())).collect();
    let expected = [(Oppo, "oppo_file", "oppo/large-image"), (Xiaomi, "xiaomi_file", "xiaomi/large-image")];
    assert_eq!(work, expected);
    for absent in [None, Some("")] {
        assert_refused(CreateByFiles::new(absent, [Oppo].into()), 1102, &["image_type"]);
    }
    for wrong in ["0", "4", "01", "1 ", "+1", "one"] {
        assert_refused(sent(wrong, &[Oppo], &Policy::default()), 1103, &["image_type"]);
    }
}

#[test]
fn v3_rule_24_a_file_is_verified_and_not_scaled() {
    let plan = sent("2", &[Oppo], &Policy::default()).unwrap();
    let (_, work) = plan.work().next().unwrap();
    assert_eq!((work.mode, &work.url), (Mode::Verify, &None));
    let run = |picture: Vec<u8>| work.run(&Adapter::new(), picture).map_err(Error::from);
    for good in ["icon-144.jpg", "icon-144.png"] {
        assert_eq!(run(fixture(good)).unwrap(), fixture(good), "it is stored as it came");
    }
    assert_refused(run(fixture("420.jpg")), 1103, &["oppo_file", "its size is ", "144x144"]);
    assert_refused(run(fixture("icon-144-orientation.jpg")), 1103, &["oppo_file", "orientation"]);
    let mut long = fixture("icon-144.jpg");
    long.resize(51_200, 0);
    assert!(run(long.clone()).is_ok(), "the limit itself is taken");
    long.push(0);
    assert_refused(run(long), 1103, &["Upload file is too large", "oppo_file", "51 201 B"]);
    // All that is wrong is told; what the page has a name for comes first.
    let mut both = fixture("420.jpg");
    both.resize(60_000, 0);
    assert_refused(run(both), 1103, &["Upload file is too large", "60 000 B", "its size is "]);
}

#[test]
fn v3_rule_25_both_files_may_not_be_absent() {
    for files in [BTreeSet::new(), BTreeSet::from([Huawei])] {
        assert_refused(CreateByFiles::new(Some("1"), files), 1102, &["oppo_file", "xiaomi_file"]);
    }
}

#[test]
fn v3_rule_26_channels_without_file_are_empty_strings_and_harmonyos_is_absent() {
    let plan = sent("1", &[Oppo], &Policy::default()).unwrap();
    let answer = answer(&plan, LargeImage, Way::Files, &Policy::default());
    for channel in [Xiaomi, Huawei, Honor, Fcm, Jiguang] {
        assert_eq!(answer[channel.url_field()], "", "{channel}");
    }
    assert_eq!(answer["oppo_image_url"], "oppo-id");
    assert_eq!(answer.get("hmos_image_url"), None);
}

#[test]
fn v3_rule_33_an_update_by_file_is_oppos() {
    let plan = resent(&[Oppo, Xiaomi], LargeIcon, &Policy::default()).unwrap();
    assert_eq!(plan.work().map(|(channel, _)| channel).collect::<Vec<_>>(), [Oppo]);
    // The field is still listed, and where Xiaomi's pictures are taken at all it is read.
    let plan = resent(&[Xiaomi], LargeIcon, &with_xiaomi()).unwrap();
    assert_eq!(plan.work().map(|(channel, work)| (channel, work.field)).collect::<Vec<_>>(), [(Xiaomi, "xiaomi_file")]);
}

#[test]
fn v3_rule_34_an_update_by_file_verifies_and_has_the_type_of_its_id() {
    for (image_type, spec) in [(LargeImage, "oppo/large-image"), (LargeIcon, "oppo/large-icon")] {
        let plan = resent(&[Oppo], image_type, &Policy::default()).unwrap();
        let (_, work) = plan.work().next().unwrap();
        assert_eq!((work.mode, work.spec.id()), (Mode::Verify, spec));
    }
    assert_refused(UpdateByFiles::new(BTreeSet::new()), 1102, &["oppo_file"]);
    // A file that goes nowhere is an error.
    assert_refused(resent(&[Oppo], SmallIcon, &Policy::default()), 1103, &["all of invalid"]);
    assert_refused(resent(&[Xiaomi], LargeIcon, &Policy::default()), 1103, &["all of invalid"]);
    // What it does not touch is answered as it is, HarmonyOS too where it has a picture.
    let mut record = record(LargeIcon);
    carry_out(&created(&body(LargeIcon, &[(Hmos, IMAGE_URL), (Oppo, IMAGE_URL)])).unwrap(), &mut record);
    let plan = resent(&[Oppo], LargeIcon, &Policy::default()).unwrap();
    plan.apply(&mut record, &[(Oppo, "3653918_3_5f9a5f7cb3c87bf699b332a5".to_owned())].into()).unwrap();
    let answer = json_of(&record.answer(Way::Files, &Policy::default()));
    assert_eq!(answer["oppo_image_url"], "3653918_3_5f9a5f7cb3c87bf699b332a5");
    assert_eq!((&answer["hmos_image_url"], &answer["fcm_image_url"]), (&json!(IMAGE_URL), &json!("")));
}

#[test]
fn v3_rule_35_xiaomi_has_ended_unless_a_switch_says_otherwise() {
    let request = json!({ "image_type": 1, "image_url": IMAGE_URL, "xiaomi_image_url": IMAGE_URL });
    let plan = created(&request).unwrap();
    assert!(is_left(&plan, Xiaomi));
    assert_eq!(answer(&plan, LargeImage, Way::Urls, &Policy::default())["xiaomi_image_url"], Value::Null);
    assert_refused(sent("1", &[Xiaomi], &Policy::default()), 1103, &["all of invalid"]);

    let plan = create(&request, &with_xiaomi(), &all()).unwrap();
    let work: Vec<_> = plan.work().map(|(channel, work)| (channel, work.mode, work.spec.id())).collect();
    assert_eq!(work, [(Oppo, Mode::Adapt, "oppo/large-image"), (Xiaomi, Mode::Adapt, "xiaomi/large-image")]);
    // Of Xiaomi's small icon no size is known.
    assert_refused(create(&body(SmallIcon, &[(Xiaomi, IMAGE_URL)]), &with_xiaomi(), &all()), 1103, &["all of invalid"]);
}

#[test]
fn v3_rule_36_oppo_takes_100_large_images_and_500_large_icons_a_day() {
    for (image_type, quota) in [("1", 100), ("2", 500)] {
        let plan = sent(image_type, &[Oppo], &Policy::default()).unwrap();
        let (_, work) = plan.work().next().unwrap();
        assert_eq!(work.spec.quota_per_day, Some(quota));
        let error = Error::from(Refusal::quota(work.field, quota));
        let (code, status, message) = told(&error);
        assert_eq!((code, status), (1103, 400));
        assert!(message.contains("daily limit") && message.contains(&quota.to_string()), "{message}");
    }
}
