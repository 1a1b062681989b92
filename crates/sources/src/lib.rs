//! Event source mappings: pollers that bring what is in queues and streams to functions.
//!
//! - [`Sources`]: one poller for each mapping that is enabled, begun and ended as mappings change
//! - [`Brokers`]: the foreign servers that may be polled: the operator says which, for a mapping would
//!   otherwise have this server call whatever address a tenant names
//! - `cluster`: a self-managed cluster, as Lambda has it for Kafka; here a NATS JetStream is one
//! - `queue`: a queue of SQS; [`QueueCheck`]: whether one can be mapped
//! - `record`: what functions get of it; `patience`: when a failed batch is tried again
//!
//! A batch is taken, given to the function, and only then done with; what fails is given again.
#![forbid(unsafe_code)]

mod broker;
mod cluster;
mod manager;
mod patience;
mod queue;
mod record;

pub use broker::{Broker, Brokers, NotABroker};
pub use manager::{Sources, SourcesOptions};
pub use queue::QueueCheck;
