//! What is known of a log group beside its events: `group.json` in its directory.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::segment;
use crate::error::StoreError;

const FILE: &str = "group.json";

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// How many days its events are kept; none for as long as there is room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Streams that somebody made, and when, milliseconds since 1970. Those of sandboxes are not
    /// among them: they are in the events.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<String, i64>,
}

impl LogGroup {
    pub(crate) fn new(name: &str, created_ms: i64) -> Self {
        let (tags, streams) = Default::default();
        Self { name: name.into(), created_ms, retention_days: None, tags, streams }
    }

    /// The first moment of which events are kept, milliseconds since 1970.
    pub(crate) fn kept_from(&self, now_ms: i64) -> Option<i64> {
        self.retention_days.map(|days| now_ms - i64::from(days) * 86_400_000)
    }
}

/// What is known of the group in that directory; none if there is no such group.
pub(crate) fn read(dir: &Path) -> Result<Option<LogGroup>, StoreError> {
    let path = dir.join(FILE);
    let text = match fs::read(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(before_this_file(dir)),
        text => text.map_err(|e| StoreError::io("read", &path, e))?,
    };
    let group = serde_json::from_slice(&text);
    group.map(Some).map_err(|e| StoreError::io("read", &path, e.into()))
}

/// A group that was made when groups had no file of their own.
fn before_this_file(dir: &Path) -> Option<LogGroup> {
    let name = super::key::group_of(dir.file_name()?.to_str()?)?;
    let made = fs::metadata(dir).ok()?.modified().ok()?;
    Some(LogGroup::new(&name, super::unix_ms(made)))
}

/// Writes it anew, whole or not at all, and on disk when this returns.
pub(crate) fn write(dir: &Path, group: &LogGroup) -> Result<(), StoreError> {
    segment::create_dir(dir)?;
    let (path, half) = (dir.join(FILE), dir.join(".group.json"));
    let text = serde_json::to_vec(group).map_err(|e| StoreError::io("write", &path, e.into()))?;
    let written = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&half, &path)?;
        File::open(dir)?.sync_all()?;
        // The directory's own name, where it is new.
        dir.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
    };
    written().map_err(|e| StoreError::io("write", &path, e))
}

/// Whether the group has its file.
pub(crate) fn is_known(dir: &Path) -> bool {
    dir.join(FILE).exists()
}
