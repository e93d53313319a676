//! Quality to quantization tables, and what else the encoder weighs by.

use super::super::tables::ZIGZAG;
use super::quantize::{Table, Weight};
use crate::units::{ChromaSubsampling, Quality};

/// The figures that the encoder weighs by. Those of the crate, in `tuned`, were fitted to the score of real pictures.
///
/// A quality stands for a distance from the original. A divisor is `base * distance` up to a distance of 1.5, from
/// where it grows by the power `growth`. All tables are by the place of the coefficient, in rows.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "calibration"), expect(unreachable_pub, reason = "for the program that fits it"))]
pub struct Tuning {
    /// The divisors of luma, blue and red at distance 1.
    pub base: [[f32; 64]; 3],
    /// How the divisors of luma and of chroma grow.
    pub growth: [[f32; 64]; 2],
    /// What the divisors of chroma are multiplied by where it is halved across and down. Halving leaves it coefficients
    /// of lower frequencies only, of which more is seen.
    pub halved: [f32; 64],
    /// What a square error of one step of luma and of chroma weighs in bits: `scale / (calm + mean square)`.
    pub scale: [f32; 2],
    /// See `scale`.
    pub calm: [f32; 2],
    /// What the error of a coefficient of luma and of chroma counts besides.
    pub care: [[f32; 64]; 2],
    /// The power by which the weight of errors changes with the distance.
    pub haste: f32,
}

impl Tuning {
    /// The figures of the crate.
    #[cfg(feature = "calibration")]
    #[must_use]
    pub fn of_the_crate() -> Self {
        super::tuned::TUNED.clone()
    }

    /// The divisors of luma, blue and red. Those of luma are the same whatever becomes of chroma.
    pub(super) fn tables(&self, quality: Quality, chroma: ChromaSubsampling) -> [Table; 3] {
        let distance = distance(quality);
        std::array::from_fn(|component| {
            ZIGZAG.map(|place| {
                let place = usize::from(place);
                let growth = self.growth[component.min(1)][place];
                let scale = if distance < 1.5 { distance } else { 1.5 * pxfm::f_powf(distance / 1.5, growth) };
                let finer = match chroma {
                    _ if component == 0 => 1.0,
                    ChromaSubsampling::Cs444 => 1.0,
                    ChromaSubsampling::Cs422 => 0.5 + 0.5 * self.halved[place],
                    ChromaSubsampling::Cs420 => self.halved[place],
                };
                let divisor = (self.base[component][place] * scale * finer).round();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
                let divisor = divisor.max(1.0) as u8;
                divisor
            })
        })
    }

    /// What errors of a component weigh.
    pub(super) fn weight(&self, component: usize, quality: Quality) -> Weight {
        let class = component.min(1);
        Weight {
            scale: self.scale[class] * pxfm::f_powf(distance(quality), self.haste),
            calm: self.calm[class],
            care: ZIGZAG.map(|place| self.care[class][usize::from(place)]),
        }
    }
}

/// The distance that a quality stands for. It is jpegli's, which was fitted such that a quality looks about like the
/// same one of libjpeg.
fn distance(quality: Quality) -> f32 {
    let quality = quality.as_f32();
    if quality >= 30.0 {
        0.1 + (100.0 - quality) * 0.09
    } else {
        25.0 - 23.0 / 20.0 * quality + 53.0 / 3000.0 * quality * quality
    }
}
