//! An existing file against a spec: what it breaks, without changing it.

use std::fmt;
use std::path::Path;

use crate::codec::{self, ColourModel, Decoded, Facts, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Watch;
use crate::orientation::Orientation;
use crate::raster::Raster;
use crate::scale::Scale;
use crate::spec::{AlphaRule, Canvas, Spec, Status};
use crate::units::{ByteSize, Size};
use crate::warning::Warning;

/// What [`verify`](crate::verify()) found.
///
/// `Display` is one line, as in `oppo/large-icon: 144x144 jpeg of 9 120 B complies`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// The id of the spec.
    pub spec: String,
    /// What the file's header says; `None` if it cannot be read.
    pub source: Option<Probe>,
    /// The length of the file.
    pub bytes: ByteSize,
    /// Every rule that is broken. Empty: the file may be sent as it is.
    pub violations: Vec<Violation>,
    /// What is allowed, and the caller may want to know all the same.
    pub warnings: Vec<Warning>,
}

impl Verdict {
    /// Whether no rule is broken.
    #[must_use]
    pub fn complies(&self) -> bool {
        self.violations.is_empty()
    }

    /// This verdict with the file's name looked at too: where its extension is that of another format, servers and
    /// phones that trust names are misled. A name without a picture's extension says nothing.
    #[must_use]
    pub fn with_name(mut self, name: &Path) -> Self {
        let extension = name.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let names_another = |source: &Probe| match Format::of_extension(extension) {
            Some(format) => format != source.format,
            None => is_foreign_extension(extension),
        };
        if let Some(source) = self.source.as_ref().filter(|source| names_another(source)) {
            let (found, extension) = (source.format, extension.to_owned());
            self.violations.push(Violation::Name { found, extension });
        }
        self
    }
}

/// Whether it is the usual extension of pictures of another kind.
fn is_foreign_extension(extension: &str) -> bool {
    ["gif", "webp", "bmp", "heic", "heif", "avif", "tif", "tiff", "svg", "jxl", "ico"]
        .iter()
        .any(|foreign| foreign.eq_ignore_ascii_case(extension))
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.spec)?;
        if let Some(source) = &self.source {
            write!(f, "{} {} of ", source.size(), source.format)?;
        }
        write!(f, "{} {}", self.bytes, if self.complies() { "complies" } else { "breaks the rules" })?;
        self.violations.iter().try_for_each(|violation| write!(f, "; {violation}"))?;
        self.warnings.iter().try_for_each(|warning| write!(f, "; note: {warning}"))
    }
}

/// A rule that a file breaks, with what was found and what is allowed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Violation {
    /// It is no JPEG or PNG, is broken, or costs more than is allowed; or the time ran out, or the work was cancelled,
    /// before that was known.
    Unreadable(Error),
    /// The channel has no such slot.
    UnsupportedSlot,
    /// It has a format that the slot does not take.
    #[non_exhaustive]
    Format {
        /// The format found, by its first bytes.
        found: Format,
        /// The formats that the slot takes.
        allowed: Vec<Format>,
    },
    /// Its name is that of another format.
    #[non_exhaustive]
    Name {
        /// The format found, by its first bytes.
        found: Format,
        /// The extension of its name.
        extension: String,
    },
    /// It has another size than the slot takes.
    #[non_exhaustive]
    Size {
        /// Its size in pixels, upright.
        found: Size,
        /// What the slot takes.
        canvas: Canvas,
    },
    /// It has too many pixels.
    #[non_exhaustive]
    Area {
        /// Its width times its height.
        found: u64,
        /// The most pixels allowed.
        max_area: u64,
    },
    /// It is too long.
    #[non_exhaustive]
    Bytes {
        /// Its length.
        found: ByteSize,
        /// The length of the longest file allowed.
        max_bytes: ByteSize,
    },
    /// It is transparent somewhere, and the slot takes opaque pictures.
    Alpha,
    /// It is upright only by an EXIF tag, which many receivers ignore.
    #[non_exhaustive]
    Orientation {
        /// The tag's value.
        found: Orientation,
    },
    /// It is made for print, which many receivers cannot show.
    #[non_exhaustive]
    Cmyk {
        /// CMYK or YCCK.
        found: ColourModel,
    },
    /// Its colours are not sRGB, or it speaks of them in a way that cannot be understood.
    #[non_exhaustive]
    NotSrgb {
        /// What says so, as in "an icc profile".
        found: &'static str,
    },
    /// It is animated.
    Animated,
}

impl Violation {
    /// The violation's name as programs exchange it, as in `bytes`. Stable for ever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::UnsupportedSlot => "unsupported_slot",
            Self::Format { .. } => "format",
            Self::Name { .. } => "name",
            Self::Size { .. } => "size",
            Self::Area { .. } => "area",
            Self::Bytes { .. } => "bytes",
            Self::Alpha => "alpha",
            Self::Orientation { .. } => "orientation",
            Self::Cmyk { .. } => "cmyk",
            Self::NotSrgb { .. } => "not_srgb",
            Self::Animated => "animated",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "{error}"),
            Self::UnsupportedSlot => f.write_str("the channel has no such picture"),
            Self::Format { found, allowed } => {
                write!(f, "it is {found}, and ")?;
                for (index, format) in allowed.iter().enumerate() {
                    write!(f, "{}{format}", if index > 0 { " or " } else { "" })?;
                }
                f.write_str(" is taken")
            }
            Self::Name { found, extension } => write!(f, "its name ends in .{extension}, and it is {found}"),
            Self::Size { found, canvas } => match canvas.size() {
                Some(size) => write!(f, "its size is {found}, and {} {size} is taken", canvas.rule().replace('-', " ")),
                None => write!(f, "its size is {found}"),
            },
            Self::Area { found, max_area } => write!(f, "it has {found} pixels, and at most {max_area} are taken"),
            Self::Bytes { found, max_bytes } => write!(f, "it has {found}, and at most {max_bytes} are taken"),
            Self::Alpha => f.write_str("it is transparent somewhere, and only opaque pictures are taken"),
            Self::Orientation { found } => write!(f, "it is stored with orientation {}", found.exif()),
            Self::Cmyk { found } => write!(f, "its colours are {found}"),
            Self::NotSrgb { found } => write!(f, "its colours are not srgb: {found}"),
            Self::Animated => f.write_str("it is animated"),
        }
    }
}

/// Holds a file against a spec.
pub(crate) fn verify(bytes: &[u8], spec: &Spec, lenient: bool, watch: &Watch<'_>) -> Verdict {
    let mut verdict = Verdict {
        spec: spec.id().to_owned(),
        source: None,
        bytes: ByteSize::of(bytes),
        violations: Vec::new(),
        warnings: Vec::new(),
    };
    match codec::probe(bytes, watch.limits) {
        Err(error) => verdict.violations.push(Violation::Unreadable(error)),
        Ok(source) => {
            verdict.violations = of_header(&source, verdict.bytes, spec);
            verdict.warnings = spec.status_warning().into_iter().chain(size_advice(&source, spec)).collect();
            match codec::decode(bytes, &source, Scale::Full, lenient, watch) {
                Err(error) => verdict.violations.push(Violation::Unreadable(error)),
                Ok(Decoded { picture, facts }) => {
                    verdict.violations.extend(of_pixels(&source, &picture, &facts, spec));
                    verdict.warnings.extend(is_opaque_glyph(&source, &picture, spec).then_some(Warning::OpaqueGlyph));
                    verdict.warnings.extend(facts.warnings);
                }
            }
            verdict.source = Some(source);
        }
    }
    verdict
}

/// Whether a file that was decoded already breaks no rule.
pub(crate) fn complies(bytes: &[u8], source: &Probe, picture: &Raster, facts: &Facts, spec: &Spec) -> bool {
    of_header(source, ByteSize::of(bytes), spec).is_empty() && of_pixels(source, picture, facts, spec).next().is_none()
}

/// The rules that the header alone shows to be broken.
fn of_header(source: &Probe, bytes: ByteSize, spec: &Spec) -> Vec<Violation> {
    let size = source.size();
    let unsupported = spec.status == Status::Unsupported;
    let format = !spec.formats.is_empty() && !spec.formats.contains(&source.format);
    let canvas = spec.canvas.filter(|canvas| match canvas {
        Canvas::Exact(exact) => size != *exact,
        Canvas::AtMost(most) => size.width() > most.width() || size.height() > most.height(),
        Canvas::Recommended(_) | Canvas::Any => false,
    });
    let max_area = spec.max_area.filter(|&max_area| size.area() > max_area);
    let max_bytes = spec.cap.map(|cap| cap.largest()).filter(|&max_bytes| bytes > max_bytes);
    [
        unsupported.then_some(Violation::UnsupportedSlot),
        format.then(|| Violation::Format { found: source.format, allowed: spec.formats.clone() }),
        canvas.map(|canvas| Violation::Size { found: size, canvas }),
        max_area.map(|max_area| Violation::Area { found: size.area(), max_area }),
        max_bytes.map(|max_bytes| Violation::Bytes { found: bytes, max_bytes }),
        (source.orientation != Orientation::UPRIGHT).then_some(Violation::Orientation { found: source.orientation }),
        source.is_cmyk().then_some(Violation::Cmyk { found: source.colour }),
        source.animated.then_some(Violation::Animated),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The rules that only the pixels show to be broken. That CMYK is no sRGB has been said.
fn of_pixels(source: &Probe, picture: &Raster, facts: &Facts, spec: &Spec) -> impl Iterator<Item = Violation> {
    // Where a broken picture ends it is transparent, and was not meant to be.
    let transparent = source.has_alpha && !picture.is_opaque();
    let alpha = spec.alpha == Some(AlphaRule::Flatten) && transparent;
    let foreign = facts.foreign_colours.filter(|_| !source.is_cmyk());
    [alpha.then_some(Violation::Alpha), foreign.map(|found| Violation::NotSrgb { found })].into_iter().flatten()
}

/// A slot that only advises a size takes others.
fn size_advice(source: &Probe, spec: &Spec) -> Option<Warning> {
    match spec.canvas {
        Some(Canvas::Recommended(recommended)) if source.size() != recommended => {
            Some(Warning::OtherSize { found: source.size(), recommended })
        }
        _ => None,
    }
}

/// Whether the slot draws the alpha only and the picture is opaque: it is shown as a block.
pub(crate) fn is_opaque_glyph(source: &Probe, picture: &Raster, spec: &Spec) -> bool {
    let glyph = matches!(spec.alpha, Some(AlphaRule::WhiteOnTransparent | AlphaRule::OneColourOnTransparent));
    glyph && (!source.has_alpha || picture.is_opaque())
}
