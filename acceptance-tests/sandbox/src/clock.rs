//! The time of a sandbox.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::state::Timestamp;

/// Wall time at the start, and tokio's time from then on: a test that pauses
/// or advances tokio's clock moves the sandbox's times along.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    wall: SystemTime,
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { wall: SystemTime::now(), start: Instant::now() }
    }

    /// A clock that shows what this one does, and goes on with the clock of the runtime that it is made on.
    pub(crate) fn onwards(&self) -> Self {
        Self { wall: self.wall(), start: Instant::now() }
    }

    fn wall(&self) -> SystemTime {
        self.wall + self.start.elapsed()
    }

    pub(crate) fn now(&self) -> Timestamp {
        let since = self.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    /// The `Date` header of a reply.
    pub(crate) fn date(&self) -> String {
        httpdate::fmt_http_date(self.wall())
    }
}
