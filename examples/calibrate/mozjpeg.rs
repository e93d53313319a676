//! mozjpeg with its own defaults, the encoder that ours is held against, and its decoder, that of libjpeg-turbo.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mozjpeg::{ColorSpace, Compress, Decompress};

use crate::Outcome;
use crate::corpus::Pixels;

/// What it encoded so far of one picture, by quality.
pub(crate) struct Encodes<'a> {
    pixels: &'a Pixels,
    files: BTreeMap<u8, Vec<u8>>,
}

impl<'a> Encodes<'a> {
    pub(crate) const fn of(pixels: &'a Pixels) -> Self {
        Self { pixels, files: BTreeMap::new() }
    }

    pub(crate) fn at(&mut self, quality: u8) -> Outcome<&[u8]> {
        if !self.files.contains_key(&quality) {
            let file = guarded(|| encode(self.pixels, quality))?;
            self.files.insert(quality, file);
        }
        Ok(&self.files[&quality])
    }

    /// The highest whole quality whose file fits. A bisection finds one whose next does not; the three above that
    /// are tried as well, since sizes do not always grow.
    pub(crate) fn best_within(&mut self, cap: u64) -> Outcome<u8> {
        let mut fits = |quality: u8| Ok::<_, String>(self.at(quality)?.len() as u64 <= cap);
        if fits(100)? {
            return Ok(100);
        }
        let (mut low, mut high) = (0, 100);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if fits(middle)? {
                low = middle;
            } else {
                high = middle;
            }
        }
        for above in (low + 2..=low + 4).rev().filter(|&above| above < 100) {
            if fits(above)? {
                low = low.max(above);
            }
        }
        if low == 0 { Err(format!("mozjpeg at quality 1 is over {cap} bytes")) } else { Ok(low) }
    }
}

fn encode(pixels: &Pixels, quality: u8) -> io::Result<Vec<u8>> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(pixels.width as usize, pixels.height as usize);
    compress.set_quality(f32::from(quality));
    compress.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = compress.start_compress(Vec::new())?;
    started.write_scanlines(&pixels.rgb)?;
    started.finish()
}

pub(crate) fn decode(file: &[u8]) -> Outcome<Pixels> {
    guarded(|| {
        let mut started = Decompress::new_mem(file)?.rgb()?;
        let [width, height] = [started.width(), started.height()].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let rgb = started.read_scanlines::<u8>()?;
        started.finish()?;
        Ok(Pixels { width, height, rgb })
    })
}

/// The crate tells its errors by unwinding.
fn guarded<T>(work: impl FnOnce() -> io::Result<T>) -> Outcome<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| format!("mozjpeg: {error}")),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map_or("panicked", String::as_str);
            Err(format!("mozjpeg: {text}"))
        }
    }
}
