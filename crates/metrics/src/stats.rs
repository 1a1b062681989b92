//! A point as CloudWatch tells of it.

use serde::{Deserialize, Serialize};

use crate::durations::Durations;
use crate::point::Point;
use crate::sample::Sample;

/// What there are metrics of. Their names are CloudWatch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Metric {
    /// Invocations that ran.
    Invocations,
    /// Those that failed in the function.
    Errors,
    /// Requests refused with 429.
    Throttles,
    /// How long invocations ran.
    Duration,
    /// How many ran at once.
    ConcurrentExecutions,
    /// Events accepted for a function.
    AsyncEventsReceived,
    /// How old an event was when its function was to run.
    AsyncEventAge,
    /// Events that ended without success, also those that went to a dead-letter queue or a destination.
    AsyncEventsDropped,
    /// Events that no dead-letter queue took.
    DeadLetterErrors,
    /// Records that no destination took.
    DestinationDeliveryFailures,
    /// Requests to a function URL.
    UrlRequestCount,
    /// Those that were answered with 4xx.
    Url4xxCount,
    /// Those that were answered with 5xx.
    Url5xxCount,
    /// Messages that somebody who asks may receive.
    ApproximateNumberOfMessagesVisible,
    /// Messages that somebody has.
    ApproximateNumberOfMessagesNotVisible,
    /// Messages that are delayed.
    ApproximateNumberOfMessagesDelayed,
    /// How old the oldest message is.
    ApproximateAgeOfOldestMessage,
    /// Messages that were sent.
    NumberOfMessagesSent,
    /// Messages that were received.
    NumberOfMessagesReceived,
    /// Messages that were deleted.
    NumberOfMessagesDeleted,
    /// Receives that got nothing.
    NumberOfEmptyReceives,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Invocations,
        Self::Errors,
        Self::Throttles,
        Self::Duration,
        Self::ConcurrentExecutions,
        Self::AsyncEventsReceived,
        Self::AsyncEventAge,
        Self::AsyncEventsDropped,
        Self::DeadLetterErrors,
        Self::DestinationDeliveryFailures,
        Self::UrlRequestCount,
        Self::Url4xxCount,
        Self::Url5xxCount,
        Self::ApproximateNumberOfMessagesVisible,
        Self::ApproximateNumberOfMessagesNotVisible,
        Self::ApproximateNumberOfMessagesDelayed,
        Self::ApproximateAgeOfOldestMessage,
        Self::NumberOfMessagesSent,
        Self::NumberOfMessagesReceived,
        Self::NumberOfMessagesDeleted,
        Self::NumberOfEmptyReceives,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invocations => "Invocations",
            Self::Errors => "Errors",
            Self::Throttles => "Throttles",
            Self::Duration => "Duration",
            Self::ConcurrentExecutions => "ConcurrentExecutions",
            Self::AsyncEventsReceived => "AsyncEventsReceived",
            Self::AsyncEventAge => "AsyncEventAge",
            Self::AsyncEventsDropped => "AsyncEventsDropped",
            Self::DeadLetterErrors => "DeadLetterErrors",
            Self::DestinationDeliveryFailures => "DestinationDeliveryFailures",
            Self::UrlRequestCount => "UrlRequestCount",
            Self::Url4xxCount => "Url4xxCount",
            Self::Url5xxCount => "Url5xxCount",
            Self::ApproximateNumberOfMessagesVisible => "ApproximateNumberOfMessagesVisible",
            Self::ApproximateNumberOfMessagesNotVisible => "ApproximateNumberOfMessagesNotVisible",
            Self::ApproximateNumberOfMessagesDelayed => "ApproximateNumberOfMessagesDelayed",
            Self::ApproximateAgeOfOldestMessage => "ApproximateAgeOfOldestMessage",
            Self::NumberOfMessagesSent => "NumberOfMessagesSent",
            Self::NumberOfMessagesReceived => "NumberOfMessagesReceived",
            Self::NumberOfMessagesDeleted => "NumberOfMessagesDeleted",
            Self::NumberOfEmptyReceives => "NumberOfEmptyReceives",
        }
    }

    /// The metric of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Where CloudWatch has it.
    #[must_use]
    pub fn namespace(self) -> &'static str {
        if self >= Self::ApproximateNumberOfMessagesVisible { "AWS/SQS" } else { "AWS/Lambda" }
    }

    /// The unit of its values.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Duration | Self::AsyncEventAge => "Milliseconds",
            Self::ApproximateAgeOfOldestMessage => "Seconds",
            _ => "Count",
        }
    }

    /// What a point tells of it; none if it tells nothing.
    #[must_use]
    pub fn of(self, point: &Point) -> Option<Stats> {
        match self {
            Self::Invocations => Stats::ones(point.invocations, point.invocations),
            Self::Errors => Stats::ones(point.errors, point.invocations),
            Self::Throttles => Stats::ones(point.throttles, point.invocations + point.throttles),
            Self::ConcurrentExecutions => {
                let peak = f64::from(point.concurrent);
                (point.concurrent > 0).then_some(Stats {
                    count: 1,
                    sum: peak,
                    min: peak,
                    max: peak,
                    durations: None,
                })
            }
            Self::Duration => {
                let (min, max) = point.durations.bounds_ms()?;
                let (count, sum) = (point.durations.count(), point.durations.sum_ms());
                Some(Stats { count, sum, min, max, durations: Some(point.durations.clone()) })
            }
            other => point.samples.get(&other).map(Stats::sampled),
        }
    }
}

/// What the samples of a period come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// How many samples.
    pub count: u64,
    /// All together.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    durations: Option<Durations>,
}

impl Stats {
    /// So many requests, each of which told 1 or 0.
    fn ones(ones: u64, all: u64) -> Option<Self> {
        let flag = |is: bool| if is { 1.0 } else { 0.0 };
        (all > 0).then(|| Self {
            count: all,
            sum: ones as f64,
            min: flag(ones == all),
            max: flag(ones > 0),
            durations: None,
        })
    }

    fn sampled(sample: &Sample) -> Self {
        let Sample { count, sum, min, max } = *sample;
        Self { count, sum: sum as f64, min: min as f64, max: max as f64, durations: None }
    }

    /// Adds what another period comes to.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        match (&mut self.durations, &other.durations) {
            (Some(mine), Some(others)) => mine.merge(others),
            (mine @ None, others) => mine.clone_from(others),
            (Some(_), None) => {}
        }
    }

    /// A statistic by its name: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a
    /// percentile such as `p99` or `p99.9`. None for others, and for percentiles of what is only
    /// counted.
    #[must_use]
    pub fn get(&self, statistic: &str) -> Option<f64> {
        match statistic {
            "Sum" => Some(self.sum),
            "Average" => Some(self.sum / self.count as f64),
            "Minimum" => Some(self.min),
            "Maximum" => Some(self.max),
            "SampleCount" => Some(self.count as f64),
            percentile => self.durations.as_ref()?.percentile_ms(percent(percentile)?),
        }
    }
}

/// The number of a percentile's name.
fn percent(name: &str) -> Option<f64> {
    let percent: f64 = name.strip_prefix('p')?.parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some(percent)
}

impl Metric {
    /// Whether there is a statistic of that name.
    #[must_use]
    pub fn has_statistic(statistic: &str) -> bool {
        matches!(statistic, "Sum" | "Average" | "Minimum" | "Maximum" | "SampleCount")
            || percent(statistic).is_some()
    }
}
