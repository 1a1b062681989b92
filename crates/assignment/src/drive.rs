//! Carries out what the pools decide: answers waiters, finds room, creates and retires.

use std::array;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use fika_counting::Growth;
use fika_model::WorkerId;
use fika_placement::{NoRoom, PlacementService};
use fika_worker::{Initialization, WorkerService};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep};

use crate::look::Births;
use crate::pools::{Action, Pools, Start};
use crate::{AssignError, AssignmentOptions, Lease, keeper};

/// Versions are spread over that many locks.
const SHARDS: usize = 16;

/// The least pause before a start asks for growth again: what comes back meanwhile is not lost,
/// and a thousand starts that wait do not wake for each of it.
const GROWTH_PAUSE: Duration = Duration::from_millis(100);

pub(crate) type Answer = Result<Lease, AssignError>;
type Reply = oneshot::Sender<Answer>;
type Actions = Vec<Action<Reply>>;

pub(crate) struct Shard(Mutex<Pools<Reply>>);

impl Shard {
    /// The pools are whole after every call, so a panic elsewhere cannot have spoilt them.
    pub(crate) fn pools(&self) -> MutexGuard<'_, Pools<Reply>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Inner<P, W> {
    pub(crate) shards: [Shard; SHARDS],
    pub(crate) workers: RwLock<HashMap<WorkerId, Arc<W>>>,
    pub(crate) draining: AtomicBool,
    /// Wakes the keeper: there may be room, or nothing more to keep.
    pub(crate) wake: Arc<Notify>,
    pub(crate) options: AssignmentOptions,
    placer: P,
    growth: Mutex<Growth>,
    /// Starts that found no room, in the order they came.
    hungry: Mutex<VecDeque<Start>>,
    /// How many those are, readable on the warm path.
    pub(crate) hungry_count: AtomicUsize,
    /// How the last sandboxes came to be. No warm call takes this.
    pub(crate) births: Mutex<Births>,
    emptied: Notify,
    epoch: Instant,
    runtime: Handle,
}

impl<P, W> Drop for Inner<P, W> {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl<P: PlacementService, W: WorkerService> Inner<P, W> {
    pub(crate) fn start(options: AssignmentOptions, placer: P) -> Arc<Self> {
        let shard = |i| Shard(Mutex::new(Pools::shard(i as u64, SHARDS as u64)));
        let inner = Arc::new(Self {
            shards: array::from_fn(shard),
            workers: RwLock::default(),
            draining: AtomicBool::new(false),
            wake: Arc::new(Notify::new()),
            options,
            placer,
            growth: Mutex::new(Growth::new(options.growth)),
            hungry: Mutex::default(),
            hungry_count: AtomicUsize::new(0),
            births: Mutex::default(),
            emptied: Notify::new(),
            epoch: Instant::now(),
            runtime: Handle::current(),
        });
        let wake = Arc::clone(&inner.wake);
        inner.runtime.spawn(keeper::keep(Arc::downgrade(&inner), wake, options.tick));
        inner
    }

    pub(crate) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// The shard of a version, or of a sandbox, by its number.
    pub(crate) fn shard(&self, number: u64) -> &Shard {
        &self.shards[(number % SHARDS as u64) as usize]
    }

    pub(crate) fn worker(&self, id: WorkerId) -> Option<Arc<W>> {
        self.workers.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Changes one shard and does what follows from it.
    pub(crate) fn on(
        self: &Arc<Self>,
        shard: &Shard,
        change: impl FnOnce(&mut Pools<Reply>, &mut Actions),
    ) {
        let mut actions = Vec::new();
        change(&mut shard.pools(), &mut actions);
        self.apply(actions);
        self.emptied.notify_waiters();
    }

    /// The way back of every sandbox: nothing but one short lock unless somebody waits.
    pub(crate) fn give_back(self: &Arc<Self>, lease: Lease) {
        let mut actions = Vec::new();
        let (now, shard) = (self.now(), self.shard(lease.sandbox.0));
        shard.pools().returned(now, lease.worker, lease.sandbox, &mut actions);
        self.apply(actions);
        self.wake_if_hungry();
    }

    pub(crate) fn apply(self: &Arc<Self>, mut actions: Actions) {
        while let Some(action) = actions.pop() {
            match action {
                Action::Grant(reply, lease) => {
                    if let Err(Ok(Lease { worker, sandbox })) = reply.send(Ok(lease)) {
                        let shard = self.shard(sandbox.0);
                        shard.pools().returned(self.now(), worker, sandbox, &mut actions);
                    }
                }
                Action::Refuse(reply, why) => drop(reply.send(Err(why))),
                Action::Start(start) => self.spawn(Arc::clone(self).start_one(start)),
                Action::Retire(worker, sandbox) => {
                    let worker = self.worker(worker);
                    // A task, so that a worker may report from within its own locks.
                    self.spawn(async move { worker.iter().for_each(|w| w.retire(sandbox)) });
                }
                Action::Release(worker, demand) => {
                    self.placer.release(worker, demand);
                    self.wake_if_hungry();
                }
            }
        }
    }

    /// On the caller's own event loop where there is one, so that a cold start crosses no core
    /// it need not cross.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let runtime = Handle::try_current();
        runtime.as_ref().unwrap_or(&self.runtime).spawn(task);
    }

    /// Call after anything that frees room or ends a start's turn.
    pub(crate) fn wake_if_hungry(&self) {
        if self.hungry_count.load(Ordering::Relaxed) > 0 {
            self.wake.notify_one();
        }
    }

    pub(crate) fn wanted(&self, start: &Start) -> bool {
        let wanted = self.shard(start.sandbox.0).pools().still_wanted(start.sandbox);
        if !wanted {
            self.emptied.notify_waiters();
        }
        wanted
    }

    async fn start_one(self: Arc<Self>, start: Start) {
        while let Err(wait) = self.grow(&start) {
            sleep(wait.max(GROWTH_PAUSE)).await;
            if !self.wanted(&start) {
                return;
            }
        }
        // Nobody overtakes those who already wait for room.
        if self.hungry_count.load(Ordering::Relaxed) > 0 {
            return self.queue_for_room(start);
        }
        if let Err(start) = self.place(start).await {
            self.queue_for_room(start.0);
        }
    }

    fn grow(&self, start: &Start) -> Result<(), Duration> {
        let mut growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
        growth.take(self.now(), &start.version.arn)
    }

    pub(crate) fn hungry(&self) -> MutexGuard<'_, VecDeque<Start>> {
        self.hungry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that somebody waits for come first: what is kept ahead must not be in their way.
    fn queue_for_room(&self, start: Start) {
        self.hungry_count.fetch_add(1, Ordering::Relaxed);
        self.shard(start.sandbox.0).pools().hungry(self.now(), start.sandbox);
        let mut hungry = self.hungry();
        let ahead = hungry.iter().position(|other| other.ahead && !start.ahead);
        let place = ahead.unwrap_or(hungry.len());
        hungry.insert(place, start);
        drop(hungry);
        self.wake.notify_one();
    }

    /// Finds a place and has the worker create the sandbox there, in a task. Back comes a start
    /// that has to wait for room.
    pub(crate) async fn place(self: &Arc<Self>, start: Start) -> Result<(), (Start, NoRoom)> {
        let demand = start.demand();
        match self.placer.place(demand).await {
            Ok(worker) => {
                if self.shard(start.sandbox.0).pools().placed(start.sandbox, worker) {
                    self.spawn(Arc::clone(self).create(start, worker));
                } else {
                    self.placer.release(worker, demand);
                    self.emptied.notify_waiters();
                }
                Ok(())
            }
            Err(no_room) if no_room.ever => {
                self.fail(&start, AssignError::Worker(too_large(demand.memory_mb)));
                Ok(())
            }
            Err(no_room) => Err((start, no_room)),
        }
    }

    async fn create(self: Arc<Self>, start: Start, on: WorkerId) {
        let Some(worker) = self.worker(on) else {
            return self.fail(&start, AssignError::Worker(UNKNOWN_WORKER.into()));
        };
        let (sandbox, version, near) = (start.sandbox, Arc::clone(&start.version), start.near);
        let how = if start.ahead { Initialization::Ahead } else { Initialization::OnDemand };
        let placed = std::time::Instant::now();
        // A task of its own, so that a panic in it does not leave its waiter without an answer.
        let created =
            tokio::spawn(async move { worker.create(sandbox, version, how, near).await }).await;
        match created {
            Ok(Ok(())) => {
                let now = self.now();
                self.births().note(sandbox, placed);
                self.on(self.shard(sandbox.0), |pools, out| pools.ready(now, sandbox, out));
                self.wake_if_hungry();
            }
            Ok(Err(error)) => self.fail(&start, error.into()),
            Err(_) => self.fail(&start, AssignError::Worker(PANICKED.into())),
        }
    }

    fn fail(self: &Arc<Self>, start: &Start, error: AssignError) {
        let sandbox = start.sandbox;
        self.on(self.shard(sandbox.0), |pools, out| pools.failed(sandbox, error, out));
    }

    pub(crate) fn births(&self) -> MutexGuard<'_, Births> {
        self.births.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| shard.pools().is_empty())
    }

    /// Resolves when nobody waits and no sandbox is left.
    pub(crate) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.is_empty() {
                return;
            }
            emptied.await;
        }
    }
}

const UNKNOWN_WORKER: &str = "the sandbox was placed on a worker that is not there; try again";
const PANICKED: &str = "the worker failed while creating a sandbox; the server's log says why";

fn too_large(memory_mb: u32) -> String {
    format!(
        "no worker is large enough for a sandbox of {memory_mb} MB: \
         lower the function's MemorySize, or give the server more memory"
    )
}
