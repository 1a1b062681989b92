//! The handle rooms above hold: the state machine behind one short lock.

use std::future::{Future, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fika_model::WorkerId;

use crate::{Demand, NoRoom, Placement, PlacementService};

/// The Placement Service in this process. Asked only when a sandbox is made or gone, never by
/// a warm invocation.
#[derive(Debug, Clone, Default)]
pub struct Placer {
    placement: Arc<Mutex<Placement>>,
}

impl Placer {
    /// Without workers: see [`Placer::join`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A worker offers so much memory, MB: see [`Placement::join`].
    pub fn join(&self, worker: WorkerId, capacity_mb: u64) {
        self.books().join(worker, capacity_mb);
    }

    /// A worker is gone, and every reservation on it.
    pub fn leave(&self, worker: WorkerId) {
        self.books().leave(worker);
    }

    /// Each worker, with the memory it offers and what of it is reserved, MB.
    #[must_use]
    pub fn machines(&self) -> Vec<(WorkerId, u64, u64)> {
        self.books().machines()
    }

    /// Memory of all workers together, MB.
    #[must_use]
    pub fn capacity_mb(&self) -> u64 {
        self.books().capacity_mb()
    }

    /// Memory reserved on all workers together, MB.
    #[must_use]
    pub fn reserved_mb(&self) -> u64 {
        self.books().reserved_mb()
    }

    /// The books are whole after every call, so a panic elsewhere cannot have spoilt them.
    fn books(&self) -> MutexGuard<'_, Placement> {
        self.placement.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlacementService for Placer {
    fn place(&self, demand: Demand) -> impl Future<Output = Result<WorkerId, NoRoom>> + Send {
        ready(self.books().place(demand))
    }

    fn release(&self, worker: WorkerId, demand: Demand) {
        if let Err(wrong) = self.books().release(worker, demand) {
            tracing::error!(%wrong, "a reservation was given back twice; please report this");
        }
    }
}
