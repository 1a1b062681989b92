//! Permits of many accounts and regions. No clock, no task, no socket.

use std::collections::HashMap;
use std::time::Duration;

use fika_model::{FunctionArn, Scope, Throttle, limits};
use slab::Slab;

use crate::account::{Account, AccountSnapshot};
use crate::sweep::Sweep;

/// The limits of an account that has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountingOptions {
    /// Invocations at once, an account and region. Default: 1,000, as on AWS.
    pub account_concurrency: u32,
    /// Requests a second for each unit of concurrency: of the functions without a reservation
    /// together, and of each function that has one. Default: 10, as on AWS. None: no limit.
    pub requests_per_concurrency: Option<u32>,
}

impl Default for CountingOptions {
    fn default() -> Self {
        Self {
            account_concurrency: limits::ACCOUNT_CONCURRENCY,
            requests_per_concurrency: Some(limits::REQUESTS_PER_CONCURRENCY),
        }
    }
}

/// One admitted invocation, as the books know it: give it back exactly once.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "what is held must be released"]
pub struct Held {
    account: u32,
    function: u32,
}

/// The counts of every account and region. Times are since any fixed point, and never go back.
#[derive(Debug, Default)]
pub struct Counting {
    options: CountingOptions,
    accounts: Slab<Account>,
    by_scope: HashMap<Scope, usize>,
    sweep: Sweep,
}

impl Counting {
    /// With nothing running.
    #[must_use]
    pub fn new(options: CountingOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Counts one more invocation of that function, whatever the qualifier.
    ///
    /// # Errors
    /// The limit that was met; nothing was counted.
    pub fn admit(&mut self, now: Duration, function: &FunctionArn) -> Result<Held, Throttle> {
        let account = self.account(now, &function.scope);
        let function = self.accounts[account].admit(now, &function.name)?;
        Ok(Held { account: small(account), function: small(function) })
    }

    /// An admitted invocation has ended.
    #[expect(clippy::needless_pass_by_value, reason = "what is released must not be used again")]
    pub fn release(&mut self, held: Held) {
        // An account or a function with something running is never forgotten, so both exist.
        self.accounts[held.account as usize].release(held.function as usize);
    }

    /// Sets a function's reserved concurrency, or lifts it. Zero stops the function.
    pub fn reserve(&mut self, now: Duration, function: &FunctionArn, reserved: Option<u32>) {
        let account = self.account(now, &function.scope);
        self.accounts[account].reserve(now, &function.name, reserved);
    }

    /// Sets how many invocations an account may run at once in a region.
    pub fn set_limit(&mut self, now: Duration, scope: &Scope, limit: u32) {
        let account = self.account(now, scope);
        self.accounts[account].set_limit(limit);
    }

    /// Invocations of a function that run now.
    #[must_use]
    pub fn running(&self, function: &FunctionArn) -> u32 {
        let account = self.by_scope.get(&function.scope);
        account.map_or(0, |&key| self.accounts[key].running(&function.name))
    }

    /// How an account stands in a region.
    #[must_use]
    pub fn snapshot(&self, scope: &Scope) -> AccountSnapshot {
        match self.by_scope.get(scope) {
            Some(&key) => self.accounts[key].snapshot(),
            None => self.fresh().snapshot(),
        }
    }

    /// How every account stands that is in use.
    pub fn snapshots(&self) -> impl Iterator<Item = (&Scope, AccountSnapshot)> {
        self.by_scope.iter().map(|(scope, &key)| (scope, self.accounts[key].snapshot()))
    }

    fn fresh(&self) -> Account {
        Account::new(self.options.account_concurrency, self.options.requests_per_concurrency)
    }

    fn account(&mut self, now: Duration, scope: &Scope) -> usize {
        if let Some(&key) = self.by_scope.get(scope) {
            return key;
        }
        if self.sweep.is_due(self.accounts.len()) {
            self.forget_idle(now);
        }
        let account = self.fresh();
        let key = self.accounts.insert(account);
        self.by_scope.insert(scope.clone(), key);
        key
    }

    fn forget_idle(&mut self, now: Duration) {
        let default_limit = self.options.account_concurrency;
        self.by_scope.retain(|_, &mut key| {
            let idle = self.accounts[key].is_idle(now, default_limit);
            if idle {
                self.accounts.remove(key);
            }
            !idle
        });
        self.sweep.done(self.accounts.len());
    }
}

/// Keys are dense, so they fit unless four billion functions run at once.
fn small(key: usize) -> u32 {
    u32::try_from(key).unwrap_or_else(|_| unreachable!("more than 2^32 functions at once"))
}
