//! What several commands let one say: the specs, the options of an adaptation, and what it may cost; with their
//! translation into the library's terms.

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use pushpix::{
    Adapter, Batch, ByteSize, Catalog, ChromaSubsampling, Effort, Format, JpegEncoder, Limits, Quality, Rgb8, Size,
    Spec, Upscale,
};

use crate::{Failure, files};

/// Refuses, before any work, to read standard input twice.
pub(crate) fn check_standard_once(inputs: &[PathBuf]) -> Result<(), Failure> {
    if inputs.iter().filter(|input| files::is_standard(input)).count() > 1 {
        return Err(Failure::Usage("standard input can be read once only".to_owned()));
    }
    Ok(())
}

/// How pictures are adapted.
#[derive(Debug, Args)]
pub(crate) struct OptionArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,

    #[command(flatten)]
    pub(crate) cost: CostArgs,
}

/// Whatever an output depends on.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    /// Padding colour, also laid under transparent pictures: #rrggbb, #rgb, white or black
    /// [default: white, or transparent where the output keeps alpha]
    #[arg(long, value_name = "COLOUR")]
    background: Option<Rgb8>,

    /// Output format: auto (by the picture's alpha and by size), jpeg or png
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = format_or_auto)]
    format: FormatChoice,

    /// How much work to spend: fast, balanced or best
    #[arg(long, value_name = "EFFORT", default_value = "balanced")]
    effort: Effort,

    /// Highest JPEG quality, 1 to 100 [default: 93, or --min-quality where that is higher]
    #[arg(long, value_name = "N")]
    max_quality: Option<Quality>,

    /// Lowest JPEG quality, 1 to 100 [default: 10, or --max-quality where that is lower]
    #[arg(long, value_name = "N")]
    min_quality: Option<Quality>,

    /// Chroma subsampling of JPEGs, 4:4:4, 4:2:2 or 4:2:0 [default: what suits the picture and the cap]
    #[arg(long, value_name = "J:A:B")]
    chroma: Option<ChromaSubsampling>,

    /// What writes JPEGs: pushpix or mozjpeg
    #[arg(long, value_name = "NAME", default_value = "pushpix")]
    jpeg_encoder: JpegEncoder,

    /// Leave pictures that are smaller than the canvas at their size
    #[arg(long)]
    no_upscale: bool,

    /// Take broken pictures for as far as they go: what is missing shows the background
    #[arg(long)]
    lenient: bool,

    /// Put the input's EXIF and XMP data, where a photo was taken too, into the output
    #[arg(long)]
    keep_metadata: bool,
}

/// What a picture may cost. No output depends on it.
#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// Time allowed for each picture, such as 500ms or 2s [default: any]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deadline: Option<Duration>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

impl CostArgs {
    /// An adapter that costs no more.
    pub(crate) fn adapter(&self) -> Adapter {
        let adapter = Adapter::new().with_limits(self.limits.limits());
        match self.deadline {
            Some(allowed) => adapter.with_deadline(allowed),
            None => adapter,
        }
    }
}

/// A number of threads. Far more than there are processors only wait for each other.
fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= 1024);
    jobs.ok_or_else(|| "expected a number from 1 to 1024".to_owned())
}

/// A number of seconds or milliseconds.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').unwrap_or_default(), 1.0),
    };
    let seconds = number.trim().parse::<f64>().ok().map(|number| number * unit);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected a time such as 500ms or 2s".to_owned())
}

impl OptionArgs {
    /// The adapter that these options ask for.
    pub(crate) fn adapter(&self) -> Result<Adapter, Failure> {
        let look = &self.look;
        let mut adapter = self.cost.adapter().with_effort(look.effort).with_jpeg_encoder(look.jpeg_encoder);
        if let (Some(min), Some(max)) = (look.min_quality, look.max_quality)
            && min > max
        {
            let what = format!("--min-quality {min} lies above --max-quality {max}");
            return Err(Failure::Usage(what));
        }
        if let Some(quality) = look.min_quality {
            adapter = adapter.with_min_quality(quality);
        }
        if let Some(quality) = look.max_quality {
            adapter = adapter.with_max_quality(quality);
        }
        if let Some(chroma) = look.chroma {
            adapter = adapter.with_chroma(chroma);
        }
        if let Some(background) = look.background {
            adapter = adapter.with_background(background);
        }
        if let FormatChoice::Only(format) = look.format {
            adapter = adapter.with_format(format);
        }
        if look.no_upscale {
            adapter = adapter.with_upscale(Upscale::Never);
        }
        Ok(adapter.with_lenient(look.lenient).with_keep_metadata(look.keep_metadata))
    }
}

/// Which rules are meant.
#[derive(Debug, Args)]
pub(crate) struct SpecArgs {
    /// Spec id, channel name (its slots) or `all` (every supported slot); may be repeated
    #[arg(long = "spec", value_name = "ID", required_unless_present = "size")]
    specs: Vec<String>,

    /// A spec of your own: an exact canvas in pixels
    #[arg(long, value_name = "WxH")]
    size: Option<Size>,

    /// The byte cap of --size: a number, or one with kB, KiB, MB or MiB
    #[arg(long, value_name = "N", requires = "size")]
    max_bytes: Option<ByteSize>,

    #[command(flatten)]
    table: TableArgs,
}

impl SpecArgs {
    /// The specs asked for, each once, in the order they were named.
    pub(crate) fn selected(&self) -> Result<Vec<Spec>, Failure> {
        let catalog = self.table.catalog()?;
        let mut specs: Vec<Spec> = Vec::new();
        for selector in &self.specs {
            for spec in catalog.select(selector)? {
                if specs.iter().all(|known| known.id() != spec.id()) {
                    specs.push(spec.clone());
                }
            }
        }
        if let Some(size) = self.size {
            let own = Spec::custom(size);
            specs.push(match self.max_bytes {
                Some(max_bytes) => own.with_max_bytes(max_bytes),
                None => own,
            });
        }
        Ok(specs)
    }
}

#[derive(Debug, Clone, Copy)]
enum FormatChoice {
    Auto,
    Only(Format),
}

fn format_or_auto(text: &str) -> Result<FormatChoice, String> {
    if text == "auto" {
        return Ok(FormatChoice::Auto);
    }
    let format = text.parse().map_err(|_| "expected auto, jpeg or png".to_owned())?;
    Ok(FormatChoice::Only(format))
}

#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// A table of specs to use instead of the built-in one
    #[arg(long, value_name = "TOML")]
    specs_file: Option<PathBuf>,
}

impl TableArgs {
    /// The table named, or the built-in one.
    pub(crate) fn catalog(&self) -> Result<Catalog, Failure> {
        let Some(path) = &self.specs_file else {
            return Ok(Catalog::builtin().clone());
        };
        let named = |what: String| Failure::Usage(format!("{}: {what}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        Catalog::from_toml(&text).map_err(|error| named(error.to_string()))
    }
}

/// How many pictures at a time.
#[derive(Debug, Args)]
pub(crate) struct JobArgs {
    /// Pictures worked on at the same time [default: as many as processors; for stream 1]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,

    /// Most memory of pictures worked on at the same time [default: 256MiB for each]
    #[arg(long, value_name = "N")]
    max_in_flight: Option<ByteSize>,
}

impl JobArgs {
    /// A batch of so many, which are adapted by `adapter` unless they say otherwise.
    pub(crate) fn batch(&self, mut adapter: Adapter, default: Option<NonZeroUsize>) -> Batch {
        if let Some(max_in_flight) = self.max_in_flight {
            let limits = adapter.limits().clone().with_max_in_flight(max_in_flight);
            adapter = adapter.with_limits(limits);
        }
        match self.jobs.or(default) {
            Some(jobs) => Batch::new(adapter).with_threads(jobs),
            None => Batch::new(adapter),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Longest input file: a number of bytes, or one with kB, KiB, MB or MiB [default: 64MiB]
    #[arg(long, value_name = "N")]
    max_input: Option<ByteSize>,

    /// Most pixels an input may have, width times height [default: 120000000]
    #[arg(long, value_name = "N")]
    max_pixels: Option<u64>,

    /// Most memory a decoded input may take [default: 512MiB]
    #[arg(long, value_name = "N")]
    max_decoded: Option<ByteSize>,

    /// Most memory a canvas may take, with scaling and encoding [default: 1024MiB]
    #[arg(long, value_name = "N")]
    max_canvas: Option<ByteSize>,

    /// Longest ICC profile that is applied, and most metadata that --keep-metadata keeps [default: 8MiB]
    #[arg(long, value_name = "N")]
    max_metadata: Option<ByteSize>,

    /// Most scans a JPEG may have [default: 100]
    #[arg(long, value_name = "N")]
    max_scans: Option<u32>,

    /// Most pictures an animated PNG may have, of which the first is taken [default: 1000]
    #[arg(long, value_name = "N")]
    max_frames: Option<u32>,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(max_input) = self.max_input {
            limits = limits.with_max_input(max_input);
        }
        if let Some(max_pixels) = self.max_pixels {
            limits = limits.with_max_pixels(max_pixels);
        }
        if let Some(max_decoded) = self.max_decoded {
            limits = limits.with_max_decoded(max_decoded);
        }
        if let Some(max_canvas) = self.max_canvas {
            limits = limits.with_max_canvas(max_canvas);
        }
        if let Some(max_metadata) = self.max_metadata {
            limits = limits.with_max_metadata(max_metadata);
        }
        if let Some(max_scans) = self.max_scans {
            limits = limits.with_max_scans(max_scans);
        }
        if let Some(max_frames) = self.max_frames {
            limits = limits.with_max_frames(max_frames);
        }
        limits
    }
}
