//! Why an image cannot be had.

use std::io;
use std::path::{Path, PathBuf};

use fika_model::Runtime;
use thiserror::Error;

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
    /// pip failed.
    #[error(
        "boto3 could not be fetched by `python3 -m pip`: {reason}; install pip, go online, and add it again"
    )]
    Pip {
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

impl ImageError {
    /// For `map_err` of a file operation on `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    /// A fault of the machine, worded in full.
    pub(super) fn machine(what: impl Into<String>) -> Self {
        Self::Machine { what: what.into() }
    }
}
