//! A token bucket that is one point in time: when it will be full again.

use std::time::Duration;

/// So many tokens in so much time, refilled continuously. A full bucket holds that many and no
/// more, whatever time goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    window: Duration,
    /// What one token takes to come back; longer than the window when there are none at all.
    interval: Duration,
}

impl Rate {
    /// That many tokens in that much time. No tokens means that nothing is ever let through.
    #[must_use]
    pub fn new(tokens: u32, window: Duration) -> Self {
        let interval = window.checked_div(tokens).unwrap_or(window * 2);
        Self { window, interval }
    }
}

/// A bucket of tokens; full to begin with. Times are since any fixed point, and never go back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    full_at: Duration,
}

impl Bucket {
    /// Takes one token.
    ///
    /// # Errors
    /// How long to wait until there is one.
    pub fn take(&mut self, now: Duration, rate: Rate) -> Result<(), Duration> {
        let full_at = self.full_at.max(now) + rate.interval;
        match (full_at - now).checked_sub(rate.window) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                self.full_at = full_at;
                Ok(())
            }
        }
    }

    /// Nothing would be lost by forgetting it.
    #[must_use]
    pub fn is_full(&self, now: Duration) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn takes(bucket: &mut Bucket, now: Duration, rate: Rate) -> u32 {
        (0..).take_while(|_| bucket.take(now, rate).is_ok()).count().try_into().expect("few")
    }

    #[test]
    fn a_full_bucket_gives_all_its_tokens_and_refills_continuously() {
        for tokens in [1, 3, 7, 10, 1_000, 10_000] {
            let (rate, mut bucket) = (Rate::new(tokens, SECOND), Bucket::default());
            assert_eq!(takes(&mut bucket, SECOND, rate), tokens, "full");
            assert_eq!(takes(&mut bucket, SECOND * 2, rate), tokens, "full again");
            assert_eq!(takes(&mut bucket, SECOND * 99, rate), tokens, "time is not banked");
            let half = takes(&mut bucket, SECOND * 99 + SECOND / 2, rate);
            assert_eq!(half, tokens / 2, "half the time, half the tokens");
        }
    }

    #[test]
    fn the_wait_is_exact() {
        let (rate, mut bucket) = (Rate::new(4, SECOND), Bucket::default());
        assert_eq!(takes(&mut bucket, SECOND, rate), 4);
        let wait = bucket.take(SECOND, rate).expect_err("empty");
        assert_eq!(wait, SECOND / 4);
        assert!(bucket.take(SECOND + wait - Duration::from_nanos(1), rate).is_err());
        assert!(bucket.take(SECOND + wait, rate).is_ok());
    }

    #[test]
    fn no_tokens_let_nothing_through() {
        let (rate, mut bucket) = (Rate::new(0, SECOND), Bucket::default());
        assert_eq!(bucket.take(SECOND * 50, rate), Err(SECOND));
        assert!(bucket.is_full(SECOND * 50));
    }
}
