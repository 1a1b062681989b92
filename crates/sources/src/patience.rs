//! When a batch that failed is tried again.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(60);

/// Twice as long after each failure, from a second to a minute.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Patience(u32);

impl Patience {
    /// How long to wait now.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = FIRST.saturating_mul(1 << self.0.min(10)).min(MOST);
        self.0 = self.0.saturating_add(1);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_a_minute() {
        let mut patience = Patience::default();
        let waits: Vec<u64> = (0..9).map(|_| patience.next().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
