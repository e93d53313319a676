//! The rungs of PNG: the canvas without loss, or else in as many colours as the cap allows. The encoding is `codec`'s,
//! the palettes are `palette`'s. It does not know what else is tried.

use super::{File, Rungs};
use crate::budget::{self, Found, Target};
use crate::codec;
use crate::error::Error;
use crate::format::Format;
use crate::palette::{Palettes, Remapping};
use crate::raster::Raster;
use crate::report::Attempt;
use crate::units::{ByteSize, Effort};

/// In which ways pixels become colours of a palette, for each effort. Measured at 144x144 and 10 000 bytes, weak
/// dithering is best for most pictures and none for most of the rest; slack is worth 0.2 points of SSIMULACRA2 on the
/// mean. More of both only adds candidates.
const FAST: &[Remapping] = &[Remapping { dither: 50, slack: 0.0 }];
const BALANCED: &[Remapping] = &[
    Remapping { dither: 50, slack: 0.0 },
    Remapping { dither: 50, slack: 0.0002 },
    Remapping { dither: 0, slack: 0.0 },
    Remapping { dither: 0, slack: 0.0002 },
];
const BEST: &[Remapping] = &[
    Remapping { dither: 50, slack: 0.0 },
    Remapping { dither: 35, slack: 0.00005 },
    Remapping { dither: 35, slack: 0.0002 },
    Remapping { dither: 70, slack: 0.0002 },
    Remapping { dither: 35, slack: 0.0008 },
    Remapping { dither: 70, slack: 0.0008 },
    Remapping { dither: 0, slack: 0.0 },
    Remapping { dither: 0, slack: 0.0002 },
    Remapping { dither: 0, slack: 0.0008 },
    Remapping { dither: 100, slack: 0.0 },
];

/// From so many pixels on one way must do: every encode takes a second or more.
const LARGE: u64 = 500_000;

/// How many times shorter than without loss a picture of [`FEWEST`] colours is, or somewhat less.
pub(super) const GAIN: u64 = 4;

/// How many times shorter than a quick file without loss one of more effort is at the most. Slopes of three colours came
/// to 2.8; of 82 other pictures at 984x369 and 144x144 one came to 2, and nearly all to less than 1.2.
const EFFORT_GAIN: u64 = 3;

/// The fewest colours of a picture that may be made smaller instead.
const FEWEST: u16 = 64;

impl Rungs<'_> {
    /// A length in bytes that the picture without loss is not below, told by a quick file. Nothing is known at the least
    /// effort, where each is as quick.
    pub(super) fn least_lossless(&mut self, canvas: &Raster) -> Result<u64, Error> {
        if self.plan.effort == Effort::Fast {
            return Ok(0);
        }
        self.watch.check()?;
        let quick = codec::encode_png(canvas, Effort::Fast)?;
        let quick = self.record(quick, Attempt::of(Format::Png, canvas.size()));
        Ok(quick.1.bytes.as_u64() / EFFORT_GAIN)
    }

    /// The picture without loss, if it fits.
    ///
    /// The encoder takes no limit at which it would give up, so that of most effort is not asked before a quick one has
    /// shown that there is a chance: it saves a few per cent, and takes many times as long.
    pub(super) fn lossless(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        let effort = self.plan.effort;
        if let (Effort::Best, Some(max_bytes)) = (effort, self.plan.max_bytes) {
            self.watch.check()?;
            let quick = codec::encode_png(canvas, Effort::Balanced)?;
            if quick.len() as u64 / 9 * 8 > max_bytes.as_u64() {
                self.record(quick, Attempt::of(Format::Png, canvas.size()));
                return Ok(None);
            }
        }
        self.watch.check()?;
        let bytes = codec::encode_png(canvas, effort)?;
        let file = self.record(bytes, Attempt::of(Format::Png, canvas.size()));
        Ok(file.1.fits.then_some(file))
    }

    /// The picture in fewer colours, if that fits: of all ways of mapping its pixels, each at the longest palette that
    /// fits, the one that is nearest to the picture.
    ///
    /// # Cost
    ///
    /// Two to four encodes for each way, and the files are about half as long as the one without loss: of that, the
    /// cost is some 2 times for [`Effort::Fast`], 6 for [`Effort::Balanced`], 15 for [`Effort::Best`].
    pub(super) fn palette(&mut self, canvas: &Raster) -> Result<Option<File>, Error> {
        self.watch.check()?;
        let ways = match self.plan.effort {
            _ if canvas.size().area() > LARGE => FAST,
            Effort::Fast => FAST,
            Effort::Balanced => BALANCED,
            Effort::Best => BEST,
        };
        let palettes = Palettes::new(canvas, Some(self.plan.matte()));
        let (fewest, most) = palettes.lengths().into_inner();
        // A canvas that may be smaller is made so before its colours become too few.
        let fewest = if self.plan.may_shrink { fewest.max(FEWEST).min(most) } else { fewest };
        let cap = self.plan.max_bytes.map_or(u64::MAX, ByteSize::as_u64);
        // Palettes of neighbouring lengths are about as good.
        let target = Target { cap, slack: cap / 50 };
        // Only the slope matters: by the square root of the colours, as from a prior that each way hands to the next.
        let estimate = |colours: u32| Ok(f64::from(colours).sqrt());
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let mut prior = 0.03 * canvas.size().area() as f64;

        let mut best: Option<(File, f64)> = None;
        for &way in ways {
            let found = budget::best_under_cap(fewest.into()..=most.into(), target, prior, estimate, |colours| {
                self.watch.check()?;
                let indexed = palettes.indexed(u16::try_from(colours).unwrap_or(most), way);
                let bytes = codec::encode_indexed(&indexed, self.plan.effort)?;
                let (colours_used, dither) = (u16::try_from(indexed.colours.len()).ok(), Some(way.dither));
                let setting = Attempt { colours: colours_used, dither, ..Attempt::of(Format::Png, canvas.size()) };
                let file = self.record(bytes, setting);
                let len = file.1.bytes.as_u64();
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let factor = len as f64 / f64::from(colours).sqrt();
                prior = factor;
                Ok::<_, Error>(((file, indexed), len))
            })?;
            if let Found::Fits((file, indexed)) = found {
                let difference = palettes.difference(&indexed);
                if best.as_ref().is_none_or(|(_, least)| difference < *least) {
                    best = Some((file, difference));
                }
            }
        }
        Ok(best.map(|(file, _)| file))
    }
}
