//! Random histories of workers that join and leave and of sandboxes that come and go.
//! The world beside the books is a plain list of who holds what.

use std::collections::BTreeMap;

use fika_model::WorkerId;
use fika_placement::{Demand, Placement};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Op {
    Join(u32, u64),
    Leave(u32),
    Place(u32),
    /// Gives back the reservation at this index (of those held, wrapping).
    Release(usize),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (0..1_000u32, 128..8_192u64)
            .prop_map(|(id, mb)| Op::Join(id, mb)),
        1 => (0..1_000u32).prop_map(Op::Leave),
        8 => (1..4_096u32).prop_map(Op::Place),
        5 => any::<usize>().prop_map(Op::Release),
    ]
}

#[derive(Default)]
struct World {
    capacity: BTreeMap<WorkerId, u64>,
    held: Vec<(WorkerId, u32)>,
}

impl World {
    fn used(&self, worker: WorkerId) -> u64 {
        self.held.iter().filter(|(w, _)| *w == worker).map(|(_, mb)| u64::from(*mb)).sum()
    }

    fn place(&mut self, placement: &mut Placement, mb: u32) {
        match placement.place(Demand { memory_mb: mb }) {
            Ok(worker) => {
                self.held.push((worker, mb));
                assert!(self.used(worker) <= self.capacity[&worker], "capacity is exceeded");
            }
            Err(no) => {
                let fits = |w: &WorkerId, c: &u64| self.used(*w) + u64::from(mb) <= *c;
                assert!(!self.capacity.iter().any(|(w, c)| fits(w, c)), "there was room");
                assert_eq!(no.ever, self.capacity.values().all(|c| *c < u64::from(mb)));
                for room in &no.rooms {
                    let free = self.capacity[&room.worker] - self.used(room.worker);
                    assert_eq!(room.free_mb, free, "the room reported is the room there is");
                }
            }
        }
    }

    fn apply(&mut self, placement: &mut Placement, op: Op) {
        match op {
            // Ids are never used again, so a worker joins once.
            Op::Join(id, mb) if !self.capacity.contains_key(&WorkerId(id)) => {
                self.capacity.insert(WorkerId(id), mb);
                placement.join(WorkerId(id), mb);
            }
            Op::Join(..) => {}
            Op::Leave(id) => {
                let left = self.capacity.range(WorkerId(id)..).next().map(|(w, _)| *w);
                if let Some(worker) = left {
                    self.capacity.remove(&worker);
                    self.held.retain(|(w, _)| *w != worker);
                    placement.leave(worker);
                }
            }
            Op::Place(mb) => self.place(placement, mb),
            Op::Release(i) if !self.held.is_empty() => {
                let (worker, memory_mb) = self.held.swap_remove(i % self.held.len());
                assert_eq!(placement.release(worker, Demand { memory_mb }), Ok(()));
            }
            Op::Release(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn capacity_is_never_exceeded_and_nothing_leaks(ops in prop::collection::vec(op(), 1..80)) {
        let (mut placement, mut world) = (Placement::new(), World::default());
        for op in ops {
            world.apply(&mut placement, op);
            prop_assert_eq!(placement.capacity_mb(), world.capacity.values().sum::<u64>());
            let held: u64 = world.held.iter().map(|(_, mb)| u64::from(*mb)).sum();
            prop_assert_eq!(placement.reserved_mb(), held);
        }
        for (worker, memory_mb) in world.held.drain(..) {
            prop_assert_eq!(placement.release(worker, Demand { memory_mb }), Ok(()));
        }
        prop_assert_eq!(placement.reserved_mb(), 0);
    }
}
