//! A canvas to the coefficients of its components: a sample of each pixel, averaged where the component is to be
//! coarser, and every block transformed. Done once, whatever number of qualities is tried.

use super::fdct::{Coefficients, forward};
use super::grid::Grid;
use crate::raster::Raster;
use crate::simd;
use crate::units::ChromaSubsampling;

/// One component of a picture: the coefficients of every block, and those for the mean apart.
pub(super) type Plane = Grid<f32, Coefficients>;

/// How many pixels one sample of chroma stands for, across and down.
pub(super) const fn pixels_per_sample(chroma: ChromaSubsampling) -> (usize, usize) {
    match chroma {
        ChromaSubsampling::Cs444 => (1, 1),
        ChromaSubsampling::Cs422 => (2, 1),
        ChromaSubsampling::Cs420 => (2, 2),
    }
}

/// How a component is made of red, green and blue (ITU-T T.871, 7, with the middle at 0).
#[derive(Debug, Clone, Copy)]
struct Mix {
    shares: [f32; 3],
    offset: f32,
}

const LUMA: Mix = Mix { shares: [0.299, 0.587, 0.114], offset: -128.0 };
const BLUE: Mix = Mix { shares: [-0.168_735_89, -0.331_264_1, 0.5], offset: 0.0 };
const RED: Mix = Mix { shares: [0.5, -0.418_687_6, -0.081_312_41], offset: 0.0 };

/// The brightness of an opaque canvas.
pub(super) fn luma(canvas: &Raster) -> Plane {
    let [luma] = planes(canvas, (1, 1), [LUMA]);
    luma
}

/// Its blue and red, without brightness.
pub(super) fn chroma(canvas: &Raster, chroma: ChromaSubsampling) -> [Plane; 2] {
    planes(canvas, pixels_per_sample(chroma), [BLUE, RED])
}

/// Some components, of the mean of so many pixels across and down.
fn planes<const N: usize>(canvas: &Raster, pixels_per_sample: (usize, usize), mixes: [Mix; N]) -> [Plane; N] {
    simd::dispatch(
        #[inline(always)]
        || transformed(canvas, pixels_per_sample, mixes),
    )
}

/// Beyond the edges, the last column and row are repeated.
#[inline(always)]
fn transformed<const N: usize>(canvas: &Raster, (right, down): (usize, usize), mixes: [Mix; N]) -> [Plane; N] {
    let (width, height) = (canvas.size().width() as usize, canvas.size().height() as usize);
    let (across, rows) = (width.div_ceil(8 * right), height.div_ceil(8 * down));
    let mut planes = std::array::from_fn(|_| Plane::with_capacity(across, across * rows, across * rows));
    let mut bands = mixes.map(|mix| (mix, vec![[0.0_f32; 8]; across * 8]));
    let mut colours = [(); 3].map(|()| vec![0.0_f32; across * 8 * right]);
    let pixels = canvas.pixels().as_chunks::<3>().0;
    for row in 0..rows {
        for y in 0..8 {
            let first = (8 * row + y) * down;
            let sources = (first..first + down).map(|source| &pixels[source.min(height - 1) * width..][..width]);
            sum(sources, right, &mut colours);
            for (mix, band) in &mut bands {
                mix.row(&colours, right * down, band[y * across..(y + 1) * across].as_flattened_mut());
            }
        }
        for (plane, (_, band)) in planes.iter_mut().zip(&bands) {
            for block in 0..across {
                let samples = std::array::from_fn(|y| band[y * across + block]);
                match flat(&samples) {
                    Some(mean) => plane.push(mean, None),
                    None => {
                        let coefficients = forward(samples);
                        plane.push(coefficients[0], Some(coefficients));
                    }
                }
            }
        }
    }
    planes
}

/// The colours of rows of pixels, added up: of all rows, and of each `right` pixels across.
#[inline(always)]
fn sum<'p>(rows: impl Iterator<Item = &'p [[u8; 3]]>, right: usize, colours: &mut [Vec<f32>; 3]) {
    for (number, row) in rows.enumerate() {
        let [reds, greens, blues] = colours;
        for (pixel, ((red, green), blue)) in row.iter().zip(reds.iter_mut().zip(greens.iter_mut()).zip(blues)) {
            let [r, g, b] = pixel.map(f32::from);
            if number == 0 {
                (*red, *green, *blue) = (r, g, b);
            } else {
                (*red, *green, *blue) = (*red + r, *green + g, *blue + b);
            }
        }
        for colour in colours.iter_mut() {
            let (inside, outside) = colour.split_at_mut(row.len());
            outside.fill(inside[row.len() - 1]);
        }
    }
    if right > 1 {
        for colour in colours {
            for at in 0..colour.len() / 2 {
                colour[at] = colour[2 * at] + colour[2 * at + 1];
            }
        }
    }
}

impl Mix {
    /// The samples of a row, of sums of so many pixels each.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "1, 2 or 4")]
    fn row(self, colours: &[Vec<f32>; 3], pixels: usize, samples: &mut [f32]) {
        let [red, green, blue] = self.shares.map(|share| share / pixels as f32);
        let [reds, greens, blues] = colours;
        for (sample, ((r, g), b)) in samples.iter_mut().zip(reds.iter().zip(greens).zip(blues)) {
            *sample = red * r + green * g + blue * b + self.offset;
        }
    }
}

/// The coefficient of a block whose samples are all the same: eight times their mean. The transform would give it, and
/// no other.
#[inline(always)]
#[expect(clippy::float_cmp, reason = "what is not exactly flat is transformed")]
fn flat(samples: &[[f32; 8]; 8]) -> Option<f32> {
    let first = samples[0][0];
    let differ = |row: &[f32; 8]| row.iter().fold(false, |differ, &sample| differ | (sample != first));
    if samples.iter().any(differ) { None } else { Some(8.0 * first) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Channels;
    use crate::units::Size;

    /// A canvas of one colour has nothing but means, and these are the colour's by the formulas of the standard.
    #[test]
    fn a_plain_canvas_has_means_alone() {
        for (width, height) in [(1, 1), (8, 8), (17, 9)] {
            let pixels = [200, 30, 90].repeat((width * height) as usize);
            let canvas = Raster::new(Size::new(width, height).unwrap(), Channels::Rgb, pixels).unwrap();
            let expected = [87.67 - 128.0, 1.314_97, 80.121_23].map(|mean| 8.0 * mean);
            for mode in [ChromaSubsampling::Cs444, ChromaSubsampling::Cs422, ChromaSubsampling::Cs420] {
                let [blue, red] = chroma(&canvas, mode);
                for (plane, expected) in [luma(&canvas), blue, red].iter().zip(expected) {
                    for (mean, detail) in plane.iter() {
                        assert!((mean - expected).abs() < 0.01, "{mean} is not {expected}");
                        assert!(detail.is_none());
                    }
                }
            }
        }
    }

    /// Of a canvas whose left half is red and whose right half is blue, every block is of one colour.
    #[test]
    fn blocks_lie_where_their_pixels_do() {
        let row = [[[255, 0, 0]; 16], [[0, 0, 255]; 16]].concat();
        let pixels = row.repeat(32).into_flattened();
        let canvas = Raster::new(Size::new(32, 32).unwrap(), Channels::Rgb, pixels).unwrap();
        for (mode, across) in
            [(ChromaSubsampling::Cs444, 4), (ChromaSubsampling::Cs422, 2), (ChromaSubsampling::Cs420, 2)]
        {
            let [blue, red] = chroma(&canvas, mode);
            assert_eq!(blue.across, across);
            for (at, ((blue, _), (red, _))) in blue.iter().zip(red.iter()).enumerate() {
                let left = at % across < across / 2;
                assert!((blue > 0.0) != left && (red > 0.0) == left, "{mode} block {at}");
            }
        }
    }

    /// Sums and products in one order are the same numbers, however many are made at once.
    #[test]
    fn wider_vectors_change_no_bit() {
        let mut state = 1_u32;
        let pixels = (0..3 * 75 * 61).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        });
        let canvas = Raster::new(Size::new(75, 61).unwrap(), Channels::Rgb, pixels.collect()).unwrap();
        for step in [(1, 1), (2, 1), (2, 2)] {
            let (wide, narrow) = (planes(&canvas, step, [BLUE, RED]), transformed(&canvas, step, [BLUE, RED]));
            for (wide, narrow) in wide.iter().zip(&narrow) {
                let bits = |plane: &Plane| -> Vec<u32> {
                    plane.details().as_flattened().iter().map(|coefficient| coefficient.to_bits()).collect()
                };
                assert!(!wide.details().is_empty() && bits(wide) == bits(narrow), "{step:?}");
            }
        }
    }

    /// Bit for bit, signs of nothing aside.
    #[test]
    fn a_flat_block_is_what_the_transform_makes_of_it() {
        for step in -1280..=1280_i16 {
            let samples = [[0.1 * f32::from(step); 8]; 8];
            let [mean, rest @ ..] = forward(samples);
            assert_eq!((flat(&samples), rest), (Some(mean), [0.0; 63]), "{step}");
        }
        let mut samples = [[7.0; 8]; 8];
        samples[7][7] = 7.000_001;
        assert_eq!(flat(&samples), None);
    }
}
