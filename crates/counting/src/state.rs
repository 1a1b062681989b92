//! Permits of many accounts and regions. No clock, no task, no socket.

use std::collections::HashMap;
use std::time::Duration;

use fika_model::{FunctionArn, Scope, Throttle, VersionUid, limits};
use slab::Slab;

use crate::account::{Account, AccountSnapshot};
use crate::sweep::Sweep;

/// The limits of an account that has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountingOptions {
    /// Invocations at once, an account and region. Default: 1,000, as on AWS.
    pub account_concurrency: u32,
    /// Requests in any one second that all this concurrency is good for. The functions without a
    /// reservation together have as much of it as is theirs of the concurrency, and so does each
    /// function that has one. Default: ten for each unit, as on AWS. None: no limit.
    pub requests_per_second: Option<u32>,
}

/// The requests a second that go with concurrency.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Requests {
    /// So many a second for so many units.
    rule: Option<(u32, u32)>,
}

impl Requests {
    /// Those that go with that many units; rounded down, but one if there is any unit.
    pub(crate) fn of(self, units: u32) -> Option<u32> {
        let (requests, all) = self.rule?;
        let share = u64::from(requests) * u64::from(units) / u64::from(all.max(1));
        Some(u32::try_from(share).unwrap_or(u32::MAX).max(units.min(1)))
    }
}

impl Default for CountingOptions {
    fn default() -> Self {
        Self {
            account_concurrency: limits::ACCOUNT_CONCURRENCY,
            requests_per_second: Some(
                limits::ACCOUNT_CONCURRENCY * limits::REQUESTS_PER_CONCURRENCY,
            ),
        }
    }
}

/// One admitted invocation, as the books know it: give it back exactly once.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "what is held must be released"]
pub struct Held {
    account: u32,
    function: u32,
    /// Its version's provisioned concurrency, where it has such.
    share: Option<u32>,
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

    /// Counts one more invocation of that version of that function; the ARN's qualifier does not
    /// matter.
    ///
    /// # Errors
    /// The limit that was met; nothing was counted.
    pub fn admit(
        &mut self,
        now: Duration,
        function: &FunctionArn,
        version: VersionUid,
    ) -> Result<Held, Throttle> {
        let account = self.account(now, &function.scope);
        let (function, share) = self.accounts[account].admit(now, &function.name, version)?;
        let (account, function) = (small(account), small(function));
        Ok(Held { account, function, share: share.map(small) })
    }

    /// An admitted invocation has ended.
    #[expect(clippy::needless_pass_by_value, reason = "what is released must not be used again")]
    pub fn release(&mut self, held: Held) {
        // An account or a function with something running is never forgotten, so both exist.
        let share = held.share.map(|key| key as usize);
        self.accounts[held.account as usize].release(held.function as usize, share);
    }

    /// Sets a function's reserved concurrency, or lifts it. Zero stops the function.
    pub fn reserve(&mut self, now: Duration, function: &FunctionArn, reserved: Option<u32>) {
        let account = self.account(now, &function.scope);
        self.accounts[account].reserve(now, &function.name, reserved);
    }

    /// Sets a version's provisioned concurrency: so many of its invocations at once are sure to
    /// be admitted, out of what its function has reserved, or else of what the account has left.
    pub fn provision(
        &mut self,
        now: Duration,
        function: &FunctionArn,
        version: VersionUid,
        amount: u32,
    ) {
        let account = self.account(now, &function.scope);
        self.accounts[account].provision(now, &function.name, version, amount);
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

    /// Of what the functions of its account share, how many more invocations may run now; none for a function with a
    /// reservation, which shares nothing.
    #[must_use]
    pub fn left(&self, function: &FunctionArn) -> Option<u32> {
        let fresh = || Some(self.options.account_concurrency);
        let account = self.by_scope.get(&function.scope);
        account.map_or_else(fresh, |&key| self.accounts[key].left(&function.name))
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
        let CountingOptions { account_concurrency, requests_per_second } = self.options;
        let rule = requests_per_second.map(|requests| (requests, account_concurrency));
        Account::new(account_concurrency, Requests { rule })
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
