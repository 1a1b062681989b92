//! What can go wrong with a disk, told so that the reader knows what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::ErrorCode;
use thiserror::Error;

use crate::kv::Revision;

/// Why the store does not open or does not read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another server holds the directory.
    #[error(
        "the data directory {} is in use by {}; stop that server, or choose another directory with --data-dir",
        dir.display(), holder(*pid)
    )]
    Locked {
        /// The directory.
        dir: PathBuf,
        /// The other server's process id, where it could be read.
        pid: Option<u32>,
    },
    /// The file system refuses writes.
    #[error("{} cannot be written: give this user the right to, or choose another directory with --data-dir", path.display())]
    ReadOnly {
        /// What could not be written.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space is left on the disk that holds {}; free some and try again", path.display())]
    Full {
        /// What could not be written.
        path: PathBuf,
    },
    /// A later fika has been here.
    #[error("{} was written by a newer fika (format {found}, this one knows {known}); run that version, or choose another directory with --data-dir", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest format this program reads.
        known: i64,
    },
    /// Some other program's database.
    #[error("{} is not a store of fika; move it away, or choose another directory with --data-dir", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// Any other trouble with a file.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Any other trouble with the database.
    #[error("the database {} cannot be used; if it is damaged, restore it from a backup", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// Names an I/O error by what the reader can do about it.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { doing, path, source },
        }
    }

    /// The same for SQLite's errors.
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly { path }
            }
            Some(ErrorCode::NotADatabase) => Self::Foreign { path },
            _ => Self::Database { path, source },
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another fika server".into(),
        |pid| format!("the fika server with pid {pid}"),
    )
}

/// Why a batch was not committed. Nothing of it is there.
#[derive(Debug, Clone, Error)]
pub enum CommitError {
    /// A key is not at the revision the batch expects: somebody else was first. Read it again.
    #[error("the key {key:?} has changed in the meantime")]
    Conflict {
        /// The key.
        key: Bytes,
        /// Where it is; none when there is no such key.
        found: Option<Revision>,
    },
    /// The disk is full.
    #[error("no space is left on the data directory's disk; free some and try again")]
    Full,
    /// The file system refuses writes.
    #[error("the data directory has become read-only; see the system's log for why")]
    ReadOnly,
    /// Any other trouble with the database.
    #[error("the database did not take the change; see the system's log for a failing disk")]
    Database(#[source] Arc<rusqlite::Error>),
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Database(Arc::new(error)),
        }
    }
}

/// Why a blob was not written or not read.
#[derive(Debug, Error)]
pub enum BlobError {
    /// There is no such blob.
    #[error("there is no blob {0}")]
    Missing(crate::Digest),
    /// What is on the disk is not what was stored.
    #[error("the blob {0} is damaged on disk; upload the code again")]
    Damaged(crate::Digest),
    /// The file system's trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}
