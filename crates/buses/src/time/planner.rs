//! Which of many things is due: a heap, in which those that were changed are found out when they come up.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::Hash;

/// So many plans that are not in force any more are kept in any case.
const SLACK: usize = 64;

/// What is due when, milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Planner<K> {
    heap: BinaryHeap<Reverse<(i64, u64, K)>>,
    /// What is in force of each: the number of its plan.
    plans: HashMap<K, u64>,
    numbers: u64,
}

impl<K: Clone + Eq + Hash + Ord> Planner<K> {
    pub(crate) fn new() -> Self {
        Self { heap: BinaryHeap::new(), plans: HashMap::new(), numbers: 0 }
    }

    /// Plans one anew; none for never.
    pub(crate) fn plan(&mut self, key: K, at: Option<i64>) {
        let Some(at) = at else {
            self.plans.remove(&key);
            return;
        };
        self.numbers += 1;
        self.plans.insert(key.clone(), self.numbers);
        self.heap.push(Reverse((at, self.numbers, key)));
        if self.heap.len() > 2 * self.plans.len() + SLACK {
            self.heap.retain(|Reverse((_, number, key))| self.plans.get(key) == Some(number));
        }
    }

    /// When the next is due.
    pub(crate) fn next(&mut self) -> Option<i64> {
        while let Some(Reverse((at, number, key))) = self.heap.peek() {
            if self.plans.get(key) == Some(number) {
                return Some(*at);
            }
            self.heap.pop();
        }
        None
    }

    /// One that is due, which is planned no more, and when it was.
    pub(crate) fn due(&mut self, now: i64) -> Option<(K, i64)> {
        self.next().filter(|at| *at <= now)?;
        let Reverse((at, _, key)) = self.heap.pop()?;
        self.plans.remove(&key);
        Some((key, at))
    }
}
