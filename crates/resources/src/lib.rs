//! Types of CloudFormation's resources, a file each: what of their properties may change in place, which attributes
//! they have, and which calls of a service's public API make, change and delete one.
//!
//! - [`Kind`]: a type; [`find`] knows all of them (`table`)
//! - [`Ask`]: what is asked of one, and for whom; [`Made`], [`Was`], [`Failure`]: what becomes of it
//! - [`Services`]: the services, as rooms of this server ask them: with the rights of the stack's role
//! - [`coerce`], then [`check`]: what a template wrote, as the type means it, and whether it is all there
//! - `properties`: reading of them what every type reads; `names`: of what is given none
//! - `lambda`, `iam`, `sqs` …: the types, by service; `inert`: those that are only a record;
//!   `absent`: those that are refused
//!
//! A type knows nothing of stacks, and nothing of the engine knows a type: one is added by its file and a line of
//! the table. Every `create` may be asked again with the same token after a crash ([`Ask::again`]), and finds
//! then what it made before.
#![forbid(unsafe_code)]

mod absent;
mod apis;
mod check;
mod cloudformation;
mod coerce;
mod events;
#[cfg(test)]
mod fake;
mod iam;
mod inert;
mod kind;
mod lambda;
mod logs;
mod names;
mod properties;
mod s3;
mod scheduler;
mod services;
mod shape;
mod sns;
mod sqs;
mod ssm;
mod table;
mod wait;

pub use check::check;
pub use coerce::coerce;
pub use inert::INERT;
pub use kind::{Ask, Doing, Failure, Kind, Made, OnChange, Property, Stack, Was};
pub use services::{Refusal, Services};
pub use table::{all, find};
