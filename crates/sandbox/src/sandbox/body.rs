//! What a sandbox is made of, of whatever kind its wall is.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use tokio::process::Child;

use super::Resumed;
use super::control::Control;
use crate::cgroup::Cgroup;
use crate::door::Door;
use crate::error::WallError;
use crate::jail::{self, Born, Lease, Space};
use crate::log::LogPipe;
use crate::microvm::{Disk, Enclosed, Guest, Machine};
use crate::plain::Outside;
use crate::sandbox::given::Given;

/// A sandbox whose init is there to be spoken with.
pub(crate) struct Parts {
    pub control: Control,
    pub body: Body,
    /// That of the function's own processes, where they are the server's to govern.
    pub cgroup: Option<Arc<Cgroup>>,
    pub network: Option<fika_network::Lease>,
    pub api: Door,
    pub endpoint: Door,
    pub log: LogPipe,
    pub given: Given,
    pub outside: Option<Outside>,
    /// None in a jail.
    pub guest: Option<Guest>,
    pub resumed: Vec<Resumed>,
}

impl From<Born> for Parts {
    fn from(born: Born) -> Self {
        Self {
            control: born.control,
            body: Body::Jail { jailer: born.jailer, lease: born.lease, tmp: born.tmp },
            cgroup: born.cgroup,
            network: born.network,
            api: born.api,
            endpoint: born.endpoint,
            log: LogPipe::new(born.log),
            given: Given::Beside,
            outside: born.outside,
            guest: None,
            resumed: Vec::new(),
        }
    }
}

/// What ends with a sandbox. What is left of it then goes when this is dropped, which may block for
/// a moment.
pub(crate) enum Body {
    /// A jail.
    Jail {
        /// Its end is that of everything inside.
        jailer: Child,
        /// The sandbox's users.
        lease: Lease,
        /// The place for the function's temporary files.
        tmp: Space,
    },
    /// A microVM.
    MicroVm {
        /// The machine.
        machine: Box<dyn Machine>,
        /// What is around its monitor.
        enclosed: Enclosed,
    },
}

impl Body {
    /// Waits until it has ended by itself. Safe to cancel.
    pub async fn ended(&mut self) {
        match self {
            Self::Jail { jailer, .. } => drop(jailer.wait().await),
            Self::MicroVm { machine, .. } => machine.jailed().ended().await,
        }
    }

    /// Whether it need not be asked to end when there is no grace: nothing inside outlives a
    /// machine.
    pub fn ends_at_once(&self) -> bool {
        matches!(self, Self::MicroVm { .. })
    }

    /// Ends it, whatever init is doing.
    pub async fn kill(&mut self, control: &mut Control) {
        match self {
            Self::Jail { jailer, lease, .. } => jail::kill(jailer, control, lease).await,
            Self::MicroVm { machine, .. } => machine.jailed().end().await,
        }
    }

    /// The cgroup of everything that runs: in a jail that is the `function`'s.
    pub fn freezer<'a>(&'a self, function: Option<&'a Arc<Cgroup>>) -> Option<&'a Arc<Cgroup>> {
        match self {
            Self::Jail { .. } => function,
            Self::MicroVm { enclosed, .. } => enclosed.cgroup(),
        }
    }

    /// Memory that the function's temporary files hold, in bytes. Only init can tell in a
    /// microVM.
    pub fn tmp_bytes(&self) -> u64 {
        match self {
            Self::Jail { tmp, .. } => tmp.memory(),
            Self::MicroVm { .. } => 0,
        }
    }

    /// Gives a machine the function's code, or its layers.
    pub async fn swap_disk(&mut self, disk: Disk, file: File) -> Result<(), WallError> {
        match self {
            Self::Jail { .. } => Ok(()),
            Self::MicroVm { machine, .. } => machine.swap_disk(disk, file).await,
        }
    }

    /// Stops a machine for good and writes it down.
    pub async fn snapshot(&mut self, into: &Path) -> Result<(), WallError> {
        match self {
            Self::Jail { .. } => Err(WallError::NoSnapshot("a jail cannot become one".into())),
            Self::MicroVm { machine, .. } => machine.snapshot(into).await,
        }
    }
}
