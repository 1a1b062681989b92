//! How many prepared sandboxes to keep, of which kind: pure. Events in, actions out; time is an
//! argument.
//!
//! A kind is kept from its first use on, and an hour beyond its last. As many as twice the starts
//! of the last minute are wanted, within the memory there is for all of them: first one of each
//! kind, then where demand is greatest.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How fast demand is forgotten: a start counts for a third when it is this old.
const MEMORY: Duration = Duration::from_secs(60);
/// How long a kind is kept that nobody uses.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// The most of one kind.
const MOST: usize = 16;
/// How long after a start its replacement is built: the start itself comes first.
const SETTLE: Duration = Duration::from_millis(20);
/// A start that takes longer than this waits for something, and needs no peace any more.
const RUSH: Duration = Duration::from_secs(1);
/// How long building pauses after a first failure; each further one doubles it.
const PAUSE: Duration = Duration::from_secs(1);
/// How often it doubles at most.
const DOUBLINGS: u32 = 6;

/// What bounds a stock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Memory for all prepared sandboxes, MB.
    pub memory_mb: u32,
    /// How many are built at once.
    pub building: usize,
    /// With so many cold starts under way, none is built.
    pub busy: usize,
}

/// What has happened.
#[derive(Debug, Clone)]
pub(crate) enum Event<K> {
    /// A cold start has begun, with a prepared sandbox (`hit`) or without.
    Started { kind: K, cost_mb: u32, hit: bool },
    /// The cold start that began then is over, however it went.
    Over(Instant),
    /// One is ready.
    Built(K),
    /// One could not be built.
    Failed(K),
    /// One that was ready has ended by itself.
    Died(K),
    /// Time has gone by.
    Tick,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action<K> {
    /// Build one. `Built` or `Failed` follows.
    Build(K),
    /// End one that is ready.
    Drop(K),
}

/// How cold starts have fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockFacts {
    /// They got a prepared sandbox.
    pub hits: u64,
    /// None is kept of their kind.
    pub misses: u64,
    /// Some are kept, and all were in use or not built yet.
    pub exhausted: u64,
}

/// One kind.
#[derive(Debug)]
struct Shelf {
    ready: usize,
    building: usize,
    cost_mb: u32,
    /// Starts of the last minute, as of `last`, the newest in full and older ones less.
    demand: f64,
    last: Instant,
    failures: u32,
    /// No earlier than then is one built.
    not_before: Instant,
}

impl Shelf {
    fn new(now: Instant) -> Self {
        Self {
            ready: 0,
            building: 0,
            cost_mb: 0,
            demand: 0.0,
            last: now,
            failures: 0,
            not_before: now,
        }
    }

    fn count(&self) -> usize {
        self.ready + self.building
    }

    fn demand(&self, now: Instant) -> f64 {
        let age = now.saturating_duration_since(self.last);
        self.demand * (-age.as_secs_f64() / MEMORY.as_secs_f64()).exp()
    }

    fn wanted(&self, now: Instant) -> usize {
        if now.saturating_duration_since(self.last) >= KEPT {
            return 0;
        }
        // Never negative, and the cast saturates.
        ((2.0 * self.demand(now)).ceil() as usize).clamp(1, MOST)
    }

    /// What one more is worth beside `have`: the first of a kind more than any second.
    fn worth(&self, now: Instant, have: usize) -> (bool, f64) {
        (have == 0, self.demand(now) / (have + 1) as f64)
    }

    fn failed(&mut self, now: Instant) {
        let pause = PAUSE * 2_u32.pow(self.failures.min(DOUBLINGS));
        self.failures = self.failures.saturating_add(1);
        self.not_before = self.not_before.max(now + pause);
    }
}

/// The books of a stock.
#[derive(Debug)]
pub(crate) struct Policy<K> {
    bounds: Bounds,
    shelves: BTreeMap<K, Shelf>,
    /// When the cold starts under way began.
    running: Vec<Instant>,
    facts: StockFacts,
}

impl<K: Ord + Clone> Policy<K> {
    pub fn new(bounds: Bounds) -> Self {
        let (shelves, running, facts) = Default::default();
        Self { bounds, shelves, running, facts }
    }

    pub fn facts(&self) -> StockFacts {
        self.facts
    }

    pub fn on(&mut self, now: Instant, event: Event<K>) -> Vec<Action<K>> {
        match event {
            Event::Started { kind, cost_mb, hit } => self.started(now, kind, cost_mb, hit),
            Event::Over(begun) => {
                if let Some(at) = self.running.iter().position(|running| *running == begun) {
                    self.running.swap_remove(at);
                }
            }
            Event::Built(kind) => self.change(kind, |shelf| {
                shelf.building -= 1;
                shelf.ready += 1;
            }),
            Event::Failed(kind) => self.change(kind, |shelf| {
                shelf.building -= 1;
                shelf.failed(now);
            }),
            Event::Died(kind) => self.change(kind, |shelf| {
                shelf.ready -= 1;
                shelf.failed(now);
            }),
            Event::Tick => {}
        }
        let mut actions = Vec::new();
        self.settle(now, &mut actions);
        actions
    }

    /// When time alone changes what is to be done, if it does.
    pub fn wake(&self, now: Instant) -> Option<Instant> {
        let targets = self.targets(now);
        let short = |(kind, shelf): &(&K, &Shelf)| shelf.count() < targets[*kind];
        let due = self.shelves.iter().filter(short).map(|(_, shelf)| shelf.not_before).min()?;
        let calm = self.running.iter().map(|begun| *begun + RUSH).min();
        [Some(due), calm].into_iter().flatten().filter(|at| *at > now).min()
    }

    fn change(&mut self, kind: K, change: impl FnOnce(&mut Shelf)) {
        // What is built or ready is on a shelf: one that holds any is never taken down.
        if let Some(shelf) = self.shelves.get_mut(&kind) {
            change(shelf);
        }
    }

    fn started(&mut self, now: Instant, kind: K, cost_mb: u32, hit: bool) {
        let kept = self.targets(now).get(&kind).is_some_and(|target| *target > 0);
        let facts = &mut self.facts;
        *match (hit, kept) {
            (true, _) => &mut facts.hits,
            (false, true) => &mut facts.exhausted,
            (false, false) => &mut facts.misses,
        } += 1;
        self.running.push(now);
        let shelf = self.shelves.entry(kind).or_insert_with(|| Shelf::new(now));
        shelf.demand = shelf.demand(now) + 1.0;
        (shelf.last, shelf.cost_mb) = (now, cost_mb);
        if hit {
            shelf.ready -= 1;
            shelf.failures = 0;
        }
        // Put off once and not by every start, or a steady stream of them would have none.
        if shelf.not_before <= now {
            shelf.not_before = now + SETTLE;
        }
    }

    /// How many of each kind there should be.
    fn targets(&self, now: Instant) -> BTreeMap<K, usize> {
        let mut targets: BTreeMap<K, usize> =
            self.shelves.keys().map(|kind| (kind.clone(), 0)).collect();
        let mut left = self.bounds.memory_mb;
        loop {
            let open = self.shelves.iter().filter(|(kind, shelf)| {
                shelf.cost_mb <= left && targets[*kind] < shelf.wanted(now)
            });
            let best = best(open.map(|(kind, shelf)| (kind, shelf.worth(now, targets[kind]))));
            let Some(kind) = best else { return targets };
            left -= self.shelves[kind].cost_mb;
            *targets.entry(kind.clone()).or_default() += 1;
        }
    }

    fn settle(&mut self, now: Instant, actions: &mut Vec<Action<K>>) {
        let targets = self.targets(now);
        for (kind, shelf) in &mut self.shelves {
            // One too many is no harm: demand goes up and down by one all the time.
            let most = targets[kind] + usize::from(targets[kind] > 0);
            while shelf.ready > 0 && shelf.count() > most {
                shelf.ready -= 1;
                actions.push(Action::Drop(kind.clone()));
            }
        }
        self.shelves.retain(|_, shelf| shelf.count() > 0 || shelf.wanted(now) > 0);
        while let Some(kind) = self.next(now, &targets) {
            if !self.make_room(self.shelves[&kind].cost_mb, &targets, actions) {
                return;
            }
            self.change(kind.clone(), |shelf| shelf.building += 1);
            actions.push(Action::Build(kind));
        }
    }

    /// What to build now, if anything.
    fn next(&self, now: Instant, targets: &BTreeMap<K, usize>) -> Option<K> {
        let building: usize = self.shelves.values().map(|shelf| shelf.building).sum();
        let rush = self.running.iter().filter(|begun| now < **begun + RUSH).count();
        if building >= self.bounds.building || rush >= self.bounds.busy {
            return None;
        }
        let due = self
            .shelves
            .iter()
            .filter(|(kind, shelf)| shelf.count() < targets[*kind] && shelf.not_before <= now);
        best(due.map(|(kind, shelf)| (kind, shelf.worth(now, shelf.count())))).cloned()
    }

    /// Drops what is beyond its target until so much more fits.
    fn make_room(
        &mut self,
        cost_mb: u32,
        targets: &BTreeMap<K, usize>,
        actions: &mut Vec<Action<K>>,
    ) -> bool {
        while self.held_mb() + u64::from(cost_mb) > self.bounds.memory_mb.into() {
            let surplus = self
                .shelves
                .iter_mut()
                .find(|(kind, shelf)| shelf.ready > 0 && shelf.count() > targets[*kind]);
            let Some((kind, shelf)) = surplus else { return false };
            shelf.ready -= 1;
            actions.push(Action::Drop(kind.clone()));
        }
        true
    }

    fn held_mb(&self) -> u64 {
        self.shelves.values().map(|shelf| shelf.count() as u64 * u64::from(shelf.cost_mb)).sum()
    }
}

/// The one that is worth most; of equals the first.
fn best<'a, K>(all: impl Iterator<Item = (&'a K, (bool, f64))>) -> Option<&'a K> {
    let more = |a: (bool, f64), b: (bool, f64)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).is_gt();
    let first: Option<(&K, (bool, f64))> = None;
    let best = all.fold(first, |best, one| match best {
        Some(best) if !more(one.1, best.1) => Some(best),
        _ => Some(one),
    });
    best.map(|(kind, _)| kind)
}

#[cfg(test)]
mod tests;
