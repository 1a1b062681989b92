//! A worker: sandboxes and what happens inside them.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use fika_model::{FunctionVersion, LaneId, RequestId, SandboxId, WorkerId};

/// One call of a function.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub request_id: RequestId,
    /// The event.
    pub payload: Bytes,
    /// `X-Amz-Client-Context`, decoded, as the caller sent it.
    pub client_context: Option<String>,
    /// `X-Amzn-Trace-Id` for the runtime.
    pub trace_id: Option<String>,
    /// Whether the answer carries the end of the log (`LogType: Tail`).
    pub tail: bool,
}

/// What came of an invocation.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the function answered, or the error's JSON.
    pub payload: Bytes,
    /// Whether it is an error of the function (`X-Amz-Function-Error: Unhandled`).
    pub failed: bool,
    /// The last 4 KB of log, where asked for.
    pub log_tail: Option<Vec<u8>>,
}

/// Why a sandbox did not come up.
#[derive(Debug, Clone)]
pub enum CreateError {
    /// The function's own init failed: the JSON to answer the caller with (HTTP 200, Unhandled).
    Init(Outcome),
    /// The worker could not build it; the text says what to do.
    Worker(String),
}

/// The sandbox an invocation was sent to is not there, or not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// The arrows assignment → worker and frontend → worker.
pub trait WorkerService: Send + Sync + 'static {
    /// Builds a sandbox and runs its init phase; done when the runtime asks for work.
    fn create(
        &self,
        sandbox: SandboxId,
        version: Arc<FunctionVersion>,
        near: Option<LaneId>,
    ) -> impl Future<Output = Result<(), CreateError>> + Send;

    /// Ends a sandbox that holds no invocation. [`SandboxEvents::dead`] follows.
    fn retire(&self, sandbox: SandboxId);

    /// Runs one invocation in a leased sandbox. When the sandbox can take another,
    /// [`SandboxEvents::idle`] follows, else [`SandboxEvents::dead`]; exactly one of them.
    fn invoke(
        &self,
        sandbox: SandboxId,
        invocation: Invocation,
    ) -> impl Future<Output = Result<Outcome, Gone>> + Send;
}

/// What a worker tells the Assignment Service of its sandboxes.
pub trait SandboxEvents: Send + Sync + 'static {
    /// The sandbox has finished its invocation and takes another.
    fn idle(&self, worker: WorkerId, sandbox: SandboxId);
    /// The sandbox is gone, all of it: processes, mounts, cgroup, memory.
    fn dead(&self, worker: WorkerId, sandbox: SandboxId);
}
