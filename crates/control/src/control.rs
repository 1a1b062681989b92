//! The [`Control`] handle: opening it, and what the invoke path asks.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::{FunctionRef, FunctionVersion, Scope, limits};
use fika_store::{Blobs, Entry, Store, StoreError};
use thiserror::Error;
use tokio::runtime::Handle;

use crate::lifecycle::{self, Uids};
use crate::preparation::{Preparation, VersionEvents};
use crate::record::{self, Record, Status};
use crate::reference::{self, Caller};
use crate::refuse;
use crate::registry::{Function, Registry};

/// Limits, and where work is done.
#[derive(Debug, Clone)]
pub struct ControlOptions {
    /// Changes and preparations run here, so that none stops half-way when a caller hangs up.
    pub runtime: Handle,
    /// Sandboxes an account may run at once in a region; GetAccountSettings tells it.
    pub account_concurrency: u32,
    /// Bytes of code an account may store in a region.
    pub code_storage_bytes: u64,
}

impl ControlOptions {
    /// Lambda's limits.
    #[must_use]
    pub fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            account_concurrency: limits::ACCOUNT_CONCURRENCY,
            code_storage_bytes: limits::CODE_STORAGE_BYTES,
        }
    }
}

/// Why the functions cannot be read at start.
#[derive(Debug, Error)]
pub enum ControlError {
    /// An entry is not a function's.
    #[error(
        "the store's entry {key:?} is not a function; restore the data directory from a backup"
    )]
    Damaged {
        /// The entry's key.
        key: String,
        /// What is wrong with its value; none when it is the key.
        source: Option<serde_json::Error>,
    },
    /// A function's runtime has a name this program does not know.
    #[error(
        "the function {key:?} has a runtime this fika does not know; run the version that made it"
    )]
    UnknownRuntime {
        /// The entry's key.
        key: String,
    },
    /// The store or the blobs cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The Control Plane Service. Clones are the same service.
#[derive(Clone)]
pub struct Control {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) options: ControlOptions,
    pub(crate) registry: Registry,
    pub(crate) uids: Uids,
    pub(crate) preparation: Arc<dyn Preparation>,
    pub(crate) events: Arc<dyn VersionEvents>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    /// Loads every function, removes code nobody needs, and goes on with the preparations that
    /// the last stop cut off. Blocks for the disk: call it once, at start.
    ///
    /// # Errors
    /// [`ControlError`] when the store cannot be read.
    pub fn open(
        store: Store,
        blobs: Blobs,
        options: ControlOptions,
        preparation: Arc<dyn Preparation>,
        events: Arc<dyn VersionEvents>,
    ) -> Result<Self, ControlError> {
        let (registry, uids) = (Registry::new(), Uids::default());
        for entry in store.scan(record::PREFIX.as_bytes())? {
            registry.insert(&Arc::new(restore(&entry, &uids)?));
        }
        let inner = Inner { store, blobs, options, registry, uids, preparation, events };
        let control = Self { inner: Arc::new(inner) };
        control.sweep()?;
        control.resume();
        Ok(control)
    }

    /// The version that an invocation of this function runs now. Reads memory only.
    ///
    /// # Errors
    /// As Invoke answers: 404 when there is no such function or version, 409 while it is
    /// `Pending` or when it is `Failed`, 403 for another account's.
    pub fn resolve(
        &self,
        scope: &Scope,
        reference: &FunctionRef,
        qualifier: Option<&str>,
    ) -> Result<Arc<FunctionVersion>, AwsError> {
        let caller = Caller { scope, action: "InvokeFunction" };
        let qualifier = caller.qualifier(reference, qualifier)?;
        let found = reference::is_latest(qualifier)
            .then(|| self.inner.registry.look(scope, &reference.name, |f| serving(f)))
            .flatten();
        found.unwrap_or_else(|| {
            Err(refuse::not_found(&reference::arn(scope, &reference.name, qualifier)))
        })
    }

    fn sweep(&self) -> Result<(), StoreError> {
        let removed = self.inner.blobs.sweep(|digest| self.inner.registry.needs(digest))?;
        tracing::debug!(removed, "unneeded code swept");
        Ok(())
    }

    fn resume(&self) {
        for function in self.inner.registry.all() {
            let snapshot = function.snapshot.load_full();
            if snapshot.record.in_progress() {
                self.prepare(function, snapshot.latest.clone());
            }
        }
    }
}

fn serving(function: &Function) -> Result<Arc<FunctionVersion>, AwsError> {
    let snapshot = function.snapshot.load();
    match (&snapshot.serving, &snapshot.record.status) {
        (Some(version), _) => Ok(version.clone()),
        (None, Status::Failed(why)) => Err(refuse::not_invocable("Failed", Some(&why.reason))),
        (None, _) => Err(refuse::not_invocable("Pending", None)),
    }
}

fn restore(entry: &Entry, uids: &Uids) -> Result<Function, ControlError> {
    let key = || String::from_utf8_lossy(&entry.key).into_owned();
    let arn = record::arn(&entry.key)
        .ok_or_else(|| ControlError::Damaged { key: key(), source: None })?;
    let record: Record = serde_json::from_slice(&entry.value)
        .map_err(|e| ControlError::Damaged { key: key(), source: Some(e) })?;
    let next = lifecycle::restored(&arn, record, uids)
        .map_err(|_| ControlError::UnknownRuntime { key: key() })?;
    Ok(Function::new(arn, next.committed(entry.revision)))
}

#[cfg(test)]
mod tests;
