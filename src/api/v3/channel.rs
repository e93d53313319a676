//! The two coordinates of a slot: the channel and the type of the picture, with the names that they have in requests.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A channel, in the order in which answers list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Channel {
    /// OPPO, whose pictures are uploaded.
    Oppo,
    /// Xiaomi, whose pictures were uploaded until August 2023.
    Xiaomi,
    /// Huawei.
    Huawei,
    /// Honor.
    Honor,
    /// Firebase Cloud Messaging.
    Fcm,
    /// Jiguang's own. It is always open: the page speaks of opening the others only.
    Jiguang,
    /// HarmonyOS.
    Hmos,
}

impl Channel {
    /// All of them, in the order in which answers list them.
    pub const ALL: [Self; 7] =
        [Self::Oppo, Self::Xiaomi, Self::Huawei, Self::Honor, Self::Fcm, Self::Jiguang, Self::Hmos];

    /// Its name in the catalogue, as in `oppo`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oppo => "oppo",
            Self::Xiaomi => "xiaomi",
            Self::Huawei => "huawei",
            Self::Honor => "honor",
            Self::Fcm => "fcm",
            Self::Jiguang => "jiguang",
            Self::Hmos => "hmos",
        }
    }

    /// Its field in requests by URL and in answers, as in `oppo_image_url`.
    #[must_use]
    pub const fn url_field(self) -> &'static str {
        match self {
            Self::Oppo => "oppo_image_url",
            Self::Xiaomi => "xiaomi_image_url",
            Self::Huawei => "huawei_image_url",
            Self::Honor => "honor_image_url",
            Self::Fcm => "fcm_image_url",
            Self::Jiguang => "jiguang_image_url",
            Self::Hmos => "hmos_image_url",
        }
    }

    /// Its field in requests by file, as in `oppo_file`; only two channels have one.
    #[must_use]
    pub const fn file_field(self) -> Option<&'static str> {
        match self {
            Self::Oppo => Some("oppo_file"),
            Self::Xiaomi => Some("xiaomi_file"),
            _ => None,
        }
    }

    /// The channel whose file is sent in the field of this name.
    #[must_use]
    pub fn of_file_field(field: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.file_field() == Some(field))
    }

    /// The channel of this [`name`](Self::name).
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a picture is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageType {
    /// A large image, type 1.
    LargeImage,
    /// A large icon, type 2. OPPO itself calls it the small picture.
    LargeIcon,
    /// A small icon, type 3.
    SmallIcon,
}

impl ImageType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::LargeImage, Self::LargeIcon, Self::SmallIcon];

    /// The number that stands for it in requests and media ids.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::LargeImage => 1,
            Self::LargeIcon => 2,
            Self::SmallIcon => 3,
        }
    }

    /// The type of this number.
    #[must_use]
    pub fn of_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|image_type| u64::from(image_type.number()) == number)
    }

    /// Its name in the catalogue, as in `large-image`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LargeImage => "large-image",
            Self::LargeIcon => "large-icon",
            Self::SmallIcon => "small-icon",
        }
    }
}

impl fmt::Display for ImageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
