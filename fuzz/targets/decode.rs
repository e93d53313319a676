//! Any bytes through the decoders, strictly and leniently, at any scale: the memory stays within what the header
//! promises, and where another decoder reads the file too, it sees the same pixels.

use std::panic::catch_unwind;

use pushpix::fuzzing::{Picture, decode, decoded_bytes, is_in_range};
use pushpix::{ColourModel, Error, Format, Probe, Scale, Size};

use super::figures::Figures;

pub(crate) fn run(bytes: &[u8]) {
    let mut figures = Figures::new(bytes);
    let figure = figures.byte();
    let compare = figure & 1 == 1;
    let scale = [Scale::Half, Scale::Quarter, Scale::Eighth][usize::from(figure / 2 % 3)];
    let file = figures.file();
    let (strict, lenient) = (decoded(file, Scale::Full, false), decoded(file, Scale::Full, true));
    let reduced = Format::detect(file).filter(|format| *format == Format::Jpeg).map(|_| {
        let (strict, lenient) = (decoded(file, scale, false), decoded(file, scale, true));
        assert!(strict.is_none() || strict == lenient, "what can be read strictly is the same leniently");
        strict
    });
    let Some(picture) = strict else { return };
    if let Some(reduced) = reduced {
        let reduced = reduced.expect("what can be read in full can be read at any scale");
        let part = |side: u32| side.div_ceil(scale.divisor());
        let size = Size::new(part(picture.size.width()), part(picture.size.height()));
        assert_eq!((Some(reduced.size), reduced.foreign_colours), (size, picture.foreign_colours));
        // Of scans that are not needed nothing is noticed.
        assert!(reduced.warnings.iter().all(|warning| picture.warnings.contains(warning)));
    }
    assert_eq!(lenient.as_ref(), Some(&picture), "what can be read strictly is the same leniently");
    let probe = pushpix::probe(file).expect("it was decoded");
    assert_eq!(picture.size, probe.stored);
    assert_eq!(picture.pixels.len() as u64, picture.size.area() * picture.channels as u64);
    if compare && picture.foreign_colours.is_none() && picture.warnings.is_empty() {
        match probe.format {
            Format::Png => same_as_another_png_decoder(file, &probe, &picture),
            _ if is_in_range(file, &super::limits()) => same_as_libjpeg(file, &probe, &picture),
            _ => {}
        }
    }
}

/// What a decoder takes besides the picture, whatever it is: tables, mostly.
const SLACK: u64 = 4 << 20;

fn decoded(file: &[u8], scale: Scale, lenient: bool) -> Option<Picture> {
    let limits = super::limits();
    let (decoded, taken) = crate::peak(|| decode(file, scale, lenient, &limits));
    let said = decoded_bytes(file, scale, lenient, &limits).unwrap_or(0);
    assert!(taken <= said + SLACK, "{taken} bytes taken where {said} were said");
    match decoded {
        Ok(picture) => Some(picture),
        Err(Error::Unsupported { .. } | Error::Decode { .. } | Error::Limit { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

/// libjpeg, as it is in mozjpeg, whose decoder is unchanged. Its errors are panics.
fn same_as_libjpeg(file: &[u8], probe: &Probe, picture: &Picture) {
    let read = catch_unwind(|| {
        let mut decompress = mozjpeg::Decompress::new_mem(file).ok()?;
        decompress.do_block_smoothing(false);
        let mut started = decompress.rgb().ok()?;
        started.read_scanlines::<u8>().ok()
    });
    let inks = matches!(probe.colour, ColourModel::Cmyk | ColourModel::Ycck);
    if !inks {
        let read = read.expect("libjpeg reads what we take strictly").expect("and to its end");
        assert!(read == picture.pixels, "libjpeg shows other pixels");
    }
}

/// A decoder that shares no code with the one beneath ours.
fn same_as_another_png_decoder(file: &[u8], probe: &Probe, picture: &Picture) {
    use zune_core::bytestream::ZCursor;
    use zune_core::options::DecoderOptions;

    if probe.bit_depth > 8 || probe.animated {
        return;
    }
    let options = DecoderOptions::default().png_set_confirm_crc(true).set_max_width(1 << 18).set_max_height(1 << 18);
    let mut decoder = zune_png::PngDecoder::new_with_options(ZCursor::new(file), options);
    let Ok(zune_core::result::DecodingResult::U8(read)) = decoder.decode() else { return };
    let pixels = picture.pixels.len() / picture.channels;
    let count = read.len() / pixels;
    assert_eq!(count * pixels, read.len(), "it has another number of pixels");
    let pixels = read.chunks_exact(count).map(|pixel| match *pixel {
        [grey] => [grey, grey, grey, 255],
        [grey, alpha] => [grey, grey, grey, alpha],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => panic!("a pixel of {count} bytes"),
    });
    let ours = picture.pixels.chunks_exact(picture.channels);
    for (at, (theirs, ours)) in pixels.zip(ours).enumerate() {
        assert!(theirs[..picture.channels] == *ours, "pixel {at} is {theirs:?} and {ours:?}");
    }
}
