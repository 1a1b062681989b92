//! The time, as queues have it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, as of the start, and from there on by a clock that never jumps: a message stays
/// hidden as long as it was asked to, whatever becomes of the machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
    at: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Instant::now(), at }
    }

    pub(crate) fn now(&self) -> u64 {
        let now = self.at.saturating_add(self.origin.elapsed());
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }
}
