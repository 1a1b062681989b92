//! The handle rooms above hold: state machines behind short locks, one shard a group of
//! accounts, and the permit that gives itself back.

use std::fmt;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fika_model::{FunctionArn, Scope, Throttle, VersionUid};

use crate::CountingService;
use crate::account::AccountSnapshot;
use crate::state::{Counting, CountingOptions, Held};

/// Accounts are spread over that many locks.
const SHARDS: usize = 16;

/// The Counting Service in this process. An admission is one short lock of its account's shard
/// and allocates nothing for a function that was seen lately.
#[derive(Clone)]
pub struct Counter {
    shards: Arc<[Arc<Shard>]>,
    epoch: Instant,
}

#[derive(Debug)]
struct Shard(Mutex<Counting>);

impl Shard {
    /// The books are whole after every call, so a panic elsewhere cannot have spoilt them.
    fn books(&self) -> MutexGuard<'_, Counting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One unit of concurrency, held while an invocation runs and given back when dropped.
#[must_use = "dropping a permit gives the concurrency back"]
#[derive(Debug)]
pub struct Permit {
    shard: Arc<Shard>,
    held: Option<Held>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.shard.books().release(held);
        }
    }
}

impl Counter {
    /// With nothing running.
    #[must_use]
    pub fn new(options: CountingOptions) -> Self {
        let shard = |_| Arc::new(Shard(Mutex::new(Counting::new(options))));
        Self { shards: (0..SHARDS).map(shard).collect(), epoch: Instant::now() }
    }

    /// [`CountingService::admit`], which never has to wait.
    ///
    /// # Errors
    /// The limit that was met, and when to try again.
    pub fn try_admit(
        &self,
        function: &FunctionArn,
        version: VersionUid,
    ) -> Result<Permit, Throttle> {
        self.try_admit_at(self.now(), function, version)
    }

    /// [`Counter::try_admit`] by another clock, which must be the only one: for simulations.
    ///
    /// # Errors
    /// The limit that was met, and when to try again.
    pub fn try_admit_at(
        &self,
        now: Duration,
        function: &FunctionArn,
        version: VersionUid,
    ) -> Result<Permit, Throttle> {
        let shard = self.shard(&function.scope);
        let held = shard.books().admit(now, function, version)?;
        Ok(Permit { shard: Arc::clone(shard), held: Some(held) })
    }

    /// Sets a function's reserved concurrency, or lifts it. Zero stops the function.
    pub fn reserve(&self, function: &FunctionArn, reserved: Option<u32>) {
        self.shard(&function.scope).books().reserve(self.now(), function, reserved);
    }

    /// Sets a version's provisioned concurrency: see [`Counting::provision`].
    pub fn provision(&self, function: &FunctionArn, version: VersionUid, amount: u32) {
        self.shard(&function.scope).books().provision(self.now(), function, version, amount);
    }

    /// Sets how many invocations an account may run at once in a region.
    pub fn set_limit(&self, scope: &Scope, limit: u32) {
        self.shard(scope).books().set_limit(self.now(), scope, limit);
    }

    /// Invocations of a function that run now.
    #[must_use]
    pub fn running(&self, function: &FunctionArn) -> u32 {
        self.shard(&function.scope).books().running(function)
    }

    /// How an account stands in a region.
    #[must_use]
    pub fn snapshot(&self, scope: &Scope) -> AccountSnapshot {
        self.shard(scope).books().snapshot(scope)
    }

    /// How every account stands that is in use, for metrics.
    #[must_use]
    pub fn snapshots(&self) -> Vec<(Scope, AccountSnapshot)> {
        let of = |shard: &Arc<Shard>| -> Vec<_> {
            shard.books().snapshots().map(|(scope, s)| (scope.clone(), s)).collect()
        };
        self.shards.iter().flat_map(of).collect()
    }

    fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// A plain sum is enough: a bad spread costs sharing a lock, nothing else.
    fn shard(&self, scope: &Scope) -> &Arc<Shard> {
        let mix = |sum: usize, b: u8| sum.wrapping_mul(31).wrapping_add(usize::from(b));
        let bytes = scope.account.as_str().bytes().chain(scope.region.as_str().bytes());
        &self.shards[bytes.fold(0, mix) % SHARDS]
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter").finish_non_exhaustive()
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new(CountingOptions::default())
    }
}

impl CountingService for Counter {
    fn left(&self, function: &FunctionArn) -> Option<u32> {
        self.shard(&function.scope).books().left(function)
    }

    fn admit(
        &self,
        function: &FunctionArn,
        version: VersionUid,
    ) -> impl Future<Output = Result<Permit, Throttle>> + Send {
        ready(self.try_admit(function, version))
    }
}
