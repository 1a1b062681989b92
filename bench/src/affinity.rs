//! Where things run. A wake-up across cores costs more than the work it wakes, so every warm
//! measurement says where its ends are.

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores this program was allowed when it began.
#[derive(Debug, Clone, Copy)]
pub struct Cores {
    all: CpuSet,
}

impl Cores {
    /// Those of the calling thread.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn allowed() -> Result<Self> {
        Ok(Self { all: sched_getaffinity(None).context("which cores may be used?")? })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.numbers().count()
    }

    fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        (0..CpuSet::MAX_CPU).filter(|core| self.all.is_set(*core))
    }

    /// Keeps the calling thread, and every process it starts from here on, on the `index`-th core.
    ///
    /// # Errors
    /// When there is no such core, or the system refuses.
    pub fn pin(&self, index: usize) -> Result<()> {
        let core = self.numbers().nth(index).context("there are too few cores")?;
        let mut one = CpuSet::new();
        one.set(core);
        sched_setaffinity(None, &one).with_context(|| format!("pinning to core {core}"))
    }

    /// Lets the calling thread run anywhere again.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn unpin(&self) -> Result<()> {
        sched_setaffinity(None, &self.all).context("leaving a core")
    }
}
