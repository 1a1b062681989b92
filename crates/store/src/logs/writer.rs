//! The one thread that writes logs.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::segment::{self, Line, Segments};
use super::sweep::GONE;
use super::{Bounds, LogEvent, LogGroup, LogKey, Shared, group, now_ms};
use crate::error::StoreError;

/// How long the writer lets events gather. Asleep it is not listening, so appending meanwhile
/// wakes nobody and costs the caller no system call.
const GATHER: Duration = Duration::from_millis(10);
/// Groups kept open.
const OPEN_GROUPS: usize = 256;
/// Lines gathered before they are written, bytes.
const WRITE_BYTES: usize = 1 << 20;
/// The stream of the lines fika itself writes.
const OWN_STREAM: &str = "fika";

pub(crate) enum Command {
    Append {
        key: LogKey,
        stream: Arc<str>,
        events: Vec<LogEvent>,
        cost: usize,
    },
    /// Removes a segment of the group in that directory.
    Remove {
        group: PathBuf,
        number: u64,
    },
    /// Removes a group and all it has; says whether it was there.
    Delete {
        key: LogKey,
        done: mpsc::SyncSender<Result<bool, StoreError>>,
    },
    Flush(mpsc::SyncSender<()>),
}

#[derive(Debug)]
struct Group {
    segments: Segments,
    /// Lines not written yet.
    lines: Vec<u8>,
    /// The round it was last used in.
    used: u64,
}

pub(crate) struct Writer {
    dir: PathBuf,
    bounds: Bounds,
    shared: Arc<Shared>,
    groups: HashMap<PathBuf, Group>,
    round: u64,
    /// Whether the last write failed: said once, not for every line.
    failing: bool,
    /// Bytes written since the sweeper was last called.
    unswept: u64,
}

impl Writer {
    pub(crate) fn new(dir: PathBuf, bounds: Bounds, shared: Arc<Shared>) -> Self {
        Self { dir, bounds, shared, groups: HashMap::new(), round: 0, failing: false, unswept: 0 }
    }

    /// Works until every handle is gone and the queue is empty.
    pub(crate) fn run(mut self, commands: &mpsc::Receiver<Command>) {
        while let Ok(first) = commands.recv() {
            gather();
            self.round += 1;
            let now = now_ms();
            let flushes: Vec<_> = std::iter::once(first)
                .chain(commands.try_iter())
                .filter_map(|command| self.take(command, now))
                .collect();
            self.tell_lost(now);
            self.write_all();
            self.forget_unused();
            for flush in flushes {
                // Whoever asked may have gone.
                let _ = flush.send(());
            }
        }
    }

    fn take(&mut self, command: Command, now: i64) -> Option<mpsc::SyncSender<()>> {
        match command {
            Command::Append { key, stream, events, cost } => {
                self.append(&key, &stream, &events, now);
                self.shared.waiting.fetch_sub(cost, Ordering::Relaxed);
                None
            }
            Command::Flush(done) => Some(done),
            Command::Remove { group, number } => {
                self.write(group.clone());
                let removed = self.remove(&group, number);
                let _ = self.unless_failed(removed);
                None
            }
            Command::Delete { key, done } => {
                self.groups.remove(key.path());
                let deleted = {
                    let _turn = self.shared.changes();
                    delete(&self.dir, &key)
                };
                // Whoever asked may have gone.
                let _ = done.send(deleted);
                None
            }
        }
    }

    fn remove(&mut self, group: &Path, number: u64) -> Result<(), StoreError> {
        match self.groups.get_mut(group) {
            Some(group) => group.segments.remove(number),
            None => Segments::open(self.dir.join(group))?.remove(number),
        }
    }

    fn append(&mut self, key: &LogKey, stream: &str, events: &[LogEvent], now: i64) {
        let Some(group) = self.group(key) else { return };
        for event in events {
            let message = String::from_utf8_lossy(&event.message);
            push(&mut group.lines, event.timestamp_ms, now, stream, &message);
        }
        if group.lines.len() >= WRITE_BYTES {
            self.write(key.path().to_path_buf());
        }
    }

    /// One line in each group that lost events.
    fn tell_lost(&mut self, now: i64) {
        for key in self.shared.take_lost() {
            let lost = key.take_lost();
            let Some(group) = self.group(&key) else { continue };
            let text = format!(
                "fika: {lost} log events are missing here: they came faster than the disk took them\n"
            );
            push(&mut group.lines, now, now, OWN_STREAM, &text);
        }
    }

    fn group(&mut self, key: &LogKey) -> Option<&mut Group> {
        if !self.groups.contains_key(key.path()) {
            let opened = self.open(key);
            let segments = self.unless_failed(opened)?;
            self.groups.insert(key.path().into(), Group { segments, lines: Vec::new(), used: 0 });
        }
        let group = self.groups.get_mut(key.path())?;
        group.used = self.round;
        Some(group)
    }

    /// Opens a group, making it where it is not there yet.
    fn open(&self, key: &LogKey) -> Result<Segments, StoreError> {
        let dir = self.dir.join(key.path());
        if !group::is_known(&dir) {
            let _changes = self.shared.changes();
            segment::create_dir(&dir)?;
            // Another may have made it meanwhile.
            if !group::is_known(&dir) {
                group::write(&dir, &LogGroup::new(key.group(), now_ms()))?;
            }
        }
        Segments::open(dir)
    }

    fn write_all(&mut self) {
        let waiting = self.groups.iter().filter(|(_, group)| !group.lines.is_empty());
        for path in waiting.map(|(path, _)| path.clone()).collect::<Vec<_>>() {
            self.write(path);
        }
    }

    fn write(&mut self, path: PathBuf) {
        let Some(group) = self.groups.get_mut(&path) else { return };
        self.unswept += group.lines.len() as u64;
        let written = group.segments.append(&group.lines, self.bounds);
        group.lines.clear();
        group.lines.shrink_to(WRITE_BYTES / 16);
        if self.unless_failed(written).is_none() {
            // It may have been removed or moved: open it anew next time.
            self.groups.remove(&path);
        }
        if self.unswept > self.bounds.disk_bytes / 16 {
            self.unswept = 0;
            self.shared.bell.ring();
        }
    }

    fn forget_unused(&mut self) {
        if self.groups.len() > OPEN_GROUPS {
            let mut uses: Vec<u64> = self.groups.values().map(|group| group.used).collect();
            uses.sort_unstable();
            let oldest = uses[uses.len() - OPEN_GROUPS / 2];
            self.groups.retain(|_, group| group.used >= oldest);
        }
    }

    /// Logs that cannot be written are lost; the functions go on.
    fn unless_failed<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        match result {
            Ok(value) => {
                self.failing = false;
                Some(value)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "function logs are being lost");
                }
                None
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the thread is the writer's own; see GATHER")]
fn gather() {
    std::thread::sleep(GATHER);
}

fn push(lines: &mut Vec<u8>, timestamp: i64, now: i64, stream: &str, message: &str) {
    let line = Line { t: timestamp, i: now, s: stream.into(), m: message.into() };
    // A line of two numbers and two strings always has a JSON form, and memory takes it.
    if serde_json::to_writer(&mut *lines, &line).is_ok() {
        lines.push(b'\n');
    }
}

/// Moves a group out of sight, for good, then removes what it had.
fn delete(logs: &Path, key: &LogKey) -> Result<bool, StoreError> {
    let dir = logs.join(key.path());
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name().and_then(|n| n.to_str()))
    else {
        return Ok(false);
    };
    // Cut, so that it is a name that file systems take.
    let name: String = name.chars().take(200).collect();
    let gone = parent.join(format!("{GONE}{name}"));
    let _ = fs::remove_dir_all(&gone);
    match fs::rename(&dir, &gone) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        renamed => renamed
            .and_then(|()| File::open(parent)?.sync_all())
            .map_err(|e| StoreError::io("delete the log", &dir, e))?,
    }
    if let Err(error) = fs::remove_dir_all(&gone) {
        tracing::warn!(%error, dir = %gone.display(), "a deleted log stays until the next start");
    }
    Ok(true)
}
