//! What somebody sees who looks at the pools, and how the last sandboxes came to be.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use fika_model::{FunctionVersion, SandboxId, WorkerId};

use crate::PoolSnapshot;
use crate::pools::Pools;
use crate::states::State;

/// Births that are remembered.
const BIRTHS: usize = 512;

/// One sandbox, to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Which it is.
    pub sandbox: SandboxId,
    /// What it is doing.
    pub state: State,
    /// Where it is, once it is placed.
    pub worker: Option<WorkerId>,
    /// Whether it is kept ahead of anybody asking.
    pub ahead: bool,
}

/// The sandboxes of one function version.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What they run.
    pub version: Arc<FunctionVersion>,
    /// How many there are of each state, and who waits.
    pub counts: PoolSnapshot,
    /// Some of them, or all.
    pub cells: Vec<Cell>,
}

/// When a sandbox came to be.
#[derive(Debug, Clone, Copy)]
pub struct Birth {
    /// Its place was found, and its worker began.
    pub placed: Instant,
    /// It was ready.
    pub ready: Instant,
}

/// How the last sandboxes came to be, oldest in front.
#[derive(Debug, Default)]
pub(crate) struct Births(VecDeque<(SandboxId, Birth)>);

impl Births {
    pub(crate) fn note(&mut self, sandbox: SandboxId, placed: Instant) {
        if self.0.len() == BIRTHS {
            self.0.pop_front();
        }
        self.0.push_back((sandbox, Birth { placed, ready: Instant::now() }));
    }

    pub(crate) fn of(&self, sandbox: SandboxId) -> Option<Birth> {
        self.0.iter().rev().find(|(one, _)| *one == sandbox).map(|(_, birth)| *birth)
    }
}

impl<R> Pools<R> {
    /// What there is, with at most `cells` sandboxes one by one. One way over all of it, because nobody is served
    /// meanwhile.
    #[must_use]
    pub fn look(&self, cells: usize) -> Vec<Shown> {
        let mut places = std::collections::HashMap::with_capacity(self.pools.len());
        let mut all: Vec<Shown> = Vec::with_capacity(self.pools.len());
        for (key, pool) in &self.pools {
            let counts = PoolSnapshot { waiters: pool.waiters.len(), ..PoolSnapshot::default() };
            places.insert(key, all.len());
            all.push(Shown { version: Arc::clone(&pool.version), counts, cells: Vec::new() });
        }
        let mut left = cells;
        for (&sandbox, s) in &self.sandboxes {
            let Some(shown) = places.get(&s.key).and_then(|&at| all.get_mut(at)) else { continue };
            shown.counts.add(s.state);
            if left > 0 {
                left -= 1;
                let (state, worker, ahead) = (s.state, s.worker, s.ahead);
                shown.cells.push(Cell { sandbox, state, worker, ahead });
            }
        }
        all
    }
}

impl PoolSnapshot {
    /// One more of that state.
    pub(crate) fn add(&mut self, state: State) {
        *match state {
            State::Starting => &mut self.starting,
            State::Idle => &mut self.idle,
            State::Busy => &mut self.busy,
            State::Dead => &mut self.dead,
        } += 1;
    }
}
