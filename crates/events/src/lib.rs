//! The asynchronous side: what was accepted is delivered, to a function or to whatever else has an ARN, or
//! ends in a documented place.
//!
//! - [`Events`]: [`Events::accept`] is durable when it returns; delivery goes on from there
//! - [`Event`]: something to deliver, from whom, to which ARN
//! - [`Functions`]: the invoke path, as the event side needs it; [`Receiver`]: a room that events can be sent to
//! - [`LaneState`], [`Listed`]: what waits, and what ended with nowhere to go
//!
//! Inside:
//!
//! - `schedule`: which event is next, a pure state machine; `rules`: what becomes of an event after an attempt, pure
//!   too; `follow`: records for destinations and dead letters
//! - `deliver`: one attempt and its effects; `sender`: by what right
//! - `stored`: events as the journal keeps them; `shelf`: those that ended without a destination; `look`: both, for
//!   people; `lately`: what CloudWatch is told; `clock`: what time it is
#![forbid(unsafe_code)]

mod clock;
mod deliver;
mod event;
mod follow;
mod handle;
mod lately;
mod look;
mod receiver;
mod rules;
mod schedule;
mod sender;
mod shelf;
mod stored;
#[cfg(test)]
mod testing;

pub use event::{Attribute, Event, Retries, Sender};
pub use handle::Events;
pub use look::{LaneState, Listed, State, Totals};
pub use receiver::{
    AsyncPolicy, Called, Functions, Invocation, NotRun, Parcel, Pending, Receiver, Undelivered,
};
