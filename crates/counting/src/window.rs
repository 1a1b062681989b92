//! So many in any one second, exactly: the moments of those that were let through.

use std::collections::VecDeque;
use std::time::Duration;

/// The second that a limit is about.
pub const SECOND: Duration = Duration::from_secs(1);

/// What was let through in the last second. A bucket would let twice its size through in the second
/// that begins when it is full; this never lets one through beyond the limit, whichever second
/// is looked at. It keeps eight bytes for each request of the last second, and adding one costs a constant
/// time on average. Times are since any fixed point, and never go back.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Nanoseconds, oldest in front.
    taken: VecDeque<u64>,
}

impl Window {
    /// Lets one more through, if fewer than `most` were in the last second.
    ///
    /// # Errors
    /// How long to wait until there is room for one.
    pub fn take(&mut self, now: Duration, most: u32) -> Result<(), Duration> {
        // Threads that take the time at once may come here the other way round.
        let now = nanos(now).max(self.taken.back().copied().unwrap_or(0));
        while self.taken.front().is_some_and(|&taken| taken + nanos(SECOND) <= now) {
            self.taken.pop_front();
        }
        // The limit may have been lowered: then more than one must go first.
        match self.taken.len().checked_sub(most as usize) {
            None => {
                self.taken.push_back(now);
                Ok(())
            }
            Some(over) => {
                let free_at = self.taken.get(over).map_or(now, |&taken| taken) + nanos(SECOND);
                Err(Duration::from_nanos(free_at - now))
            }
        }
    }

    /// Nothing would be lost by forgetting it.
    #[must_use]
    pub fn is_idle(&self, now: Duration) -> bool {
        self.taken.back().is_none_or(|&taken| taken + nanos(SECOND) <= nanos(now))
    }
}

/// Enough for five centuries.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn none_at_all_let_nothing_through() {
        let mut window = Window::default();
        assert_eq!(window.take(SECOND * 50, 0), Err(SECOND));
        assert!(window.is_idle(SECOND * 50));
    }

    #[test]
    fn a_lowered_limit_waits_for_all_that_is_over() {
        let mut window = Window::default();
        for ms in [0, 100, 200] {
            window.take(Duration::from_millis(ms), 3).expect("within the limit");
        }
        let now = Duration::from_millis(250);
        assert_eq!(window.take(now, 3), Err(Duration::from_millis(750)));
        assert_eq!(window.take(now, 1), Err(Duration::from_millis(950)));
        assert!(!window.is_idle(now) && window.is_idle(SECOND + now));
    }

    proptest! {
        /// In no second are there more than the limit, and never is one refused that would fit;
        /// the wait is exact.
        #[test]
        fn every_second_has_the_limit_and_no_more(
            most in 1..6u32,
            gaps in prop::collection::vec(0..400u64, 1..200),
        ) {
            let (mut window, mut now, mut taken) = (Window::default(), SECOND, Vec::new());
            for gap in gaps {
                now += Duration::from_millis(gap);
                let lately = taken.iter().filter(|&&at| now - at < SECOND).count();
                let answer = window.take(now, most);
                prop_assert_eq!(answer.is_ok(), lately < most as usize);
                match answer {
                    Ok(()) => taken.push(now),
                    Err(wait) => {
                        let mut early = window.clone();
                        prop_assert!(early.take(now + wait - Duration::from_nanos(1), most).is_err());
                        prop_assert!(early.take(now + wait, most).is_ok());
                    }
                }
            }
        }
    }
}
