//! Events: how many are accepted for good, how soon one starts, how fast many are worked off.
//!
//! - `accepted`: 64 clients, each 202 after the disk has it; `start`: from the request to the function;
//!   `drain`: from a full queue to an empty one; `journal`: what all stands on, beside the bare disk
//! - [`Seen`]: what the server tells of it, on its page for Prometheus

mod accepted;
mod drain;
mod journal;
mod start;

use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::Effort;
use crate::affinity::Cores;
use crate::http::Connection;
use crate::peers::free_address;
use crate::place::Place;
use crate::report::Findings;
use crate::server::Server;

const MEMORY_MB: u32 = 1_769;

/// All figures of events.
///
/// # Errors
/// When something cannot be started, or an event is refused or lost.
pub fn measure(
    place: &Place,
    cores: &Cores,
    effort: &Effort,
    findings: &mut Findings,
) -> Result<()> {
    accepted::measure(place, cores, effort, findings)?;
    start::measure(place, effort, findings)?;
    drain::measure(place, effort, findings)?;
    journal::measure(place, effort, findings)
}

/// A server that tells what has come of events, with a function of the static program.
fn serve(place: &Place, name: &str, flags: &[&str]) -> Result<(Server, Page)> {
    let page = Page(free_address()?);
    let address = page.0.to_string();
    let flags = [&["--metrics", &address, "--stock-memory", "0"], flags].concat();
    let server = Server::start(place, name, &flags)?;
    server.deploy(name, &place.bootstrap, MEMORY_MB)?;
    Ok((server, page))
}

/// Where the server tells what it has counted.
struct Page(SocketAddr);

/// What it had counted at one moment.
#[derive(Debug, Clone, Copy)]
struct Seen {
    accepted: u64,
    delivered: u64,
    running: u64,
    commits: u64,
    syncs: u64,
}

impl Page {
    fn read(&self) -> Result<Seen> {
        let request = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\n\r\n", self.0);
        let mut connection = Connection::open(self.0)?;
        let response = connection.exchange(request.as_bytes())?;
        response.must_succeed()?;
        let text = String::from_utf8_lossy(response.body);
        let sum = |name: &str| sum(&text, name);
        Ok(Seen {
            accepted: sum("fika_events_accepted_total ")?,
            delivered: sum("fika_events_total{end=\"delivered\"} ")?,
            // None is told of while nothing runs or waits.
            running: sum("fika_events_running{").unwrap_or_default(),
            commits: sum("fika_journal_commits_total ")?,
            syncs: sum("fika_journal_syncs_total ")?,
        })
    }
}

/// The values of the lines that begin so, together.
fn sum(page: &str, begin: &str) -> Result<u64> {
    let lines = page.lines().filter(|line| line.starts_with(begin));
    let values = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
    values.reduce(|a, b| a + b).with_context(|| format!("the page has no {begin}"))
}

/// One that keeps the function busy for so long.
fn hold(ms: u64) -> Value {
    json!({ "hold": ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_page_are_added_up() {
        let page = "# HELP a_total x\na_total 7\nb{x=\"1\"} 2\nb{x=\"2\"} 3\n";
        assert_eq!(sum(page, "a_total ").expect("one"), 7);
        assert_eq!(sum(page, "b{").expect("two"), 5);
        assert!(sum(page, "c").is_err());
    }
}
