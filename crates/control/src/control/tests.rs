#![allow(clippy::unwrap_used)]

mod aliases;
mod answers;
mod durable;
mod fixture;
mod limits;
mod races;
mod refusals;
mod states;
mod tags;
mod versions;
