//! From a save to the new code answering, with `fika dev`: the file is written, and the function is
//! called again and again until it gives the new answer.
//!
//! Beside it: how long `fika dev` says that it took, which ends when the server has the new version; and
//! the same save with a folder of packages beside the code.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::Effort;
use crate::figures::{Figure, Spread, Target};
use crate::http::Connection;
use crate::place::Place;
use crate::process::{Process, breathe, clean};
use crate::report::{Detail, Findings, say};
use crate::server::Server;

/// The server, and the names of what it leaves.
const NAME: &str = "reload";
/// What a save to the new answer may take, milliseconds.
const TARGET: f64 = 300.0;
/// Between two saves: what follows from the last one is over.
const PAUSE: Duration = Duration::from_millis(300);
/// How long an event, or a new answer, is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Events that wait to be looked at.
const EVENTS: usize = 1_024;
/// Files of packages, and how large each is.
const PACKAGES: (usize, usize) = (1_000, 8 * 1024);

/// A function whose answer is in its code.
struct Case {
    name: &'static str,
    file: &'static str,
    source: fn(usize) -> String,
    packages: bool,
}

const CASES: [Case; 3] = [
    Case { name: "node", file: "index.js", source: node, packages: false },
    Case { name: "python", file: "lambda_function.py", source: python, packages: false },
    Case { name: "node_packages", file: "index.js", source: node, packages: true },
];

fn node(serial: usize) -> String {
    format!("exports.handler = async () => ({serial});\n")
}

fn python(serial: usize) -> String {
    format!("def lambda_handler(event, context):\n    return {serial}\n")
}

/// All figures of reloads.
///
/// # Errors
/// When something cannot be started or gives a wrong answer.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    for case in &CASES {
        let (answered, told) =
            measure_one(place, effort, case).with_context(|| format!("reload: {}", case.name))?;
        let id = format!("reload.{}", case.name);
        let [ours, live] = [&answered, &told].map(|times| Spread::ms(times));
        let detail = |what, spread| Detail { what, unit: "ms", spread, rate: None, cpu: None };
        findings.details.push(detail(format!("{id}  answering"), ours));
        findings.details.push(detail(format!("{id}  as fika dev says"), live));
        let figure = Figure::new(id, "ms", ours.p50, live.p50, "as fika dev says");
        findings.figures.push(figure.target(Target::AtMost(TARGET)));
    }
    Ok(())
}

fn measure_one(
    place: &Place,
    effort: &Effort,
    case: &Case,
) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let code = place.dir.join("reload").join(case.name).join("code");
    fs::create_dir_all(&code)?;
    let file = code.join(case.file);
    fs::write(&file, (case.source)(0))?;
    if case.packages {
        add_packages(&code)?;
    }
    let (server, events) = start(place, &code)?;
    let request = server.invoke_request("code", &json!({}))?;
    let mut connection = Connection::open(server.address)?;
    let (mut answered, mut told) = (Vec::new(), Vec::new());
    for serial in 1..=effort.cold_starts + 1 {
        breathe(PAUSE);
        let begun = Instant::now();
        fs::write(&file, (case.source)(serial))?;
        let wanted = serial.to_string();
        while connection.exchange(&request)?.body != wanted.as_bytes() {
            if begun.elapsed() > PATIENCE {
                bail!("the new code does not answer");
            }
            // One call a millisecond or so: they must not take the processor from what they wait for.
            breathe(Duration::from_millis(1));
        }
        let took = begun.elapsed();
        let event = next(&events, "reloaded")?;
        let ms = event["ms"].as_u64().context("no time in what fika dev says")?;
        say(&format!(
            "reload.{} {serial}: {:.1} ms, told {ms}",
            case.name,
            took.as_secs_f64() * 1e3
        ));
        // The first brings files into memory.
        if serial > 1 {
            answered.push(took);
            told.push(Duration::from_millis(ms));
        }
    }
    server.stop()?;
    fs::remove_dir_all(&code).context("removing what was measured")?;
    Ok((answered, told))
}

/// What an ordinary function has beside its own code.
fn add_packages(code: &Path) -> Result<()> {
    let (count, size) = PACKAGES;
    for number in 0..count {
        let package = code.join(format!("node_modules/package-{}", number / 20));
        fs::create_dir_all(&package)?;
        let line = format!("exports.f{number} = (x) => x + {number};\n");
        fs::write(package.join(format!("{number}.js")), line.repeat(size / line.len()))?;
    }
    Ok(())
}

/// Starts `fika dev` on a folder; its server, when the function is there, and what it says from then
/// on.
fn start(place: &Place, code: &Path) -> Result<(Server, Receiver<Value>)> {
    let data = place.data(NAME);
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
    }
    let log = fs::File::create(place.dir.join(format!("{NAME}.log")))?;
    let mut dev = clean(&place.fika);
    dev.args(["dev", "--output", "json", "--listen", "127.0.0.1:0"]).arg(code);
    dev.arg("--data-dir").arg(&data);
    dev.arg("--runtimes-dir").arg(place.dir.join("runtimes"));
    dev.stdout(Stdio::piped()).stderr(Stdio::from(log));
    let mut process = Process::start("fika dev", &mut dev)?;
    let events = follow(process.stdout().context("its output goes elsewhere")?);
    let ready = next(&events, "ready")?;
    let url = ready["endpoint"].as_str().context("no endpoint")?;
    let address = url.trim_start_matches("http://").parse()?;
    next(&events, "deployed")?;
    Ok((Server::within(place, NAME, process, address)?, events))
}

fn follow(stdout: ChildStdout) -> Receiver<Value> {
    let (sender, events) = sync_channel(EVENTS);
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            // Each call is told of: what nobody looks for must not fill the queue.
            let wanted = !matches!(event["event"].as_str(), Some("answer" | "log"));
            if wanted && sender.send(event).is_err() {
                return;
            }
        }
    });
    events
}

fn next(events: &Receiver<Value>, kind: &str) -> Result<Value> {
    loop {
        let event = events.recv_timeout(PATIENCE).with_context(|| format!("no {kind}"))?;
        match event["event"].as_str() {
            Some(told) if told == kind => return Ok(event),
            Some("error") => bail!("fika dev says: {event}"),
            _ => {}
        }
    }
}
