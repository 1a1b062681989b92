//! Rooms that count for themselves, and are asked when points are collected.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use crate::point::Series;
use crate::sample::Sample;
use crate::stats::Metric;

/// What a source tells.
pub type Sourced = (Series, Metric, Sample);

/// Tells what it counted since it was asked last, and how much of everything there is now. It is asked once a minute
/// at least, and whenever somebody looks; what it tells counts for the minute it is asked in.
pub type Source = Box<dyn Fn() -> Vec<Sourced> + Send + Sync>;

/// All of them.
#[derive(Default)]
pub(crate) struct Sources(RwLock<Vec<Source>>);

impl Sources {
    pub(crate) fn add(&self, source: Source) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(source);
    }

    pub(crate) fn ask(&self) -> Vec<Sourced> {
        let sources = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sources.iter().flat_map(|source| source()).collect()
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}
