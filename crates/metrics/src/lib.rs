//! What invocations, events and queues add up to, by minute: how many, how long, how many failed or were
//! refused, how many ran at once or wait.
//!
//! - [`Recorder`]: told of every invocation; a book for each lane, so no two lanes share a lock
//!   and [`Source`]s, who count for themselves and are asked now and then
//! - [`Point`]: what one minute of one [`Series`] comes to; [`Durations`]: times, in buckets; [`Sample`]: numbers
//! - [`History`]: the points of the last hours, in memory; pure
//! - [`Metric`], [`Stats`]: a point as CloudWatch tells of it
//! - [`Disk`]: points of the last days, a file a day
//! - [`Metrics`]: all of it together
//!
//! A point becomes final when its minute is over, and is on disk then, unsynced: a server that
//! is killed loses the minute it is in.
#![forbid(unsafe_code)]

mod disk;
mod durations;
mod history;
mod metrics;
mod point;
mod recorder;
mod sample;
mod source;
mod stats;

pub use disk::Disk;
pub use durations::Durations;
pub use history::History;
pub use metrics::Metrics;
pub use point::{Point, Series};
pub use recorder::{Call, Recorder};
pub use sample::Sample;
pub use source::{Source, Sourced};
pub use stats::{Metric, Stats};

/// A minute since 1970.
pub type Minute = i64;
