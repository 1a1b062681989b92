//! Durable state. It knows bytes, not business: what a key means is its owner's affair.
//!
//! - [`Store`]: keys and values with revisions, compare-and-swap and watch, in one SQLite file
//! - [`Blobs`]: code packages, each named by the SHA-256 of what it holds
//! - [`LogStore`]: the lines functions write, bounded, in append-only files
//!
//! | write | when it answers | survives |
//! |---|---|---|
//! | [`Store::commit`] | after the disk has it | power loss |
//! | [`Blobs::put`] | after the disk has it | power loss |
//! | [`LogStore::append`] | at once | kill -9, but for the last hundredth of a second |
//!
//! Nothing here belongs on the warm invoke path but [`LogStore::append`], which only moves a
//! vector into a queue.
#![forbid(unsafe_code)]

mod blobs;
mod digest;
mod error;
mod kv;
mod lock;
mod logs;

pub use blobs::{Blobs, Pin};
pub use digest::{Digest, NotADigest};
pub use error::{BlobError, CommitError, StoreError};
pub use kv::{Batch, Change, Entry, Lagged, Revision, Stats, Store, Watch};
pub use logs::{
    AHEAD_MS, Cursor, DISK_BYTES, Direction, LogEvent, LogFacts, LogGroup, LogKey, LogPage,
    LogStore, LogStream, NotACursor, StoredEvent, StreamPage, TimeRange,
};
