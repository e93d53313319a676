//! From an address to a connection: the name is resolved here, every address it has is checked, and one of those that
//! were checked is connected to. No second look-up lies between, in which a name could change.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto, version};
use url::{Host, Url};

use super::FetchError;
use crate::guard;

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

/// An answer to use in place of the system's for a name, as in `HOST=ADDRESS` or `HOST=ADDRESS:PORT`.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    host: Host,
    address: IpAddr,
    /// The port to connect to, whatever the address of the picture says.
    port: Option<u16>,
}

impl FromStr for Override {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected HOST=ADDRESS or HOST=ADDRESS:PORT";
        let (name, address) = text.split_once('=').ok_or(expected)?;
        let host = host(name).map_err(|_| expected)?;
        if let Ok(address) = address.parse() {
            return Ok(Self { host, address, port: None });
        }
        let address: SocketAddr = address.parse().map_err(|_| expected)?;
        Ok(Self { host, address: address.ip(), port: Some(address.port()) })
    }
}

/// A host as it stands in an address; an IPv6 address needs no brackets here.
pub(crate) fn host(text: &str) -> Result<Host, url::ParseError> {
    text.parse().map(|address: std::net::Ipv6Addr| Host::Ipv6(address)).or_else(|_| Host::parse(text))
}

/// How many names are looked up at a time. The system's look-up cannot be called off: it holds its thread, of which the
/// store needs some too, for as long as a name's servers are silent, whether or not anybody waits for it still.
const LOOKUPS: usize = 64;

/// Opens connections.
pub(crate) struct Dialler {
    allowed: HashSet<Host>,
    overrides: Vec<Override>,
    lookups: Arc<Semaphore>,
    tls: TlsConnector,
}

impl std::fmt::Debug for Dialler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialler").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Dialler {
    /// A dialler that trusts the platform's certificate authorities and `roots`, and lets these hosts be at any
    /// address.
    ///
    /// A platform without authorities is no error: addresses of HTTP need none.
    pub(crate) fn new(
        allowed: HashSet<Host>,
        overrides: Vec<Override>,
        roots: Vec<CertificateDer<'static>>,
    ) -> Result<Self, tokio_rustls::rustls::Error> {
        let mut store = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "a certificate store cannot be read");
        }
        store.add_parsable_certificates(native.certs);
        let (_, ignored) = store.add_parsable_certificates(roots);
        if store.is_empty() {
            tracing::warn!("no certificate authority is known: nothing can be fetched over https");
        }
        if ignored > 0 {
            tracing::warn!(ignored, "certificates that cannot be used");
        }
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
            .with_root_certificates(store)
            .with_no_client_auth();
        let lookups = Arc::new(Semaphore::new(LOOKUPS));
        Ok(Self { allowed, overrides, lookups, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Opens a connection to the host of an address.
    pub(super) async fn dial(&self, url: &Url) -> Result<Pin<Box<dyn Stream>>, FetchError> {
        let is_tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(FetchError::Address("only http and https addresses are fetched")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Address("it has a user name in it"));
        }
        let host = url.host().ok_or(FetchError::Address("it has no host"))?.to_owned();
        let port = url.port_or_known_default().ok_or(FetchError::Address("it has no port"))?;

        let addresses = self.resolve(&host, port).await?;
        if !self.allowed.contains(&host) {
            let refused = |to: &SocketAddr| guard::refusal(to.ip()).map(|why| FetchError::Refused(to.ip(), why));
            if let Some(error) = addresses.iter().find_map(refused) {
                return Err(error);
            }
        }
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(FetchError::Connection)?;
        if !is_tls {
            return Ok(Box::pin(stream));
        }
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name).map_err(|_| FetchError::Address("it has no host"))?,
            Host::Ipv4(address) => ServerName::from(IpAddr::from(address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::from(address)),
        };
        let stream = self.tls.connect(name, stream).await.map_err(FetchError::Connection)?;
        Ok(Box::pin(stream))
    }

    /// Every address of a host.
    async fn resolve(&self, host: &Host, port: u16) -> Result<Vec<SocketAddr>, FetchError> {
        let given = self.overrides.iter().filter(|entry| entry.host == *host);
        let given: Vec<SocketAddr> = given.map(|entry| (entry.address, entry.port.unwrap_or(port)).into()).collect();
        if !given.is_empty() {
            return Ok(given);
        }
        let name = match host {
            Host::Ipv4(address) => return Ok(vec![(*address, port).into()]),
            Host::Ipv6(address) => return Ok(vec![(*address, port).into()]),
            Host::Domain(name) => name.clone(),
        };
        let place = Arc::clone(&self.lookups)
            .acquire_owned()
            .await
            .map_err(|_| FetchError::Name(io::ErrorKind::Other.into()))?;
        let lookup = tokio::task::spawn_blocking(move || {
            let _place = place;
            (name.as_str(), port).to_socket_addrs().map(Vec::from_iter)
        });
        let addresses = lookup.await.map_err(io::Error::other).flatten().map_err(FetchError::Name)?;
        if addresses.is_empty() {
            return Err(FetchError::Name(io::ErrorKind::NotFound.into()));
        }
        Ok(addresses)
    }
}
