//! `fika-init`: process 1 behind every wall. See the crate's library for what it is told and tells.
//!
//! - [`life`]: the loop: words in, words out, children reaped
//! - [`process`]: a function's process is started, with all authority taken from it ([`seal`])
//! - [`code`]: its code appears at `/var/task`
//! - [`children`]: signals and ends of processes
//! - [`memory`]: how much memory they hold, where no cgroup counts it

mod children;
mod code;
mod life;
mod memory;
mod process;
mod seal;

use std::process::ExitCode;

fn main() -> ExitCode {
    match life::Init::new().and_then(life::Init::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            life::report_failure(&error);
            ExitCode::FAILURE
        }
    }
}
