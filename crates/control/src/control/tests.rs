#![allow(clippy::unwrap_used)]

mod aliases;
mod answers;
mod configs;
mod durable;
mod fixture;
mod layers;
mod limits;
mod mappings;
mod provisioned;
mod races;
mod refusals;
mod states;
mod tags;
mod versions;
