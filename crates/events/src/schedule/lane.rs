//! The events of one target, and how many of them may run.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Key, SHARDS_EACH, Waiting};

/// How many run at once before anything is known of a target.
const WINDOW: u32 = 16;
/// How long a lane waits after its first refusal, milliseconds (developer guide, "Error handling for
/// asynchronous invocation").
const BACK_OFF: u64 = 1_000;
/// And at most.
const BACK_OFF_MOST: u64 = 300_000;

/// Whether something of a lane may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Ready(Waiting),
    /// Not before the lane itself changes.
    Blocked,
    /// Not before there is more room.
    Crowded,
    /// Not before more of the concurrency it shares is free.
    Short,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) key: Key,
    pub(super) shards: [usize; SHARDS_EACH],
    /// What is ready, by shard.
    pub(super) queues: [VecDeque<Waiting>; SHARDS_EACH],
    /// Whether it stands in line there.
    pub(super) in_ring: [bool; SHARDS_EACH],
    /// Whether it waits for room.
    pub(super) crowded: bool,
    pub(super) running: u32,
    /// When it is looked at again because it found too little concurrency.
    pub(super) looked_at: u64,
    /// How many wait for a later time.
    pub(super) delayed: u64,
    used: u32,
    window: u32,
    /// Up to here the window grows with each that runs; then by one a window.
    threshold: u32,
    grown: u32,
    paused_until: u64,
    /// Refusals since something ran.
    refusals: u32,
}

impl Lane {
    pub(super) fn new(key: Key, shards: [usize; SHARDS_EACH]) -> Self {
        Self {
            key,
            shards,
            queues: Default::default(),
            in_ring: [false; SHARDS_EACH],
            crowded: false,
            running: 0,
            looked_at: 0,
            delayed: 0,
            used: 0,
            window: WINDOW,
            threshold: u32::MAX,
            grown: 0,
            paused_until: 0,
            refusals: 0,
        }
    }

    pub(super) fn look(
        &self,
        at: usize,
        free: u32,
        now: u64,
        left: &impl Fn(&Key) -> Option<u32>,
    ) -> Look {
        let Some(first) = self.queues[at].front() else { return Look::Blocked };
        if self.running >= self.window || now < self.paused_until {
            return Look::Blocked;
        }
        // No more than what is left to others.
        if first.weight() > free || self.running > 0 && self.used >= free {
            return Look::Crowded;
        }
        if self.running > 0 && left(&self.key).is_some_and(|left| self.running >= left) {
            return Look::Short;
        }
        Look::Ready(*first)
    }

    pub(super) fn start(&mut self, weight: u32) {
        self.running += 1;
        self.used += weight;
    }

    pub(super) fn leave(&mut self, weight: u32) {
        self.running = self.running.saturating_sub(1);
        self.used = self.used.saturating_sub(weight);
    }

    /// One ran: more may.
    pub(super) fn ran(&mut self) {
        (self.paused_until, self.refusals) = (0, 0);
        self.grown += 1;
        if self.window < self.threshold || self.grown >= self.window {
            self.window = self.window.saturating_add(1);
            self.grown = 0;
        }
    }

    /// One was refused: as many as run are enough. Says until when the lane rests, where it did not already.
    pub(super) fn refused(&mut self, at_least: Duration, now: u64) -> Option<u64> {
        self.window = self.running.max(1);
        (self.threshold, self.grown) = (self.window, 0);
        if now < self.paused_until {
            return None;
        }
        let wait = BACK_OFF.saturating_mul(1 << self.refusals.min(16)).min(BACK_OFF_MOST);
        let at_least = u64::try_from(at_least.as_millis()).unwrap_or(BACK_OFF_MOST);
        self.refusals += 1;
        self.paused_until = now + wait.max(at_least.min(BACK_OFF_MOST));
        Some(self.paused_until)
    }

    pub(super) fn waiting(&self) -> u64 {
        self.queues.iter().map(|queue| queue.len() as u64).sum::<u64>() + self.delayed
    }

    /// When the oldest that is ready was accepted.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.queues.iter().filter_map(|queue| queue.front()).map(|first| first.accepted).min()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running == 0 && self.waiting() == 0
    }
}
