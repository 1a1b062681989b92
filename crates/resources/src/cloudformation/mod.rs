//! CloudFormation's own types: resources that a function makes, what a stack waits for, stacks in stacks.
//!
//! - `custom`: what is asked of a function, and waiting for its answer; `request`: what it is asked; `response`:
//!   reading what it answers

pub(crate) mod custom;
pub(crate) mod stack;
pub(crate) mod wait;

mod request;
mod response;
