//! The counts of one function: what runs of it, and what of that its provisioned concurrency
//! covers.

use fika_model::VersionUid;
use slab::Slab;

use crate::window::Window;

/// One function. All its versions share its reservation; provisioned concurrency is a version's own,
/// taken out of the reservation, or of what the account has left.
#[derive(Debug, Default)]
pub(crate) struct Function {
    pub running: u32,
    pub reserved: Option<u32>,
    /// Its own requests; used only with a reservation.
    pub requests: Window,
    /// Of those running, the ones that no provisioned concurrency covers.
    on_demand: u32,
    shares: Slab<Share>,
}

/// The provisioned concurrency of one version.
#[derive(Debug)]
struct Share {
    version: VersionUid,
    amount: u32,
    /// Admitted since there is a share, within its amount or beyond.
    running: u32,
}

/// What a function takes out of its account's limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub running: u32,
    pub reserved: u32,
    /// Of functions without a reservation: provisioned.
    pub provisioned: u32,
    /// Of functions without a reservation: running, and not covered.
    pub on_demand: u32,
}

impl Function {
    pub(crate) fn sums(&self) -> Sums {
        let running = self.running;
        match self.reserved {
            Some(reserved) => Sums { running, reserved, provisioned: 0, on_demand: 0 },
            None => Sums {
                running,
                reserved: 0,
                provisioned: self.provisioned(),
                on_demand: self.on_demand,
            },
        }
    }

    /// All its versions' provisioned concurrency.
    pub(crate) fn provisioned(&self) -> u32 {
        self.shares.iter().map(|(_, share)| share.amount).sum()
    }

    /// The share of a version, if it has one.
    pub(crate) fn share(&self, version: VersionUid) -> Option<usize> {
        let mut shares = self.shares.iter();
        shares.find(|(_, share)| share.version == version).map(|(key, _)| key)
    }

    /// Another invocation of the version with that share would be covered.
    pub(crate) fn covers(&self, share: Option<usize>) -> bool {
        share.is_some_and(|key| self.shares[key].running < self.shares[key].amount)
    }

    /// What it reserved is used up, but for what its versions have of it for themselves. None
    /// without a reservation.
    pub(crate) fn is_full(&self) -> Option<bool> {
        let own = self.reserved?;
        Some(self.on_demand >= own.saturating_sub(self.provisioned()))
    }

    pub(crate) fn begin(&mut self, share: Option<usize>) {
        self.on_demand += u32::from(!self.covers(share));
        self.running += 1;
        if let Some(key) = share {
            self.shares[key].running += 1;
        }
    }

    pub(crate) fn end(&mut self, share: Option<usize>) {
        self.running -= 1;
        let Some(key) = share else {
            self.on_demand -= 1;
            return;
        };
        let share = &mut self.shares[key];
        self.on_demand -= u32::from(share.running > share.amount);
        share.running -= 1;
        self.forget_unused(key);
    }

    /// Sets a version's provisioned concurrency; what runs of it is covered as far as that goes.
    pub(crate) fn provision(&mut self, version: VersionUid, amount: u32) {
        let key = self
            .share(version)
            .unwrap_or_else(|| self.shares.insert(Share { version, amount: 0, running: 0 }));
        let share = &mut self.shares[key];
        self.on_demand += share.running.min(share.amount);
        share.amount = amount;
        self.on_demand -= share.running.min(share.amount);
        self.forget_unused(key);
    }

    /// Nothing runs, and nothing is set.
    pub(crate) fn is_unused(&self) -> bool {
        self.running == 0 && self.reserved.is_none() && self.shares.is_empty()
    }

    fn forget_unused(&mut self, key: usize) {
        if self.shares[key].amount == 0 && self.shares[key].running == 0 {
            self.shares.remove(key);
        }
    }
}
