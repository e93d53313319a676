//! JPEG to pixels by zune-jpeg, strictly: data that ends early or makes no sense is an error, not a grey area.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::header::Header;
use crate::codec::colour::{Inks, inks_to_rgb};
use crate::codec::decoding;
use crate::codec::probe::ColourModel;
use crate::error::{Error, Foreign};
use crate::format::Format;
use crate::raster::{Channels, Raster};
use crate::units::Size;

/// Decodes the picture as stored: its orientation is not applied.
pub(in crate::codec) fn decode(bytes: &[u8], size: Size) -> Result<Raster, Error> {
    let inverted = Header::read(bytes)?.has_adobe_marker();
    let pixels = decoding(Format::Jpeg, || to_rgb(bytes, inverted))?;
    let wrong_size = || Error::decode(Format::Jpeg, "the pixels are not of the size that the header promises");
    Raster::new(size, Channels::Rgb, pixels).ok_or_else(wrong_size)
}

fn to_rgb(bytes: &[u8], inverted: bool) -> Result<Vec<u8>, Foreign> {
    // The size was checked against the caller's limits; the decoder's own are lower than JPEG allows.
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(side)
        .set_max_height(side);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(said)?;

    // Inks are taken as they are stored: the decoder's own conversion inverts Adobe's YCCK.
    let inks = match decoder.input_colorspace() {
        Some(ColorSpace::CMYK) => Some((ColorSpace::CMYK, ColourModel::Cmyk)),
        Some(ColorSpace::YCCK) => Some((ColorSpace::YCCK, ColourModel::Ycck)),
        _ => None,
    };
    let wanted = inks.map_or(ColorSpace::RGB, |(space, _)| space);
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let pixels = decoder.decode().map_err(said)?;
    Ok(match inks {
        Some((_, model)) => inks_to_rgb(&pixels, Inks { model, inverted }),
        None => pixels,
    })
}

/// The decoder's errors cannot go from thread to thread, so their text is taken.
fn said(error: zune_jpeg::errors::DecodeErrors) -> Foreign {
    format!("{error:?}").into()
}
