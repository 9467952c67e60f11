//! Measurements of the same thing.

use std::fmt;
use std::time::Duration;

/// Durations of several runs, shortest first.
#[derive(Debug, Default)]
pub struct Spread(Vec<Duration>);

impl Spread {
    /// Adds a run.
    pub fn push(&mut self, duration: Duration) {
        let place = self.0.partition_point(|other| *other <= duration);
        self.0.insert(place, duration);
    }

    /// The run in the middle; of an even number, the slower of the two.
    pub fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }
}

/// Median, fastest and slowest as three cells of a table.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |duration: Option<&Duration>| milliseconds(duration.copied());
        let [fastest, slowest] = [bound(self.0.first()), bound(self.0.last())];
        write!(f, "{} | {fastest} | {slowest}", milliseconds(Some(self.median())))
    }
}

fn milliseconds(duration: Option<Duration>) -> String {
    let milliseconds = duration.unwrap_or_default().as_secs_f64() * 1e3;
    let decimals = if milliseconds < 20.0 { 2 } else { 0 };
    format!("{milliseconds:.decimals$} ms")
}
