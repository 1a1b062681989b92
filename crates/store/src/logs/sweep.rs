//! What keeps logs within their bounds: what is older than its group's retention goes, then the
//! oldest segments of all, until the rest has room.
//!
//! It looks around once a minute, and when much was written since it last did. The writer removes
//! what it says: nobody else touches files that may be open.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::time::{Duration, SystemTime};

use super::writer::Command;
use super::{Shared, group, now_ms, segment, unix_ms};
use crate::error::StoreError;

/// How often it looks around at least.
const EVERY: Duration = Duration::from_secs(60);
/// The name of a directory whose group was deleted begins so; that of no group does.
pub(crate) const GONE: &str = "~gone-";

/// When the sweeper is to look around.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    state: Mutex<Ring>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct Ring {
    now: bool,
    closed: bool,
}

impl Bell {
    /// Much was written.
    pub(crate) fn ring(&self) {
        self.change(|ring| ring.now = true);
    }

    /// No more looking around.
    pub(crate) fn close(&self) {
        self.change(|ring| ring.closed = true);
    }

    fn change(&self, change: impl FnOnce(&mut Ring)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.rung.notify_all();
    }

    /// Waits for the next time; false when there is none.
    fn wait(&self) -> bool {
        let ring = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let sleeps = |ring: &mut Ring| !ring.now && !ring.closed;
        let waited = self.rung.wait_timeout_while(ring, EVERY, sleeps);
        let (mut ring, _) = waited.unwrap_or_else(PoisonError::into_inner);
        ring.now = false;
        !ring.closed
    }
}

/// A segment as the sweeper sees it.
#[derive(Debug)]
struct Seen {
    written: SystemTime,
    size: u64,
    /// Its group's directory, below that of the logs.
    group: PathBuf,
    number: u64,
}

pub(crate) struct Sweeper {
    pub(crate) dir: PathBuf,
    pub(crate) disk_bytes: u64,
    pub(crate) shared: Arc<Shared>,
    pub(crate) queue: mpsc::SyncSender<Command>,
}

impl Sweeper {
    /// Works until the bell is closed.
    pub(crate) fn run(self) {
        self.remove_gone();
        while self.shared.bell.wait() {
            if let Err(error) = self.sweep() {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "old logs stay");
            }
        }
    }

    /// What deleted groups left when a server died meanwhile.
    fn remove_gone(&self) {
        for dir in self.groups().unwrap_or_default() {
            let name = dir.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.starts_with(GONE))
                && let Err(error) = fs::remove_dir_all(self.dir.join(&dir))
            {
                tracing::warn!(%error, dir = %dir.display(), "a deleted log stays");
            }
        }
    }

    fn sweep(&self) -> Result<(), StoreError> {
        let (mut kept, now) = (Vec::new(), now_ms());
        for dir in self.groups()? {
            let path = self.dir.join(&dir);
            let from = group::read(&path)?.and_then(|group| group.kept_from(now));
            let (old, young): (Vec<Seen>, Vec<Seen>) = segments(&path, &dir)?
                .into_iter()
                .partition(|seen| from.is_some_and(|from| unix_ms(seen.written) < from));
            old.into_iter().for_each(|seen| self.remove(seen));
            kept.extend(young);
        }
        let mut size: u64 = kept.iter().map(|seen| seen.size).sum();
        kept.sort_unstable_by_key(|seen| seen.written);
        for seen in kept {
            if size <= self.disk_bytes {
                break;
            }
            size -= seen.size;
            self.remove(seen);
        }
        self.shared.stored.store(size, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }

    fn remove(&self, seen: Seen) {
        let Seen { group, number, .. } = seen;
        // The writer ends only after this thread.
        let _ = self.queue.send(Command::Remove { group, number });
    }

    /// The directories of all groups: `ACCOUNT/REGION/GROUP`.
    fn groups(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut dirs = vec![PathBuf::new()];
        for _ in 0..3 {
            let mut inner = Vec::new();
            for dir in dirs {
                inner
                    .extend(segment::directories(&self.dir.join(&dir))?.map(|name| dir.join(name)));
            }
            dirs = inner;
        }
        Ok(dirs)
    }
}

fn segments(path: &Path, dir: &Path) -> Result<Vec<Seen>, StoreError> {
    let mut seen = Vec::new();
    for number in segment::numbers(path)? {
        // One that is gone since it was listed needs no more.
        let Ok(file) = fs::metadata(segment::path(path, number)) else { continue };
        let written = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if file.len() > 0 {
            seen.push(Seen { written, size: file.len(), group: dir.into(), number });
        }
    }
    Ok(seen)
}
