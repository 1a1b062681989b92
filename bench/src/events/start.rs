//! From the request to the function: how much later an event starts than a call that is waited for.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::json;

use super::{MEMORY_MB, serve};
use crate::Effort;
use crate::figures::{Figure, Spread};
use crate::http::Connection;
use crate::interrupt;
use crate::many::monotonic;
use crate::place::Place;
use crate::process::breathe;
use crate::report::{Detail, Findings, say};

const FUNCTION: &str = "start";
/// Between two requests: the one before is over, and its sandbox not yet frozen.
const PAUSE: Duration = Duration::from_millis(5);
/// How often that is waited for an event.
const PATIENCE: usize = 400;

/// What the static program answers: when this call arrived, and when the one before, nanoseconds of the
/// monotonic clock.
#[derive(Deserialize)]
struct Arrival {
    at: u64,
    before: u64,
}

/// Its figures.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    // There is room for one sandbox, so that the next call can tell of the event.
    let (server, _) = serve(place, FUNCTION, &["--memory", &MEMORY_MB.to_string()])?;
    let (event, call) = (json!({ "event": true }), json!({ "event": false }));
    let (event, call) =
        (server.event_request(FUNCTION, &event)?, server.invoke_request(FUNCTION, &call)?);
    let mut connection = Connection::open(server.address)?;
    connection.exchange(&call)?.must_succeed()?;
    let (mut events, mut calls) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    let time = effort.round * u32::try_from(effort.rounds).unwrap_or(1);
    while begun.elapsed() < time {
        interrupt::check()?;
        breathe(PAUSE);
        let sent = monotonic();
        connection.exchange(&event)?.must_have_status(202)?;
        let (began, asked, answered) = after(&mut connection, &call, sent)?;
        events.push(Duration::from_nanos(began - sent));
        calls.push(Duration::from_nanos(answered - asked));
    }
    server.stop()?;
    let (event, call) = (Spread::us(&events), Spread::us(&calls));
    say(&format!("events.start: {:.0} µs, a call {:.0} µs", event.p50, call.p50));
    findings.figures.extend([
        Figure::new("events.start", "µs", event.p50, call.p50, "a call"),
        Figure::new("events.start.p99", "µs", event.p99, call.p99, "a call"),
    ]);
    findings.details.extend([("an event", event), ("a call", call)].map(|(who, spread)| {
        let what = format!("events.start  {who}");
        Detail { what, unit: "µs", spread, rate: None, cpu: None }
    }));
    findings.notes.push(format!(
        "events.start: from the request to the arrival in the function, one warm sandbox, an event \
         and a call by turns, {PAUSE:?} between"
    ));
    Ok(())
}

/// When the event began that was sent then; and of the call that tells so, when it was sent and began.
fn after(connection: &mut Connection, call: &[u8], sent: u64) -> Result<(u64, u64, u64)> {
    for _ in 0..PATIENCE {
        breathe(PAUSE);
        let asked = monotonic();
        let response = connection.exchange(call)?;
        response.must_succeed()?;
        let Arrival { at, before } = serde_json::from_slice(response.body)?;
        if before > sent {
            return Ok((before, asked, at));
        }
    }
    bail!("an event does not start")
}
