//! SQS: queues of messages, standard and FIFO.
//!
//! - [`Queues`]: all of them; an [`AwsService`](fika_service::AwsService) at the doors, and a
//!   [`Receiver`](fika_events::Receiver) for what other rooms send
//! - `state`: one queue, as a plain state machine: time is an argument, and nothing in it waits
//! - `queue`: a queue and what it waits on; `keep`: what it has in the journal;
//!   `counted`: what CloudWatch is told
//! - `settings`: the attributes of a queue; `message`: a message, its parts on disk, its MD5s
//! - `moving`: tasks that move dead letters back
//! - `operations`: what the API's operations do; `wire`: the JSON and the query protocol
//!
//! A message is an entry of the journal under `queue/ACCOUNT/REGION/NAME`, and what a queue *is* is in the
//! store under the same key. Sending, deleting and moving to a dead-letter queue are on disk before they are
//! answered. How often a message was received is written behind: after a crash it may be shown sooner, and
//! its count may have lost the last of them.
#![forbid(unsafe_code)]

mod clock;
mod counted;
mod error;
mod keep;
mod message;
mod moving;
mod name;
mod operations;
mod permit;
mod poll;
mod queue;
mod receiver;
mod room;
mod settings;
mod state;
mod wire;

pub use message::{Delivered, Value};
pub use poll::QueueFacts;
pub use room::Queues;

/// Where queues are in the journal and in the store.
pub const PREFIX: &str = "queue/";
