//! MicroVMs run by Firecracker, on KVM.
//!
//! - [`Firecracker`]: the program that is installed; `machine`: one that runs
//! - `calls`: what its API is told, in which order: pure
//! - [`api`]: its API socket
//!
//! Firecracker takes files by their names, so each has a [`Workshop`](super::Workshop), where the
//! same names stand for the same things in every machine: a snapshot remembers them. What only a
//! boot needs is opened for it and handed over by number.
//!
//! It is fika's own jailer that starts it, not Firecracker's: every monitor stands in the same wall
//! then, as root and as an ordinary user, and ends with its server. Its own seccomp filter is in
//! force inside, as it is by default.

pub mod api;
mod calls;
mod machine;

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use fika_model::WallKind;

pub use self::api::ApiError;
use self::machine::FirecrackerMachine;
use super::enclosure::Enclosed;
use super::program;
use super::vmm::{Doing, Machine, MachineSpec, Vmm};
use crate::error::WallError;

/// The program, as its releases call it.
pub const PROGRAM: &str = "firecracker";

/// The first version whose restored guests keep time and do not lock up (its change log, 1.14.0).
const OLDEST: (u32, u32) = (1, 14);

/// What it takes beside the guest's memory, in MiB: itself, and what the kernel holds for the
/// guest's page tables.
const OVERHEAD_MB: u32 = 48;

/// Firecracker as it is installed.
#[derive(Debug)]
pub struct Firecracker {
    program: PathBuf,
    version: String,
}

impl Firecracker {
    /// Looks for the program in `PATH` and asks for its version. Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`WallError::NoVmm`] when there is none, or one that is too old.
    pub fn find() -> Result<Self, WallError> {
        let missing = "install Firecracker (from its release page), or choose another wall";
        Self::at(&program::find(PROGRAM).ok_or_else(|| WallError::NoVmm(missing.into()))?)
    }

    /// The same of a program at an absolute path.
    ///
    /// # Errors
    /// As [`Firecracker::find`].
    pub fn at(program: &Path) -> Result<Self, WallError> {
        let version = program::version(program, "Firecracker v", OLDEST)?;
        Ok(Self { program: program.into(), version })
    }
}

impl Vmm for Firecracker {
    fn kind(&self) -> WallKind {
        WallKind::Firecracker
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn overhead_mb(&self) -> u32 {
        OVERHEAD_MB
    }

    fn start<'a>(
        &'a self,
        spec: &'a MachineSpec,
        snapshot: Option<&'a Path>,
        enclosed: &'a Enclosed,
    ) -> Doing<'a, Box<dyn Machine>> {
        Box::pin(async move {
            let machine = match snapshot {
                None => FirecrackerMachine::boot(&self.program, spec, enclosed).await,
                Some(snapshot) => {
                    FirecrackerMachine::restore(&self.program, spec, snapshot, enclosed).await
                }
            };
            Ok(Box::new(machine?) as Box<dyn Machine>)
        })
    }

    /// Guests that live have names of their own for its files.
    fn forget<'a>(&'a self, _snapshot: &'a Path) -> Doing<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// Opens a file of ours for a machine.
fn open(path: &Path) -> Result<File, WallError> {
    File::open(path).map_err(WallError::state(path))
}

fn open_to_hand_over(path: &Path) -> Result<OwnedFd, WallError> {
    open(path).map(OwnedFd::from)
}
