//! What each subcommand does.

pub mod account;
pub mod deploy;
pub mod dev;
pub mod doctor;
pub mod env;
pub mod events;
pub mod invoke;
pub mod logs;
pub mod runtime;
pub mod serve;
pub mod signing;
pub mod webhook;
