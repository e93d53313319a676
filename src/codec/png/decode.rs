//! PNG to pixels by the `png` crate, strictly: checksums are compared and the end must be there.

use std::io::Cursor;

use png::{BitDepth, ColorType, DecodeOptions, Decoder, Transformations};

use crate::codec::colour::{grey_alpha_to_rgba, grey_to_rgb, sixteen_to_eight};
use crate::codec::decoding;
use crate::error::{Error, Foreign};
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Channels, Raster};
use crate::units::Size;

/// Decodes the picture as stored: its orientation is not applied. Of an animation, the picture that a viewer without
/// animation shows.
pub(in crate::codec) fn decode(bytes: &[u8], limits: &Limits) -> Result<Raster, Error> {
    decoding(Format::Png, || {
        let mut options = DecodeOptions::default();
        options.set_ignore_adler32(false);
        // Text and profiles are not needed, and inflating them is what bombs are made for.
        options.set_ignore_text_chunk(true);
        options.set_ignore_iccp_chunk(true);
        let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
        let bytes = usize::try_from(limits.max_decoded.as_u64()).unwrap_or(usize::MAX);
        decoder.set_limits(png::Limits { bytes });
        // Palettes, colour keys and samples below 8 bits become plain channels.
        decoder.set_transformations(Transformations::EXPAND);

        let mut reader = decoder.read_info()?;
        let len = reader.output_buffer_size().ok_or("the picture is larger than memory can be")?;
        let mut samples = vec![0; len];
        let frame = reader.next_frame(&mut samples)?;
        reader.finish()?;
        if frame.bit_depth == BitDepth::Sixteen {
            samples = sixteen_to_eight(samples);
        }
        to_raster((frame.width, frame.height), frame.color_type, samples)
    })
}

fn to_raster((width, height): (u32, u32), colour: ColorType, samples: Vec<u8>) -> Result<Raster, Foreign> {
    let (channels, pixels) = match colour {
        ColorType::Rgb => (Channels::Rgb, samples),
        ColorType::Rgba => (Channels::Rgba, samples),
        ColorType::Grayscale => (Channels::Rgb, grey_to_rgb(&samples)),
        ColorType::GrayscaleAlpha => (Channels::Rgba, grey_alpha_to_rgba(&samples)),
        ColorType::Indexed => return Err("the palette was not expanded".into()),
    };
    let raster = Size::new(width, height).and_then(|size| Raster::new(size, channels, pixels));
    raster.ok_or_else(|| "the frame is not of the size it says".into())
}
