//! The Placement Service: which worker is the best place for a new sandbox.

use std::future::Future;

use fika_model::WorkerId;

/// What a new sandbox needs of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Memory, MB.
    pub memory_mb: u32,
}

/// No worker has room; nothing was reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom {
    /// The demand could never be met, even by an empty cluster.
    pub ever: bool,
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
