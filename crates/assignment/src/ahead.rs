//! Sandboxes kept ahead: starting them, replacing them, and ending those that are too many.

use std::sync::Arc;
use std::time::Duration;

use fika_model::{FunctionVersion, SandboxId, VersionUid};

use crate::AssignmentOptions;
use crate::pool::{Key, Pool};
use crate::pools::{Action, Pools, Sandbox};
use crate::provision::Provisioned;
use crate::states::State;

/// What GetProvisionedConcurrencyConfig says where a machine is full.
const NO_ROOM: &str = "INSUFFICIENT_CAPACITY: the server has no memory for all of them; give it \
                       more, or ask for fewer";

impl<R> Pools<R> {
    /// From now on so many sandboxes of the version are kept ahead. They are used first, and
    /// never given up for another's sake.
    pub fn provision(
        &mut self,
        now: Duration,
        version: &Arc<FunctionVersion>,
        target: usize,
        out: &mut Vec<Action<R>>,
    ) {
        let key = Key::from(version.uid);
        if self.draining || (target == 0 && !self.pools.contains_key(&key)) {
            return;
        }
        let pool = self.pools.entry(key.clone());
        let pool = pool.or_insert_with(|| Pool::new(Arc::clone(version)));
        if pool.retired {
            return;
        }
        pool.provision.set(target);
        self.provide(now, &key, out);
        self.forget_empty(&key);
    }

    /// How the provisioned concurrency of a version stands.
    #[must_use]
    pub fn provisioned(&self, version: VersionUid) -> Provisioned {
        let pool = self.pools.get(&Key::from(version));
        pool.map(|pool| pool.provision.state()).unwrap_or_default()
    }

    /// A sandbox that is to be made finds no room and waits for it.
    pub fn hungry(&mut self, now: Duration, sandbox: SandboxId) {
        if let Some(s) = self.sandboxes.get_mut(&sandbox) {
            s.hungry_since.get_or_insert(now);
        }
    }

    /// Time has gone by: gives up those that find no room, replaces what is old or gone, and
    /// ends what is too many.
    pub(crate) fn tick_provisions(
        &mut self,
        now: Duration,
        options: &AssignmentOptions,
        out: &mut Vec<Action<R>>,
    ) {
        let wanted = self.pools.iter().filter(|(_, pool)| pool.provision.is_busy());
        let keys: Vec<_> = wanted.map(|(key, _)| key.clone()).collect();
        if keys.is_empty() {
            return;
        }
        let waits = |s: &Sandbox| {
            s.ahead
                && s.worker.is_none()
                && s.state == State::Starting
                && s.hungry_since.is_some_and(|since| since + options.capacity_wait <= now)
        };
        let starved = self.sandboxes.iter().filter(|(_, s)| waits(s)).map(|(&id, _)| id);
        for sandbox in starved.collect::<Vec<_>>() {
            if let Some((_, pool)) = self.member(sandbox) {
                pool.provision.missed(Some(NO_ROOM.into()));
            }
            self.give_up(sandbox);
        }
        for key in keys {
            if let Some(pool) = self.pools.get_mut(&key) {
                pool.provision.renew(now, pool.kept.iter().map(|idle| idle.born));
            }
            self.provide(now, &key, out);
        }
    }

    /// Starts as many as are missing; ends those that are too many, as far as they are idle.
    fn provide(&mut self, now: Duration, key: &Key, out: &mut Vec<Action<R>>) {
        let due = self.pools.get_mut(key).map_or(0, |pool| pool.provision.due(now));
        for _ in 0..due {
            self.start(key, None, true, out);
        }
        while let Some(idle) = self.pools.get_mut(key).and_then(Pool::take_surplus) {
            self.retire(idle.sandbox, out);
        }
    }
}
