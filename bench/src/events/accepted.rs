//! Events accepted a second: 64 clients, and no 202 before the disk has the event.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use http::Method;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use super::{MEMORY_MB, Page, hold, serve};
use crate::Effort;
use crate::affinity::Cores;
use crate::bare::Bare;
use crate::figures::{Figure, Spread, Target, median};
use crate::load::{self, Run};
use crate::place::Place;
use crate::procfs;
use crate::report::{Detail, Findings, say};
use crate::server::Server;

const FUNCTION: &str = "accepted";
const CLIENTS: usize = 64;
/// How long each event would keep the function busy, of which one runs at a time: so next to none runs
/// while they are counted.
const HOLD_MS: u64 = 2_000;
/// The same requests are not sent for longer: SigV4 lets one be good for minutes.
const SIGNED_FOR: Duration = Duration::from_secs(1);

/// What one round showed.
struct Round {
    spread: Spread,
    rate: f64,
    /// Milliseconds of CPU for each event, of the server.
    cpu: f64,
    /// The same of the client.
    client: f64,
}

/// Its figures.
pub fn measure(
    place: &Place,
    cores: &Cores,
    effort: &Effort,
    findings: &mut Findings,
) -> Result<()> {
    let (server, page) = serve(place, FUNCTION, &[])?;
    let path = format!("/2017-10-31/functions/{FUNCTION}/concurrency");
    server.call(Method::PUT, &path, r#"{"ReservedConcurrentExecutions":1}"#)?;
    let bare = Bare::start(cores.count())?;
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    load(&server, effort.warm_up)?;
    let before = page.read()?;
    for number in 1..=effort.rounds {
        let (one, other) = (events(&server, effort.round)?, bare_round(&bare, effort.round)?);
        let Round { rate, cpu, client, .. } = one;
        say(&format!(
            "events.accepted round {number}: {rate:.0}/s, {cpu:.3} ms of CPU each and {client:.3} \
             the client; bare {:.0}/s",
            other.rate
        ));
        ours.push(one);
        floor.push(other);
    }
    let shared = shared(&page, before)?;
    server.stop()?;
    let of = |rounds: &[Round], value: fn(&Round) -> f64| median(rounds.iter().map(value));
    let (rate, least) = (of(&ours, |round| round.rate), of(&floor, |round| round.rate));
    findings.figures.push(
        Figure::new("events.accepted", "/s", rate, least, "bare HTTP 202")
            .target(Target::AtLeast(20_000.0)),
    );
    findings.details.extend([("fika", &ours), ("bare HTTP 202", &floor)].map(|(who, rounds)| {
        let spread = Spread {
            min: of(rounds, |round| round.spread.min),
            p50: of(rounds, |round| round.spread.p50),
            p99: of(rounds, |round| round.spread.p99),
        };
        let (rate, cpu) = (Some(of(rounds, |round| round.rate)), Some(of(rounds, |r| r.cpu)));
        Detail { what: format!("events.accepted  {who}"), unit: "µs", spread, rate, cpu }
    }));
    findings.notes.push(format!(
        "events.accepted: {CLIENTS} clients on one thread, of {:.3} CPU s / 1,000 by itself; each \
         event signed and checked, and on disk before its 202, {shared:.1} for each sync; all for a \
         function of {MEMORY_MB} MB that is busy (one call at a time, 2 s each), so next to none runs",
        of(&ours, |round| round.client)
    ));
    Ok(())
}

/// How many events shared a wait for the disk; fails if any was taken that is not in the journal.
fn shared(page: &Page, before: super::Seen) -> Result<f64> {
    let after = page.read()?;
    let (accepted, commits) = (after.accepted - before.accepted, after.commits - before.commits);
    if commits < accepted {
        bail!("{accepted} events were accepted by {commits} commits");
    }
    Ok(commits as f64 / (after.syncs - before.syncs).max(1) as f64)
}

fn events(server: &Server, time: Duration) -> Result<Round> {
    let (cpu, client) = (procfs::cpu(server.process.pid()), own_cpu());
    let run = load(server, time)?;
    let client = own_cpu().saturating_sub(client);
    Ok(round(&run, procfs::cpu(server.process.pid()).saturating_sub(cpu), client))
}

fn round(run: &Run, cpu: Duration, client: Duration) -> Round {
    let each = |time: Duration| time.as_secs_f64() * 1e3 / run.latencies.len() as f64;
    let spread = Spread::us(&run.latencies);
    Round { spread, rate: run.rate(), cpu: each(cpu), client: each(client) }
}

/// Each client sends an event of its own, signed anew every second.
fn load(server: &Server, time: Duration) -> Result<Run> {
    let signed = || -> Result<Vec<Vec<u8>>> {
        (0..CLIENTS).map(|client| server.event_request(FUNCTION, &event(client))).collect()
    };
    let (mut requests, mut since) = (signed()?, Instant::now());
    load::crowd(
        server.address,
        CLIENTS,
        time,
        |client, connection| {
            if since.elapsed() > SIGNED_FOR {
                (requests, since) = (signed()?, Instant::now());
            }
            connection.send(&requests[client])
        },
        |response| response.must_have_status(202),
    )
}

fn event(client: usize) -> serde_json::Value {
    let mut event = hold(HOLD_MS);
    event["client"] = json!(client);
    event
}

/// The same client and a request as long, to a server that only answers.
fn bare_round(bare: &Bare, time: Duration) -> Result<Round> {
    let body = event(0).to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {}\r\nx-amz-invocation-type: Event\r\nauthorization: {}\r\n\
         content-length: {}\r\n\r\n{body}",
        bare.address,
        "x".repeat(220),
        body.len()
    );
    let (all, client) = (process_cpu(), own_cpu());
    let run = load::crowd(
        bare.address,
        CLIENTS,
        time,
        |_, connection| connection.send(request.as_bytes()),
        |response| response.must_have_status(202),
    )?;
    let client = own_cpu().saturating_sub(client);
    Ok(round(&run, process_cpu().saturating_sub(all + client), client))
}

/// CPU time of this thread, which is the client.
fn own_cpu() -> Duration {
    cpu_of(ClockId::ThreadCPUTime)
}

/// And of this process, which is client and bare server.
fn process_cpu() -> Duration {
    cpu_of(ClockId::ProcessCPUTime)
}

fn cpu_of(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
