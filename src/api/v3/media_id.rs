//! Media ids, `jgmedia-<type>-<uuid>`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::channel::ImageType;

/// The id of what a request made: its type of picture, and a UUID in lower case.
///
/// `Display` and `FromStr` are its form in answers and paths, as in
/// `jgmedia-2-14b23451-0001-41ce-89d9-987b465122da`; so is its form in serde.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MediaId {
    image_type: ImageType,
    uuid: u128,
}

impl MediaId {
    /// An id with a random UUID (version 4) of these bits, of which six are overwritten.
    #[must_use]
    pub const fn new(image_type: ImageType, random: [u8; 16]) -> Self {
        const VERSION: u128 = 0xf << 76;
        const VARIANT: u128 = 0b11 << 62;
        let uuid = u128::from_be_bytes(random) & !VERSION & !VARIANT | 0x4 << 76 | 0b10 << 62;
        Self { image_type, uuid }
    }

    /// The type of its pictures.
    #[must_use]
    pub const fn image_type(self) -> ImageType {
        self.image_type
    }
}

impl fmt::Display for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.uuid);
        let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
        write!(f, "jgmedia-{}-{a}-{b}-{c}-{d}-{e}", self.image_type.number())
    }
}

/// A text is no media id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseMediaIdError;

impl fmt::Display for ParseMediaIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a media id is jgmedia-<1, 2 or 3>-<a UUID in lower case>")
    }
}

impl std::error::Error for ParseMediaIdError {}

impl FromStr for MediaId {
    type Err = ParseMediaIdError;

    /// Takes a UUID of any version: nothing says that all of the service's are random ones.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (number, uuid) = text.strip_prefix("jgmedia-")?.split_once('-')?;
            let image_type = ImageType::ALL.into_iter().find(|known| known.number().to_string() == number)?;
            let uuid = u128::from_str_radix(&uuid.replace('-', ""), 16).ok()?;
            Some(Self { image_type, uuid })
        };
        // Whatever is not written as it would be by us is written wrongly.
        parse().filter(|id| id.to_string() == text).ok_or(ParseMediaIdError)
    }
}

impl TryFrom<String> for MediaId {
    type Error = ParseMediaIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MediaId> for String {
    fn from(id: MediaId) -> Self {
        id.to_string()
    }
}
