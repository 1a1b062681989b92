//! The lines functions write.
//!
//! Appending moves a vector into a queue and returns; one thread ([`writer`]) writes what has
//! gathered. Each log group has a directory of append-only segments ([`segment`]) and a file that
//! says what else is known of it ([`group`]). Disk and memory are bounded: when events come faster
//! than the disk takes them they are dropped, counted, and the log says how many are missing; what
//! is too old, or too much, goes by whole segments, the oldest first ([`sweep`]).
//!
//! Reading ([`read`], [`stream`], which finds its way by [`index`]) needs no lock that writing
//! takes.

mod catalogue;
mod cursor;
mod group;
mod index;
mod key;
mod read;
mod segment;
mod stream;
mod sweep;
mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

pub use cursor::{Cursor, NotACursor};
pub use group::LogGroup;
pub use key::LogKey;
pub use read::{AHEAD_MS, LogPage, StoredEvent, TimeRange};
pub use stream::{Direction, LogStream, StreamPage};

use crate::error::StoreError;
use index::Indices;
use sweep::{Bell, Sweeper};
use writer::{Command, Writer};

/// Bytes of events that may wait for the disk.
const QUEUE_BYTES: usize = 16 << 20;
/// Batches of events that may wait, however small: what 10 ms can bring, many times over.
const QUEUE_BATCHES: usize = 8_192;
/// What an event costs in the queue beside its text, bytes.
const EVENT_COST: usize = 64;
/// What all logs together may take of the disk unless somebody says otherwise, bytes.
pub const DISK_BYTES: u64 = 4 << 30;

/// How large logs may grow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// A segment is closed when it has this many bytes.
    pub(crate) segment_bytes: u64,
    /// Segments kept of a group, the one written to included.
    pub(crate) segments: usize,
    /// Bytes of all groups together.
    pub(crate) disk_bytes: u64,
    /// Bytes of events that may wait.
    pub(crate) queue_bytes: usize,
}

impl Bounds {
    /// No group has more than an eighth of the whole, so that one that floods its log leaves
    /// those of others alone for long.
    fn within(disk_bytes: u64) -> Self {
        let segment_bytes = (disk_bytes / 64).clamp(64 << 10, 16 << 20);
        let segments = (disk_bytes / 8 / segment_bytes).max(2);
        let segments = usize::try_from(segments).unwrap_or(usize::MAX);
        Self { segment_bytes, segments, disk_bytes, queue_bytes: QUEUE_BYTES }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::within(DISK_BYTES)
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
    indices: Indices,
    queue_bytes: usize,
    writer: Option<JoinHandle<()>>,
    sweeper: Option<JoinHandle<()>>,
}

/// What both ends of the queue see.
#[derive(Debug, Default)]
struct Shared {
    /// Bytes of events in the queue.
    waiting: AtomicUsize,
    /// Groups whose events were dropped and that have not been told yet.
    lost: Mutex<Vec<LogKey>>,
    /// How many events were dropped since the start.
    dropped: AtomicU64,
    /// Bytes on disk, as the sweeper last saw them.
    stored: AtomicU64,
    /// Held by whoever changes what is known of groups.
    changes: Mutex<()>,
    bell: Bell,
}

/// How the logs fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogFacts {
    /// Bytes of events that wait for the disk.
    pub waiting_bytes: usize,
    /// Events that were dropped since the start, because too many waited.
    pub dropped_events: u64,
    /// Bytes on disk a minute ago.
    pub stored_bytes: u64,
}

impl LogStore {
    /// Opens the logs in that directory, making it where it is not there yet. Together they take
    /// so many bytes of the disk, and a little more for a minute at most.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be made, or no thread be started.
    pub fn open(dir: impl Into<PathBuf>, disk_bytes: u64) -> Result<Self, StoreError> {
        Self::open_with(dir.into(), Bounds::within(disk_bytes))
    }

    fn open_with(dir: PathBuf, bounds: Bounds) -> Result<Self, StoreError> {
        segment::create_dir(&dir)?;
        let (queue, commands) = mpsc::sync_channel(QUEUE_BATCHES);
        let shared = Arc::new(Shared::default());
        let writer = Writer::new(dir.clone(), bounds, shared.clone());
        let writer = thread("fika-logs", move || writer.run(&commands))
            .map_err(|e| StoreError::io("start the writer of", &dir, e))?;
        let sweeper = Sweeper {
            dir: dir.clone(),
            disk_bytes: bounds.disk_bytes,
            shared: shared.clone(),
            queue: queue.clone(),
        };
        let sweeper = thread("fika-logs-sweep", move || sweeper.run())
            .map_err(|e| StoreError::io("start the sweeper of", &dir, e))?;
        let inner = Inner {
            dir,
            queue: Some(queue),
            shared,
            indices: Indices::default(),
            queue_bytes: bounds.queue_bytes,
            writer: Some(writer),
            sweeper: Some(sweeper),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How the logs fare.
    #[must_use]
    pub fn facts(&self) -> LogFacts {
        let shared = &self.inner.shared;
        LogFacts {
            waiting_bytes: shared.waiting.load(Ordering::Relaxed),
            dropped_events: shared.dropped.load(Ordering::Relaxed),
            stored_bytes: shared.stored.load(Ordering::Relaxed),
        }
    }

    /// Appends events to a stream of a group. Never blocks and never fails: what does not fit
    /// the queue is dropped and counted, and the log will say so. Events appended from one
    /// thread to one group keep their order.
    pub fn append(&self, key: &LogKey, stream: &Arc<str>, events: Vec<LogEvent>) {
        let lost = events.len();
        if !self.try_append(key, stream, events) {
            self.inner.shared.lose(key, lost);
        }
    }

    /// Appends events if the queue has room for them, and says whether it had. Never blocks.
    #[must_use]
    pub fn try_append(&self, key: &LogKey, stream: &Arc<str>, events: Vec<LogEvent>) -> bool {
        let cost: usize = events.iter().map(|e| e.message.len() + EVENT_COST).sum();
        let Inner { queue: Some(queue), shared, queue_bytes, .. } = &*self.inner else {
            return false;
        };
        let waiting = shared.waiting.fetch_add(cost, Ordering::Relaxed);
        // An empty queue takes anything, so that no batch is too large for ever.
        let taken = (waiting == 0 || waiting + cost <= *queue_bytes) && {
            let (key, stream) = (key.clone(), stream.clone());
            queue.try_send(Command::Append { key, stream, events, cost }).is_ok()
        };
        if !taken {
            shared.waiting.fetch_sub(cost, Ordering::Relaxed);
        }
        taken
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

    /// Events of a group in the order they were written, from a place on: at most `limit`, only
    /// those in `range` that its retention still keeps, and only those that `is` wants. What was
    /// rotated away is skipped. Blocks for the disk, and reads a bounded stretch of it; an empty
    /// page whose cursor has moved means: call again.
    ///
    /// # Errors
    /// [`StoreError`] when a file cannot be read.
    pub fn read(
        &self,
        key: &LogKey,
        from: Cursor,
        limit: usize,
        range: TimeRange,
        is: &dyn Fn(&StoredEvent) -> bool,
    ) -> Result<LogPage, StoreError> {
        let dir = self.dir(key);
        let range = range.since(self.kept_from(key)?);
        read::page(&dir, from, &read::Wanted { limit, range, is })
    }

    /// The place after the last event that is written: where to begin to see only what is new.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be read.
    pub fn end(&self, key: &LogKey) -> Result<Cursor, StoreError> {
        segment::end(&self.dir(key))
    }
}

impl Shared {
    fn lose(&self, key: &LogKey, events: usize) {
        self.dropped.fetch_add(events as u64, Ordering::Relaxed);
        if key.lose(events) {
            self.lost.lock().unwrap_or_else(PoisonError::into_inner).push(key.clone());
        }
    }

    fn take_lost(&self) -> Vec<LogKey> {
        std::mem::take(&mut *self.lost.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The turn to change what is known of a group.
    fn changes(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The sweeper first: it speaks to the writer.
        self.shared.bell.close();
        if let Some(sweeper) = self.sweeper.take() {
            let _ = sweeper.join();
        }
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(work)
}

/// A moment in milliseconds since 1970.
fn unix_ms(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn now_ms() -> i64 {
    unix_ms(SystemTime::now())
}

#[cfg(test)]
mod tests;
