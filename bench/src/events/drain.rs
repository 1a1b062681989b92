//! From a full queue to an empty one.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use super::{MEMORY_MB, Page, Seen, hold, serve};
use crate::Effort;
use crate::figures::Figure;
use crate::load;
use crate::place::Place;
use crate::process::until;
use crate::report::{Findings, say};
use crate::server::Server;

const FUNCTION: &str = "drain";
/// Sandboxes there is room for, and calls at once.
const AT_ONCE: usize = 16;
const CLIENTS: usize = 64;
/// How long the queue is filled, in rounds.
const FILL: u32 = 2;

/// Its figure.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    // A limit of the function's own would also be one of calls a second, ten times as many.
    let room = (AT_ONCE * MEMORY_MB as usize).to_string();
    let (server, page) = serve(place, FUNCTION, &["--memory", &room])?;
    let calls = calls(&server, effort)?;
    let before = page.read()?;
    let time = effort.round * FILL;
    // All sandboxes are busy until the queue is full.
    let busy = time + Duration::from_secs(2);
    let busy = server.event_request(FUNCTION, &hold(u64::try_from(busy.as_millis())?))?;
    load::burst(server.address, &busy, AT_ONCE)?;
    until(|| Ok(page.read()?.running == AT_ONCE as u64)).context("not all sandboxes are busy")?;
    let event = server.event_request(FUNCTION, &json!({}))?;
    load::crowd(
        server.address,
        CLIENTS,
        time,
        |_, connection| connection.send(&event),
        |response| response.must_have_status(202),
    )?;
    let (events, took) = empty(&page, before)?;
    server.stop()?;
    let rate = events as f64 / took.as_secs_f64();
    say(&format!("events.drain: {events} in {took:?}, {rate:.0}/s; {calls:.0} calls/s"));
    findings.figures.push(Figure::new(
        "events.drain",
        "/s",
        rate,
        calls,
        format!("{AT_ONCE} clients' calls"),
    ));
    findings.notes.push(format!(
        "events.drain: {events} events that waited, through {AT_ONCE} warm sandboxes of the static \
         program, each event's end on disk; beside calls of the same function"
    ));
    Ok(())
}

/// Calls a second that are waited for, of the same function.
fn calls(server: &Server, effort: &Effort) -> Result<f64> {
    let call = server.invoke_request(FUNCTION, &json!({}))?;
    let run = |time| {
        load::crowd(
            server.address,
            AT_ONCE,
            time,
            |_, connection| connection.send(&call),
            |response| response.must_succeed(),
        )
    };
    run(effort.warm_up)?;
    Ok(run(effort.round * FILL)?.rate())
}

/// Waits until all that were accepted since then are delivered. How many, and in what time, since those
/// ended that kept the others waiting.
fn empty(page: &Page, before: Seen) -> Result<(u64, Duration)> {
    let busy = before.delivered + AT_ONCE as u64;
    let mut first = None;
    loop {
        let mut seen = page.read()?;
        until(|| {
            let now = page.read()?;
            let moved = now.delivered > seen.delivered;
            seen = now;
            Ok(moved)
        })
        .context("no event is delivered any more")?;
        if seen.delivered < busy {
            continue;
        }
        let (at, begun) = *first.get_or_insert_with(|| (seen.delivered, Instant::now()));
        if seen.delivered - before.delivered == seen.accepted - before.accepted {
            return Ok((seen.delivered - at, begun.elapsed()));
        }
    }
}
