//! A canvas to the coefficients of its components: a sample of each pixel, averaged where the component is to be
//! coarser, and every block transformed. Done once, whatever number of qualities is tried.

use super::fdct::{Coefficients, forward};
use crate::raster::Raster;
use crate::units::ChromaSubsampling;

/// One component of a picture as blocks, row by row.
#[derive(Debug)]
pub(super) struct Plane {
    /// Blocks in a row.
    pub(super) across: usize,
    pub(super) blocks: Vec<Coefficients>,
}

/// How many pixels one sample of chroma stands for, across and down.
pub(super) const fn pixels_per_sample(chroma: ChromaSubsampling) -> (usize, usize) {
    match chroma {
        ChromaSubsampling::Cs444 => (1, 1),
        ChromaSubsampling::Cs422 => (2, 1),
        ChromaSubsampling::Cs420 => (2, 2),
    }
}

/// The brightness of an opaque canvas.
pub(super) fn luma(canvas: &Raster) -> Plane {
    plane(canvas, (1, 1), |[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b - 128.0)
}

/// Its blue and red, without brightness.
pub(super) fn chroma(canvas: &Raster, chroma: ChromaSubsampling) -> [Plane; 2] {
    let step = pixels_per_sample(chroma);
    [
        plane(canvas, step, |[r, g, b]| -0.168_735_89 * r - 0.331_264_1 * g + 0.5 * b),
        plane(canvas, step, |[r, g, b]| 0.5 * r - 0.418_687_6 * g - 0.081_312_41 * b),
    ]
}

/// The component that `sample` takes of each pixel (ITU-T T.871, 7, with the middle at 0), a mean of so many pixels
/// across and down. Beyond the edges, the last column and row are repeated.
fn plane(canvas: &Raster, (right, down): (usize, usize), sample: impl Fn([f32; 3]) -> f32) -> Plane {
    let (width, height) = (canvas.size().width() as usize, canvas.size().height() as usize);
    let (across, rows) = (width.div_ceil(8 * right), height.div_ceil(8 * down));
    let mut blocks = Vec::with_capacity(across * rows);
    let mut band = vec![[0.0_f32; 8]; across * 8];
    let mut line = vec![0.0_f32; across * 8 * right];
    let pixels = canvas.pixels().as_chunks::<3>().0;
    #[expect(clippy::cast_precision_loss, reason = "1, 2 or 4")]
    let share = 1.0 / (right * down) as f32;
    for row in 0..rows {
        for (y, samples) in band.chunks_exact_mut(across).enumerate() {
            line.fill(0.0);
            for part in 0..down {
                let source = ((8 * row + y) * down + part).min(height - 1);
                let (inside, outside) = line.split_at_mut(width);
                for (sum, pixel) in inside.iter_mut().zip(&pixels[source * width..]) {
                    *sum += sample(pixel.map(f32::from));
                }
                outside.fill(inside[width - 1]);
            }
            let samples = samples.as_flattened_mut();
            match right {
                1 => samples.copy_from_slice(&line),
                _ => {
                    for (mean, pair) in samples.iter_mut().zip(line.as_chunks::<2>().0) {
                        *mean = share * (pair[0] + pair[1]);
                    }
                }
            }
        }
        for block in 0..across {
            let samples: [[f32; 8]; 8] = std::array::from_fn(|y| band[y * across + block]);
            // Padding is flat, and often half of the canvas.
            blocks.push(flat(&samples).unwrap_or_else(|| forward(samples)));
        }
    }
    Plane { across, blocks }
}

/// What the transform gives of a block whose samples are all the same: eight times their mean, and nothing else.
#[inline(always)]
#[expect(clippy::float_cmp, reason = "what is not exactly flat is transformed")]
fn flat(samples: &[[f32; 8]; 8]) -> Option<Coefficients> {
    let first = samples[0][0];
    let differ = |row: &[f32; 8]| row.iter().fold(false, |differ, &sample| differ | (sample != first));
    if samples.iter().any(differ) {
        return None;
    }
    let mut coefficients = [0.0; 64];
    coefficients[0] = 8.0 * first;
    Some(coefficients)
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
                    for block in &plane.blocks {
                        assert!((block[0] - expected).abs() < 0.01, "{} is not {expected}", block[0]);
                        assert!(block[1..].iter().all(|value| value.abs() < 0.01));
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
            for (at, (blue, red)) in blue.blocks.iter().zip(&red.blocks).enumerate() {
                let left = at % across < across / 2;
                assert!((blue[0] > 0.0) != left && (red[0] > 0.0) == left, "{mode} block {at}");
            }
        }
    }

    /// Bit for bit, signs of nothing aside.
    #[test]
    fn a_flat_block_is_what_the_transform_makes_of_it() {
        for step in -1280..=1280_i16 {
            let samples = [[0.1 * f32::from(step); 8]; 8];
            assert_eq!(flat(&samples), Some(forward(samples)), "{step}");
        }
        let mut samples = [[7.0; 8]; 8];
        samples[7][7] = 7.000_001;
        assert_eq!(flat(&samples), None);
    }
}
