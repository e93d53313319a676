//! The image APIs, as far as no server is needed. The tests are named after the numbered rules of the pages' contract,
//! after its error codes, and after the examples that the pages print; what a server adds is tested with the gateway.

mod printed;
mod v3_codes;
mod v3_create;
mod v3_examples;
mod v3_files;
mod v3_open_points;
mod v3_update;
mod v4;

use std::collections::{BTreeMap, BTreeSet};

use pushpix::api::v3::{
    Action, Answer, Channel, CreateByUrls, Error, ImageType, MediaId, Plan, Policy, Record, UpdateByUrls, Way,
};
use serde_json::{Value, json};

pub(crate) const IMAGE_URL: &str = "https://xx.com/xx.jpg";

pub(crate) fn all() -> BTreeSet<Channel> {
    BTreeSet::from(Channel::ALL)
}

/// The default policy, but for slots that have ended.
pub(crate) fn with_xiaomi() -> Policy {
    let mut policy = Policy::default();
    policy.discontinued = true;
    policy
}

pub(crate) fn create(body: &Value, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Plan, Error> {
    CreateByUrls::parse(body.to_string().as_bytes())?.plan(policy, open)
}

/// The plan for all channels by the default policy.
pub(crate) fn created(body: &Value) -> Result<Plan, Error> {
    create(body, &Policy::default(), &all())
}

/// A body that asks for pictures of some channels.
pub(crate) fn body(image_type: ImageType, images: &[(Channel, &str)]) -> Value {
    let mut body = json!({ "image_type": image_type.number() });
    for (channel, text) in images {
        body[channel.url_field()] = (*text).into();
    }
    body
}

pub(crate) fn updated(body: &Value, image_type: ImageType) -> Result<Plan, Error> {
    UpdateByUrls::parse(body.to_string().as_bytes())?.plan(image_type, &Policy::default(), &all())
}

/// What a server does with a plan: each picture is stored under a name.
pub(crate) fn carry_out(plan: &Plan, record: &mut Record) {
    let stored: BTreeMap<Channel, String> =
        plan.work().map(|(channel, _)| (channel, format!("{channel}-id"))).collect();
    plan.apply(record, &stored).unwrap();
}

pub(crate) fn record(image_type: ImageType) -> Record {
    Record::new(MediaId::new(image_type, [7; 16]))
}

/// The JSON that answers a plan for a new record.
pub(crate) fn answer(plan: &Plan, image_type: ImageType, way: Way, policy: &Policy) -> Value {
    let mut record = record(image_type);
    carry_out(plan, &mut record);
    json_of(&record.answer(way, policy))
}

pub(crate) fn json_of(answer: &Answer) -> Value {
    serde_json::to_value(answer).unwrap()
}

/// The text that is answered unchanged.
pub(crate) fn passed(plan: &Plan, channel: Channel) -> Option<&str> {
    match plan.action(channel) {
        Action::Pass(text) => Some(text),
        _ => None,
    }
}

/// The address from which a picture is fetched to be stored.
pub(crate) fn fetched(plan: &Plan, channel: Channel) -> Option<&str> {
    match plan.action(channel) {
        Action::Store(work) => work.url.as_deref(),
        _ => None,
    }
}

pub(crate) fn is_left(plan: &Plan, channel: Channel) -> bool {
    *plan.action(channel) == Action::Leave
}

/// Code, status and message of an error, after a look at its body.
pub(crate) fn told(error: &Error) -> (u16, u16, String) {
    let body: Value = serde_json::from_str(&error.to_json()).unwrap();
    assert_eq!(body, json!({ "error": { "code": error.code(), "message": error.to_string() } }));
    (error.code(), error.status(), error.to_string())
}

/// That it is an error of this code whose message has all of these.
pub(crate) fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, Error>, code: u16, parts: &[&str]) {
    let (found, _, message) = told(&outcome.unwrap_err());
    assert_eq!(found, code, "{message}");
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
}
