//! `fika-init`: process 1 behind every wall. See the crate's library for what it is told and tells.
//!
//! - [`life`]: the loop: words in, words out, children reaped
//! - [`host`]: what the loop needs of its host, and the kinds there are: [`jail`], [`guest`], [`plain`]
//! - [`process`]: a function's process is started, with all authority taken from it ([`seal`])
//! - [`beside`]: what is done for processes beside the function's
//! - [`code`]: its code appears at `/var/task`
//! - [`children`]: signals and ends of processes
//! - [`memory`]: how much memory they hold

mod beside;
mod children;
mod code;
mod guest;
mod host;
mod jail;
mod landlock;
mod life;
mod memory;
mod plain;
mod process;
mod seal;

use std::io;
use std::process::ExitCode;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// The name under which a kernel starts us in a guest, right after its boot.
const IN_A_GUEST: &str = "/init";

fn main() -> ExitCode {
    if std::env::args_os().next().is_some_and(|name| name == IN_A_GUEST) {
        guest::live();
        return ExitCode::FAILURE;
    }
    match live_on_the_host() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            jail::report_failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn live_on_the_host() -> io::Result<()> {
    let arguments = plain::Arguments::read();
    if arguments.is_some() {
        // Before what follows takes from us, too, that we may write in our /proc.
        plain::offer_to_the_oom_killer()?;
    }
    // Nobody inside may look into us, whatever user they are.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    if let Some(arguments) = arguments {
        let (plain, filter) = plain::Plain::enter(arguments)?;
        return life::Init::new(plain, filter)?.run();
    }
    let (jail, filter) = jail::Jail::enter()?;
    life::Init::new(jail, filter)?.run()
}
