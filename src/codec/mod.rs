//! Files to pixels and back. The only room that names codec crates, and where their panics end.
//! It knows nothing of specs, canvases or caps: every setting is an argument.

mod colour;
mod decoded;
mod exif;
mod jpeg;
mod metadata;
mod png;
mod probe;

use crate::error::{Error, Foreign};
use crate::format::Format;
use crate::limits::{Limits, Watch};
use crate::palette::Indexed;
use crate::panics::contained;
use crate::raster::Raster;
use crate::scale::Scale;
use crate::units::Effort;
#[cfg(feature = "mozjpeg")]
use crate::units::{ChromaSubsampling, Quality};

pub(crate) use self::decoded::{Decoded, Facts};
pub(crate) use self::jpeg::Source as JpegSource;
#[cfg(feature = "calibration")]
pub use self::jpeg::Tuning;
pub(crate) use self::metadata::Metadata;
pub use self::probe::{ColourModel, Probe};

/// Reads the header of `bytes`: no pixel is decoded, no memory taken.
pub(crate) fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, Error> {
    limits.check_input(bytes.len() as u64)?;
    let mut probe = match Format::detect(bytes) {
        Some(Format::Jpeg) => jpeg::probe(bytes)?,
        Some(Format::Png) => png::probe(bytes)?,
        None => {
            let what = probe::foreign_name(bytes);
            return Err(Error::Unsupported { what });
        }
    };
    limits.check_pixels(probe.stored)?;
    limits.check_frames(probe.frames)?;
    // A profile that is longer than allowed is not applied.
    let profile = colour::PROFILE_COPIES * probe.profile_bytes.min(limits.max_metadata.as_u64());
    let rows = colour::ROW * u64::from(probe.stored.width());
    probe.decoded_bytes = probe.decoded_bytes.map(|bytes| bytes.saturating_add(profile).saturating_add(rows));
    Ok(probe)
}

/// Decodes the whole picture as it is stored, at a scale: its orientation is not applied. Its colours become 8-bit
/// sRGB. Of PNGs there is [`Scale::Full`] only.
///
/// Strictly, whatever is broken is an error. Leniently, what could be decoded is returned, the rest is transparent, and
/// a warning says so; it is an error only if there is nothing.
pub(crate) fn decode(
    bytes: &[u8],
    probe: &Probe,
    scale: Scale,
    lenient: bool,
    watch: &Watch<'_>,
) -> Result<Decoded, Error> {
    watch.limits.check_decoded(probe.decoded_bytes(scale, lenient))?;
    match probe.format {
        Format::Jpeg => jpeg::decode(bytes, scale, lenient, watch),
        Format::Png => png::decode(bytes, probe.stored, lenient, watch),
    }
}

/// The largest sum of a JPEG block's coefficients, without their signs; `None` if it cannot be read.
#[cfg(feature = "fuzzing")]
pub(crate) fn largest_block(bytes: &[u8], watch: &Watch<'_>) -> Option<u64> {
    jpeg::largest_block(bytes, watch)
}

/// Whether a file that was decoded strictly, without stray bytes, hides nothing in its compressed data or its profile
/// either.
///
/// Of the data of a JPEG, decoding has told already. Those of a PNG are inflated once more, so it is asked last.
pub(crate) fn hides_nothing(bytes: &[u8], probe: &Probe, watch: &Watch<'_>) -> bool {
    match probe.format {
        Format::Jpeg => jpeg::profile_is_short(bytes),
        Format::Png => png::hides_nothing(bytes, watch),
    }
}

/// What `bytes` carry beside their picture and may be put into another file.
pub(crate) fn metadata(bytes: &[u8], probe: &Probe) -> Metadata {
    match probe.format {
        Format::Jpeg => jpeg::metadata(bytes),
        Format::Png => png::metadata(bytes),
    }
}

/// Writes an opaque picture as JPEG by mozjpeg. The quality is a whole number.
#[cfg(feature = "mozjpeg")]
pub(crate) fn encode_by_mozjpeg(
    picture: &Raster,
    quality: Quality,
    chroma: ChromaSubsampling,
    effort: Effort,
) -> Result<Vec<u8>, Error> {
    jpeg::encode_by_mozjpeg(picture, quality, chroma, effort)
}

/// Writes a picture as PNG, losslessly.
pub(crate) fn encode_png(picture: &Raster, effort: Effort) -> Result<Vec<u8>, Error> {
    png::encode(picture, effort)
}

/// Writes a picture of few colours as PNG.
pub(crate) fn encode_indexed(picture: &Indexed, effort: Effort) -> Result<Vec<u8>, Error> {
    png::encode_indexed(picture, effort)
}

/// Calls into a decoder beneath us. What it refuses, and a panic of it, becomes [`Error::Decode`].
fn decoding<T>(format: Format, call: impl FnOnce() -> Result<T, Foreign>) -> Result<T, Error> {
    contained(call).map_err(|source| Error::from_decoder(format, "the pixels cannot be decoded", source))
}

/// Calls into an encoder beneath us. What it refuses, and a panic of it, becomes [`Error::Encode`].
fn encoding<T>(what: &'static str, call: impl FnOnce() -> Result<T, Foreign>) -> Result<T, Error> {
    contained(call).map_err(|source| Error::from_encoder(what, source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn a_foreign_panic_becomes_a_typed_error() {
        // `resume_unwind` panics without printing, which is also what mozjpeg does.
        let panicking = || -> Result<(), Foreign> { std::panic::resume_unwind(Box::new("a defect".to_owned())) };
        let error = decoding(Format::Png, panicking).unwrap_err();
        assert_eq!(error.kind(), "decode");
        assert_eq!(error.source().unwrap().to_string(), "panicked: a defect");
        assert_eq!(encoding("an encoder", panicking).unwrap_err().kind(), "encode");
    }

    #[test]
    fn a_decoder_stops_when_its_time_is_out() {
        let limits = Limits::default();
        let names = ["photo.jpg", "progressive.jpg", "logo.png", "interlaced.png", "bad/decode-cut-60-percent.jpg"];
        let eighth = ("progressive.jpg", Scale::Eighth);
        let cases = names.map(|name| (name, Scale::Full)).into_iter().chain([eighth]);
        for ((name, scale), lenient) in cases.flat_map(|case| [(case, false), (case, true)]) {
            let path = format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
            let mut bytes = std::fs::read(path).unwrap();
            if name == "progressive.jpg" && scale == Scale::Full {
                // Its scans are read before any row is made: the end of time comes before the end of the data.
                bytes.truncate(bytes.len() / 2);
            }
            let watch = Watch::start(&limits, Some(std::time::Duration::ZERO), None);
            let stopped = decode(&bytes, &probe(&bytes, &limits).unwrap(), scale, lenient, &watch);
            assert!(matches!(stopped, Err(Error::Deadline { .. })), "{name}, {lenient}: {stopped:?}");
        }
    }
}
