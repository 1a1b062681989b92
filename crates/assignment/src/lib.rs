//! The Assignment Service: who gets which sandbox.

use std::future::Future;
use std::sync::Arc;

use fika_model::{FunctionVersion, LaneId, SandboxId, Throttle, WorkerId};
use fika_worker::Outcome;

/// A sandbox handed to one invocation. It goes back when the *worker* says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Where it is.
    pub worker: WorkerId,
    /// Which it is.
    pub sandbox: SandboxId,
}

/// Why there is no sandbox for an invocation.
#[derive(Debug, Clone)]
pub enum AssignError {
    /// A limit: the machine's capacity.
    Throttled(Throttle),
    /// The function's init phase failed; this is its answer.
    Init(Outcome),
    /// The worker could not build a sandbox; the text says what to do.
    Worker(String),
    /// The server is stopping.
    Draining,
}

/// The arrow frontend → assignment.
pub trait AssignmentService: Send + Sync + 'static {
    /// An idle sandbox of that version: one that is idle, one that comes back, or a new one,
    /// whichever is first. Dropping the future gives up the place in the queue.
    ///
    /// # Errors
    /// See [`AssignError`].
    fn assign(
        &self,
        version: &Arc<FunctionVersion>,
        near: Option<LaneId>,
    ) -> impl Future<Output = Result<Lease, AssignError>> + Send;
}
