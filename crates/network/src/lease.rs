//! One sandbox's network.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use fika_model::Egress;
use fika_netlink::Addresses;
use tokio::task::spawn_blocking;

use crate::hub::{Hub, Made};
use crate::keeper::Keeper;
use crate::networks::NetworkError;

/// Who keeps a network, and its rules.
#[derive(Debug, Clone)]
pub enum Gate {
    /// A hub of this process.
    Hub(Arc<Hub>),
    /// One in a user namespace.
    Keeper(Arc<Keeper>),
}

impl Gate {
    /// Whether its networks are still joined to anything.
    pub fn stands(&self) -> bool {
        match self {
            Self::Hub(_) => true,
            Self::Keeper(keeper) => keeper.is_alive(),
        }
    }

    /// Lets a network reach what a policy allows. What is returned keeps the policy's rules.
    fn regroup(&self, number: u16, egress: &Egress) -> io::Result<Option<Arc<u32>>> {
        match self {
            Self::Hub(hub) => hub.regroup(number, egress).map(Some),
            Self::Keeper(keeper) => keeper.regroup(number, egress).map(|()| None),
        }
    }
}

/// One sandbox's network, for one sandbox only. It reaches nothing until it is given a policy, and
/// is gone when this is dropped and no process is left in it.
#[derive(Debug)]
pub struct Lease {
    gate: Gate,
    operator: Arc<Egress>,
    namespace: OwnedFd,
    number: u16,
    addresses: Addresses,
    /// Keeps the policy's rules.
    group: Mutex<Option<Arc<u32>>>,
}

impl Lease {
    pub(crate) fn new(gate: Gate, operator: Arc<Egress>, made: Made) -> Self {
        let Made { namespace, number, addresses } = made;
        Self { gate, operator, namespace, number, addresses, group: Mutex::new(None) }
    }

    /// The namespace. It belongs to the server's user namespace, or to [that](Self::user) in which
    /// nobody else is, so nobody in a sandbox has any right over it; loopback is up.
    #[must_use]
    pub fn namespace(&self) -> BorrowedFd<'_> {
        self.namespace.as_fd()
    }

    /// The user namespace that must be entered before the other one can be, if the server is an
    /// ordinary user's.
    #[must_use]
    pub fn user(&self) -> Option<BorrowedFd<'_>> {
        match &self.gate {
            Gate::Hub(_) => None,
            Gate::Keeper(keeper) => Some(keeper.user()),
        }
    }

    /// The sandbox's addresses.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Lets the sandbox reach what its function's policy allows, as far as the operator's does;
    /// `None` is the operator's. Takes about a millisecond.
    ///
    /// # Errors
    /// [`NetworkError::Policy`] when the kernel refuses; what was reached before is then reached
    /// still.
    pub async fn set_policy(&self, function: Option<&Egress>) -> Result<(), NetworkError> {
        let egress = function.unwrap_or(&self.operator).clone();
        let (gate, number) = (self.gate.clone(), self.number);
        let done = spawn_blocking(move || gate.regroup(number, &egress)).await;
        let group = done.map_err(io::Error::other).and_then(|done| done);
        let group = group.map_err(NetworkError::Policy)?;
        *self.group.lock().unwrap_or_else(PoisonError::into_inner) = group;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Gate::Keeper(keeper) = &self.gate {
            keeper.release(self.number);
        }
    }
}
