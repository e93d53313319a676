//! A decoded picture, and what is made of it for a plan: whether it may stay as it is, or else its canvas.

use std::borrow::Cow;

use crate::codec::{self, Decoded, Facts, Metadata};
use crate::error::Error;
use crate::ladder::{Encoded, encode_or_shrink};
use crate::letterbox::letterbox;
use crate::limits::Watch;
use crate::plan::{Options, Plan, Transparency};
use crate::raster::Raster;
use crate::resample::{Resampling, resample};
use crate::scale::Scale;
use crate::spec::Spec;
use crate::units::Rgb8;
use crate::verify::{self, is_opaque_glyph};
use crate::warning::Warning;

/// What is known of a picture that was decoded. The pixels are kept apart, so that they can be given up early.
#[derive(Debug)]
pub(super) struct Input<'a> {
    pub(super) bytes: &'a [u8],
    facts: Facts,
    /// What goes into the outputs beside the picture.
    metadata: Metadata,
    opaque: bool,
    options: &'a Options,
    watch: &'a Watch<'a>,
}

/// What becomes of a picture's alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ground {
    /// The colour that it is laid on; `None`: it stays.
    matte: Option<Rgb8>,
    /// The colour that it is padded with; `None`: nothing.
    padding: Option<Rgb8>,
}

impl<'a> Input<'a> {
    pub(super) fn decode(
        bytes: &'a [u8],
        plan: &Plan,
        options: &'a Options,
        watch: &'a Watch<'a>,
    ) -> Result<(Self, Raster), Error> {
        watch.check()?;
        let Decoded { picture, facts } = codec::decode(bytes, &plan.source, plan.scale, options.lenient, watch)?;
        watch.check()?;
        let metadata = if options.keep_metadata { codec::metadata(bytes, &plan.source) } else { Metadata::default() };
        let opaque = picture.is_opaque();
        Ok((Self { bytes, facts, metadata, opaque, options, watch }, picture))
    }

    /// What the caller may want to know before anything is encoded.
    pub(super) fn warnings(&self, picture: &Raster, plan: &Plan, spec: &Spec) -> Vec<Warning> {
        let glyph = is_opaque_glyph(&plan.source, picture, spec).then_some(Warning::OpaqueGlyph);
        plan.warnings.iter().chain(&self.facts.warnings).cloned().chain(glyph).collect()
    }

    /// Whether the input is what would be asked of the output: it lies on the canvas already, breaks no rule, and
    /// carries nothing that an output must not. Of metadata the caller decides.
    pub(super) fn passes_through(&self, picture: &Raster, plan: &Plan, spec: &Spec) -> bool {
        let source = &plan.source;
        let bare = !source.has_metadata || self.options.keep_metadata;
        let on_canvas = plan.placement.canvas() == source.size() && plan.placement.scaled() == source.size();
        let opaque_enough = plan.transparency != Transparency::Flattened || self.opaque;
        let clean = !self.facts.stray_bytes && self.facts.warnings.is_empty() && source.bit_depth <= 8;
        // What is known of a file is known of all of it only where all of it was read.
        plan.scale == Scale::Full
            && bare
            && on_canvas
            && opaque_enough
            && clean
            && plan.formats.contains(&source.format)
            && verify::complies(self.bytes, source, picture, &self.facts, spec)
            && codec::hides_nothing(self.bytes, source, self.watch)
    }

    /// The alpha that the output is to have, and what it is padded with. Alpha that hides nothing is dropped.
    fn ground(&self, plan: &Plan) -> Ground {
        match plan.transparency {
            Transparency::Ground => Ground { matte: None, padding: None },
            // A broken picture that came without alpha is transparent where it ends: that shows the background, as
            // padding does.
            Transparency::Kept if plan.source.has_alpha && !self.opaque => {
                Ground { matte: None, padding: plan.background }
            }
            Transparency::Kept | Transparency::Flattened => {
                let colour = Some(plan.matte());
                Ground { matte: colour, padding: colour }
            }
        }
    }

    /// Whether two plans put the picture in the same place on the same canvas, whatever they make of it then.
    pub(super) fn share_canvas(&self, one: &Plan, other: &Plan) -> bool {
        one.placement == other.placement && self.ground(one) == self.ground(other)
    }

    /// The picture scaled, upright and padded, as the plan has it.
    pub(super) fn canvas(&self, picture: Cow<'_, Raster>, plan: &Plan) -> Result<Raster, Error> {
        let ground = self.ground(plan);
        let resampling = Resampling {
            orientation: plan.source.orientation,
            size: plan.placement.scaled(),
            light: self.options.light,
            matte: ground.matte,
            beyond: plan.scale.beyond(plan.source.stored),
        };
        let scaled = resample(picture, &resampling, self.watch)?;
        let canvas = letterbox(scaled, &plan.placement, ground.padding);
        self.watch.check()?;
        Ok(canvas)
    }

    /// The canvas as the file that the plan asks for.
    pub(super) fn encoded(&self, canvas: Raster, plan: &Plan) -> Result<Encoded, Error> {
        encode_or_shrink(canvas, plan, &self.metadata, self.options.light, self.watch)
    }
}
