//! What stacks wait for from outside: a function that makes a custom resource, a machine that says it is up. Each is
//! given an address nobody can guess, and puts its answer there.
//!
//! - [`Answers`]: all addresses; on disk before anybody is told of one, and before an answer is acknowledged
//! - [`Awaited`]: one of them: what was answered, and waiting for more
//! - `record`: what is kept of one
//!
//! It knows bytes: what an answer means is up to whoever waits. Who waits names the address by a token of its own and
//! by what it is for, and finds the same one again after a crash, with what was answered meanwhile.
#![forbid(unsafe_code)]

mod awaited;
mod record;
mod room;

pub use awaited::Awaited;
pub use record::Answer;
pub use room::{Answers, Bases, NotKept, NotTaken, PATH, Wanted};
