//! A whole simulated world: counting, assignment and placement as they are, clients that come,
//! wait and hang up, and workers that are fakes, with their own times, failures and deaths.
//! The clock is tokio's, paused: a history of minutes takes milliseconds.

mod common;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use common::fake::{End, FakeWorker, Fate};
use common::{scope, version};
use fika_assignment::{Assigner, AssignmentOptions, AssignmentService};
use fika_counting::{Counter, CountingOptions, Permit};
use fika_model::{FunctionVersion, LaneId, VersionUid, WorkerId};
use fika_placement::Placer;
use fika_worker::SandboxEvents;
use proptest::prelude::*;
use tokio::time::{sleep, timeout};

const ACCOUNT_LIMIT: u32 = 8;
/// The second function's reserved concurrency.
const RESERVED: u32 = 2;
const CAPACITY_MB: u32 = 1_024;

#[derive(Debug, Clone)]
struct Client {
    comes_ms: u64,
    version: usize,
    near: Option<u16>,
    /// Hangs up when there is no sandbox after that.
    patience_ms: Option<u64>,
    /// Finds no use for the sandbox it gets.
    turns_back: bool,
    run: Fate,
}

#[derive(Debug, Clone)]
enum Incident {
    WorkerLost,
    VersionRetired(usize),
}

#[derive(Debug, Clone)]
struct Script {
    clients: Vec<Client>,
    creations: Vec<Fate>,
    incidents: Vec<(u64, Incident)>,
    drains_at_ms: Option<u64>,
}

fn fate(ends: impl Strategy<Value = End>) -> impl Strategy<Value = Fate> {
    (0..300u64, ends).prop_map(|(ms, end)| Fate { ms, end })
}

fn client() -> impl Strategy<Value = Client> {
    let run = fate(prop_oneof![6 => Just(End::Well), 1 => Just(End::Badly)]);
    let patience = prop::option::weighted(0.3, 0..400u64);
    let near = prop::option::of(0..2u16);
    (0..1_500u64, 0..3usize, near, patience, prop::bool::weighted(0.1), run).prop_map(
        |(comes_ms, version, near, patience_ms, turns_back, run)| Client {
            comes_ms,
            version,
            near,
            patience_ms,
            turns_back,
            run,
        },
    )
}

fn script() -> impl Strategy<Value = Script> {
    let creation = fate(prop_oneof![
        12 => Just(End::Well),
        2 => Just(End::Badly),
        1 => Just(End::AtOnce),
    ]);
    let incident = prop_oneof![
        1 => Just(Incident::WorkerLost),
        2 => (0..3usize).prop_map(Incident::VersionRetired),
    ];
    (
        prop::collection::vec(client(), 1..40),
        prop::collection::vec(creation, 1..12),
        prop::collection::vec((0..1_500u64, incident), 0..4),
        prop::option::weighted(0.2, 0..1_500u64),
    )
        .prop_map(|(clients, creations, incidents, drains_at_ms)| Script {
            clients,
            creations,
            incidents,
            drains_at_ms,
        })
}

struct World {
    counter: Counter,
    placer: Placer,
    assigner: Assigner<Placer, FakeWorker>,
    versions: [Arc<FunctionVersion>; 3],
    creations: Vec<Fate>,
    workers: std::sync::Mutex<Vec<(WorkerId, FakeWorker)>>,
}

impl World {
    fn new(creations: Vec<Fate>) -> Arc<Self> {
        let counter = Counter::new(CountingOptions {
            account_concurrency: ACCOUNT_LIMIT,
            requests_per_second: None,
        });
        let versions = [version(1, 128), version(2, 256), version(3, 512)];
        counter.reserve(&versions[1].arn, Some(RESERVED));
        let placer = Placer::new();
        let assigner = Assigner::new(AssignmentOptions::default(), placer.clone());
        let workers = std::sync::Mutex::default();
        let world = Self { counter, placer, assigner, versions, creations, workers };
        world.join();
        Arc::new(world)
    }

    fn join(&self) {
        let mut workers = self.workers.lock().expect("no panic inside");
        let id = WorkerId(u32::try_from(workers.len()).expect("few"));
        let limits = HashMap::from([(VersionUid(2), RESERVED)]);
        let creations = self.creations.clone();
        let limits = (limits, ACCOUNT_LIMIT);
        let worker = FakeWorker::limited(id.0, CAPACITY_MB, creations, limits);
        worker.report_to(Arc::new(self.assigner.clone()));
        self.assigner.add_worker(id, worker.clone());
        self.placer.join(id, u64::from(CAPACITY_MB));
        workers.push((id, worker));
    }

    fn lose_worker(&self) {
        let (id, worker) = self.workers.lock().expect("no panic inside")[..]
            .last()
            .cloned()
            .expect("there is always one");
        self.placer.leave(id);
        worker.vanish();
        self.join();
        self.assigner.worker_lost(id);
    }

    async fn incident(&self, after_ms: u64, incident: Incident) {
        sleep(Duration::from_millis(after_ms)).await;
        match incident {
            Incident::WorkerLost => self.lose_worker(),
            Incident::VersionRetired(i) => self.assigner.retire_version(self.versions[i].uid),
        }
    }

    async fn client(&self, client: Client) {
        sleep(Duration::from_millis(client.comes_ms)).await;
        let version = &self.versions[client.version];
        let Ok(permit) = self.counter.try_admit(&version.arn, version.uid) else { return };
        let patience = Duration::from_millis(client.patience_ms.unwrap_or(u64::MAX / 2));
        let assigned = self.assigner.assign(version, None, client.near.map(LaneId));
        let Ok(Ok(lease)) = timeout(patience, assigned).await else { return };
        if client.turns_back {
            return self.assigner.idle(lease.worker, lease.sandbox);
        }
        let worker = self.assigner.worker(lease.worker);
        if let Some(finished) = worker.and_then(|w| w.run(lease.sandbox, client.run).ok()) {
            hold(permit, finished).await;
        }
    }

    fn check_the_end(&self) {
        for (id, worker) in self.workers.lock().expect("no panic inside").iter() {
            assert_eq!(worker.offences(), [""; 0], "on {id:?}");
            assert_eq!(worker.sandboxes(), 0, "no sandbox is left on {id:?}");
        }
        assert_eq!(self.counter.snapshot(&scope()).running, 0, "all permits came back");
        assert_eq!(self.placer.reserved_mb(), 0, "all memory came back");
        assert!(self.assigner.snapshot().is_empty(), "all tickets and sandboxes are gone");
    }
}

/// The permit lasts as long as the invocation, whatever its client does.
async fn hold(permit: Permit, finished: tokio::sync::oneshot::Receiver<()>) {
    let _ = finished.await;
    drop(permit);
}

const LONG: Duration = Duration::from_secs(3_600);

async fn live(script: Script) {
    let world = World::new(script.creations);
    let mut tasks = Vec::new();
    for client in script.clients {
        let world = Arc::clone(&world);
        tasks.push(tokio::spawn(async move { world.client(client).await }));
    }
    for (after_ms, incident) in script.incidents {
        let world = Arc::clone(&world);
        tasks.push(tokio::spawn(async move { world.incident(after_ms, incident).await }));
    }
    if let Some(ms) = script.drains_at_ms {
        sleep(Duration::from_millis(ms)).await;
        timeout(LONG, world.assigner.drain()).await.expect("draining comes to its end");
    }
    for task in tasks {
        let ended = timeout(LONG, task).await.expect("nobody waits for ever: no waiter is lost");
        ended.expect("no panic");
    }
    timeout(LONG, world.assigner.drain()).await.expect("draining comes to its end");
    sleep(Duration::from_secs(1)).await;
    world.check_the_end();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_promise_holds_in_a_whole_world(script in script()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(live(script));
    }
}
