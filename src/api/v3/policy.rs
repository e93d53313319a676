//! What the page leaves open, decided: which slots take what, and what becomes of that which none takes.

use std::collections::BTreeMap;

use super::channel::{Channel, ImageType};
use crate::error::{Error, SpecError};
use crate::spec::{SourceKind, Spec, Status};

/// What a server may decide for itself. [`Policy::default`] is explained at each field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    specs: BTreeMap<(Channel, ImageType), Spec>,
    /// Whether pictures are still made for slots that their vendor has ended, which is Xiaomi's. False unless set: the
    /// support table has no entry for Xiaomi, though the examples still answer its addresses.
    pub discontinued: bool,
    /// What becomes of an address that the channel cannot use.
    pub unusable: Unusable,
    /// How an answer shows a channel that has no picture.
    pub unset: Unset,
}

/// What becomes of a channel's own text that is of no kind that the channel takes for this type, as an `http` address
/// for Huawei. The page does not say. (A type that the channel does not take at all is never an error; nor is what
/// `image_url` would fill in.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unusable {
    /// It is an error that names the field, since somebody meant it.
    #[default]
    Error,
    /// It is treated as a type that the channel does not take.
    Leave,
}

/// How an answer shows a channel that has no picture. The page's text says null, its examples of the calls by file show
/// empty strings and no HarmonyOS, and readers have been seen to expect the field to be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unset {
    /// As the page has it: null in the calls by URL; in those by file an empty string, and HarmonyOS is absent.
    #[default]
    AsDocumented,
    /// Null everywhere.
    Null,
    /// An empty string everywhere.
    Empty,
    /// The field is absent.
    Absent,
}

impl Default for Policy {
    fn default() -> Self {
        let slots = Channel::ALL.into_iter().flat_map(|channel| ImageType::ALL.map(|image_type| (channel, image_type)));
        let spec_of = |slot: (Channel, ImageType)| {
            let spec = Spec::builtin(&format!("{}/{}", slot.0, slot.1)).ok()?;
            Some((slot, spec.clone()))
        };
        Self {
            specs: slots.filter_map(spec_of).collect(),
            discontinued: false,
            unusable: Unusable::default(),
            unset: Unset::default(),
        }
    }
}

impl Policy {
    /// This policy with another rule for the slot of the spec's channel and image type, as with the profile
    /// `oppo/large-image@876x324`: older documents than the one followed by the catalogue have that size.
    ///
    /// # Errors
    ///
    /// [`Error::Spec`] with [`SpecError::UnknownId`] if the API has no such channel or type.
    ///
    /// # Examples
    ///
    /// ```
    /// use pushpix::Spec;
    /// use pushpix::api::v3::{Channel, ImageType, Policy};
    ///
    /// let older = Spec::builtin("oppo/large-image@876x324")?;
    /// let policy = Policy::default().with_spec(older.clone())?;
    /// assert_eq!(policy.spec(Channel::Oppo, ImageType::LargeImage), Some(older));
    /// # Ok::<(), pushpix::Error>(())
    /// ```
    pub fn with_spec(mut self, spec: Spec) -> Result<Self, Error> {
        let channel = Channel::of_name(spec.channel());
        let image_type = ImageType::ALL.into_iter().find(|known| known.name() == spec.image_type());
        match channel.zip(image_type) {
            Some(slot) => self.specs.insert(slot, spec),
            None => return Err(SpecError::UnknownId { id: spec.id().to_owned(), nearest: None }.into()),
        };
        Ok(self)
    }

    /// The rule of a slot.
    #[must_use]
    pub fn spec(&self, channel: Channel, image_type: ImageType) -> Option<&Spec> {
        self.specs.get(&(channel, image_type))
    }

    /// The support table: in which ways a picture of this type may be named in the channel's field. Empty: the channel
    /// does not take such pictures.
    ///
    /// It follows from the catalogue, and for all channels but HarmonyOS it is the page's. The page's table has no
    /// column for that one, and the catalogue's rows are inferred.
    #[must_use]
    pub fn sources(&self, channel: Channel, image_type: ImageType) -> Vec<SourceKind> {
        match self.slot(channel, image_type) {
            Some(Slot::Uploaded(_)) => vec![SourceKind::Http, SourceKind::Https],
            Some(Slot::Named(kinds)) => kinds,
            None => Vec::new(),
        }
    }

    /// How the channel takes pictures of this type; `None` if it does not.
    pub(super) fn slot(&self, channel: Channel, image_type: ImageType) -> Option<Slot<'_>> {
        let spec = self.spec(channel, image_type)?;
        match spec.status {
            Status::Unsupported => return None,
            Status::Discontinued if !self.discontinued => return None,
            _ => {}
        }
        if spec.sources.contains(&SourceKind::Upload) {
            return spec.check_adaptable().is_ok().then_some(Slot::Uploaded(spec));
        }
        let mut kinds = spec.sources.clone();
        kinds.retain(|kind| NAMED.contains(kind));
        (!kinds.is_empty()).then_some(Slot::Named(kinds))
    }
}

/// How a channel takes pictures.
#[derive(Debug)]
pub(super) enum Slot<'a> {
    /// The vendor gets the picture itself, made after this rule.
    Uploaded(&'a Spec),
    /// The phone finds the picture by a text of one of these kinds.
    Named(Vec<SourceKind>),
}

/// The kinds of texts by which a phone finds a picture that a message names.
const NAMED: [SourceKind; 5] =
    [SourceKind::Http, SourceKind::Https, SourceKind::SdcardPath, SourceKind::DrawableName, SourceKind::RawPath];
