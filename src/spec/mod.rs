//! What a channel asks of a picture: one [`Spec`] per slot. The figures are data, in `channels.toml`, read by
//! [`Catalog`].

mod catalog;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, SpecError};
use crate::format::Format;
use crate::placement::{Placement, Upscale};
use crate::units::{ByteSize, ParseUnitError, Size};
use crate::warning::Warning;

pub use self::catalog::Catalog;

/// The rule of one slot: what a picture must be, to be sent as this channel's large image, large icon or small icon.
///
/// An absent field means that no figure is known; it never means that there is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    id: String,
    /// Whether the channel takes such pictures today.
    pub status: Status,
    /// When a discontinued slot ended, as `YYYY-MM`.
    pub since: Option<String>,
    /// The size of the output, in pixels.
    pub canvas: Option<Canvas>,
    /// The most pixels the output may have, width times height; the figure itself is allowed.
    pub max_area: Option<u64>,
    /// The byte cap.
    pub cap: Option<ByteCap>,
    /// The formats that may be written. Empty: none is known.
    pub formats: Vec<Format>,
    /// What the slot asks of transparency.
    pub alpha: Option<AlphaRule>,
    /// The ways in which the channel accepts a picture.
    pub sources: Vec<SourceKind>,
    /// How many pictures may be uploaded in a day.
    pub quota_per_day: Option<u32>,
    /// Where the figures come from.
    pub source: Option<String>,
    /// The day the source was read, as `YYYY-MM-DD`.
    pub checked: Option<String>,
    /// What to know before trusting the figures.
    pub note: Option<String>,
}

impl Spec {
    /// The built-in spec of this id, as in `oppo/large-image`.
    ///
    /// # Errors
    ///
    /// [`Error::Spec`] with [`SpecError::UnknownId`], which names the nearest id.
    pub fn builtin(id: &str) -> Result<&'static Self, Error> {
        Catalog::builtin().get(id)
    }

    /// A spec of one's own: an exact canvas, JPEG or PNG, no byte cap. Its id is `custom/<width>x<height>`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pushpix::{ByteSize, Size, Spec};
    ///
    /// let banner = Size::new(640, 320).ok_or("a side is zero")?;
    /// let spec = Spec::custom(banner).with_max_bytes("40kB".parse()?);
    /// assert_eq!(spec.cap.map(|cap| cap.largest()), Some(ByteSize::new(40_000)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn custom(canvas: Size) -> Self {
        Self {
            canvas: Some(Canvas::Exact(canvas)),
            formats: vec![Format::Jpeg, Format::Png],
            ..Self::unknown(format!("custom/{canvas}"))
        }
    }

    /// A spec of which nothing is known but the id, which the caller has checked.
    fn unknown(id: String) -> Self {
        Self {
            id,
            status: Status::Supported,
            since: None,
            canvas: None,
            max_area: None,
            cap: None,
            formats: Vec::new(),
            alpha: None,
            sources: Vec::new(),
            quota_per_day: None,
            source: None,
            checked: None,
            note: None,
        }
    }

    /// This spec with a byte cap; a file of exactly `max_bytes` is allowed.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: ByteSize) -> Self {
        self.cap = Some(ByteCap { max_bytes, inclusive: true });
        self
    }

    /// This spec with these output formats.
    #[must_use]
    pub fn with_formats(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.formats = formats.into_iter().collect();
        self
    }

    /// This spec with another rule for transparency.
    #[must_use]
    pub fn with_alpha(mut self, alpha: AlphaRule) -> Self {
        self.alpha = Some(alpha);
        self
    }

    /// The id, `<channel>/<image-type>` or `<channel>/<image-type>@<profile>`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The channel, as in `oppo`.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.id.split_once('/').map_or("", |(channel, _)| channel)
    }

    /// The image type, as in `large-image`.
    #[must_use]
    pub fn image_type(&self) -> &str {
        let rest = self.id.split_once('/').map_or("", |(_, rest)| rest);
        rest.split_once('@').map_or(rest, |(image_type, _)| image_type)
    }

    /// The profile, as in `876x324`: another size in use for the same slot.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.id.split_once('@').map(|(_, profile)| profile)
    }

    /// Whether a picture can be made for this slot: it is offered in some way, and its canvas and formats are known.
    ///
    /// # Errors
    ///
    /// [`Error::Spec`] with [`SpecError::NotAdaptable`], which says what is missing.
    pub fn check_adaptable(&self) -> Result<(), Error> {
        let why = if self.status == Status::Unsupported {
            "the channel has no such picture"
        } else if self.canvas.is_none() {
            "no size is known"
        } else if self.formats.is_empty() {
            "no format is known"
        } else {
            return Ok(());
        };
        let id = self.id.clone();
        Err(SpecError::NotAdaptable { id, why }.into())
    }

    /// What whoever sends a picture to this slot may want to know of it.
    pub(crate) fn status_warning(&self) -> Option<Warning> {
        match self.status {
            Status::Discontinued => Some(Warning::Discontinued { since: self.since.clone() }),
            Status::Restricted => Some(Warning::Restricted),
            Status::AppResource => Some(Warning::AppResource),
            Status::Supported | Status::Unsupported => None,
        }
    }

    /// The canvas that a picture of size `source` gets: the rule's size, or for [`Canvas::AtMost`] and
    /// [`Canvas::Any`] the picture's own, made smaller where the rule or the area cap asks for it.
    ///
    /// `None` if no size is known. [`Upscale`] does not matter here: a canvas is never larger for it.
    #[must_use]
    pub fn canvas_for(&self, source: Size) -> Option<Size> {
        let canvas = match self.canvas? {
            Canvas::Exact(size) | Canvas::Recommended(size) => return Some(size),
            Canvas::AtMost(size) => Placement::contain(source, size, Upscale::Never).scaled(),
            Canvas::Any => source,
        };
        Some(match self.max_area {
            Some(max_area) if canvas.area() > max_area => within_area(canvas, max_area),
            _ => canvas,
        })
    }
}

/// The largest size of about the aspect of `size` that has at most `max_area` pixels.
fn within_area(size: Size, max_area: u64) -> Size {
    let (width, height) = (u128::from(size.width()), u128::from(size.height()));
    let max_area = u128::from(max_area.max(1));
    let scaled_width = (max_area * width / height).isqrt().clamp(1, max_area.min(width));
    let scaled_height = (scaled_width * height / width).clamp(1, (max_area / scaled_width).max(1));
    let side = |value: u128| u32::try_from(value).unwrap_or(Size::MAX_SIDE);
    Size::new(side(scaled_width), side(scaled_height)).unwrap_or(size)
}

/// Whether a channel takes the pictures of a slot today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It does.
    Supported,
    /// It did. Pictures can still be made, with a warning.
    Discontinued,
    /// The vendor grants it to some apps.
    Restricted,
    /// The picture is a resource inside the app and is not sent with a message.
    AppResource,
    /// It never did.
    Unsupported,
}

/// The size a slot asks for, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Canvas {
    /// The channel refuses any other size.
    Exact(Size),
    /// The channel advises this size and takes others. It is the size that is made.
    Recommended(Size),
    /// The channel takes any size up to this one.
    AtMost(Size),
    /// The channel takes any size: the picture keeps its own.
    Any,
}

impl Canvas {
    /// The size in pixels; `None` for [`Canvas::Any`].
    #[must_use]
    pub const fn size(self) -> Option<Size> {
        match self {
            Self::Exact(size) | Self::Recommended(size) | Self::AtMost(size) => Some(size),
            Self::Any => None,
        }
    }

    /// How the size is meant, as tables name it: `exact`, `recommended`, `at-most` or `any`.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Recommended(_) => "recommended",
            Self::AtMost(_) => "at-most",
            Self::Any => "any",
        }
    }
}

/// The most bytes a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByteCap {
    /// The figure as the channel states it.
    pub max_bytes: ByteSize,
    /// Whether a file of exactly [`max_bytes`](Self::max_bytes) is allowed.
    pub inclusive: bool,
}

impl ByteCap {
    /// The length of the longest file that is allowed.
    #[must_use]
    pub const fn largest(self) -> ByteSize {
        if self.inclusive { self.max_bytes } else { ByteSize::new(self.max_bytes.as_u64().saturating_sub(1)) }
    }
}

/// What a slot asks of transparency. Where it asks nothing, alpha is kept if the format can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlphaRule {
    /// Alpha may stay.
    Keep,
    /// The output must be opaque: the picture is laid on the background.
    Flatten,
    /// A white glyph on a transparent ground: only the alpha is drawn.
    WhiteOnTransparent,
    /// A glyph of one colour on a transparent ground.
    OneColourOnTransparent,
}

/// A way in which a channel accepts a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// An `http://` address.
    Http,
    /// An `https://` address.
    Https,
    /// The file itself, uploaded to the vendor.
    Upload,
    /// An id that the vendor gave out for an upload.
    VendorId,
    /// An address that the vendor gave out for an upload.
    VendorUrl,
    /// A path relative to the phone's SD card, with the file's suffix.
    SdcardPath,
    /// The name of a drawable in the app, without suffix.
    DrawableName,
    /// The name of a raw resource in the app: `/raw/name`, without suffix.
    RawPath,
    /// A resource that the app's manifest or code names.
    AppResource,
    /// A file on the device.
    LocalFile,
}

/// Gives an enum its names in tables and on the command line, as `Display` and `FromStr`.
macro_rules! names {
    ($type:ident, $expected:literal, { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $name),+ })
            }
        }

        impl FromStr for $type {
            type Err = ParseUnitError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(ParseUnitError::new(text, $expected)),
                }
            }
        }
    };
}

names!(Status, "a status: supported, discontinued, restricted, app-resource or unsupported", {
    Supported = "supported",
    Discontinued = "discontinued",
    Restricted = "restricted",
    AppResource = "app-resource",
    Unsupported = "unsupported",
});

names!(
    AlphaRule,
    "an alpha rule: keep, flatten, white-on-transparent or one-colour-on-transparent",
    {
        Keep = "keep",
        Flatten = "flatten",
        WhiteOnTransparent = "white-on-transparent",
        OneColourOnTransparent = "one-colour-on-transparent",
    }
);

names!(
    SourceKind,
    "a source kind: http, https, upload, vendor-id, vendor-url, sdcard-path, drawable-name, raw-path, app-resource or local-file",
    {
        Http = "http",
        Https = "https",
        Upload = "upload",
        VendorId = "vendor-id",
        VendorUrl = "vendor-url",
        SdcardPath = "sdcard-path",
        DrawableName = "drawable-name",
        RawPath = "raw-path",
        AppResource = "app-resource",
        LocalFile = "local-file",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn an_id_has_its_parts() {
        let spec = Spec::builtin("oppo/large-image@876x324").unwrap();
        assert_eq!((spec.channel(), spec.image_type(), spec.profile()), ("oppo", "large-image", Some("876x324")));
        let spec = Spec::custom(size(3, 4));
        assert_eq!((spec.channel(), spec.image_type(), spec.profile()), ("custom", "3x4", None));
    }

    #[test]
    fn a_cap_knows_whether_it_is_allowed_itself() {
        let cap = |inclusive| ByteCap { max_bytes: ByteSize::new(102_400), inclusive };
        assert_eq!(cap(true).largest().as_u64(), 102_400);
        assert_eq!(cap(false).largest().as_u64(), 102_399);
    }

    #[test]
    fn a_canvas_that_is_not_fixed_follows_the_source() {
        let mut spec = Spec::custom(size(100, 50));
        assert_eq!(spec.canvas_for(size(400, 400)), Some(size(100, 50)));
        spec.canvas = Some(Canvas::AtMost(size(100, 50)));
        assert_eq!(spec.canvas_for(size(400, 400)), Some(size(50, 50)));
        assert_eq!(spec.canvas_for(size(20, 10)), Some(size(20, 10)));
        spec.canvas = Some(Canvas::Any);
        assert_eq!(spec.canvas_for(size(400, 300)), Some(size(400, 300)));
        spec.max_area = Some(1_200);
        assert_eq!(spec.canvas_for(size(400, 300)), Some(size(40, 30)));
        assert_eq!(spec.canvas_for(size(40, 30)), Some(size(40, 30)));
    }

    #[test]
    fn an_area_cap_holds_for_every_shape() {
        for max_area in [1, 2, 7, 1_000, 12_544] {
            for (width, height) in [(1, 1), (3, 3), (4_000, 1), (1, 4_000), (Size::MAX_SIDE, 2), (4_032, 3_024)] {
                let shrunk = within_area(size(width, height), max_area);
                assert!(shrunk.area() <= max_area, "{width}x{height} in {max_area} became {shrunk}");
                assert!(shrunk.width() <= width && shrunk.height() <= height);
            }
        }
    }
}
