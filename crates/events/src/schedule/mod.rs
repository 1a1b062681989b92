//! Which event is next: a pure state machine. Time is an argument, milliseconds since 1970.
//!
//! Events for one target are a *lane*. A lane is dealt a few of 64 *shards* by its name (shuffle sharding: two
//! lanes seldom have the same ones), and each of its events waits in the least loaded of those. Shards
//! take turns, and within a shard lanes do; so a lane's million events stand in nobody's way but their own.
//!
//! What runs is bounded three times. All that runs shares one *room*, of which no lane takes more than what it
//! leaves free: so there always is some for who comes next. The same holds for the *concurrency* that a target shares
//! with others of its account, which are not events alone: how much of it is free is asked for each start. And a lane has
//! a *window*: it grows while events run, and falls to what runs when the target says that it is too much.

mod lane;

use std::cmp::Reverse;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use fika_journal::EntryId;
use fika_model::AccountId;

use lane::{Lane, Look};

/// How many queues there are.
const SHARDS: usize = 64;
/// How many of them a lane has.
const SHARDS_EACH: usize = 4;
/// How many lanes that found too little room are looked at again when something ends.
const LOOK_AGAIN: usize = 8;
/// When a lane that found too little concurrency is looked at again, if none of its own events ends before, milliseconds:
/// nothing tells when others end.
const LOOK_LATER: u64 = 1_000;

/// Whose events, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) account: AccountId,
    /// The ARN they go to.
    pub(crate) target: Arc<str>,
}

/// An event that waits. A million of them are in memory at times: it is to stay small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Waiting {
    /// When it was accepted.
    pub(crate) accepted: u64,
    pub(crate) entry: EntryId,
    /// How often it ran.
    pub(crate) attempts: u32,
    /// Bytes in the journal.
    pub(crate) size: u32,
}

impl Waiting {
    /// What it takes of the room while it runs.
    fn weight(&self) -> u32 {
        1 + self.size / (16 << 10)
    }
}

/// The number of a lane; none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LaneNumber(u64);

/// An event whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) lane: LaneNumber,
    pub(crate) key: Key,
    pub(crate) waiting: Waiting,
}

/// What became of one that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It ran, and is over.
    Ran,
    /// It is over and did not run.
    Gone,
    /// It ran, and is to run again then.
    Again { due: u64 },
    /// The target took no more: it waits again, and its lane with it, for that long at least.
    Back { at_least: Duration },
}

/// What waits for a later time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Later {
    Event(Waiting),
    Resume,
}

#[derive(Debug, Default)]
struct Shard {
    /// Lanes that may have something to start here.
    ring: VecDeque<LaneNumber>,
    waiting: u64,
}

/// How a lane stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LaneFacts {
    pub(crate) key: Key,
    /// Events that wait, also those for a later time.
    pub(crate) waiting: u64,
    pub(crate) running: u32,
    /// When the oldest that waits was accepted.
    pub(crate) oldest: Option<u64>,
}

/// Everything that waits.
#[derive(Debug)]
pub(crate) struct Schedule {
    names: HashMap<Key, LaneNumber>,
    lanes: HashMap<LaneNumber, Lane>,
    next: u64,
    shards: Vec<Shard>,
    /// Whose turn it is.
    turn: usize,
    /// Lanes that found too little room.
    crowded: VecDeque<LaneNumber>,
    later: BinaryHeap<Reverse<(u64, LaneNumber, Later)>>,
    room: u32,
    used: u32,
}

impl Schedule {
    /// Nothing yet. So much may run at once: one each, and one more for every 16 KiB.
    pub(crate) fn new(room: u32) -> Self {
        Self {
            names: HashMap::new(),
            lanes: HashMap::new(),
            next: 0,
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            turn: 0,
            crowded: VecDeque::new(),
            later: BinaryHeap::new(),
            room,
            used: 0,
        }
    }

    /// Takes an event that waits until `due`.
    pub(crate) fn add(&mut self, key: &Key, waiting: Waiting, due: u64, now: u64) {
        let number = self.lane(key);
        if due > now {
            self.put_off(number, waiting, due);
        } else {
            self.push(number, waiting, false);
        }
    }

    /// The next event to start, if any may. `left` is how much is free of the concurrency that a target shares with
    /// others; none where it shares none.
    pub(crate) fn next(&mut self, now: u64, left: impl Fn(&Key) -> Option<u32>) -> Option<Start> {
        self.ripen(now);
        for step in 0..SHARDS {
            let shard = (self.turn + step) % SHARDS;
            if let Some(start) = self.next_of(shard, now, &left) {
                self.turn = (shard + 1) % SHARDS;
                return Some(start);
            }
        }
        None
    }

    /// Hears how one ended that was started; with its attempts, if they are more now.
    pub(crate) fn end(&mut self, number: LaneNumber, waiting: Waiting, end: End, now: u64) {
        let Some(lane) = self.lanes.get_mut(&number) else { return };
        self.used = self.used.saturating_sub(waiting.weight());
        lane.leave(waiting.weight());
        match end {
            End::Ran => lane.ran(),
            End::Gone => {}
            End::Again { due } => {
                lane.ran();
                self.put_off(number, waiting, due);
            }
            End::Back { at_least } => {
                if let Some(resume) = lane.refused(at_least, now) {
                    self.later.push(Reverse((resume, number, Later::Resume)));
                }
                self.push(number, waiting, true);
            }
        }
        self.enter(number);
        self.forget(number);
        for _ in 0..LOOK_AGAIN {
            let Some(crowded) = self.crowded.pop_front() else { break };
            if let Some(lane) = self.lanes.get_mut(&crowded) {
                lane.crowded = false;
                self.enter(crowded);
            }
        }
    }

    /// When something waits for that is not there yet.
    pub(crate) fn wake(&self) -> Option<u64> {
        self.later.peek().map(|Reverse((at, ..))| *at)
    }

    /// How many wait or run.
    #[cfg(test)]
    pub(crate) fn len(&self) -> u64 {
        self.lanes.values().map(|lane| lane.waiting() + u64::from(lane.running)).sum()
    }

    /// How each lane stands.
    pub(crate) fn facts(&self) -> Vec<LaneFacts> {
        let mut oldest: HashMap<LaneNumber, u64> = HashMap::new();
        for Reverse((_, number, later)) in &self.later {
            if let Later::Event(waiting) = later {
                let at = oldest.entry(*number).or_insert(u64::MAX);
                *at = waiting.accepted.min(*at);
            }
        }
        let facts = |(number, lane): (&LaneNumber, &Lane)| LaneFacts {
            key: lane.key.clone(),
            waiting: lane.waiting(),
            running: lane.running,
            oldest: lane.oldest().into_iter().chain(oldest.get(number).copied()).min(),
        };
        self.lanes.iter().map(facts).collect()
    }

    /// Events that wait in lanes that are wanted, with when they are due, at most so many of each lane.
    pub(crate) fn list(
        &self,
        wanted: impl Fn(&Key) -> bool,
        most: usize,
    ) -> Vec<(Key, Waiting, u64)> {
        let mut found = Vec::new();
        for lane in self.lanes.values().filter(|lane| wanted(&lane.key)) {
            let ready = lane.queues.iter().flat_map(|queue| queue.iter().take(most));
            found.extend(ready.map(|waiting| (lane.key.clone(), *waiting, 0)));
        }
        for Reverse((due, number, later)) in &self.later {
            let lane = self.lanes.get(number).filter(|lane| wanted(&lane.key));
            if let (Later::Event(waiting), Some(lane)) = (later, lane) {
                found.push((lane.key.clone(), *waiting, *due));
            }
        }
        found.sort_by_key(|(_, waiting, _)| waiting.entry);
        found.truncate(most);
        found
    }

    fn lane(&mut self, key: &Key) -> LaneNumber {
        if let Some(number) = self.names.get(key) {
            return *number;
        }
        let number = LaneNumber(self.next);
        self.next += 1;
        self.names.insert(key.clone(), number);
        self.lanes.insert(number, Lane::new(key.clone(), dealt(key)));
        number
    }

    fn put_off(&mut self, number: LaneNumber, waiting: Waiting, due: u64) {
        if let Some(lane) = self.lanes.get_mut(&number) {
            lane.delayed += 1;
            self.later.push(Reverse((due, number, Later::Event(waiting))));
        }
    }

    /// Puts an event into the least loaded shard of its lane.
    fn push(&mut self, number: LaneNumber, waiting: Waiting, first: bool) {
        let Some(lane) = self.lanes.get_mut(&number) else { return };
        let load = |at: &usize| self.shards[lane.shards[*at]].waiting;
        let at = (0..SHARDS_EACH).min_by_key(load).unwrap_or_default();
        self.shards[lane.shards[at]].waiting += 1;
        if first {
            lane.queues[at].push_front(waiting);
        } else {
            lane.queues[at].push_back(waiting);
        }
        self.enter(number);
    }

    /// Has a lane stand in line wherever it has something.
    fn enter(&mut self, number: LaneNumber) {
        let Some(lane) = self.lanes.get_mut(&number) else { return };
        for at in 0..SHARDS_EACH {
            if !lane.queues[at].is_empty() && !lane.in_ring[at] {
                lane.in_ring[at] = true;
                self.shards[lane.shards[at]].ring.push_back(number);
            }
        }
    }

    /// What is due now is ready now.
    fn ripen(&mut self, now: u64) {
        while let Some(Reverse((at, number, later))) = self.later.peek().copied() {
            if at > now {
                return;
            }
            self.later.pop();
            match later {
                Later::Resume => self.enter(number),
                Later::Event(waiting) => {
                    if let Some(lane) = self.lanes.get_mut(&number) {
                        lane.delayed -= 1;
                    }
                    self.push(number, waiting, false);
                }
            }
        }
    }

    /// The next event of a shard. Lanes that may start nothing leave the line, and come again when that changes.
    fn next_of(
        &mut self,
        shard: usize,
        now: u64,
        left: &impl Fn(&Key) -> Option<u32>,
    ) -> Option<Start> {
        while let Some(number) = self.shards[shard].ring.pop_front() {
            let Some(lane) = self.lanes.get_mut(&number) else { continue };
            let Some(at) = lane.shards.iter().position(|own| *own == shard) else { continue };
            lane.in_ring[at] = false;
            match lane.look(at, self.room - self.used, now, left) {
                Look::Blocked => {}
                Look::Short => {
                    if lane.looked_at <= now {
                        lane.looked_at = now + LOOK_LATER;
                        self.later.push(Reverse((lane.looked_at, number, Later::Resume)));
                    }
                }
                Look::Crowded => {
                    if !lane.crowded {
                        lane.crowded = true;
                        self.crowded.push_back(number);
                    }
                }
                Look::Ready(waiting) => {
                    lane.queues[at].pop_front();
                    lane.start(waiting.weight());
                    self.used += waiting.weight();
                    self.shards[shard].waiting -= 1;
                    let key = lane.key.clone();
                    self.enter(number);
                    return Some(Start { lane: number, key, waiting });
                }
            }
        }
        None
    }

    /// A lane with nothing in it is none.
    fn forget(&mut self, number: LaneNumber) {
        if let Some(lane) = self.lanes.get(&number).filter(|lane| lane.is_idle()) {
            self.names.remove(&lane.key);
            self.lanes.remove(&number);
        }
    }
}

/// The shards a lane is dealt, all different; the same after a restart.
fn dealt(key: &Key) -> [usize; SHARDS_EACH] {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let hash = hasher.finish();
    let mut shards = [SHARDS; SHARDS_EACH];
    for at in 0..SHARDS_EACH {
        let mut shard = (hash >> (8 * at)) as usize % SHARDS;
        while shards.contains(&shard) {
            shard = (shard + 1) % SHARDS;
        }
        shards[at] = shard;
    }
    shards
}

#[cfg(test)]
mod tests;
