//! How many batches of a mapping are under way at once.

/// Batches at once, at the beginning.
const FIRST: usize = 5;
/// There may be one more each time so long has passed, milliseconds: 300 more a minute, as on AWS.
const STEP_MS: u64 = 200;

/// Grows while all that may be under way is, and gives way where the function is throttled.
#[derive(Debug)]
pub(super) struct Pace {
    width: usize,
    most: usize,
    changed: u64,
}

impl Pace {
    pub(super) fn new(most: usize) -> Self {
        Self { width: FIRST.min(most), most, changed: 0 }
    }

    /// Batches at once, at least one.
    pub(super) fn width(&self) -> usize {
        self.width.max(1)
    }

    /// All of them are under way, and there is more to do. Times are milliseconds of any clock.
    pub(super) fn full(&mut self, now: u64) {
        if now >= self.changed + STEP_MS && self.width < self.most {
            self.width += 1;
            self.changed = now;
        }
    }

    /// One was throttled.
    pub(super) fn throttled(&mut self, now: u64) {
        if now >= self.changed + STEP_MS {
            self.width = (self.width / 2).max(1);
            self.changed = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_slowly_and_gives_way_at_once() {
        let mut pace = Pace::new(7);
        assert_eq!(pace.width(), 5);
        for (now, width) in [(200, 6), (300, 6), (400, 7), (900, 7)] {
            pace.full(now);
            assert_eq!(pace.width(), width, "at {now}");
        }
        for (now, width) in [(1_000, 3), (1_001, 3), (1_200, 1), (1_400, 1)] {
            pace.throttled(now);
            assert_eq!(pace.width(), width, "at {now}");
        }
        assert_eq!(Pace::new(2).width(), 2);
    }
}
