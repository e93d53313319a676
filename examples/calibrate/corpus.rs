//! The pictures, their lossless canvases, and the score of a file against its canvas.

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Reference};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbaImage};
use pushpix::{Adapter, Effort, Format, Size, Spec, calibration};

use crate::Outcome;
use crate::arguments::{Arguments, Half};
use crate::mozjpeg;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Photo,
    Graphic,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Photo, Self::Graphic];

    /// The folder's name, which is that of the pictures too.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Photo => "photos",
            Self::Graphic => "graphics",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Which half it is of, even or odd.
    pub(crate) half: Half,
    path: PathBuf,
}

impl Picture {
    pub(crate) fn read(&self) -> Outcome<Vec<u8>> {
        fs::read(&self.path).map_err(|error| error.to_string())
    }
}

impl AsRef<Self> for Picture {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// The pictures of these kinds that the arguments select, by name.
pub(crate) fn pictures(arguments: &Arguments, kinds: &[Kind]) -> Outcome<Vec<Picture>> {
    let mut chosen = Vec::new();
    for &kind in kinds {
        let folder = arguments.corpus.join(kind.name());
        let unreadable = |error| format!("{}: {error}", folder.display());
        let mut paths = Vec::new();
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            paths.push(entry.map_err(unreadable)?.path());
        }
        paths.retain(|path| path.is_file());
        paths.sort();
        for (index, path) in paths.into_iter().enumerate() {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if arguments.half.contains(index) && name.contains(&arguments.only) {
                let half = if Half::Even.contains(index) { Half::Even } else { Half::Odd };
                chosen.push(Picture { name, kind, half, path });
            }
        }
    }
    if chosen.is_empty() {
        return Err(format!("{}: no such pictures", arguments.corpus.display()));
    }
    Ok(chosen)
}

/// Does `work` for each picture, some at a time; the results are in the order of the pictures. The first picture that
/// fails is named, and no others are begun.
pub(crate) fn for_each<P: AsRef<Picture> + Sync, T: Send>(
    pictures: &[P],
    threads: NonZeroUsize,
    work: impl Fn(&P) -> Outcome<T> + Sync,
) -> Outcome<Vec<T>> {
    let next = AtomicUsize::new(0);
    let worker = || -> Outcome<Vec<(usize, T)>> {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(picture) = pictures.get(index) else { return Ok(done) };
            match work(picture) {
                Ok(result) => done.push((index, result)),
                Err(message) => {
                    next.store(pictures.len(), Ordering::Relaxed);
                    return Err(format!("{}: {message}", picture.as_ref().name));
                }
            }
        }
    };
    let mut results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get()).map(|_| scope.spawn(worker)).collect();
        let mut results = Vec::new();
        for worker in workers {
            results.extend(worker.join().map_err(|_| "a worker panicked, see above")??);
        }
        Ok::<_, String>(results)
    })?;
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// 8-bit sRGB without alpha.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

impl Pixels {
    fn on_white(picture: &RgbaImage) -> Self {
        let lay = |value: u8, alpha: u8| {
            let (value, alpha) = (u32::from(value), u32::from(alpha));
            u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        };
        let rgb = picture.pixels().flat_map(|pixel| {
            let [r, g, b, alpha] = pixel.0;
            [lay(r, alpha), lay(g, alpha), lay(b, alpha)]
        });
        Self { width: picture.width(), height: picture.height(), rgb: rgb.collect() }
    }

    fn to_png(&self) -> Outcome<Vec<u8>> {
        let mut png = Vec::new();
        PngEncoder::new(&mut png)
            .write_image(&self.rgb, self.width, self.height, ExtendedColorType::Rgb8)
            .map_err(|error| format!("the canvas as png: {error}"))?;
        Ok(png)
    }

    fn for_score(&self) -> Outcome<PixelSlice<'_>> {
        let stride = self.rgb.len() / self.height.max(1) as usize;
        PixelSlice::new(&self.rgb, self.width, self.height, stride, PixelDescriptor::RGB8_SRGB)
            .map_err(|error| format!("the score: {error}"))
    }
}

/// What a picture is on the canvas before it is encoded, and all that is needed to score a file against it.
pub(crate) struct Canvas {
    /// As pushpix writes it, with alpha.
    pub(crate) png: Vec<u8>,
    /// The pixels on white, as PNG: pushpix makes the same JPEG of it as of the picture, without the large decode.
    pub(crate) opaque_png: Vec<u8>,
    pub(crate) pixels: Pixels,
    /// Whether anything shows through.
    pub(crate) transparent: bool,
    reference: Ssimulacra2Reference,
}

impl Canvas {
    pub(crate) fn of(picture: &[u8], size: Size) -> Outcome<Self> {
        let lossless = Adapter::new().with_format(Format::Png).with_effort(Effort::Fast);
        let png = lossless
            .adapt(picture, &Spec::custom(size))
            .map_err(|error| format!("the lossless canvas: {error}"))?
            .bytes;
        let decoded = decode_png(&png)?;
        let transparent = is_transparent(&decoded);
        let pixels = Pixels::on_white(&decoded);
        let opaque_png = if transparent { pixels.to_png()? } else { png.clone() };
        let reference =
            Ssimulacra2Reference::new(&pixels.for_score()?).map_err(|error| format!("the score: {error}"))?;
        Ok(Self { png, opaque_png, pixels, transparent, reference })
    }

    /// The pixels for the encoder with other figures than the crate's.
    pub(crate) fn for_tuning(&self) -> Outcome<calibration::Canvas> {
        let size = Size::new(self.pixels.width, self.pixels.height);
        let canvas = size.and_then(|size| calibration::Canvas::new(size, self.pixels.rgb.clone()));
        canvas.ok_or_else(|| "the canvas is not what its size says".to_owned())
    }

    /// The score of a file, on white.
    pub(crate) fn score(&self, file: &[u8], format: Format) -> Outcome<f64> {
        let pixels = match format {
            Format::Png => Pixels::on_white(&decode_png(file)?),
            _ => mozjpeg::decode(file)?,
        };
        if (pixels.width, pixels.height) != (self.pixels.width, self.pixels.height) {
            return Err(format!("the output is {}x{}, which is not the canvas", pixels.width, pixels.height));
        }
        self.reference.compare(&pixels.for_score()?).map_err(|error| format!("the score: {error}"))
    }
}

pub(crate) fn decode_png(file: &[u8]) -> Outcome<RgbaImage> {
    let picture = image::load_from_memory_with_format(file, ImageFormat::Png);
    Ok(picture.map_err(|error| format!("decoding the output: {error}"))?.into_rgba8())
}

pub(crate) fn is_transparent(picture: &RgbaImage) -> bool {
    picture.pixels().any(|pixel| pixel.0[3] < u8::MAX)
}

/// The size of a banner in pixels.
pub(crate) fn banner() -> Outcome<Size> {
    Size::new(984, 369).ok_or_else(|| "a side is zero".to_owned())
}

/// The size of an icon in pixels.
pub(crate) fn icon() -> Outcome<Size> {
    Size::new(144, 144).ok_or_else(|| "a side is zero".to_owned())
}
