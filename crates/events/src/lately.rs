//! What became of functions' events lately, until it is collected (`AWS/Lambda` in CloudWatch).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fika_metrics::{Metric, Sample, Series, Sourced};
use fika_model::FunctionArn;

type Counts = HashMap<FunctionArn, BTreeMap<Metric, Sample>>;

#[derive(Debug, Default)]
pub(crate) struct Lately(Mutex<Counts>);

impl Lately {
    /// One more of those.
    pub(crate) fn count(&self, function: &FunctionArn, metric: Metric) {
        self.measure(function, metric, 1);
    }

    /// A number that was seen.
    pub(crate) fn measure(&self, function: &FunctionArn, metric: Metric, number: u64) {
        let (mut counts, sample) = (self.lock(), Sample::of(number));
        let samples = match counts.get_mut(function) {
            Some(samples) => samples,
            None => counts.entry(function.clone()).or_default(),
        };
        samples.entry(metric).and_modify(|own| own.merge(&sample)).or_insert(sample);
    }

    /// All of it, once.
    pub(crate) fn take(&self) -> Vec<Sourced> {
        let taken = std::mem::take(&mut *self.lock());
        let told = taken.into_iter().flat_map(|(function, samples)| {
            let FunctionArn { scope, name, qualifier } = function;
            let series = Series::called(&scope, &name, qualifier.as_deref());
            series.into_iter().flat_map(move |one| {
                samples.clone().into_iter().map(move |(metric, of)| (one.clone(), metric, of))
            })
        });
        told.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_is_taken_is_told_once_of_each_level() {
        let (lately, function) = (Lately::default(), testing::function("f"));
        lately.count(&function, Metric::AsyncEventsDropped);
        lately.measure(&function, Metric::AsyncEventAge, 5);
        lately.measure(&function, Metric::AsyncEventAge, 9);
        let told = lately.take();
        let age = Sample { count: 2, sum: 14, min: 5, max: 9 };
        for series in Series::called(&function.scope, "f", None) {
            assert!(told.contains(&(series.clone(), Metric::AsyncEventAge, age)), "{told:?}");
            assert!(told.contains(&(series, Metric::AsyncEventsDropped, Sample::of(1))));
        }
        assert_eq!((told.len(), lately.take().len()), (6, 0));
    }
}
