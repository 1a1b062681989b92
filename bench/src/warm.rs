//! Warm calls: one client on the server's core and on another, then sixteen.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::Effort;
use crate::affinity::Cores;
use crate::figures::{Figure, Spread, Target, median};
use crate::load::{self, Question, Run};
use crate::peers::Peer;
use crate::place::Place;
use crate::procfs;
use crate::report::{Detail, Findings, say};
use crate::server::Server;

const FUNCTION: &str = "warm";
const EVENT: &str = r#"{"name":"fika"}"#;
const ANSWER: &[u8] = br#"{"message":"hello, fika"}"#;
/// Memory that buys one core on Lambda, so that fika's share of CPU is that of an ordinary process.
const MEMORY_MB: u32 = 1_769;
const CLIENTS: usize = 16;

/// Who is measured, all with the same Node and the same handler.
struct Contenders {
    fika: Server,
    emulator: Peer,
    node: Peer,
}

/// Their names, in the order of [`Contenders::all`].
const NAMES: [&str; 3] = ["fika", "RIE", "bare node"];

/// Who sends the load.
#[derive(Clone, Copy)]
enum Clients {
    /// One.
    One,
    /// Sixteen. The emulator takes one call at a time, and gets one client.
    Many,
}

impl Clients {
    /// Sixteen sandboxes are sixteen processes of Node that compile what is hot, each by itself.
    fn warm_ups(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Many => 8,
        }
    }
}

/// What a contender showed, a value for each round.
#[derive(Default)]
struct Seen {
    spreads: Vec<Spread>,
    rates: Vec<f64>,
    /// Milliseconds of CPU for each call.
    cpu: Vec<f64>,
}

/// All warm figures.
///
/// # Errors
/// When something cannot be started or gives a wrong answer.
pub fn measure(
    place: &Place,
    cores: &Cores,
    effort: &Effort,
    findings: &mut Findings,
) -> Result<()> {
    cores.pin(0)?;
    let pinned = Contenders::start(place, "pinned", &["--lanes", "1"])?;
    findings.notes.push(format!("warm: {}", pinned.fika.image("nodejs")?.source));
    for (id, core) in [("warm.same_core", 0), ("warm.other_core", 1)] {
        if core >= cores.count() {
            findings.notes.push(format!("{id} is left out: there is one core only"));
            continue;
        }
        cores.pin(core)?;
        let seen = pinned.rounds(id, Clients::One, effort)?;
        findings.figures.extend(latency_figures(id, &seen));
        findings.details.extend(details_of(id, &seen));
    }
    pinned.stop()?;
    cores.unpin()?;
    let free = Contenders::start(place, "free", &[])?;
    let seen = free.rounds("warm.c16", Clients::Many, effort)?;
    free.stop()?;
    findings.figures.extend(rate_figures("warm.c16", &seen));
    findings.details.extend(details_of("warm.c16", &seen));
    Ok(())
}

impl Contenders {
    fn start(place: &Place, name: &str, flags: &[&str]) -> Result<Self> {
        say(&format!("starting fika, the emulator and bare node ({name})"));
        let fika = Server::start(place, name, flags)?;
        fika.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
        let node = fika.image("nodejs")?.root.join("var/lang/bin/node");
        let emulator = Peer::emulator(place, &node)?;
        emulator.must_answer(EVENT, ANSWER).context("the emulator")?;
        let node = Peer::bare_node(place, &node)?;
        node.must_answer(EVENT, ANSWER).context("bare node")?;
        Ok(Self { fika, emulator, node })
    }

    fn stop(self) -> Result<()> {
        self.fika.stop()
    }

    /// Interleaved rounds, each in another order, after a warm-up that is not counted.
    fn rounds(&self, id: &str, clients: Clients, effort: &Effort) -> Result<[Seen; 3]> {
        let mut seen: [Seen; 3] = Default::default();
        for index in 0..NAMES.len() {
            self.run(index, clients, effort.warm_up * clients.warm_ups())?;
        }
        for round in 0..effort.rounds {
            for step in 0..NAMES.len() {
                let index = (round + step) % NAMES.len();
                let (run, cpu) = self.run(index, clients, effort.round)?;
                let spread = Spread::us(&run.latencies);
                let (name, rate) = (NAMES[index], run.rate());
                say(&format!(
                    "{id} round {}: {name} p50 {:.1} µs, {rate:.0}/s",
                    round + 1,
                    spread.p50
                ));
                seen[index].spreads.push(spread);
                seen[index].rates.push(rate);
                seen[index].cpu.push(cpu.as_secs_f64() * 1e3 / run.latencies.len() as f64);
            }
        }
        Ok(seen)
    }

    fn run(&self, index: usize, clients: Clients, time: Duration) -> Result<(Run, Duration)> {
        let (process, address, request) = match index {
            0 => {
                let event = json!({ "name": "fika" });
                let request = self.fika.invoke_request(FUNCTION, &event)?;
                (&self.fika.process, self.fika.address, request)
            }
            1 => (&self.emulator.process, self.emulator.address, self.emulator.request(EVENT)),
            _ => (&self.node.process, self.node.address, self.node.request(EVENT)),
        };
        let question = Question { request, answer: ANSWER.to_vec() };
        let before = procfs::cpu(process.pid());
        let run = match clients {
            Clients::Many if index != 1 => load::many(address, &question, CLIENTS, time),
            _ => load::one(address, &question, time),
        };
        let run = run.with_context(|| format!("load on {}", NAMES[index]))?;
        Ok((run, procfs::cpu(process.pid()).saturating_sub(before)))
    }
}

fn latency_figures(id: &str, seen: &[Seen; 3]) -> [Figure; 4] {
    let p50 = |index: usize| median(seen[index].spreads.iter().map(|spread| spread.p50));
    let p99 = |index: usize| median(seen[index].spreads.iter().map(|spread| spread.p99));
    let figure =
        |id: String, ours, baseline, name: &str| Figure::new(id, "µs", ours, baseline, name);
    [
        figure(id.into(), p50(0), p50(1), NAMES[1]).target(Target::RatioAtMost(0.5)),
        figure(format!("{id}.vs_node"), p50(0), p50(2), NAMES[2]),
        figure(format!("{id}.p99"), p99(0), p99(1), NAMES[1]).target(Target::AtMost(1_000.0)),
        figure(format!("{id}.p99.vs_node"), p99(0), p99(2), NAMES[2]),
    ]
}

fn rate_figures(id: &str, seen: &[Seen; 3]) -> [Figure; 3] {
    let rate = |index: usize| median(seen[index].rates.iter().copied());
    let p99 = |index: usize| median(seen[index].spreads.iter().map(|spread| spread.p99));
    [
        Figure::new(id, "/s", rate(0), rate(1), "RIE, 1 client"),
        Figure::new(format!("{id}.vs_node"), "/s", rate(0), rate(2), NAMES[2])
            .target(Target::RatioAtLeast(0.5)),
        Figure::new(format!("{id}.p99.vs_node"), "µs", p99(0), p99(2), NAMES[2]),
    ]
}

fn details_of<'a>(id: &'a str, seen: &'a [Seen; 3]) -> impl Iterator<Item = Detail> + 'a {
    NAMES.iter().zip(seen).map(move |(name, seen)| {
        let over = |value: fn(&Spread) -> f64| median(seen.spreads.iter().map(value));
        Detail {
            what: format!("{id}  {name}"),
            unit: "µs",
            spread: Spread { min: over(|s| s.min), p50: over(|s| s.p50), p99: over(|s| s.p99) },
            rate: Some(median(seen.rates.iter().copied())),
            cpu: Some(median(seen.cpu.iter().copied())),
        }
    })
}
