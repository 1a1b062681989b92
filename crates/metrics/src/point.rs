//! What one minute comes to, and of what.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::Scope;
use serde::{Deserialize, Serialize};

use crate::durations::Durations;
use crate::sample::Sample;
use crate::stats::Metric;

/// What points are of: an account in a region, a function of it, or how that was called; or a queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Series {
    /// Whose, and where.
    pub scope: Scope,
    /// The function; none for all of them together.
    pub function: Option<Arc<str>>,
    /// `NAME` or `NAME:QUALIFIER`, as it was called; none however it was called.
    pub resource: Option<Arc<str>>,
    /// The version an alias led to.
    pub executed_version: Option<Arc<str>>,
    /// The queue, of what is no function's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Arc<str>>,
}

impl Series {
    /// All functions of an account in a region.
    #[must_use]
    pub fn account(scope: &Scope) -> Self {
        let scope = scope.clone();
        Self { scope, function: None, resource: None, executed_version: None, queue: None }
    }

    /// One function, however it was called.
    #[must_use]
    pub fn function(scope: &Scope, name: &str) -> Self {
        Self { function: Some(name.into()), ..Self::account(scope) }
    }

    /// What counts for a function that was called in one way: its account, itself, and that way.
    #[must_use]
    pub fn called(scope: &Scope, name: &str, qualifier: Option<&str>) -> [Self; 3] {
        let function = Self::function(scope, name);
        let resource: Arc<str> = match qualifier {
            Some(qualifier) => format!("{name}:{qualifier}").into(),
            None => name.into(),
        };
        let by_resource = Self { resource: Some(resource), ..function.clone() };
        [Self::account(scope), function, by_resource]
    }

    /// One queue.
    #[must_use]
    pub fn queue(scope: &Scope, name: &str) -> Self {
        Self { queue: Some(name.into()), ..Self::account(scope) }
    }

    /// Its dimensions, as CloudWatch names them.
    #[must_use]
    pub fn dimensions(&self) -> Vec<(&'static str, &str)> {
        let named = [
            ("FunctionName", &self.function),
            ("Resource", &self.resource),
            ("ExecutedVersion", &self.executed_version),
            ("QueueName", &self.queue),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}

/// What one minute comes to. What is nothing is not written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Invocations that ran, with whatever end.
    #[serde(default)]
    pub invocations: u64,
    /// Those that failed in the function.
    #[serde(default)]
    pub errors: u64,
    /// Requests that were refused with 429.
    #[serde(default)]
    pub throttles: u64,
    /// The most that ran at once.
    #[serde(default)]
    pub concurrent: u32,
    /// How long they ran.
    #[serde(default)]
    pub durations: Durations,
    /// Everything else, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<Metric, Sample>,
}

impl Point {
    /// Adds what another has of the same minute.
    pub fn merge(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.errors += other.errors;
        self.throttles += other.throttles;
        self.concurrent = self.concurrent.max(other.concurrent);
        self.durations.merge(&other.durations);
        other.samples.iter().for_each(|(metric, sample)| self.sample(*metric, sample));
    }

    /// Adds what was seen of something else.
    pub fn sample(&mut self, metric: Metric, sample: &Sample) {
        self.samples.entry(metric).and_modify(|own| own.merge(sample)).or_insert(*sample);
    }
}
