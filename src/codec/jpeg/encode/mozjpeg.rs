//! Pixels to JPEG by mozjpeg. This C code sees nothing but pixels of our own making.

use mozjpeg::{ColorSpace, Compress};

use crate::codec::encoding;
use crate::error::{Error, Foreign};
use crate::raster::Raster;
use crate::units::{ChromaSubsampling, Effort, Quality};

/// Writes an opaque picture. The quality is rounded to a whole number, which is what libjpeg's scale knows.
pub(in crate::codec) fn encode(
    picture: &Raster,
    quality: Quality,
    chroma: ChromaSubsampling,
    effort: Effort,
) -> Result<Vec<u8>, Error> {
    encoding("the jpeg encoder", || compress(picture, quality, chroma, effort))
}

fn compress(picture: &Raster, quality: Quality, chroma: ChromaSubsampling, effort: Effort) -> Result<Vec<u8>, Foreign> {
    let mut compress = Compress::new(ColorSpace::JCS_RGB);
    compress.set_size(picture.size().width() as usize, picture.size().height() as usize);
    match effort {
        Effort::Fast => {
            compress.set_fastest_defaults();
            compress.set_optimize_coding(true);
        }
        Effort::Balanced => {
            compress.set_optimize_scans(false);
            compress.set_progressive_mode();
        }
        // mozjpeg's own defaults: trellis quantization, progressive, a search over scan orders.
        Effort::Best => {}
    }
    compress.set_quality(quality.as_f32().round());
    let block = match chroma {
        ChromaSubsampling::Cs444 => (1, 1),
        ChromaSubsampling::Cs422 => (2, 1),
        ChromaSubsampling::Cs420 => (2, 2),
    };
    compress.set_chroma_sampling_pixel_sizes(block, block);

    let mut started = compress.start_compress(Vec::new())?;
    started.write_scanlines(picture.pixels())?;
    Ok(started.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Channels;
    use crate::units::Size;

    #[test]
    fn an_error_of_the_c_code_comes_back_typed() {
        // One pixel wider than libjpeg takes.
        let size = Size::new(65_501, 1).unwrap();
        let row = Raster::new(size, Channels::Rgb, vec![0; 3 * 65_501]).unwrap();
        let error = encode(&row, Quality::whole(50), ChromaSubsampling::Cs420, Effort::Fast).unwrap_err();
        assert_eq!(error.kind(), "encode");
    }
}
