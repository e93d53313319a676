//! A picture in few colours: the best palette of a given length, the pixels mapped to it, and how far that is from the
//! original. It knows no file format and no cap.

mod histogram;
mod nearest;
mod remap;
mod score;
mod space;
mod split;

use std::ops::RangeInclusive;

use self::histogram::Entry;
use self::split::Splits;
use crate::raster::{Channels, Raster};
use crate::units::{Rgb8, Size};

/// The longest palette that a PNG can have.
const LONGEST: usize = 256;
const CLEAR: [u8; 4] = [0; 4];

/// A picture whose pixels are places in a table of colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Indexed {
    pub(crate) size: Size,
    /// At most 256, with straight alpha.
    pub(crate) colours: Vec<[u8; 4]>,
    pub(crate) indices: Vec<u8>,
}

/// How pixels become colours of a palette.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Remapping {
    /// The share of each error that is passed on to the neighbours, in per cent. 0 is no dithering.
    pub(crate) dither: u8,
    /// By how much a squared distance may be worse for the sake of a colour that the pixel beside or above has: such
    /// runs take fewer bytes.
    pub(crate) slack: f32,
}

/// A picture made ready for palettes of any length.
#[derive(Debug)]
pub(crate) struct Palettes {
    size: Size,
    pixels: Vec<[u8; 4]>,
    entries: Vec<Entry>,
    splits: Splits,
    /// The colours that stay as they are, first in every palette.
    fixed: Vec<[u8; 4]>,
}

impl Palettes {
    /// Splits the picture's colours. Fully transparent pixels stay so, and the colour of the padding stays as it is.
    ///
    /// # Cost
    ///
    /// Some 16 bytes for a pixel, and up to 2 MB for the colours.
    pub(crate) fn new(picture: &Raster, padding: Option<Rgb8>) -> Self {
        let mut pixels: Vec<[u8; 4]> = match picture.channels() {
            Channels::Rgb => picture.pixels().as_chunks::<3>().0.iter().map(|&[r, g, b]| [r, g, b, 255]).collect(),
            Channels::Rgba => picture.pixels().as_chunks::<4>().0.to_vec(),
        };
        for pixel in pixels.iter_mut().filter(|pixel| pixel[3] == 0) {
            *pixel = CLEAR;
        }
        let padding = padding.map(|colour| [colour.r, colour.g, colour.b, 255]);
        let mut fixed: Vec<[u8; 4]> = padding.into_iter().chain([CLEAR]).collect();
        fixed.retain(|colour| pixels.contains(colour));
        let entries = histogram::histogram(&pixels, &fixed);
        let splits = Splits::new(&entries, LONGEST - fixed.len());
        Self { size: picture.size(), pixels, entries, splits, fixed }
    }

    /// The fewest and the most colours that a palette of the picture can have.
    pub(crate) fn lengths(&self) -> RangeInclusive<u16> {
        let own = |count: usize| u16::try_from(count + self.fixed.len()).unwrap_or(u16::MAX);
        own(self.splits.shortest())..=own(self.splits.longest())
    }

    /// The picture in at most `colours` colours, which is one of [`lengths`](Self::lengths).
    pub(crate) fn indexed(&self, colours: u16, remapping: Remapping) -> Indexed {
        let mut palette = self.fixed.clone();
        let count = usize::from(colours).saturating_sub(self.fixed.len());
        palette.extend(self.splits.palette(count, &self.entries));
        let indices = remap::remap(&self.pixels, self.size.width() as usize, &palette, self.fixed.len(), remapping);
        Indexed { size: self.size, colours: palette, indices }
    }

    /// How far a picture of few colours is from this one, as the eye sees it; 0 where they are the same.
    pub(crate) fn difference(&self, indexed: &Indexed) -> f64 {
        let remapped = |at: usize| indexed.colours[usize::from(indexed.indices[at])];
        score::difference(&self.pixels, self.size.width() as usize, remapped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Remapping = Remapping { dither: 0, slack: 0.0 };

    fn picture(width: u32, pixels: &[[u8; 4]]) -> Raster {
        let height = u32::try_from(pixels.len()).unwrap() / width;
        Raster::new(Size::new(width, height).unwrap(), Channels::Rgba, pixels.concat()).unwrap()
    }

    fn shown(indexed: &Indexed) -> Vec<[u8; 4]> {
        indexed.indices.iter().map(|&index| indexed.colours[usize::from(index)]).collect()
    }

    /// A soft picture of many colours: slopes of three colours, and of opacity from the left to the right.
    fn slopes(side: u8, transparent: bool) -> Vec<[u8; 4]> {
        let step = 255 / (side - 1);
        let alpha = |x: u8| if transparent { x * step } else { 255 };
        (0..side)
            .flat_map(|y| (0..side).map(move |x| [x * step, y * step, 255 - (x / 2 + y / 2) * step, alpha(x)]))
            .collect()
    }

    #[test]
    fn more_colours_are_nearer_to_the_picture() {
        for transparent in [false, true] {
            let palettes = Palettes::new(&picture(52, &slopes(52, transparent)), None);
            let off: Vec<f64> = [4, 8, 16, 32, 64, 128, 256]
                .map(|colours| palettes.difference(&palettes.indexed(colours, PLAIN)))
                .to_vec();
            assert!(off.is_sorted_by(|more, less| more > less), "{off:?}");
        }
    }

    #[test]
    fn dithering_keeps_the_mean_of_an_area() {
        // A grey slope in black and white: without dithering it is two plain halves.
        let grey: Vec<[u8; 4]> =
            (0..64 * 64).map(|at| [u8::try_from(at % 64 * 4).unwrap(); 3]).map(|[r, g, b]| [r, g, b, 255]).collect();
        let palettes = Palettes::new(&picture(64, &grey), None);
        let light = |dither: u8| -> Vec<f64> {
            let shown = shown(&palettes.indexed(2, Remapping { dither, slack: 0.0 }));
            let of_columns = |columns: std::ops::Range<usize>| {
                let column = |x: usize| (0..64).map(|y| f64::from(shown[y * 64 + x][0])).sum::<f64>() / 64.0;
                columns.map(column).sum::<f64>() / 8.0
            };
            (2..6).map(|block| of_columns(8 * block..8 * block + 8)).collect()
        };
        let steps = |light: &[f64]| light.windows(2).filter(|pair| pair[1] > pair[0] + 5.0).count();
        assert_eq!((steps(&light(100)), steps(&light(0))), (3, 1), "{:?}", light(100));
    }

    #[test]
    fn a_picture_of_more_colours_than_are_counted_is_reduced_all_the_same() {
        let pixels: Vec<[u8; 4]> = (0..200_u32 * 200)
            .map(|at| [at * 7, at / 200, at * 31 / 200, 255 - at % 3].map(|value| value.to_le_bytes()[0]))
            .collect();
        let palettes = Palettes::new(&picture(200, &pixels), None);
        let indexed = palettes.indexed(256, PLAIN);
        assert!(palettes.difference(&indexed) < 0.02);
        for (pixel, shown) in pixels.iter().zip(shown(&indexed)) {
            assert!(pixel[3] < 255 || shown[3] == 255);
        }
    }

    fn colours() -> impl Strategy<Value = Vec<[u8; 4]>> {
        let alpha = prop_oneof![Just(0_u8), Just(255), any::<u8>()];
        prop::collection::vec((any::<[u8; 3]>(), alpha).prop_map(|([r, g, b], a)| [r, g, b, a]), 1..40)
    }

    fn pictures() -> impl Strategy<Value = (u32, Vec<[u8; 4]>)> {
        (colours(), 1_u32..12, 1_usize..12).prop_flat_map(|(colours, width, height)| {
            prop::collection::vec(prop::sample::select(colours), width as usize * height)
                .prop_map(move |pixels| (width, pixels))
        })
    }

    proptest! {
        #[test]
        fn a_palette_long_enough_loses_nothing((width, pixels) in pictures(), dither in 0_u8..=100) {
            let palettes = Palettes::new(&picture(width, &pixels), None);
            let indexed = palettes.indexed(*palettes.lengths().end(), Remapping { dither, slack: 0.0 });
            for (pixel, shown) in pixels.iter().zip(shown(&indexed)) {
                // Colour below an opacity of a few steps is not seen, and not told apart.
                let seen = |pixel: [u8; 4]| if pixel[3] == 0 { CLEAR } else { pixel };
                prop_assert!(seen(*pixel) == shown || pixel[3] < 255, "{:?} {:?}", pixel, shown);
                prop_assert!(pixel[3].abs_diff(shown[3]) <= 1);
            }
            prop_assert!(palettes.difference(&indexed) < 0.0001);
        }

        #[test]
        fn opaque_stays_opaque_and_clear_stays_clear(
            (width, pixels) in pictures(),
            share in 0.0..1.0,
            dither in 0_u8..=100,
            slack in prop_oneof![Just(0.0_f32), Just(0.001), Just(1.0)],
        ) {
            let palettes = Palettes::new(&picture(width, &pixels), Some(Rgb8::WHITE));
            let (fewest, most) = palettes.lengths().into_inner();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two u16")]
            let colours = fewest + (f64::from(most - fewest) * share) as u16;
            let indexed = palettes.indexed(colours, Remapping { dither, slack });
            prop_assert!(indexed.colours.len() <= usize::from(colours));
            for (pixel, shown) in pixels.iter().zip(shown(&indexed)) {
                prop_assert!(pixel[3] < 255 || shown[3] == 255);
                prop_assert!(pixel[3] != 0 || shown == CLEAR);
                prop_assert!(*pixel != [255; 4] || shown == [255; 4], "the padding keeps its colour");
            }
            // The order of the pixels' colours does not matter to the palette, nor does the run of the program.
            prop_assert_eq!(indexed, Palettes::new(&picture(width, &pixels), Some(Rgb8::WHITE)).indexed(colours, Remapping { dither, slack }));
        }
    }
}
