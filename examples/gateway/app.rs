//! What all calls share, made from the command line.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use pushpix::api::v3::{self, Channel};
use pushpix::api::v4;
use pushpix::{Adapter, ByteSize, Limits, Spec};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use url::Url;

use crate::auth::{Key, Keys};
use crate::clock::Clock;
use crate::fetch::{Dialler, FetchLimits, Fetcher};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::pool::Pool;
use crate::store::{Accounting, Store};

/// Why the server does not start.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The most memory that decoding one picture may take, and that scaling and encoding it may take besides.
const MEMORY: ByteSize = ByteSize::mebibytes(256);

/// What all calls share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) keys: Keys,
    pub(crate) store: Store,
    pub(crate) fetcher: Fetcher,
    pub(crate) pool: Pool,
    pub(crate) adapter: Adapter,
    pub(crate) metrics: Metrics,
    pub(crate) v3: v3::Policy,
    pub(crate) v4: v4::Policy,
    pub(crate) open: BTreeSet<Channel>,
    pub(crate) timeout: Duration,
    /// How long the sending of an answer may take.
    pub(crate) write_timeout: Duration,
    public_url: Option<Url>,
}

impl App {
    /// Opens the store, and reads the files that the options name.
    pub(crate) fn new(options: Options) -> Result<Self, Failure> {
        let (v3, v4) = policies(&options)?;
        let roots = options.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
        let allowed = options.allow_host.into_iter().collect();
        let max_download = options.max_download;
        let limits = FetchLimits {
            max_bytes: max_download.as_u64(),
            timeout: options.fetch_timeout,
            max_redirects: options.max_redirects,
        };
        let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let jobs = options.jobs.map_or_else(processors, usize::from);
        let accounting = Accounting {
            scope: options.quota,
            ahead_of_utc: i64::from(options.quota_zone) * 60 * 60,
            ids_per_day: options.ids_per_day,
        };
        let per_picture = Limits::default()
            .with_max_input(max_download.max(v3::UPLOAD_LIMIT))
            .with_max_decoded(MEMORY)
            .with_max_canvas(MEMORY);
        Ok(Self {
            keys: Keys::new(keys(&options.keys, options.keys_file.as_deref())?),
            store: Store::open(&options.data, Clock::ahead(options.clock_ahead), accounting, v3::LIFETIME)?,
            fetcher: Fetcher::new(limits, Dialler::new(allowed, options.resolve, roots)?, options.fetch_memory),
            pool: Pool::new(jobs, options.queue.into()),
            adapter: Adapter::new().with_limits(per_picture),
            metrics: Metrics::new(),
            v3,
            v4,
            open: options.channels.into_iter().collect(),
            timeout: options.timeout,
            write_timeout: options.write_timeout,
            public_url: options.public_url,
        })
    }

    /// What a channel's answer shows for a stored picture: for Xiaomi its whole address if this server knows its own,
    /// and else its id.
    pub(crate) fn name_for(&self, channel: Channel, id: &str) -> String {
        match &self.public_url {
            Some(base) if channel == Channel::Xiaomi => {
                format!("{}/media/{id}", base.as_str().trim_end_matches('/'))
            }
            _ => id.to_owned(),
        }
    }
}

/// The rules of both APIs. One that replaces OPPO's counts in both.
fn policies(options: &Options) -> Result<(v3::Policy, v4::Policy), Failure> {
    let (mut v3, mut v4) = (v3::Policy::default(), v4::Policy::default());
    v3.discontinued = options.discontinued;
    v3.unusable = options.unusable.into();
    v3.unset = options.unset.into();
    v4.adapt = options.v4_adapt;
    for id in &options.specs {
        let spec = Spec::builtin(id)?;
        v3 = v3.with_spec(spec.clone())?;
        for slot in [&mut v4.big_picture, &mut v4.small_picture] {
            if (slot.channel(), slot.image_type()) == (spec.channel(), spec.image_type()) {
                *slot = spec.clone();
            }
        }
    }
    Ok((v3, v4))
}

/// The keys that were given, or one that is made up. An option or a variable that is empty gives none.
fn keys(given: &[String], file: Option<&Path>) -> Result<Vec<Key>, Failure> {
    let given = given.iter().map(|pair| pair.trim()).filter(|pair| !pair.is_empty());
    let mut keys = given.map(str::parse).collect::<Result<Vec<Key>, _>>()?;
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let read: Result<Vec<Key>, _> = lines.map(str::parse).collect();
        keys.extend(read.map_err(|error| format!("{}: {error}", path.display()))?);
    }
    if keys.is_empty() {
        let pair = format!("test:{}", random_id()?);
        // It is of use only if it is seen, so it is written whatever is logged.
        let told = serde_json::json!({ "key": pair, "message": "no key was given: this one is valid until the end" });
        writeln!(std::io::stderr(), "{told}")?;
        keys.push(pair.parse()?);
    }
    Ok(keys)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    found.map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Sixteen bytes of the system's randomness.
pub(crate) fn random() -> Result<[u8; 16], getrandom::Error> {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => {
            tracing::error!(%error, "the system has no randomness");
            Err(error)
        }
    }
}

/// An id that cannot be guessed.
pub(crate) fn random_id() -> Result<String, getrandom::Error> {
    Ok(format!("{:032x}", u128::from_be_bytes(random()?)))
}
