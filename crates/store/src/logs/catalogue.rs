//! The groups there are, and changes of what is known of them. All of it blocks for the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use fika_model::Scope;

use super::cursor::Cursor;
use super::sweep::GONE;
use super::writer::Command;
use super::{
    Direction, LogGroup, LogKey, LogStore, LogStream, StreamPage, TimeRange, group, key, now_ms,
    segment, stream,
};
use crate::error::StoreError;

impl LogStore {
    pub(super) fn dir(&self, key: &LogKey) -> PathBuf {
        self.inner.dir.join(key.path())
    }

    pub(super) fn kept_from(&self, key: &LogKey) -> Result<Option<i64>, StoreError> {
        Ok(self.group(key)?.and_then(|group| group.kept_from(now_ms())))
    }

    /// What is known of a group; none if there is no such group.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn group(&self, key: &LogKey) -> Result<Option<LogGroup>, StoreError> {
        group::read(&self.dir(key))
    }

    /// The names of all groups of an account in a region, in order.
    ///
    /// # Errors
    /// [`StoreError`] when a directory cannot be read.
    pub fn group_names(&self, scope: &Scope) -> Result<Vec<String>, StoreError> {
        let dir = self.inner.dir.join(key::scope_path(scope));
        let mut names = Vec::new();
        for directory in segment::directories(&dir)? {
            if directory.starts_with(GONE) {
                continue;
            }
            match key::group_of(&directory) {
                Some(name) => names.push(name),
                // Too long for a directory's name: its file has it.
                None => names.extend(group::read(&dir.join(directory))?.map(|group| group.name)),
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Bytes a group takes.
    ///
    /// # Errors
    /// [`StoreError`] when its directory cannot be read.
    pub fn stored_bytes(&self, key: &LogKey) -> Result<u64, StoreError> {
        let dir = self.dir(key);
        let size = |number| std::fs::metadata(segment::path(&dir, number)).map_or(0, |f| f.len());
        Ok(segment::numbers(&dir)?.into_iter().map(size).sum())
    }

    /// Makes a group; false if there is one already. It is on disk when this returns.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn create_group(
        &self,
        key: &LogKey,
        tags: BTreeMap<String, String>,
    ) -> Result<bool, StoreError> {
        let _turn = self.inner.shared.changes();
        let dir = self.dir(key);
        if group::read(&dir)?.is_some() {
            return Ok(false);
        }
        group::write(&dir, &LogGroup { tags, ..LogGroup::new(key.group(), now_ms()) })?;
        Ok(true)
    }

    /// Changes what is known of a group, and says what came of it; none if there is no such
    /// group. A change that fails is none. It is on disk when this returns.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn change_group<T, E>(
        &self,
        key: &LogKey,
        change: impl FnOnce(&mut LogGroup) -> Result<T, E>,
    ) -> Result<Option<Result<T, E>>, StoreError> {
        let _turn = self.inner.shared.changes();
        let dir = self.dir(key);
        let Some(before) = group::read(&dir)? else { return Ok(None) };
        let mut group = before.clone();
        let changed = change(&mut group);
        if changed.is_ok() && group != before {
            group::write(&dir, &group)?;
        }
        Ok(Some(changed))
    }

    /// Removes a group with all it has; false if there was none. It is gone from the disk when
    /// this returns.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be removed.
    pub fn delete_group(&self, key: &LogKey) -> Result<bool, StoreError> {
        let (done, deleted) = mpsc::sync_channel(1);
        let Some(queue) = &self.inner.queue else { return Ok(false) };
        let asked = queue.send(Command::Delete { key: key.clone(), done });
        // The writer ends only after this handle, so it always answers.
        let deleted = asked.ok().and_then(|()| deleted.recv().ok()).unwrap_or(Ok(false));
        self.inner.indices.forget(&self.dir(key));
        deleted
    }

    /// All streams of a group by name: those with events, and those somebody made.
    ///
    /// # Errors
    /// [`StoreError`] when a file cannot be read.
    pub fn streams(&self, key: &LogKey) -> Result<BTreeMap<String, LogStream>, StoreError> {
        let dir = self.dir(key);
        let made = group::read(&dir)?.map(|group| group.streams).unwrap_or_default();
        let mut streams = stream::all(&self.inner.indices, &dir)?;
        for (name, created_ms) in made {
            let empty = LogStream { name: name.clone(), created_ms, events_ms: None };
            streams.entry(name).or_insert(empty).created_ms = created_ms;
        }
        Ok(streams)
    }

    /// Events of one stream, from a place on or before it.
    ///
    /// # Errors
    /// [`StoreError`] when a file cannot be read.
    pub fn read_stream(
        &self,
        key: &LogKey,
        stream: &str,
        (from, direction): (Cursor, Direction),
        limit: usize,
        range: TimeRange,
    ) -> Result<StreamPage, StoreError> {
        let range = range.since(self.kept_from(key)?);
        let wanted = stream::Wanted { stream, range, limit };
        let dir: &Path = &self.dir(key);
        stream::page(&self.inner.indices, dir, wanted, from, direction)
    }
}
