//! A directory tree as a read-only disk image, which a microVM mounts as it is.
//!
//! | file | what |
//! |---|---|
//! | `error` | [`DiskError`] |
//! | `tree` | the tree as it was found: names, modes, sizes, in the order of the image |
//! | `layout` | where in the image everything goes; pure |
//! | `format` | superblock and inodes as erofs has them on disk; pure |
//! | `listing` | directories as erofs has them on disk; pure |
//! | `stream` | writing one region of an image front to back |
//! | `draft` | a file that appears whole under its name, or not at all |
//! | `image` | [`build`]: all of these together |
//!
//! The images are erofs without compression, and use nothing that Linux 5.10 does not know:
//! superblock, all inodes (a small file right behind its own), then the data of larger files,
//! block by block. No erofs writer in Rust was to be had; the format is simple where it is not
//! compressed, and described in the kernel's `fs/erofs/erofs_fs.h` and
//! `Documentation/filesystems/erofs.rst`, from which this was written.
//!
//! The same tree gives the same bytes, whoever builds it and when: entries are sorted, every file
//! belongs to root and is as old as every other.
#![forbid(unsafe_code)]

mod draft;
mod error;
mod format;
mod image;
mod layout;
mod listing;
mod stream;
mod tree;

pub use error::DiskError;
pub use format::TIME;
pub use image::{Facts, build};
