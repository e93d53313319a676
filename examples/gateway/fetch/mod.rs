//! Fetching a picture by its address: GET over HTTP or HTTPS, with limits on bytes, time and redirects.
//! What comes back are bytes; whether they are a picture is told elsewhere.

mod dial;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, CONTENT_LENGTH, HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use pushpix::ByteSize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use url::{Position, Url};

pub(crate) use self::dial::{Dialler, Override, host};

/// The most bytes of a response's header.
const LONGEST_HEADER: usize = 16 * 1024;

/// What one fetch may cost.
#[derive(Debug, Clone)]
pub(crate) struct FetchLimits {
    /// The longest body, in bytes.
    pub(crate) max_bytes: u64,
    /// The time for all of it: names, connections, redirects, body.
    pub(crate) timeout: Duration,
    /// The most redirects that are followed.
    pub(crate) max_redirects: u32,
}

/// Why there is no body.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// It is no address of HTTP or HTTPS, or has a user's name in it.
    Address(&'static str),
    /// It leads to this address, which is not public, and what that is.
    Refused(IpAddr, &'static str),
    /// The name has no address.
    Name(std::io::Error),
    /// No connection, or one that broke.
    Connection(std::io::Error),
    /// Not HTTP, or an answer that ended before it was whole.
    Protocol(hyper::Error),
    /// Another status than 200.
    Status(u16),
    /// More redirects than are followed.
    Redirects(u32),
    /// The body is longer than this.
    TooLong(u64),
    /// Not done within this time.
    Late(Duration),
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(what) => f.write_str(what),
            // Which address a name leads to is not for whoever asks.
            Self::Refused(..) => f.write_str("its host is not public"),
            Self::Name(_) => f.write_str("its host is not known"),
            Self::Connection(_) => f.write_str("its host cannot be reached"),
            Self::Protocol(_) => f.write_str("the answer broke off or is not HTTP"),
            Self::Status(status) => write!(f, "the answer has status {status}"),
            Self::Redirects(most) => write!(f, "more than {most} redirects"),
            Self::TooLong(most) => write!(f, "longer than {most} bytes"),
            Self::Late(allowed) => write!(f, "not fetched within {} ms", allowed.as_millis()),
        }
    }
}

impl std::error::Error for FetchError {}

impl FetchError {
    /// What the log should say besides, and whoever asked should not know.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Refused(address, what) => Some(format!("{address} is {what}")),
            Self::Name(error) | Self::Connection(error) => Some(error.to_string()),
            Self::Protocol(error) => Some(error.to_string()),
            _ => None,
        }
    }

    /// The variant's name, for figures and logs.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Refused(..) => "refused",
            Self::Name(_) => "name",
            Self::Connection(_) => "connection",
            Self::Protocol(_) => "protocol",
            Self::Status(_) => "status",
            Self::Redirects(_) => "redirects",
            Self::TooLong(_) => "too_long",
            Self::Late(_) => "late",
        }
    }
}

/// Fetches pictures. It holds no connections from one to the next.
#[derive(Debug)]
pub(crate) struct Fetcher {
    limits: FetchLimits,
    dialler: Dialler,
    /// The memory that downloads may take: a permit for each [`UNIT`].
    memory: Arc<Semaphore>,
}

/// In what pieces memory is given out, in bytes.
const UNIT: u64 = 1024;

/// A part of the memory for downloads; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Room(Option<OwnedSemaphorePermit>);

impl Room {
    /// Gives back what is more than this many bytes.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let kept = units(bytes as u64);
        if let Some(permit) = &mut self.0 {
            drop(permit.split(permit.num_permits().saturating_sub(kept as usize)));
        }
    }
}

/// In how many pieces so many bytes fit.
fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

/// What a server's answer comes to.
enum Step {
    Body(Bytes),
    Elsewhere(Url),
}

impl Fetcher {
    /// A fetcher whose downloads take this much memory together, and never less than two of the longest do.
    pub(crate) fn new(limits: FetchLimits, dialler: Dialler, memory: ByteSize) -> Self {
        let memory = units(memory.as_u64()).max(units(limits.max_bytes.saturating_mul(2)));
        Self { limits, dialler, memory: Arc::new(Semaphore::new(memory as usize)) }
    }

    /// Waits for room for this many downloads, whatever their lengths will be. A call must ask once, for all.
    pub(crate) async fn room(&self, downloads: usize) -> Room {
        let units = units(self.limits.max_bytes.saturating_mul(downloads as u64));
        // The semaphore is never closed.
        Room(Arc::clone(&self.memory).acquire_many_owned(units).await.ok())
    }

    /// Fetches the body at an address.
    pub(crate) async fn fetch(&self, address: &str) -> Result<Bytes, FetchError> {
        let timeout = self.limits.timeout;
        tokio::time::timeout(timeout, self.follow(address)).await.unwrap_or(Err(FetchError::Late(timeout)))
    }

    /// Goes from redirect to redirect. Each is a new address, checked like the first.
    async fn follow(&self, address: &str) -> Result<Bytes, FetchError> {
        let mut url = Url::parse(address).map_err(|_| FetchError::Address("it is no address"))?;
        for _ in 0..=self.limits.max_redirects {
            match self.step(&url).await? {
                Step::Body(body) => return Ok(body),
                Step::Elsewhere(next) => url = next,
            }
        }
        Err(FetchError::Redirects(self.limits.max_redirects))
    }

    async fn step(&self, url: &Url) -> Result<Step, FetchError> {
        let stream = self.dialler.dial(url).await?;
        let mut builder = hyper::client::conn::http1::Builder::new();
        let handshake = builder.max_buf_size(LONGEST_HEADER).handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(FetchError::Protocol)?;
        // Dropping the set ends the connection, however this function is left.
        let mut driver = JoinSet::new();
        driver.spawn(connection);

        let response = sender.send_request(request(url)?).await.map_err(FetchError::Protocol)?;
        match response.status().as_u16() {
            200 => self.body(response).await.map(Step::Body),
            status @ (301 | 302 | 303 | 307 | 308) => {
                let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                let next = location.and_then(|location| url.join(location).ok());
                next.map(Step::Elsewhere).ok_or(FetchError::Status(status))
            }
            status => Err(FetchError::Status(status)),
        }
    }

    /// Reads the body, and stops as soon as it is too long, whatever its header says.
    async fn body(&self, response: Response<Incoming>) -> Result<Bytes, FetchError> {
        let max_bytes = self.limits.max_bytes;
        let is_too_long = |length: u64| length > max_bytes;
        let said = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if said.is_some_and(is_too_long) {
            return Err(FetchError::TooLong(max_bytes));
        }
        let mut body = response.into_body();
        // Room for what is said to come, so that it is not copied as it grows. It is within the caller's part of the
        // memory for downloads, and what never comes takes none.
        let mut bytes = Vec::with_capacity(said.and_then(|length| usize::try_from(length).ok()).unwrap_or(0));
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(FetchError::Protocol)?.into_data() {
                if is_too_long((bytes.len() + data.len()) as u64) {
                    return Err(FetchError::TooLong(max_bytes));
                }
                bytes.extend_from_slice(&data);
            }
        }
        // It may wait in the queue for long.
        bytes.shrink_to_fit();
        Ok(bytes.into())
    }
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, FetchError> {
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let request = Request::get(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, host)
        .header(ACCEPT, "image/png, image/jpeg")
        .header(USER_AGENT, concat!("pushpix-gateway/", env!("CARGO_PKG_VERSION")));
    request.body(Empty::new()).map_err(|_| FetchError::Address("it is no address"))
}
