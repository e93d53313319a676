//! What becomes of each channel's field: the decisions that the page describes, made before any picture is touched.

use std::collections::{BTreeMap, BTreeSet};

use super::channel::{Channel, ImageType};
use super::error::Error;
use super::policy::{Policy, Slot, Unusable};
use super::record::Record;
use super::request::{CreateByFiles, CreateByUrls, UpdateByFiles, UpdateByUrls};
use crate::api::address;
use crate::api::work::{Mode, Work};
use crate::spec::SourceKind;

/// What is to be done for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Its picture is adapted or verified, and stored by the server, which gives it a name.
    Store(Box<Work>),
    /// This text is answered unchanged.
    Pass(String),
    /// Nothing: a new record has no picture for it, an old one keeps what it has. No picture is named for it, or it is
    /// not open, or it does not take such pictures.
    Leave,
}

/// What a request comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    actions: BTreeMap<Channel, Action>,
}

impl Plan {
    /// What is to be done for a channel.
    #[must_use]
    pub fn action(&self, channel: Channel) -> &Action {
        self.actions.get(&channel).unwrap_or(&Action::Leave)
    }

    /// The pictures that the server must see to, in the order of the channels.
    pub fn work(&self) -> impl Iterator<Item = (Channel, &Work)> {
        self.actions.iter().filter_map(|(channel, action)| match action {
            Action::Store(work) => Some((*channel, &**work)),
            Action::Pass(_) | Action::Leave => None,
        })
    }

    /// Enters into a record what was done: a [new](Record::new) one, or the old one as it is by then. `stored` has the
    /// name that each picture of [`work`](Self::work) got, which is what the answer shows for its channel: an id for
    /// OPPO, a whole address for Xiaomi.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`], and nothing is entered, if `stored` lacks a name.
    pub fn apply(&self, record: &mut Record, stored: &BTreeMap<Channel, String>) -> Result<(), Error> {
        if self.work().any(|(channel, _)| !stored.contains_key(&channel)) {
            return Err(Error::Internal);
        }
        for (&channel, action) in &self.actions {
            let value = match action {
                Action::Store(_) => stored.get(&channel),
                Action::Pass(text) => Some(text),
                Action::Leave => None,
            };
            if let Some(value) = value {
                record.images.insert(channel, value.clone());
            }
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.actions.values().all(|action| *action == Action::Leave)
    }
}

impl CreateByUrls {
    /// Decides what is to be done. `open` are the channels that the app has opened; [`Channel::Jiguang`] always is.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if `image_url` is no address, or a channel's text is of no kind that the channel takes
    /// (unless [`Policy::unusable`] says otherwise); [`Error::AllInvalid`] if nothing is left to be done.
    pub fn plan(&self, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Plan, Error> {
        if self.image_url.as_ref().is_some_and(|url| !is_web(address::kind(url))) {
            return Err(invalid("image_url", &[SourceKind::Http, SourceKind::Https]));
        }
        let mut plan = by_urls(&self.images, self.image_type, policy, open)?;
        if let Some(url) = &self.image_url {
            for channel in Channel::ALL.into_iter().filter(|channel| !self.images.contains_key(channel)) {
                let own = Own { field: "image_url", text: url, image_type: self.image_type };
                let inherited = own.action(channel, policy, open).unwrap_or(Action::Leave);
                plan.actions.insert(channel, inherited);
            }
        }
        if plan.is_idle() { Err(Error::AllInvalid) } else { Ok(plan) }
    }
}

impl UpdateByUrls {
    /// Decides what is to be done to the record of a media id of this type. `open` is as in [`CreateByUrls::plan`].
    ///
    /// A channel that does not take such pictures keeps what it has; where that is so for all, nothing is done, and
    /// this is no error: the page says that the values are retained.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if a channel's text is of no kind that the channel takes (unless [`Policy::unusable`] says
    /// otherwise).
    pub fn plan(&self, image_type: ImageType, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Plan, Error> {
        by_urls(&self.images, image_type, policy, open)
    }
}

impl CreateByFiles {
    /// Decides what is to be done. `open` is as in [`CreateByUrls::plan`].
    ///
    /// # Errors
    ///
    /// [`Error::AllInvalid`] if no channel that was sent a file is open and takes such pictures.
    pub fn plan(&self, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Plan, Error> {
        by_files(&self.files, self.image_type, policy, open)
    }
}

impl UpdateByFiles {
    /// Decides what is to be done to the record of a media id of this type. `open` is as in [`CreateByUrls::plan`].
    ///
    /// # Errors
    ///
    /// [`Error::AllInvalid`] if no channel that was sent a file is open and takes such pictures. The page has no word
    /// on this, and a file that goes nowhere is worth an error.
    pub fn plan(&self, image_type: ImageType, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Plan, Error> {
        by_files(&self.files, image_type, policy, open)
    }
}

fn by_urls(
    images: &BTreeMap<Channel, String>,
    image_type: ImageType,
    policy: &Policy,
    open: &BTreeSet<Channel>,
) -> Result<Plan, Error> {
    let mut actions = BTreeMap::new();
    for (&channel, text) in images {
        let own = Own { field: channel.url_field(), text, image_type };
        let action = match own.action(channel, policy, open) {
            Err(_) if policy.unusable == Unusable::Leave => Action::Leave,
            action => action?,
        };
        actions.insert(channel, action);
    }
    Ok(Plan { actions })
}

fn by_files(
    files: &BTreeSet<Channel>,
    image_type: ImageType,
    policy: &Policy,
    open: &BTreeSet<Channel>,
) -> Result<Plan, Error> {
    let mut actions = BTreeMap::new();
    for &channel in files.iter().filter(|channel| is_open(**channel, open)) {
        if let (Some(field), Some(Slot::Uploaded(spec))) = (channel.file_field(), policy.slot(channel, image_type)) {
            let work = Work { field, url: None, mode: Mode::Verify, spec: spec.clone() };
            actions.insert(channel, Action::Store(Box::new(work)));
        }
    }
    let plan = Plan { actions };
    if plan.is_idle() { Err(Error::AllInvalid) } else { Ok(plan) }
}

/// A picture that a field names by a text.
struct Own<'a> {
    field: &'static str,
    text: &'a str,
    image_type: ImageType,
}

impl Own<'_> {
    /// What is to be done with it for a channel.
    fn action(&self, channel: Channel, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Action, Error> {
        if !is_open(channel, open) {
            return Ok(Action::Leave);
        }
        let kind = address::kind(self.text);
        match policy.slot(channel, self.image_type) {
            None => Ok(Action::Leave),
            Some(Slot::Uploaded(spec)) if is_web(kind) => {
                let url = Some(self.text.to_owned());
                let work = Work { field: self.field, url, mode: Mode::Adapt, spec: spec.clone() };
                Ok(Action::Store(Box::new(work)))
            }
            Some(Slot::Named(kinds)) if kind.is_some_and(|kind| kinds.contains(&kind)) => {
                Ok(Action::Pass(self.text.to_owned()))
            }
            Some(_) => Err(invalid(self.field, &policy.sources(channel, self.image_type))),
        }
    }
}

fn is_open(channel: Channel, open: &BTreeSet<Channel>) -> bool {
    channel == Channel::Jiguang || open.contains(&channel)
}

fn is_web(kind: Option<SourceKind>) -> bool {
    matches!(kind, Some(SourceKind::Http | SourceKind::Https))
}

fn invalid(field: &'static str, kinds: &[SourceKind]) -> Error {
    let kinds: Vec<&str> = kinds.iter().map(|kind| address::describe(*kind)).collect();
    Error::invalid(field, format!("{} is expected", kinds.join(" or ")))
}
