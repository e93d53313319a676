//! The server's life: it listens, serves each connection, and when it is asked to stop finishes what it has begun.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::timed::Timed;

/// The most connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 512;

/// How long a caller may take to send a request's header, and a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// What a connection reads at a time, and the longest header, in bytes.
const BUFFER: usize = 64 * 1024;

/// What may take how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// The sending of an answer.
    pub(crate) write: Duration,
    /// The end of the calls that have begun when the server stops.
    pub(crate) grace: Duration,
}

/// Serves until `stop` is done, and returns when the calls that had begun by then are answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, times: Times, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Without files to open, trying again at once would fail again.
                tracing::warn!(%error, "no connection was accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(BUFFER);
        let service = TowerToHyperService::new(router.clone());
        let connection =
            graceful.watch(builder.serve_connection(TokioIo::new(Timed::new(stream, times.write)), service));
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    tracing::info!("stopping");
    if tokio::time::timeout(times.grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("calls were left unanswered");
    }
}

/// Notices from now on when the process is asked to stop, by an interrupt or by SIGTERM; the future is done then.
#[cfg(unix)]
pub(crate) fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Notices from now on when the process is asked to stop, by Ctrl-C; the future is done then.
#[cfg(windows)]
pub(crate) fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
