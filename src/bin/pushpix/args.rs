//! The command line: the commands, and what can be said to each. What several of them share stands in `options`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::options::{CostArgs, JobArgs, LimitArgs, OptionArgs, SpecArgs, TableArgs};

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
    /// Adapt many pictures: files, folders, patterns or lists of files, on all processors
    Batch(BatchArgs),
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

    #[command(flatten)]
    pub(crate) options: OptionArgs,

    /// Print what would be done, from the headers alone, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Report in JSON, one object per line
    #[arg(long)]
    pub(crate) json: bool,

    /// Report failures only
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The tree below each named folder is mirrored in DIR, without the folder's own name; so is that below \
    the fixed part of a pattern, and the paths of a list as they stand. Named files go to DIR itself. In folders, files \
    that are neither JPEG nor PNG are passed over and counted, unless they are named like one.\n\
    An interrupt (Ctrl-C) lets the pictures in flight finish; a second one ends them too.\n\
    Exit code: 0 all done, 1 something failed and the rest was written, 2 wrong usage and nothing was done, \
    130 interrupted."
)]
pub(crate) struct BatchArgs {
    /// Files, folders and patterns such as 'photos/**/*.jpg'
    #[arg(required_unless_present = "files_from", value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// A file that lists files, one per line, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,

    /// The names of --files-from end with a zero byte instead of a line's end, as `find -print0` writes them
    #[arg(long, requires = "files_from")]
    pub(crate) null: bool,

    #[command(flatten)]
    pub(crate) specs: SpecArgs,

    /// The folder to write to, made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: PathBuf,

    /// Name files by their input's whole name, photo.jpg.oppo-large-icon.jpg, so that photo.jpg and photo.png can stand
    /// in one folder
    #[arg(long)]
    pub(crate) full_names: bool,

    #[command(flatten)]
    pub(crate) jobs: JobArgs,

    /// Write a JSON object per picture and spec to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Go on with what an earlier run with the same report has left undone; files that it cannot vouch for are replaced
    #[arg(long, requires = "report", conflicts_with = "force")]
    pub(crate) resume: bool,

    /// Replace files that exist, the report too
    #[arg(long)]
    pub(crate) force: bool,

    /// Tell failures only
    #[arg(long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) options: OptionArgs,
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
    pub(crate) cost: CostArgs,
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
    Instead of \"input\", \"data\" may hold the file in base64. Without \"output\" the answer does.\n\
    Instead of an id, \"spec\" may be {\"width\":984,\"height\":369,\"max_bytes\":40000,\"formats\":[\"jpeg\"],\"alpha\":\"keep\"}.\n\
    Optional: \"effort\", \"max_quality\", \"min_quality\", \"chroma\", \"jpeg_encoder\", \"background\", \"lenient\", \"keep_metadata\". An existing output is replaced."
)]
pub(crate) struct StreamArgs {
    #[command(flatten)]
    pub(crate) jobs: JobArgs,

    /// Answer in the order in which answers are ready, not in that of the requests
    #[arg(long)]
    pub(crate) unordered: bool,

    #[command(flatten)]
    pub(crate) table: TableArgs,

    #[command(flatten)]
    pub(crate) cost: CostArgs,
}
