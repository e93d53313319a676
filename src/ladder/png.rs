//! The rungs of PNG: the canvas without loss, or else in as many colours as the cap allows. The encoding is `codec`'s,
//! the palettes are `palette`'s. It does not know what else is tried.

use super::{File, Rungs};
use crate::codec;
use crate::error::Error;
use crate::format::Format;
use crate::palette::{Palettes, Remapping};
use crate::raster::Raster;
use crate::report::Attempt;
use crate::units::Effort;

/// The numbers of colours that are tried.
const LENGTHS: [u16; 26] =
    [2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256];

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
const LARGE: u64 = 1_000_000;

impl Rungs<'_> {
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
                self.record(Format::Png, None, None, quick);
                return Ok(None);
            }
        }
        self.watch.check()?;
        let bytes = codec::encode_png(canvas, effort)?;
        let file = self.record(Format::Png, None, None, bytes);
        Ok(file.1.fits.then_some(file))
    }

    /// The picture in fewer colours, if that fits: of all ways of mapping its pixels, each at the longest palette that
    /// fits, the one that is nearest to the picture.
    ///
    /// # Cost
    ///
    /// Five encodes for the first way and two or three for every other, each of them about as long as one without loss:
    /// some 4 times that for [`Effort::Fast`], 15 for [`Effort::Balanced`], 35 for [`Effort::Best`].
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
        let mut lengths: Vec<u16> = LENGTHS.iter().map(|length| (*length).clamp(fewest, most)).collect();
        lengths.dedup();

        let mut best: Option<(File, f64)> = None;
        let mut found = None;
        for way in ways {
            let taken = self.longest(&palettes, &lengths, *way, found)?;
            let Some((file, step, difference)) = taken else { continue };
            found = Some(step);
            if best.as_ref().is_none_or(|(_, least)| difference < *least) {
                best = Some((file, difference));
            }
        }
        Ok(best.map(|(file, _)| file))
    }

    /// The longest palette whose file fits, its place in `lengths`, and how far it is from the picture. The search
    /// bisects, or starts from where another way ended and goes up or down from there.
    fn longest(
        &mut self,
        palettes: &Palettes,
        lengths: &[u16],
        way: Remapping,
        near: Option<usize>,
    ) -> Result<Option<(File, usize, f64)>, Error> {
        let mut best = None;
        // What fits lies below `low`, what does not from `high` on.
        let (mut low, mut high) = (0, lengths.len());
        while low < high {
            let step = match near {
                Some(_) if low > 0 => low,
                Some(near) => near.min(high - 1),
                None if high == lengths.len() && low == 0 => high - 1,
                None => low + (high - low) / 2,
            };
            self.watch.check()?;
            let indexed = palettes.indexed(lengths[step], way);
            let bytes = codec::encode_indexed(&indexed, self.plan.effort)?;
            let colours = u16::try_from(indexed.colours.len()).ok();
            let file =
                self.keep(Format::Png, bytes, |attempt| Attempt { colours, dither: Some(way.dither), ..attempt });
            if file.1.fits {
                best = Some((file, step, palettes.difference(&indexed)));
                low = step + 1;
            } else {
                high = step;
            }
        }
        Ok(best)
    }
}
