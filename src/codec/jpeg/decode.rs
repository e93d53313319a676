//! JPEG to pixels by zune-jpeg, strictly: data that ends early or makes no sense is an error, not a grey area.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::header::Header;
use crate::codec::colour::{Inks, inks_to_rgb, ycc_to_rgb_in_place};
use crate::codec::decoding;
use crate::codec::probe::ColourModel;
use crate::error::{Error, Foreign};
use crate::format::Format;
use crate::raster::{Channels, Raster};
use crate::units::Size;

/// Decodes the picture as stored: its orientation is not applied.
pub(in crate::codec) fn decode(bytes: &[u8]) -> Result<Raster, Error> {
    let header = Header::read(bytes)?;
    let colour = header.colour()?;
    decoding(Format::Jpeg, || to_rgb(bytes, colour, header.has_adobe_marker()))
}

fn to_rgb(bytes: &[u8], colour: ColourModel, adobe: bool) -> Result<Raster, Foreign> {
    // The size was checked against the caller's limits; the decoder's own are lower than JPEG allows.
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(side).set_max_height(side);
    // Inks are taken as they are stored: the decoder's own conversion inverts Adobe's YCCK.
    let wanted = match colour {
        ColourModel::Cmyk => ColorSpace::CMYK,
        ColourModel::Ycck => ColorSpace::YCCK,
        _ => ColorSpace::RGB,
    };
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(wanted));
    let mut pixels = decoder.decode().map_err(said)?;
    match colour {
        ColourModel::Cmyk | ColourModel::Ycck => {
            let inks = Inks { model: colour, inverted: adobe };
            pixels = inks_to_rgb(&pixels, inks);
        }
        // Where JFIF and Adobe's marker contradict each other, JFIF counts for libjpeg but not for this decoder.
        ColourModel::YCbCr if decoder.input_colorspace() == Some(ColorSpace::RGB) => ycc_to_rgb_in_place(&mut pixels),
        _ => {}
    }
    let (width, height) = decoder.dimensions().ok_or("the decoder knows no size")?;
    let size = Size::new(u32::try_from(width)?, u32::try_from(height)?);
    let raster = size.and_then(|size| Raster::new(size, Channels::Rgb, pixels));
    raster.ok_or_else(|| "the pixels are not of the size they should be".into())
}

/// The decoder's errors cannot go from thread to thread, so their text is taken.
fn said(error: zune_jpeg::errors::DecodeErrors) -> Foreign {
    format!("{error:?}").into()
}
