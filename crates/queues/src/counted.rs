//! What was done with a queue lately, until it is collected (`AWS/SQS` in CloudWatch).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fika_metrics::{Metric, Sample, Series, Source, Sourced};
use fika_model::Scope;

use crate::poll::QueueFacts;
use crate::queue::Queue;
use crate::room::Queues;

/// How long after it was last used there are metrics of a queue, milliseconds (SQS developer guide, "Available
/// `CloudWatch` metrics for Amazon SQS").
const ACTIVE_MS: u64 = 6 * 60 * 60 * 1_000;

/// Counts since they were taken last.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    sent: AtomicU64,
    received: AtomicU64,
    deleted: AtomicU64,
    empty: AtomicU64,
    /// When something was done last, milliseconds since 1970.
    active: AtomicU64,
}

impl Counted {
    pub(crate) fn sent(&self, messages: usize, now: u64) {
        self.add(&self.sent, messages, now);
    }

    pub(crate) fn deleted(&self, messages: usize, now: u64) {
        self.add(&self.deleted, messages, now);
    }

    /// Somebody asked, and got so many.
    pub(crate) fn received(&self, messages: usize, now: u64) {
        match messages {
            0 => self.add(&self.empty, 1, now),
            some => self.add(&self.received, some, now),
        }
    }

    fn add(&self, to: &AtomicU64, messages: usize, now: u64) {
        to.fetch_add(messages as u64, Ordering::Relaxed);
        self.active.fetch_max(now, Ordering::Relaxed);
    }

    fn take(&self) -> impl Iterator<Item = (Metric, Sample)> {
        let counts = [
            (Metric::NumberOfMessagesSent, &self.sent),
            (Metric::NumberOfMessagesReceived, &self.received),
            (Metric::NumberOfMessagesDeleted, &self.deleted),
            (Metric::NumberOfEmptyReceives, &self.empty),
        ];
        let taken = counts.map(|(metric, of)| (metric, of.swap(0, Ordering::Relaxed)));
        taken.into_iter().filter_map(|(metric, times)| Some((metric, Sample::times(times)?)))
    }
}

impl Queues {
    /// What CloudWatch is told of queues.
    #[must_use]
    pub fn source(&self) -> Source {
        // Weak: the journal closes with the last who holds it, and who collects may stay.
        let queues = self.downgrade();
        Box::new(move || {
            let Some(queues) = queues.upgrade() else { return Vec::new() };
            queues.everyone().iter().flat_map(|queue| queues.sampled(queue)).collect()
        })
    }

    /// How every queue stands: where, its name, and the rest.
    #[must_use]
    pub fn all_facts(&self) -> Vec<(Scope, String, QueueFacts)> {
        let facts = |queue: Arc<Queue>| {
            let facts = self.facts_of(&queue);
            (queue.place.scope.clone(), queue.place.name.clone(), facts)
        };
        self.everyone().into_iter().map(facts).collect()
    }

    fn sampled(&self, queue: &Queue) -> Vec<Sourced> {
        let (now, counted) = (self.now(), &queue.counted);
        let facts = self.facts_of(queue);
        let QueueFacts { ready, in_flight, delayed, oldest, .. } = facts;
        let used = counted.active.load(Ordering::Relaxed).saturating_add(ACTIVE_MS) > now;
        if !used && oldest.is_none() {
            return Vec::new();
        }
        let series = Series::queue(&queue.place.scope, &queue.place.name);
        let gauges = [
            (Metric::ApproximateNumberOfMessagesVisible, ready as u64),
            (Metric::ApproximateNumberOfMessagesNotVisible, in_flight as u64),
            (Metric::ApproximateNumberOfMessagesDelayed, delayed as u64),
            (Metric::ApproximateAgeOfOldestMessage, oldest.as_ref().map_or(0, Duration::as_secs)),
        ];
        let gauges = gauges.into_iter().map(|(metric, number)| (metric, Sample::of(number)));
        gauges.chain(counted.take()).map(|(metric, of)| (series.clone(), metric, of)).collect()
    }
}
