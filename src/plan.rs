//! Every decision that the header and the spec allow, made before a pixel is decoded.
//! A dry run, the tests and the real run share it.

use std::fmt;
use std::time::Duration;

use crate::codec::Probe;
use crate::error::{Error, SpecError};
use crate::format::Format;
use crate::limits::{CancelToken, Limits};
use crate::placement::{Placement, Upscale};
use crate::resample::{Light, Resampling};
use crate::scale::Scale;
use crate::spec::{AlphaRule, Canvas, Spec};
use crate::units::{ByteSize, ChromaSubsampling, Effort, JpegEncoder, Quality, Rgb8, Size};
use crate::warning::Warning;

/// The caller's wishes; [`Adapter`](crate::Adapter) holds and documents them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) limits: Limits,
    pub(crate) effort: Effort,
    pub(crate) min_quality: Option<Quality>,
    pub(crate) max_quality: Option<Quality>,
    pub(crate) chroma: Option<ChromaSubsampling>,
    pub(crate) jpeg_encoder: JpegEncoder,
    pub(crate) background: Option<Rgb8>,
    pub(crate) format: Option<Format>,
    pub(crate) upscale: Upscale,
    pub(crate) light: Light,
    pub(crate) deadline: Option<Duration>,
    pub(crate) cancel: Option<CancelToken>,
    pub(crate) lenient: bool,
    pub(crate) keep_metadata: bool,
}

/// The ceiling where the caller sets none: here the median photo of a corpus reaches a SSIMULACRA2 score of 90, from
/// which on the difference is not seen.
pub(crate) const DEFAULT_MAX_QUALITY: Quality = Quality::whole(93);
/// The floor where the caller sets none: here the median photo has 55, and one in twenty less than 41. At 50 artefacts
/// are plain, at 30 they are all that is seen.
pub(crate) const DEFAULT_MIN_QUALITY: Quality = Quality::whole(10);

/// Below this quality of a JPEG input its artefacts are plain.
const COARSE: Quality = Quality::whole(50);

/// What will be done with a picture for a spec, known from its header alone.
///
/// What only the pixels can tell stays open: whether an alpha channel is used at all, the setting that fits the cap,
/// and with it which of the [`formats`](Self::formats) is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The id of the spec.
    pub spec: String,
    /// What the input is.
    pub source: Probe,
    /// The canvas, and the picture's place on it.
    pub placement: Placement,
    /// The part of its size in which the picture is decoded: of a JPEG the smallest that is still twice what it is
    /// scaled to; with [`Light::Linear`], all of it.
    pub scale: Scale,
    /// Whether the spec takes a smaller canvas too: then it is made smaller where nothing fits at this size.
    pub may_shrink: bool,
    /// The formats that the spec, the caller and the canvas allow. Never empty.
    pub formats: Vec<Format>,
    /// What becomes of transparency.
    pub transparency: Transparency,
    /// The colour asked for, for the padding and below a picture that loses its alpha. `None`: white, and padding is
    /// transparent where the output keeps alpha.
    pub background: Option<Rgb8>,
    /// The longest file that the spec allows; `None` if it states no cap.
    pub max_bytes: Option<ByteSize>,
    /// The lowest JPEG quality allowed.
    pub min_quality: Quality,
    /// The highest JPEG quality allowed.
    pub max_quality: Quality,
    /// The chroma subsampling asked for; `None`: that which suits the picture and the cap.
    pub chroma: Option<ChromaSubsampling>,
    /// What writes JPEGs.
    pub jpeg_encoder: JpegEncoder,
    /// How much work is spent on each encode.
    pub effort: Effort,
    /// What is known now that the caller may want to know.
    pub warnings: Vec<Warning>,
    /// The memory that decoding takes, and what scaling, padding and encoding take besides, in bytes.
    pub(crate) decoded_bytes: u64,
    pub(crate) canvas_bytes: u64,
}

/// What becomes of transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transparency {
    /// None is left: the picture is laid on the background.
    Flattened,
    /// It stays where the picture has any, and the padding is transparent then, unless a colour was asked for.
    /// An opaque picture is padded with that colour, or white.
    Kept,
    /// The slot is drawn on a transparent ground: it stays, and the padding is transparent for any picture.
    Ground,
}

impl Plan {
    /// The colour below a picture that loses its alpha.
    pub(crate) fn matte(&self) -> Rgb8 {
        self.background.unwrap_or(Rgb8::WHITE)
    }

    /// Whether two plans for a picture ask for the same file, though for different specs.
    pub(crate) fn asks_for_the_same_file(&self, other: &Self) -> bool {
        let Self {
            spec: _,
            source: _,
            placement,
            scale,
            may_shrink,
            formats,
            transparency,
            background,
            max_bytes,
            min_quality,
            max_quality,
            chroma,
            jpeg_encoder,
            effort,
            warnings: _,
            decoded_bytes: _,
            canvas_bytes: _,
        } = self;
        *placement == other.placement
            && *scale == other.scale
            && *may_shrink == other.may_shrink
            && *formats == other.formats
            && *transparency == other.transparency
            && *background == other.background
            && *max_bytes == other.max_bytes
            && *min_quality == other.min_quality
            && *max_quality == other.max_quality
            && *chroma == other.chroma
            && *jpeg_encoder == other.jpeg_encoder
            && *effort == other.effort
    }
}

/// Makes the plan for a file of this length, of whose picture this is known.
///
/// # Errors
///
/// Those of [`probe`](crate::probe); [`Error::Spec`] where the spec cannot be adapted to, or the options contradict it
/// or each other; [`Error::Limit`] where the picture or the canvas needs more memory than is allowed.
pub(crate) fn plan(
    source: &Result<Probe, Error>,
    file: ByteSize,
    spec: &Spec,
    options: &Options,
) -> Result<Plan, Error> {
    spec.check_adaptable()?;
    let (min_quality, max_quality) = quality_range(options)?;
    let source = source.clone()?;
    let kept = if options.keep_metadata { source.metadata_bytes } else { 0 };
    options.limits.check_metadata(kept)?;

    let Some(canvas) = spec.canvas_for(source.size()) else {
        let id = spec.id().to_owned();
        let why = "no size is known";
        return Err(SpecError::NotAdaptable { id, why }.into());
    };
    let placement = Placement::contain(source.size(), canvas, options.upscale);
    let scale = match options.light {
        Light::Gamma => source.scale_for(placement.scaled()),
        Light::Linear => Scale::Full,
    };
    let decoded_bytes = source.decoded_bytes(scale, options.lenient);
    options.limits.check_decoded(decoded_bytes)?;
    // Where the picture lies on its canvas already, its file may be returned.
    let returned = if placement.scaled() == source.size() && canvas == source.size() { file.as_u64() } else { 0 };
    let canvas_bytes = canvas_bytes(&source, placement, scale, options.light)
        .saturating_add(METADATA_COPIES.saturating_mul(kept))
        .saturating_add(returned);
    options.limits.check_canvas(canvas_bytes)?;
    let formats = formats(spec, options.format, placement)?;
    let transparency = transparency(spec, &formats, options.background);

    Ok(Plan {
        spec: spec.id().to_owned(),
        warnings: warnings(spec, &source, &placement, transparency, options.background),
        source,
        placement,
        scale,
        may_shrink: matches!(spec.canvas, Some(Canvas::AtMost(_) | Canvas::Any)),
        formats,
        transparency,
        background: options.background,
        max_bytes: spec.cap.map(|cap| cap.largest()),
        min_quality,
        max_quality,
        chroma: options.chroma,
        jpeg_encoder: options.jpeg_encoder,
        effort: options.effort,
        decoded_bytes,
        canvas_bytes,
    })
}

/// Bytes for each pixel of a canvas while it is encoded: some seven canvases of three or four bytes.
const ENCODERS: u64 = 24;

/// How often metadata that are kept are in memory: by themselves, as blocks of a file, and in the file.
const METADATA_COPIES: u64 = 3;

/// What scaling a decoded picture, padding and encoding it take, in bytes.
fn canvas_bytes(source: &Probe, placement: Placement, scale: Scale, light: Light) -> u64 {
    let (orientation, size) = (source.orientation, placement.scaled());
    let scaling = Resampling { orientation, size, light, matte: None, beyond: [0.0; 2] }.bytes(scale.of(source.stored));
    let tables = filter_bytes(scale.of(source.stored)) + filter_bytes(placement.canvas());
    placement.canvas().area().saturating_mul(ENCODERS).saturating_add(scaling).saturating_add(tables)
}

/// The resampler's tables: it keeps some seven weights of 8 bytes for every pixel along the longer line, of the input
/// or the canvas. Next to nothing for a picture, gigabytes for a strip of a hundred million pixels.
fn filter_bytes(size: Size) -> u64 {
    64 * (u64::from(size.width()) + u64::from(size.height()))
}

/// The caller's floor and ceiling. Where one of them is not set, its default gives way to the other. mozjpeg knows
/// whole numbers only: a fraction is rounded towards the other.
fn quality_range(options: &Options) -> Result<(Quality, Quality), Error> {
    let (min, max) = match (options.min_quality, options.max_quality) {
        (None, None) => (DEFAULT_MIN_QUALITY, DEFAULT_MAX_QUALITY),
        (Some(min), None) => (min, DEFAULT_MAX_QUALITY.max(min)),
        (None, Some(max)) => (DEFAULT_MIN_QUALITY.min(max), max),
        (Some(min), Some(max)) => (min, max),
    };
    let (floor, ceiling) = match options.jpeg_encoder {
        JpegEncoder::Pushpix => (min, max),
        #[cfg(feature = "mozjpeg")]
        JpegEncoder::Mozjpeg => (min.ceil(), max.floor()),
    };
    if floor > ceiling {
        return Err(SpecError::EmptyQualityRange { min, max }.into());
    }
    Ok((floor, ceiling))
}

fn formats(spec: &Spec, wanted: Option<Format>, placement: Placement) -> Result<Vec<Format>, Error> {
    let contradiction = |what| {
        let id = spec.id().to_owned();
        Error::from(SpecError::Contradiction { id, what })
    };
    let mut formats = spec.formats.clone();
    formats.retain(|format| wanted.is_none_or(|wanted| wanted == *format));
    if formats.is_empty() {
        return Err(contradiction("the format asked for is not one that it allows"));
    }
    let longest = placement.canvas().width().max(placement.canvas().height());
    formats.retain(|format| longest <= format.max_side());
    if formats.is_empty() {
        return Err(contradiction("no format it allows can be as long as the canvas"));
    }
    Ok(formats)
}

/// The spec's rule counts first. Where it has none, a background that was asked for is laid under the picture too.
fn transparency(spec: &Spec, formats: &[Format], background: Option<Rgb8>) -> Transparency {
    if !formats.iter().any(|format| format.has_alpha()) {
        return Transparency::Flattened;
    }
    match spec.alpha {
        Some(AlphaRule::Flatten) => Transparency::Flattened,
        Some(AlphaRule::WhiteOnTransparent | AlphaRule::OneColourOnTransparent) => Transparency::Ground,
        Some(AlphaRule::Keep) => Transparency::Kept,
        None if background.is_some() => Transparency::Flattened,
        None => Transparency::Kept,
    }
}

fn warnings(
    spec: &Spec,
    source: &Probe,
    placement: &Placement,
    transparency: Transparency,
    background: Option<Rgb8>,
) -> Vec<Warning> {
    let (from, to) = (source.size(), placement.scaled());
    let upscaled = to.width() > from.width() || to.height() > from.height();
    // Scaled to half its size, a picture shows little of what was lost.
    let lossy = source.quality.filter(|&quality| quality < COARSE && 2 * to.width() > from.width());
    let ignored = transparency == Transparency::Ground && background.is_some();
    [
        spec.status_warning(),
        upscaled.then_some(Warning::Upscaled { from, to }),
        lossy.map(|quality| Warning::SourceAlreadyLossy { quality }),
        ignored.then_some(Warning::BackgroundIgnored),
        source.animated.then_some(Warning::Animated),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl fmt::Display for Plan {
    /// One line: `4032x3024 jpeg, ycbcr 8-bit -> 1/4 -> 492x369 at 246,0 in 984x369, jpeg or png, at most 1 048 576 B`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let placement = &self.placement;
        let (x, y) = (placement.x(), placement.y());
        write!(f, "{} -> ", self.source)?;
        if self.scale != Scale::Full {
            write!(f, "{} -> ", self.scale)?;
        }
        write!(f, "{} at {x},{y} in {}, ", placement.scaled(), placement.canvas())?;
        for (index, format) in self.formats.iter().enumerate() {
            write!(f, "{}{format}", if index > 0 { " or " } else { "" })?;
        }
        match self.transparency {
            Transparency::Flattened if self.source.has_alpha => write!(f, ", flattened on {}", self.matte())?,
            Transparency::Kept if self.source.has_alpha => f.write_str(", alpha kept")?,
            Transparency::Ground => f.write_str(", on a transparent ground")?,
            _ => write!(f, ", padded with {}", self.matte())?,
        }
        if let Some(max_bytes) = self.max_bytes {
            write!(f, ", at most {max_bytes}")?;
        }
        write!(f, ", quality {} to {}, effort {}", self.min_quality, self.max_quality, self.effort)?;
        self.warnings.iter().try_for_each(|warning| write!(f, "; {warning}"))
    }
}
