//! The Control Plane Service: functions and what belongs to them, layers.
//!
//! Everything it knows is in memory, and every change is in the store before it is answered.
//!
//! - [`Control`]: the operations of the API, and [`Control::resolve`] for the invoke path
//! - [`Preparation`], [`VersionEvents`], [`SourceCheck`]: what it asks of the rooms above it
//!
//! Inside, from the outside in:
//!
//! - `operations`: one file an operation or family; checks, then one change
//! - `change`: the one way a function changes: in turn, committed, then seen
//! - `lifecycle`: the states of a function and what moves it from one to the next;
//!   `published`: published versions, and theirs
//! - `registry`: the functions in memory; `record`: a function in the store; `runnable`: a version
//!   for workers, made when it is first asked for
//! - `attached`: what belongs to a function and is no part of its versions; `aliases`,
//!   `concurrency`: parts of it
//! - `mappings`: event source mappings, which belong to no function
//! - `wire`: shapes of the API as the store keeps them
//! - `signing`: code signing: who must have signed what is deployed
//! - `layers`: layers and their versions, and those that functions have
//! - `settings`, `environment`, `logging`, `connections`, `unsupported`: what a configuration may be
//! - `wishes`: what a function asks for by fika's own tags
//! - `reference`: which function a caller means; `answer`, `refuse`: what callers read
#![forbid(unsafe_code)]

mod addresses;
mod aliases;
mod answer;
mod attached;
mod change;
mod code;
mod concurrency;
mod connections;
mod control;
mod environment;
mod layers;
mod lifecycle;
mod logging;
mod mappings;
mod operations;
mod preparation;
mod published;
mod record;
mod reference;
mod refuse;
mod registry;
mod runnable;
mod settings;
mod signing;
mod unsupported;
mod wire;
mod wishes;

pub use control::{Control, ControlError, ControlOptions, Resolved};
pub use mappings::view::{EventSource, EventSourceMapping};
pub use operations::{Asynchronous, FunctionAnswer, LayerAnswer, Url};
pub use preparation::{
    Allocation, Preparation, Prepared, Reader, SourceCheck, Unprepared, VersionEvents,
};
pub use signing::{TrustError, distrust, trust, trusted_profiles};
