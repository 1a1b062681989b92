//! What a function has of its account's concurrency: reserved for all of it, and provisioned for
//! versions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use fika_model::{FunctionArn, FunctionVersion, limits};
use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::record::Status;
use crate::reference::Which;
use crate::registry::{Function, Published, Snapshot};

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

/// The versions that the sandboxes of one config are of, and how many each has: those of an alias with
/// weights are shared out by them.
pub(crate) fn shared_out<'s>(
    snapshot: &'s Snapshot,
    qualifier: &str,
    amount: u32,
) -> Vec<(&'s Arc<Published>, u32)> {
    let alias = snapshot.record.attached.aliases.get(qualifier);
    let (which, additional) = match alias {
        Some(alias) => (Some(alias.version), alias.additional),
        None => (snapshot.which(Some(qualifier)), None),
    };
    let (other, weight) = additional.unwrap_or_default();
    let others = part(amount, weight);
    let number = match which {
        Some(Which::Published(number)) => number,
        _ => return Vec::new(),
    };
    let version = |number| snapshot.versions.get(&number);
    let parts = [(number, amount - others), (other, others)].into_iter();
    parts.filter(|(_, n)| *n > 0).filter_map(|(number, n)| Some((version(number)?, n))).collect()
}

/// That part of an amount, rounded.
fn part(amount: u32, weight: f64) -> u32 {
    let part = (f64::from(amount) * weight.clamp(0.0, 1.0)).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to amount")]
    let part = part as u32;
    part
}

/// Which versions are to have sandboxes ahead, and how many. One that is not ready has none yet.
fn wanted(arn: &FunctionArn, snapshot: &Snapshot) -> BTreeMap<u64, (Arc<FunctionVersion>, u32)> {
    let mut all = BTreeMap::new();
    for (qualifier, config) in &snapshot.record.attached.concurrency.provisioned {
        for (published, amount) in shared_out(snapshot, qualifier, config.amount) {
            if published.record.status == Status::Active {
                let version = || (published.version(arn), 0);
                all.entry(published.runnable.uid.0).or_insert_with(version).1 += amount;
            }
        }
    }
    all
}

impl Control {
    /// Tells the rooms above of all that functions are to have of concurrency; from then on they
    /// are told of changes. Call it once, at start, when they can begin to do it.
    pub fn announce(&self) {
        self.inner.announced.store(true, Ordering::Relaxed);
        for function in self.inner.registry.all() {
            self.tell_concurrency(&function, None, Some(&function.snapshot.load()));
        }
    }

    /// Tells who counts, and who keeps sandboxes, what a function is to have now. The caller has
    /// its turn.
    pub(crate) fn tell_concurrency(
        &self,
        function: &Function,
        before: Option<&Snapshot>,
        after: Option<&Snapshot>,
    ) {
        if !self.inner.announced.load(Ordering::Relaxed) {
            return;
        }
        let events = &self.inner.events;
        let reserved =
            |s: Option<&Snapshot>| s.and_then(|s| s.record.attached.concurrency.reserved);
        if reserved(before) != reserved(after) {
            events.reserved(&function.arn, reserved(after));
        }
        let wanted = |snapshot| wanted(&function.arn, snapshot);
        let (old, new) = (before.map(wanted), after.map(wanted));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        for (uid, (version, _)) in &old {
            if !new.contains_key(uid) {
                events.provisioned(version, 0);
            }
        }
        for (uid, (version, amount)) in &new {
            if old.get(uid).is_none_or(|(_, before)| before != amount) {
                events.provisioned(version, *amount);
            }
        }
    }
}
