//! The sandboxes and waiters of one function version.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use fika_model::{FunctionVersion, LaneId, SandboxId, TenantId, VersionUid};

use crate::provision::Provision;

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
    /// Of the sandboxes that are kept ahead, those that wait for an invocation.
    pub kept: VecDeque<Idle>,
    /// How many those are to be.
    pub provision: Provision,
    /// Oldest in front.
    pub waiters: VecDeque<Waiter<R>>,
    /// Sandboxes asked for whose creation has not been answered; not those to be kept ahead.
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
            kept: VecDeque::new(),
            provision: Provision::default(),
            waiters: VecDeque::new(),
            starting: 0,
            creating: 0,
            members: 0,
            retired: false,
        }
    }

    /// Takes the most recently used idle sandbox, of the caller's lane where there is one; of
    /// those that are kept ahead, if one of them is idle.
    pub(crate) fn take_idle(&mut self, near: Option<LaneId>) -> Option<Idle> {
        let idle = if self.kept.is_empty() { &mut self.idle } else { &mut self.kept };
        let near_one = near.and_then(|_| {
            let recent = idle.iter().enumerate().rev().take(LOOKED_AT);
            recent.filter(|(_, idle)| idle.lane == near).map(|(i, _)| i).next()
        });
        match near_one {
            Some(index) => idle.remove(index),
            None => idle.pop_back(),
        }
    }

    /// Takes all idle sandboxes.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = Idle> {
        self.idle.drain(..).chain(self.kept.drain(..))
    }

    /// Takes the oldest of the idle ones that are kept ahead, if there are more than are to be.
    pub(crate) fn take_surplus(&mut self) -> Option<Idle> {
        if self.provision.surplus() == 0 {
            return None;
        }
        let oldest = self.kept.iter().enumerate().min_by_key(|(_, idle)| idle.born)?.0;
        self.kept.remove(oldest)
    }

    /// Takes an idle sandbox that is no longer to be used.
    pub(crate) fn remove_idle(&mut self, sandbox: SandboxId) {
        self.idle.retain(|idle| idle.sandbox != sandbox);
        self.kept.retain(|idle| idle.sandbox != sandbox);
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
        self.members == 0 && self.waiters.is_empty() && !self.provision.is_wanted()
    }
}
