//! What the caller may want to know of a picture, though nothing stands in its way.

use std::fmt;

use crate::format::Format;
use crate::units::{Quality, Size};

/// Something that the caller may want to know of an output, or of a file that was verified. It breaks no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The picture is smaller than its place and was enlarged.
    #[non_exhaustive]
    Upscaled {
        /// Its own size.
        from: Size,
        /// Its size on the canvas.
        to: Size,
    },
    /// Not even the lowest quality fitted at the size that the picture could have, so it was made smaller.
    #[non_exhaustive]
    Shrunk {
        /// The size that it could have.
        from: Size,
        /// The size that it has.
        to: Size,
    },
    /// The input is a JPEG of low quality and is hardly made smaller, so that its artefacts stay: no output can look
    /// better.
    #[non_exhaustive]
    SourceAlreadyLossy {
        /// About the quality that it was quantized with.
        quality: Quality,
    },
    /// The channel has ended this service.
    #[non_exhaustive]
    Discontinued {
        /// When, as `YYYY-MM`, if it is known.
        since: Option<String>,
    },
    /// The vendor grants this slot to some apps only.
    Restricted,
    /// The slot is a resource inside the app and is not sent with a message.
    AppResource,
    /// The slot is drawn on a transparent ground, so the background asked for was not used.
    BackgroundIgnored,
    /// The slot draws the alpha only, and the picture is opaque: it will show as a solid block.
    OpaqueGlyph,
    /// The slot advises another size than the file has. Only [`verify`](crate::verify()) says so.
    #[non_exhaustive]
    OtherSize {
        /// The file's size.
        found: Size,
        /// The size advised.
        recommended: Size,
    },
    /// The input is animated; its first picture was taken.
    Animated,
    /// What the input says of its colours could not be used; the next best that it says was, or else sRGB was assumed.
    #[non_exhaustive]
    ProfileIgnored {
        /// Why, as in "the icc profile is broken".
        why: &'static str,
    },
    /// The input has a high dynamic range, and an ICC profile besides: the profile was used.
    HdrProfileUsed,
    /// The input has a high dynamic range: it was tone-mapped to that of sRGB.
    ToneMapped,
    /// The input is broken, and was accepted leniently: what is missing shows the background, or is coarser than it
    /// was.
    #[non_exhaustive]
    Damaged {
        /// What is broken.
        what: &'static str,
    },
    /// The input has data that belong nowhere. Its picture is whole, and may not be what was meant.
    Irregular,
    /// The input's picture is whole, but the mark of its end is missing.
    EndMissing,
    /// Metadata was to be kept, and some could not be.
    #[non_exhaustive]
    MetadataDropped {
        /// What, and why.
        what: &'static str,
    },
    /// The PNG did not fit the cap without loss, and was written in fewer colours.
    #[non_exhaustive]
    Palette {
        /// How many are left.
        colours: u16,
    },
    /// The preferred format did not fit the cap.
    #[non_exhaustive]
    FormatChanged {
        /// The format that did not fit.
        from: Format,
        /// The format written.
        to: Format,
    },
    /// Only the lowest quality allowed fits the cap.
    #[non_exhaustive]
    AtFloor {
        /// That quality.
        quality: Quality,
    },
}

impl Warning {
    /// The warning's name as programs exchange it, as in `upscaled`. Stable for ever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Upscaled { .. } => "upscaled",
            Self::Shrunk { .. } => "shrunk",
            Self::SourceAlreadyLossy { .. } => "source_already_lossy",
            Self::Discontinued { .. } => "discontinued",
            Self::Restricted => "restricted",
            Self::AppResource => "app_resource",
            Self::BackgroundIgnored => "background_ignored",
            Self::OpaqueGlyph => "opaque_glyph",
            Self::OtherSize { .. } => "other_size",
            Self::Animated => "animated",
            Self::ProfileIgnored { .. } => "profile_ignored",
            Self::HdrProfileUsed => "hdr_profile_used",
            Self::ToneMapped => "tone_mapped",
            Self::Damaged { .. } => "damaged",
            Self::Irregular => "irregular",
            Self::EndMissing => "end_missing",
            Self::MetadataDropped { .. } => "metadata_dropped",
            Self::Palette { .. } => "palette",
            Self::FormatChanged { .. } => "format_changed",
            Self::AtFloor { .. } => "at_floor",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upscaled { from, to } => write!(f, "enlarged from {from} to {to}"),
            Self::SourceAlreadyLossy { quality } => write!(f, "the input has a quality of about {quality} only"),
            Self::Shrunk { from, to } => write!(f, "made smaller than {from}, {to}, to fit"),
            Self::Discontinued { since: Some(since) } => write!(f, "the channel ended this service in {since}"),
            Self::Discontinued { since: None } => f.write_str("the channel ended this service"),
            Self::Restricted => f.write_str("the vendor grants this to some apps only"),
            Self::AppResource => f.write_str("a resource inside the app, not sent with a message"),
            Self::BackgroundIgnored => f.write_str("the slot has a transparent ground, the background was not used"),
            Self::OpaqueGlyph => f.write_str("only the alpha is drawn and the picture is opaque: a solid block"),
            Self::OtherSize { found, recommended } => write!(f, "{found}, where {recommended} is recommended"),
            Self::Animated => f.write_str("animated, the first picture was taken"),
            Self::ProfileIgnored { why } => write!(f, "{why}, and was not applied"),
            Self::HdrProfileUsed => f.write_str("high dynamic range, shown by its icc profile"),
            Self::ToneMapped => f.write_str("high dynamic range, tone-mapped"),
            Self::Damaged { what } => write!(f, "broken, {what}: what is missing is background, or coarser"),
            Self::Irregular => f.write_str("some of its data belong nowhere"),
            Self::EndMissing => f.write_str("its end is not marked"),
            Self::MetadataDropped { what } => write!(f, "not kept: {what}"),
            Self::Palette { colours } => write!(f, "reduced to {colours} colours"),
            Self::FormatChanged { from, to } => write!(f, "{from} did not fit, {to} was taken"),
            Self::AtFloor { quality } => write!(f, "only the lowest quality allowed, {quality}, fits"),
        }
    }
}
