//! The files of a journal: segments, which only grow and are removed from the oldest on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::index::Span;

const MAGIC: [u8; 8] = *b"fikajrn1";
/// Magic, number of the segment, the next entry's number when it was begun, sum of these.
pub(crate) const HEADER_BYTES: usize = 24;

/// A directory of segments.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    /// Held while it is used; the kernel gives it back however the process ends.
    _lock: File,
}

impl Directory {
    /// Makes it where it is not there yet, and takes its lock.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        let lock = options().truncate(false).open(path.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => {
                let of = format!("{} is in use by another server: stop that first", path.display());
                io::Error::new(ErrorKind::WouldBlock, of)
            }
            fs::TryLockError::Error(error) => error,
        })?;
        Ok(Self { path: path.into(), _lock: lock })
    }

    /// The numbers of its segments, in order.
    pub(crate) fn segments(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for file in fs::read_dir(&self.path)? {
            let name = file?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(".segment"));
            numbers.extend(name.and_then(|name| name.parse::<u32>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(crate) fn path(&self, number: u32) -> PathBuf {
        self.path.join(format!("{number:010}.segment"))
    }

    /// A new segment, on disk when this returns. What could not be made whole is not there.
    pub(crate) fn create(&self, number: u32, next: u64) -> io::Result<File> {
        let path = self.path(number);
        let made = self.write_new(&path, number, next);
        if made.is_err() {
            let _ = fs::remove_file(&path);
        }
        made
    }

    fn write_new(&self, path: &Path, number: u32, next: u64) -> io::Result<File> {
        let file = options().truncate(true).open(path)?;
        file.write_all_at(&header(number, next), 0)?;
        file.sync_all()?;
        self.sync()?;
        Ok(file)
    }

    /// Opens a segment. Says the next number its header tells; none when the header is not whole.
    pub(crate) fn load(&self, number: u32) -> io::Result<(File, Option<u64>)> {
        let file = OpenOptions::new().read(true).write(true).open(self.path(number))?;
        let mut bytes = [0; HEADER_BYTES];
        match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok((file, None)),
            Err(error) => return Err(error),
        }
        let [.., a, b, c, d, e, f, g, h, _, _, _, _] = bytes;
        let next = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let whole = next < 1 << 63 && header(number, next) == bytes;
        Ok((file, whole.then_some(next)))
    }

    /// Removes a segment, for good when this returns: were an older one to come back without a newer,
    /// what it holds would come back too.
    pub(crate) fn remove(&self, number: u32) -> io::Result<()> {
        fs::remove_file(self.path(number))?;
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Puts bytes of the disk aside, to be given back when there are none left. Where the file system
    /// cannot, there are none.
    pub(crate) fn reserve(&self, bytes: u64) -> io::Result<()> {
        let file = options().truncate(false).open(self.path.join("reserve"))?;
        let flags = rustix::fs::FallocateFlags::empty();
        match rustix::fs::fallocate(&file, flags, 0, bytes) {
            Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => Ok(()),
            Err(error) => {
                self.release()?;
                Err(error.into())
            }
        }
    }

    pub(crate) fn release(&self) -> io::Result<()> {
        fs::remove_file(self.path.join("reserve"))
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    options
}

fn header(number: u32, next: u64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&number.to_le_bytes());
    bytes[12..20].copy_from_slice(&next.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..20]);
    bytes[20..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// Reads bytes of a segment.
pub(crate) fn read(file: &File, span: Span) -> io::Result<Bytes> {
    let mut bytes = vec![0; span.len as usize];
    file.read_exact_at(&mut bytes, u64::from(span.at))?;
    Ok(bytes.into())
}
