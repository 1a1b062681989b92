//! What a guest has for memory: a file that only lives in memory, itself.
//!
//! A machine that boots shares one with us, so a snapshot is a copy of it. That copy is read into
//! another, once for all guests restored from it, and sealed: each maps it as its own, writes to
//! pages of its own, and cannot write to what the others see.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{MemfdFlags, SealFlags, SeekFrom, fcntl_add_seals, ftruncate, memfd_create, seek};
use rustix::io::Errno;

/// How much is copied at once, in bytes.
const PIECE: usize = 64 * 1024;

/// Memory for a machine that boots, in bytes.
pub fn fresh(bytes: u64) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let memory = memfd_create("fika-guest", flags)?;
    ftruncate(&memory, bytes)?;
    Ok(File::from(memory))
}

/// Writes memory to a file, which becomes as large but holds no more than what was used.
pub fn save(memory: &File, path: &Path) -> io::Result<()> {
    let file = File::create(path)?;
    copy(memory, &file)
}

/// Reads memory from a file, for good: nobody can write to it.
pub fn load(path: &Path) -> io::Result<OwnedFd> {
    let file = File::open(path)?;
    let memory = fresh(file.metadata()?.len())?;
    copy(&file, &memory)?;
    let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    fcntl_add_seals(&memory, seals)?;
    Ok(memory.into())
}

/// Copies what is there and is not zero.
fn copy(from: &File, to: &File) -> io::Result<()> {
    let bytes = from.metadata()?.len();
    to.set_len(bytes)?;
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    while let Some(start) = next(from, SeekFrom::Data(at))? {
        let end = next(from, SeekFrom::Hole(start))?.unwrap_or(bytes).min(bytes);
        at = start;
        while at < end {
            let length = PIECE.min(usize::try_from(end - at).unwrap_or(PIECE));
            from.read_exact_at(&mut piece[..length], at)?;
            if piece[..length].iter().any(|&byte| byte != 0) {
                to.write_all_at(&piece[..length], at)?;
            }
            at += length as u64;
        }
    }
    Ok(())
}

/// Where the next data or hole begins; `None` when there is none.
fn next(file: &File, from: SeekFrom) -> io::Result<Option<u64>> {
    match seek(file, from) {
        Ok(at) => Ok(Some(at)),
        Err(Errno::NXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_loaded_and_cannot_be_written_to() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("memory");
        let memory = fresh(8 << 20).unwrap();
        memory.write_all_at(b"here", 5 << 20).unwrap();
        memory.write_all_at(&[0; 4096], 7 << 20).unwrap();
        save(&memory, &path).unwrap();
        let loaded = File::from(load(&path).unwrap());
        assert_eq!(loaded.metadata().unwrap().len(), 8 << 20);
        let mut there = [0; 4];
        loaded.read_exact_at(&mut there, 5 << 20).unwrap();
        assert_eq!(&there, b"here");
        assert!(loaded.write_all_at(b"else", 5 << 20).is_err());
        assert!(loaded.set_len(0).is_err());
    }
}
