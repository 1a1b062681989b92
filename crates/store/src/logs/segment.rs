//! A group's files: `1.jsonl`, `2.jsonl`, …, one JSON object a line, oldest first.
//!
//! A line counts once its newline is there; what a crash cut off is ended with one and skipped
//! by readers, because it is no JSON.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Bounds;
use super::cursor::Cursor;
use crate::error::StoreError;

/// One line. The names are short because there are many of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line<'a> {
    /// When it happened, ms.
    pub(crate) t: i64,
    /// When it was written here, ms.
    pub(crate) i: i64,
    /// The stream.
    #[serde(borrow)]
    pub(crate) s: std::borrow::Cow<'a, str>,
    /// The message.
    #[serde(borrow)]
    pub(crate) m: std::borrow::Cow<'a, str>,
}

/// The end of a group's log, open for appending.
#[derive(Debug)]
pub(crate) struct Segments {
    dir: PathBuf,
    number: u64,
    file: File,
    size: u64,
}

impl Segments {
    pub(crate) fn open(dir: PathBuf) -> Result<Self, StoreError> {
        let number = numbers(&dir)?.last().copied().unwrap_or(1);
        let path = path(&dir, number);
        let (file, size) = open_end(&path).map_err(|e| StoreError::io("open the log", &path, e))?;
        Ok(Self { dir, number, file, size })
    }

    /// Appends whole lines; begins a new segment first when this one is full.
    pub(crate) fn append(&mut self, lines: &[u8], bounds: Bounds) -> Result<(), StoreError> {
        if self.size > 0 && self.size + lines.len() as u64 > bounds.segment_bytes {
            self.rotate(bounds.segments)?;
        }
        if let Err(error) = self.file.write_all(lines) {
            self.drop_partial_line();
            return Err(StoreError::io("append to", &path(&self.dir, self.number), error));
        }
        self.size += lines.len() as u64;
        Ok(())
    }

    fn rotate(&mut self, keep: usize) -> Result<(), StoreError> {
        let next = path(&self.dir, self.number + 1);
        (self.file, self.size) =
            open_end(&next).map_err(|e| StoreError::io("open the log", &next, e))?;
        self.number += 1;
        let numbers = numbers(&self.dir)?;
        for old in &numbers[..numbers.len().saturating_sub(keep)] {
            remove(&self.dir, *old)?;
        }
        Ok(())
    }

    /// Removes a segment. The one that is written to is closed for it, so that places go on
    /// from where they are and none is given twice.
    pub(crate) fn remove(&mut self, number: u64) -> Result<(), StoreError> {
        if number == self.number {
            self.rotate(usize::MAX)?;
        }
        remove(&self.dir, number)
    }

    /// After a failed write (a full disk) the file must not end in half a line.
    fn drop_partial_line(&mut self) {
        if let Err(error) = self.file.set_len(self.size) {
            tracing::warn!(%error, dir = %self.dir.display(), "a log may have a damaged line");
        }
    }
}

/// Opens a segment for appending and ends a line that a crash cut off.
fn open_end(path: &Path) -> io::Result<(File, u64)> {
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    let mut size = file.metadata()?.len();
    if size > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
            size += 1;
        }
    }
    Ok((file, size))
}

/// Where a segment is.
pub(crate) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number}.jsonl"))
}

/// Where what is known of a full segment is kept.
pub(crate) fn index_path(segment: &Path) -> PathBuf {
    segment.with_extension("index")
}

fn remove(dir: &Path, number: u64) -> Result<(), StoreError> {
    let path = path(dir, number);
    for path in [index_path(&path), path] {
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io("remove the log", &path, e));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes a file for its owner's eyes, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = path.with_extension("half");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    file.write_all(bytes)?;
    fs::rename(&half, path)
}

/// The names of the directories in a directory; none when it is not there.
pub(crate) fn directories(dir: &Path) -> Result<impl Iterator<Item = String>, StoreError> {
    let entries = entries(dir)?.into_iter();
    let is_dir = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    Ok(entries.filter(is_dir).filter_map(|entry| entry.file_name().into_string().ok()))
}

fn entries(dir: &Path) -> Result<Vec<fs::DirEntry>, StoreError> {
    let entries = match fs::read_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    entries.map_err(|e| StoreError::io("list", dir, e))
}

/// The segments there are, oldest first; none when the group has no log.
pub(crate) fn numbers(dir: &Path) -> Result<Vec<u64>, StoreError> {
    let entries = entries(dir)?;
    let number = |name: String| name.strip_suffix(".jsonl")?.parse().ok();
    let names = entries.iter().filter_map(|entry| entry.file_name().into_string().ok());
    let mut numbers: Vec<u64> = names.filter_map(number).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// The place after the last segment's last byte.
pub(crate) fn end(dir: &Path) -> Result<Cursor, StoreError> {
    let Some(segment) = numbers(dir)?.pop() else { return Ok(Cursor::START) };
    let path = path(dir, segment);
    let size = fs::metadata(&path).map_err(|e| StoreError::io("look at", &path, e))?.len();
    Ok(Cursor { segment, offset: size })
}

pub(crate) fn create_dir(dir: &Path) -> Result<(), StoreError> {
    let created = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    created.map_err(|e| StoreError::io("create the directory", dir, e))
}
