//! The whole act: decode, resample, letterbox, encode under the cap, report. And [`Adapter`], the same with options.

use std::time::Duration;

use crate::codec::{self, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::ladder::encode_under_cap;
use crate::letterbox::letterbox;
use crate::limits::{CancelToken, Limits, Watch};
use crate::placement::Upscale;
use crate::plan::{Options, Plan, Transparency, plan};
use crate::raster::Raster;
use crate::report::{Adapted, Report, Warning};
use crate::resample::{Light, resample};
use crate::spec::Spec;
use crate::units::{Effort, Quality, Rgb8};

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

    /// Sets the JPEG quality that is tried first and never exceeded, however slack the cap. Default: 90.
    #[must_use]
    pub fn with_max_quality(mut self, quality: Quality) -> Self {
        self.options.max_quality = Some(quality);
        self
    }

    /// Sets the lowest JPEG quality allowed. Default: 20.
    #[must_use]
    pub fn with_min_quality(mut self, quality: Quality) -> Self {
        self.options.min_quality = Some(quality);
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
        let plan = self.plan(bytes, spec)?;
        watch.check()?;
        let picture = codec::decode(bytes, &plan.source, &options.limits)?;
        watch.check()?;
        let glyph_is_opaque = plan.transparency == Transparency::Ground && picture.is_opaque();
        let (picture, padding) = with_planned_alpha(picture, &plan);
        let scaled = resample(picture, plan.source.orientation, plan.placement.scaled(), options.light)?;
        let canvas = letterbox(scaled, &plan.placement, padding);
        let encoded = encode_under_cap(canvas, &plan, &watch)?;

        let mut warnings = plan.warnings;
        warnings.extend(glyph_is_opaque.then_some(Warning::OpaqueGlyph));
        warnings.extend(encoded.warnings);
        Ok(Adapted {
            report: Report {
                spec: plan.spec,
                source: plan.source,
                placement: plan.placement,
                format: encoded.taken.format,
                quality: encoded.taken.quality,
                chroma: encoded.taken.chroma,
                bytes: encoded.taken.bytes,
                max_bytes: plan.max_bytes,
                attempts: encoded.attempts,
                passthrough: false,
                warnings,
            },
            bytes: encoded.bytes,
        })
    }
}

/// The picture with the alpha that the output is to have, and what it is padded with: a colour, or nothing.
/// Alpha that hides nothing is dropped.
fn with_planned_alpha(picture: Raster, plan: &Plan) -> (Raster, Option<Rgb8>) {
    match plan.transparency {
        Transparency::Ground => (picture, None),
        Transparency::Kept if !picture.is_opaque() => (picture, plan.background),
        Transparency::Kept | Transparency::Flattened => (picture.flattened(plan.matte()), Some(plan.matte())),
    }
}
