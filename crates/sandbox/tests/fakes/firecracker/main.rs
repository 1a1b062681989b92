//! Not Firecracker, but a fake of its API, for tests: it takes the calls that the real one takes,
//! in the order in which it takes them, and refuses everything else as it does. It runs no guest;
//! in the place of one it connects to the host as fika's init does, and says what init would.
//!
//! - [`http`]: one call at a time
//! - [`machine`]: what each call does to the machine
//! - [`guest`]: in the place of a guest
//!
//! Its own name may say what it is to do wrong: `fake-firecracker.refuses-vsock` refuses every call
//! whose path has `vsock` in it, `fake-firecracker.dies` ends when it is to start a guest, and
//! `fake-firecracker.old` is of an old version.
#![forbid(unsafe_code)]
// A machine ends where its guest does, which is in the midst of things.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

mod guest;
mod http;
mod machine;

use std::io;
use std::os::unix::net::UnixListener;

use machine::Machine;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    let wrong = program.rsplit_once("fake-firecracker.").map_or("", |(_, wrong)| wrong);
    let arguments: Vec<String> = arguments.collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--version"] => {
            println!("Firecracker v{}\n", if wrong == "old" { "1.7.0" } else { "1.17.0" });
            Ok(())
        }
        ["--api-sock", socket, "--id", id] if is_id(id) => serve(socket, wrong),
        _ => {
            eprintln!("Error: ParseArguments({arguments:?})");
            std::process::exit(153);
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Answers one connection after the other, for ever.
fn serve(socket: &str, wrong: &str) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    let mut machine = Machine::new(wrong.into());
    for connection in listener.incoming() {
        http::answer(connection?, |method, path, body| machine.call(method, path, body))?;
    }
    Ok(())
}
