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
        let to = Scope { image_type: self.image_type, policy, open };
        let mut plan = to.plan_urls(&self.images)?;
        if let Some(url) = &self.image_url {
            for channel in Channel::ALL.into_iter().filter(|channel| !self.images.contains_key(channel)) {
                let inherited = to.name(channel, "image_url", url).unwrap_or(Action::Leave);
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
        Scope { image_type, policy, open }.plan_urls(&self.images)
    }
}

impl CreateByFiles {
    /// Decides what is to be done. `open` is as in [`CreateByUrls::plan`].
    ///
    /// # Errors
    ///
    /// [`Error::AllInvalid`] if no channel that was sent a file is open and takes such pictures.
    pub fn plan(&self, policy: &Policy, open: &BTreeSet<Channel>) -> Result<Plan, Error> {
        Scope { image_type: self.image_type, policy, open }.plan_files(&self.files)
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
        Scope { image_type, policy, open }.plan_files(&self.files)
    }
}

/// Where the pictures of a request may go.
struct Scope<'a> {
    image_type: ImageType,
    policy: &'a Policy,
    open: &'a BTreeSet<Channel>,
}

impl Scope<'_> {
    fn plan_urls(&self, images: &BTreeMap<Channel, String>) -> Result<Plan, Error> {
        let mut actions = BTreeMap::new();
        for (&channel, text) in images {
            let action = match self.name(channel, channel.url_field(), text) {
                Err(_) if self.policy.unusable == Unusable::Leave => Action::Leave,
                action => action?,
            };
            actions.insert(channel, action);
        }
        Ok(Plan { actions })
    }

    fn plan_files(&self, files: &BTreeSet<Channel>) -> Result<Plan, Error> {
        let mut actions = BTreeMap::new();
        for &channel in files {
            if let (Some(field), Some(Slot::Uploaded(spec))) = (channel.file_field(), self.slot(channel)) {
                let work = Work { field, url: None, mode: Mode::Verify, spec: spec.clone() };
                actions.insert(channel, Action::Store(Box::new(work)));
            }
        }
        let plan = Plan { actions };
        if plan.is_idle() { Err(Error::AllInvalid) } else { Ok(plan) }
    }

    /// What is to be done for a channel whose picture is named by the text of a field. The only error is that the
    /// channel cannot use the text.
    fn name(&self, channel: Channel, field: &'static str, text: &str) -> Result<Action, Error> {
        let kind = address::kind(text);
        match self.slot(channel) {
            None => Ok(Action::Leave),
            Some(Slot::Uploaded(spec)) if is_web(kind) => {
                let work = Work { field, url: Some(text.to_owned()), mode: Mode::Adapt, spec: spec.clone() };
                Ok(Action::Store(Box::new(work)))
            }
            Some(Slot::Named(kinds)) if kind.is_some_and(|kind| kinds.contains(&kind)) => {
                Ok(Action::Pass(text.to_owned()))
            }
            Some(_) => Err(invalid(field, &self.policy.sources(channel, self.image_type))),
        }
    }

    /// How a channel takes these pictures; `None` if it does not, or is not open.
    fn slot(&self, channel: Channel) -> Option<Slot<'_>> {
        let is_open = channel == Channel::Jiguang || self.open.contains(&channel);
        self.policy.slot(channel, self.image_type).filter(|_| is_open)
    }
}

fn is_web(kind: Option<SourceKind>) -> bool {
    matches!(kind, Some(SourceKind::Http | SourceKind::Https))
}

fn invalid(field: &'static str, kinds: &[SourceKind]) -> Error {
    let kinds: Vec<&str> = kinds.iter().map(|kind| address::describe(*kind)).collect();
    Error::invalid(field, format!("{} is expected, of at most {} bytes", kinds.join(" or "), address::LONGEST))
}
