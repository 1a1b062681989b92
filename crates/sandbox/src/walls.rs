//! All walls that can be built here.

use fika_model::WallKind;

use crate::error::WallError;
use crate::jail::{Jail, WallSpec};
use crate::microvm::MicroVms;
use crate::sandbox::Sandbox;

/// All walls that can be built here: a jail, or none at all where it is [that kind of
/// jail](Jail::without_walls); and microVMs, as far as there are monitors for them.
pub struct Walls {
    jail: Jail,
    microvms: Vec<MicroVms>,
}

impl Walls {
    /// Those that are given.
    #[must_use]
    pub fn new(jail: Jail, microvms: Vec<MicroVms>) -> Self {
        Self { jail, microvms }
    }

    /// The jail.
    #[must_use]
    pub fn jail(&self) -> &Jail {
        &self.jail
    }

    /// The jail.
    pub fn jail_mut(&mut self) -> &mut Jail {
        &mut self.jail
    }

    /// The microVMs of a kind, if there are any.
    #[must_use]
    pub fn microvms(&self, kind: WallKind) -> Option<&MicroVms> {
        self.microvms.iter().find(|microvms| microvms.kind() == kind)
    }

    /// Every kind of microVM that there is.
    pub fn all_microvms(&self) -> impl Iterator<Item = &MicroVms> {
        self.microvms.iter()
    }

    /// Builds a wall of a kind, with nothing running behind it but init.
    ///
    /// # Errors
    /// [`WallError`] when there is none of the kind, or a step fails; nothing is left then.
    pub async fn create(&self, kind: WallKind, spec: WallSpec) -> Result<Sandbox, WallError> {
        match kind {
            WallKind::None | WallKind::Jail => self.jail.create(spec).await,
            WallKind::Qemu | WallKind::Firecracker => match self.microvms(kind) {
                Some(microvms) => microvms.create(spec).await,
                None => Err(WallError::NoVmm(format!("{kind} is not set up on this machine"))),
            },
        }
    }

    /// Ends every sandbox, and removes all that this instance made outside its state directories.
    pub async fn close(&self) {
        for microvms in &self.microvms {
            microvms.close().await;
        }
        self.jail.close().await;
    }
}
