//! Cold starts that miss any stock: the function's configuration changes, so its next call needs a
//! new sandbox. Each beside a bare start of the same program.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::Effort;
use crate::figures::{Figure, Spread, Target};
use crate::http::Connection;
use crate::place::Place;
use crate::process::{clean, until};
use crate::report::{Detail, Findings, say};
use crate::server::{Image, Server};

/// Memory of the functions: Lambda's default times eight, as in AWS's published figures.
const MEMORY_MB: u32 = 1_024;

/// One kind of start, and the bare start it is compared with.
struct Case<'a> {
    id: &'static str,
    function: &'a Path,
    bare_name: &'static str,
    target: Option<Target>,
    times: Vec<Duration>,
    bare: Vec<Duration>,
    /// The processes of its last sandbox.
    sandbox: HashSet<u32>,
}

impl<'a> Case<'a> {
    fn new(
        id: &'static str,
        function: &'a Path,
        bare_name: &'static str,
        target: Option<Target>,
    ) -> Self {
        let (times, bare, sandbox) = Default::default();
        Self { id, function, bare_name, target, times, bare, sandbox }
    }
}

/// The programs that are started bare, out of the images that fika starts.
pub struct Programs {
    node: Image,
    python: Image,
}

impl Programs {
    /// Those of this server.
    ///
    /// # Errors
    /// When one is missing.
    pub fn of(server: &Server) -> Result<Self> {
        Ok(Self { node: server.image("nodejs")?, python: server.image("python")? })
    }

    fn bare(&self, name: &str, place: &Place) -> Command {
        let mut command = match name {
            "node -e 0" => clean(self.node.root.join("var/lang/bin/node")),
            "python3 -c 0" => clean(self.python.root.join("var/lang/bin/python3")),
            _ => clean(&place.bootstrap),
        };
        match name {
            "node -e 0" => command.args(["-e", "0"]),
            "python3 -c 0" => command
                .args(["-c", "0"])
                .env("LD_LIBRARY_PATH", self.python.root.join("var/lang/lib")),
            _ => &mut command,
        };
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// All cold figures.
///
/// # Errors
/// When something cannot be started or fails.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let server = Server::start(place, "cold", &["--stock-memory", "0"])?;
    let mut cases = [
        Case::new("cold.node", &place.hello, "node -e 0", Some(Target::RatioAtMost(1.6))),
        Case::new("cold.node_module", &place.module, "node -e 0", None),
        Case::new("cold.python", &place.python, "python3 -c 0", None),
        Case::new("cold.static", &place.bootstrap, "bare spawn", Some(Target::AtMost(8.0))),
    ];
    for case in &cases {
        say(&format!("{}: deploying", case.id));
        server.deploy(&name(case), case.function, MEMORY_MB)?;
    }
    let programs = Programs::of(&server)?;
    let Programs { node, python } = &programs;
    findings.notes.push(format!("cold: {}, {}", node.source, python.source));
    for serial in 0..=effort.cold_starts {
        for case in &mut cases {
            let (time, bare) = once(&server, case, &programs, place, serial)
                .with_context(|| format!("{}, start {serial}", case.id))?;
            // The first brings files into memory that later starts find there.
            if serial > 0 {
                case.times.push(time);
                case.bare.push(bare);
            }
        }
    }
    server.stop()?;
    for case in &cases {
        findings.details.push(detail(format!("{}  fika", case.id), &case.times));
        findings.details.push(detail(format!("{}  {}", case.id, case.bare_name), &case.bare));
    }
    findings.figures.extend(cases.iter().map(figure));
    Ok(())
}

fn name(case: &Case<'_>) -> String {
    case.id.replace('.', "-")
}

fn once(
    server: &Server,
    case: &mut Case<'_>,
    programs: &Programs,
    place: &Place,
    serial: usize,
) -> Result<(Duration, Duration)> {
    server.renew(&name(case), serial)?;
    // The old sandbox is taken down in the background: that is not this start's cost.
    until(|| Ok(case.sandbox.is_disjoint(&server.process.tree())))
        .context("the old sandbox is not taken down")?;
    let before = server.process.tree();
    let time = cold_call(server, &name(case))?;
    case.sandbox = &server.process.tree() - &before;
    if case.sandbox.is_empty() {
        bail!("no process was started: this was no cold start");
    }
    let bare = bare_start(programs, case.bare_name, place)?;
    say(&format!("{} {serial}: {:.2} ms, bare {:.2} ms", case.id, ms(time), ms(bare)));
    Ok((time, bare))
}

/// A call on a connection of its own, from its first byte to its answer.
///
/// # Errors
/// When it fails.
pub fn cold_call(server: &Server, function: &str) -> Result<Duration> {
    let mut connection = Connection::open(server.address)?;
    let request = server.invoke_request(function, &json!({ "name": "fika" }))?;
    let begun = Instant::now();
    connection.send(&request)?;
    while !connection.receive_some()? {}
    let time = begun.elapsed();
    connection.response().must_succeed()?;
    Ok(time)
}

/// A bare start of one of the programs, until it has ended.
///
/// # Errors
/// When it fails.
pub fn bare_start(programs: &Programs, name: &str, place: &Place) -> Result<Duration> {
    let command = &mut programs.bare(name, place);
    let begun = Instant::now();
    let status = command.status().with_context(|| format!("starting {command:?}"))?;
    let time = begun.elapsed();
    if !status.success() {
        bail!("{command:?}: {status}");
    }
    Ok(time)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn figure(case: &Case<'_>) -> Figure {
    let [ours, bare] = [&case.times, &case.bare].map(|times| Spread::ms(times).p50);
    let figure = Figure::new(case.id, "ms", ours, bare, case.bare_name);
    match case.target {
        Some(target) => figure.target(target),
        None => figure,
    }
}

fn detail(what: String, times: &[Duration]) -> Detail {
    Detail { what, unit: "ms", spread: Spread::ms(times), rate: None, cpu: None }
}
