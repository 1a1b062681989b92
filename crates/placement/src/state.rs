//! The rule of placement and its books. No clock, no task, no socket.

use std::collections::BTreeMap;

use fika_model::WorkerId;
use thiserror::Error;

use crate::{Demand, NoRoom, Room};

/// More was given back than was reserved: somebody counts wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("worker {} was given {given_mb} MB back but has only {reserved_mb} MB reserved", worker.0)]
pub struct NotReserved {
    /// Whose books were wrong; they now say that nothing is reserved.
    pub worker: WorkerId,
    /// What was given back, MB.
    pub given_mb: u32,
    /// What was reserved, MB.
    pub reserved_mb: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Machine {
    capacity_mb: u64,
    reserved_mb: u64,
}

impl Machine {
    /// After its capacity was lowered, a worker may hold more than it offers: then nothing is free.
    fn free_mb(&self) -> u64 {
        self.capacity_mb.saturating_sub(self.reserved_mb)
    }

    /// `self` would be less full than `other`, each with the demand on top. Fractions are
    /// compared by cross-multiplication, so that no rounding decides.
    fn is_emptier(&self, other: &Self, demand_mb: u64) -> bool {
        let filled = |m: &Self| u128::from(m.reserved_mb + demand_mb);
        filled(self) * u128::from(other.capacity_mb) < filled(other) * u128::from(self.capacity_mb)
    }
}

/// The workers and what is reserved on each.
///
/// **The rule:** of the workers with room, the one that would be the least full *as a fraction
/// of its capacity* with the sandbox on it; of equals, the lowest id. Spreading keeps the most
/// processor time for each sandbox (CPU goes with memory) and loses the least with a machine.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    machines: BTreeMap<WorkerId, Machine>,
}

impl Placement {
    /// Without workers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A worker offers so much memory, MB. Joining again changes the capacity and keeps the
    /// reservations. The id of a worker that left must not be used again: late releases of
    /// its former life would be taken for the new one's.
    pub fn join(&mut self, worker: WorkerId, capacity_mb: u64) {
        self.machines.entry(worker).or_default().capacity_mb = capacity_mb;
    }

    /// A worker is gone, and every reservation on it.
    pub fn leave(&mut self, worker: WorkerId) {
        self.machines.remove(&worker);
    }

    /// Reserves room on the best worker (see the rule above).
    ///
    /// # Errors
    /// [`NoRoom`]; nothing was reserved.
    pub fn place(&mut self, demand: Demand) -> Result<WorkerId, NoRoom> {
        let needed = u64::from(demand.memory_mb);
        let best = self
            .machines
            .iter_mut()
            .filter(|(_, m)| m.free_mb() >= needed)
            .reduce(|best, next| if next.1.is_emptier(best.1, needed) { next } else { best });
        match best {
            Some((worker, machine)) => {
                machine.reserved_mb += needed;
                Ok(*worker)
            }
            None => Err(self.no_room(needed)),
        }
    }

    fn no_room(&self, needed: u64) -> NoRoom {
        NoRoom {
            ever: self.machines.values().all(|m| m.capacity_mb < needed),
            rooms: self
                .machines
                .iter()
                .map(|(&worker, m)| Room { worker, free_mb: m.free_mb() })
                .collect(),
        }
    }

    /// Gives a reservation back. That of a worker that left is already gone: no error.
    ///
    /// # Errors
    /// [`NotReserved`] when it was never made.
    pub fn release(&mut self, worker: WorkerId, demand: Demand) -> Result<(), NotReserved> {
        let Some(machine) = self.machines.get_mut(&worker) else { return Ok(()) };
        let reserved_mb = machine.reserved_mb;
        let rest = reserved_mb.checked_sub(u64::from(demand.memory_mb));
        machine.reserved_mb = rest.unwrap_or(0);
        match rest {
            Some(_) => Ok(()),
            None => Err(NotReserved { worker, given_mb: demand.memory_mb, reserved_mb }),
        }
    }

    /// Each worker, with the memory it offers and what of it is reserved, MB.
    #[must_use]
    pub fn machines(&self) -> Vec<(WorkerId, u64, u64)> {
        let one = |(&worker, m): (&WorkerId, &Machine)| (worker, m.capacity_mb, m.reserved_mb);
        self.machines.iter().map(one).collect()
    }

    /// Memory of all workers together, MB.
    #[must_use]
    pub fn capacity_mb(&self) -> u64 {
        self.machines.values().map(|m| m.capacity_mb).sum()
    }

    /// Memory reserved on all workers together, MB.
    #[must_use]
    pub fn reserved_mb(&self) -> u64 {
        self.machines.values().map(|m| m.reserved_mb).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: WorkerId = WorkerId(1);
    const B: WorkerId = WorkerId(2);

    fn mb(memory_mb: u32) -> Demand {
        Demand { memory_mb }
    }

    #[test]
    fn the_least_full_worker_as_a_fraction_is_taken() {
        let mut p = Placement::new();
        p.join(A, 1_000);
        p.join(B, 4_000);
        let places: Vec<_> = (0..5).map(|_| p.place(mb(500)).expect("room")).collect();
        // 500/1000 against 500/4000, 1000/4000, 1500/4000, then 2000/4000 = 500/1000: lowest id.
        assert_eq!(places, [B, B, B, A, B]);
    }

    #[test]
    fn a_demand_beyond_every_machine_is_refused_for_ever() {
        let mut p = Placement::new();
        assert!(p.place(mb(1)).expect_err("no workers").ever);
        p.join(A, 1_000);
        assert!(p.place(mb(1_001)).expect_err("too big").ever);
        assert_eq!(p.place(mb(1_000)), Ok(A));
        let rooms = vec![Room { worker: A, free_mb: 0 }];
        assert_eq!(p.place(mb(128)), Err(NoRoom { ever: false, rooms }));
    }

    #[test]
    fn a_worker_that_leaves_takes_its_reservations_along() {
        let mut p = Placement::new();
        p.join(A, 1_000);
        p.place(mb(700)).expect("room");
        p.leave(A);
        assert_eq!((p.capacity_mb(), p.reserved_mb()), (0, 0));
        assert_eq!(p.release(A, mb(700)), Ok(()), "a late release is no error");
    }

    #[test]
    fn giving_back_more_than_was_reserved_is_reported() {
        let mut p = Placement::new();
        p.join(A, 1_000);
        p.place(mb(128)).expect("room");
        let wrong = NotReserved { worker: A, given_mb: 256, reserved_mb: 128 };
        assert_eq!(p.release(A, mb(256)), Err(wrong));
        assert_eq!(p.reserved_mb(), 0);
    }

    #[test]
    fn lowering_a_capacity_below_what_is_reserved_stops_new_reservations_only() {
        let mut p = Placement::new();
        p.join(A, 1_000);
        p.place(mb(900)).expect("room");
        p.join(A, 500);
        assert!(p.place(mb(128)).is_err());
        p.release(A, mb(900)).expect("it was reserved");
        assert_eq!(p.place(mb(128)), Ok(A));
    }
}
