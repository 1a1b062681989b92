//! The lines functions write.
//!
//! Appending moves a vector into a queue and returns; one thread writes what has gathered. Each
//! log group has a directory of append-only segments ([`segment`]), the oldest of which is
//! removed when a new one is begun. Disk and memory are bounded: when events come faster than
//! the disk takes them they are dropped, counted, and the log says how many are missing.

mod cursor;
mod key;
mod read;
mod segment;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use bytes::Bytes;

pub use cursor::{Cursor, NotACursor};
pub use key::LogKey;
pub use read::{LogPage, StoredEvent, TimeRange};

use crate::error::StoreError;
use writer::{Command, Writer};

/// Bytes of events that may wait for the disk.
const QUEUE_BYTES: usize = 16 << 20;
/// Batches of events that may wait, however small: what 10 ms can bring, many times over.
const QUEUE_BATCHES: usize = 8_192;
/// What an event costs in the queue beside its text, bytes.
const EVENT_COST: usize = 64;

/// How large a log group may grow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// A segment is closed when it has this many bytes.
    pub(crate) segment_bytes: u64,
    /// Segments kept, the one written to included.
    pub(crate) segments: usize,
    /// Bytes of events that may wait.
    pub(crate) queue_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { segment_bytes: 32 << 20, segments: 2, queue_bytes: QUEUE_BYTES }
    }
}

/// One event, as whoever writes the log made it.
#[derive(Debug, Clone)]
pub struct LogEvent {
    /// When it happened, milliseconds since 1970.
    pub timestamp_ms: i64,
    /// What was written. Bytes that are not UTF-8 are stored as replacement characters.
    pub message: Bytes,
}

/// The logs of a data directory, shared: clones are the same. What waits is written when the
/// last clone is dropped.
#[derive(Debug, Clone)]
pub struct LogStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    queue: Option<mpsc::SyncSender<Command>>,
    shared: Arc<Shared>,
    queue_bytes: usize,
    writer: Option<JoinHandle<()>>,
}

/// What both ends of the queue see.
#[derive(Debug, Default)]
struct Shared {
    /// Bytes of events in the queue.
    waiting: AtomicUsize,
    /// Groups whose events were dropped and that have not been told yet.
    lost: Mutex<Vec<LogKey>>,
}

impl LogStore {
    /// Opens the logs in that directory, making it where it is not there yet.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be made, or no thread be started.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_with(dir.into(), Bounds::default())
    }

    fn open_with(dir: PathBuf, bounds: Bounds) -> Result<Self, StoreError> {
        segment::create_dir(&dir)?;
        let (queue, commands) = mpsc::sync_channel(QUEUE_BATCHES);
        let shared = Arc::new(Shared::default());
        let writer = Writer::new(dir.clone(), bounds, shared.clone());
        let writer = std::thread::Builder::new()
            .name("fika-logs".into())
            .spawn(move || writer.run(&commands))
            .map_err(|e| StoreError::io("start the writer of", &dir, e))?;
        let queue_bytes = bounds.queue_bytes;
        let (queue, writer) = (Some(queue), Some(writer));
        Ok(Self { inner: Arc::new(Inner { dir, queue, shared, queue_bytes, writer }) })
    }

    /// Appends events to a stream of a group. Never blocks and never fails: what does not fit
    /// the queue is dropped and counted, and the log will say so. Events appended from one
    /// thread to one group keep their order.
    pub fn append(&self, key: &LogKey, stream: &Arc<str>, events: Vec<LogEvent>) {
        let cost: usize = events.iter().map(|e| e.message.len() + EVENT_COST).sum();
        let Inner { queue: Some(queue), shared, queue_bytes, .. } = &*self.inner else { return };
        let waiting = shared.waiting.fetch_add(cost, Ordering::Relaxed);
        let lost = events.len();
        // An empty queue takes anything, so that no batch is too large for ever.
        let taken = (waiting == 0 || waiting + cost <= *queue_bytes) && {
            let (key, stream) = (key.clone(), stream.clone());
            queue.try_send(Command::Append { key, stream, events, cost }).is_ok()
        };
        if !taken {
            shared.waiting.fetch_sub(cost, Ordering::Relaxed);
            shared.lose(key, lost);
        }
    }

    /// Waits until everything appended before is in its file. Blocks, for a hundredth of a
    /// second at least.
    pub fn flush(&self) {
        let (done, flushed) = mpsc::sync_channel(1);
        let Some(queue) = &self.inner.queue else { return };
        if queue.send(Command::Flush(done)).is_ok() {
            // An answer always comes: the writer ends only after this handle.
            let _ = flushed.recv();
        }
    }

    /// Events of a group in the order they were written, from a place on: at most `limit`, and
    /// only those in `range`. What was rotated away is skipped. Blocks for the disk, and reads a
    /// bounded stretch of it; an empty page whose cursor has moved means: call again.
    ///
    /// # Errors
    /// [`StoreError`] when a file cannot be read.
    pub fn read(
        &self,
        key: &LogKey,
        from: Cursor,
        limit: usize,
        range: TimeRange,
    ) -> Result<LogPage, StoreError> {
        read::page(&self.inner.dir.join(key.path()), from, limit, range)
    }

    /// Whether anything was ever written to that group.
    #[must_use]
    pub fn contains(&self, key: &LogKey) -> bool {
        self.inner.dir.join(key.path()).is_dir()
    }

    /// The place after the last event that is written: where to begin to see only what is new.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be read.
    pub fn end(&self, key: &LogKey) -> Result<Cursor, StoreError> {
        segment::end(&self.inner.dir.join(key.path()))
    }
}

impl Shared {
    fn lose(&self, key: &LogKey, events: usize) {
        if key.lose(events) {
            self.lost.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(key.clone());
        }
    }

    fn take_lost(&self) -> Vec<LogKey> {
        std::mem::take(&mut *self.lost.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests;
