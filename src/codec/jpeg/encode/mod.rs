//! Pixels to JPEG, by an encoder of our own. What costs most is done once: a [`Source`] holds a canvas as coefficients,
//! of which a file of any quality is made, and its length estimated at a tenth of the cost.
//!
//! The way of the data: `planes` makes components of pixels and `fdct` coefficients of them, `quantize` whole numbers
//! with the tables of `tuning`, `scans` symbols, `code` the shortest codes for these, and `file` the file. `mozjpeg` is
//! an encoder by itself.

mod code;
mod fdct;
mod file;
mod grid;
#[cfg(feature = "mozjpeg")]
pub(super) mod mozjpeg;
mod planes;
mod quantize;
mod scans;
#[cfg(test)]
mod tests;
mod tuned;
mod tuning;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use self::fdct::Coefficients;
use self::file::{Entropy, Script, Tally};
use self::planes::{Plane, pixels_per_sample};
use self::quantize::{Component, Rates, Table};
use self::scans::Scan;
#[cfg(feature = "calibration")]
pub use self::tuning::Tuning;
#[cfg(not(feature = "calibration"))]
use self::tuning::Tuning;
use super::tables::ZIGZAG;
use crate::raster::Raster;
use crate::units::{ChromaSubsampling, Effort, Quality};

/// An opaque canvas as coefficients. Those of each chroma subsampling are made when they are first asked for.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    canvas: &'a Raster,
    tuning: &'a Tuning,
    luma: Plane,
    chroma: [OnceCell<[Plane; 2]>; 3],
    /// What was estimated last: as a rule that is what is encoded next.
    draft: RefCell<Option<Rc<Draft>>>,
}

/// A picture of rounded coefficients, and what its file comes to.
#[derive(Debug)]
struct Draft {
    settings: (Quality, ChromaSubsampling, Effort),
    picture: Quantized,
    entropy: Entropy,
}

/// How far single coefficients are rounded towards zero, in steps, where they are not weighed.
const TOWARDS_ZERO: f32 = 0.1;

/// 1 for the coefficients that halving the samples across and down would lose, 0 for the others.
const BEYOND: [f32; 64] = beyond();

const fn beyond() -> [f32; 64] {
    let mut beyond = [0.0; 64];
    let mut index = 0;
    while index < 64 {
        if ZIGZAG[index] % 8 > 3 || ZIGZAG[index] / 8 > 3 {
            beyond[index] = 1.0;
        }
        index += 1;
    }
    beyond
}

impl<'a> Source<'a> {
    /// # Cost
    ///
    /// A tenth of a file's at the usual effort; 18 bytes of memory for each pixel at full colour.
    pub(crate) fn new(canvas: &'a Raster) -> Self {
        Self::tuned(canvas, &tuned::TUNED)
    }

    /// The same with other figures than those of the crate.
    pub(crate) fn tuned(canvas: &'a Raster, tuning: &'a Tuning) -> Self {
        Self { canvas, tuning, luma: planes::luma(canvas), chroma: Default::default(), draft: RefCell::default() }
    }

    fn chroma(&self, chroma: ChromaSubsampling) -> &[Plane; 2] {
        let cell = match chroma {
            ChromaSubsampling::Cs444 => &self.chroma[0],
            ChromaSubsampling::Cs422 => &self.chroma[1],
            ChromaSubsampling::Cs420 => &self.chroma[2],
        };
        cell.get_or_init(|| planes::chroma(self.canvas, chroma))
    }

    /// The quality from which full chroma is worth its bytes: where a cap leaves less, halved chroma at the higher
    /// quality that it allows looks better. The more halving would lose, the lower it is.
    ///
    /// Fitted by SSIMULACRA2 on one half of 37 photos and 46 graphics on 984x369, at seven caps from 8 to 80 kB. On the
    /// other half the choice falls short of the better one by 0.11 on average (photos) and 0.21 (graphics). One quality
    /// for all pictures falls short by 0.12 and 0.27, full chroma always by 1.24 and 0.63, never by 0.71 and 3.29.
    pub(crate) fn full_chroma_from(&self) -> Quality {
        let quality = 87.0 - 13.0 * pxfm::f_log2f(self.fine_chroma() + 0.5);
        Quality::new(quality.clamp(1.0, 100.0)).unwrap_or(Quality::MAX)
    }

    /// What halving chroma across and down would lose: the mean square of its finer half, in levels.
    pub(crate) fn fine_chroma(&self) -> f32 {
        // The factors are 0 or 1, so that eight can be had at once.
        let fine = |block: &Coefficients| -> f32 {
            let mut sums = [0.0; 8];
            for (values, beyond) in block.as_chunks::<8>().0.iter().zip(BEYOND.as_chunks::<8>().0) {
                for ((sum, value), beyond) in sums.iter_mut().zip(values).zip(beyond) {
                    *sum += value * value * beyond;
                }
            }
            sums.iter().sum()
        };
        let of_plane = |plane: &Plane| -> f32 { plane.details().iter().map(fine).sum() };
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 24 bits")]
        let samples = 64.0 * self.luma.len() as f32;
        self.chroma(ChromaSubsampling::Cs444).iter().map(of_plane).sum::<f32>() / samples
    }

    /// About how many bytes a file of these settings has, up to a factor that changes little from quality to quality:
    /// the coefficients are rounded, not weighed, and of the orders of scans one stands for all.
    #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more than 53 bits")]
    pub(crate) fn estimate(&self, quality: Quality, chroma: ChromaSubsampling, effort: Effort) -> f64 {
        (file::FRAME_LEN + self.draft(quality, chroma, effort).entropy.len()) as f64
    }

    fn draft(&self, quality: Quality, chroma: ChromaSubsampling, effort: Effort) -> Rc<Draft> {
        let settings = (quality, chroma, effort);
        let known = self.draft.take().filter(|draft| draft.settings == settings);
        let draft = known.unwrap_or_else(|| {
            let picture = self.rounded(quality, chroma);
            let script = if effort == Effort::Fast { baseline() } else { progressive() };
            let entropy = Entropy::of(script, &picture);
            Rc::new(Draft { settings, picture, entropy })
        });
        self.draft.replace(Some(draft.clone()));
        draft
    }

    /// A file of these settings: with little effort a baseline file of rounded coefficients, else one of weighed ones,
    /// baseline or progressive, whichever is shorter.
    pub(crate) fn encode(&self, quality: Quality, chroma: ChromaSubsampling, effort: Effort) -> Vec<u8> {
        let draft = self.draft(quality, chroma, effort);
        let size = self.canvas.size();
        let rounds = match effort {
            Effort::Fast => return draft.entropy.write(size, &draft.picture),
            Effort::Balanced => 1,
            Effort::Best => 2,
        };
        let mut picture = self.weighed(&draft.picture, quality);
        for _ in 1..rounds {
            picture = self.weighed(&picture, quality);
        }
        let mut shortest = Entropy::of(baseline(), &picture);
        for script in scripts(effort) {
            let entropy = Entropy::of(script, &picture);
            if entropy.len() < shortest.len() {
                shortest = entropy;
            }
        }
        shortest.write(size, &picture)
    }

    fn rounded(&self, quality: Quality, chroma: ChromaSubsampling) -> Quantized {
        let tables = self.tuning.tables(quality, chroma);
        let [blue, red] = self.chroma(chroma);
        let components = [(&self.luma, &tables[0]), (blue, &tables[1]), (red, &tables[2])]
            .map(|(plane, table)| quantize::rounded(plane, table, TOWARDS_ZERO));
        Quantized { chroma, tables, components }
    }

    /// Chooses the coefficients again, by what they would cost in a file of the present ones.
    fn weighed(&self, picture: &Quantized, quality: Quality) -> Quantized {
        let mut tally = Tally::default();
        Scan::baseline().walk(picture, &mut tally);
        let [.., luma, others] = &tally.counts;
        let rates = [Rates::of(luma), Rates::of(others)];
        let &Quantized { chroma, tables, .. } = picture;
        let [blue, red] = self.chroma(chroma);
        let planes = [&self.luma, blue, red];
        let components = std::array::from_fn(|number| {
            let weight = self.tuning.weight(number, quality);
            quantize::weighed(planes[number], &tables[number], &rates[number.min(1)], &weight)
        });
        Quantized { chroma, tables, components }
    }
}

/// A picture as it is coded.
#[derive(Debug)]
struct Quantized {
    chroma: ChromaSubsampling,
    tables: [Table; 3],
    components: [Component; 3],
}

impl Quantized {
    /// How many blocks of a component an interleaved unit holds, across and down.
    const fn blocks_per_unit(&self, component: usize) -> (usize, usize) {
        if component == 0 { pixels_per_sample(self.chroma) } else { (1, 1) }
    }
}

/// All in one scan.
fn baseline() -> Script {
    vec![vec![Scan::baseline()]]
}

/// The means, then a coarse picture in grey, colours, and the rest. Over 37 photos at 984x369 and qualities 20 to 95 it
/// is shorter than baseline by 5 to 12 %.
fn progressive() -> Script {
    vec![
        vec![Scan::means()],
        vec![Scan::band(0, 1, 2)],
        vec![Scan::band(1, 1, 63), Scan::band(2, 1, 63)],
        vec![Scan::band(0, 3, 63)],
    ]
}

/// The orders of scans that are tried besides [`baseline`]. The shortest of all is shorter than [`progressive`] by 0.3
/// to 1 %.
fn scripts(effort: Effort) -> Vec<Script> {
    let band = |first, last| vec![Scan::band(0, first, last)];
    let chroma = || vec![Scan::band(1, 1, 63), Scan::band(2, 1, 63)];
    let means = || vec![Scan::means()];
    // All but the lowest bit of two bands, then that bit.
    let deep = |first: u8, last: u8, lowest| -> Script {
        let mut script = vec![means(), chroma()];
        for (first, last) in [(first, last), (last + 1, 63)] {
            script.push(vec![Scan { lowest, ..Scan::band(0, first, last) }]);
        }
        for lowest in (0..lowest).rev() {
            script.push(vec![Scan { above: lowest + 1, lowest, ..Scan::band(0, first, 63) }]);
        }
        script
    };
    let mut scripts = Vec::new();
    if effort != Effort::Fast {
        scripts.push(progressive());
    }
    if effort == Effort::Best {
        scripts.push(vec![means(), chroma(), band(1, 63)]);
        scripts.push(vec![means(), band(1, 5), chroma(), band(6, 63)]);
        scripts.push(vec![means(), band(1, 2), chroma(), band(3, 8), band(9, 63)]);
        scripts.push(deep(1, 5, 1));
        scripts.push(deep(1, 8, 2));
    }
    scripts
}
