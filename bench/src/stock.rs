//! Cold starts beside a stock of prepared sandboxes: one that takes from it (hit), one that comes
//! right after and finds it empty (exhausted), and one where none is kept (miss). Each beside a
//! bare start of the same program.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::Effort;
use crate::cold::{Programs, bare_start, cold_call};
use crate::figures::{Figure, Spread, Target};
use crate::place::Place;
use crate::process::{breathe, until};
use crate::report::{Detail, Findings, say};
use crate::server::Server;

/// Memory of the functions, as for the other cold starts.
const MEMORY_MB: u32 = 1_024;
/// Two functions of one runtime: the second finds the stock empty.
const FUNCTIONS: [&str; 2] = ["first", "second"];
/// The kinds of starts, in the order of [`Case::times`].
const WAYS: [&str; 3] = ["hit", "exhausted", "miss"];
/// How long nothing may start or end before it is quiet.
const QUIET: Duration = Duration::from_millis(200);

/// One runtime.
struct Case<'a> {
    name: &'static str,
    function: &'a Path,
    bare_name: &'static str,
    /// Memory for exactly one prepared sandbox of it, MB.
    stock_mb: &'static str,
    /// What a hit is to reach.
    target: Option<Target>,
    times: [Vec<Duration>; 3],
    bare: Vec<Duration>,
}

/// All figures of a stock.
///
/// # Errors
/// When something cannot be started or fails.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let case = |name, function, bare_name, stock_mb, target| {
        let (times, bare) = Default::default();
        Case { name, function, bare_name, stock_mb, target, times, bare }
    };
    let node = Some(Target::RatioAtMost(0.25));
    let python = Some(Target::RatioAtMost(0.4));
    let cases = [
        case("node", &*place.hello, "node -e 0", "50", node),
        case("node_module", &place.module, "node -e 0", "50", None),
        case("python", &place.python, "python3 -c 0", "20", python),
        case("static", &place.bootstrap, "bare spawn", "2", Some(Target::AtMost(3.0))),
    ];
    for mut case in cases {
        measure_one(place, effort, &mut case).with_context(|| format!("stock: {}", case.name))?;
        for (way, times) in WAYS.iter().zip(&case.times) {
            let id = format!("stock.{way}.{}", case.name);
            findings.details.push(detail(format!("{id}  fika"), times));
            let [ours, bare] = [times, &case.bare].map(|times| Spread::ms(times).p50);
            let figure = Figure::new(id, "ms", ours, bare, case.bare_name);
            findings.figures.push(match case.target.filter(|_| *way == "hit") {
                Some(target) => figure.target(target),
                None => figure,
            });
        }
        let what = format!("stock.{}  {}", case.name, case.bare_name);
        findings.details.push(detail(what, &case.bare));
    }
    Ok(())
}

fn measure_one(place: &Place, effort: &Effort, case: &mut Case<'_>) -> Result<()> {
    let stocked =
        Server::start(place, "stock", &["--stock-memory", case.stock_mb, "--log", "info"])?;
    let bare = Server::start(place, "no-stock", &["--stock-memory", "0"])?;
    for server in [&stocked, &bare] {
        for function in FUNCTIONS {
            server.deploy(function, case.function, MEMORY_MB)?;
        }
    }
    let programs = Programs::of(&stocked)?;
    for serial in 0..=effort.cold_starts {
        for function in FUNCTIONS {
            stocked.renew(function, serial)?;
            bare.renew(function, serial)?;
        }
        quiet(&[&stocked, &bare])?;
        let [first, second] = FUNCTIONS;
        let hit = cold_call(&stocked, first)?;
        let exhausted = cold_call(&stocked, second)?;
        let miss = cold_call(&bare, first)?;
        let alone = bare_start(&programs, case.bare_name, place)?;
        let [h, e, m, a] = [hit, exhausted, miss, alone].map(|time| time.as_secs_f64() * 1e3);
        say(&format!(
            "stock.{} {serial}: hit {h:.2} ms, exhausted {e:.2}, miss {m:.2}, bare {a:.2}",
            case.name
        ));
        // The first brings files into memory, and warms the stock.
        if serial > 0 {
            for (times, time) in case.times.iter_mut().zip([hit, exhausted, miss]) {
                times.push(time);
            }
            case.bare.push(alone);
        }
    }
    bare.stop()?;
    let log = stocked.stop_and_read()?;
    let starts = effort.cold_starts;
    let wanted = format!("{starts} hit the stock, 1 missed, {} found it exhausted", starts + 1);
    if !log.contains(&wanted) {
        bail!("these were other starts than the names say; no {wanted:?} in its log:\n{log}");
    }
    Ok(())
}

/// Waits until sandboxes of earlier calls are gone, and the stock is full.
fn quiet(servers: &[&Server]) -> Result<()> {
    let mut last = HashSet::new();
    let mut since = Instant::now();
    until(|| {
        breathe(Duration::from_millis(20));
        let now = servers.iter().flat_map(|server| server.process.tree()).collect();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        Ok(since.elapsed() > QUIET)
    })
    .context("it does not become quiet")
}

fn detail(what: String, times: &[Duration]) -> Detail {
    Detail { what, unit: "ms", spread: Spread::ms(times), rate: None, cpu: None }
}
