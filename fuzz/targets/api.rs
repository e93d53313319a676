//! Any body for the image APIs, by any policy and with any channels open: it is refused with a known code and a body of
//! JSON, or each channel gets what its own field or `image_url` says, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use pushpix::api::v3::{
    Action, Answer, Channel, CreateByUrls, Error, ImageType, MediaId, Plan, Policy, Record, Unset, Unusable,
    UpdateByUrls, Way,
};
use pushpix::api::{Mode, v4};
use serde_json::Value;

use super::figures::Figures;

pub(crate) fn run(bytes: &[u8]) {
    let mut figures = Figures::new(bytes);
    let call = figures.byte() % 4;
    let mut policy = Policy::default();
    policy.discontinued = figures.flag();
    policy.unusable = figures.one_of(&[Unusable::Error, Unusable::Leave]);
    policy.unset = figures.one_of(&[Unset::AsDocumented, Unset::Null, Unset::Empty, Unset::Absent]);
    let open: BTreeSet<Channel> = Channel::ALL.into_iter().filter(|_| figures.flag()).collect();
    let image_type = figures.one_of(&ImageType::ALL);
    let body = figures.file();
    match call {
        0 => match CreateByUrls::parse(body) {
            Ok(request) => {
                let given = |channel| request.images.get(&channel).or(request.image_url.as_ref());
                check(request.plan(&policy, &open), given, request.image_type, &policy, &open);
            }
            Err(error) => told(&error),
        },
        1 => match UpdateByUrls::parse(body) {
            Ok(request) => {
                let given = |channel| request.images.get(&channel);
                check(request.plan(image_type, &policy, &open), given, image_type, &policy, &open);
            }
            Err(error) => told(&error),
        },
        2 => big_and_small(body),
        _ => {
            if let Ok(text) = str::from_utf8(body)
                && let Ok(id) = text.parse::<MediaId>()
            {
                assert_eq!(id.to_string(), text);
            }
            if let Ok(answer) = serde_json::from_slice::<Answer>(body) {
                let text = serde_json::to_string(&answer).expect("an answer can be written");
                assert_eq!(serde_json::from_str::<Answer>(&text).expect("and read"), answer);
            }
        }
    }
}

/// Holds a plan against what the request gives for each channel, and carries it out.
fn check<'a>(
    plan: Result<Plan, Error>,
    given: impl Fn(Channel) -> Option<&'a String>,
    image_type: ImageType,
    policy: &Policy,
    open: &BTreeSet<Channel>,
) {
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return told(&error),
    };
    let mut record = Record::new(MediaId::new(image_type, [9; 16]));
    let old = |channel: Channel| format!("old {channel}");
    record.images = Channel::ALL.into_iter().map(|channel| (channel, old(channel))).collect();
    let stored: BTreeMap<Channel, String> =
        plan.work().map(|(channel, _)| (channel, format!("new {channel}"))).collect();
    plan.apply(&mut record, &stored).expect("every picture has a name");
    for channel in Channel::ALL {
        let value = &record.images[&channel];
        let taken = match plan.action(channel) {
            Action::Leave => {
                assert_eq!(*value, old(channel));
                continue;
            }
            Action::Pass(text) => {
                assert_eq!(value, text);
                text
            }
            Action::Store(work) => {
                assert_eq!(*value, stored[&channel]);
                assert!(work.mode == Mode::Adapt && work.spec.channel() == channel.name());
                assert_eq!(work.spec.image_type(), image_type.name());
                let url = work.url.as_ref().expect("no file was uploaded");
                assert!(is_web(url), "{url}");
                url
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(Some(taken), given(channel));
        assert!(open.contains(&channel) || channel == Channel::Jiguang);
        assert!(!policy.sources(channel, image_type).is_empty());
    }
    for way in [Way::Urls, Way::Files] {
        let text = serde_json::to_string(&record.answer(way, policy)).expect("an answer can be written");
        let answer: Answer = serde_json::from_str(&text).expect("and read");
        assert!(
            Channel::ALL.into_iter().all(|channel| answer.image(channel) == Some(record.images[&channel].as_str()))
        );
    }
    let text = serde_json::to_string(&record).expect("a record can be stored");
    assert_eq!(serde_json::from_str::<Record>(&text).expect("and read again"), record);
}

fn big_and_small(body: &[u8]) {
    match v4::Request::parse(body) {
        Ok(request) => {
            let work: Vec<_> = request.work(&v4::Policy::default()).collect();
            assert!((1..=2).contains(&work.len()));
            assert!(work.iter().all(|(_, work)| work.url.as_deref().is_some_and(is_web)));
        }
        Err(error) => {
            assert!(matches!((error.code(), error.status()), (21003 | 23002, 400)));
            is_body(&error.to_json(), error.code(), &error.to_string());
        }
    }
}

fn told(error: &Error) {
    assert!(matches!((error.code(), error.status()), (1102 | 1103, 400)), "{error}");
    is_body(&error.to_json(), error.code(), &error.to_string());
}

fn is_body(json: &str, code: u16, message: &str) {
    let body: Value = serde_json::from_str(json).expect("an error is json");
    assert_eq!((&body["error"]["code"], &body["error"]["message"]), (&code.into(), &message.into()));
    assert!(!message.contains(char::is_control), "{message}");
}

fn is_web(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.starts_with("http://") || url.starts_with("https://")
}
