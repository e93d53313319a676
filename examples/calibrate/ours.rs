//! pushpix, asked in the ways that the commands need.

use pushpix::{Adapted, Adapter, ByteSize, ChromaSubsampling, Effort, Error, Format, Quality, Size, Spec};

use crate::Outcome;

/// JPEG over the whole scale of qualities: the cap alone decides.
pub(crate) fn unbounded(effort: Effort) -> Adapter {
    let adapter = Adapter::new().with_effort(effort).with_format(Format::Jpeg);
    adapter.with_max_quality(Quality::MAX).with_min_quality(Quality::MIN)
}

/// JPEG of exactly this setting.
pub(crate) fn pinned(effort: Effort, quality: Quality, chroma: Option<ChromaSubsampling>) -> Adapter {
    let adapter = Adapter::new().with_effort(effort).with_format(Format::Jpeg);
    let adapter = adapter.with_max_quality(quality).with_min_quality(quality);
    match chroma {
        Some(chroma) => adapter.with_chroma(chroma),
        None => adapter,
    }
}

/// The quality nearest to this one.
pub(crate) fn quality(value: f64) -> Quality {
    #[expect(clippy::cast_possible_truncation, reason = "tenths need no more")]
    let value = value.clamp(1.0, 100.0) as f32;
    Quality::new(value).unwrap_or(Quality::MAX)
}

/// An exact canvas, with a cap in bytes or without.
pub(crate) fn spec(size: Size, cap: Option<u64>) -> Spec {
    let spec = Spec::custom(size);
    match cap {
        Some(cap) => spec.with_max_bytes(ByteSize::new(cap)),
        None => spec,
    }
}

/// The result; `None` if nothing fits the cap. A result over the cap is an error here: no figure is worth more.
pub(crate) fn adapt_if_possible(adapter: &Adapter, picture: &[u8], spec: &Spec) -> Outcome<Option<Adapted>> {
    let out = match adapter.adapt(picture, spec) {
        Err(Error::OverBudget { .. }) => return Ok(None),
        out => out.map_err(|error| format!("pushpix: {error}"))?,
    };
    match spec.cap.map(|cap| cap.largest()) {
        Some(largest) if ByteSize::of(&out.bytes) > largest => {
            Err(format!("pushpix: {} under a cap of {largest}", out.report.bytes))
        }
        _ => Ok(Some(out)),
    }
}

/// The result, where there has to be one.
pub(crate) fn adapt(adapter: &Adapter, picture: &[u8], spec: &Spec) -> Outcome<Adapted> {
    adapt_if_possible(adapter, picture, spec)?.ok_or_else(|| "pushpix: nothing fits the cap".to_owned())
}

/// The quality and chroma subsampling of a JPEG, as in `87.5 4:2:0`; the format's name for others.
pub(crate) fn setting(out: &Adapted) -> String {
    match (out.report.quality, out.report.chroma) {
        (Some(quality), Some(chroma)) => format!("{quality} {chroma}"),
        _ => out.report.format.to_string(),
    }
}
