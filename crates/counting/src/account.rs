//! The counts and limits of one account in one region.

use std::collections::HashMap;
use std::time::Duration;

use fika_model::{Throttle, ThrottleReason, VersionUid};
use slab::Slab;

use crate::function::{Function, Sums};
use crate::state::Requests;
use crate::sweep::Sweep;
use crate::window::Window;

/// When to try again after a concurrency limit: when an invocation will end is not known.
const CONCURRENCY_RETRY: Duration = Duration::from_secs(1);

/// How an account stands: for GetAccountSettings and for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSnapshot {
    /// Invocations running now.
    pub running: u32,
    /// Invocations that may run at once.
    pub limit: u32,
    /// Of the limit, what functions have reserved.
    pub reserved: u32,
    /// Of the limit, what is provisioned for functions without a reservation.
    pub provisioned: u32,
    /// Of the limit, what is left for everything else.
    pub unreserved: u32,
}

#[derive(Debug)]
pub(crate) struct Account {
    limit: u32,
    rule: Requests,
    sums: Sums,
    /// Requests of all functions without a reservation.
    requests: Window,
    functions: Slab<Function>,
    by_name: HashMap<Box<str>, usize>,
    sweep: Sweep,
}

impl Account {
    pub(crate) fn new(limit: u32, rule: Requests) -> Self {
        Self {
            limit,
            rule,
            sums: Sums::default(),
            requests: Window::default(),
            functions: Slab::new(),
            by_name: HashMap::new(),
            sweep: Sweep::default(),
        }
    }

    /// Counts one more invocation of that version of that function, and answers the keys of the
    /// function and of the version's share.
    pub(crate) fn admit(
        &mut self,
        now: Duration,
        name: &str,
        version: VersionUid,
    ) -> Result<(usize, Option<usize>), Throttle> {
        let key = self.function(now, name);
        let (whole, left) = (self.sums.running >= self.limit, self.unreserved());
        let function = &mut self.functions[key];
        let share = function.share(version);
        let reasons = if function.reserved.is_some() { &RESERVED } else { &UNRESERVED };
        let full =
            !function.covers(share) && function.is_full().unwrap_or(self.sums.on_demand >= left);
        if full || whole {
            let reason = if full { reasons.concurrency } else { UNRESERVED.concurrency };
            return Err(Throttle { reason, retry_after: CONCURRENCY_RETRY });
        }
        let (units, requests) = match function.reserved {
            Some(own) => (own, &mut function.requests),
            None => (self.limit.saturating_sub(self.sums.reserved), &mut self.requests),
        };
        if let Some(most) = self.rule.of(units) {
            requests
                .take(now, most)
                .map_err(|retry_after| Throttle { reason: reasons.rate, retry_after })?;
        }
        self.alter(key, |function| function.begin(share));
        Ok((key, share))
    }

    /// One invocation of the function with that key has ended.
    pub(crate) fn release(&mut self, key: usize, share: Option<usize>) {
        self.alter(key, |function| function.end(share));
    }

    /// Sets or lifts a function's reservation; what is running moves to the other side.
    pub(crate) fn reserve(&mut self, now: Duration, name: &str, reserved: Option<u32>) {
        let key = self.function(now, name);
        self.alter(key, |function| function.reserved = reserved);
    }

    /// Sets a version's provisioned concurrency; zero for none.
    pub(crate) fn provision(
        &mut self,
        now: Duration,
        name: &str,
        version: VersionUid,
        amount: u32,
    ) {
        let key = self.function(now, name);
        self.alter(key, |function| function.provision(version, amount));
    }

    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    pub(crate) fn running(&self, name: &str) -> u32 {
        self.by_name.get(name).map_or(0, |&key| self.functions[key].running)
    }

    /// Of what functions share, how many more invocations may run; none for one that has its own.
    pub(crate) fn left(&self, name: &str) -> Option<u32> {
        let reserved = self.by_name.get(name).and_then(|&key| self.functions[key].reserved);
        let free = self.unreserved().saturating_sub(self.sums.on_demand);
        reserved.is_none().then_some(free)
    }

    pub(crate) fn snapshot(&self) -> AccountSnapshot {
        let Sums { running, reserved, provisioned, .. } = self.sums;
        let (limit, unreserved) = (self.limit, self.unreserved());
        AccountSnapshot { running, limit, reserved, provisioned, unreserved }
    }

    /// Reservations beyond the limit leave nothing; that they leave
    /// `UNRESERVED_MINIMUM` is checked where they are made.
    fn unreserved(&self) -> u32 {
        self.limit.saturating_sub(self.sums.reserved).saturating_sub(self.sums.provisioned)
    }

    /// Changes a function, and the sums with it.
    fn alter(&mut self, key: usize, change: impl FnOnce(&mut Function)) {
        let function = &mut self.functions[key];
        let before = function.sums();
        change(function);
        let after = function.sums();
        let moved = |sum: u32, from: u32, to: u32| sum - from + to;
        let all = &mut self.sums;
        all.running = moved(all.running, before.running, after.running);
        all.reserved = moved(all.reserved, before.reserved, after.reserved);
        all.provisioned = moved(all.provisioned, before.provisioned, after.provisioned);
        all.on_demand = moved(all.on_demand, before.on_demand, after.on_demand);
    }

    /// Nothing would be lost by forgetting it.
    pub(crate) fn is_idle(&mut self, now: Duration, default_limit: u32) -> bool {
        self.forget_idle(now);
        self.functions.is_empty() && self.requests.is_idle(now) && self.limit == default_limit
    }

    fn function(&mut self, now: Duration, name: &str) -> usize {
        if let Some(&key) = self.by_name.get(name) {
            return key;
        }
        if self.sweep.is_due(self.functions.len()) {
            self.forget_idle(now);
        }
        let key = self.functions.insert(Function::default());
        self.by_name.insert(name.into(), key);
        key
    }

    fn forget_idle(&mut self, now: Duration) {
        self.by_name.retain(|_, &mut key| {
            let f = &self.functions[key];
            let idle = f.is_unused() && f.requests.is_idle(now);
            if idle {
                self.functions.remove(key);
            }
            !idle
        });
        self.sweep.done(self.functions.len());
    }
}

/// What the two kinds of function are told when they meet a limit.
struct Reasons {
    concurrency: ThrottleReason,
    rate: ThrottleReason,
}

const UNRESERVED: Reasons = Reasons {
    concurrency: ThrottleReason::ConcurrentInvocationLimitExceeded,
    rate: ThrottleReason::FunctionInvocationRateLimitExceeded,
};

const RESERVED: Reasons = Reasons {
    concurrency: ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded,
    rate: ThrottleReason::ReservedFunctionInvocationRateLimitExceeded,
};
