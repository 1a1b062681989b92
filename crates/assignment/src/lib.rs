//! The Assignment Service: who gets which sandbox.
//!
//! - [`states`]: what a sandbox can be, and every way from one state to another
//! - [`pool`]: the sandboxes and waiters of one function version, or of one of its tenants
//! - [`pools`]: many pools, a plain state machine: [`Pools`]. `reports`: what workers tell it;
//!   `upkeep`: keep-alive, replaced versions, the end; `ahead`, `provision`: sandboxes that are there
//!   before anybody asks
//! - [`pressure`]: which idle sandboxes are given up when a machine is full
//! - [`handle`]: [`Assigner`], the clonable handle other rooms hold
//! - `look`: what somebody sees who looks at the pools
//! - `drive`: carries out what the pools decide; `keeper`: the background task;
//!   `waiting`: a caller in the queue
//!
//! A warm invocation takes one short lock, of the shard its version belongs to, to get a
//! sandbox, and one to bring it back. Placing, creating and retiring happen in tasks beside it.
#![forbid(unsafe_code)]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fika_counting::Rate;
use fika_model::{FunctionVersion, LaneId, SandboxId, TenantId, Throttle, WorkerId, limits};
use fika_worker::{CreateError, InitFailure, RestoreFailure};
use thiserror::Error;

mod ahead;
mod drive;
pub mod handle;
mod keeper;
mod look;
pub mod pool;
pub mod pools;
pub mod pressure;
mod provision;
mod reports;
pub mod states;
mod upkeep;
mod waiting;

pub use handle::Assigner;
pub use look::{Birth, Cell, Shown};
pub use pool::Key;
pub use pools::{Action, Pools, Start, Ticket};
pub use provision::Provisioned;
pub use states::{Signal, State};
pub use upkeep::PoolSnapshot;

/// How old a sandbox may be when it is handed out. It has the credentials of its function's role
/// in its environment, which are good for 12 hours, and an invocation may take 15 minutes.
pub const OLDEST: Duration = Duration::from_secs(11 * 60 * 60);

/// A sandbox handed to one invocation. It goes back when the *worker* says so. Whoever finds no
/// use for it says so in the worker's stead ([`fika_worker::SandboxEvents::idle`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Where it is.
    pub worker: WorkerId,
    /// Which it is.
    pub sandbox: SandboxId,
}

/// Why there is no sandbox for an invocation.
#[derive(Debug, Clone, Error)]
pub enum AssignError {
    /// A limit: the machine's capacity.
    #[error("there is no room for another sandbox ({}); try again later", _0.reason)]
    Throttled(Throttle),
    /// The function's init phase failed; this has its answer.
    #[error("the function's init phase failed; its log says why")]
    Init(InitFailure),
    /// A sandbox was restored from the function's snapshot, and then failed.
    #[error("the function could not be restored; its log says why")]
    Restore(RestoreFailure),
    /// The worker could not build a sandbox; the text says what to do.
    #[error("{0}")]
    Worker(String),
    /// The server is stopping.
    #[error("the server is stopping; send the request to another")]
    Draining,
}

impl From<CreateError> for AssignError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Init(failure) => Self::Init(failure),
            CreateError::Restore(failure) => Self::Restore(failure),
            CreateError::Worker(text) => Self::Worker(text),
        }
    }
}

/// How sandboxes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssignmentOptions {
    /// How long a sandbox may stay idle. Default: 5 minutes, about where AWS begins to reclaim;
    /// a full machine takes idle sandboxes sooner, so a long time costs nothing.
    pub keep_alive: Duration,
    /// How long an invocation waits for room on a machine before it is throttled. Default: 10 s.
    /// A sandbox that is being made is waited for without a limit: its init phase has its own.
    pub capacity_wait: Duration,
    /// New sandboxes of one function in a while. Default: AWS's 1,000 in 10 s.
    pub growth: Rate,
    /// How often the two times above are looked at. Default: 1 s.
    pub tick: Duration,
}

impl Default for AssignmentOptions {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(300),
            capacity_wait: Duration::from_secs(10),
            growth: Rate::new(limits::GROWTH, limits::GROWTH_WINDOW),
            tick: Duration::from_secs(1),
        }
    }
}

/// The arrow frontend → assignment.
pub trait AssignmentService: Send + Sync + 'static {
    /// An idle sandbox of that version, and of that tenant alone where one is named: one that is idle, one that comes back, or a new one,
    /// whichever is first. Dropping the future gives up the place in the queue.
    ///
    /// # Errors
    /// See [`AssignError`].
    fn assign(
        &self,
        version: &Arc<FunctionVersion>,
        tenant: Option<&TenantId>,
        near: Option<LaneId>,
    ) -> impl Future<Output = Result<Lease, AssignError>> + Send;

    /// How a sandbox came to be, if it did so lately: for who looks at a cold start.
    fn birth(&self, _sandbox: SandboxId) -> Option<Birth> {
        None
    }
}
