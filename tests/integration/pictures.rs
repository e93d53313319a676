//! Pictures for the tests: reading the fixtures, making small ones, and looking at what came out.

use std::collections::HashSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::ImageEncoder;
use image::codecs::png::PngEncoder;
use pushpix::{Format, Placement};

/// The folder of generated fixtures.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// A fixture's bytes.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(testdata().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The files of a folder whose names end in `.jpg` or `.png`, in order.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jpg" || extension == "png"));
    files.sort();
    assert!(!files.is_empty(), "{} has no pictures", dir.display());
    files
}

/// What an output file shows.
pub(crate) struct Seen {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Whether the file has an alpha channel or a transparent colour.
    pub(crate) has_alpha: bool,
    rgba: Vec<[u8; 4]>,
}

impl Seen {
    /// Decodes a JPEG by `jpeg-decoder`, a PNG by the `image` crate; mozjpeg and oxipng wrote them.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\x89PNG") {
            let picture = image::load_from_memory_with_format(bytes, image::ImageFormat::Png).unwrap();
            let rgba = picture.to_rgba8();
            return Self {
                format: Format::Png,
                width: rgba.width(),
                height: rgba.height(),
                has_alpha: picture.color().has_alpha(),
                rgba: rgba.pixels().map(|pixel| pixel.0).collect(),
            };
        }
        let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
        let pixels = decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        let channels = match info.pixel_format {
            jpeg_decoder::PixelFormat::L8 => 1,
            jpeg_decoder::PixelFormat::RGB24 => 3,
            other => panic!("a jpeg of {other:?}"),
        };
        Self {
            format: Format::Jpeg,
            width: info.width.into(),
            height: info.height.into(),
            has_alpha: false,
            rgba: pixels.chunks_exact(channels).map(|p| [p[0], p[channels / 2], p[channels - 1], 255]).collect(),
        }
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    pub(crate) fn at(&self, x: u32, y: u32) -> [u8; 4] {
        self.rgba[(y * self.width + x) as usize]
    }

    /// The colours that occur.
    pub(crate) fn colours(&self) -> HashSet<[u8; 4]> {
        self.rgba.iter().copied().collect()
    }

    /// The corners that lie in the padding.
    pub(crate) fn padded_corners(&self, placement: &Placement) -> Vec<[u8; 4]> {
        let (left, top) = (placement.x(), placement.y());
        let (right, bottom) = (left + placement.scaled().width(), top + placement.scaled().height());
        let corners = [(0, 0), (self.width - 1, 0), (0, self.height - 1), (self.width - 1, self.height - 1)];
        corners
            .into_iter()
            .filter(|&(x, y)| x < left || x >= right || y < top || y >= bottom)
            .map(|(x, y)| self.at(x, y))
            .collect()
    }

    /// The picture laid on white.
    pub(crate) fn on_white(mut self) -> Self {
        for pixel in &mut self.rgba {
            let alpha = u32::from(pixel[3]);
            let over = |value: u8| (u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255;
            *pixel = pixel.map(|value| u8::try_from(over(value)).unwrap());
            pixel[3] = 255;
        }
        self
    }

    /// The mean and the largest difference of what two pictures of one size show, in levels, and where the largest is.
    /// The colours of a pixel that is transparent in both are not seen.
    pub(crate) fn difference_seen(&self, other: &Self) -> (f64, u8, (u32, u32)) {
        assert_eq!(self.size(), other.size());
        let pixels = self.rgba.iter().zip(&other.rgba);
        let of_pixel = |(one, two): (&[u8; 4], &[u8; 4])| -> [u8; 4] {
            if one[3] == 0 && two[3] == 0 { [0; 4] } else { std::array::from_fn(|i| one[i].abs_diff(two[i])) }
        };
        let differences: Vec<[u8; 4]> = pixels.map(of_pixel).collect();
        let sum: u64 = differences.iter().flatten().copied().map(u64::from).sum();
        let greatest = differences.iter().flatten().copied().max().unwrap();
        let at = differences.iter().position(|pixel| pixel.contains(&greatest)).unwrap();
        let at = u32::try_from(at).unwrap();
        (sum as f64 / self.rgba.len() as f64 / 4.0, greatest, (at % self.width, at / self.width))
    }

    /// The mean and the largest difference of two pictures of one size, in levels.
    pub(crate) fn difference(&self, other: &Self) -> (f64, u8) {
        assert_eq!(self.size(), other.size());
        let differences = || {
            let pairs = self.rgba.iter().flatten().zip(other.rgba.iter().flatten());
            pairs.map(|(one, two)| one.abs_diff(*two))
        };
        let sum: u64 = differences().map(u64::from).sum();
        (sum as f64 / self.rgba.len() as f64 / 4.0, differences().max().unwrap())
    }
}

/// Whether two colours differ by no more than `tolerance` levels in any channel.
pub(crate) fn near(one: [u8; 4], two: [u8; 4], tolerance: u8) -> bool {
    one.iter().zip(two).all(|(one, two)| one.abs_diff(two) <= tolerance)
}

const LEFT: [u8; 4] = [200, 30, 30, 255];
const RIGHT: [u8; 4] = [30, 60, 190, 255];

/// A picture twice as wide as high, of one colour to the left and another to the right.
pub(crate) fn two_colours() -> Vec<u8> {
    let row = [[LEFT; 600], [RIGHT; 600]];
    png(1200, 600, &row.as_flattened().repeat(600))
}

/// That this is [`two_colours`] on a canvas of this size: whole, in proportion, in the middle, and all else blank.
#[track_caller]
pub(crate) fn assert_two_colours(picture: &[u8], (width, height): (u32, u32)) {
    let seen = Seen::of(picture);
    assert_eq!(seen.size(), (width, height));
    let (wide, high) = if width > 2 * height { (2 * height, height) } else { (width, width / 2) };
    let (left, top) = ((width - wide) / 2, (height - high) / 2);
    // Edges are soft.
    let soft = 4;
    for y in 0..height {
        for x in 0..width {
            let (from_left, from_top) = (x.abs_diff(left), y.abs_diff(top));
            let (from_right, from_bottom) = (x.abs_diff(left + wide), y.abs_diff(top + high));
            let from_middle = x.abs_diff(left + wide / 2);
            if [from_left, from_top, from_right, from_bottom, from_middle].into_iter().min().unwrap() < soft {
                continue;
            }
            let is_inside = (left..left + wide).contains(&x) && (top..top + high).contains(&y);
            let expected = match (is_inside, x < left + wide / 2) {
                (false, _) => [255; 4],
                (true, true) => LEFT,
                (true, false) => RIGHT,
            };
            assert!(near(seen.at(x, y), expected, 12), "{:?} and not {expected:?} at {x}, {y}", seen.at(x, y));
        }
    }
}

/// A PNG of these RGBA pixels.
pub(crate) fn png(width: u32, height: u32, rgba: &[[u8; 4]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder.write_image(rgba.as_flattened(), width, height, image::ExtendedColorType::Rgba8).unwrap();
    bytes
}

/// A PNG of these RGBA pixels with an EXIF orientation.
pub(crate) fn png_with_orientation(width: u32, height: u32, rgba: &[[u8; 4]], orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0".to_vec();
    exif[19] = orientation;
    let mut chunk = b"eXIf".to_vec();
    chunk.extend(&exif);
    let checksum = crc32(&chunk);

    let mut bytes = png(width, height, rgba);
    let after_header = 8 + 25;
    let tail = bytes.split_off(after_header);
    bytes.extend(u32::try_from(exif.len()).unwrap().to_be_bytes());
    bytes.extend(chunk);
    bytes.extend(checksum.to_be_bytes());
    bytes.extend(tail);
    bytes
}

/// The checksum of a PNG chunk, by the definition in the PNG specification.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}
