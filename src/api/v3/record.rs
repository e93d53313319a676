//! What is kept under a media id, and how it is answered.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::channel::Channel;
use super::media_id::MediaId;
use super::policy::{Policy, Unset};

/// What is kept under a media id. Its form in serde is meant for a server's own storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The id. An update does not change it.
    pub media_id: MediaId,
    /// What each channel that has a picture is sent: an id, an address, a path or a name.
    pub images: BTreeMap<Channel, String>,
}

impl Record {
    /// A record without pictures, for [`Plan::apply`](super::Plan::apply) to fill.
    #[must_use]
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id, images: BTreeMap::new() }
    }

    /// The answer to a call that made or changed it.
    #[must_use]
    pub fn answer(&self, way: Way, policy: &Policy) -> Answer {
        let unset = |channel| match (policy.unset, way) {
            (Unset::AsDocumented, Way::Files) if channel == Channel::Hmos => None,
            (Unset::AsDocumented, Way::Files) | (Unset::Empty, _) => Some(Some(String::new())),
            (Unset::AsDocumented, Way::Urls) | (Unset::Null, _) => Some(None),
            (Unset::Absent, _) => None,
        };
        let shown = |channel| match self.images.get(&channel) {
            Some(value) => Some((channel, Some(value.clone()))),
            None => unset(channel).map(|value| (channel, value)),
        };
        Answer { media_id: self.media_id, images: Channel::ALL.into_iter().filter_map(shown).collect() }
    }
}

/// Whether a call is by URL or by file: their answers differ, see [`Unset::AsDocumented`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// `byurls`.
    Urls,
    /// `byfiles`.
    Files,
}

/// The answer to a call that succeeded, in serde the JSON object that the page shows.
///
/// To read one, null, an empty string and an absent field are the same: no picture. Other fields are ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The id.
    pub media_id: MediaId,
    /// The channels' fields as they are written.
    pub images: BTreeMap<Channel, Option<String>>,
}

impl Answer {
    /// What a channel is sent; `None` if it has no picture.
    #[must_use]
    pub fn image(&self, channel: Channel) -> Option<&str> {
        self.images.get(&channel)?.as_deref().filter(|text| !text.is_empty())
    }
}

const MEDIA_ID: &str = "media_id";

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.images.len()))?;
        map.serialize_entry(MEDIA_ID, &self.media_id)?;
        for (channel, value) in &self.images {
            map.serialize_entry(channel.url_field(), value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer with a media_id")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut media_id, mut images) = (None, BTreeMap::new());
        while let Some(key) = map.next_key::<String>()? {
            if key == MEDIA_ID {
                media_id = Some(map.next_value()?);
            } else if let Some(channel) = Channel::ALL.into_iter().find(|channel| channel.url_field() == key) {
                images.insert(channel, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let media_id = media_id.ok_or_else(|| serde::de::Error::missing_field(MEDIA_ID))?;
        Ok(Answer { media_id, images })
    }
}
