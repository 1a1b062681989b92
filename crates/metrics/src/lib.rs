//! What invocations add up to, by minute: how many, how long, how many failed or were refused,
//! and how many ran at once.
//!
//! - [`Recorder`]: told of every invocation; a book for each lane, so no two lanes share a lock
//! - [`Point`]: what one minute of one [`Series`] comes to; [`Durations`]: times, in buckets
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
mod stats;

pub use disk::Disk;
pub use durations::Durations;
pub use history::History;
pub use metrics::Metrics;
pub use point::{Point, Series};
pub use recorder::{Call, Recorder};
pub use stats::{Metric, Stats};

/// A minute since 1970.
pub type Minute = i64;
