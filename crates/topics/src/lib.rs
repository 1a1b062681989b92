//! SNS: topics, and the queues and functions that subscribed to them.
//!
//! - [`Topics`]: all of them; an [`AwsService`](fika_service::AwsService) at the doors (`wire`), and a
//!   [`Receiver`](fika_events::Receiver) for what other rooms send (`receiver`)
//! - `record`: what a topic and a subscription are, and their ARNs; `filter`: which messages one wants
//! - `message`: a message and its attributes; `notice`: what subscribers are handed
//! - `publish`: from a message to events, one for each subscription that wants it; `lately`: what a FIFO
//!   topic took already
//! - `operations`: topics, subscriptions, permissions and tags, as the API asks for them
//!
//! A topic is in the store under `topic/ACCOUNT/REGION/NAME`, with its subscriptions. What is published is
//! on disk, for every subscription, before it is answered.
#![forbid(unsafe_code)]

mod error;
mod filter;
mod lately;
mod message;
mod notice;
mod operations;
mod publish;
mod receiver;
mod record;
mod room;
mod wire;

pub use room::Topics;
