//! Code packages, each a file named by the SHA-256 of what it holds.
//!
//! A blob is written to a temporary file, flushed, and only then given its name: under a digest
//! there is the whole blob or nothing. What a crash leaves is a temporary file, and the next
//! start removes it.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::digest::Digest;
use crate::error::{BlobError, StoreError};

/// The blobs of a data directory, shared: clones are the same. Every method blocks for the
/// disk: call them from a blocking thread.
#[derive(Debug, Clone)]
pub struct Blobs {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    next: AtomicU64,
    /// Blobs somebody is about to refer to, and how many do.
    pins: Mutex<HashMap<Digest, usize>>,
}

/// A blob that is not removed while this lives, so that whoever put it has time to refer to it.
#[derive(Debug)]
pub struct Pin {
    digest: Digest,
    inner: Arc<Inner>,
}

impl Pin {
    /// Which blob.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pins = self.inner.pins();
        if let Some(count) = pins.get_mut(&self.digest) {
            *count -= 1;
            if *count == 0 {
                pins.remove(&self.digest);
            }
        }
    }
}

impl Inner {
    fn pins(&self) -> MutexGuard<'_, HashMap<Digest, usize>> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn temporary(&self) -> PathBuf {
        self.dir.join("tmp")
    }
}

impl Blobs {
    /// Opens the blobs in that directory, making it where it is not there yet, and removes what
    /// a crash left half-written. The store's lock guards it: one server to a directory.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let inner = Inner { dir: dir.into(), next: AtomicU64::new(0), pins: Mutex::default() };
        let temporary = inner.temporary();
        match fs::remove_dir_all(&temporary) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io("clear", &temporary, e));
            }
            _ => create_dir(&temporary)?,
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Stores those bytes, durable when it returns. A blob that is there is not written again.
    ///
    /// # Errors
    /// [`StoreError`] when the disk is full or fails; nothing is left under the digest then.
    pub fn put(&self, bytes: &[u8]) -> Result<Pin, StoreError> {
        let pin = self.pin(Digest::of(bytes));
        let path = self.path(&pin.digest);
        if path.exists() {
            // Another `put` may have named it a moment ago and not flushed the name yet.
            let shelf = path.parent().unwrap_or(&path);
            sync_dir(shelf).map_err(|e| StoreError::io("flush", shelf, e))?;
        } else {
            self.write(&path, bytes)?;
        }
        Ok(pin)
    }

    /// Keeps a blob from being removed until the pin is dropped. It need not be there yet.
    #[must_use]
    pub fn pin(&self, digest: Digest) -> Pin {
        *self.inner.pins().entry(digest).or_default() += 1;
        Pin { digest, inner: self.inner.clone() }
    }

    /// Where a blob is, if it is there.
    #[must_use]
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.to_string();
        self.inner.dir.join(&hex[..2]).join(hex)
    }

    /// Reads a blob and checks that it is what was stored.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Damaged`], or the disk's.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        let path = self.path(digest);
        let bytes = fs::read(&path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => BlobError::Missing(*digest),
            _ => StoreError::io("read the blob", &path, e).into(),
        })?;
        if Digest::of(&bytes) == *digest { Ok(bytes) } else { Err(BlobError::Damaged(*digest)) }
    }

    /// Removes a blob that is neither pinned nor, at this moment, `live`. True when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be removed.
    pub fn remove(
        &self,
        digest: &Digest,
        live: impl FnOnce(&Digest) -> bool,
    ) -> Result<bool, StoreError> {
        // Held until the file is gone: a `put` of the same bytes pins first, so it either keeps
        // the file from going or finds it gone and writes it anew. `live` is asked in here
        // because whoever drops a pin has made its reference before.
        let pins = self.inner.pins();
        if pins.contains_key(digest) || live(digest) {
            return Ok(false);
        }
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("remove the blob", &path, e))
            }
            _ => Ok(true),
        }
    }

    /// Removes every blob that is neither pinned nor `live`; how many went.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be read or a file not be removed.
    pub fn sweep(&self, live: impl Fn(&Digest) -> bool) -> Result<usize, StoreError> {
        let mut removed = 0;
        for digest in self.list()? {
            removed += usize::from(self.remove(&digest, &live)?);
        }
        Ok(removed)
    }

    fn list(&self) -> Result<Vec<Digest>, StoreError> {
        let mut digests = Vec::new();
        for shelf in names(&self.inner.dir)? {
            let shelf = self.inner.dir.join(shelf);
            if shelf != self.inner.temporary() && shelf.is_dir() {
                digests
                    .extend(names(&shelf)?.iter().filter_map(|name| name.parse::<Digest>().ok()));
            }
        }
        Ok(digests)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let number = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let temporary = self.inner.temporary().join(number.to_string());
        let written = write_durable(&temporary, bytes, path);
        if written.is_err() {
            // The disk may be full: give back what was taken. It may not be there at all.
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

fn write_durable(temporary: &Path, bytes: &[u8], path: &Path) -> Result<(), StoreError> {
    let io = |e| StoreError::io("write the blob", path, e);
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)?;
    let shelf = path.parent().unwrap_or(path);
    if !shelf.exists() {
        create_dir(shelf)?;
        shelf.parent().map_or(Ok(()), sync_dir).map_err(io)?;
    }
    fs::rename(temporary, path).and_then(|()| sync_dir(shelf)).map_err(io)
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn create_dir(dir: &Path) -> Result<(), StoreError> {
    let created = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    created.map_err(|e| StoreError::io("create the directory", dir, e))
}

fn names(dir: &Path) -> Result<Vec<String>, StoreError> {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|e| StoreError::io("list", dir, e))?;
    Ok(entries.iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

#[cfg(test)]
mod tests;
