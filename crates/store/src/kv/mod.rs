//! Keys and values with revisions.
//!
//! Writes go through one thread that puts everything waiting into one transaction, so that many
//! changes share one wait for the disk ([`writer`]). Reads have a connection of their own and
//! see what is committed; they are for start-up and cold paths.

mod batch;
mod schema;
mod watch;
mod writer;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::{broadcast, mpsc, oneshot};

pub use batch::{Batch, Change, Entry, Revision};
pub use watch::{Lagged, Watch};

use crate::error::{CommitError, StoreError};
use crate::lock::DirLock;
use watch::Committed;
use writer::{Counters, Pending, Writer};

/// Batches that may wait for the writer; past it, `commit` waits.
const QUEUE: usize = 4_096;
/// Batches a slow watcher may fall behind.
const WATCH_BACKLOG: usize = 1_024;

/// All of a range of keys, in their order.
const RANGE: &str = "SELECT key, value, revision FROM kv
    WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) ORDER BY key";

/// The database, shared: clones are the same store. It closes, and its directory is free
/// again, when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// None only while dropping: the writer ends when its queue does.
    commits: Option<mpsc::Sender<Pending>>,
    writer: Option<JoinHandle<()>>,
    reader: Mutex<Connection>,
    path: PathBuf,
    changes: broadcast::Sender<Arc<Committed>>,
    counters: Arc<Counters>,
    _lock: DirLock,
}

/// How much the writer has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Transactions, each one wait for the disk.
    pub transactions: u64,
    /// Batches in them.
    pub batches: u64,
}

impl Store {
    /// Opens the store in that directory, making both where they are not there yet.
    ///
    /// # Errors
    /// [`StoreError`] when another server uses it, when a newer fika wrote it, or when the disk
    /// is full or read-only.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(dir.as_ref(), |_| Ok(()))
    }

    /// Opens with more settings for the writing connection: tests make a small disk so.
    fn open_with(
        dir: &Path,
        settings: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, StoreError> {
        // Access keys are kept here, so nobody else may look in.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| StoreError::io("create the directory", dir, e))?;
        let lock = DirLock::take(dir)?;
        let path = dir.join("fika.db");
        let connection = schema::open_writer(&path)?;
        settings(&connection).map_err(|e| StoreError::database(&path, e))?;
        let reader = schema::open_reader(&path)?;
        let (commits, queue) = mpsc::channel(QUEUE);
        let (changes, _) = broadcast::channel(WATCH_BACKLOG);
        let counters = Arc::new(Counters::default());
        let writer = Writer::new(connection, queue, changes.clone(), counters.clone())
            .map_err(|e| StoreError::database(&path, e))?;
        let writer = std::thread::Builder::new()
            .name("fika-store".into())
            .spawn(move || writer.run())
            .map_err(|e| StoreError::io("start the writer of", &path, e))?;
        Ok(Self {
            inner: Arc::new(Inner {
                commits: Some(commits),
                writer: Some(writer),
                reader: Mutex::new(reader),
                path,
                changes,
                counters,
                _lock: lock,
            }),
        })
    }

    /// The committed value of a key. Blocks for the disk.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it cannot be read.
    pub fn get(&self, key: &[u8]) -> Result<Option<Entry>, StoreError> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT key, value, revision FROM kv WHERE key = ?1")?
                .query_row(params![key], entry)
                .optional()
        })
    }

    /// All committed entries whose key starts so, in the order of their keys, from one moment.
    /// Blocks for the disk.
    ///
    /// # Errors
    /// [`StoreError::Database`] when they cannot be read.
    pub fn scan(&self, prefix: &[u8]) -> Result<Vec<Entry>, StoreError> {
        let end = successor(prefix);
        self.read(|reader| {
            reader.prepare_cached(RANGE)?.query_map(params![prefix, end], entry)?.collect()
        })
    }

    /// Shows all committed entries whose key starts so, one at a time, in the order of their keys,
    /// from one moment. Blocks for the disk, and other reads meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Database`] when they cannot be read, or the first error of `look`.
    pub fn visit<E: From<StoreError>>(
        &self,
        prefix: &[u8],
        mut look: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = successor(prefix);
        self.read(|reader| {
            let mut all = reader.prepare_cached(RANGE)?;
            let mut rows = all.query(params![prefix, end])?;
            while let Some(row) = rows.next()? {
                if let Err(error) = look(entry(row)?) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        })?
    }

    /// Commits a batch, whole or not at all, and answers when the disk has it. Waits while very
    /// many others do. Once called, the batch may be committed even if the future is dropped.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when a check fails; others when the disk fails.
    pub async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        let (answer, answered) = oneshot::channel();
        let commits = self.inner.commits.as_ref().ok_or(CommitError::Closed)?;
        commits.send(Pending { batch, answer }).await.map_err(|_| CommitError::Closed)?;
        answered.await.unwrap_or(Err(CommitError::Closed))
    }

    /// Every change from now on to keys that start so, in the order of their commits.
    #[must_use]
    pub fn watch(&self, prefix: impl Into<Bytes>) -> Watch {
        Watch::new(prefix.into(), self.inner.changes.subscribe())
    }

    /// What the writer has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            transactions: self.inner.counters.transactions.load(Ordering::Relaxed),
            batches: self.inner.counters.batches.load(Ordering::Relaxed),
        }
    }

    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        // A reader that panicked leaves the connection as usable as before.
        let reader = self.inner.reader.lock().unwrap_or_else(PoisonError::into_inner);
        query(&reader).map_err(|e| StoreError::database(&self.inner.path, e))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.commits = None;
        if let Some(writer) = self.writer.take() {
            // What is queued is still written before the lock is given back.
            let _ = writer.join();
        }
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        key: row.get::<_, Vec<u8>>(0)?.into(),
        value: row.get::<_, Vec<u8>>(1)?.into(),
        revision: Revision(row.get(2)?),
    })
}

/// The smallest key that is greater than all keys that start so; none when there is no end.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&b| b != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests;
