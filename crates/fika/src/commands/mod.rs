//! What each subcommand does.

pub mod deploy;
pub mod env;
pub mod invoke;
pub mod logs;
pub mod serve;
