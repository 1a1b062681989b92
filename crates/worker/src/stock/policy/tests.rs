//! Random histories, and the few that say what is meant.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Action, Bounds, Cost, Event, KEPT, LONG_PAUSE, MOST, Policy, StockFacts};

/// What each kind costs.
const COSTS: [Cost; KINDS] = [alone(45), alone(12), alone(1), alone(999), COPIED_COST];
const KINDS: usize = 5;
/// The one that does not fit.
const LARGE: usize = 3;
/// The one that is copied from a snapshot.
const COPIED: usize = 4;
const COPIED_COST: Cost = Cost { each_mb: 6, shared_mb: 20 };
const BOUNDS: Bounds = Bounds { memory_mb: 100, building: 2, busy: 2 };

const fn alone(each_mb: u32) -> Cost {
    Cost { each_mb, shared_mb: 0 }
}

/// The books, and a fake stock that does what it is told.
struct World {
    policy: Policy<usize>,
    now: Instant,
    ready: BTreeMap<usize, usize>,
    building: Vec<usize>,
    running: Vec<Instant>,
    used: [Option<Instant>; KINDS],
    making: BTreeSet<usize>,
    made: BTreeSet<usize>,
    starts: u64,
}

impl World {
    fn new(bounds: Bounds) -> Self {
        Self {
            policy: Policy::new(bounds),
            now: Instant::now(),
            ready: BTreeMap::new(),
            building: Vec::new(),
            running: Vec::new(),
            used: [None; KINDS],
            making: BTreeSet::new(),
            made: (0..COPIED).collect(),
            starts: 0,
        }
    }

    fn ready(&self, kind: usize) -> usize {
        self.ready.get(&kind).copied().unwrap_or_default()
    }

    fn take_ready(&mut self, kind: usize) -> bool {
        let taken = self.ready.get_mut(&kind).filter(|ready| **ready > 0);
        taken.map(|ready| *ready -= 1).is_some()
    }

    fn on(&mut self, event: Event<usize>) {
        let ticks = matches!(event, Event::Tick);
        for action in self.policy.on(self.now, event) {
            match action {
                Action::Build(kind) => {
                    self.assert_calm(super::RUSH);
                    assert!(self.made.contains(&kind), "there is nothing to copy");
                    self.building.push(kind);
                }
                Action::Make(kind) => {
                    self.assert_calm(super::LONG_RUSH);
                    assert!(self.making.is_empty(), "two at a time");
                    assert!(!self.made.contains(&kind), "it is there already");
                    self.making.insert(kind);
                }
                Action::LetGo(kind) => {
                    let used = self.used[kind].expect("a kind that was used");
                    assert!(self.now >= used + KEPT && self.ready(kind) == 0, "it is in use");
                }
                Action::Drop(kind) => assert!(self.take_ready(kind), "dropped what is not there"),
            }
            self.check();
        }
        if ticks {
            assert_eq!(self.policy.on(self.now, Event::Tick), [], "once is enough");
        }
    }

    fn assert_calm(&self, peace: Duration) {
        let rush = |begun: &&Instant| self.now < **begun + peace;
        let running = self.running.iter().filter(rush).count();
        assert!(running < BOUNDS.busy, "built while cold starts run");
    }

    fn start(&mut self, kind: usize) {
        let hit = self.take_ready(kind);
        self.starts += 1;
        self.running.push(self.now);
        self.used[kind] = Some(self.now);
        let buildable = self.made.contains(&kind);
        self.on(Event::Started { kind, cost: COSTS[kind], hit, buildable });
    }

    fn over(&mut self) {
        if let Some(begun) = self.running.pop() {
            self.on(Event::Over(begun));
        }
    }

    fn built(&mut self, well: bool) {
        if let Some(kind) = self.building.pop() {
            if well {
                *self.ready.entry(kind).or_default() += 1;
            }
            self.on(if well { Event::Built(kind) } else { Event::Failed(kind) });
        }
    }

    fn snapshot(&mut self, well: bool) {
        if let Some(kind) = self.making.pop_first() {
            if well {
                self.made.insert(kind);
            }
            self.on(if well { Event::Made(kind) } else { Event::NotMade(kind) });
        }
    }

    fn spoil(&mut self) {
        if self.made.remove(&COPIED) {
            self.on(Event::Spoilt(COPIED));
        }
    }

    fn die(&mut self, kind: usize) {
        if self.take_ready(kind) {
            self.on(Event::Died(kind));
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.on(Event::Tick);
    }

    /// Everything that can be built by itself is built.
    fn rest(&mut self) {
        while !self.running.is_empty() {
            self.over();
        }
        for _ in 0..1_000 {
            while !self.building.is_empty() || !self.making.is_empty() {
                self.built(true);
                self.snapshot(true);
            }
            let Some(wake) = self.policy.wake(self.now) else { return };
            self.now = wake;
            self.on(Event::Tick);
        }
        panic!("it never comes to rest: {:?}", self.policy);
    }

    fn check(&self) {
        let mut cost = 0;
        for (kind, each) in COSTS.iter().enumerate() {
            let building = self.building.iter().filter(|building| **building == kind).count();
            let count = self.ready(kind) + building;
            cost += u32::try_from(each.of(count)).expect("few");
            assert!(count <= MOST + 1, "too many of {kind}");
            assert!(count == 0 || self.used[kind].is_some(), "{kind} was never used");
        }
        assert!(cost <= self.policy.bounds.memory_mb, "{cost} MB");
        let under_way = self.building.len() + self.making.len();
        assert!(under_way <= self.policy.bounds.building);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Start(usize),
    Over,
    Built(bool),
    Snapshot(bool),
    Spoil,
    Die(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..KINDS).prop_map(Step::Start),
        5 => Just(Step::Over),
        6 => prop::bool::weighted(0.8).prop_map(Step::Built),
        3 => prop::bool::weighted(0.8).prop_map(Step::Snapshot),
        1 => Just(Step::Spoil),
        1 => (0..KINDS).prop_map(Step::Die),
        4 => (1..500_u64).prop_map(Step::Pass),
        1 => (1_000..4_000_000_u64).prop_map(Step::Pass),
    ]
}

proptest! {
    #[test]
    fn every_history_stays_in_bounds_and_comes_to_rest(steps in prop::collection::vec(step(), 1..200)) {
        let mut world = World::new(BOUNDS);
        for step in steps {
            match step {
                Step::Start(kind) => world.start(kind),
                Step::Over => world.over(),
                Step::Built(well) => world.built(well),
                Step::Snapshot(well) => world.snapshot(well),
                Step::Spoil => world.spoil(),
                Step::Die(kind) => world.die(kind),
                Step::Pass(ms) => world.pass(Duration::from_millis(ms)),
            }
            world.check();
        }
        let StockFacts { hits, misses, exhausted } = world.policy.facts();
        prop_assert_eq!(hits + misses + exhausted, world.starts);
        world.rest();
        for kind in (0..KINDS).filter(|kind| *kind != LARGE) {
            let kept = world.used[kind].is_some_and(|used| world.now < used + KEPT);
            prop_assert!(!kept || world.ready(kind) > 0, "{} is used, and none is kept", kind);
        }
        world.pass(KEPT);
        prop_assert!(world.ready.values().all(|ready| *ready == 0), "kept for ever");
        prop_assert!(world.policy.shelves.is_empty());
    }
}

#[test]
fn the_first_use_warms_it_and_tells_what_it_was() {
    let mut world = World::new(BOUNDS);
    world.start(0);
    assert!(world.building.is_empty(), "not beside the start itself");
    world.rest();
    assert_eq!(world.ready(0), 2);
    for _ in 0..3 {
        world.start(0);
    }
    world.start(LARGE);
    let facts = StockFacts { hits: 2, misses: 2, exhausted: 1 };
    assert_eq!(world.policy.facts(), facts, "what never fits is never kept");
}

#[test]
fn many_are_kept_while_many_are_started_and_few_later() {
    let mut world = World::new(Bounds { memory_mb: 1_000, ..BOUNDS });
    for _ in 0..100 {
        world.start(1);
    }
    world.rest();
    assert_eq!(world.ready(1), MOST);
    // 100 starts, forgotten at the pace of e for each minute.
    world.pass(Duration::from_secs(4 * 60));
    assert_eq!(world.ready(1), 5);
    world.pass(Duration::from_secs(10 * 60));
    assert_eq!(world.ready(1), 2);
}

#[test]
fn short_of_memory_each_kind_has_one_before_any_has_two() {
    let mut world = World::new(BOUNDS);
    for _ in 0..50 {
        world.start(0);
    }
    world.rest();
    assert_eq!((world.ready(0), world.ready(1)), (2, 0));
    world.start(1);
    world.rest();
    // One of kind 0 gives way: 45 + 45 + 12 is more than there is.
    assert_eq!((world.ready(0), world.ready(1)), (1, 2));
}

#[test]
fn what_keeps_failing_is_tried_ever_more_seldom() {
    let mut world = World::new(Bounds { building: 1, ..BOUNDS });
    world.start(2);
    world.over();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let wake = world.policy.wake(world.now).expect("another try");
        pauses.push((wake - world.now).as_secs());
        world.now = wake;
        world.on(Event::Tick);
        world.built(false);
    }
    assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 64, 64]);
}

#[test]
fn a_start_that_waits_for_something_keeps_nobody_from_building() {
    let mut world = World::new(BOUNDS);
    world.start(0);
    world.start(0);
    world.pass(super::RUSH / 2);
    assert!(world.building.is_empty());
    assert_eq!(world.policy.wake(world.now), Some(world.now + super::RUSH / 2));
    world.pass(super::RUSH / 2);
    assert_eq!(world.building, [0, 0]);
}

#[test]
fn a_snapshot_comes_before_its_copies() {
    let mut world = World::new(BOUNDS);
    world.start(COPIED);
    world.over();
    world.pass(super::SETTLE);
    assert_eq!((world.making.len(), world.building.len()), (1, 0));
    world.start(COPIED);
    world.snapshot(true);
    world.rest();
    assert_eq!(world.ready(COPIED), 4);
    let misses = world.policy.facts().misses;
    world.start(COPIED);
    assert_eq!((misses, world.policy.facts().hits), (2, 1), "none was kept before");
}

#[test]
fn a_snapshot_is_made_even_where_no_copy_fits() {
    let mut world = World::new(Bounds { memory_mb: 0, ..BOUNDS });
    world.start(COPIED);
    world.rest();
    assert!(world.made.contains(&COPIED));
    assert_eq!(world.ready(COPIED), 0);
}

#[test]
fn a_snapshot_that_cannot_be_made_is_tried_seldom() {
    let mut world = World::new(BOUNDS);
    world.start(COPIED);
    world.over();
    world.pass(super::SETTLE);
    world.snapshot(false);
    assert_eq!(world.policy.wake(world.now), Some(world.now + LONG_PAUSE));
}
