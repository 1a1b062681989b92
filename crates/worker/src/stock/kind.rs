//! What prepared sandboxes are alike in.

use std::path::PathBuf;

use fika_model::{FunctionVersion, Runtime, WallKind};

use super::parked;
use super::policy::Cost;
use super::prepared::Sizes;
use crate::service::Home;

/// What prepared sandboxes are alike in. Any function of a kind can have any of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// What is around it.
    pub wall: WallKind,
    /// The tree of the runtime image.
    pub root: PathBuf,
    /// With a parked runtime, or only the wall.
    pub parked: bool,
    /// A guest's sizes, which are those it was made with. A jail's come with its function.
    pub sizes: Option<Sizes>,
}

impl Kind {
    /// What a cold start of this version behind such a wall can use.
    pub fn of(version: &FunctionVersion, wall: WallKind, home: &Home) -> Self {
        let sizes = match wall {
            WallKind::None | WallKind::Jail => None,
            WallKind::Qemu | WallKind::Firecracker => Some(Sizes::of(version)),
        };
        Self { wall, root: home.image.root.clone(), parked: parked::fits(version), sizes }
    }

    /// What it holds of the machine's memory, as measured. Of a jail: what its processes have
    /// resident, shared pages included, and what the kernel keeps for the wall. Of a guest: its
    /// monitor, and the pages that it wrote to since it was restored; all of them share those of
    /// the snapshot. What they may come to hold later is their function's.
    pub fn cost(&self, runtime: Runtime) -> Cost {
        let runs = Some(runtime).filter(|_| self.parked);
        let (each_mb, shared_mb) = match (self.sizes, runs) {
            (None, Some(Runtime::Node { .. })) => (45, 0),
            (None, Some(Runtime::Python { .. })) => (16, 0),
            (None, _) => (2, 0),
            (Some(_), Some(Runtime::Node { .. })) => (26, 120),
            (Some(_), Some(Runtime::Python { .. })) => (26, 95),
            (Some(_), _) => (24, 80),
        };
        Cost { each_mb, shared_mb }
    }
}
