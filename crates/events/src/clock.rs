//! What time it is, for the event side.

use tokio::time::{Duration, Instant};

/// Milliseconds since 1970, as they were at the start and counted on from there: a clock that is set meanwhile moves
/// nothing. Over a restart the system's clock decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
    wall: u64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let wall = since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        Self { start: Instant::now(), wall }
    }

    pub(crate) fn now(&self) -> u64 {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.wall.saturating_add(passed)
    }

    /// The moment of a time to come.
    pub(crate) fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms.saturating_sub(self.wall))
    }
}
