//! What the tests stand on.
//!
//! - [`server`]: the `fika` binary, started, watched and ended
//! - [`leaks`]: what a server must not leave behind
//! - [`http`]: HTTP/1.1 by hand, so that a test can send what no client library would
//! - [`sign`]: SigV4 by the published recipe, apart from fika's own
//! - [`api`]: the operations, signed
//! - [`zips`]: zip files, byte by byte
//! - [`project`]: a folder that somebody deploys from
//! - [`tools`]: the official clients, and the runtimes of this machine

pub mod api;
pub mod http;
pub mod leaks;
pub mod project;
pub mod server;
pub mod sign;
pub mod tools;
pub mod zips;

pub use api::{Client, Function, Invoked};
pub use http::{Connection, Request, Response};
pub use server::Server;
pub use zips::Zip;

use std::time::{Duration, Instant};

/// How long a test waits for something that must happen before it fails.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Asks again until there is an answer.
///
/// # Panics
/// When [`PATIENCE`] is over, saying what it waited for.
#[allow(clippy::disallowed_methods, reason = "polls another process, which cannot tell us")]
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
