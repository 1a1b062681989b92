//! What is asked of a journal, and what it answers.

use std::sync::Arc;

use bytes::Bytes;
use thiserror::Error;

use crate::record;

/// The most bytes of a batch.
pub(crate) const BATCH_BYTES: usize = 64 << 20;

/// The number of an entry; later ones have greater numbers, and none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u64);

/// An entry that was there when the journal was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Its number.
    pub id: EntryId,
    /// What it is one of, as in `event` or `queue/123456789012/us-east-1/orders`.
    pub topic: Arc<str>,
    /// As it was put, or amended last.
    pub head: Bytes,
    /// Bytes of its body.
    pub size: u32,
}

/// Changes that are made together: at most 64 MiB, and topics of at most 64 KiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub(crate) puts: Vec<(Arc<str>, Bytes, Bytes)>,
    pub(crate) amends: Vec<(EntryId, Bytes)>,
    pub(crate) removes: Vec<EntryId>,
}

/// How a journal is to be.
#[derive(Debug, Clone, Copy)]
pub struct JournalOptions {
    /// What it may take of the disk, bytes; and half of it what one account's entries may. Batches that end as many
    /// entries as they begin are taken beyond that, so that what waits can be worked off: a quarter more, and what
    /// leaves no more bytes than it finds without bound.
    pub disk_bytes: u64,
}

/// Why a batch was not taken. Nothing of it is there then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalError {
    /// There is no room left of what it may take.
    #[error("the queue is full: give it more disk, or let what waits be worked off")]
    Full,
    /// Whom an entry is for has as much waiting as one account may: half of what there is. A batch that
    /// removes something is not refused so: what waits must be worked off.
    #[error(
        "the account has as many events and messages waiting as it may: let some be worked off"
    )]
    Share,
    /// It amends or removes an entry that is not there.
    #[error("entry {} is not there any more", .0.0)]
    Gone(EntryId),
    /// The disk failed, or is full. After a failed sync nothing is taken any more before a restart, which
    /// alone shows whether the batches that were under way are there.
    #[error("the queue cannot be written: {0}")]
    Disk(String),
    /// The journal is closing.
    #[error("this server is stopping; try another")]
    Closed,
}

/// How much there is, and what was done since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JournalFacts {
    /// Entries.
    pub entries: u64,
    /// Bytes of their heads and bodies.
    pub live_bytes: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// Batches committed.
    pub commits: u64,
    /// Times that the disk was waited for: what is less than `commits` was saved by committing in groups.
    pub syncs: u64,
}

impl Batch {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A new entry.
    #[must_use]
    pub fn put(mut self, topic: Arc<str>, head: impl Into<Bytes>, body: impl Into<Bytes>) -> Self {
        self.puts.push((topic, head.into(), body.into()));
        self
    }

    /// Another head for an entry.
    #[must_use]
    pub fn amend(mut self, id: EntryId, head: impl Into<Bytes>) -> Self {
        self.amends.push((id, head.into()));
        self
    }

    /// The end of an entry.
    #[must_use]
    pub fn remove(mut self, id: EntryId) -> Self {
        self.removes.push(id);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.amends.is_empty() && self.removes.is_empty()
    }

    /// Whether there are no more entries after it than before.
    pub(crate) fn eases(&self) -> bool {
        self.puts.len() <= self.removes.len()
    }

    /// Bytes that it takes in the journal.
    pub(crate) fn size(&self) -> usize {
        let puts = self
            .puts
            .iter()
            .map(|(topic, head, body)| record::PUT_BYTES + topic.len() + head.len() + body.len());
        let amends = self.amends.iter().map(|(_, head)| record::AMEND_BYTES + head.len());
        record::FRAME_BYTES
            + puts.chain(amends).sum::<usize>()
            + self.removes.len() * record::REMOVE_BYTES
    }

    pub(crate) fn is_writable(&self) -> bool {
        let topics = self.puts.iter().all(|(topic, ..)| u16::try_from(topic.len()).is_ok());
        topics && self.size() <= BATCH_BYTES
    }
}
