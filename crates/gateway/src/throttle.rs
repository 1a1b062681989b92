//! How fast a route may be called: a token bucket. Time is an argument.

use std::time::Duration;

/// A bucket of tokens: `burst` at most, `rate` more each second.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    rate: f64,
    burst: f64,
    tokens: f64,
    at: Duration,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub fn new(rate: f64, burst: f64) -> Self {
        Self { rate, burst, tokens: burst, at: Duration::ZERO }
    }

    /// Takes a token; `now` is since whatever moment, and never goes back for long.
    pub fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.tokens = passed.mul_add(self.rate, self.tokens).min(self.burst);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = Bucket::new(2.0, 3.0);
        let now = Duration::from_secs(5);
        let passed = (0..10).filter(|_| bucket.take(now)).count();
        assert_eq!(passed, 3);
        assert!(!bucket.take(now + Duration::from_millis(400)));
        assert!(bucket.take(now + Duration::from_millis(500)));
    }

    #[test]
    fn nothing_passes_where_the_burst_is_nothing() {
        assert!(!Bucket::new(5.0, 0.0).take(Duration::from_secs(100)));
    }

    proptest! {
        #[test]
        fn never_more_pass_than_burst_and_rate_allow(
            rate in 0.0..50.0f64, burst in 0.0..50.0f64, steps in prop::collection::vec(0u64..200, 1..200),
        ) {
            let mut bucket = Bucket::new(rate, burst);
            let (mut now, mut passed) = (Duration::ZERO, 0.0);
            for step in steps {
                now += Duration::from_millis(step);
                passed += f64::from(u8::from(bucket.take(now)));
            }
            prop_assert!(passed <= burst + rate * now.as_secs_f64() + 1e-6);
        }
    }
}
