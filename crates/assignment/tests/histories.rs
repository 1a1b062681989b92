//! Random histories of the pools alone, beside a plain model of the world: who waits, what every
//! sandbox does, what is reserved. Each check is one of the promises of the Assignment Service.

mod common;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use common::version;
use fika_assignment::{
    Action, AssignError, AssignmentOptions, Key, Lease, OLDEST, Pools, Start, Ticket,
};
use fika_model::{FunctionVersion, LaneId, SandboxId, TenantId, VersionUid, WorkerId};
use fika_placement::Placement;
use proptest::prelude::*;

/// One of those something can happen to, wrapping.
type Pick = usize;

/// What may happen next.
#[derive(Debug, Clone)]
enum Op {
    Invoke { whose: Whose, near: Option<u16> },
    HangUp(Pick),
    Place(Pick),
    Create { which: Pick, fails: bool },
    Return(Pick),
    Die(Pick),
    ConfirmEnd(Pick),
    LoseWorker(Pick),
    Evict(Pick),
    RetireVersion(u64),
    Provision { version: u64, amount: usize },
    Pass(u64),
}

/// A version, and a tenant of it.
type Whose = (u64, Option<&'static str>);

/// The first version keeps its tenants apart.
fn whose() -> impl Strategy<Value = Whose> {
    let tenant = prop::sample::select(vec!["blue", "green"]);
    prop_oneof![
        tenant.prop_map(|tenant| (0, Some(tenant))),
        (1..3u64).prop_map(|version| (version, None)),
    ]
}

fn key((version, tenant): Whose) -> Key {
    Key { version: VersionUid(version), tenant: tenant.and_then(TenantId::parse) }
}

fn op() -> impl Strategy<Value = Op> {
    let i = any::<Pick>;
    let near = || prop::option::of(0..3u16);
    prop_oneof![
        12 => (whose(), near()).prop_map(|(whose, near)| Op::Invoke { whose, near }),
        2 => i().prop_map(Op::HangUp),
        10 => i().prop_map(Op::Place),
        8 => (i(), prop::bool::weighted(0.2)).prop_map(|(which, fails)| Op::Create { which, fails }),
        10 => i().prop_map(Op::Return),
        2 => i().prop_map(Op::Die),
        3 => i().prop_map(Op::ConfirmEnd),
        1 => i().prop_map(Op::LoseWorker),
        2 => i().prop_map(Op::Evict),
        1 => (0..3u64).prop_map(Op::RetireVersion),
        3 => (0..3u64, 0..4usize).prop_map(|(version, amount)| Op::Provision { version, amount }),
        3 => (0..9_000u64).prop_map(Op::Pass),
        // A sandbox in use for so long gets old.
        1 => Just(Op::Pass(OLDEST.as_millis() as u64 / 2)),
    ]
}

const OPTIONS: fn() -> AssignmentOptions = || AssignmentOptions {
    keep_alive: Duration::from_secs(20),
    capacity_wait: Duration::from_secs(10),
    ..AssignmentOptions::default()
};

/// A sandbox as its worker knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Body {
    worker: WorkerId,
    key: Key,
    /// It is kept ahead.
    ahead: bool,
    /// The worker has not answered the creation yet.
    creating: bool,
    /// When it was ready.
    born: Duration,
    /// Its processes are there.
    alive: bool,
    /// The worker was told to end it.
    ending: bool,
    /// The invocation in it.
    runs: Option<u64>,
}

/// The versions need different memory.
fn version_of(uid: u64) -> Arc<FunctionVersion> {
    version(uid, 128 + 128 * u32::try_from(uid).expect("small"))
}

#[derive(Default)]
struct World {
    now: Duration,
    pools: Pools<u64>,
    placement: Placement,
    workers: Vec<WorkerId>,
    next_worker: u32,
    next_client: u64,
    waiting: BTreeMap<Whose, VecDeque<(u64, Ticket)>>,
    /// The tenant that each sandbox has served.
    served: BTreeMap<SandboxId, Option<TenantId>>,
    starts: Vec<Start>,
    bodies: BTreeMap<SandboxId, Body>,
    draining: bool,
    /// The first version was retired.
    retired: bool,
}

impl World {
    fn new() -> Self {
        let mut world = Self::default();
        world.join();
        world.join();
        world
    }

    fn join(&mut self) {
        let worker = WorkerId(self.next_worker);
        self.next_worker += 1;
        self.workers.push(worker);
        self.placement.join(worker, 512);
    }

    fn picked(&self, which: Pick, is: impl Fn(&Body) -> bool) -> Option<SandboxId> {
        let found: Vec<_> = self.bodies.iter().filter(|(_, b)| is(b)).map(|(&id, _)| id).collect();
        found.get(which.checked_rem(found.len())?).copied()
    }

    fn body(&mut self, sandbox: SandboxId) -> &mut Body {
        self.bodies.get_mut(&sandbox).expect("the worker has it")
    }

    fn invoke(&mut self, whose: Whose, near: Option<LaneId>) {
        let (uid, key) = (whose.0, key(whose));
        let client = self.next_client;
        self.next_client += 1;
        if let Some(lease) = self.pools.acquire(&key, near) {
            return self.run(client, whose, lease);
        }
        let mut out = Vec::new();
        let version = version_of(uid);
        let ticket =
            self.pools.wait(self.now, &version, key.tenant.as_ref(), near, client, &mut out);
        self.waiting.entry(whose).or_default().push_back((client, ticket));
        self.follow(out);
    }

    /// An invocation gets its sandbox.
    fn run(&mut self, client: u64, whose: Whose, lease: Lease) {
        assert!(!self.draining, "nothing is granted while draining");
        let body = self.bodies.get_mut(&lease.sandbox).expect("a sandbox that exists");
        assert_eq!(body.worker, lease.worker);
        let key = key(whose);
        assert_eq!(body.key, key, "a sandbox of one version or tenant never serves another");
        let served = self.served.entry(lease.sandbox).or_insert_with(|| key.tenant.clone());
        assert_eq!(*served, key.tenant, "nor has it ever");
        assert!(body.alive && !body.ending, "a dead sandbox is never granted");
        assert!(!body.creating, "nor one that is not ready");
        assert!(self.now < body.born + OLDEST, "nor one whose credentials run out");
        assert_eq!(body.runs, None, "never two invocations in one sandbox at once");
        body.runs = Some(client);
    }

    fn provision(&mut self, uid: u64, amount: usize) {
        let mut out = Vec::new();
        let version = version_of(uid);
        self.pools.provision(self.now, &version, amount, &mut out);
        self.follow(out);
    }

    fn leave_queue(&mut self, client: u64, in_order: bool) -> Whose {
        for (&whose, queue) in &mut self.waiting {
            if let Some(at) = queue.iter().position(|(c, _)| *c == client) {
                assert!(!in_order || at == 0, "waiters are served in order");
                queue.remove(at);
                return whose;
            }
        }
        panic!("an answer for {client}, who does not wait (any more)");
    }

    fn follow(&mut self, out: Vec<Action<u64>>) {
        for action in out {
            match action {
                Action::Grant(client, lease) => {
                    let whose = self.leave_queue(client, true);
                    self.run(client, whose, lease);
                }
                Action::Refuse(client, why) => {
                    let by_age = matches!(why, AssignError::Throttled(_));
                    self.leave_queue(client, !by_age);
                }
                Action::Start(start) => self.starts.push(start),
                Action::Retire(worker, sandbox) => {
                    let body = self.body(sandbox);
                    assert_eq!((body.worker, body.runs), (worker, None), "only an unused one ends");
                    body.ending = true;
                }
                Action::Release(worker, demand) => {
                    self.placement.release(worker, demand).expect("it was reserved");
                }
            }
        }
    }

    /// Does the op if there is something it can happen to.
    fn step(&mut self, op: Op) {
        let mut out = Vec::new();
        match op {
            Op::Invoke { whose, near } => self.invoke(whose, near.map(LaneId)),
            Op::HangUp(which) => self.hang_up(which),
            Op::Place(which) => self.place(which),
            Op::Create { which, fails } => {
                if let Some(sandbox) = self.picked(which, |b| b.creating) {
                    self.created(sandbox, fails);
                }
            }
            Op::Return(which) => {
                if let Some(sandbox) = self.picked(which, |b| b.runs.is_some()) {
                    self.end_invocation(sandbox);
                }
            }
            Op::Die(which) => {
                if let Some(sandbox) = self.picked(which, |b| b.alive) {
                    self.die(sandbox);
                }
            }
            Op::ConfirmEnd(which) => {
                if let Some(sandbox) = self.picked(which, |b| b.alive && b.ending) {
                    self.die(sandbox);
                }
            }
            Op::LoseWorker(which) => {
                let worker = self.workers[which % self.workers.len()];
                self.placement.leave(worker);
                self.workers.retain(|w| *w != worker);
                self.bodies.retain(|_, b| b.worker != worker);
                self.pools.worker_lost(worker, &mut out);
                self.join();
            }
            Op::Evict(which) => {
                if let Some(sandbox) = self.picked(which, |_| true) {
                    let kept = self.body(sandbox).ahead;
                    self.pools.evict(sandbox, &mut out);
                    assert!(!kept || out.is_empty(), "what is kept ahead does not give way");
                }
            }
            Op::Provision { version, amount } => self.provision(version, amount),
            Op::RetireVersion(uid) => {
                self.retired |= uid == 0;
                self.pools.retire_version(VersionUid(uid), &mut out);
            }
            Op::Pass(ms) => {
                self.now += Duration::from_millis(ms);
                self.pools.tick(self.now, &OPTIONS(), &mut out);
            }
        }
        self.follow(out);
    }

    fn hang_up(&mut self, which: Pick) {
        let all: Vec<_> = self.waiting.values().flatten().cloned().collect();
        if let Some((client, ticket)) = which.checked_rem(all.len()).and_then(|i| all.get(i)) {
            self.leave_queue(*client, false);
            assert!(self.pools.cancel(ticket), "who waits can leave");
        }
    }

    fn place(&mut self, which: Pick) {
        if self.starts.is_empty() {
            return;
        }
        let start = self.starts.swap_remove(which % self.starts.len());
        if !self.pools.still_wanted(start.sandbox) {
            return;
        }
        let Ok(worker) = self.placement.place(start.demand()) else {
            self.pools.hungry(self.now, start.sandbox);
            return self.starts.push(start);
        };
        assert!(self.pools.placed(start.sandbox, worker), "it is wanted");
        let ahead = start.ahead;
        let key = Key { version: start.version.uid, tenant: start.tenant };
        let (born, ending, runs) = (self.now, false, None);
        let (creating, alive) = (true, true);
        let body = Body { worker, key, ahead, creating, born, alive, ending, runs };
        self.bodies.insert(start.sandbox, body);
    }

    fn created(&mut self, sandbox: SandboxId, fails: bool) {
        let mut out = Vec::new();
        let now = self.now;
        let body = self.body(sandbox);
        (body.creating, body.born) = (false, now);
        let gone = fails || !body.alive;
        if gone {
            self.bodies.remove(&sandbox);
        }
        if fails {
            let error = AssignError::Worker("it is told to fail".into());
            self.pools.failed(sandbox, error, &mut out);
        } else {
            self.pools.ready(self.now, sandbox, &mut out);
        }
        self.follow(out);
    }

    fn end_invocation(&mut self, sandbox: SandboxId) {
        let mut out = Vec::new();
        let body = self.body(sandbox);
        body.runs = None;
        let worker = body.worker;
        self.pools.returned(self.now, worker, sandbox, &mut out);
        self.follow(out);
    }

    fn die(&mut self, sandbox: SandboxId) {
        let mut out = Vec::new();
        let body = self.body(sandbox);
        (body.alive, body.runs) = (false, None);
        let (worker, creating) = (body.worker, body.creating);
        if !creating {
            self.bodies.remove(&sandbox);
        }
        self.pools.gone(worker, sandbox, &mut out);
        self.follow(out);
    }

    /// What must hold between any two events.
    fn check(&self) {
        let reserved: u64 = self.placement.reserved_mb();
        assert!(reserved <= self.placement.capacity_mb(), "capacity is never exceeded");
        let shots: HashMap<_, _> = self.pools.snapshot().into_iter().collect();
        for (&whose, queue) in &self.waiting {
            let key = key(whose);
            let shot = shots.get(&key);
            assert_eq!(shot.map_or(0, |s| s.waiters), queue.len(), "no waiter is lost");
            if let Some(shot) = shot.filter(|s| s.waiters > 0) {
                assert_eq!(shot.idle, 0, "nobody waits while a sandbox is idle");
                assert!(self.may_start(&key) >= shot.waiters, "each waiter has one coming");
            }
        }
        for uid in (0..3).map(VersionUid) {
            let state = self.pools.provisioned(uid);
            let ready = |b: &&Body| b.ahead && !b.creating && b.alive && !b.ending;
            let of = self.bodies.values().filter(|b| b.key.version == uid);
            let ready = of.filter(ready).count().min(state.wanted);
            assert_eq!(state.ready, ready, "what is said to be ready is there");
        }
        let busy: usize = shots.values().map(|s| s.busy).sum();
        let running = self.bodies.values().filter(|b| b.runs.is_some()).count();
        assert_eq!(busy, running, "what is leased is what runs");
    }

    fn may_start(&self, key: &Key) -> usize {
        let of = |s: &&Start| (s.version.uid, &s.tenant) == (key.version, &key.tenant);
        let starts = self.starts.iter().filter(of).count();
        starts + self.bodies.values().filter(|b| b.key == *key && b.creating).count()
    }

    fn drain(&mut self) {
        let mut out = Vec::new();
        self.draining = true;
        self.pools.drain(&mut out);
        self.follow(out);
    }

    fn is_settled(&self) -> bool {
        let still = |b: &Body| b.creating || b.runs.is_some();
        self.waiting.values().all(VecDeque::is_empty) && !self.bodies.values().any(still)
    }

    /// Lets everything come to its end, without a failure: whoever waits gets a sandbox.
    fn settle(&mut self) {
        (0..3).for_each(|uid| self.provision(uid, 0));
        while !self.is_settled() {
            while let Some(sandbox) = self.picked(0, |b| b.creating) {
                self.created(sandbox, false);
            }
            while let Some(sandbox) = self.picked(0, |b| b.runs.is_some()) {
                self.end_invocation(sandbox);
            }
            for sandbox in self.bodies.keys().copied().collect::<Vec<_>>() {
                let mut out = Vec::new();
                self.pools.evict(sandbox, &mut out);
                self.follow(out);
            }
            self.confirm_ends();
            for which in 0..self.starts.len() {
                self.place(which);
            }
            self.check();
        }
    }

    /// What is provisioned gets there, where nothing fails and there is room.
    fn provide(&mut self) {
        self.provision(0, 2);
        // Beyond every pause after what has failed before, and every wait.
        for _ in 0..3 {
            self.step(Op::Pass(70_000));
            self.confirm_ends();
            for _ in 0..self.starts.len() {
                self.place(0);
            }
            while let Some(sandbox) = self.picked(0, |b| b.creating) {
                self.created(sandbox, false);
            }
            self.check();
        }
        let ready = self.pools.provisioned(VersionUid(0)).ready;
        assert_eq!(ready, if self.draining { 0 } else { 2 });
    }

    fn confirm_ends(&mut self) {
        while let Some(sandbox) = self.picked(0, |b| b.ending) {
            self.die(sandbox);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_promise_holds_in_every_history(
        ops in prop::collection::vec(op(), 1..120),
        drain_at in prop::option::weighted(0.3, 0..120usize),
    ) {
        let mut world = World::new();
        for (i, op) in ops.into_iter().enumerate() {
            if drain_at == Some(i) {
                world.drain();
            }
            world.step(op);
            world.check();
        }
        world.settle();
        if !world.retired {
            world.provide();
        }
        world.drain();
        world.confirm_ends();
        for start in std::mem::take(&mut world.starts) {
            prop_assert!(!world.pools.still_wanted(start.sandbox));
        }
        prop_assert!(world.pools.is_empty(), "nothing leaks: {:?}", world.pools.snapshot());
        prop_assert!(world.bodies.is_empty(), "every sandbox was ended: {:?}", world.bodies);
        prop_assert_eq!(world.placement.reserved_mb(), 0, "all memory came back");
    }
}
