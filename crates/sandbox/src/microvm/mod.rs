//! A wall made of a machine: a kernel of its own for every function.
//!
//! - [`MicroVms`]: one for each worker and monitor: boots guests, and restores them
//! - [`vmm`]: what a virtual machine monitor must be able to do; [`firecracker`] and [`qemu`] can
//! - `program`: the programs of these, as they are installed
//! - `enclosure`: the wall around a monitor: its user, its cgroup, its namespaces
//! - `workshop`: a directory that a monitor and its server share
//! - `disks`: images and code as disks, made once for each
//! - `birth`: one guest, from nothing to init's hello, or from a snapshot
//! - [`snapshot`]: guests that were stopped and written down
//! - `link`, `channel`: the stream to a guest's init, and the channels it carries
//! - `tap`: a guest's network device
//! - `clock`: how fast the processor's time stamp counter counts

mod birth;
mod channel;
mod clock;
mod disks;
mod enclosure;
pub mod firecracker;
mod link;
mod program;
pub mod qemu;
pub mod snapshot;
mod tap;
pub mod vmm;
mod workshop;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fika_kernel::Kernel;
use fika_model::{SandboxId, WallKind};
use fika_network::Networks;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use self::disks::Disks;
use self::enclosure::Enclosure;
use crate::cgroup::{Cgroups, CpuPolicy, Limits};
use crate::error::WallError;
use crate::jail::WallSpec;
use crate::jail::home::{Home, install};
use crate::jail::users::Users;
use crate::sandbox::Sandbox;

pub(crate) use birth::{Guest, Trees};
pub use channel::Channel;
pub use disks::CodeDisks;
pub use enclosure::{Enclosed, Jailed, Launch};
pub use link::Kept;
pub use snapshot::Snapshot;
pub use vmm::{Disk, Doing, Machine, MachineSpec, Tap, Vmm};
pub use workshop::Workshop;

/// The size of every disk of code or layers, in bytes, whatever it holds: so that another can take its place
/// under a guest that runs. A sparse file takes no more room than what is in it.
pub const CODE_DISK_BYTES: u64 = 1 << 30;

/// How guests are made here.
pub struct MicroVmOptions {
    /// A directory of their own. Two servers must not share one.
    pub state_dir: PathBuf,
    /// Where code trees are: one directory each, named after their content.
    pub code_dir: PathBuf,
    /// The guests' kernel.
    pub kernel: Kernel,
    /// The monitor that runs them.
    pub vmm: Box<dyn Vmm>,
    /// How a function's memory decides its share of the CPU.
    pub cpu: CpuPolicy,
    /// Use cgroups where they can be had.
    pub cgroups: bool,
    /// The networks of guests; without, or where there are none to be had, each has loopback only.
    pub networks: Option<Arc<Networks>>,
}

/// Makes guests.
pub struct MicroVms {
    enclosure: Enclosure,
    vmm: Box<dyn Vmm>,
    kernel: PathBuf,
    initrd: PathBuf,
    /// Everything that a snapshot depends on but whether there is a network, as one digest.
    breed: String,
    images: Disks,
    code: Arc<CodeDisks>,
    /// The code disk of guests that have no code yet.
    nothing: PathBuf,
    snapshots: PathBuf,
    cpu: CpuPolicy,
    networks: Option<Arc<Networks>>,
    /// Set when every guest must go. Each listens to it as long as it lives.
    closing: watch::Sender<bool>,
}

impl MicroVms {
    /// Puts together what guests boot with, and removes what an earlier server with this state
    /// directory left. Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`WallError`] when the state directory cannot be used or another server uses it, and when
    /// the kernel's files cannot be read.
    pub fn new(options: MicroVmOptions) -> Result<Self, WallError> {
        let home = Home::open(&options.state_dir, &options.code_dir)?;
        home.end_leftovers();
        let cgroups = if options.cgroups {
            Cgroups::find(home.instance())
        } else {
            Cgroups::None("cgroups are switched off".into())
        };
        workshop::open(&home.path("workshops"))?;
        let initrd = initrd(&home, &options.kernel)?;
        let breed = breed(options.vmm.version(), &options.kernel, &initrd)?;
        let snapshots = home.path("snapshots");
        snapshot::open(&snapshots)?;
        let code = CodeDisks::open(home.path("code-disks"))?;
        Ok(Self {
            images: Disks::open(home.path("image-disks"), None)?,
            nothing: code.nothing()?,
            code: Arc::new(code),
            enclosure: Enclosure {
                users: Arc::new(Users::of_this_host(home.instance())),
                cgroups: Arc::new(cgroups),
                home,
            },
            vmm: options.vmm,
            kernel: options.kernel.vmlinux,
            initrd,
            breed,
            snapshots,
            networks: options.networks,
            cpu: options.cpu,
            closing: watch::Sender::new(false),
        })
    }

    /// Which kind of wall these are.
    #[must_use]
    pub fn kind(&self) -> WallKind {
        self.vmm.kind()
    }

    /// The monitor and its version.
    #[must_use]
    pub fn version(&self) -> &str {
        self.vmm.version()
    }

    /// Bounds the memory of all guests and their monitors together, in MB. Does nothing where there
    /// are no cgroups.
    ///
    /// # Errors
    /// When the kernel refuses, because more is in use already.
    pub fn bound_memory(&self, mb: u32) -> std::io::Result<()> {
        self.enclosure.cgroups.bound(u64::from(mb) << 20)
    }

    /// Boots a guest, with nothing running in it but init.
    ///
    /// # Errors
    /// [`WallError`] when a step fails; nothing is left then.
    pub async fn create(&self, spec: WallSpec) -> Result<Sandbox, WallError> {
        let parts = birth::boot(self, &spec).await?;
        Ok(self.sandbox(parts, spec.memory_mb, spec.ephemeral_mb))
    }

    /// Stops a sandbox for good and writes down what it was, under a name; what was there is
    /// replaced. Whoever holds a connection from it says here what that waits for, by its
    /// [number](crate::Connection::channel), and must have read all that came on it.
    ///
    /// # Errors
    /// [`WallError::NoSnapshot`] for a sandbox that was itself restored, or whose connections are
    /// not at rest; and when a step fails. The sandbox is gone all the same.
    pub async fn snapshot(
        &self,
        sandbox: Sandbox,
        name: &str,
        waits: BTreeMap<u16, String>,
    ) -> Result<Snapshot, WallError> {
        self.forget(name).await;
        snapshot::take(self, sandbox, name, waits).await
    }

    /// The snapshot of a name, if there is one and it is of any use: taken with this kernel, init
    /// and monitor, of an image that is still there.
    #[must_use]
    pub fn find_snapshot(&self, name: &str) -> Option<Snapshot> {
        snapshot::find(&self.snapshots.join(name), &self.breed())
    }

    /// All that a guest's memory depends on, its devices included. Until it is known whether guests
    /// have networks, it is taken that they do.
    fn breed(&self) -> String {
        let networks = self.networks.as_ref().filter(|networks| networks.has_taps());
        format!("{}{}", self.breed, networks.map_or("", |_| "-network"))
    }

    /// The names of all snapshots, of whatever use.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        snapshot::whole(&self.snapshots).collect()
    }

    /// Removes the snapshot of a name, if there is one. Guests restored from it live on.
    pub async fn forget(&self, name: &str) {
        let directory = self.snapshots.join(name);
        let _nothing_held = self.vmm.forget(&directory).await;
        snapshot::remove(directory).await;
    }

    /// Lets go of what is held in memory for restoring from a snapshot. Whoever is restored next
    /// brings it back.
    pub async fn rest(&self, snapshot: &Snapshot) {
        let _nothing_held = self.vmm.forget(snapshot.directory()).await;
    }

    /// Of the snapshots whose names begin so, removes all but the `most` that were used last: made,
    /// or [restored](Self::restore) from.
    pub async fn forget_oldest(&self, prefix: &str, most: usize) {
        for name in snapshot::oldest(&self.snapshots, prefix, most) {
            self.forget(&name).await;
        }
    }

    /// Restores a guest from a snapshot: its processes go on where they were, with a clock that is
    /// right and random numbers of their own. [`Sandbox::take_resumed`] gives its connections
    /// back.
    ///
    /// # Errors
    /// [`WallError`] when a step fails; nothing is left then.
    pub async fn restore(
        &self,
        snapshot: &Snapshot,
        id: SandboxId,
        hostname: &str,
    ) -> Result<Sandbox, WallError> {
        let parts = birth::restore(self, snapshot, id, hostname).await?;
        snapshot::touch(snapshot.directory());
        Ok(self.sandbox(parts, snapshot.memory_mb(), snapshot.ephemeral_mb()))
    }

    fn sandbox(
        &self,
        parts: crate::sandbox::body::Parts,
        memory_mb: u32,
        ephemeral_mb: u32,
    ) -> Sandbox {
        let limits = Limits::of(memory_mb, ephemeral_mb, self.cpu);
        let code_dir = self.enclosure.home.code_dir();
        Sandbox::new(parts, code_dir, limits, self.closing.subscribe())
    }

    /// Removes disks and snapshots of images and code that are no longer there.
    pub async fn sweep(&self) {
        for name in snapshot::useless(&self.snapshots, &self.breed()) {
            self.forget(&name).await;
        }
        self.images.sweep().await;
        self.code.sweep().await;
    }

    /// Ends every guest, and removes all that this instance made outside its state directory.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        self.closing.closed().await;
        self.enclosure.cgroups.remove();
    }
}

/// Guests that were not closed leave their cgroups to the next start.
impl Drop for MicroVms {
    fn drop(&mut self) {
        if self.closing.receiver_count() == 0 {
            self.enclosure.cgroups.remove();
        }
    }
}

/// Writes the initramfs down. Every monitor's user may read it: there is nothing secret in it.
fn initrd(home: &Home, kernel: &Kernel) -> Result<PathBuf, WallError> {
    let read = |name: &str| read(&home.path(name));
    let initrd = fika_kernel::initramfs(&read("init")?, &read("filter")?, kernel)?;
    let path = home.path("initrd");
    install(&path, &initrd)?;
    Ok(path)
}

fn read(path: &Path) -> Result<Vec<u8>, WallError> {
    fs::read(path).map_err(|source| WallError::State { path: path.into(), source })
}

fn breed(vmm: &str, kernel: &Kernel, initrd: &Path) -> Result<String, WallError> {
    let mut digest = Sha256::new();
    for part in [vmm.as_bytes(), kernel.digest.as_bytes(), &read(initrd)?] {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A file name that is one.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    (1..=200).contains(&name.len())
        && name.chars().all(plain)
        && Path::new(name).file_name().is_some()
}
