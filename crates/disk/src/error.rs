use std::io;
use std::path::{Path, PathBuf};

/// Why a tree did not become an image.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// Something in the tree cannot be read.
    #[error("cannot read {path} for a disk image; check that it is there and its permissions")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The image cannot be written.
    #[error("cannot write the disk image {path}; check its directory, and the room on its disk")]
    Write {
        /// The image, or its draft beside it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of 4 GiB or more, bytes.
    #[error("{path} has {bytes} bytes; a file of a disk image may have {} at most", u32::MAX)]
    FileTooBig {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A device, a socket or a FIFO.
    #[error("{path} is {kind}; a disk image holds files, directories and symlinks only: remove it")]
    NotStorable {
        /// What was found.
        path: PathBuf,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// A file is no longer what it was when the tree was walked.
    #[error("{path} changed while the disk image was built from it; try again when it is at rest")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// More than an image can hold: 2³² blocks of 4 KiB.
    #[error("{path} holds more than 16 TiB, too much for a disk image")]
    TreeTooBig {
        /// The tree.
        path: PathBuf,
    },
}

impl DiskError {
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }
}
