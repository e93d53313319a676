//! The command line: what can be said, and its translation into the library's terms.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};
use pushpix::{
    Adapter, ByteSize, Catalog, ChromaSubsampling, Effort, Format, JpegEncoder, Limits, Quality, Rgb8, Size, Spec,
    Upscale,
};

use crate::Failure;

/// Adapts pictures to the rules of push-notification channels.
///
/// Scaled in proportion, padded, never cropped, at the highest quality that fits the channel's byte cap.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Adapt pictures to channels and write the files
    Adapt(AdaptArgs),
    /// List the channels' rules
    Specs(SpecsArgs),
    /// Check files against channels' rules without changing them
    Verify(VerifyArgs),
    /// Tell what pictures are, from their headers
    Probe(ProbeArgs),
    /// Answer requests on standard input, one JSON object per line, on standard output
    Stream(StreamArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Files are named <stem>.<channel>-<image-type>.<ext>.\n\
    Exit code: 0 all done, 1 something failed and the rest was written, 2 wrong usage and nothing was done.")]
pub(crate) struct AdaptArgs {
    /// JPEG or PNG files, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) specs: SpecArgs,

    /// The folder to write to, made if it is not there [default: the current folder]
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    pub(crate) out_dir: Option<PathBuf>,

    /// The file to write, or - for standard output (reports go to standard error then); for one input and one spec
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,

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

    /// Print what would be done, from the headers alone, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Report in JSON, one object per line
    #[arg(long)]
    pub(crate) json: bool,

    /// Report failures only
    #[arg(long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

impl AdaptArgs {
    /// The adapter that these options ask for.
    pub(crate) fn adapter(&self) -> Result<Adapter, Failure> {
        let mut adapter = Adapter::new()
            .with_limits(self.limits.limits())
            .with_effort(self.effort)
            .with_jpeg_encoder(self.jpeg_encoder);
        if let (Some(min), Some(max)) = (self.min_quality, self.max_quality)
            && min > max
        {
            let what = format!("--min-quality {min} lies above --max-quality {max}");
            return Err(Failure::Usage(what));
        }
        if let Some(quality) = self.min_quality {
            adapter = adapter.with_min_quality(quality);
        }
        if let Some(quality) = self.max_quality {
            adapter = adapter.with_max_quality(quality);
        }
        if let Some(chroma) = self.chroma {
            adapter = adapter.with_chroma(chroma);
        }
        if let Some(background) = self.background {
            adapter = adapter.with_background(background);
        }
        if let FormatChoice::Only(format) = self.format {
            adapter = adapter.with_format(format);
        }
        if self.no_upscale {
            adapter = adapter.with_upscale(Upscale::Never);
        }
        Ok(adapter.with_lenient(self.lenient).with_keep_metadata(self.keep_metadata))
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
pub(crate) struct SpecsArgs {
    /// Spec ids or channel names; with them, sources and notes are shown too
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,

    /// One JSON object per line, with every figure and its source
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 every file complies, 1 one does not or cannot be read, 2 wrong usage.")]
pub(crate) struct VerifyArgs {
    /// JPEG or PNG files, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) specs: SpecArgs,

    /// Take broken pictures for as far as they go, with a warning
    #[arg(long)]
    pub(crate) lenient: bool,

    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// JPEG or PNG files, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A request: {\"id\":1,\"input\":\"photo.jpg\",\"spec\":\"oppo/large-image\",\"output\":\"out.jpg\"}\n\
    Instead of an id, \"spec\" may be {\"width\":984,\"height\":369,\"max_bytes\":40000,\"formats\":[\"jpeg\"],\"alpha\":\"keep\"}.\n\
    Optional: \"effort\", \"max_quality\", \"min_quality\", \"chroma\", \"jpeg_encoder\", \"background\", \"lenient\", \"keep_metadata\". An existing output is replaced."
)]
pub(crate) struct StreamArgs {
    /// Requests worked on at the same time. With more than one, a request must not read what another one writes
    #[arg(long, value_name = "N", default_value = "1", value_parser = value_parser!(u16).range(1..=256))]
    pub(crate) jobs: u16,

    #[command(flatten)]
    pub(crate) table: TableArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
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

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Longest input file: a number of bytes, or one with kB, KiB, MB or MiB [default: 64MiB]
    #[arg(long, value_name = "N")]
    max_input: Option<ByteSize>,

    /// Most pixels an input may have, width times height [default: 120000000]
    #[arg(long, value_name = "N")]
    max_pixels: Option<u64>,

    /// Most memory a decoded input, or a canvas, may take [default: 512MiB]
    #[arg(long, value_name = "N")]
    max_decoded: Option<ByteSize>,

    /// Most scans a progressive JPEG may have [default: 100]
    #[arg(long, value_name = "N")]
    max_scans: Option<u32>,
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
        if let Some(max_scans) = self.max_scans {
            limits = limits.with_max_scans(max_scans);
        }
        limits
    }
}
