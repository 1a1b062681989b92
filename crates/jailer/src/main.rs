//! `fika-jailer`: builds a namespace wall and becomes `fika-init` in it.
//!
//! - [`outside`]: on the host: makes the namespaces, maps the users, waits for the end
//! - [`inside`]: in the namespaces: puts the root together, gives up power, becomes init
//! - [`monitor`]: the same for a virtual machine monitor
//! - [`mounts`]: the mount calls, as this program needs them
//! - [`failure`]: a step that failed, and what may help

mod failure;
mod inside;
mod monitor;
mod mounts;
mod outside;

use std::process::ExitCode;

fn main() -> ExitCode {
    match outside::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::FAILURE
        }
    }
}
