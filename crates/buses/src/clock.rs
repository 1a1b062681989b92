//! What time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// The clock that schedules go by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Since when, milliseconds since 1970, and how many times as fast.
    faster: Option<(i64, i64)>,
}

impl Clock {
    /// A clock that has run so many times as fast as the machine's since a moment, milliseconds since 1970:
    /// for tests, which then see hours go by, and go on with them after a restart.
    #[must_use]
    pub fn faster(since: i64, times: i64) -> Self {
        Self { faster: Some((since, times.max(1))) }
    }

    /// The same from a text as in `1700000000000x60`; none where it is no such thing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (since, times) = text.split_once('x')?;
        Some(Self::faster(since.parse().ok()?, times.parse().ok()?))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now(self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        match self.faster {
            Some((since, times)) => since.saturating_add((now - since).saturating_mul(times)),
            None => now,
        }
    }

    /// How long so many of its milliseconds take, in the machine's.
    pub(crate) fn really(self, ms: i64) -> u64 {
        let times = self.faster.map_or(1, |(_, times)| times);
        u64::try_from(ms / times).unwrap_or(0)
    }
}
