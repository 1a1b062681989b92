//! A worker: sandboxes, and what happens inside them.
//!
//! - [`service`]: the [`Worker`] handle: create, invoke, retire, drain
//! - `stock`: sandboxes that are prepared before anybody asks; `upkeep`: what tends them
//! - `keeper`: one task a sandbox, the only owner of its wall: starts, resets and ends it
//! - `slot`: what the sandbox is doing right now, and the one invocation it may hold
//! - `runtime_api`: the HTTP a runtime speaks to its slot; `held`: its acknowledgements, late
//! - [`stream`]: answers that leave while the function still writes them
//! - `extensions`: those of a sandbox, and the HTTP they speak; `telemetry`: what they are told
//! - `logbook`: the function's output and the START, END and REPORT lines, in order
//! - `roster`: the slots there are, and who is told of them
//! - `snapstart`: snapshots of versions, made after their init, and what is restored from them
//! - [`choice`]: which wall a function gets
//! - [`endpoint`]: fika's own AWS endpoint, as functions find it
//! - `trees`: functions' code and layers, unpacked; `entry`: what is started of them
//! - `environment`: the variables a runtime starts with; `credentials`: those of its role
//! - [`develop`]: what there is for `fika dev` only
//! - `outcome`: the errors fika words on a function's behalf
//!
//! The warm path is `Worker::invoke` → `Slot::accept` → the runtime's parked `next` → its
//! `response` → back. It takes the slot's lock and the log's, both short and the sandbox's own, and
//! waits for no disk; what comes after the answer, such as REPORT, is done after it has left.
#![forbid(unsafe_code)]

pub mod choice;
mod credentials;
mod develop;
pub mod endpoint;
mod entry;
mod environment;
mod extensions;
#[cfg(fuzzing)]
pub mod fuzzing;
mod held;
mod keeper;
mod logbook;
mod outcome;
mod roster;
mod runtime_api;
pub mod service;
mod slot;
mod snapstart;
mod stock;
pub mod stream;
mod telemetry;
#[cfg(any(test, fuzzing))]
#[cfg_attr(fuzzing, allow(dead_code))]
mod testing;
mod trees;
mod upkeep;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fika_model::{FunctionVersion, LaneId, RequestId, SandboxId, TenantId, WorkerId};

pub use choice::{NoWall, WallChoice};
pub use credentials::{CredentialSource, RoleCredentials};
pub use develop::Develop;
pub use endpoint::Endpoint;
pub use environment::ENDPOINT;
pub use logbook::ColdStart;
pub use outcome::InitFailure;
pub use service::{Worker, WorkerOptions};
pub use stock::StockFacts;

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
    /// The ARN it was invoked by, for the runtime; none where that is the version's own.
    pub invoked_arn: Option<Arc<str>>,
    /// Whom it is for, with tenant isolation.
    pub tenant: Option<TenantId>,
    /// Whether the answer carries the end of the log (`LogType: Tail`).
    pub tail: bool,
    /// Where an answer goes that the function streams; none where the caller wants it whole.
    pub sink: Option<stream::Sink>,
}

/// What came of an invocation.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the function answered, or the error's JSON; empty where the answer went to
    /// [`Invocation::sink`].
    pub payload: Bytes,
    /// Whether it is an error of the function (`X-Amz-Function-Error: Unhandled`).
    pub failed: bool,
    /// The last 4 KB of log, where asked for.
    pub log_tail: Option<Vec<u8>>,
    /// How long it ran; none where no sandbox came up for it.
    pub ran: Option<Ran>,
}

/// How long an invocation ran, as its REPORT line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// From its delivery to its answer.
    pub duration: Duration,
    /// What it had to wait for before.
    pub cold_start: Option<ColdStart>,
}

/// When a sandbox is initialised; functions are told in `AWS_LAMBDA_INITIALIZATION_TYPE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialization {
    /// When somebody waits for it.
    OnDemand,
    /// Before that: provisioned concurrency.
    Ahead,
}

/// Why a sandbox did not come up. It is gone, all of it, when this is returned.
#[derive(Debug, Clone)]
pub enum CreateError {
    /// The function's own init failed.
    Init(InitFailure),
    /// It was restored from its snapshot, and then failed.
    Restore(RestoreFailure),
    /// The worker could not build it; the text says what to do.
    Worker(String),
}

/// What went wrong after a sandbox was restored from its snapshot. Its log says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreFailure {
    /// What the function does after a restore failed, or its process ended.
    Hook,
    /// It took longer than [`fika_model::limits::RESTORE_TIMEOUT`].
    Timeout,
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
        how: Initialization,
        near: Option<LaneId>,
    ) -> impl Future<Output = Result<(), CreateError>> + Send;

    /// Ends a sandbox that holds no invocation. [`SandboxEvents::dead`] follows.
    fn retire(&self, sandbox: SandboxId);

    /// Runs one invocation in a leased sandbox. When the sandbox can take another,
    /// [`SandboxEvents::idle`] follows, else [`SandboxEvents::dead`]. A sandbox that dies in the
    /// moment it has answered may be said dead first and idle after; dead is what counts.
    /// The future must be driven to its end: it carries the function's timeout.
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
