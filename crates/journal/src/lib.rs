//! What was accepted and is not yet done: entries on disk, each under a topic, put and removed in batches
//! that are there whole or not at all.
//!
//! An entry is a short *head*, which is kept in memory by who uses it and can be amended (attempts, when to
//! try again), and a *body*, which stays on disk. Rooms order and time entries themselves; the journal
//! only keeps them. One batch can remove an event and put the message it became: so nothing that was
//! accepted is ever in no place, and what is handed on is never in two.
//!
//! - [`Journal`]: commits batches and reads bodies
//! - `batch`: what is asked and answered; `record`: its bytes
//! - `segment`: the files; `recover`: what is in them at the start
//! - `index`: where everything is; `tail`: what was written last; `shares`: how much of it is whose
//! - `writer`: the one thread that writes, in groups; `answers`: how those who wait are told; `copying`: how it
//!   makes room
#![forbid(unsafe_code)]

mod answers;
mod batch;
mod copying;
mod index;
mod record;
mod recover;
mod segment;
mod shares;
mod tail;
mod writer;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use tokio::sync::mpsc;

pub use batch::{Batch, EntryId, JournalError, JournalFacts, JournalOptions, Live};

use answers::Asker;
use index::Index;
use recover::Recovery;
use segment::Directory;
use writer::{Counters, Pending, Sizes, Writer};

/// Batches that wait for the writer; who comes after them waits to wait.
const QUEUE: usize = 4_096;

/// The journal, shared: clones are the same one. When the last is dropped, what was called for is committed
/// and the directory is free.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    queue: Option<mpsc::Sender<Pending>>,
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) index: Mutex<Index>,
    pub(crate) counters: Counters,
}

pub(crate) fn lock(index: &Mutex<Index>) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    /// Opens the journal in that directory, making it where it is not there yet, and tells what is in it, in
    /// the order of the numbers. Reads all of it.
    ///
    /// # Errors
    /// [`JournalError::Disk`], also where another process has it open, and where what is in it is damaged.
    pub fn open(dir: &Path, options: JournalOptions) -> Result<(Self, Vec<Live>), JournalError> {
        Self::begin(dir, Sizes::of(options.disk_bytes))
            .map_err(|error| JournalError::Disk(error.to_string()))
    }

    fn begin(dir: &Path, sizes: Sizes) -> std::io::Result<(Self, Vec<Live>)> {
        let directory = Directory::open(dir)?;
        let mut found = Recovery::of(&directory)?;
        let (live, next) = (found.live(), found.next);
        let shared = Arc::new(Shared { index: found.index.into(), counters: Counters::default() });
        let (queue, waiting) = mpsc::channel(QUEUE);
        let writer = Writer {
            reserved: directory.reserve(sizes.reserve).is_ok(),
            directory,
            shared: shared.clone(),
            sizes,
            queue: waiting,
            next,
            copying: copying::Copying::default(),
            broken: None,
        };
        let name = std::thread::Builder::new().name("journal".into());
        let writer = Some(name.spawn(move || writer.run())?);
        Ok((Self { inner: Arc::new(Inner { queue: Some(queue), shared, writer }) }, live))
    }

    /// Commits a batch, whole or not at all, and answers when the disk has it, with the numbers of what was
    /// put, in turn. Once called, the batch may be committed even if the future is dropped.
    ///
    /// # Errors
    /// [`JournalError`] says which; nothing of the batch is there then.
    pub async fn commit(&self, batch: Batch) -> Result<Vec<EntryId>, JournalError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        if !batch.is_writable() {
            return Err(JournalError::Disk("a batch is larger than 64 MiB".into()));
        }
        let (asker, answered) = Asker::new();
        let queue = self.inner.queue.as_ref().ok_or(JournalError::Closed)?;
        queue.send(Pending { batch, asker }).await.map_err(|_| JournalError::Closed)?;
        answered.await.map_err(|_| JournalError::Closed)?
    }

    /// The body of an entry; none when it is not there any more. What was put last is in memory; the rest is
    /// read from disk, on a thread of its own.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub async fn body(&self, id: EntryId) -> Result<Option<Bytes>, JournalError> {
        let (span, file) = {
            let index = lock(&self.inner.shared.index);
            let Some(span) = index.get(id.0).map(|entry| entry.body) else { return Ok(None) };
            if span.len == 0 {
                return Ok(Some(Bytes::new()));
            }
            if let Some(body) = index.tail.get(span) {
                return Ok(Some(body));
            }
            (span, index.segments.get(&span.segment).map(|segment| segment.file.clone()))
        };
        let Some(file) = file else { return Ok(None) };
        let read = tokio::task::spawn_blocking(move || segment::read(&file, span)).await;
        let read = read.map_err(|error| JournalError::Disk(error.to_string()))?;
        read.map(Some).map_err(|error| JournalError::Disk(error.to_string()))
    }

    /// How much there is.
    #[must_use]
    pub fn facts(&self) -> JournalFacts {
        let Shared { index, counters } = &*self.inner.shared;
        let index = lock(index);
        JournalFacts {
            entries: index.len(),
            live_bytes: index.content,
            disk_bytes: index.disk,
            commits: counters.commits.load(Ordering::Relaxed),
            syncs: counters.syncs.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer ended in a panic");
        }
    }
}
