//! Servers that pictures are fetched from: they count who comes, and answer well or badly.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use pushpix::Spec;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto, version};

use crate::pictures::fixture;

/// A photo that no slot takes as it is.
pub(crate) static PHOTO: LazyLock<Vec<u8>> = LazyLock::new(|| fixture("photo.jpg"));
/// Pictures that OPPO's slots take as they are.
pub(crate) static BANNER: LazyLock<Vec<u8>> = LazyLock::new(|| adapted("oppo/large-image"));
pub(crate) static ICON: LazyLock<Vec<u8>> = LazyLock::new(|| adapted("oppo/large-icon"));

fn adapted(spec: &str) -> Vec<u8> {
    pushpix::adapt(&fixture("photo.jpg"), Spec::builtin(spec).unwrap()).unwrap().bytes
}

/// A server on loopback. Its thread ends with the tests.
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    hits: Arc<AtomicUsize>,
}

impl Origin {
    /// Answers each connection with this, once the request's head is read.
    pub(crate) fn answering(answer: impl Fn(&str, &mut dyn Write) + Send + Sync + 'static) -> Self {
        Self::accepting(TcpListener::bind("127.0.0.1:0").unwrap(), move |mut stream| {
            let path = path(&mut stream);
            answer(&path, &mut stream);
        })
    }

    /// Serves a picture at every path.
    pub(crate) fn serving(picture: &[u8]) -> Self {
        let answer = ok(picture);
        Self::answering(move |_, stream| ignore(stream.write_all(&answer)))
    }

    /// Serves the pictures of paths over TLS, with a certificate for these names that is returned in PEM.
    pub(crate) fn serving_https(
        names: &[&str],
        picture: impl Fn(&str) -> &'static [u8] + Send + Sync + 'static,
    ) -> (Self, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let origin = Self::accepting(TcpListener::bind("127.0.0.1:0").unwrap(), move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let path = path(&mut stream);
            ignore(stream.write_all(&ok(picture(&path))));
            stream.conn.send_close_notify();
            ignore(stream.flush());
        });
        (origin, cert.pem())
    }

    /// Hands each connection to a thread.
    pub(crate) fn accepting(listener: TcpListener, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let address = listener.local_addr().unwrap();
        let hits = Arc::new(AtomicUsize::new(0));
        let (counter, serve) = (Arc::clone(&hits), Arc::new(serve));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(stream.unwrap()));
            }
        });
        Self { address, hits }
    }

    /// How many connections were opened to it.
    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address of something at it, by this name for its host.
    pub(crate) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/cat.jpg", self.port())
    }
}

/// Reads a request's head, and tells its path.
fn path(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned()
}

/// An answer with a picture.
pub(crate) fn ok(picture: &[u8]) -> Vec<u8> {
    let mut answer = with_length(picture.len());
    answer.extend_from_slice(picture);
    answer
}

/// The head of an answer that promises so many bytes.
pub(crate) fn with_length(length: usize) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

/// An answer that leads elsewhere.
pub(crate) fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

/// Writes this again and again, at this pace, until nobody reads it; but no longer than a minute.
pub(crate) fn drip(stream: &mut dyn Write, bytes: &[u8], pace: Duration) {
    let started = std::time::Instant::now();
    while started.elapsed() < Duration::from_secs(60) && stream.write_all(bytes).and_then(|()| stream.flush()).is_ok() {
        std::thread::sleep(pace);
    }
}

/// The gateway may hang up whenever it likes.
pub(crate) fn ignore(_: std::io::Result<()>) {}
