//! The handle, one promise a test. The clock is tokio's, paused, so that minutes take no time.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::fake::{End, FakeWorker, Fate};
use common::version;
use fika_assignment::{
    AssignError, Assigner, AssignmentOptions, AssignmentService, Lease, PoolSnapshot,
};
use fika_counting::Rate;
use fika_model::{FunctionVersion, LaneId, ThrottleReason, WorkerId};
use fika_placement::Placer;
use fika_worker::SandboxEvents;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const WELL: Fate = Fate { ms: 50, end: End::Well };

struct World {
    placer: Placer,
    assigner: Assigner<Placer, FakeWorker>,
    worker: FakeWorker,
}

/// One machine with so much memory, MB, whose creations go as told, over and over.
fn world(capacity_mb: u32, creations: &[Fate]) -> World {
    world_with(AssignmentOptions::default(), capacity_mb, creations)
}

fn world_with(options: AssignmentOptions, capacity_mb: u32, creations: &[Fate]) -> World {
    let placer = Placer::new();
    let assigner = Assigner::new(options, placer.clone());
    let worker = FakeWorker::new(0, capacity_mb, creations.to_vec());
    let world = World { placer, assigner, worker };
    world.join(0, capacity_mb, &world.worker);
    world
}

impl World {
    fn join(&self, id: u32, capacity_mb: u32, worker: &FakeWorker) {
        worker.report_to(Arc::new(self.assigner.clone()));
        self.assigner.add_worker(WorkerId(id), worker.clone());
        self.placer.join(WorkerId(id), u64::from(capacity_mb));
    }

    fn assign(&self, version: &Arc<FunctionVersion>) -> JoinHandle<Result<Lease, AssignError>> {
        let (assigner, version) = (self.assigner.clone(), Arc::clone(version));
        tokio::spawn(async move { assigner.assign(&version, None, None).await })
    }

    async fn leased(&self, version: &Arc<FunctionVersion>) -> Lease {
        self.assigner.assign(version, None, None).await.expect("a sandbox")
    }

    fn idle(&self, lease: Lease) {
        self.assigner.idle(lease.worker, lease.sandbox);
    }

    fn pool(&self, version: &FunctionVersion) -> Option<PoolSnapshot> {
        self.assigner.snapshot().get(&version.uid).copied()
    }

    async fn end(self) {
        self.assigner.drain().await;
        assert_eq!(self.worker.offences(), [""; 0]);
        assert_eq!((self.worker.sandboxes(), self.placer.reserved_mb()), (0, 0));
    }
}

async fn ms(ms: u64) {
    sleep(Duration::from_millis(ms)).await;
}

async fn answer<T>(task: JoinHandle<T>) -> T {
    task.await.expect("no panic")
}

fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_warm_invocation_waits_for_nothing_and_places_and_creates_nothing() {
    let (world, v) = (world(1_024, &[WELL]), version(1, 128));
    let first = world.leased(&v).await;
    world.idle(first);
    for _ in 0..1_000 {
        let assigned = now_or_never(world.assigner.assign(&v, None, None));
        let lease = assigned.expect("at once").expect("a sandbox");
        assert_eq!(lease, first);
        world.idle(lease);
    }
    assert_eq!((world.worker.created(), world.placer.reserved_mb()), (1, 128));
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_order_by_the_first_sandbox_that_comes() {
    let (world, v) = (world(128, &[WELL]), version(1, 128));
    let mut lease = world.leased(&v).await;
    let mut waiters = Vec::new();
    for _ in 0..3 {
        waiters.push(world.assign(&v));
        ms(1).await;
    }
    for waiter in waiters {
        assert!(!waiter.is_finished(), "not before its turn");
        world.idle(lease);
        ms(1).await;
        assert!(waiter.is_finished(), "its turn");
        lease = answer(waiter).await.expect("a sandbox");
    }
    world.idle(lease);
    assert_eq!(world.worker.created(), 1);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_of_the_callers_lane_is_preferred_then_the_most_recently_used() {
    let (world, v) = (world(1_024, &[WELL]), version(1, 128));
    let (zero, one) = (Some(LaneId(0)), Some(LaneId(1)));
    let a = world.assigner.assign(&v, None, zero).await.expect("a sandbox");
    let b = world.assigner.assign(&v, None, one).await.expect("a sandbox");
    let again = |near| now_or_never(world.assigner.assign(&v, None, near)).expect("one is idle");
    for (near, expected) in [(zero, a), (one, b), (None, b), (Some(LaneId(7)), b)] {
        world.idle(a);
        world.idle(b);
        assert_eq!(again(near).expect("a sandbox"), expected, "{near:?}");
        again(None).expect("the other");
    }
    world.idle(a);
    world.idle(b);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_machine_throttles_who_waited_too_long() {
    let world = world(128, &[WELL]);
    let lease = world.leased(&version(1, 128)).await;
    let started = Instant::now();
    let refused = world.assigner.assign(&version(2, 128), None, None).await;
    let Err(AssignError::Throttled(throttle)) = refused else { panic!("{refused:?}") };
    assert_eq!(throttle.reason, ThrottleReason::ConcurrentInvocationLimitExceeded);
    let waited = started.elapsed().as_secs();
    assert!((10..=11).contains(&waited), "the default wait and at most a tick: {waited} s");
    world.idle(lease);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_is_being_made_is_waited_for_however_long_it_takes() {
    let slow = Fate { ms: 60_000, end: End::Well };
    let (world, v) = (world(128, &[slow]), version(1, 128));
    let lease = world.leased(&v).await;
    world.idle(lease);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_no_machine_could_ever_hold_is_refused_at_once() {
    let world = world(1_024, &[WELL]);
    let refused = world.assigner.assign(&version(1, 2_048), None, None).await;
    let Err(AssignError::Worker(text)) = refused else { panic!("{refused:?}") };
    assert!(text.contains("2048 MB"), "{text}");
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_gives_way_and_its_memory_is_used_once_it_is_back() {
    let world = world(256, &[WELL]);
    let (old, recent, new) = (version(1, 128), version(2, 128), version(3, 128));
    for v in [&old, &recent] {
        let lease = world.leased(v).await;
        world.idle(lease);
    }
    let lease = world.leased(&new).await;
    assert!(world.pool(&old).is_none() && world.pool(&recent).is_some());
    world.idle(lease);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_becomes_idle_gives_way_to_another_function() {
    let world = world(128, &[WELL]);
    let lease = world.leased(&version(1, 128)).await;
    let other = world.assign(&version(2, 128));
    ms(500).await;
    assert!(!other.is_finished(), "a busy sandbox is left alone");
    world.idle(lease);
    ms(100).await;
    assert!(other.is_finished(), "at once, not when the clock is looked at");
    let lease = answer(other).await.expect("its memory");
    world.idle(lease);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_is_answered_to_the_oldest_waiter() {
    for (end, says) in [
        (End::Badly, "fails, as told"),
        (End::Panic, "failed while creating"),
        (End::AtOnce, "right after its init"),
    ] {
        let (world, v) = (world(1_024, &[Fate { ms: 50, end }, WELL]), version(1, 128));
        let first = world.assign(&v);
        ms(10).await;
        let second = world.assign(&v);
        let refused = answer(first).await;
        let Err(AssignError::Worker(text)) = refused else { panic!("{refused:?}") };
        assert!(text.contains(says), "{text}");
        let lease = answer(second).await.expect("the second creation goes well");
        world.idle(lease);
        world.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_that_nobody_needs_any_more_is_nobodys_error() {
    let (bad, good) = (Fate { ms: 200, end: End::Badly }, Fate { ms: 300, end: End::Well });
    let (world, v) = (world(1_024, &[WELL, bad, good]), version(1, 128));
    let first = world.leased(&v).await;
    let (second, third) = (world.assign(&v), world.assign(&v));
    ms(10).await;
    world.idle(first);
    let back = answer(second).await.expect("the one that came back");
    let new = answer(third).await.expect("there is still one coming for it");
    assert_eq!(world.pool(&v).map(|p| (p.starting, p.busy)), Some((0, 2)));
    world.idle(back);
    world.idle(new);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_sandbox_is_kept_five_minutes() {
    let (world, v) = (world(1_024, &[WELL]), version(1, 128));
    let lease = world.leased(&v).await;
    world.idle(lease);
    ms(299_000).await;
    assert_eq!(world.pool(&v).map(|p| p.idle), Some(1));
    ms(3_000).await;
    assert_eq!((world.pool(&v), world.worker.sandboxes()), (None, 0));
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn sandboxes_of_a_replaced_version_end_when_they_are_idle() {
    let (world, v) = (world(1_024, &[WELL]), version(1, 128));
    let (a, b) = (world.leased(&v).await, world.leased(&v).await);
    world.idle(a);
    world.assigner.retire_version(v.uid);
    ms(100).await;
    assert_eq!(world.worker.sandboxes(), 1, "the idle one is gone, the busy one is not");
    world.idle(b);
    ms(100).await;
    assert_eq!(world.worker.sandboxes(), 0);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn draining_refuses_what_waits_and_what_comes_and_ends_with_the_last_sandbox() {
    let (world, v) = (world(128, &[WELL]), version(1, 128));
    let lease = world.leased(&v).await;
    let waiter = world.assign(&v);
    ms(1).await;
    let assigner = world.assigner.clone();
    let drained = tokio::spawn(async move { assigner.drain().await });
    assert!(matches!(answer(waiter).await, Err(AssignError::Draining)));
    let late = world.assigner.assign(&version(2, 128), None, None).await;
    assert!(matches!(late, Err(AssignError::Draining)));
    ms(60_000).await;
    assert!(!drained.is_finished(), "an invocation still runs");
    world.idle(lease);
    answer(drained).await;
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn after_draining_nothing_is_left_running() {
    let world = world(1_024, &[WELL]);
    let lease = world.leased(&version(1, 128)).await;
    world.idle(lease);
    world.end().await;
    ms(2_000).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_dropped_leaves_no_task() {
    drop(Assigner::<Placer, FakeWorker>::new(AssignmentOptions::default(), Placer::new()));
    ms(1).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_workers_sandboxes_leave_and_its_waiters_are_served_elsewhere() {
    let slow = Fate { ms: 1_000_000, end: End::Well };
    let (world, v) = (world(1_024, &[WELL, slow]), version(1, 128));
    let lease = world.leased(&v).await;
    let waiter = world.assign(&v);
    ms(100).await;
    let other = FakeWorker::new(1, 1_024, vec![WELL]);
    world.placer.leave(WorkerId(0));
    world.worker.vanish();
    world.join(1, 1_024, &other);
    world.assigner.worker_lost(WorkerId(0));
    let elsewhere = answer(waiter).await.expect("a sandbox");
    assert_eq!(elsewhere.worker, WorkerId(1));
    world.idle(lease);
    assert_eq!(world.pool(&v).map(|p| (p.idle, p.busy)), Some((0, 1)), "the lost one is not back");
    world.idle(elsewhere);
    world.end().await;
    assert_eq!(other.sandboxes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_function_grows_no_faster_than_it_may() {
    let growth = Rate::new(2, Duration::from_secs(2));
    let options = AssignmentOptions { growth, ..AssignmentOptions::default() };
    let (world, v) = (world_with(options, 4_096, &[WELL]), version(1, 128));
    let waiters: Vec<_> = (0..4).map(|_| world.assign(&v)).collect();
    ms(900).await;
    assert_eq!(world.worker.created(), 2, "two at once");
    ms(1_000).await;
    assert_eq!(world.worker.created(), 3, "and one a second");
    for waiter in waiters {
        answer(waiter).await.expect("a sandbox");
    }
    assert_eq!(world.worker.created(), 4);
    for (_, pool) in world.assigner.snapshot() {
        assert_eq!((pool.busy, pool.starting), (4, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_is_said_to_be_idle_twice_is_never_used_again() {
    let (world, v) = (world(1_024, &[WELL]), version(1, 128));
    let lease = world.leased(&v).await;
    world.idle(lease);
    world.idle(lease);
    let other = world.leased(&v).await;
    assert_ne!(other, lease);
    ms(2_000).await;
    assert_eq!(world.worker.sandboxes(), 1, "it was ended");
    world.idle(other);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_has_no_say_over_another_workers_sandbox() {
    let (world, v) = (world(128, &[WELL]), version(1, 128));
    let lease = world.leased(&v).await;
    world.assigner.idle(WorkerId(9), lease.sandbox);
    world.assigner.dead(WorkerId(9), lease.sandbox);
    let pool = world.pool(&v).expect("its sandbox is there");
    assert_eq!((pool.busy, pool.idle, world.placer.reserved_mb()), (1, 0, 128));
    world.idle(lease);
    world.end().await;
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_while_waiting_leaves_nothing_behind() {
    let (world, v) = (world(128, &[WELL]), version(1, 128));
    let lease = world.leased(&v).await;
    let waiters: Vec<_> = (0..5).map(|_| world.assign(&v)).collect();
    ms(1).await;
    assert_eq!(world.pool(&v).map(|p| p.waiters), Some(5));
    waiters.iter().for_each(JoinHandle::abort);
    ms(1_500).await;
    let pool = world.pool(&v).expect("it has a busy one");
    assert_eq!((pool.waiters, pool.starting, pool.busy), (0, 0, 1));
    world.idle(lease);
    world.end().await;
}

/// Grants and hang-ups race on real threads: no sandbox is lost, none is handed out twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant_that_races_a_hang_up_is_never_lost_and_never_doubled() {
    use std::collections::HashSet;
    use std::sync::Mutex;

    let quick = Fate { ms: 0, end: End::Well };
    let world = Arc::new(world(256, &[quick]));
    let (v, used) = (version(1, 128), Arc::new(Mutex::new(HashSet::new())));
    let clients = (0..8usize).map(|client| {
        let (world, v, used) = (Arc::clone(&world), Arc::clone(&v), Arc::clone(&used));
        tokio::spawn(async move {
            let mut served = 0;
            for round in 0..2_000 {
                let patience = async {
                    for _ in 0..(round + client) % 7 {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::select! {
                    biased;
                    () = patience, if round % 10 != 0 => {}
                    lease = world.assigner.assign(&v, None, None) => {
                        let lease = lease.expect("a sandbox");
                        assert!(used.lock().expect("whole").insert(lease.sandbox), "used twice");
                        tokio::task::yield_now().await;
                        used.lock().expect("whole").remove(&lease.sandbox);
                        world.idle(lease);
                        served += 1;
                    }
                }
            }
            served
        })
    });
    let mut served = 0;
    for client in clients.collect::<Vec<_>>() {
        served += answer(client).await;
    }
    assert!(served >= 8 * 200, "those who are patient are served: {served}");
    let pool = world.pool(&v).expect("its sandboxes are idle");
    assert_eq!((pool.waiters, pool.busy), (0, 0));
    Arc::into_inner(world).expect("all clients are gone").end().await;
}
