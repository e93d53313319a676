//! The colour library: what a file says of its colours, made into a transform to sRGB.

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ParsingOptions, RenderingIntent, ToneReprCurve, TransferCharacteristics, Transform8BitExecutor,
    Transform16BitExecutor, TransformOptions,
};

use super::{Samples, Statement, hdr, icc, plain};
use crate::codec::contained;
use crate::error::Foreign;
use crate::raster::Channels;

/// A transform that moves no colour by more than this many levels is none: the profile is one of the many ways to write
/// sRGB down.
const SAME: u8 = 2;

/// The chromaticities of sRGB as a cHRM chunk has them, and how far a file may be from them.
const SRGB_CHROMATICITIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const NEAR: u32 = 100;
/// The gAMA chunk of sRGB.
const SRGB_GAMMA: u32 = 45_455;

/// A way from stored samples to 8-bit sRGB.
pub(super) struct Transform {
    /// The samples it takes.
    samples: Samples,
    engine: Engine,
}

enum Engine {
    Eight(Arc<Transform8BitExecutor>),
    Sixteen {
        executor: Arc<Transform16BitExecutor>,
        /// Whether stored samples have 16 bits already.
        deep: bool,
        /// Light for each code value, where the transform begins with light.
        tone: Option<Vec<u16>>,
    },
}

impl Transform {
    /// The transform for samples of these colours; `None` if they are sRGB already.
    ///
    /// # Errors
    ///
    /// Why the statement cannot be used.
    pub(super) fn of(statement: &Statement<'_>, samples: Samples, deep: bool) -> Result<Option<Self>, &'static str> {
        let profile = match statement {
            Statement::Srgb => return Ok(None),
            Statement::Unusable(why) => return Err(why),
            Statement::Icc(bytes) => parsed(bytes)?,
            Statement::Cicp { primaries, transfer } => {
                coded(*primaries, *transfer).and_then(|profile| sensible(profile, "the cicp chunk makes no sense"))?
            }
            Statement::Measured { gamma, chromaticities } => match measured(*gamma, *chromaticities)? {
                None => return Ok(None),
                Some(profile) => sensible(profile, "the chrm chunk makes no sense")?,
            },
        };
        let samples = match (profile.color_space, samples) {
            (DataColorSpace::Rgb, Samples::Grey | Samples::GreyAlpha) => samples.spread(),
            (DataColorSpace::Rgb, Samples::Rgb | Samples::Rgba)
            | (DataColorSpace::Gray, Samples::Grey | Samples::GreyAlpha)
            | (DataColorSpace::Cmyk, Samples::Inks) => samples,
            _ => return Err("the icc profile is for another kind of picture"),
        };
        let tone = match statement {
            Statement::Cicp { transfer, .. } => hdr::tone_curve(*transfer),
            _ => None,
        };
        if tone.is_none() && is_srgb(&profile)? {
            return Ok(None);
        }
        let engine = if deep || tone.is_some() {
            let executor = create(&profile, samples, ColorProfile::create_transform_16bit)?;
            Engine::Sixteen { executor, deep, tone }
        } else {
            Engine::Eight(create(&profile, samples, ColorProfile::create_transform_8bit)?)
        };
        Ok(Some(Self { samples, engine }))
    }

    /// Whether such samples need no change before they come here.
    pub(super) fn takes(&self, samples: Samples) -> bool {
        self.samples == samples
    }

    /// Converts a row. 16-bit samples are reduced with rounding, after the conversion.
    pub(super) fn row(&self, stored: &[u8], out: &mut [u8]) -> Result<(), Foreign> {
        match &self.engine {
            Engine::Eight(executor) => contained(|| Ok(executor.transform(stored, out)?)),
            Engine::Sixteen { executor, deep, tone } => {
                let mut wide: Vec<u16> = if *deep {
                    stored.as_chunks::<2>().0.iter().map(|&bytes| u16::from_be_bytes(bytes)).collect()
                } else {
                    stored.iter().map(|&value| u16::from(value) * 257).collect()
                };
                if let Some(curve) = tone {
                    let channels = self.samples.channels().count();
                    for pixel in wide.chunks_exact_mut(channels) {
                        pixel.iter_mut().take(3).for_each(|value| *value = curve[usize::from(*value)]);
                    }
                }
                let mut converted = vec![0; out.len()];
                contained(|| Ok(executor.transform(&wide, &mut converted)?))?;
                for (to, from) in out.iter_mut().zip(converted) {
                    *to = plain::rounded_to_eight(from);
                }
                Ok(())
            }
        }
    }
}

/// The layout of samples in the colour library's terms, and of what becomes of them.
fn layouts(samples: Samples) -> (Layout, Layout) {
    let to = match samples.channels() {
        Channels::Rgb => Layout::Rgb,
        Channels::Rgba => Layout::Rgba,
    };
    let from = match samples {
        Samples::Grey => Layout::Gray,
        Samples::GreyAlpha => Layout::GrayAlpha,
        Samples::Rgb => Layout::Rgb,
        // The library knows four channels of inks by the profile, not by the layout.
        Samples::Rgba | Samples::Inks => Layout::Rgba,
    };
    (from, to)
}

fn create<T>(
    profile: &ColorProfile,
    samples: Samples,
    create: impl Fn(&ColorProfile, Layout, &ColorProfile, Layout, TransformOptions) -> Result<T, moxcms::CmsError>,
) -> Result<T, &'static str> {
    // Perceptual, as the peers do; where a profile has tables for the other intent only, that one.
    let lacks_perceptual = profile.lut_a_to_b_perceptual.is_none() && profile.lut_a_to_b_colorimetric.is_some();
    let rendering_intent =
        if lacks_perceptual { RenderingIntent::RelativeColorimetric } else { RenderingIntent::Perceptual };
    // The profile's own curves count, not a cicp tag beside them, which may speak of a high dynamic range.
    let options = TransformOptions { rendering_intent, allow_use_cicp_transfer: false, ..TransformOptions::default() };
    let (from, to) = layouts(samples);
    contained(|| Ok(create(profile, from, &ColorProfile::new_srgb(), to, options)?))
        .map_err(|_| "the icc profile leads to no colours")
}

fn sensible(profile: ColorProfile, why: &'static str) -> Result<ColorProfile, &'static str> {
    if keeps_white(&profile) { Ok(profile) } else { Err(why) }
}

/// Whether white stays white. Chromaticities that make no sense, three on a line perhaps, colour it.
fn keeps_white(profile: &ColorProfile) -> bool {
    let mut white = [0; 3];
    create(profile, Samples::Rgb, ColorProfile::create_transform_8bit)
        .is_ok_and(|transform| transform.transform(&[255; 3], &mut white).is_ok())
        && white.iter().all(|&value| value >= 250)
}

/// Whether 8-bit samples of this profile are sRGB as they stand, but for [`SAME`].
fn is_srgb(profile: &ColorProfile) -> Result<bool, &'static str> {
    let (samples, colours) = match profile.color_space {
        DataColorSpace::Rgb => (Samples::Rgb, grid()),
        DataColorSpace::Gray => (Samples::Grey, (0..=255).collect()),
        _ => return Ok(false),
    };
    let transform = create(profile, samples, ColorProfile::create_transform_8bit)?;
    let mut expected = Vec::new();
    match samples {
        Samples::Grey => plain::spread_grey(&colours, 1, false, &mut expected),
        _ => expected.extend(&colours),
    }
    let mut moved = vec![0; expected.len()];
    contained(|| Ok(transform.transform(&colours, &mut moved)?)).map_err(|_| "the icc profile leads to no colours")?;
    Ok(moved.iter().zip(&expected).all(|(one, other)| one.abs_diff(*other) <= SAME))
}

/// Colours all over the cube: 17 levels of each channel.
fn grid() -> Vec<u8> {
    let levels = || (0..=255).step_by(15).chain([255]);
    levels().flat_map(|r| levels().flat_map(move |g| levels().flat_map(move |b| [r, g, b]))).collect()
}

fn parsed(bytes: &[u8]) -> Result<ColorProfile, &'static str> {
    let broken = "the icc profile is broken";
    let stripped = icc::stripped(bytes).ok_or(broken)?;
    // How long it may be has been looked at.
    let options = ParsingOptions { max_profile_size: usize::MAX, ..ParsingOptions::default() };
    contained(|| Ok(ColorProfile::new_from_slice_with_options(&stripped, options)?)).map_err(|_| broken)
}

/// The profile of H.273's code points. That of an HDR transfer function begins with linear light.
fn coded(primaries: u8, transfer: u8) -> Result<ColorProfile, &'static str> {
    let unknown = "the cicp chunk has a code without a meaning";
    let color_primaries = CicpColorPrimaries::try_from(primaries).map_err(|_| unknown)?;
    let transfer_characteristics = TransferCharacteristics::try_from(transfer).map_err(|_| unknown)?;
    let transfer_characteristics = match transfer_characteristics {
        TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg => TransferCharacteristics::Linear,
        other => other,
    };
    ColorPrimaries::try_from(color_primaries).map_err(|_| unknown)?;
    ToneReprCurve::try_from(transfer_characteristics).map_err(|_| unknown)?;
    let cicp = CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    contained(|| Ok(ColorProfile::new_from_cicp(cicp))).map_err(|_| unknown)
}

/// The profile of gAMA and cHRM; `None` if they are those of sRGB.
fn measured(gamma: Option<u32>, chromaticities: Option<[u32; 8]>) -> Result<Option<ColorProfile>, &'static str> {
    let of_srgb = |found: [u32; 8]| found.iter().zip(SRGB_CHROMATICITIES).all(|(a, b)| a.abs_diff(b) <= NEAR);
    let foreign = chromaticities.filter(|&found| !of_srgb(found));
    let near_srgb = gamma.is_none_or(|gamma| gamma.abs_diff(SRGB_GAMMA) <= 5);
    if near_srgb && foreign.is_none() {
        return Ok(None);
    }
    let mut profile = ColorProfile::new_srgb();
    if let Some(found) = foreign {
        #[expect(clippy::cast_precision_loss, reason = "five digits")]
        let point = |index: usize| Chromaticity::new(found[index] as f32 / 1e5, found[index + 1] as f32 / 1e5);
        if found.iter().any(|&value| value > 100_000) || found.iter().skip(1).step_by(2).any(|&y| y == 0) {
            return Err("the chrm chunk has impossible values");
        }
        let primaries = ColorPrimaries { red: point(2), green: point(4), blue: point(6) };
        profile.update_rgb_colorimetry(point(0).to_xyyb(), primaries);
    }
    // Without gAMA the transfer function is that of sRGB.
    if let Some(gamma) = gamma {
        if !(10_000..=1_000_000).contains(&gamma) {
            return Err("the gama chunk has an impossible value");
        }
        #[expect(clippy::cast_precision_loss, reason = "seven digits")]
        let curve = ToneReprCurve::Parametric(vec![1e5 / gamma as f32]);
        profile.cicp = None;
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    Ok(Some(profile))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of Display P3.
    const P3: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000];

    fn of(statement: &Statement<'_>) -> Result<Option<Transform>, &'static str> {
        Transform::of(statement, Samples::Rgb, false)
    }

    fn measured(gamma: Option<u32>, chromaticities: Option<[u32; 8]>) -> Statement<'static> {
        Statement::Measured { gamma, chromaticities }
    }

    #[test]
    fn what_is_srgb_needs_no_transform() {
        for statement in [
            Statement::Srgb,
            Statement::Cicp { primaries: 1, transfer: 13 },
            measured(Some(45_455), None),
            measured(None, Some(SRGB_CHROMATICITIES)),
            measured(Some(45_454), Some([31_269, 32_901, 63_999, 33_001, 30_000, 60_000, 15_000, 6_000])),
        ] {
            assert!(of(&statement).unwrap().is_none(), "{statement:?}");
        }
        for statement in [
            Statement::Cicp { primaries: 12, transfer: 13 },
            measured(Some(50_000), None),
            measured(Some(45_455), Some(P3)),
        ] {
            assert!(of(&statement).unwrap().is_some(), "{statement:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let on_a_line = [31_270, 32_900, 60_000, 30_000, 40_000, 30_000, 20_000, 30_000];
        for statement in [
            measured(Some(0), None),
            measured(Some(u32::MAX), None),
            measured(None, Some([0; 8])),
            measured(None, Some([u32::MAX; 8])),
            measured(None, Some(on_a_line)),
            Statement::Cicp { primaries: 2, transfer: 13 },
            Statement::Cicp { primaries: 10, transfer: 13 },
            Statement::Cicp { primaries: 1, transfer: 99 },
            Statement::Icc(b"no profile"[..].into()),
            Statement::Icc(b""[..].into()),
        ] {
            assert!(of(&statement).is_err(), "{statement:?}");
        }
    }

    #[test]
    fn a_conversion_is_the_same_on_every_processor() {
        // Both were computed with the library's vector code and without it.
        for (statement, crc) in [
            (measured(Some(45_455), Some(P3)), 0x2d07_91b4),
            (Statement::Cicp { primaries: 9, transfer: 14 }, 0xa417_caf2),
        ] {
            let transform = of(&statement).unwrap().unwrap();
            let colours = grid();
            let mut converted = vec![0; colours.len()];
            transform.row(&colours, &mut converted).unwrap();
            assert_eq!(crc32fast::hash(&converted), crc, "{statement:?}");
        }
    }
}
