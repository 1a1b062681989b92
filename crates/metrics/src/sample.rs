//! Numbers that were seen, put together.

use serde::{Deserialize, Serialize};

/// How many numbers there were, and what they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// How many.
    pub count: u64,
    /// All together.
    pub sum: u64,
    /// The smallest.
    pub min: u64,
    /// The largest.
    pub max: u64,
}

impl Sample {
    /// One number.
    #[must_use]
    pub fn of(number: u64) -> Self {
        Self { count: 1, sum: number, min: number, max: number }
    }

    /// So many things that happened, each a one; none where nothing did.
    #[must_use]
    pub fn times(times: u64) -> Option<Self> {
        (times > 0).then_some(Self { count: times, sum: times, min: 1, max: 1 })
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}
