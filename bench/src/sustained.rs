//! Starts without a pause: each call is a function's whose last sandbox has ended.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::figures::{Figure, Target};
use crate::http::Connection;
use crate::interrupt;
use crate::many::bare_rate;
use crate::place::Place;
use crate::process::until;
use crate::report::{Findings, say};
use crate::server::Server;

/// Enough that none is called again before its sandbox has gone.
const FUNCTIONS: usize = 900;
/// How long a sandbox is kept that does nothing: the least there is.
const KEEP_ALIVE_S: &str = "1";
/// Clients, each with one call at a time.
const CLIENTS: usize = 4;
const MEMORY_MB: u32 = 128;

/// What the static program answers.
#[derive(Deserialize)]
struct Arrival {
    /// The sandbox's log stream, which no two sandboxes share.
    stream: String,
}

/// Starts a second over that time, every one of them cleaned up.
///
/// # Errors
/// When something fails, or a sandbox served twice or stayed.
pub fn measure(place: &Place, time: Duration, findings: &mut Findings) -> Result<()> {
    let server =
        Server::start(place, "sustained", &["--keep-alive", KEEP_ALIVE_S, "--stock-memory", "0"])?;
    say(&format!("starts.sustained: making {FUNCTIONS} functions"));
    let requests = deploy(&server, &place.bootstrap)?;
    let alone = server.process.tree();
    let begun = Instant::now();
    let streams = storm(&server, &requests, begun + time)?;
    let last = begun.elapsed();
    until(|| Ok(server.process.tree().is_subset(&alone))).context("sandboxes are left")?;
    server.stop()?;
    let distinct: HashSet<&String> = streams.iter().collect();
    if distinct.len() != streams.len() {
        bail!("{} sandboxes served {} calls", distinct.len(), streams.len());
    }
    let rate = streams.len() as f64 / last.as_secs_f64();
    say(&format!("starts.sustained: {} in {last:?}, {rate:.0}/s", streams.len()));
    let figure = Figure::new("starts.sustained", "/s", rate, bare_rate(place)?, "bare spawns");
    findings.figures.push(figure.target(Target::AtLeast(150.0)));
    Ok(())
}

/// Makes the functions; gives a call for each.
fn deploy(server: &Server, program: &Path) -> Result<Vec<Vec<u8>>> {
    let names: Vec<String> = (0..FUNCTIONS).map(|number| format!("sustained-{number}")).collect();
    server.create_all(&names, program, MEMORY_MB)?;
    names.iter().map(|name| server.invoke_request(name, &json!({}))).collect()
}

/// Calls one function after the other until it is time; gives the streams of the answers.
fn storm(server: &Server, requests: &[Vec<u8>], end: Instant) -> Result<Vec<String>> {
    let parts: Vec<Result<Vec<String>>> = std::thread::scope(|scope| {
        let client = |first: usize| {
            scope.spawn(move || {
                let mut connection = Connection::open(server.address)?;
                let mut streams = Vec::new();
                for request in requests.iter().skip(first).step_by(CLIENTS).cycle() {
                    if Instant::now() >= end {
                        break;
                    }
                    interrupt::check()?;
                    let response = connection.exchange(request)?;
                    response.must_succeed()?;
                    streams.push(serde_json::from_slice::<Arrival>(response.body)?.stream);
                }
                Ok(streams)
            })
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        let joined = clients.into_iter().map(|client| client.join());
        joined.map(|part| part.unwrap_or_else(|_| bail!("a client panicked"))).collect()
    });
    Ok(parts.into_iter().collect::<Result<Vec<_>>>()?.concat())
}
