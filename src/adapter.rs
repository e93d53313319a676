//! [`Adapter`]: the options, one setter each, and what can be done with them.

use std::borrow::Borrow;
use std::time::Duration;

use crate::adapt::{adapt, adapt_each, memory};
use crate::codec::{self, Probe};
use crate::error::Error;
use crate::format::Format;
use crate::limits::{CancelToken, Limits, Watch};
use crate::placement::Upscale;
use crate::plan::{Options, Plan, plan};
use crate::report::Adapted;
use crate::resample::Light;
use crate::spec::Spec;
use crate::units::{ByteSize, ChromaSubsampling, Effort, JpegEncoder, Quality, Rgb8};
use crate::verify::{self, Verdict};

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

    /// Sets the time allowed for each picture, also to [`verify`](Self::verify) it. It is asked between stages, between
    /// the rows of a decoder and 64 KiB of its input, and before each estimate and encode: the overrun is at most one
    /// call of an encoder, for a banner some milliseconds. Default: none.
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
        plan(&self.probe(bytes), ByteSize::of(bytes), spec, &self.options)
    }

    /// Adapts a picture to a spec. See [`adapt`](crate::adapt()).
    ///
    /// # Errors
    ///
    /// As [`adapt`](crate::adapt()), and [`Error::Deadline`], [`Error::Cancelled`], and [`Error::Spec`] where the
    /// options contradict the spec or each other.
    pub fn adapt(&self, bytes: &[u8], spec: &Spec) -> Result<Adapted, Error> {
        adapt(bytes, spec, &self.options)
    }

    /// Adapts one picture to many specs. It is decoded once, a JPEG once for each [`Scale`](crate::Scale) that is
    /// needed; specs that want it in the same place on the same canvas
    /// share the scaled picture, and those that ask for the same file share that.
    ///
    /// # Guarantees
    ///
    /// One result for each spec, in their order: that which [`adapt`](Self::adapt) gives, byte for byte.
    ///
    /// # Errors
    ///
    /// Those of [`adapt`](Self::adapt), each in the place of its spec. What is wrong with the picture is told for each.
    /// A deadline is that of all specs together.
    ///
    /// # Cost
    ///
    /// One decode for each [`Scale`](crate::Scale) that is needed, one resampling for each canvas, one search for each
    /// file. A decoded picture stays in memory until the last canvas of its scale is made.
    ///
    /// # Examples
    ///
    /// ```
    /// use pushpix::{Adapter, Catalog};
    ///
    /// let specs = Catalog::builtin().select("oppo")?;
    /// let results = Adapter::new().adapt_each(&std::fs::read("testdata/photo.jpg")?, &specs);
    /// for (spec, result) in specs.iter().zip(results) {
    ///     println!("{}: {}", spec.id(), result?.report);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn adapt_each<S: Borrow<Spec>>(&self, bytes: &[u8], specs: &[S]) -> Vec<Result<Adapted, Error>> {
        let specs: Vec<&Spec> = specs.iter().map(Borrow::borrow).collect();
        adapt_each(bytes, &specs, &self.options)
    }

    /// About how much memory [`adapt_each`](Self::adapt_each) takes for a picture besides its file, in bytes. 0 for one
    /// that is refused at once.
    pub(crate) fn memory<S: Borrow<Spec>>(&self, bytes: &[u8], specs: &[S]) -> u64 {
        memory(bytes, specs.iter().map(Borrow::borrow), &self.options)
    }

    /// What a picture may cost.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// Whether the caller's switch was set.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.options.cancel.as_ref().is_some_and(CancelToken::is_cancelled)
    }

    /// Holds a file against a spec without changing it. See [`verify`](crate::verify()).
    ///
    /// Of the options, the limits, the deadline, the switch to cancel by and whether broken pictures are taken count.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], spec: &Spec) -> Verdict {
        let Options { limits, deadline, cancel, lenient, .. } = &self.options;
        verify::verify(bytes, spec, *lenient, &Watch::start(limits, *deadline, cancel.as_ref()))
    }
}
