//! A server of both image APIs, JPush's v3 and EngageLab's v4, on a machine of your own. README says how it is run.
//!
//! It prints one line to standard output, `listening on http://ADDRESS`, and logs JSON to standard error. The contract
//! itself is [`pushpix::api`]; here is what that has not: the network, the clock, storage, chance.

mod app;
mod auth;
mod clock;
mod fetch;
mod guard;
mod http;
mod metrics;
mod options;
mod pictures;
mod pool;
mod serve;
mod store;
mod timed;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tokio::net::TcpListener;

use crate::app::{App, Failure};
use crate::options::Options;
use crate::serve::Times;

/// How long after the time that a call has its end is waited for when the server stops: what it still sends is passed
/// over, and the answer is sent.
const GRACE: Duration = Duration::from_secs(10);

/// How long threads that nobody waits for any more are waited for when the server stops: look-ups of names may take
/// longer.
const STRAGGLERS: Duration = Duration::from_secs(2);

/// How often what is expired is deleted.
const SWEEP: Duration = Duration::from_secs(60 * 60);

fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt().json().with_max_level(options.log).with_writer(std::io::stderr).init();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the server does not start");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    let listen = options.listen;
    let app = Arc::new(App::new(options)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done: Result<(), Failure> = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
        let address = listener.local_addr()?;
        let stop = serve::asked_to_stop()?;
        writeln!(std::io::stdout(), "listening on http://{address}")?;
        tokio::spawn(sweep(Arc::clone(&app)));
        let times = Times { write: app.write_timeout, grace: app.timeout + GRACE };
        serve::serve(listener, http::router(app), times, stop).await;
        Ok(())
    });
    runtime.shutdown_timeout(STRAGGLERS);
    done
}

/// Deletes what is expired, from time to time.
async fn sweep(app: Arc<App>) {
    let mut ticks = tokio::time::interval(SWEEP);
    // The first tick is at once, and the store was swept when it was opened.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let app = Arc::clone(&app);
        if let Err(error) = store::blocking(move || app.store.sweep()).await {
            tracing::error!(%error, "what is expired was not deleted");
        }
    }
}
