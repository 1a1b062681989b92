//! Networks of a server that is an ordinary user's, who may make links and rules only in a user
//! namespace of their own. A thread cannot move there, so a program does, which the server starts.
//!
//! ```text
//! server ── fika-netkeeper (outside) ─┬─ fika-netkeeper (inside): the hub's namespaces
//!                                     └─ pasta: a link of the hub's, carried on by sockets
//! ```
//!
//! All three end with their server, and with each other.
//!
//! - [`Keeper`]: the server's side
//! - `outside`: in the host's namespaces: starts the other two, sees to it that none is left alone,
//!   and watches which addresses are the machine's own
//! - `inside`: is the hub, and makes networks when asked
//! - `pasta`: the program `pasta`, and how it is started
//! - `line`, `words`: how they speak, and what is said

mod client;
mod inside;
mod line;
mod outside;
mod pasta;
mod words;

use std::env;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

pub use client::Keeper;
pub use pasta::is_installed;
pub use words::Plan;

use line::Line;
use words::Said;

/// What the first argument of the program says: which of the three it is to be.
const OUTSIDE: &str = "outside";
const INSIDE: &str = "inside";
const PASTA: &str = "pasta";

/// The program: see [the crate's map](crate).
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match &arguments[..] {
        [OUTSIDE, _instance, plan] => outside::run(plan),
        [INSIDE, parent, plan] => inside::run(parent, plan),
        [PASTA, parent, rest @ ..] => pasta::become_it(parent, rest),
        _ => Err(io::Error::other("fika starts this program; it is of no use by itself")),
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    // The server hears it, if there is one on the line.
    let _gone = Line::at(rustix::stdio::stdin())
        .and_then(|line| line.send(&Said::Failed(error.to_string()), &[]));
    ExitCode::FAILURE
}

/// This program again, in another part.
fn again(part: &str) -> Command {
    let mut again = Command::new("/proc/self/exe");
    again.arg0("fika-netkeeper").args([part, &std::process::id().to_string()]);
    again
}

/// Ends this process when its parent does, however that ends.
fn tie_to(parent: &str) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let parent = parent.parse().ok().and_then(Pid::from_raw);
    match getppid() == parent {
        true => Ok(()),
        // It ended before we were tied to it.
        false => Err(io::ErrorKind::NotConnected.into()),
    }
}
