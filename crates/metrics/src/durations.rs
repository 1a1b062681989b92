//! Times, in buckets: percentiles of any number of them, at an error of 3 % at most.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Buckets between a power of two and the next.
const STEPS: u64 = 16;

/// How often which duration was seen. Buckets grow with the duration, a sixteenth of it each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Durations {
    count: u64,
    sum_us: u64,
    min_us: u64,
    max_us: u64,
    /// The buckets that have any, by their number.
    buckets: Vec<(u16, u32)>,
}

impl Durations {
    /// Adds one.
    pub fn record(&mut self, duration: Duration) {
        let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.min_us = if self.count == 0 { us } else { self.min_us.min(us) };
        self.max_us = self.max_us.max(us);
        self.count += 1;
        self.sum_us = self.sum_us.saturating_add(us);
        self.add(bucket(us), 1);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.min_us = if self.count == 0 { other.min_us } else { self.min_us.min(other.min_us) };
        self.max_us = self.max_us.max(other.max_us);
        self.count += other.count;
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        for (bucket, count) in &other.buckets {
            self.add(*bucket, *count);
        }
    }

    fn add(&mut self, bucket: u16, count: u32) {
        match self.buckets.binary_search_by_key(&bucket, |(number, _)| *number) {
            Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(count),
            Err(at) => self.buckets.insert(at, (bucket, count)),
        }
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All together, ms.
    #[must_use]
    pub fn sum_ms(&self) -> f64 {
        self.sum_us as f64 / 1_000.0
    }

    /// The shortest and the longest, ms; none if there are none.
    #[must_use]
    pub fn bounds_ms(&self) -> Option<(f64, f64)> {
        (self.count > 0).then(|| (self.min_us as f64 / 1_000.0, self.max_us as f64 / 1_000.0))
    }

    /// What so many percent of them are no longer than, ms; none if there are none.
    #[must_use]
    pub fn percentile_ms(&self, percent: f64) -> Option<f64> {
        let (min, max) = self.bounds_ms()?;
        let wanted = (percent.clamp(0.0, 100.0) / 100.0 * self.count as f64).ceil().max(1.0);
        let mut seen = 0_u64;
        for (bucket, count) in &self.buckets {
            seen += u64::from(*count);
            if seen as f64 >= wanted {
                return Some((middle_us(*bucket) / 1_000.0).clamp(min, max));
            }
        }
        Some(max)
    }

    /// How many are no longer than that, as far as buckets tell.
    #[must_use]
    pub fn up_to(&self, limit: Duration) -> u64 {
        let limit = limit.as_micros() as f64;
        let within = self.buckets.iter().take_while(|(bucket, _)| middle_us(*bucket) <= limit);
        within.map(|(_, count)| u64::from(*count)).sum()
    }
}

/// Below sixteen microseconds each has a bucket; above, each power of two has sixteen.
fn bucket(us: u64) -> u16 {
    if us < STEPS {
        return us as u16;
    }
    let power = u64::from(us.ilog2()) - u64::from(STEPS.ilog2());
    (power * STEPS + (us >> power)) as u16
}

/// The middle of a bucket, µs.
fn middle_us(bucket: u16) -> f64 {
    let bucket = u64::from(bucket);
    if bucket < 2 * STEPS {
        return bucket as f64;
    }
    let power = bucket / STEPS - 1;
    let step = (bucket % STEPS + STEPS) as f64;
    (step + 0.5) * (power as f64).exp2()
}
