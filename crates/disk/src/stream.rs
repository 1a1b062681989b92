//! Writing one region of an image front to back.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::DiskError;

/// Bytes gathered before they are written.
const CHUNK: usize = 256 * 1024;

/// The end of a region that is being written. Several may write one file, each its own region.
pub(crate) struct Stream<'a> {
    file: &'a File,
    path: &'a Path,
    /// Where `waiting` goes, bytes from the file's start.
    at: u64,
    waiting: Vec<u8>,
}

impl<'a> Stream<'a> {
    /// Into `file`, which is at `path`, from byte `at` on.
    pub(crate) fn new(file: &'a File, path: &'a Path, at: u64) -> Self {
        Self { file, path, at, waiting: Vec::with_capacity(CHUNK) }
    }

    /// Fills with zeros up to byte `at` of the file. Gaps are shorter than a block.
    pub(crate) fn pad_to(&mut self, at: u64) -> Result<(), DiskError> {
        debug_assert!(at >= self.at + self.waiting.len() as u64, "a region is written once");
        self.waiting.resize((at - self.at) as usize, 0);
        self.flush_if_full()
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.waiting.extend_from_slice(bytes);
        self.flush_if_full()
    }

    /// Copies `bytes` bytes of `source`, which is at `path`, and is as long as that.
    pub(crate) fn pour(
        &mut self,
        source: &mut File,
        path: &Path,
        bytes: u32,
    ) -> Result<(), DiskError> {
        let mut left = bytes as usize;
        while left > 0 {
            let have = self.waiting.len();
            self.waiting.resize(have + left.min(CHUNK - have), 0);
            let read = match source.read(&mut self.waiting[have..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => 0,
                Err(e) => return Err(DiskError::read(path)(e)),
                Ok(0) => return Err(DiskError::Changed { path: path.to_owned() }),
                Ok(read) => read,
            };
            self.waiting.truncate(have + read);
            left -= read;
            self.flush_if_full()?;
        }
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<(), DiskError> {
        if self.waiting.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    pub(crate) fn flush(&mut self) -> Result<(), DiskError> {
        self.file.write_all_at(&self.waiting, self.at).map_err(DiskError::write(self.path))?;
        self.at += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}
