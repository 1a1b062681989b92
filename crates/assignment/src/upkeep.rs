//! What is done to the pools from outside: keep-alive, replaced versions, memory pressure, the
//! end; and how they look.

use std::collections::HashMap;
use std::ops::AddAssign;
use std::time::Duration;

use fika_model::{SandboxId, Throttle, ThrottleReason, VersionUid};

use crate::pool::{Idle, Key};
use crate::pools::{Action, Pools};
use crate::pressure::{Candidate, Survey};
use crate::states::State;
use crate::{AssignError, AssignmentOptions, OLDEST};

/// When to try again after a full machine: when room will come is not known.
const CAPACITY_RETRY: Duration = Duration::from_secs(1);

/// How one pool stands, or several together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolSnapshot {
    /// Sandboxes being placed, built or initialised.
    pub starting: usize,
    /// Sandboxes waiting for an invocation.
    pub idle: usize,
    /// Sandboxes that hold an invocation.
    pub busy: usize,
    /// Sandboxes whose end the worker has not confirmed yet.
    pub dead: usize,
    /// Invocations waiting for a sandbox.
    pub waiters: usize,
}

impl AddAssign for PoolSnapshot {
    fn add_assign(&mut self, other: Self) {
        self.starting += other.starting;
        self.idle += other.idle;
        self.busy += other.busy;
        self.dead += other.dead;
        self.waiters += other.waiters;
    }
}

impl<R> Pools<R> {
    /// Time has gone by: ends sandboxes that were idle too long or are
    /// too old, and throttles those who waited
    /// too long for room.
    pub fn tick(&mut self, now: Duration, options: &AssignmentOptions, out: &mut Vec<Action<R>>) {
        let mut stale = Vec::new();
        for pool in self.pools.values_mut() {
            let old = pool.idle.iter().take_while(|i| i.since + options.keep_alive <= now).count();
            stale.extend(pool.idle.drain(..old).map(|idle| idle.sandbox));
            let aged = |idle: &Idle| idle.born + OLDEST <= now;
            stale.extend(pool.idle.iter().filter(|idle| aged(idle)).map(|idle| idle.sandbox));
            pool.idle.retain(|idle| !aged(idle));
            let too_old = pool.kept.iter().filter(|idle| aged(idle));
            stale.extend(too_old.map(|idle| idle.sandbox));
            pool.kept.retain(|idle| !aged(idle));
            let overdue = pool.take_overdue(now, options.capacity_wait);
            out.extend(overdue.map(|waiter| Action::Refuse(waiter.reply, no_capacity())));
        }
        for sandbox in stale {
            self.retire(sandbox, out);
        }
        self.tick_provisions(now, options, out);
        for sandbox in std::mem::take(&mut self.condemned) {
            self.tell_to_end(sandbox, out);
        }
    }

    /// The version was replaced or deleted: its idle sandboxes end now, the others once they
    /// are idle and nobody waits.
    pub fn retire_version(&mut self, version: VersionUid, out: &mut Vec<Action<R>>) {
        let mut idle = Vec::new();
        for (_, pool) in self.pools.iter_mut().filter(|(key, _)| key.version == version) {
            pool.retired = true;
            pool.provision.set(0);
            idle.extend(pool.take_all().map(|idle| idle.sandbox));
        }
        for sandbox in idle {
            self.retire(sandbox, out);
        }
        self.pools.retain(|key, pool| key.version != version || !pool.is_empty());
    }

    /// Ends a sandbox if it is idle and not kept ahead: its memory is needed.
    pub fn evict(&mut self, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        let Some((s, pool)) = self.member(sandbox) else { return };
        if s.state == State::Idle && !s.ahead {
            pool.remove_idle(sandbox);
            self.retire(sandbox, out);
        }
    }

    /// The end: waiters are refused, idle sandboxes end now, the others once they are idle.
    pub fn drain(&mut self, out: &mut Vec<Action<R>>) {
        self.draining = true;
        let mut idle = Vec::new();
        for pool in self.pools.values_mut() {
            let waiters = pool.waiters.drain(..);
            out.extend(waiters.map(|w| Action::Refuse(w.reply, AssignError::Draining)));
            pool.provision.set(0);
            idle.extend(pool.take_all().map(|idle| idle.sandbox));
        }
        for sandbox in idle {
            self.retire(sandbox, out);
        }
        self.pools.retain(|_, pool| !pool.is_empty());
        let unplaced = self.sandboxes.iter().filter(|(_, s)| s.worker.is_none());
        for sandbox in unplaced.map(|(&id, _)| id).collect::<Vec<_>>() {
            self.still_wanted(sandbox);
        }
    }

    /// Nobody waits and no sandbox is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pools.is_empty()
    }

    /// Adds what could be given up here, and what already is.
    pub fn survey(&self, survey: &mut Survey) {
        for pool in self.pools.values() {
            for (position, idle) in pool.idle.iter().enumerate() {
                let sandbox = idle.sandbox;
                let Some(s) = self.sandboxes.get(&sandbox) else { continue };
                let Some(worker) = s.worker else { continue };
                let spare = position + 1 < pool.idle.len();
                survey.idle.push(Candidate {
                    sandbox,
                    worker,
                    memory_mb: s.memory_mb,
                    idle_since: idle.since,
                    spare,
                });
            }
        }
        for s in self.sandboxes.values().filter(|s| s.state == State::Dead && s.reserved) {
            if let Some(worker) = s.worker {
                *survey.leaving_mb.entry(worker).or_default() += u64::from(s.memory_mb);
            }
        }
    }

    /// How every pool stands.
    #[must_use]
    pub fn snapshot(&self) -> Vec<(Key, PoolSnapshot)> {
        let mut shots: HashMap<&Key, PoolSnapshot> = HashMap::with_capacity(self.pools.len());
        for (key, pool) in &self.pools {
            let shot = PoolSnapshot { waiters: pool.waiters.len(), ..PoolSnapshot::default() };
            shots.insert(key, shot);
        }
        for s in self.sandboxes.values() {
            shots.entry(&s.key).or_default().add(s.state);
        }
        shots.into_iter().map(|(key, shot)| (key.clone(), shot)).collect()
    }
}

fn no_capacity() -> AssignError {
    AssignError::Throttled(Throttle {
        reason: ThrottleReason::ConcurrentInvocationLimitExceeded,
        retry_after: CAPACITY_RETRY,
    })
}
