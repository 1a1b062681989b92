//! CloudFormation: stacks as durable state machines.
//!
//! - [`Stacks`]: all of them; an [`AwsService`](fika_service::AwsService) at the doors (`wire`, `operations`)
//! - `record`, `status`: what a stack is, as it is kept; `state`: one stack in memory, and what of it is written
//! - `machine`: what is to be done next, and what follows from what was done, without a clock or a service
//! - `runner`: drives a machine: asks the types of resources (`fika-resources`), by their public APIs
//! - `plan`: a template as the machine needs it; `transform`: what is applied to one first; `changes`: what a change
//!   set shows; `source`: where templates come from
//! - `secrets`: what of a stack nobody may see; `limits`: how much of an account's is kept
//! - `mortal`: for tests, a server that dies at a moment they choose
//! - `actor`: with whose rights a stack is made, also after a restart; `capabilities`: what must be agreed to
//!
//! Every step is on disk before it is done and after: a start goes on with whatever was under way.
#![forbid(unsafe_code)]

mod actor;
mod capabilities;
mod changes;
mod error;
mod limits;
mod machine;
mod mortal;
mod operations;
mod plan;
mod record;
mod room;
mod runner;
mod secrets;
mod source;
mod state;
mod status;
mod transform;
mod wire;

pub use room::{StackOptions, Stacks};
