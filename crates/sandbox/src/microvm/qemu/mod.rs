//! MicroVMs run by QEMU: on KVM where code runs on it at speed, by translation anywhere else.
//!
//! - [`Qemu`]: the program that is installed; `machine`: one that runs
//! - `line`: its command line: pure
//! - `qmp`: its control protocol
//! - `memory`: what a guest has for memory, and how guests share that of a snapshot
//!
//! Whatever QEMU uses is opened for it and handed over by number.

mod line;
mod machine;
pub(super) mod memory;
mod qmp;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use fika_model::WallKind;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use self::line::arguments;
use self::machine::QemuMachine;
use self::qmp::Qmp;
use super::enclosure::{Enclosed, Launch};
use super::vmm::{Doing, Machine, MachineSpec, Vmm};
use super::{clock, program};
use crate::error::WallError;

pub use line::{Accelerator, TRANSLATED_MB};
pub use qmp::QmpError;

/// The program, as distributions call it.
const PROGRAM: &str = "qemu-system-x86_64";

/// The first version that can put another file under a disk that is in use.
const OLDEST: (u32, u32) = (6, 1);

/// The kernel's arguments. A microVM has no console; a reset is its end.
const CMDLINE: &str = "fika.stream=vport quiet reboot=t panic=-1";

/// QEMU as it is installed.
#[derive(Debug)]
pub struct Qemu {
    program: PathBuf,
    version: String,
    accelerator: Accelerator,
    /// Memories of snapshots that are in use, by their directories.
    memories: Mutex<BTreeMap<PathBuf, Arc<OnceCell<OwnedFd>>>>,
}

impl Qemu {
    /// Looks for the program in `PATH` and asks for its version. Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`WallError::NoVmm`] when there is none, or one that is too old.
    pub fn find(accelerator: Accelerator) -> Result<Self, WallError> {
        let missing = "install QEMU (package qemu-system-x86), or choose another wall";
        let program = program::find(PROGRAM).ok_or_else(|| WallError::NoVmm(missing.into()))?;
        let version = program::version(&program, "QEMU emulator version ", OLDEST)?;
        let version = format!("{version}, {accelerator:?}");
        Ok(Self { program, version, accelerator, memories: Mutex::default() })
    }

    /// The memory of a snapshot, read once for all. Whoever asks meanwhile waits for the same, and
    /// for no other.
    async fn memory_of(&self, snapshot: &Path) -> io::Result<OwnedFd> {
        let cell = {
            let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(memories.entry(snapshot.into()).or_default())
        };
        let path = snapshot.join(machine::MEMORY);
        let memory = cell.get_or_try_init(|| async {
            let loaded = spawn_blocking(move || memory::load(&path)).await;
            loaded.unwrap_or_else(|error| Err(io::Error::other(error)))
        });
        memory.await?.try_clone()
    }

    async fn begin(
        &self,
        spec: &MachineSpec,
        snapshot: Option<&Path>,
        enclosed: &Enclosed,
    ) -> Result<QemuMachine, WallError> {
        let open =
            |path: &Path| File::open(path).map(OwnedFd::from).map_err(WallError::state(path));
        let (qmp, its_qmp) = UnixStream::pair().map_err(WallError::Spawn)?;
        let (stream, its_stream) = UnixStream::pair().map_err(WallError::Spawn)?;
        let mut descriptors: Vec<OwnedFd> = vec![its_qmp.into(), its_stream.into()];
        let mut shared = None;
        match snapshot {
            Some(snapshot) => {
                descriptors
                    .push(self.memory_of(snapshot).await.map_err(WallError::state(snapshot))?);
            }
            None => {
                let memory = memory::fresh(u64::from(spec.memory_mb) << 20);
                let memory = memory.map_err(WallError::Spawn)?;
                descriptors.push(memory.try_clone().map_err(WallError::Spawn)?.into());
                shared = Some(memory);
            }
        }
        for disk in [&spec.root_disk, &spec.code_disk, &spec.layers_disk] {
            descriptors.push(open(disk)?);
        }
        if snapshot.is_none() {
            descriptors.extend([open(&spec.kernel)?, open(&spec.initrd)?]);
        }
        if let Some(tap) = spec.tap {
            descriptors.push(enclosed.open_tap(tap).await?);
        }
        let cmdline = snapshot.is_none().then(|| self.cmdline());
        let launch = Launch {
            program: self.program.clone(),
            args: arguments(spec, self.accelerator, cmdline.as_deref()),
            kvm: self.accelerator == Accelerator::Kvm,
            workshop: None,
            opens_tap: false,
            descriptors,
        };
        let mut jailed = enclosed.launch(launch).await?;
        let qmp = match Qmp::greet(qmp).await {
            Ok(qmp) => qmp,
            Err(error) => {
                tracing::debug!(%error, "QEMU does not come up");
                return Err(WallError::Build(format!("QEMU: {}", jailed.why().await)));
            }
        };
        QemuMachine::new(jailed, qmp, stream, shared)
    }

    /// By translation the guest's clock is the host's, which it could measure for itself, but not
    /// on a host that is busy.
    fn cmdline(&self) -> String {
        match (self.accelerator, clock::tsc_khz()) {
            (Accelerator::Software, Some(khz)) => {
                format!("{CMDLINE} tsc_early_khz={khz} tsc=reliable")
            }
            _ => CMDLINE.into(),
        }
    }
}

impl Vmm for Qemu {
    fn kind(&self) -> WallKind {
        WallKind::Qemu
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn overhead_mb(&self) -> u32 {
        match self.accelerator {
            Accelerator::Kvm => 64,
            Accelerator::Software => 128 + TRANSLATED_MB,
        }
    }

    fn start<'a>(
        &'a self,
        spec: &'a MachineSpec,
        snapshot: Option<&'a Path>,
        enclosed: &'a Enclosed,
    ) -> Doing<'a, Box<dyn Machine>> {
        Box::pin(async move {
            let mut machine = self.begin(spec, snapshot, enclosed).await?;
            if let Some(snapshot) = snapshot
                && let Err(error) = machine.restore(snapshot).await
            {
                machine.jailed().end().await;
                return Err(error);
            }
            Ok(Box::new(machine) as Box<dyn Machine>)
        })
    }

    fn forget<'a>(&'a self, snapshot: &'a Path) -> Doing<'a, ()> {
        Box::pin(async move {
            self.memories.lock().unwrap_or_else(PoisonError::into_inner).remove(snapshot);
            Ok(())
        })
    }
}
