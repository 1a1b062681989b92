//! How many prepared sandboxes to keep, of which kind: pure. Events in, actions out; time is an
//! argument.
//!
//! A kind is kept from its first use on, and an hour beyond its last. As many as twice the starts
//! of the last minute are wanted, within the memory there is for all of them: first one of each
//! kind, then where demand is greatest.
//!
//! Some kinds are copies of a snapshot, which has to be made first: one at a time, whether there
//! is room for copies of it or not, since a start that finds none in stock restores it as well.

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
/// The same for a start beside which a snapshot would be made: the first of a guest boots.
const LONG_RUSH: Duration = Duration::from_secs(15);
/// How long the building of a kind pauses after a first failure; each further one doubles it.
const PAUSE: Duration = Duration::from_secs(1);
/// The same after a snapshot could not be made, which costs far more.
const LONG_PAUSE: Duration = Duration::from_secs(60);
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

/// What a kind holds of the machine's memory, MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cost {
    /// Each of it.
    pub each_mb: u32,
    /// All of it together, while there is any.
    pub shared_mb: u32,
}

impl Cost {
    /// What one more takes where there are so many.
    fn of_one_more(self, have: usize) -> u32 {
        self.each_mb + if have == 0 { self.shared_mb } else { 0 }
    }

    fn of(self, count: usize) -> u64 {
        let shared = if count > 0 { self.shared_mb } else { 0 };
        count as u64 * u64::from(self.each_mb) + u64::from(shared)
    }
}

/// What has happened.
#[derive(Debug, Clone)]
pub(crate) enum Event<K> {
    /// A cold start has begun, with a prepared sandbox (`hit`) or without. `buildable` is false
    /// for a kind whose snapshot has to be made first.
    Started { kind: K, cost: Cost, hit: bool, buildable: bool },
    /// The cold start that began then is over, however it went.
    Over(Instant),
    /// One is ready.
    Built(K),
    /// One could not be built.
    Failed(K),
    /// There is a snapshot of the kind.
    Made(K),
    /// The snapshot could not be made.
    NotMade(K),
    /// There is none any more: it was of no use.
    Spoilt(K),
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
    /// Make the snapshot that the kind is copied from. `Made` or `NotMade` follows.
    Make(K),
    /// End one that is ready.
    Drop(K),
    /// Nobody uses the kind any more.
    LetGo(K),
}

/// What a kind is copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// It is there, or none is needed.
    There,
    Missing,
    Making,
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
    source: Source,
    cost: Cost,
    /// Starts of the last minute, as of `last`, the newest in full and older ones less.
    demand: f64,
    last: Instant,
    failures: u32,
    /// No earlier than then is one built.
    not_before: Instant,
}

impl Shelf {
    fn new(now: Instant, buildable: bool) -> Self {
        Self {
            ready: 0,
            building: 0,
            source: if buildable { Source::There } else { Source::Missing },
            cost: Cost::default(),
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

    /// Whether somebody has used it of late.
    fn is_used(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) < KEPT
    }

    /// Whether its snapshot is to be made.
    fn lacks_snapshot(&self, now: Instant) -> bool {
        self.source == Source::Missing && self.is_used(now)
    }

    /// What is under way for it.
    fn at_work(&self) -> usize {
        self.building + usize::from(self.source == Source::Making)
    }

    fn wanted(&self, now: Instant) -> usize {
        if self.source != Source::There || !self.is_used(now) {
            return 0;
        }
        // Never negative, and the cast saturates.
        ((2.0 * self.demand(now)).ceil() as usize).clamp(1, MOST)
    }

    /// What one more is worth beside `have`: the first of a kind more than any second.
    fn worth(&self, now: Instant, have: usize) -> (bool, f64) {
        (have == 0, self.demand(now) / (have + 1) as f64)
    }

    fn failed(&mut self, now: Instant, first_pause: Duration) {
        let pause = first_pause * 2_u32.pow(self.failures.min(DOUBLINGS));
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
            Event::Started { kind, cost, hit, buildable } => {
                self.started(now, &kind, hit);
                self.demanded(now, kind, cost, hit, buildable);
            }
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
                shelf.failed(now, PAUSE);
            }),
            Event::Made(kind) => self.change(kind, |shelf| {
                shelf.source = Source::There;
                shelf.failures = 0;
            }),
            Event::NotMade(kind) => self.change(kind, |shelf| {
                shelf.source = Source::Missing;
                shelf.failed(now, LONG_PAUSE);
            }),
            Event::Spoilt(kind) => self.change(kind, |shelf| {
                if shelf.source == Source::There {
                    shelf.source = Source::Missing;
                }
            }),
            Event::Died(kind) => self.change(kind, |shelf| {
                shelf.ready -= 1;
                shelf.failed(now, PAUSE);
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
        let short = |(kind, shelf): &(&K, &Shelf)| {
            shelf.count() < targets[*kind] || shelf.lacks_snapshot(now)
        };
        let due = self.shelves.iter().filter(short).map(|(_, shelf)| shelf.not_before).min()?;
        let calm = self.running.iter().flat_map(|begun| [*begun + RUSH, *begun + LONG_RUSH]);
        calm.chain([due]).filter(|at| *at > now).min()
    }

    fn change(&mut self, kind: K, change: impl FnOnce(&mut Shelf)) {
        // What is built or ready is on a shelf: one that holds any is never taken down.
        if let Some(shelf) = self.shelves.get_mut(&kind) {
            change(shelf);
        }
    }

    fn started(&mut self, now: Instant, kind: &K, hit: bool) {
        let kept = self.targets(now).get(kind).is_some_and(|target| *target > 0);
        let facts = &mut self.facts;
        *match (hit, kept) {
            (true, _) => &mut facts.hits,
            (false, true) => &mut facts.exhausted,
            (false, false) => &mut facts.misses,
        } += 1;
        self.running.push(now);
    }

    fn demanded(&mut self, now: Instant, kind: K, cost: Cost, hit: bool, buildable: bool) {
        let shelf = self.shelves.entry(kind).or_insert_with(|| Shelf::new(now, buildable));
        shelf.demand = shelf.demand(now) + 1.0;
        (shelf.last, shelf.cost) = (now, cost);
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
                let have = targets[*kind];
                shelf.cost.of_one_more(have) <= left && have < shelf.wanted(now)
            });
            let best = best(open.map(|(kind, shelf)| (kind, shelf.worth(now, targets[kind]))));
            let Some(kind) = best else { return targets };
            left -= self.shelves[kind].cost.of_one_more(targets[kind]);
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
        let unused = |shelf: &Shelf| shelf.count() + shelf.at_work() == 0 && !shelf.is_used(now);
        let over = self.shelves.extract_if(.., |_, shelf| unused(shelf));
        actions.extend(over.map(|(kind, _)| Action::LetGo(kind)));
        if let Some(kind) = self.lacking(now) {
            self.change(kind.clone(), |shelf| shelf.source = Source::Making);
            actions.push(Action::Make(kind));
        }
        while let Some(kind) = self.next(now, &targets) {
            let shelf = &self.shelves[&kind];
            if !self.make_room(shelf.cost.of_one_more(shelf.count()), &targets, actions) {
                return;
            }
            self.change(kind.clone(), |shelf| shelf.building += 1);
            actions.push(Action::Build(kind));
        }
    }

    /// Whether anything more may be begun: enough of the starts that need peace are over.
    fn has_hands(&self, now: Instant, peace: Duration) -> bool {
        let at_work: usize = self.shelves.values().map(Shelf::at_work).sum();
        let rush = self.running.iter().filter(|begun| now < **begun + peace).count();
        at_work < self.bounds.building && rush < self.bounds.busy
    }

    /// Whose snapshot to make now, if anybody's.
    fn lacking(&self, now: Instant) -> Option<K> {
        let making = self.shelves.values().any(|one| one.source == Source::Making);
        if making || !self.has_hands(now, LONG_RUSH) {
            return None;
        }
        let due = self.shelves.iter();
        let due = due.filter(|(_, one)| one.lacks_snapshot(now) && one.not_before <= now);
        best(due.map(|(kind, shelf)| (kind, shelf.worth(now, 0)))).cloned()
    }

    /// What to build now, if anything.
    fn next(&self, now: Instant, targets: &BTreeMap<K, usize>) -> Option<K> {
        if !self.has_hands(now, RUSH) {
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
        self.shelves.values().map(|shelf| shelf.cost.of(shelf.count())).sum()
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
