//! What a program that runs microVMs must be able to do.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use fika_model::{SandboxId, WallKind};
use tokio::net::UnixStream;

use super::enclosure::{Enclosed, Jailed};
use crate::error::WallError;

/// Something that takes a while.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, WallError>> + Send + 'a>>;

/// The machine that a guest sees. The same machine again is what a snapshot needs.
#[derive(Debug, Clone)]
pub struct MachineSpec {
    /// Whose machine it is.
    pub sandbox: SandboxId,
    /// An uncompressed kernel.
    pub kernel: PathBuf,
    /// Its initramfs, which holds init.
    pub initrd: PathBuf,
    /// The runtime image's disk: `/dev/vda`, read-only.
    pub root_disk: PathBuf,
    /// The code's disk: `/dev/vdb`, read-only, of [`CODE_DISK_BYTES`](super::CODE_DISK_BYTES)
    /// whatever it holds. Not read before the sandbox is bound.
    pub code_disk: PathBuf,
    /// The layers' disk: `/dev/vdc`, otherwise as the code's.
    pub layers_disk: PathBuf,
    /// All that the guest has for memory, in MiB.
    pub memory_mb: u32,
    /// CPUs that the guest has.
    pub cpus: u32,
    /// Its network device, if it has one: the guest's only, and the last of its devices.
    pub tap: Option<Tap>,
}

/// A disk that can be another while its guest runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// The code's.
    Code,
    /// The layers'.
    Layers,
}

/// A network device of a guest, as its host has it: a tap in a namespace of its own, which
/// [`Enclosed`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// Its name in the namespace.
    pub name: &'static str,
    /// The hardware address that the guest must see: the same for all.
    pub hardware: [u8; 6],
}

impl Tap {
    /// What every guest with a network has.
    pub const USUAL: Self = Self { name: fika_network::TAP, hardware: fika_network::HARDWARE };

    /// The hardware address as people write it.
    #[must_use]
    pub fn mac(&self) -> String {
        self.hardware.map(|byte| format!("{byte:02x}")).join(":")
    }
}

/// A virtual machine monitor.
pub trait Vmm: Send + Sync {
    /// Which kind of wall it makes.
    fn kind(&self) -> WallKind;

    /// The program and its version. A snapshot is of use to no other.
    fn version(&self) -> &str;

    /// What it needs beside the guest's own memory, in MiB, at most.
    fn overhead_mb(&self) -> u32;

    /// Starts a machine: from its kernel on, or from where `snapshot` (a directory that
    /// [`Machine::snapshot`] filled) left it.
    fn start<'a>(
        &'a self,
        spec: &'a MachineSpec,
        snapshot: Option<&'a Path>,
        enclosed: &'a Enclosed,
    ) -> Doing<'a, Box<dyn Machine>>;

    /// Lets go of what is held for a snapshot, which may be removed next.
    fn forget<'a>(&'a self, snapshot: &'a Path) -> Doing<'a, ()>;
}

/// A machine that runs. Dropping it ends its process.
pub trait Machine: Send {
    /// The byte stream to init, once.
    fn take_stream(&mut self) -> Option<UnixStream>;

    /// Puts another file in the place of a disk's.
    fn swap_disk(&mut self, disk: Disk, file: File) -> Doing<'_, ()>;

    /// Stops the machine for good and writes what it is into a directory.
    fn snapshot<'a>(&'a mut self, into: &'a Path) -> Doing<'a, ()>;

    /// Its process behind its wall.
    fn jailed(&mut self) -> &mut Jailed;
}
