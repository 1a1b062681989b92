//! What is where: some 60 bytes of memory for each entry, whatever its size.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use crate::record::{FRAME_BYTES, PUT_BYTES};
use crate::shares::{Owner, Shares};
use crate::tail::Tail;

/// Where some bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) segment: u32,
    pub(crate) at: u32,
    pub(crate) len: u32,
}

/// An entry. Its head is in a segment of its body's, or of a later one's, number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) head: Span,
    pub(crate) body: Span,
    pub(crate) topic: u16,
    pub(crate) owner: Owner,
}

/// A segment.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) file: Arc<File>,
    pub(crate) bytes: u64,
    /// Entries whose body is in it.
    pub(crate) live: u64,
}

/// A change that the disk has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Effect {
    Put(u64, Entry),
    Amend(u64, Span),
    Remove(u64),
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: BTreeMap<u64, Entry>,
    /// By number, without a gap; the last is the one that is written.
    pub(crate) segments: BTreeMap<u32, Segment>,
    /// Bytes on disk of all segments.
    pub(crate) disk: u64,
    /// Bytes of all heads and bodies.
    pub(crate) content: u64,
    /// Bytes that all entries would take were nothing else there.
    pub(crate) footprint: u64,
    pub(crate) shares: Shares,
    pub(crate) tail: Tail,
}

impl Entry {
    fn content(&self) -> u64 {
        u64::from(self.head.len) + u64::from(self.body.len)
    }

    pub(crate) fn footprint(&self) -> u64 {
        (FRAME_BYTES + PUT_BYTES) as u64 + u64::from(self.topic) + self.content()
    }
}

impl Index {
    pub(crate) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Entry> {
        self.entries.get(&id)
    }

    pub(crate) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Put(id, entry) => {
                self.remove(id);
                self.entries.insert(id, entry);
                self.count(&entry);
            }
            Effect::Amend(id, head) => {
                let Some(mut entry) = self.remove(id) else { return };
                entry.head = head;
                self.entries.insert(id, entry);
                self.count(&entry);
            }
            Effect::Remove(id) => {
                self.remove(id);
            }
        }
    }

    fn count(&mut self, entry: &Entry) {
        self.content += entry.content();
        self.footprint += entry.footprint();
        self.shares.add(entry.owner, entry.footprint());
        if let Some(segment) = self.segments.get_mut(&entry.body.segment) {
            segment.live += 1;
        }
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.content -= entry.content();
        self.footprint -= entry.footprint();
        self.shares.subtract(entry.owner, entry.footprint());
        if let Some(segment) = self.segments.get_mut(&entry.body.segment) {
            segment.live -= 1;
        }
        Some(entry)
    }

    /// Notes that the segment which is written has so many bytes more.
    pub(crate) fn grow(&mut self, bytes: u64) {
        if let Some(mut last) = self.segments.last_entry() {
            last.get_mut().bytes += bytes;
            self.disk += bytes;
        }
    }

    /// Notes that so many bytes were cut from the segment that is read last.
    pub(crate) fn shrink(&mut self, bytes: u64) {
        if let Some(mut last) = self.segments.last_entry() {
            last.get_mut().bytes -= bytes;
            self.disk -= bytes;
        }
    }

    pub(crate) fn add(&mut self, number: u32, segment: Segment) {
        self.disk += segment.bytes;
        self.segments.insert(number, segment);
    }

    /// The oldest segment, unless it is written.
    pub(crate) fn oldest(&self) -> Option<(u32, &Segment)> {
        let (number, segment) = self.segments.first_key_value()?;
        (self.segments.len() > 1).then_some((*number, segment))
    }

    pub(crate) fn forget_oldest(&mut self) {
        if let Some((_, segment)) = self.segments.pop_first() {
            self.disk -= segment.bytes;
        }
    }

    /// Bytes on disk that are of no use any more.
    pub(crate) fn dead(&self) -> u64 {
        self.disk.saturating_sub(self.footprint)
    }
}
