//! A queue, read for a function.
//!
//! - [`poll`]: receives batches and invokes, as many at once as it may; `pace`: how many that are
//! - `delivery`: one batch, from the filter to the end of its messages
//! - `event`: the JSON that a function is given; `filter`: which messages it wants; `answer`: which it says
//!   have failed
//! - `rights`: whether it may be read at all, asked before it is mapped and while it is read
//!
//! A message is deleted when the function has taken it. What it has not taken comes back when the queue's
//! visibility timeout is over, and goes to the queue's dead letters in the end. A throttled batch is tried again
//! until then, so that waiting does not count as receiving.

mod answer;
mod delivery;
mod event;
mod filter;
mod pace;
mod poller;
mod rights;

use std::sync::Arc;

use fika_control::EventSourceMapping;

use crate::SourcesOptions;
use filter::Filter;
use poller::Poller;
pub use rights::QueueCheck;

/// Batches at once of a mapping that says nothing of it (1,250 on AWS).
const AT_ONCE: usize = 1_250;

/// What a batch needs to know of its mapping.
#[derive(Debug)]
struct Mapping {
    it: EventSourceMapping,
    /// The queue's ARN.
    queue: String,
    filter: Filter,
}

impl Mapping {
    /// Batches at once, at most.
    fn at_once(&self) -> usize {
        self.it.most_calls.and_then(|most| usize::try_from(most).ok()).unwrap_or(AT_ONCE)
    }
}

/// Polls until dropped; what is under way then ends by itself.
pub(crate) async fn poll(options: &SourcesOptions, mapping: &EventSourceMapping, queue: &str) {
    let filter = Filter::new(&mapping.filters);
    let mapping = Mapping { it: mapping.clone(), queue: queue.into(), filter };
    Poller::new(options.clone(), Arc::new(mapping)).run().await;
}
