//! The sandboxes and waiters of one function version.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use fika_model::{FunctionVersion, LaneId, SandboxId, TenantId, VersionUid};

/// How many idle sandboxes are looked at for one on the caller's lane, most recent first:
/// a bound, so that taking one from a large pool costs no more than from a small one.
const LOOKED_AT: usize = 64;

/// Whose sandboxes a pool has. What has served one tenant never serves another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The version they run.
    pub version: VersionUid,
    /// The tenant they are for, with tenant isolation.
    pub tenant: Option<TenantId>,
}

impl From<VersionUid> for Key {
    fn from(version: VersionUid) -> Self {
        Self { version, tenant: None }
    }
}

/// A sandbox that waits for an invocation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idle {
    pub sandbox: SandboxId,
    pub lane: Option<LaneId>,
    pub since: Duration,
    /// When it was ready first.
    pub born: Duration,
}

/// An invocation that waits for a sandbox.
#[derive(Debug)]
pub(crate) struct Waiter<R> {
    pub number: u64,
    pub since: Duration,
    pub near: Option<LaneId>,
    pub reply: R,
}

/// The pool of one version, or of one tenant of it. Two rules hold between calls: nobody waits while a sandbox is idle, and
/// at least as many sandboxes are starting as there are waiters.
#[derive(Debug)]
pub(crate) struct Pool<R> {
    pub version: Arc<FunctionVersion>,
    /// Least recently used in front.
    pub idle: VecDeque<Idle>,
    /// Oldest in front.
    pub waiters: VecDeque<Waiter<R>>,
    /// Sandboxes asked for whose creation has not been answered.
    pub starting: usize,
    /// Of those, the ones a worker is building; the others wait for growth or for room.
    pub creating: usize,
    /// Sandboxes of this version that are not forgotten yet, in whatever state.
    pub members: usize,
    /// The version was replaced or deleted: its sandboxes are not kept.
    pub retired: bool,
}

impl<R> Pool<R> {
    pub(crate) fn new(version: Arc<FunctionVersion>) -> Self {
        Self {
            version,
            idle: VecDeque::new(),
            waiters: VecDeque::new(),
            starting: 0,
            creating: 0,
            members: 0,
            retired: false,
        }
    }

    /// Takes the most recently used idle sandbox, of the caller's lane where there is one.
    pub(crate) fn take_idle(&mut self, near: Option<LaneId>) -> Option<Idle> {
        let near_one = near.and_then(|_| {
            let recent = self.idle.iter().enumerate().rev().take(LOOKED_AT);
            recent.filter(|(_, idle)| idle.lane == near).map(|(i, _)| i).next()
        });
        match near_one {
            Some(index) => self.idle.remove(index),
            None => self.idle.pop_back(),
        }
    }

    /// Takes an idle sandbox that is no longer to be used.
    pub(crate) fn remove_idle(&mut self, sandbox: SandboxId) {
        self.idle.retain(|idle| idle.sandbox != sandbox);
    }

    /// Takes a waiter that hung up.
    pub(crate) fn remove_waiter(&mut self, number: u64) -> Option<Waiter<R>> {
        let index = self.waiters.binary_search_by_key(&number, |w| w.number).ok()?;
        self.waiters.remove(index)
    }

    /// Takes those that have waited too long for room. The first waiters, as many as there are
    /// sandboxes being built, are sure of one and are not counted.
    pub(crate) fn take_overdue(
        &mut self,
        now: Duration,
        capacity_wait: Duration,
    ) -> impl Iterator<Item = Waiter<R>> {
        let from = self.creating.min(self.waiters.len());
        let unsure = self.waiters.iter().skip(from);
        let overdue = unsure.take_while(|w| w.since + capacity_wait <= now).count();
        self.waiters.drain(from..from + overdue)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members == 0 && self.waiters.is_empty()
    }
}
