//! Figures for Prometheus, in its text format.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::store::NewPicture;

/// The `Content-Type` of the figures.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The bounds between which durations are counted, in seconds.
const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    endpoint: &'static str,
    status: u16,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Slot {
    slot: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Endpoint {
    endpoint: &'static str,
}

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    calls: Family<Call, Counter>,
    seconds: Family<Endpoint, Histogram, fn() -> Histogram>,
    fetches: Family<Of, Counter>,
    stored: Family<Slot, Counter>,
    media: Gauge<u64, AtomicU64>,
    pictures: Gauge<u64, AtomicU64>,
    in_flight: Gauge<u64, AtomicU64>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("gateway");
        let (calls, fetches, stored) = (Family::default(), Family::default(), Family::default());
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        let (media, pictures, in_flight) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("calls", "Calls of the APIs that were answered", Family::clone(&calls));
        let help = "How long they took";
        registry.register_with_unit("call_duration", help, Unit::Seconds, Family::clone(&seconds));
        registry.register("fetches", "Pictures that were asked for from other servers", Family::clone(&fetches));
        registry.register("stored", "Pictures that were stored, by their slot", Family::clone(&stored));
        registry.register("media", "Media ids that are kept", Gauge::clone(&media));
        registry.register("pictures", "Pictures that are kept", Gauge::clone(&pictures));
        registry.register("in_flight", "Calls that are let in and not answered yet", Gauge::clone(&in_flight));
        Self { registry, calls, seconds, fetches, stored, media, pictures, in_flight }
    }

    /// A call was answered. The code is 0 for success.
    pub(crate) fn count_call(&self, endpoint: &'static str, status: u16, code: u16, took: Duration) {
        self.calls.get_or_create(&Call { endpoint, status, code }).inc();
        self.seconds.get_or_create(&Endpoint { endpoint }).observe(took.as_secs_f64());
    }

    /// A picture was fetched, or was not for a reason of this kind.
    pub(crate) fn count_fetch(&self, outcome: &'static str) {
        self.fetches.get_or_create(&Of { outcome }).inc();
    }

    /// These pictures were stored.
    pub(crate) fn count_stored(&self, pictures: &[NewPicture]) {
        for picture in pictures {
            self.stored.get_or_create(&Slot { slot: picture.slot.clone() }).inc();
        }
    }

    /// All figures, with these that are known elsewhere.
    pub(crate) fn text(&self, (media, pictures): (u64, u64), in_flight: u64) -> Result<String, fmt::Error> {
        self.media.set(media);
        self.pictures.set(pictures);
        self.in_flight.set(in_flight);
        let mut figures = String::new();
        text::encode(&mut figures, &self.registry)?;
        Ok(figures)
    }
}
