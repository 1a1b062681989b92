//! What workers say of their sandboxes, and what follows.

use std::time::Duration;

use fika_model::{SandboxId, WorkerId};
use fika_placement::Demand;

use crate::AssignError;
use crate::pool::Key;
use crate::pools::{Action, Pools};
use crate::states::{Signal, State};

const DIED_AT_ONCE: &str =
    "the sandbox ended right after its init phase; the function's log may say why";

impl<R> Pools<R> {
    /// The worker says that the sandbox takes another invocation (or whoever leased it, that it
    /// found no use for it).
    pub fn returned(
        &mut self,
        now: Duration,
        worker: WorkerId,
        sandbox: SandboxId,
        out: &mut Vec<Action<R>>,
    ) {
        if self.is_on(sandbox, worker) && self.advance(sandbox, Signal::Returned).is_some() {
            self.offer(now, sandbox, out);
        }
    }

    /// The worker has created the sandbox.
    pub fn ready(&mut self, now: Duration, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        match self.advance(sandbox, Signal::Ready) {
            Some(State::Idle) => {
                self.creation_answered(sandbox);
                if let Some((s, _)) = self.member(sandbox) {
                    s.born = now;
                }
                self.offer(now, sandbox, out);
            }
            // It died, and word of that was quicker than the creation's answer.
            Some(_) => self.not_created(sandbox, AssignError::Worker(DIED_AT_ONCE.into()), out),
            None => {}
        }
    }

    /// The sandbox could not be placed, or the worker could not create it and nothing is left
    /// of it there. The error goes to the oldest waiter, unless each has another one coming.
    pub fn failed(&mut self, sandbox: SandboxId, error: AssignError, out: &mut Vec<Action<R>>) {
        if self.advance(sandbox, Signal::Failed).is_some() {
            self.release(sandbox, out);
            self.not_created(sandbox, error, out);
        }
    }

    /// The worker says that the sandbox is gone, all of it.
    pub fn gone(&mut self, worker: WorkerId, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        if self.is_on(sandbox, worker) {
            self.end(sandbox, out);
            self.forget_ended(sandbox);
        }
    }

    /// A worker is gone with all its sandboxes. Those who waited for one of them get another.
    pub fn worker_lost(&mut self, worker: WorkerId, out: &mut Vec<Action<R>>) {
        let there = self.sandboxes.iter().filter(|(_, s)| s.worker == Some(worker));
        let lost: Vec<_> = there.map(|(&id, s)| (id, s.key.clone(), s.creating)).collect();
        for &(sandbox, _, creating) in &lost {
            self.end(sandbox, out);
            if creating {
                self.creation_answered(sandbox);
            }
            self.forget_ended(sandbox);
        }
        for (_, key, _) in lost {
            self.cover(&key, out);
        }
    }

    /// Word of a sandbox that is forgotten is late, not wrong; of another worker's it is wrong.
    fn is_on(&self, sandbox: SandboxId, worker: WorkerId) -> bool {
        match self.sandboxes.get(&sandbox).map(|s| s.worker) {
            Some(Some(on)) if on == worker => true,
            Some(on) => {
                tracing::error!(%sandbox, ?worker, ?on, "a worker speaks of another's sandbox");
                false
            }
            None => {
                tracing::debug!(%sandbox, "late word of a sandbox that is gone");
                false
            }
        }
    }

    fn end(&mut self, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        self.advance(sandbox, Signal::Gone);
        if let Some((_, pool)) = self.member(sandbox) {
            pool.remove_idle(sandbox);
        }
        self.release(sandbox, out);
    }

    fn release(&mut self, sandbox: SandboxId, out: &mut Vec<Action<R>>) {
        let Some(s) = self.sandboxes.get_mut(&sandbox) else { return };
        if let (true, Some(worker)) = (std::mem::take(&mut s.reserved), s.worker) {
            out.push(Action::Release(worker, Demand { memory_mb: s.memory_mb }));
        }
    }

    fn not_created(&mut self, sandbox: SandboxId, error: AssignError, out: &mut Vec<Action<R>>) {
        self.creation_answered(sandbox);
        match self.member(sandbox) {
            Some((s, pool)) if s.ahead => pool.provision.missed(Some(reason(&error))),
            Some((s, _)) => {
                let key = s.key.clone();
                self.answer_oldest(&key, error, out);
            }
            None => {}
        }
        self.forget_ended(sandbox);
    }

    pub(crate) fn creation_answered(&mut self, sandbox: SandboxId) {
        let Some((s, pool)) = self.member(sandbox) else { return };
        let creating = usize::from(std::mem::take(&mut s.creating));
        if s.ahead {
            pool.provision.answered();
        } else {
            pool.starting -= 1;
            pool.creating -= creating;
        }
    }

    fn answer_oldest(&mut self, key: &Key, error: AssignError, out: &mut Vec<Action<R>>) {
        let Some(pool) = self.pools.get_mut(key) else { return };
        if pool.waiters.len() <= pool.starting {
            tracing::info!(?error, "a sandbox failed that nobody waited for any more");
        } else if let Some(waiter) = pool.waiters.pop_front() {
            out.push(Action::Refuse(waiter.reply, error));
        }
    }

    fn forget_ended(&mut self, sandbox: SandboxId) {
        let over = |s: &crate::pools::Sandbox| s.state == State::Dead && !s.reserved && !s.creating;
        if self.sandboxes.get(&sandbox).is_some_and(over) {
            self.forget(sandbox);
        }
    }
}

/// What GetProvisionedConcurrencyConfig says of a sandbox that failed; the first is AWS's word.
fn reason(error: &AssignError) -> String {
    match error {
        AssignError::Init(_) => "FUNCTION_ERROR_INIT_FAILURE".into(),
        other => other.to_string(),
    }
}
