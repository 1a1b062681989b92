//! The counts and limits of one account in one region.

use std::collections::HashMap;
use std::time::Duration;

use fika_model::{Throttle, ThrottleReason};
use slab::Slab;

use crate::bucket::{Bucket, Rate};
use crate::sweep::Sweep;

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
    /// Of the limit, what is left for functions without a reservation.
    pub unreserved: u32,
}

#[derive(Debug, Default)]
struct Function {
    running: u32,
    reserved: Option<u32>,
    /// Its own requests a second; used only with a reservation.
    requests: Bucket,
}

#[derive(Debug)]
pub(crate) struct Account {
    limit: u32,
    /// Requests a second for each unit of concurrency; none for no such limit.
    requests_per_unit: Option<u32>,
    reserved: u32,
    running: u32,
    /// Of those running, the ones of functions without a reservation.
    running_unreserved: u32,
    /// Requests a second of all functions without a reservation.
    requests: Bucket,
    functions: Slab<Function>,
    by_name: HashMap<Box<str>, usize>,
    sweep: Sweep,
}

impl Account {
    pub(crate) fn new(limit: u32, requests_per_unit: Option<u32>) -> Self {
        Self {
            limit,
            requests_per_unit,
            reserved: 0,
            running: 0,
            running_unreserved: 0,
            requests: Bucket::default(),
            functions: Slab::new(),
            by_name: HashMap::new(),
            sweep: Sweep::default(),
        }
    }

    /// Counts one more invocation of that function and answers the function's key.
    pub(crate) fn admit(&mut self, now: Duration, name: &str) -> Result<usize, Throttle> {
        let key = self.function(now, name);
        let unreserved = self.unreserved();
        let function = &mut self.functions[key];
        let whole = self.running >= self.limit;
        let (full, limit, requests, reasons) = match function.reserved {
            Some(own) => (function.running >= own, own, &mut function.requests, &RESERVED),
            None => {
                let full = self.running_unreserved >= unreserved;
                (full, unreserved, &mut self.requests, &UNRESERVED)
            }
        };
        if full || whole {
            let reason = if full { reasons.concurrency } else { UNRESERVED.concurrency };
            return Err(Throttle { reason, retry_after: CONCURRENCY_RETRY });
        }
        if let Some(each) = self.requests_per_unit {
            requests
                .take(now, Rate::new(limit.saturating_mul(each), Duration::from_secs(1)))
                .map_err(|retry_after| Throttle { reason: reasons.rate, retry_after })?;
        }
        function.running += 1;
        self.running += 1;
        self.running_unreserved += u32::from(function.reserved.is_none());
        Ok(key)
    }

    /// One invocation of the function with that key has ended.
    pub(crate) fn release(&mut self, key: usize) {
        let function = &mut self.functions[key];
        function.running -= 1;
        self.running -= 1;
        self.running_unreserved -= u32::from(function.reserved.is_none());
    }

    /// Sets or lifts a function's reservation; what is running moves to the other side.
    pub(crate) fn reserve(&mut self, now: Duration, name: &str, reserved: Option<u32>) {
        let key = self.function(now, name);
        let function = &mut self.functions[key];
        let before = std::mem::replace(&mut function.reserved, reserved);
        self.reserved = self.reserved - before.unwrap_or(0) + reserved.unwrap_or(0);
        match (before, reserved) {
            (None, Some(_)) => self.running_unreserved -= function.running,
            (Some(_), None) => self.running_unreserved += function.running,
            _ => {}
        }
    }

    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    pub(crate) fn running(&self, name: &str) -> u32 {
        self.by_name.get(name).map_or(0, |&key| self.functions[key].running)
    }

    pub(crate) fn snapshot(&self) -> AccountSnapshot {
        let Self { running, limit, reserved, .. } = *self;
        AccountSnapshot { running, limit, reserved, unreserved: self.unreserved() }
    }

    /// Reservations beyond the limit leave nothing; that they leave
    /// `UNRESERVED_MINIMUM` is checked where they are made.
    fn unreserved(&self) -> u32 {
        self.limit.saturating_sub(self.reserved)
    }

    /// Nothing would be lost by forgetting it.
    pub(crate) fn is_idle(&mut self, now: Duration, default_limit: u32) -> bool {
        self.forget_idle(now);
        self.functions.is_empty() && self.requests.is_full(now) && self.limit == default_limit
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
            let idle = f.running == 0 && f.reserved.is_none() && f.requests.is_full(now);
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
