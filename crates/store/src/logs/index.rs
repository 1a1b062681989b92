//! Which streams have events where: by segment, so that a stream is found without reading all of
//! its group.
//!
//! What a full segment has is kept beside it (`1.index`); that of the segment written to is in
//! memory, and read on from where it was.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::segment::{self, Line};
use crate::error::StoreError;

/// Groups whose last segment's index is in memory.
const CACHED: usize = 64;

/// What a segment has of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// The place of its first event in the file.
    pub(crate) from: u64,
    /// The place after its last event.
    pub(crate) until: u64,
    /// The earliest and the latest moment of its events, ms.
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    /// When its first and its last event were written, ms.
    pub(crate) first_ingestion_ms: i64,
    pub(crate) last_ingestion_ms: i64,
    /// Bytes of its messages.
    pub(crate) bytes: u64,
}

/// A segment's streams.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    /// How much of the segment this is of, bytes.
    pub(crate) size: u64,
    pub(crate) streams: BTreeMap<String, Part>,
}

/// The indices of segments that are still written to.
#[derive(Debug, Default)]
pub(crate) struct Indices {
    open: Mutex<HashMap<PathBuf, Arc<Index>>>,
}

impl Indices {
    /// The segments of a group, oldest first, and what each has.
    pub(crate) fn of(&self, dir: &Path) -> Result<Vec<(u64, Arc<Index>)>, StoreError> {
        let numbers = segment::numbers(dir)?;
        let last = numbers.last().copied();
        let index = |number| {
            let path = segment::path(dir, number);
            let read = if Some(number) == last { self.open(&path) } else { full(&path) };
            match read {
                Ok(index) => Some(Ok((number, index))),
                // Rotated away since it was listed.
                Err(e) if e.kind() == io::ErrorKind::NotFound => None,
                Err(e) => Some(Err(StoreError::io("read the log", &path, e))),
            }
        };
        numbers.into_iter().filter_map(index).collect()
    }

    fn open(&self, path: &Path) -> io::Result<Arc<Index>> {
        let lock = || self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(path).map(|known| Index::clone(known));
        let size = fs::metadata(path)?.len();
        // A file that is shorter than it was is another one: its group was deleted and made anew.
        let mut index = known.filter(|known| known.size <= size).unwrap_or_default();
        index.read_on(path)?;
        let index = Arc::new(index);
        let mut open = lock();
        if open.len() >= CACHED {
            open.clear();
        }
        open.insert(path.into(), Arc::clone(&index));
        Ok(index)
    }

    /// The group was deleted.
    pub(crate) fn forget(&self, dir: &Path) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|path, _| !path.starts_with(dir));
    }
}

/// The index of a segment nobody writes to any more.
fn full(path: &Path) -> io::Result<Arc<Index>> {
    let kept = segment::index_path(path);
    let read = fs::read(&kept).ok().and_then(|text| serde_json::from_slice::<Index>(&text).ok());
    if let Some(index) =
        read.filter(|index| fs::metadata(path).is_ok_and(|f| f.len() == index.size))
    {
        return Ok(index.into());
    }
    let mut index = Index::default();
    index.read_on(path)?;
    // Without it the segment is read again the next time, which is slower and no worse.
    if let Err(error) = segment::write_private(&kept, &serde_json::to_vec(&index)?) {
        tracing::debug!(%error, path = %kept.display(), "an index of a log is not kept");
    }
    Ok(index.into())
}

impl Index {
    /// Adds what was written behind what is known.
    fn read_on(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(self.size))?;
        let mut lines = BufReader::with_capacity(64 << 10, file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = lines.read_until(b'\n', &mut line)? as u64;
            if !line.ends_with(b"\n") {
                return Ok(());
            }
            if let Ok(event) = serde_json::from_slice::<Line<'_>>(&line) {
                self.add(&event, self.size, self.size + length);
            }
            self.size += length;
        }
    }

    fn add(&mut self, event: &Line<'_>, from: u64, until: u64) {
        let Line { t, i, s, m } = event;
        let part = match self.streams.get_mut(s.as_ref()) {
            Some(part) => part,
            None => self.streams.entry(s.to_string()).or_insert(Part {
                from,
                until,
                first_ms: *t,
                last_ms: *t,
                first_ingestion_ms: *i,
                last_ingestion_ms: *i,
                bytes: 0,
            }),
        };
        part.until = until;
        part.first_ms = part.first_ms.min(*t);
        part.last_ms = part.last_ms.max(*t);
        part.last_ingestion_ms = *i;
        part.bytes += m.len() as u64;
    }
}
