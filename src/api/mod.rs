//! The image APIs of two push services as types and pure functions: what a request asks for, what is to be done, what
//! is answered. There is no network, clock, storage or chance in here; a server brings those.
//!
//! [`v3`] is JPush's Image API v3, four calls that collect the pictures of seven channels under one media id. [`v4`] is
//! EngageLab's Image API v4, one call for OPPO's two pictures. The figures of the slots are those of the catalogue.
//! Sources: the JPush Image API v3 page and the EngageLab Image API v4 page, and for each figure the row in the
//! catalogue. Nothing here was tried against either service.
//!
//! Both work alike. A request is read; what it lacks is told by the names of its fields. It becomes a plan, whose
//! [`Work`] is what takes a picture: get it, call [`Work::run`], store what that returns, and give it a name. With the
//! names the plan becomes the answer. Whatever goes wrong with one picture is a [`Refusal`], which either API turns
//! into an error of its own, with code, message and HTTP status.
//!
//! # Examples
//!
//! ```
//! use std::collections::{BTreeMap, BTreeSet};
//!
//! use pushpix::Adapter;
//! use pushpix::api::v3::{Channel, CreateByUrls, MediaId, Policy, Record, Way};
//!
//! let policy = Policy::default();
//! let body = br#"{"image_type": 2, "image_url": "https://example.com/cat.jpg"}"#;
//! let request = CreateByUrls::parse(body)?;
//! let plan = request.plan(&policy, &BTreeSet::from(Channel::ALL))?;
//!
//! let mut stored = BTreeMap::new();
//! for (channel, work) in plan.work() {
//!     assert_eq!((channel, work.spec.id()), (Channel::Oppo, "oppo/large-icon"));
//!     let fetched = std::fs::read("testdata/photo.jpg")?; // in place of work.url
//!     let icon = work.run(&Adapter::new(), fetched)?;
//!     assert!(icon.len() <= 51_200);
//!     stored.insert(channel, "an-id".to_owned()); // the name under which it is kept
//! }
//!
//! let random = *b"sixteen of them!"; // from the system, in earnest
//! let mut record = Record::new(MediaId::new(request.image_type, random));
//! plan.apply(&mut record, &stored)?;
//! let answer = record.answer(Way::Urls, &policy);
//! assert_eq!(answer.image(Channel::Oppo), Some("an-id"));
//! assert_eq!(answer.image(Channel::Huawei), Some("https://example.com/cat.jpg"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod body;
mod refusal;
pub mod v3;
pub mod v4;
mod work;

pub use self::refusal::{Refusal, RefusalKind};
pub use self::work::{Mode, Work};
