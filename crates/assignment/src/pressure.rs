//! Which idle sandboxes are given up when a machine is full.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use fika_model::{SandboxId, WorkerId};
use fika_placement::{Demand, Room};

/// An idle sandbox, and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Which it is.
    pub sandbox: SandboxId,
    /// Where it is.
    pub worker: WorkerId,
    /// What its end frees, MB.
    pub memory_mb: u32,
    /// When it was last used.
    pub idle_since: Duration,
    /// Its version has another idle sandbox, used later.
    pub spare: bool,
}

impl Candidate {
    /// The least useful has the least worth: first those whose version keeps another, then the
    /// longest idle, then the largest.
    fn worth(&self) -> impl Ord + use<> {
        (!self.spare, self.idle_since, Reverse(self.memory_mb), self.sandbox)
    }
}

/// What could be given up, and what already is.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Every idle sandbox.
    pub idle: Vec<Candidate>,
    /// Memory of sandboxes on their way out, MB.
    pub leaving_mb: HashMap<WorkerId, u64>,
}

/// What one worker can offer.
#[derive(Default)]
struct Budget {
    /// Free now or soon, and not promised to an earlier demand, MB.
    free_mb: u64,
    /// The most useful first.
    idle: Vec<Candidate>,
}

impl Budget {
    /// The idle sandboxes (indices, ascending) to give up for a demand: the least useful ones
    /// that are enough, less those that turn out not to be needed. None: all are not enough.
    fn victims(&self, demand_mb: u64) -> Option<Vec<usize>> {
        let mb = |&i: &usize| u64::from(self.idle[i].memory_mb);
        let (mut have, mut victims) = (self.free_mb, Vec::new());
        for i in (0..self.idle.len()).rev() {
            if have >= demand_mb {
                break;
            }
            have += mb(&i);
            victims.push(i);
        }
        if have < demand_mb {
            return None;
        }
        victims.reverse();
        victims.retain(|i| {
            let needed = have - mb(i) < demand_mb;
            have -= if needed { 0 } else { mb(i) };
            needed
        });
        Some(victims)
    }

    fn evict(&mut self, victims: &[usize]) -> Vec<SandboxId> {
        let taken = victims.iter().rev().map(|&i| self.idle.remove(i));
        let taken: Vec<_> = taken.collect();
        self.free_mb += taken.iter().map(|c| u64::from(c.memory_mb)).sum::<u64>();
        taken.iter().map(|c| c.sandbox).collect()
    }
}

/// The sandboxes to end so that the demands, in their order, will find room: each on the worker
/// that gives up the fewest. A demand for which all idle sandboxes of a worker are not enough
/// waits for busy ones and costs nobody anything.
#[must_use]
pub fn plan(demands: &[Demand], rooms: &[Room], survey: Survey) -> Vec<SandboxId> {
    let mut budgets = budgets(rooms, survey);
    let mut ended = Vec::new();
    for demand in demands.iter().map(|d| u64::from(d.memory_mb)) {
        let offers = budgets.values_mut().filter_map(|b| Some((b.victims(demand)?, b)));
        if let Some((victims, budget)) = offers.min_by_key(|(victims, _)| victims.len()) {
            ended.extend(budget.evict(&victims));
            budget.free_mb -= demand;
        }
    }
    ended
}

fn budgets(rooms: &[Room], survey: Survey) -> BTreeMap<WorkerId, Budget> {
    let mut budgets = BTreeMap::new();
    for room in rooms {
        let leaving_mb = survey.leaving_mb.get(&room.worker).copied().unwrap_or(0);
        let free_mb = room.free_mb + leaving_mb;
        budgets.insert(room.worker, Budget { free_mb, idle: Vec::new() });
    }
    let mut idle = survey.idle;
    idle.sort_unstable_by_key(|c| Reverse(c.worth()));
    for candidate in idle {
        if let Some(budget) = budgets.get_mut(&candidate.worker) {
            budget.idle.push(candidate);
        }
    }
    budgets
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: WorkerId = WorkerId(1);
    const B: WorkerId = WorkerId(2);

    fn idle(sandbox: u64, worker: WorkerId, memory_mb: u32, since: u64, spare: bool) -> Candidate {
        let idle_since = Duration::from_secs(since);
        Candidate { sandbox: SandboxId(sandbox), worker, memory_mb, idle_since, spare }
    }

    fn planned(demands: &[u32], free: &[(WorkerId, u64)], idle: Vec<Candidate>) -> Vec<u64> {
        let demands: Vec<_> = demands.iter().map(|&memory_mb| Demand { memory_mb }).collect();
        let rooms: Vec<_> =
            free.iter().map(|&(worker, free_mb)| Room { worker, free_mb }).collect();
        let survey = Survey { idle, leaving_mb: HashMap::new() };
        let mut ended: Vec<_> = plan(&demands, &rooms, survey).iter().map(|s| s.0).collect();
        ended.sort_unstable();
        ended
    }

    #[test]
    fn the_longest_idle_goes_first() {
        let idle = vec![idle(1, A, 128, 9, false), idle(2, A, 128, 3, false)];
        assert_eq!(planned(&[128], &[(A, 0)], idle), [2]);
    }

    #[test]
    fn a_spare_one_goes_before_a_version_loses_its_last() {
        let idle = vec![idle(1, A, 128, 9, true), idle(2, A, 128, 3, false)];
        assert_eq!(planned(&[128], &[(A, 0)], idle), [1]);
    }

    #[test]
    fn no_more_is_given_up_than_is_needed() {
        let idle = vec![idle(1, A, 128, 1, false), idle(2, A, 1_024, 2, false)];
        assert_eq!(planned(&[1_024], &[(A, 0)], idle.clone()), [2], "the small one is no help");
        assert_eq!(planned(&[1_024], &[(A, 900)], idle), [1], "with what is free it is enough");
    }

    #[test]
    fn sandboxes_of_two_workers_are_not_added_up() {
        let idle = vec![idle(1, A, 512, 1, false), idle(2, B, 512, 2, false)];
        assert!(planned(&[1_024], &[(A, 0), (B, 0)], idle).is_empty());
    }

    #[test]
    fn the_worker_that_gives_up_the_fewest_is_taken() {
        let idle =
            vec![idle(1, A, 128, 1, true), idle(2, A, 128, 2, true), idle(3, B, 256, 3, false)];
        assert_eq!(planned(&[256], &[(A, 0), (B, 0)], idle), [3]);
    }

    #[test]
    fn each_demand_has_its_own_room() {
        let all: Vec<_> = (1..=4).map(|i| idle(i, A, 128, i, false)).collect();
        assert_eq!(planned(&[128, 256], &[(A, 0)], all.clone()), [1, 2, 3]);
        assert_eq!(planned(&[128, 256], &[(A, 384)], all), [0u64; 0]);
    }

    #[test]
    fn memory_on_its_way_back_is_waited_for() {
        let leaving_mb = HashMap::from([(A, 128)]);
        let survey = Survey { idle: vec![idle(1, A, 128, 1, false)], leaving_mb };
        let rooms = [Room { worker: A, free_mb: 0 }];
        assert!(plan(&[Demand { memory_mb: 128 }], &rooms, survey).is_empty());
    }
}
