//! How fast an answer may leave: a burst at once, then so many bytes a second.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// Time is what it is told.
#[derive(Debug)]
pub(super) struct Pace {
    burst: u64,
    rate: Option<NonZeroU64>,
    /// When what was sent so far has had its time.
    free: Option<Instant>,
}

impl Pace {
    pub fn new(burst: u64, rate: Option<NonZeroU64>) -> Self {
        Self { burst, rate, free: None }
    }

    /// When a piece of so many bytes may leave; none is at once. It is counted as sent.
    pub fn due(&mut self, now: Instant, bytes: u64) -> Option<Instant> {
        let rate = self.rate?;
        let free = bytes.min(self.burst);
        self.burst -= free;
        let due = self.free.filter(|due| *due > now);
        let nanos = u128::from(bytes - free) * 1_000_000_000 / u128::from(rate.get());
        let takes = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        // A rate of a byte a century is no rate: whoever asks for it waits for the timeout.
        self.free = due.unwrap_or(now).checked_add(takes).or(due);
        due
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BURST: u64 = 6000;

    fn pace(rate: u64) -> Pace {
        Pace::new(BURST, NonZeroU64::new(rate))
    }

    #[test]
    fn a_burst_then_a_rate() {
        let now = Instant::now();
        let mut pace = pace(2000);
        assert_eq!(pace.due(now, BURST), None);
        assert_eq!(pace.due(now, 1000), None, "it pays with the time of the next");
        assert_eq!(pace.due(now, 1000), Some(now + Duration::from_millis(500)));
        assert_eq!(pace.due(now, 0), Some(now + Duration::from_secs(1)));
        assert_eq!(pace.due(now + Duration::from_secs(9), 1000), None, "idle time is no credit");
    }

    #[test]
    fn without_a_rate_all_is_a_burst() {
        let mut pace = Pace::new(0, None);
        assert_eq!((pace.due(Instant::now(), u64::MAX), pace.free), (None, None));
    }

    proptest! {
        /// Whatever the pieces and whenever they come: nothing leaves faster than the rate, but for
        /// the burst and the piece that leaves.
        #[test]
        fn no_history_is_faster(rate in 1u64..10_000, pieces in prop::collection::vec((0u64..5000, 0u64..2000), 1..50)) {
            let begin = Instant::now();
            let (mut pace, mut now, mut sent) = (pace(rate), begin, 0);
            for (bytes, idle) in pieces {
                now += Duration::from_millis(idle);
                now = pace.due(now, bytes).unwrap_or(now).max(now);
                let seconds = now.duration_since(begin).as_secs_f64();
                prop_assert!(sent as f64 <= BURST as f64 + seconds * rate as f64 + 5000.0 + 1.0);
                sent += bytes;
            }
        }
    }
}
