//! How far a batch has come, on standard error: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use crate::complain;

/// The time between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) enum Progress {
    Bar(ProgressBar),
    Lines { all: u64, seen: u64, begun: Instant, last: Instant },
    Quiet,
}

impl Progress {
    pub(super) fn new(all: u64, quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !io::stderr().is_terminal() {
            let now = Instant::now();
            return Self::Lines { all, seen: 0, begun: now, last: now };
        }
        let bar = ProgressBar::new(all);
        let template = "{wide_bar} {human_pos} of {human_len}{msg}, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self::Bar(bar)
    }

    /// Notes that one more picture is done.
    pub(super) fn step(&mut self, failed: u64) {
        let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        match self {
            Self::Bar(bar) => {
                bar.set_message(failures);
                bar.inc(1);
            }
            Self::Lines { all, seen, begun, last } => {
                *seen += 1;
                if last.elapsed() >= PAUSE {
                    *last = Instant::now();
                    let seconds = begun.elapsed().as_secs_f64();
                    #[expect(clippy::cast_precision_loss, reason = "for people")]
                    let (done, left) = (*seen as f64, all.saturating_sub(*seen) as f64);
                    let left = Duration::try_from_secs_f64(left * seconds / done).unwrap_or(Duration::MAX);
                    let left = HumanDuration(left);
                    complain(&format!("{seen} of {all}{failures}, {:.1}/s, {left} left", done / seconds));
                }
            }
            Self::Quiet => {}
        }
    }

    /// Says something that is not to be lost.
    pub(super) fn say(&self, what: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| complain(what)),
            Self::Lines { .. } | Self::Quiet => complain(what),
        }
    }

    pub(super) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
