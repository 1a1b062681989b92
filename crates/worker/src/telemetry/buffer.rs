//! What waits for a subscriber: bounded, and counted where it is dropped. Pure.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::json;

use super::subscription::Buffering;
use crate::logbook::event::line;

/// How many batches may wait.
const BATCHES: usize = 2;

/// What waits for one subscriber.
#[derive(Debug)]
pub(super) struct Buffer {
    bounds: Buffering,
    waiting: VecDeque<Bytes>,
    bytes: usize,
    dropped: (usize, usize),
    flush: bool,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing, until something comes.
    Nothing,
    /// Deliver in a while.
    Later,
    /// Deliver.
    Now,
}

impl Buffer {
    pub fn new(bounds: Buffering) -> Self {
        let (waiting, dropped) = Default::default();
        Self { bounds, waiting, bytes: 0, dropped, flush: false }
    }

    /// Takes one event, if there is room.
    pub fn push(&mut self, event: Bytes) {
        let items = self.waiting.len() >= BATCHES * self.bounds.items;
        if items || self.bytes + event.len() > BATCHES * self.bounds.bytes {
            self.dropped.0 += 1;
            self.dropped.1 += event.len();
            return;
        }
        self.bytes += event.len();
        self.waiting.push_back(event);
    }

    /// All that is there is to be delivered now.
    pub fn flush(&mut self) {
        self.flush = true;
    }

    pub fn due(&self) -> Due {
        match (self.waiting.is_empty(), self.flush || self.is_full()) {
            (true, _) => Due::Nothing,
            (false, true) => Due::Now,
            (false, false) => Due::Later,
        }
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= self.bounds.items || self.bytes >= self.bounds.bytes
    }

    /// Takes a batch, of no more than its bounds, but one event at least. What was dropped before it is
    /// told in it.
    pub fn batch(&mut self) -> Vec<Bytes> {
        let mut batch = Vec::new();
        if self.dropped.0 > 0 {
            let (records, bytes) = std::mem::take(&mut self.dropped);
            let reason = "The subscriber did not take telemetry as fast as it came.";
            let record =
                json!({ "droppedRecords": records, "droppedBytes": bytes, "reason": reason });
            batch.push(line("platform.logsDropped", &record).into());
        }
        let mut left = self.bounds.bytes;
        while batch.len() < self.bounds.items
            && let Some(event) =
                self.waiting.pop_front_if(|one| one.len() <= left || left == self.bounds.bytes)
        {
            left = left.saturating_sub(event.len().max(1));
            self.bytes -= event.len();
            batch.push(event);
        }
        self.flush &= !self.waiting.is_empty();
        batch
    }

    /// A batch could not be delivered: it is lost.
    pub fn lost(&mut self, batch: &[Bytes]) {
        self.dropped.0 += batch.len();
        self.dropped.1 += batch.iter().map(Bytes::len).sum::<usize>();
    }
}
