//! What can go wrong between a package and a kernel.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no kernel, and what to do about it.
#[derive(Debug, Error)]
pub enum KernelError {
    /// The distribution's package cannot be had here.
    #[error(
        "{why}; or fetch Debian's cloud kernel (linux-image-*-cloud-amd64) by other means, and \
         name the file: --deb FILE"
    )]
    Distribution {
        /// What apt said, or that there is none, and what may help.
        why: String,
    },
    /// A file is not what it should be.
    #[error("{what} cannot be used: {why}; name an intact one for x86-64")]
    Unusable {
        /// Which file.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A guest cannot do without this module, and the kernel neither has it built in nor beside it.
    #[error(
        "kernel {release} has no module {name}; use a kernel that has it, such as Debian's cloud \
         kernel 6.12, or name every package it comes in: --deb IMAGE --deb MODULES"
    )]
    MissingModule {
        /// The module, as `modprobe` writes it, with underscores.
        name: String,
        /// Which kernel.
        release: String,
    },
    /// A module was built for another kernel, and would be refused by this one.
    #[error(
        "module {name} is for kernel {found}, not {release}; name the modules of the same build"
    )]
    ForeignModule {
        /// The module.
        name: String,
        /// The kernel it was built for.
        found: String,
        /// The kernel it was to go into.
        release: String,
    },
    /// A file or a directory of this machine.
    #[error("cannot access {path}: {source}; check its permissions and the free space")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl KernelError {
    pub(crate) fn unusable(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Unusable { what: what.into(), why: why.into() }
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
