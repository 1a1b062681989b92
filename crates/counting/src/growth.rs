//! How fast a function may add sandboxes: a bucket for each function.

use std::collections::HashMap;
use std::time::Duration;

use fika_model::{FunctionArn, limits};

use crate::bucket::{Bucket, Rate};
use crate::sweep::Sweep;

/// New sandboxes of every function, all its versions together. Asked before a sandbox is made,
/// never by a warm invocation.
#[derive(Debug)]
pub struct Growth {
    rate: Rate,
    buckets: HashMap<FunctionArn, Bucket>,
    sweep: Sweep,
}

impl Default for Growth {
    /// AWS's: 1,000 in 10 s, refilled continuously.
    fn default() -> Self {
        Self::new(Rate::new(limits::GROWTH, limits::GROWTH_WINDOW))
    }
}

impl Growth {
    /// With that rate for each function.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: HashMap::new(), sweep: Sweep::default() }
    }

    /// Asks for one more sandbox of this function (unqualified ARN).
    ///
    /// # Errors
    /// How long to wait before asking again.
    pub fn take(&mut self, now: Duration, function: &FunctionArn) -> Result<(), Duration> {
        if let Some(bucket) = self.buckets.get_mut(function) {
            return bucket.take(now, self.rate);
        }
        if self.sweep.is_due(self.buckets.len()) {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
            self.sweep.done(self.buckets.len());
        }
        self.buckets.entry(function.clone()).or_default().take(now, self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fika_model::{AccountId, Region, Scope};

    fn function(name: &str) -> FunctionArn {
        let account = AccountId::new("123456789012").expect("twelve digits");
        let region = Region::new("eu-north-1").expect("a region");
        FunctionArn { scope: Scope { account, region }, name: name.into(), qualifier: None }
    }

    #[test]
    fn a_function_adds_a_thousand_at_once_and_then_a_hundred_a_second() {
        let mut growth = Growth::default();
        let now = Duration::from_secs(7);
        for _ in 0..1_000 {
            assert_eq!(growth.take(now, &function("a")), Ok(()));
        }
        assert_eq!(growth.take(now, &function("a")), Err(Duration::from_millis(10)));
        assert_eq!(growth.take(now, &function("b")), Ok(()), "each function has its own");
        assert_eq!(growth.take(now + Duration::from_millis(10), &function("a")), Ok(()));
    }

    #[test]
    fn functions_of_long_ago_are_forgotten() {
        let mut growth = Growth::default();
        for i in 0..10_000u64 {
            growth.take(Duration::from_secs(i), &function(&i.to_string())).expect("its first");
        }
        assert!(growth.buckets.len() <= 64, "{}", growth.buckets.len());
    }
}
