//! The whole act: probe, plan, decode, resample, letterbox, encode under the cap, report.

mod each;
mod input;

pub(crate) use self::each::{adapt_each, memory};

use std::borrow::Cow;

use self::input::Input;
use crate::codec;
use crate::error::Error;
use crate::ladder::Encoded;
use crate::limits::Watch;
use crate::plan::{Options, plan};
use crate::report::Adapted;
use crate::spec::Spec;
use crate::units::ByteSize;

/// Adapts a picture to one spec.
pub(crate) fn adapt(bytes: &[u8], spec: &Spec, options: &Options) -> Result<Adapted, Error> {
    let watch = Watch::start(&options.limits, options.deadline, options.cancel.as_ref());
    let plan = plan(&codec::probe(bytes, &options.limits), ByteSize::of(bytes), spec, options)?;
    let (input, picture) = Input::decode(bytes, &plan, options, &watch)?;
    let warnings = input.warnings(&picture, &plan, spec);

    let encoded = if input.passes_through(&picture, &plan, spec) {
        Encoded::unchanged(bytes, &plan)
    } else {
        let canvas = input.canvas(Cow::Owned(picture), &plan)?;
        input.encoded(canvas, &plan)?
    };
    Ok(encoded.reported(plan, warnings))
}
