//! Who is here: the slots of a worker, and who is told of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use fika_model::{SandboxId, WorkerId};
use tokio::sync::Notify;

use crate::slot::Slot;
use crate::{Develop, SandboxEvents};

/// A worker's slots. Sharded, so that looking one up contends with nobody.
pub(crate) struct Roster {
    worker: WorkerId,
    shards: [RwLock<HashMap<SandboxId, Arc<Slot>>>; 16],
    events: OnceLock<Arc<dyn SandboxEvents>>,
    left: Notify,
    closed: AtomicBool,
    /// Whether it is for somebody who develops.
    pub develop: Develop,
}

impl Roster {
    pub fn new(worker: WorkerId, develop: Develop) -> Self {
        let (shards, events) = (Default::default(), OnceLock::new());
        let (left, closed) = (Notify::new(), AtomicBool::new(false));
        Self { worker, shards, events, left, closed, develop }
    }

    /// Names who is told of idle and dead sandboxes. The first one named stays.
    pub fn report_to(&self, events: Arc<dyn SandboxEvents>) {
        let _ = self.events.set(events);
    }

    pub fn idle(&self, sandbox: SandboxId) {
        if let Some(events) = self.events.get() {
            events.idle(self.worker, sandbox);
        }
    }

    pub fn dead(&self, sandbox: SandboxId) {
        if let Some(events) = self.events.get() {
            events.dead(self.worker, sandbox);
        }
    }

    fn shard(&self, id: SandboxId) -> &RwLock<HashMap<SandboxId, Arc<Slot>>> {
        &self.shards[(id.0 % 16) as usize]
    }

    pub fn get(&self, id: SandboxId) -> Option<Arc<Slot>> {
        self.shard(id).read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub fn insert(&self, slot: Arc<Slot>) {
        self.shard(slot.id).write().unwrap_or_else(PoisonError::into_inner).insert(slot.id, slot);
    }

    pub fn remove(&self, id: SandboxId) {
        self.shard(id).write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        self.left.notify_waiters();
    }

    pub fn all(&self) -> Vec<Arc<Slot>> {
        let read = |shard: &RwLock<HashMap<SandboxId, Arc<Slot>>>| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.values().cloned().collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(read).collect()
    }

    /// Nobody is to be added any more.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Resolves when no slot is left.
    pub async fn emptied(&self) {
        loop {
            let left = self.left.notified();
            if self.all().is_empty() {
                return;
            }
            left.await;
        }
    }
}
