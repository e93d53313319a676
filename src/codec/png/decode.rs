//! PNG to pixels by the `png` crate, which is given the chunks that make the picture and nothing else.

use std::io::{BufRead, Seek};

use png::{BitDepth, ColorType, DecodeOptions, Decoder, InterlaceInfo, Reader, Transformations, splat_interlaced_row};

use super::chunks::Structure;
use crate::codec::colour::{Conversion, Samples};
use crate::codec::decoded::{Decoded, Rows};
use crate::codec::decoding;
use crate::error::{Error, Foreign};
use crate::format::Format;
use crate::limits::{Limits, Watch};
use crate::units::Size;
use crate::warning::Warning;

/// Decodes the picture as stored: its orientation is not applied. Of an animation, the picture that a viewer without
/// animation shows.
pub(in crate::codec) fn decode(bytes: &[u8], stored: Size, lenient: bool, watch: &Watch<'_>) -> Result<Decoded, Error> {
    let structure = Structure::read(bytes, lenient)?;
    let mut ending = structure.ending;
    // Where the time is out, the decoder's own words for it do not say so.
    let attempt = |data| {
        let found = decoding(Format::Png, || read(&structure, stored, watch, data));
        found.map_err(|error| watch.check().err().unwrap_or(error))
    };
    let found = match attempt(Data::Whole) {
        Err(Error::Decode { .. }) if lenient => {
            ending.damage.get_or_insert("its data end early or make no sense");
            attempt(Data::Cut)
        }
        found => found,
    };
    let Found { rows, foreign_colours, warnings } = found?;
    rows.finish(Format::Png, ending, foreign_colours, warnings)
}

/// Whether the compressed data hold the picture and its profile, and nothing besides.
pub(in crate::codec) fn hides_nothing(bytes: &[u8], watch: &Watch<'_>) -> bool {
    Structure::read(bytes, false).is_ok_and(|structure| structure.hides_nothing(watch))
}

/// Whether the compressed data must be whole, or are taken for as far as they go.
#[derive(Clone, Copy, PartialEq)]
enum Data {
    Whole,
    Cut,
}

struct Found {
    rows: Rows,
    foreign_colours: Option<&'static str>,
    warnings: Vec<Warning>,
}

fn read(structure: &Structure<'_>, stored: Size, watch: &Watch<'_>, data: Data) -> Result<Found, Foreign> {
    let mut warnings = Vec::new();
    let png = match data {
        Data::Whole => structure.bare(watch),
        Data::Cut => structure.bare_without_end(watch),
    };
    // What is taken without its checksum was found broken already.
    let mut reader = open(png, structure.ending.damage.is_none(), watch.limits)?;
    let (samples, deep) = samples(&reader)?;
    let max_profile = watch.limits.max_metadata;
    let mut conversion = Conversion::choose(structure.colours.in_order(max_profile), samples, deep, &mut warnings);
    let mut rows = Rows::new(stored, conversion.channels(), data == Data::Cut);
    let read = if reader.info().interlaced {
        interlaced(&mut reader, stored, &mut conversion, &mut rows, watch)
    } else {
        in_order(&mut reader, &mut conversion, &mut rows, watch)
    };
    let read = read.and_then(|()| Ok(reader.finish()?));
    match read {
        Err(error) if data == Data::Whole || error.is::<Error>() || watch.check().is_err() => Err(error),
        _ => Ok(Found { rows, foreign_colours: conversion.foreign(), warnings }),
    }
}

fn open<R: BufRead + Seek>(png: R, checked: bool, limits: &Limits) -> Result<Reader<R>, Foreign> {
    let mut options = DecodeOptions::default();
    // Those of the chunks were compared, and left out; that of the picture itself was not.
    options.set_ignore_crc(true);
    options.set_ignore_adler32(!checked);
    let mut decoder = Decoder::new_with_options(png, options);
    let bytes = usize::try_from(limits.max_decoded.as_u64()).unwrap_or(usize::MAX);
    decoder.set_limits(png::Limits { bytes });
    // Palettes, colour keys and samples below 8 bits become plain channels.
    decoder.set_transformations(Transformations::EXPAND);
    Ok(decoder.read_info()?)
}

/// What the decoder's rows consist of, and whether their samples have 16 bits.
fn samples<R: BufRead + Seek>(reader: &Reader<R>) -> Result<(Samples, bool), Foreign> {
    let (colour, depth) = reader.output_color_type();
    let samples = match colour {
        ColorType::Grayscale => Samples::Grey,
        ColorType::GrayscaleAlpha => Samples::GreyAlpha,
        ColorType::Rgb => Samples::Rgb,
        ColorType::Rgba => Samples::Rgba,
        ColorType::Indexed => return Err("the palette was not expanded".into()),
    };
    Ok((samples, depth == BitDepth::Sixteen))
}

fn in_order<R: BufRead + Seek>(
    reader: &mut Reader<R>,
    conversion: &mut Conversion,
    rows: &mut Rows,
    watch: &Watch<'_>,
) -> Result<(), Foreign> {
    while let Some(row) = reader.next_row()? {
        watch.check()?;
        rows.next(|out| conversion.row(row.data(), out))?;
    }
    Ok(())
}

/// A pixel that has not come yet shows the one that stands for its neighbourhood, as in a viewer that is still loading.
fn interlaced<R: BufRead + Seek>(
    reader: &mut Reader<R>,
    size: Size,
    conversion: &mut Conversion,
    rows: &mut Rows,
    watch: &Watch<'_>,
) -> Result<(), Foreign> {
    let line = reader.output_line_size(size.width()).ok_or("the picture is larger than memory can be")?;
    let mut woven = vec![0; line * size.height() as usize];
    let (colour, depth) = reader.output_color_type();
    let bits = u8::try_from(colour.samples() * depth as usize)?;
    // In the first pass a row stands for eight.
    let mut begun = 0;
    let end = loop {
        watch.check()?;
        match reader.next_interlaced_row() {
            Ok(Some(row)) => {
                let InterlaceInfo::Adam7(place) = row.interlace() else {
                    break Err("a row is not interlaced".into());
                };
                splat_interlaced_row(&mut woven, line, row.data(), place, bits);
                begun += 8;
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.into()),
        }
    };
    for row in woven.chunks_exact(line).take(begun) {
        watch.check()?;
        rows.next(|out| conversion.row(row, out))?;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::probe;
    use std::error::Error as _;
    use std::io::{self, Cursor, Read, SeekFrom};
    use std::path::{Path, PathBuf};

    /// A file that makes its reader panic where so many bytes have been read.
    struct Trap<'a> {
        file: Cursor<&'a [u8]>,
        at: u64,
    }

    impl Read for Trap<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            self.fill_buf()?.read(to)
        }
    }

    impl BufRead for Trap<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            if self.file.position() >= self.at {
                // Like a panic, but for what is printed.
                std::panic::resume_unwind(Box::new("a defect"));
            }
            let ahead = self.file.fill_buf()?;
            Ok(&ahead[..ahead.len().min(9)])
        }

        fn consume(&mut self, count: usize) {
            self.file.consume(count);
        }
    }

    impl Seek for Trap<'_> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    #[test]
    fn a_decoder_that_panics_has_found_a_broken_picture() {
        let png = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/grey.png")).unwrap();
        let limits = Limits::default();
        for at in [0, 20, 60, png.len() as u64 / 2, u64::MAX] {
            let decoded = decoding(Format::Png, || {
                let mut reader = open(Trap { file: Cursor::new(&png), at }, true, &limits)?;
                while reader.next_row()?.is_some() {}
                Ok(())
            });
            match decoded {
                Ok(()) => assert_eq!(at, u64::MAX),
                Err(error) => {
                    assert_eq!(error.kind(), "decode");
                    assert_eq!(error.source().unwrap().to_string(), "panicked: a defect");
                }
            }
        }
    }

    #[test]
    fn time_that_is_out_is_no_damage() {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/logo.png")).unwrap();
        let limits = Limits::default();
        let stored = probe(&bytes, &limits).unwrap().stored;
        let structure = Structure::read(&bytes, true).unwrap();
        let expired = Watch::start(&limits, Some(std::time::Duration::ZERO), None);
        assert!(read(&structure, stored, &Watch::unhurried(&limits), Data::Cut).is_ok());
        assert!(read(&structure, stored, &expired, Data::Cut).is_err());
        assert!(matches!(decode(&bytes, stored, true, &expired), Err(Error::Deadline { .. })));
    }

    /// The pixels of a PNG as RGBA in its own depth, before the colour step.
    fn rgba(bytes: &[u8]) -> Result<(usize, Vec<u8>), Foreign> {
        probe(bytes, &Limits::default())?;
        let limits = Limits::default();
        let watch = Watch::unhurried(&limits);
        let mut reader = open(Structure::read(bytes, false)?.bare(&watch), true, &limits)?;
        let (samples, deep) = samples(&reader)?;
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels)?;
        reader.finish()?;
        let sample = if deep { 2 } else { 1 };
        let opaque = [255; 2];
        let mut rgba = Vec::new();
        for pixel in pixels.chunks_exact(samples.count() * sample) {
            let (colour, alpha) = match samples {
                Samples::GreyAlpha | Samples::Rgba => pixel.split_at(pixel.len() - sample),
                _ => (pixel, &opaque[..sample]),
            };
            rgba.extend(colour.repeat(3 * sample / colour.len()));
            rgba.extend(alpha);
        }
        Ok((8 * sample, rgba))
    }

    /// The file of this name in a folder of PngSuite, or under a longer name in the corpus.
    fn found(dir: &Path, name: &str) -> Option<PathBuf> {
        ["", "robust/pngsuite__", "robust/libpng-pngsuite__"]
            .iter()
            .map(|before| dir.join(format!("{before}{name}")))
            .find(|path| path.is_file())
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn pngsuite_has_the_pixels_that_libpng_gives() {
        let named = ["PUSHPIX_PNGSUITE", "PUSHPIX_CORPUS"].iter().find_map(std::env::var_os);
        let Some(dir) = named.map(PathBuf::from) else {
            eprintln!("skipped: neither PUSHPIX_PNGSUITE nor PUSHPIX_CORPUS names a folder");
            return;
        };
        let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pngsuite.tsv");
        let table = std::fs::read_to_string(table).unwrap();
        let (mut valid, mut refused) = (0, 0);
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let Some(path) = found(&dir, cells[0]) else { continue };
            let read = rgba(&std::fs::read(path).unwrap());
            if let [name, bits, crc] = cells[..] {
                let (depth, pixels) = read.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(
                    (depth.to_string().as_str(), format!("{:08x}", crc32fast::hash(&pixels)).as_str()),
                    (bits, crc),
                    "{name}"
                );
                valid += 1;
            } else {
                assert!(read.is_err(), "{line} is taken");
                refused += 1;
            }
        }
        eprintln!("{valid} files have libpng's pixels, {refused} are refused");
        assert!(valid > 0);
    }
}
