//! How fast an account may call the control plane: a bucket for each kind of call.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fika_model::{Scope, Throttle, ThrottleReason, limits};

use crate::bucket::{Bucket, Rate};
use crate::sweep::Sweep;

/// What is called, as far as rates go ("Lambda quotas" of AWS's documentation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// GetFunction.
    GetFunction,
    /// GetPolicy.
    GetPolicy,
    /// Everything else but invocations, all together.
    Other,
}

/// Calls a second, an account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOptions {
    /// GetPolicy, and everything else together. Default: 15 each, as on AWS; GetFunction has as
    /// many times more as on AWS. None: no limit.
    pub per_second: Option<u32>,
    /// Calls saved up: those of so much time may come at once. Default: 10 minutes, so that a deploy tool
    /// never waits where a loop that ran away soon does.
    pub burst: Duration,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self { per_second: Some(limits::CONTROL_CALLS), burst: Duration::from_secs(600) }
    }
}

impl CallOptions {
    fn rate(self, call: Call) -> Option<Rate> {
        let per_second = u64::from(self.per_second?);
        let per_second = match call {
            Call::GetFunction => {
                per_second * u64::from(limits::GET_FUNCTION_CALLS)
                    / u64::from(limits::CONTROL_CALLS)
            }
            Call::GetPolicy | Call::Other => per_second,
        };
        let burst = self.burst.max(Duration::from_secs(1));
        let tokens = per_second.max(1).saturating_mul(burst.as_secs());
        Some(Rate::new(u32::try_from(tokens).unwrap_or(u32::MAX), burst))
    }
}

#[derive(Debug, Default)]
struct Books {
    accounts: HashMap<Scope, [Bucket; 3]>,
    sweep: Sweep,
}

/// The rates of calls. Clones are the same.
#[derive(Clone)]
pub struct Calls {
    options: CallOptions,
    books: Arc<Mutex<Books>>,
    epoch: Instant,
}

impl Calls {
    /// Nobody has called yet.
    #[must_use]
    pub fn new(options: CallOptions) -> Self {
        Self { options, books: Arc::default(), epoch: Instant::now() }
    }

    /// Counts one call of an account.
    ///
    /// # Errors
    /// When to try again.
    pub fn try_call(&self, scope: &Scope, call: Call) -> Result<(), Throttle> {
        self.try_call_at(self.epoch.elapsed(), scope, call)
    }

    fn try_call_at(&self, now: Duration, scope: &Scope, call: Call) -> Result<(), Throttle> {
        let Some(rate) = self.options.rate(call) else { return Ok(()) };
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let books = &mut *books;
        if !books.accounts.contains_key(scope) && books.sweep.is_due(books.accounts.len()) {
            books.accounts.retain(|_, buckets| !buckets.iter().all(|b| b.is_full(now)));
            books.sweep.done(books.accounts.len());
        }
        let buckets = books.accounts.entry(scope.clone()).or_default();
        let reason = ThrottleReason::CallerRateLimitExceeded;
        let taken = buckets[call as usize].take(now, rate);
        taken.map_err(|retry_after| Throttle { reason, retry_after })
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("options", &self.options).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fika_model::{AccountId, Region};

    fn scope(account: &str) -> Scope {
        let account = AccountId::new(account).expect("twelve digits");
        Scope { account, region: Region::new("eu-north-1").expect("a region") }
    }

    #[test]
    fn each_kind_and_each_account_has_its_own() {
        let calls = Calls::new(CallOptions { per_second: Some(3), burst: Duration::ZERO });
        let (now, one) = (Duration::from_secs(5), scope("123456789012"));
        let most = |scope: &Scope, call| {
            (0..100).take_while(|_| calls.try_call_at(now, scope, call).is_ok()).count()
        };
        assert_eq!(most(&one, Call::Other), 3);
        assert_eq!(most(&one, Call::GetPolicy), 3);
        assert_eq!(most(&one, Call::GetFunction), 20);
        assert_eq!(most(&scope("210987654321"), Call::Other), 3);
        let throttle = calls.try_call_at(now, &one, Call::Other).expect_err("none is left");
        assert_eq!(throttle.reason, ThrottleReason::CallerRateLimitExceeded);
        assert!(calls.try_call_at(now + throttle.retry_after, &one, Call::Other).is_ok());
    }

    #[test]
    fn a_deploy_tool_never_waits_by_default_and_a_loop_does() {
        let (calls, one) = (Calls::new(CallOptions::default()), scope("123456789012"));
        let most = (0..10_000)
            .take_while(|_| calls.try_call_at(Duration::ZERO, &one, Call::Other).is_ok());
        assert_eq!(most.count(), 9_000);
        let all = Calls::new(CallOptions { per_second: None, ..CallOptions::default() });
        assert!((0..10_000).all(|_| all.try_call_at(Duration::ZERO, &one, Call::Other).is_ok()));
    }
}
