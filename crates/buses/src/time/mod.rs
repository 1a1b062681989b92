//! When something is to happen: pure, without a clock.
//!
//! - [`Expression`]: `rate(…)`, `cron(…)`, `at(…)`, as they are written
//! - `cron`: the six fields of a cron expression, and which minute is the next
//! - [`Times`]: an expression in a time zone, between a start and an end
//! - [`Timed`]: which tick of it is due, and which have been
//! - [`Planner`]: which of many is due

mod cron;
mod due;
mod expression;
mod planner;
mod times;

pub(crate) use due::{Been, Timed};
pub(crate) use expression::{Dialect, Expression};
pub(crate) use planner::Planner;
pub(crate) use times::{Times, zone};

#[cfg(test)]
mod tests;
