//! What can go wrong with a wall.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// What can go wrong with a wall. Each message says what to do next, where we know.
#[derive(Debug, Error)]
pub enum WallError {
    /// A file of the state directory cannot be read or written.
    #[error("cannot use {path}: make it writable, or choose another state directory")]
    State {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another running server has this state directory.
    #[error("another server uses {0}: stop it, or choose another state directory")]
    InUse(PathBuf),
    /// The seccomp program cannot be made for this machine.
    #[error("no seccomp program for this machine: {0}")]
    Filter(String),
    /// The cgroups of a sandbox cannot be made.
    #[error("cannot make a cgroup")]
    Cgroup(#[source] io::Error),
    /// The jailer cannot be started.
    #[error("cannot start the jailer")]
    Spawn(#[source] io::Error),
    /// A step of the building of the wall failed.
    #[error("cannot build the wall: {0}")]
    Build(String),
    /// Init did not answer in time.
    #[error("the sandbox did not answer within {0} seconds: the machine may be overloaded")]
    Silent(u64),
    /// More sandboxes than there are users set aside for them.
    #[error("too many sandboxes: no user is left for another")]
    NoUser,
    /// The code is not one of the trees in the code directory.
    #[error("{0} is not directly inside the code directory")]
    Code(PathBuf),
    /// The sandbox could not be made the function's.
    #[error("cannot give the sandbox to the function: {0}")]
    NotBound(String),
    /// The function's program could not be started.
    #[error("cannot start {0}")]
    Refused(String),
    /// Its network cannot be had, or given a policy.
    #[error(transparent)]
    Network(#[from] fika_network::NetworkError),
    /// A guest's network device cannot be opened.
    #[error("cannot open a guest's network device: is /dev/net/tun there?")]
    Tap(#[source] io::Error),
    /// There is no virtual machine monitor of this kind.
    #[error("no virtual machine monitor: {0}")]
    NoVmm(String),
    /// The monitor does not do as it is told.
    #[error("the virtual machine monitor does not do as it is told")]
    Vmm(#[from] crate::microvm::qemu::QmpError),
    /// Firecracker does not do as it is told.
    #[error("Firecracker does not do as it is told")]
    Firecracker(#[from] crate::microvm::firecracker::ApiError),
    /// A disk for a guest cannot be made.
    #[error(transparent)]
    Disk(#[from] fika_disk::DiskError),
    /// The guest's kernel cannot be used.
    #[error(transparent)]
    Kernel(#[from] fika_kernel::KernelError),
    /// The guest cannot be made a snapshot, or be restored from one.
    #[error("no snapshot: {0}")]
    NoSnapshot(String),
    /// The sandbox is gone.
    #[error("the sandbox is gone")]
    Lost,
}

impl WallError {
    /// What to make of an error with a file of the state directory.
    pub(crate) fn state(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::State { path, source }
    }
}
