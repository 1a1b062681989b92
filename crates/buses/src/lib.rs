//! EventBridge: buses, rules, patterns, and schedules.
//!
//! - [`Buses`]: all of it: opened from the store, run for ever, and a receiver of what is sent to buses
//! - [`EventBridge`], [`Scheduler`]: its two doors
//! - [`Clock`]: what time it is, which tests make run faster
//!
//! Inside:
//!
//! - `bridge`, `scheduler`: the two APIs
//! - `publish`: from an event to what its rules send; `transform`: what of it a target is sent
//! - `time`: when something is to happen, pure; `timers`: rules and schedules as that; `ticker`: sends what is due;
//!   `ticks`: which tick was the last
//! - `table`, `record`: named things in memory and in the store; `input`: what callers write, checked
#![forbid(unsafe_code)]

mod bridge;
mod clock;
mod input;
mod publish;
mod record;
mod room;
mod scheduler;
mod table;
mod ticker;
mod ticks;
mod time;
mod timers;
mod transform;

pub use bridge::EventBridge;
pub use clock::Clock;
pub use room::Buses;
pub use scheduler::Scheduler;

impl Buses {
    /// The doors of EventBridge and of EventBridge Scheduler.
    #[must_use]
    pub fn doors(&self) -> (EventBridge, Scheduler) {
        (EventBridge(self.clone()), Scheduler(self.clone()))
    }
}
