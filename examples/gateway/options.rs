//! The command line. Every option has a default.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use pushpix::ByteSize;
use pushpix::api::v3::{Channel, Unset, Unusable};
use url::{Host, Url};

use crate::fetch::{self, Override};
use crate::store::Scope;

/// The JPush Image API v3 and the EngageLab Image API v4 on a machine of your own.
#[derive(Debug, Parser)]
#[command(name = "gateway", version)]
pub(crate) struct Options {
    /// Where to listen; port 0 picks a free one. The address is printed
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// The folder for pictures and records
    #[arg(long, value_name = "DIR", default_value = "gateway-data")]
    pub(crate) data: PathBuf,

    /// Who may call; can be given more than once. If no key is given in any way, one is made and
    /// written to standard error
    #[arg(long = "key", value_name = "APPKEY:MASTERSECRET", env = "GATEWAY_KEYS", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub(crate) keys: Vec<String>,

    /// A file of such keys, one a line; blank lines and those that begin with # are passed over
    #[arg(long, value_name = "FILE")]
    pub(crate) keys_file: Option<PathBuf>,

    /// The address under which phones reach this server: Xiaomi's pictures get whole addresses below it
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<Url>,

    /// The channels that are open; without oppo all calls of v4 are refused
    #[arg(long, value_name = "CHANNEL,...", value_delimiter = ',', value_parser = channel)]
    #[arg(default_values_t = Channel::ALL)]
    pub(crate) channels: Vec<Channel>,

    /// Make pictures for slots that their vendor has ended, too, which is Xiaomi's
    #[arg(long)]
    pub(crate) discontinued: bool,

    /// What becomes of an address that a channel cannot use
    #[arg(long, value_enum, default_value_t = OnUnusable::Error)]
    pub(crate) unusable: OnUnusable,

    /// How an answer shows a channel that has no picture
    #[arg(long, value_enum, default_value_t = ShowUnset::AsDocumented)]
    pub(crate) unset: ShowUnset,

    /// The rule to follow for a slot in place of the usual one, as in oppo/large-image@876x324; see `pushpix specs`
    #[arg(long = "spec", value_name = "ID")]
    pub(crate) specs: Vec<String>,

    /// Adapt pictures in API v4 too, where they are verified otherwise
    #[arg(long)]
    pub(crate) v4_adapt: bool,

    /// A host to fetch from though its address is not public; can be given more than once
    #[arg(long, value_name = "HOST", value_parser = fetch::host)]
    pub(crate) allow_host: Vec<Host>,

    /// An address to use for a host in place of what the system resolves it to, and checked like that; can be given
    /// more than once
    #[arg(long, value_name = "HOST=ADDRESS[:PORT]")]
    pub(crate) resolve: Vec<Override>,

    /// A file of certificates in PEM to trust besides those of the platform
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// The longest picture to fetch
    #[arg(long, value_name = "BYTES", default_value = "10MiB")]
    pub(crate) max_download: ByteSize,

    /// How much of what is fetched is held in memory at a time, by all calls together; a call whose pictures may not
    /// fit waits. At least what two of the longest take
    #[arg(long, value_name = "BYTES", default_value = "256MiB")]
    pub(crate) fetch_memory: ByteSize,

    /// The seconds that one fetch may take in all
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) fetch_timeout: Duration,

    /// The most redirects to follow
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    pub(crate) max_redirects: u32,

    /// How many pictures are worked on at a time; as many as there are processors unless set
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,

    /// How many calls may wait for that; more are turned away
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    pub(crate) queue: u16,

    /// The seconds within which a call is answered
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// The seconds within which a caller must have taken an answer
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) write_timeout: Duration,

    /// Who shares the daily quotas of OPPO's pictures
    #[arg(long, value_enum, default_value_t = Scope::App)]
    pub(crate) quota: Scope,

    /// The most media ids that are made in a day, counted like those quotas
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    pub(crate) ids_per_day: u32,

    /// The time zone in which the day of the quotas begins, in hours ahead of UTC
    #[arg(long, value_name = "HOURS", default_value_t = 8, allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(i8).range(-12..=14))]
    pub(crate) quota_zone: i8,

    /// What is logged to standard error
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log: tracing::Level,

    /// Seconds by which the server's clock is ahead, for tests
    #[arg(long, hide = true, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..1 << 32))]
    pub(crate) clock_ahead: u64,
}

/// [`Unusable`], as it is written on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnUnusable {
    /// It is an error
    Error,
    /// The channel is left as if it did not take such pictures
    Leave,
}

impl From<OnUnusable> for Unusable {
    fn from(on: OnUnusable) -> Self {
        match on {
            OnUnusable::Error => Self::Error,
            OnUnusable::Leave => Self::Leave,
        }
    }
}

/// [`Unset`], as it is written on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowUnset {
    /// Null in calls by URL, an empty string in those by file
    AsDocumented,
    /// Null
    Null,
    /// An empty string
    Empty,
    /// Not at all
    Absent,
}

impl From<ShowUnset> for Unset {
    fn from(show: ShowUnset) -> Self {
        match show {
            ShowUnset::AsDocumented => Self::AsDocumented,
            ShowUnset::Null => Self::Null,
            ShowUnset::Empty => Self::Empty,
            ShowUnset::Absent => Self::Absent,
        }
    }
}

fn channel(name: &str) -> Result<Channel, String> {
    Channel::of_name(name).ok_or_else(|| {
        let known: Vec<&str> = Channel::ALL.into_iter().map(Channel::name).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// The longest time that makes sense: a connection that is held for longer is held for no good.
const LONGEST_TIME: Duration = Duration::from_secs(60 * 60);

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() && time <= LONGEST_TIME => Ok(time),
        _ => Err(format!("expected more than 0 and at most {} seconds", LONGEST_TIME.as_secs())),
    }
}
