//! Many sandboxes at once: how fast they come and go, and what an idle one costs.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::json;

use crate::Effort;
use crate::figures::{Figure, Target, median};
use crate::load;
use crate::peers::Peer;
use crate::place::Place;
use crate::process::{clean, until};
use crate::procfs;
use crate::report::{Findings, say};
use crate::server::Server;

const FUNCTION: &str = "many";
const MEMORY_MB: u32 = 128;
/// Sandboxes at once. Rounds of them stay below Lambda's 1,000 new sandboxes in 10 s.
const SANDBOXES: usize = 64;
/// How long each is kept busy, so that none serves two of a round.
const HOLD: Duration = Duration::from_millis(1_500);
const MB: f64 = 1024.0 * 1024.0;

/// What the static program answers.
#[derive(Deserialize)]
struct Arrival {
    /// When the event arrived, nanoseconds of the monotonic clock.
    at: u64,
    /// The sandbox's log stream, which no two sandboxes share.
    stream: String,
}

/// Starts a second, memory at rest, memory of idle sandboxes.
///
/// # Errors
/// When something cannot be started or fails.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let server = Server::start(place, "many", &["--stock-memory", "0"])?;
    let at_rest = procfs::resident(server.process.pid())? as f64;
    let rest = Figure::new("rss.rest", "MB", at_rest / MB, emulator_at_rest(place)?, "RIE at rest")
        .target(Target::AtMost(40.0));
    server.deploy(FUNCTION, &place.bootstrap, MEMORY_MB)?;
    let alone = server.process.tree();
    let (mut rates, mut bare_rates) = (Vec::new(), Vec::new());
    let mut idle = Vec::new();
    for serial in 0..=effort.start_rounds {
        let (rate, memory) = round(&server, &alone, serial, at_rest)?;
        let bare = bare_rate(place)?;
        say(&format!("starts {serial}: {rate:.0} sandboxes/s, bare {bare:.0}/s"));
        // The first round makes what later ones find.
        if serial > 0 {
            rates.push(rate);
            bare_rates.push(bare);
        }
        if serial == 0 {
            idle = memory;
        }
    }
    server.stop()?;
    let starts =
        Figure::new("starts.per_second", "/s", median(rates), median(bare_rates), "bare spawns");
    findings.figures.extend([starts, rest].into_iter().chain(idle));
    Ok(())
}

/// A round: all start, all idle, all go. Gives sandboxes a second, and what idle ones cost.
fn round(
    server: &Server,
    alone: &HashSet<u32>,
    serial: usize,
    at_rest: f64,
) -> Result<(f64, Vec<Figure>)> {
    let request = server.invoke_request(FUNCTION, &json!({ "hold": HOLD.as_millis() as u64 }))?;
    let before = monotonic();
    let (_, bodies) = load::burst(server.address, &request, SANDBOXES)?;
    let starting = Duration::from_nanos(last_arrival(&bodies)?.saturating_sub(before));
    let memory = if serial == 0 { idle_memory(server, alone, at_rest)? } else { Vec::new() };
    let begun = Instant::now();
    server.renew(FUNCTION, serial)?;
    until(|| Ok(server.process.tree().is_subset(alone))).context("sandboxes are left")?;
    let ending = begun.elapsed();
    Ok((SANDBOXES as f64 / (starting + ending).as_secs_f64(), memory))
}

fn last_arrival(bodies: &[Vec<u8>]) -> Result<u64> {
    let arrivals: Vec<Arrival> =
        bodies.iter().map(|body| serde_json::from_slice(body)).collect::<Result<_, _>>()?;
    let streams: HashSet<&str> = arrivals.iter().map(|arrival| arrival.stream.as_str()).collect();
    if streams.len() != bodies.len() {
        bail!("{} sandboxes served {} calls: some were reused", streams.len(), bodies.len());
    }
    arrivals.iter().map(|arrival| arrival.at).max().context("no calls")
}

fn idle_memory(server: &Server, alone: &HashSet<u32>, at_rest: f64) -> Result<Vec<Figure>> {
    let with = procfs::resident(server.process.pid())? as f64;
    let each = (with - at_rest) / SANDBOXES as f64 / 1024.0;
    let processes = &server.process.tree() - alone;
    let shares = processes.iter().map(|pid| procfs::proportional(*pid));
    let all: u64 = shares.sum::<Result<u64>>()?;
    let own = all as f64 / SANDBOXES as f64 / 1024.0;
    let name = format!("its {} processes", processes.len() / SANDBOXES);
    Ok(vec![Figure::new("rss.per_sandbox", "KB", each, own, name)])
}

/// Resident memory of the emulator before its first call, when it has started nothing, MB.
fn emulator_at_rest(place: &Place) -> Result<f64> {
    let emulator = Peer::emulator(place, &place.bootstrap)?;
    Ok(procfs::resident(emulator.process.pid())? as f64 / MB)
}

/// Spawns of the static program a second, one after the other.
///
/// # Errors
/// When it cannot be started.
pub fn bare_rate(place: &Place) -> Result<f64> {
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_millis(300) {
        clean(&place.bootstrap).status().context("starting the static program")?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// Nanoseconds of the monotonic clock, which every process of this machine reads alike.
pub fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0)).as_nanos()
        as u64
}
