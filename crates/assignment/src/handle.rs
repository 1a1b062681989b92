//! The handle other rooms hold.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use fika_model::{FunctionVersion, LaneId, SandboxId, TenantId, VersionUid, WorkerId};
use fika_placement::PlacementService;
use fika_worker::{SandboxEvents, WorkerService};
use tokio::sync::oneshot;

use crate::drive::Inner;
use crate::look::{Birth, Shown};
use crate::pool::Key;
use crate::waiting::Waiting;
use crate::{AssignError, AssignmentOptions, AssignmentService, Lease, PoolSnapshot, Provisioned};

/// The Assignment Service in this process. Clones are the same service.
///
/// Workers need it to be made first (they report to it), so it is made without any:
/// [`Assigner::new`], then [`Assigner::add_worker`].
pub struct Assigner<P, W> {
    pub(crate) inner: Arc<Inner<P, W>>,
}

impl<P: PlacementService, W: WorkerService> Assigner<P, W> {
    /// Without workers and sandboxes. Its background task runs on the current runtime until
    /// the service has drained or its last handle is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(options: AssignmentOptions, placer: P) -> Self {
        Self { inner: Inner::start(options, placer) }
    }

    /// A worker that sandboxes can be created on. Placement must know it by the same id.
    pub fn add_worker(&self, id: WorkerId, worker: impl Into<Arc<W>>) {
        let mut workers = self.inner.workers.write().unwrap_or_else(PoisonError::into_inner);
        workers.insert(id, worker.into());
    }

    /// A worker that was added.
    #[must_use]
    pub fn worker(&self, id: WorkerId) -> Option<Arc<W>> {
        self.inner.worker(id)
    }

    /// A worker is gone, and every sandbox on it. Tell placement first, so that no new sandbox
    /// is placed there.
    pub fn worker_lost(&self, id: WorkerId) {
        self.inner.workers.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        for shard in &self.inner.shards {
            self.inner.on(shard, |pools, out| pools.worker_lost(id, out));
        }
    }

    /// The version was replaced or deleted: its idle sandboxes end at once, the others once
    /// they are idle and nobody waits for them.
    pub fn retire_version(&self, version: VersionUid) {
        self.inner.on(self.inner.shard(version.0), |pools, out| pools.retire_version(version, out));
    }

    /// From now on so many sandboxes of the version are there before anybody asks; 0 for none.
    pub fn provision(&self, version: &Arc<FunctionVersion>, target: u32) {
        let (inner, target) = (&self.inner, target as usize);
        let now = inner.now();
        inner.on(inner.shard(version.uid.0), |pools, out| {
            pools.provision(now, version, target, out);
        });
    }

    /// How the provisioned concurrency of a version stands.
    #[must_use]
    pub fn provisioned(&self, version: VersionUid) -> Provisioned {
        self.inner.shard(version.0).pools().provisioned(version)
    }

    /// Grants nothing more, refuses those who wait, ends what is idle, and resolves when no
    /// sandbox is left. Dropping the future does not stop the draining.
    pub async fn drain(&self) {
        let inner = &self.inner;
        inner.draining.store(true, Ordering::Relaxed);
        for shard in &inner.shards {
            inner.on(shard, |pools, out| pools.drain(out));
        }
        inner.emptied().await;
        // Workers hold this service to report to it: let go of them, or neither is ever dropped.
        inner.workers.write().unwrap_or_else(PoisonError::into_inner).clear();
        inner.wake.notify_one();
    }

    /// What there is, with at most `cells` sandboxes one by one.
    #[must_use]
    pub fn look(&self, cells: usize) -> Vec<Shown> {
        let each = cells.div_ceil(self.inner.shards.len());
        self.inner.shards.iter().flat_map(|shard| shard.pools().look(each)).collect()
    }

    /// How the pools of every version stand.
    #[must_use]
    pub fn snapshot(&self) -> HashMap<VersionUid, PoolSnapshot> {
        let mut by_version = HashMap::new();
        for (key, shot) in self.inner.shards.iter().flat_map(|shard| shard.pools().snapshot()) {
            *by_version.entry(key.version).or_insert_with(PoolSnapshot::default) += shot;
        }
        by_version
    }
}

impl<P: PlacementService, W: WorkerService> AssignmentService for Assigner<P, W> {
    async fn assign(
        &self,
        version: &Arc<FunctionVersion>,
        tenant: Option<&TenantId>,
        near: Option<LaneId>,
    ) -> Result<Lease, AssignError> {
        let inner = &self.inner;
        let (actions, waiting) = {
            let shard = inner.shard(version.uid.0);
            let mut pools = shard.pools();
            let key = Key { version: version.uid, tenant: tenant.cloned() };
            if let Some(lease) = pools.acquire(&key, near) {
                return Ok(lease);
            }
            let (reply, answer) = oneshot::channel();
            let mut actions = Vec::new();
            let ticket = pools.wait(inner.now(), version, tenant, near, reply, &mut actions);
            (actions, Waiting::new(inner, shard, ticket, answer))
        };
        inner.apply(actions);
        waiting.answer().await
    }

    fn birth(&self, sandbox: SandboxId) -> Option<Birth> {
        self.inner.births().of(sandbox)
    }
}

impl<P: PlacementService, W: WorkerService> SandboxEvents for Assigner<P, W> {
    fn idle(&self, worker: WorkerId, sandbox: SandboxId) {
        self.inner.give_back(Lease { worker, sandbox });
    }

    fn dead(&self, worker: WorkerId, sandbox: SandboxId) {
        let shard = self.inner.shard(sandbox.0);
        self.inner.on(shard, |pools, out| pools.gone(worker, sandbox, out));
    }
}

impl<P, W> Clone for Assigner<P, W> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<P, W> fmt::Debug for Assigner<P, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assigner").finish_non_exhaustive()
    }
}
