//! One sandbox's network.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use fika_model::Egress;
use fika_netlink::Addresses;
use tokio::task::spawn_blocking;

use crate::hub::{Hub, Made};
use crate::networks::NetworkError;

/// One sandbox's network, for one sandbox only. It reaches nothing until it is given a policy, and
/// is gone when this is dropped and no process is left in it.
#[derive(Debug)]
pub struct Lease {
    hub: Arc<Hub>,
    operator: Arc<Egress>,
    namespace: OwnedFd,
    number: u16,
    addresses: Addresses,
    /// Keeps the policy's rules.
    group: Mutex<Option<Arc<u32>>>,
}

impl Lease {
    pub(crate) fn new(hub: Arc<Hub>, operator: Arc<Egress>, made: Made) -> Self {
        let Made { namespace, number, addresses } = made;
        Self { hub, operator, namespace, number, addresses, group: Mutex::new(None) }
    }

    /// The namespace. It belongs to the server's user namespace, so nobody in a sandbox has any
    /// right over it; loopback is up.
    #[must_use]
    pub fn namespace(&self) -> BorrowedFd<'_> {
        self.namespace.as_fd()
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
        let (hub, number) = (self.hub.clone(), self.number);
        let done = spawn_blocking(move || hub.regroup(number, &egress)).await;
        let group = done.map_err(std::io::Error::other).and_then(|done| done);
        let group = group.map_err(NetworkError::Policy)?;
        *self.group.lock().unwrap_or_else(PoisonError::into_inner) = Some(group);
        Ok(())
    }
}
