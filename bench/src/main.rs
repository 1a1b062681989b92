//! `make bench`: fika beside bare Node and AWS's Runtime Interface Emulator, in one run.
//!
//! The method: clean environments, pinned ends, the same Node and the same handler, keep-alive,
//! interleaved rounds, and the median of the rounds. Absolute figures drift from day to day and
//! from machine to machine; compare the ratios.
//!
//! - `warm`, `console`, `cold`, `stock`, `frozen`, `many`, `sustained`, `catalogue`, `microvm`, `events`,
//!   `reload`: what is measured
//! - `server`, `peers`, `bare`: who is measured; `place`: the functions they run
//! - `load`, `http`: the client; `affinity`: the cores it all runs on
//! - `process`, `procfs`, `interrupt`: started, watched, and ended whatever happens
//! - `figures`, `report`: what comes of it
#![forbid(unsafe_code)]

mod affinity;
mod bare;
mod catalogue;
mod cold;
mod console;
mod events;
mod figures;
mod frozen;
mod http;
mod interrupt;
mod load;
mod many;
mod microvm;
mod peers;
mod place;
mod process;
mod procfs;
mod reload;
mod report;
mod server;
mod stock;
mod sustained;
mod warm;

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use crate::affinity::Cores;
use crate::place::Place;
use crate::report::{Findings, say};

/// Measures fika beside bare Node and AWS's Runtime Interface Emulator.
#[derive(Debug, Parser)]
#[command(name = "fika-bench")]
struct Args {
    /// Fewer and shorter rounds: a smoke test whose figures prove little.
    #[arg(long)]
    quick: bool,
    /// Only these parts.
    #[arg(long, value_enum, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Warm calls.
    Warm,
    /// Warm calls beside an open console.
    Console,
    /// Cold starts.
    Cold,
    /// Cold starts out of a stock of prepared sandboxes, and beside it.
    Stock,
    /// The first call after a freeze.
    Freeze,
    /// Starts a second, and memory.
    Many,
    /// Starts a second, for some time.
    Sustained,
    /// Twenty thousand functions: start, memory, list, warm calls.
    Catalogue,
    /// MicroVMs: boot, restore, warm calls, memory.
    Microvm,
    /// Events: accepted a second, time to their start, a full queue worked off, the journal.
    Events,
    /// From a save to the new code answering.
    Reload,
}

/// How long and how often.
#[derive(Debug, Clone, Copy)]
struct Effort {
    warm_up: Duration,
    round: Duration,
    rounds: usize,
    cold_starts: usize,
    start_rounds: usize,
    sustained: Duration,
}

const FULL: Effort = Effort {
    warm_up: Duration::from_secs(1),
    round: Duration::from_secs(1),
    rounds: 7,
    cold_starts: 40,
    start_rounds: 5,
    sustained: Duration::from_secs(10),
};

const QUICK: Effort = Effort {
    warm_up: Duration::from_millis(300),
    round: Duration::from_millis(200),
    rounds: 3,
    cold_starts: 5,
    start_rounds: 2,
    sustained: Duration::from_secs(2),
};

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    interrupt::listen()?;
    let cores = Cores::allowed()?;
    let effort = if args.quick { &QUICK } else { &FULL };
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let place = Place::prepare()?;
    let mut findings = Findings { notes: notes(&cores, effort), ..Findings::default() };
    if wanted(Part::Warm) {
        warm::measure(&place, &cores, effort, &mut findings)?;
    }
    if wanted(Part::Console) {
        console::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Cold) {
        cold::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Stock) {
        stock::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Freeze) {
        frozen::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Many) {
        many::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Sustained) {
        sustained::measure(&place, effort.sustained, &mut findings)?;
    }
    if wanted(Part::Catalogue) {
        catalogue::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Microvm) {
        microvm::measure(&place, effort, &mut findings)?;
    }
    if wanted(Part::Events) {
        events::measure(&place, &cores, effort, &mut findings)?;
    }
    if wanted(Part::Reload) {
        reload::measure(&place, effort, &mut findings)?;
    }
    findings.notes.push(format!("load average at the end {}", load_average()));
    report::print(&findings)?;
    report::save(&findings.figures, &place.dir.join("results.json"))
}

fn notes(cores: &Cores, effort: &Effort) -> Vec<String> {
    let Effort { round, rounds, cold_starts, .. } = effort;
    vec![
        format!(
            "{} cores of {}, Linux {}; load average at the start {}",
            cores.count(),
            processor(),
            first_line("/proc/sys/kernel/osrelease"),
            load_average()
        ),
        format!(
            "warm: medians of {rounds} interleaved rounds of {round:?}; closed loop; fika checks a \
             SigV4 signature and writes the log of every call"
        ),
        "same_core, other_core: servers and Node on one core, the client there or on another; \
         c16: nothing pinned, fika with a lane for each core"
            .into(),
        "RIE: aws-sam-cli's Runtime Interface Emulator with fika's own Node client; one call at a \
         time, no auth, no wall"
            .into(),
        format!(
            "cold: a changed configuration, then one call; no stock; medians of {cold_starts}; the \
             bare programs are those of fika's images"
        ),
        "stock: one prepared sandbox kept; hit takes it, exhausted comes right after, miss is a \
         server that keeps none; with the change of the configuration before each"
            .into(),
        "microVMs: restore and boot of a guest with init alone, interleaved; warm: one client, beside \
         the runtime's loop with a bare Runtime API in the same kind of guest, pausing for as long as \
         a call through the jail takes; memory: what the monitor holds beside the guest's own, idle \
         for 3 s, by proportional share"
            .into(),
        "catalogue: two servers started in turn on data directories that stay, one with a single \
         function, one with 20,000 more; to the first line, then 50 pages of ListFunctions, then warm \
         calls of the same function; memory is resident at the first line"
            .into(),
        "console: warm calls while four look at the machine room, and while nobody does; rounds of 2 s \
         or more"
            .into(),
        "reload: from the write of a file to the first answer of the new code, calling all the while; \
         `fika dev` with its own server; node_packages: with 1,000 files of 8 KB beside it"
            .into(),
        "starts: 64 sandboxes at once, from the first request to the last process gone; bare \
         spawns one after the other"
            .into(),
    ]
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name"));
    name.map_or("?", |name| name.trim_start_matches([' ', '\t', ':'])).to_owned()
}

fn load_average() -> String {
    first_line("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned()
}

fn first_line(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}
