//! The state machine: many pools, their sandboxes and their waiters. No clock, no task, no
//! socket. Times are since any fixed point, and never go back.
//!
//! Every call appends what is to be done to `out`. A sandbox's memory stays reserved until its
//! worker says that it is gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fika_model::{FunctionVersion, LaneId, SandboxId, TenantId, WorkerId};
use fika_placement::Demand;

use crate::pool::{Idle, Key, Pool, Waiter};
use crate::states::{Signal, State};
use crate::{AssignError, Lease, OLDEST};

/// What is to be done. `R` is how a waiter is answered.
#[derive(Debug)]
pub enum Action<R> {
    /// Hand the sandbox to a waiter. If the waiter is not there any more, the sandbox was not
    /// used: [`Pools::returned`].
    Grant(R, Lease),
    /// Tell a waiter that there will be no sandbox.
    Refuse(R, AssignError),
    /// Make a new sandbox: ask [`Pools::still_wanted`] and find a worker with room, then
    /// [`Pools::placed`]; or else [`Pools::failed`].
    Start(Start),
    /// Tell the worker to end a sandbox.
    Retire(WorkerId, SandboxId),
    /// Give the memory of a sandbox back, which is gone.
    Release(WorkerId, Demand),
}

/// A sandbox to be made.
#[derive(Debug, Clone)]
pub struct Start {
    /// Its id.
    pub sandbox: SandboxId,
    /// What it runs.
    pub version: Arc<FunctionVersion>,
    /// Whom it is for, with tenant isolation.
    pub tenant: Option<TenantId>,
    /// The lane of the one who asked.
    pub near: Option<LaneId>,
    /// Whether it is to be kept ahead of anybody asking.
    pub ahead: bool,
}

impl Start {
    pub(crate) fn key(&self) -> Key {
        Key { version: self.version.uid, tenant: self.tenant.clone() }
    }

    /// What it needs of a machine.
    #[must_use]
    pub fn demand(&self) -> Demand {
        Demand { memory_mb: self.version.memory_mb }
    }
}

/// A place in the queue of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub(crate) key: Key,
    pub(crate) number: u64,
}

#[derive(Debug)]
pub(crate) struct Sandbox {
    pub state: State,
    pub key: Key,
    pub memory_mb: u32,
    pub lane: Option<LaneId>,
    /// Where it is, once it is placed.
    pub worker: Option<WorkerId>,
    /// Memory is reserved for it on that worker.
    pub reserved: bool,
    /// The worker has not answered its creation yet.
    pub creating: bool,
    /// When it was ready first.
    pub born: Duration,
    /// It is one of those that are kept ahead, for all its life.
    pub ahead: bool,
    /// Since when it waits for room, if it is.
    pub hungry_since: Option<Duration>,
}

/// Pools of sandboxes by function version, and by tenant where those are kept apart.
#[derive(Debug)]
pub struct Pools<R> {
    pub(crate) pools: HashMap<Key, Pool<R>>,
    pub(crate) sandboxes: HashMap<SandboxId, Sandbox>,
    /// Sandboxes that did what no sandbox may do; retired at the next tick.
    pub(crate) condemned: Vec<SandboxId>,
    pub(crate) draining: bool,
    next_sandbox: u64,
    sandbox_step: u64,
    next_ticket: u64,
}

impl<R> Default for Pools<R> {
    fn default() -> Self {
        Self::shard(0, 1)
    }
}

impl<R> Pools<R> {
    /// Empty; one of `shards`. Ids of its sandboxes leave the remainder `index`.
    #[must_use]
    pub fn shard(index: u64, shards: u64) -> Self {
        Self {
            pools: HashMap::new(),
            sandboxes: HashMap::new(),
            condemned: Vec::new(),
            draining: false,
            next_sandbox: index + shards,
            sandbox_step: shards,
            next_ticket: 0,
        }
    }

    /// The warm path: an idle sandbox, the most recently used first, of lane `near` where there
    /// is one.
    pub fn acquire(&mut self, key: &Key, near: Option<LaneId>) -> Option<Lease> {
        let idle = self.pools.get_mut(key)?.take_idle(near)?;
        self.grant(idle.sandbox)
    }

    /// Queues up for a sandbox, after [`Pools::acquire`] found none: the waiter gets the first
    /// that comes back or is ready.
    pub fn wait(
        &mut self,
        now: Duration,
        version: &Arc<FunctionVersion>,
        tenant: Option<&TenantId>,
        near: Option<LaneId>,
        reply: R,
        out: &mut Vec<Action<R>>,
    ) -> Ticket {
        let key = Key { version: version.uid, tenant: tenant.cloned() };
        let ticket = Ticket { key: key.clone(), number: self.next_ticket };
        self.next_ticket += 1;
        if self.draining {
            out.push(Action::Refuse(reply, AssignError::Draining));
            return ticket;
        }
        let pool = self.pools.entry(key.clone());
        let pool = pool.or_insert_with(|| Pool::new(Arc::clone(version)));
        pool.waiters.push_back(Waiter { number: ticket.number, since: now, near, reply });
        self.cover(&key, out);
        ticket
    }

    /// Leaves the queue. False: it is not in it any more, an answer is on its way.
    pub fn cancel(&mut self, ticket: &Ticket) -> bool {
        let Some(pool) = self.pools.get_mut(&ticket.key) else { return false };
        let found = pool.remove_waiter(ticket.number).is_some();
        self.forget_empty(&ticket.key);
        found
    }

    /// Whether a sandbox that has no place yet is still worth making. If not, it is forgotten.
    pub fn still_wanted(&mut self, sandbox: SandboxId) -> bool {
        let unplaced = self.sandboxes.get(&sandbox).filter(|s| s.worker.is_none());
        let Some(key) = unplaced.map(|s| &s.key) else { return false };
        let Some(pool) = self.pools.get_mut(key) else { return false };
        let wanted = match self.sandboxes.get(&sandbox).is_some_and(|s| s.ahead) {
            true => pool.provision.wants_starting(),
            false => pool.starting <= pool.waiters.len(),
        };
        if !wanted {
            self.give_up(sandbox);
        }
        wanted
    }

    /// Memory was reserved for a sandbox. True: have the worker create it. False: it is not
    /// wanted any more; give the memory back.
    #[must_use]
    pub fn placed(&mut self, sandbox: SandboxId, worker: WorkerId) -> bool {
        if !self.still_wanted(sandbox) {
            return false;
        }
        if let Some((s, pool)) = self.member(sandbox) {
            (s.worker, s.reserved, s.creating) = (Some(worker), true, true);
            pool.creating += usize::from(!s.ahead);
        }
        true
    }

    /// Asks for new sandboxes until there is one starting for each waiter.
    pub(crate) fn cover(&mut self, key: &Key, out: &mut Vec<Action<R>>) {
        let uncovered = |pool: &Pool<R>| pool.waiters.get(pool.starting).map(|waiter| waiter.near);
        while let Some(near) = self.pools.get(key).and_then(uncovered) {
            self.start(key, near, false, out);
        }
    }

    /// Asks for one new sandbox.
    pub(crate) fn start(
        &mut self,
        key: &Key,
        near: Option<LaneId>,
        ahead: bool,
        out: &mut Vec<Action<R>>,
    ) {
        let Some(pool) = self.pools.get_mut(key) else { return };
        let sandbox = SandboxId(self.next_sandbox);
        self.next_sandbox += self.sandbox_step;
        if ahead {
            pool.provision.started();
        } else {
            pool.starting += 1;
        }
        pool.members += 1;
        let (version, tenant) = (Arc::clone(&pool.version), key.tenant.clone());
        let start = Start { sandbox, version, tenant, near, ahead };
        self.sandboxes.insert(sandbox, Sandbox::starting(&start));
        out.push(Action::Start(start));
    }

    /// An idle sandbox, already taken from its pool's list, is leased.
    pub(crate) fn grant(&mut self, sandbox: SandboxId) -> Option<Lease> {
        self.advance(sandbox, Signal::Granted)?;
        let worker = self.sandboxes.get(&sandbox)?.worker?;
        Some(Lease { worker, sandbox })
    }

    /// An idle sandbox: for the oldest waiter, or to be kept.
    pub(crate) fn offer(&mut self, now: Duration, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        let draining = self.draining;
        let Some((s, pool)) = self.member(sandbox) else { return };
        if s.born + OLDEST <= now {
            // Whoever waits has another one starting.
            self.retire(sandbox, out);
        } else if let Some(waiter) = pool.waiters.pop_front() {
            let lease = self.grant(sandbox);
            out.extend(lease.map(|lease| Action::Grant(waiter.reply, lease)));
        } else if pool.retired || draining || (s.ahead && pool.provision.has_excess()) {
            self.retire(sandbox, out);
        } else {
            let idle = if s.ahead { &mut pool.kept } else { &mut pool.idle };
            idle.push_back(Idle { sandbox, lane: s.lane, since: now, born: s.born });
        }
    }

    /// An idle sandbox, already taken from its pool's list, is to end.
    pub(crate) fn retire(&mut self, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        self.advance(sandbox, Signal::Retired);
        self.tell_to_end(sandbox, out);
    }

    pub(crate) fn tell_to_end(&self, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        let worker = self.sandboxes.get(&sandbox).and_then(|s| s.worker);
        out.extend(worker.map(|worker| Action::Retire(worker, sandbox)));
    }

    /// Takes the sandbox along the table of states. What is not in the table is a bug of ours
    /// or of the worker's: the sandbox is not used any more.
    pub(crate) fn advance(&mut self, sandbox: SandboxId, signal: Signal) -> Option<State> {
        let (s, pool) = self.member(sandbox)?;
        let (before, after) = (s.state, s.state.after(signal));
        s.state = after.unwrap_or(State::Dead);
        if s.ahead {
            pool.provision.follow(before, signal, s.state);
        }
        if after.is_none() {
            tracing::error!(%sandbox, ?before, ?signal, "a sandbox did what none may do; it is ended. Please report this");
            pool.remove_idle(sandbox);
            self.condemned.push(sandbox);
        }
        after
    }

    /// A sandbox and its pool, which exists as long as it has members.
    pub(crate) fn member(&mut self, sandbox: SandboxId) -> Option<(&mut Sandbox, &mut Pool<R>)> {
        let s = self.sandboxes.get_mut(&sandbox)?;
        let pool = self.pools.get_mut(&s.key)?;
        Some((s, pool))
    }

    /// Forgets a sandbox that has no place yet.
    pub(crate) fn give_up(&mut self, sandbox: SandboxId) {
        self.creation_answered(sandbox);
        self.forget(sandbox);
    }

    pub(crate) fn forget(&mut self, sandbox: SandboxId) {
        let Some(s) = self.sandboxes.remove(&sandbox) else { return };
        if let Some(pool) = self.pools.get_mut(&s.key) {
            pool.members -= 1;
        }
        self.forget_empty(&s.key);
    }

    pub(crate) fn forget_empty(&mut self, key: &Key) {
        if self.pools.get(key).is_some_and(Pool::is_empty) {
            self.pools.remove(key);
        }
    }
}

impl Sandbox {
    fn starting(start: &Start) -> Self {
        Self {
            state: State::Starting,
            key: start.key(),
            memory_mb: start.version.memory_mb,
            lane: start.near,
            worker: None,
            reserved: false,
            creating: false,
            born: Duration::ZERO,
            ahead: start.ahead,
            hungry_since: None,
        }
    }
}
