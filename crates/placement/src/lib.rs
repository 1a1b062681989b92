//! The Placement Service: which worker is the best place for a new sandbox.
//!
//! - [`state`]: the rule and the books, a plain state machine: [`Placement`]
//! - [`handle`]: [`Placer`], the clonable handle that rooms above hold
//!
//! Memory is a hard bound: what is reserved on a worker never exceeds its capacity, and a
//! reservation ends only when it is given back or its worker leaves.
#![forbid(unsafe_code)]

use std::future::Future;

use fika_model::WorkerId;
use thiserror::Error;

pub mod handle;
pub mod state;

pub use handle::Placer;
pub use state::{NotReserved, Placement};

/// What a new sandbox needs of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Memory, MB.
    pub memory_mb: u32,
}

/// What one worker has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Which worker.
    pub worker: WorkerId,
    /// Memory nobody has reserved, MB.
    pub free_mb: u64,
}

/// No worker has room; nothing was reserved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no worker has room for the sandbox")]
pub struct NoRoom {
    /// The demand could never be met, even by an empty cluster.
    pub ever: bool,
    /// What every worker has left, so that the asker can judge what to give up.
    pub rooms: Vec<Room>,
}

/// The arrow assignment → placement.
pub trait PlacementService: Send + Sync + 'static {
    /// Reserves room for one sandbox on the best worker.
    ///
    /// # Errors
    /// [`NoRoom`] when every worker is full.
    fn place(&self, demand: Demand) -> impl Future<Output = Result<WorkerId, NoRoom>> + Send;

    /// Gives a reservation back, once its sandbox is gone.
    fn release(&self, worker: WorkerId, demand: Demand);
}
