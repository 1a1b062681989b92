//! Code packages: a zip checked as hostile, measured, unpacked; and made.
//!
//! | file | what |
//! |---|---|
//! | `error` | [`PackageError`], in AWS's words |
//! | `name` | which entry names and symlink targets are safe |
//! | `plan` | the whole tree an archive asks for, checked before a byte is written |
//! | `walk` | the one pass over an archive: plans, inflates, counts |
//! | `inspect`, `unpack` | the two things a pass is for |
//! | `signature` | signed packages: made, and read |
//! | `merge` | unpacked packages laid over each other, as layers are |
//! | `make` | deterministic archives, for `fika deploy` and for tests |
//!
//! The archive's headers are never trusted with a size: bytes are counted as they are inflated.
//! Nothing is ever written through a symlink: links are made last, and an entry below one is
//! refused.

mod again;
mod error;
mod inspect;
mod make;
mod merge;
mod name;
mod plan;
mod signature;
mod unpack;
mod walk;

pub use again::Packer;
pub use error::PackageError;
pub use inspect::{Inspection, inspect, sha256_base64};
pub use make::{files, single_file, zip_dir};
pub use merge::merge;
pub use signature::{BadKey, Claim, Signature, SigningKey, signature};
pub use unpack::unpack;
pub use walk::Contents;

/// The most files and directories of one archive, directories that are only implied among them.
/// Lambda documents no bound; this one keeps a hostile archive from eating the disk's inodes.
pub const MAX_ENTRIES: usize = 131_072;
/// The deepest path, in components.
pub const MAX_DEPTH: usize = 128;
/// The longest path, bytes. Linux takes 4,096, with the directory it is unpacked into.
pub const MAX_PATH: usize = 2_048;
