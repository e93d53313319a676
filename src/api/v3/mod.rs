//! JPush's Image API v3: pictures of one type for seven channels, known together by one media id.
//!
//! | call | request | what is done |
//! |---|---|---|
//! | `POST /v3/images/byurls` | [`CreateByUrls`] | pictures are fetched and adapted, or their addresses passed on |
//! | `POST /v3/images/byfiles` | [`CreateByFiles`] | uploaded files are verified as they are |
//! | `PUT /v3/images/byurls/{mediaId}` | [`UpdateByUrls`] | as the first; what is not given keeps its value |
//! | `PUT /v3/images/byfiles/{mediaId}` | [`UpdateByFiles`] | as the second; what is not given keeps its value |
//!
//! Each request makes a [`Plan`], and a plan changes a [`Record`], whose [`Answer`] is sent back. What the page leaves
//! open is decided by a [`Policy`]. Every failure is an [`Error`].
//!
//! Which channel takes which type of picture, and how it may be named, is said by [`Policy::sources`]. A channel whose
//! vendor takes uploads (OPPO, and Xiaomi until it ended) gets the picture itself; all others fetch it themselves, or
//! find it on the phone: their text is answered unchanged, and nobody looks at the picture.

mod channel;
mod error;
mod media_id;
mod plan;
mod policy;
mod record;
mod request;

use std::time::Duration;

pub use self::channel::{Channel, ImageType};
pub use self::error::Error;
pub use self::media_id::{MediaId, ParseMediaIdError};
pub use self::plan::{Action, Plan};
pub use self::policy::{Policy, Unset, Unusable};
pub use self::record::{Answer, Record, Way};
pub use self::request::{CreateByFiles, CreateByUrls, UpdateByFiles, UpdateByUrls};

use crate::units::ByteSize;

/// The longest file that may be uploaded; one of exactly this length is taken.
///
/// The page says "does not exceed 2M" without a unit; the binary one is chosen. It holds for files only: how much is
/// fetched from an address is a server's own limit.
pub const UPLOAD_LIMIT: ByteSize = ByteSize::mebibytes(2);

/// How long a media id is valid after it was made. An update does not prolong it, for the page speaks of none.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
