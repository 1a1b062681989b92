//! The keeper: one background task that looks at the clock and serves the starts that found no
//! room, in the order they came.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use fika_placement::{NoRoom, PlacementService};
use fika_worker::WorkerService;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use crate::drive::Inner;
use crate::pools::Start;
use crate::pressure::{Survey, plan};

/// How many of the starts without room are planned for at once.
const PLANNED: usize = 64;

/// Runs until the service has drained or is dropped; holds nothing of it while it sleeps.
pub(crate) async fn keep<P: PlacementService, W: WorkerService>(
    inner: Weak<Inner<P, W>>,
    wake: Arc<Notify>,
    every: Duration,
) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let ticked = tokio::select! {
            _ = ticks.tick() => true,
            () = wake.notified() => false,
        };
        let Some(inner) = inner.upgrade() else { return };
        if ticked {
            inner.tick();
        }
        inner.relieve().await;
        if inner.is_drained() {
            return;
        }
    }
}

impl<P: PlacementService, W: WorkerService> Inner<P, W> {
    fn tick(self: &Arc<Self>) {
        for shard in &self.shards {
            let now = self.now();
            self.on(shard, |pools, out| pools.tick(now, &self.options, out));
        }
    }

    /// Serves the starts that found no room, the oldest first, as far as there is room; then
    /// has idle sandboxes give way. Called by the keeper only, so the first stays the first.
    async fn relieve(self: &Arc<Self>) {
        loop {
            let Some(first) = self.hungry().front().cloned() else { return };
            let sandbox = first.sandbox;
            if self.wanted(&first)
                && let Err((_, no_room)) = self.place(first).await
            {
                return self.evict_for_hungry(&no_room);
            }
            // Another may be the first by now.
            let mut hungry = self.hungry();
            let at = hungry.iter().position(|start| start.sandbox == sandbox);
            at.and_then(|at| hungry.remove(at));
            drop(hungry);
            self.hungry_count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn evict_for_hungry(self: &Arc<Self>, no_room: &NoRoom) {
        let demands: Vec<_> = self.hungry().iter().take(PLANNED).map(Start::demand).collect();
        let mut survey = Survey::default();
        for shard in &self.shards {
            shard.pools().survey(&mut survey);
        }
        for sandbox in plan(&demands, &no_room.rooms, survey) {
            self.on(self.shard(sandbox.0), |pools, out| pools.evict(sandbox, out));
        }
    }

    fn is_drained(&self) -> bool {
        self.draining.load(Ordering::Relaxed) && self.is_empty() && self.hungry().is_empty()
    }
}
