//! The whole act: decode, resample, letterbox, encode under the cap, report. And [`Adapter`], the same with options.

use std::time::Duration;

use crate::codec::{self, Decoded, Facts, Metadata, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::ladder::{Encoded, encode_or_shrink};
use crate::letterbox::letterbox;
use crate::limits::{CancelToken, Limits, Watch};
use crate::placement::Upscale;
use crate::plan::{Options, Plan, Transparency, plan};
use crate::raster::Raster;
use crate::report::{Adapted, Report};
use crate::resample::{Light, resample};
use crate::spec::Spec;
use crate::units::{ByteSize, ChromaSubsampling, Effort, JpegEncoder, Quality, Rgb8};
use crate::verify::{self, Verdict, is_opaque_glyph};
use crate::warning::Warning;

/// Adapts pictures with options of the caller's; [`adapt`](crate::adapt()) is the same with the defaults.
///
/// It holds no state: it may be shared between threads, and nothing is remembered from one picture to the next.
///
/// # Examples
///
/// ```
/// use pushpix::{Adapter, Effort, Spec};
///
/// let adapter = Adapter::new().with_effort(Effort::Fast).with_background("#1a2b3c".parse()?);
/// let icon = adapter.adapt(&std::fs::read("testdata/logo.png")?, Spec::builtin("oppo/large-icon")?)?;
/// assert!(icon.bytes.len() <= 51_200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Adapter {
    options: Options,
}

impl Adapter {
    /// An adapter with the defaults, which the setters name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what one picture may cost. Default: [`Limits::default`].
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Sets how much work is spent on making the file small. Default: [`Effort::Balanced`].
    #[must_use]
    pub fn with_effort(mut self, effort: Effort) -> Self {
        self.options.effort = effort;
        self
    }

    /// Sets the JPEG quality that is tried first and never exceeded, however slack the cap. A file that is passed
    /// through keeps the quality it came with. Default: 93, where the median photo cannot be told from the canvas.
    #[must_use]
    pub fn with_max_quality(mut self, quality: Quality) -> Self {
        self.options.max_quality = Some(quality);
        self
    }

    /// Sets the lowest JPEG quality allowed. Default: 10, where artefacts are plain.
    #[must_use]
    pub fn with_min_quality(mut self, quality: Quality) -> Self {
        self.options.min_quality = Some(quality);
        self
    }

    /// Sets the chroma subsampling of JPEGs. Default: that which suits the picture and the cap.
    #[must_use]
    pub fn with_chroma(mut self, chroma: ChromaSubsampling) -> Self {
        self.options.chroma = Some(chroma);
        self
    }

    /// Sets what writes JPEGs. Default: [`JpegEncoder::Pushpix`].
    #[must_use]
    pub fn with_jpeg_encoder(mut self, encoder: JpegEncoder) -> Self {
        self.options.jpeg_encoder = encoder;
        self
    }

    /// Sets the colour of the padding, which is also laid under a transparent picture unless the spec's rule is to keep
    /// its alpha. Default: white, and transparent where the output keeps alpha.
    #[must_use]
    pub fn with_background(mut self, background: Rgb8) -> Self {
        self.options.background = Some(background);
        self
    }

    /// Sets the output format. Default: the better one of those that the spec allows.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.options.format = Some(format);
        self
    }

    /// Sets whether a small picture is enlarged. Default: [`Upscale::Allow`].
    #[must_use]
    pub fn with_upscale(mut self, upscale: Upscale) -> Self {
        self.options.upscale = upscale;
        self
    }

    /// Sets in which light pixels are averaged. Default: [`Light::Gamma`].
    #[must_use]
    pub fn with_light(mut self, light: Light) -> Self {
        self.options.light = light;
        self
    }

    /// Sets the time allowed for each picture, asked between stages and between encodes: the overrun is at most
    /// one decode or one encode. Default: none.
    #[must_use]
    pub fn with_deadline(mut self, allowed: Duration) -> Self {
        self.options.deadline = Some(allowed);
        self
    }

    /// Sets a switch by which another thread can stop the work, asked where the deadline is. Default: none.
    #[must_use]
    pub fn with_cancel(mut self, token: CancelToken) -> Self {
        self.options.cancel = Some(token);
        self
    }

    /// Sets whether a broken picture is taken for as far as it can be decoded: what is missing shows the background,
    /// and the report warns. Default: no, a broken picture is an error.
    #[must_use]
    pub fn with_lenient(mut self, lenient: bool) -> Self {
        self.options.lenient = lenient;
        self
    }

    /// Sets whether the EXIF block and the XMP packet of the input are put into the output, within the byte cap. The
    /// orientation is set upright; the rest of them stays as it is, places and thumbnails too. What else there is, IPTC
    /// or text, is left out with a warning. A file that complies is then passed through with all that it carries.
    /// Default: no, an output carries nothing but its picture.
    #[must_use]
    pub fn with_keep_metadata(mut self, keep: bool) -> Self {
        self.options.keep_metadata = keep;
        self
    }

    /// Reads a picture's header. See [`probe`](crate::probe()).
    ///
    /// # Errors
    ///
    /// As [`probe`](crate::probe()).
    pub fn probe(&self, bytes: &[u8]) -> Result<Probe, Error> {
        codec::probe(bytes, &self.options.limits)
    }

    /// Decides what would be done. See [`plan`](crate::plan()).
    ///
    /// # Errors
    ///
    /// As [`plan`](crate::plan()), and [`Error::Spec`] where the options contradict the spec or each other.
    pub fn plan(&self, bytes: &[u8], spec: &Spec) -> Result<Plan, Error> {
        plan(bytes, spec, &self.options)
    }

    /// Adapts a picture to a spec. See [`adapt`](crate::adapt()).
    ///
    /// # Errors
    ///
    /// As [`adapt`](crate::adapt()), and [`Error::Deadline`], [`Error::Cancelled`], and [`Error::Spec`] where the
    /// options contradict the spec or each other.
    pub fn adapt(&self, bytes: &[u8], spec: &Spec) -> Result<Adapted, Error> {
        let options = &self.options;
        let watch = Watch::start(options.deadline, options.cancel.clone());
        let mut plan = self.plan(bytes, spec)?;
        watch.check()?;
        let Decoded { picture, facts } = codec::decode(bytes, &plan.source, options.lenient, &options.limits)?;
        watch.check()?;
        let metadata = if options.keep_metadata { codec::metadata(bytes, &plan.source) } else { Metadata::default() };
        let bare = !plan.source.has_metadata || options.keep_metadata;
        let complies = bare && passes_through(bytes, &picture, &facts, &plan, spec);
        plan.warnings.extend(facts.warnings);
        plan.warnings.extend(is_opaque_glyph(&plan.source, &picture, spec).then_some(Warning::OpaqueGlyph));

        let encoded = if complies {
            Encoded::unchanged(bytes, &plan)
        } else {
            let (picture, padding) = with_planned_alpha(picture, &plan);
            let scaled = resample(picture, plan.source.orientation, plan.placement.scaled(), options.light)?;
            let canvas = letterbox(scaled, &plan.placement, padding);
            encode_or_shrink(canvas, &plan, &metadata, options.light, &watch)?
        };
        plan.warnings.extend(encoded.warnings);
        Ok(Adapted {
            report: Report {
                spec: plan.spec,
                source: plan.source,
                placement: encoded.placement,
                format: encoded.format,
                reason: encoded.reason,
                quality: encoded.quality,
                chroma: encoded.chroma,
                colours: encoded.colours,
                bytes: ByteSize::of(&encoded.bytes),
                max_bytes: plan.max_bytes,
                attempts: encoded.attempts,
                passthrough: complies,
                warnings: plan.warnings,
            },
            bytes: encoded.bytes,
        })
    }

    /// Holds a file against a spec without changing it. See [`verify`](crate::verify()).
    ///
    /// Of the options, the limits and whether broken pictures are taken count.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], spec: &Spec) -> Verdict {
        verify::verify(bytes, spec, self.options.lenient, &self.options.limits)
    }
}

/// Whether the input is what would be asked of the output: it lies on the canvas already, breaks no rule, and carries
/// nothing that an output must not. Of metadata the caller decides.
fn passes_through(bytes: &[u8], picture: &Raster, facts: &Facts, plan: &Plan, spec: &Spec) -> bool {
    let source = &plan.source;
    let on_canvas = plan.placement.canvas() == source.size() && plan.placement.scaled() == source.size();
    let opaque_enough = plan.transparency != Transparency::Flattened || picture.is_opaque();
    let clean = !facts.stray_bytes && facts.warnings.is_empty() && source.bit_depth <= 8;
    on_canvas
        && opaque_enough
        && clean
        && plan.formats.contains(&source.format)
        && verify::complies(bytes, source, picture, facts, spec)
        && codec::hides_nothing(bytes, source)
}

/// The picture with the alpha that the output is to have, and what it is padded with: a colour, or nothing.
/// Alpha that hides nothing is dropped.
fn with_planned_alpha(picture: Raster, plan: &Plan) -> (Raster, Option<Rgb8>) {
    match plan.transparency {
        Transparency::Ground => (picture, None),
        // A broken picture that came without alpha is transparent where it ends: that shows the background, as padding
        // does.
        Transparency::Kept if plan.source.has_alpha && !picture.is_opaque() => (picture, plan.background),
        Transparency::Kept | Transparency::Flattened => (picture.flattened(plan.matte()), Some(plan.matte())),
    }
}
