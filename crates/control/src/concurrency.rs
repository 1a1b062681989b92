//! What a function has of its account's concurrency: reserved for all of it, and provisioned for
//! versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::{FunctionVersion, limits};
use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::record::Status;
use crate::registry::{Function, Snapshot};

/// As the store keeps it, in the function's record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Concurrency {
    /// Invocations that may run at once, and that nobody else may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reserved: Option<u32>,
    /// Provisioned concurrency by qualifier: a version's number, or an alias.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) provisioned: BTreeMap<String, Provisioned>,
}

/// One provisioned concurrency config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provisioned {
    /// How many sandboxes.
    pub(crate) amount: u32,
    /// When it was asked for, milliseconds since 1970.
    pub(crate) modified_ms: i64,
}

impl Concurrency {
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// All its versions' provisioned concurrency.
    pub(crate) fn all_provisioned(&self) -> u32 {
        self.provisioned.values().map(|p| p.amount).fold(0, u32::saturating_add)
    }

    /// What others of its account cannot have.
    pub(crate) fn taken(&self) -> u32 {
        self.reserved.unwrap_or_else(|| self.all_provisioned())
    }
}

/// What must be left of an account's concurrency to functions without a reservation: 100, or all of it
/// where the account has less, as on AWS.
pub(crate) fn minimum(account: u32) -> u32 {
    limits::UNRESERVED_MINIMUM.min(account)
}

/// Which versions are to have sandboxes ahead, and how many. One that is not ready has none yet.
fn wanted(snapshot: &Snapshot) -> Vec<(Arc<FunctionVersion>, u32)> {
    let configs = snapshot.record.attached.concurrency.provisioned.iter();
    let of = |(qualifier, config): (&String, &Provisioned)| {
        let published = snapshot.versions.get(&qualifier.parse().ok()?)?;
        let ready = published.record.status == Status::Active;
        ready.then(|| (Arc::clone(&published.version), config.amount))
    };
    configs.filter_map(of).collect()
}

impl Control {
    /// Tells who counts, and who keeps sandboxes, what a function is to have now. The caller has
    /// its turn.
    pub(crate) fn tell_concurrency(
        &self,
        function: &Function,
        before: Option<&Snapshot>,
        after: Option<&Snapshot>,
    ) {
        let events = &self.inner.events;
        let reserved =
            |s: Option<&Snapshot>| s.and_then(|s| s.record.attached.concurrency.reserved);
        if reserved(before) != reserved(after) {
            events.reserved(&function.arn, reserved(after));
        }
        let (old, new) = (before.map(wanted), after.map(wanted));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        for (version, _) in &old {
            if !new.iter().any(|(other, _)| other.uid == version.uid) {
                events.provisioned(version, 0);
            }
        }
        for (version, amount) in &new {
            if !old.iter().any(|(other, n)| (other.uid, n) == (version.uid, amount)) {
                events.provisioned(version, *amount);
            }
        }
    }
}
