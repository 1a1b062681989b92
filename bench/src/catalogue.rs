//! Twenty thousand functions: what a start, memory, a page of the list and a warm call cost beside
//! a server that has one.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fika_aws::generated::lambda::{
    CreateFunctionInput, Environment, FunctionCode, GetFunctionConfigurationInput,
};
use fika_control::{Control, ControlOptions, Preparation, Prepared, VersionEvents};
use fika_model::{FunctionVersion, Scope, VersionUid};
use fika_store::{Blobs, Store};
use http::Method;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::Effort;
use crate::figures::{Figure, Spread, Target, median};
use crate::load::{self, Question};
use crate::place::Place;
use crate::procfs;
use crate::report::{Findings, say};
use crate::server::{API, Server, zip_of};

/// Functions beside the one that is called.
const FUNCTIONS: usize = 20_000;
/// Creations under way at once: they share their waits for the disk.
const AT_ONCE: usize = 256;
const FUNCTION: &str = "warm";
const ANSWER: &[u8] = br#"{"message":"hello, fika"}"#;
const MEMORY_MB: u32 = 1_769;
const PAGES: usize = 50;

/// One server as it was found.
#[derive(Default)]
struct Seen {
    /// From the start of the process to its first line, milliseconds.
    starts: Vec<f64>,
    /// Processor time up to that line, milliseconds: what a start costs on a machine that is busy.
    cpu: Vec<f64>,
    /// Resident bytes before the first call.
    resident: Vec<f64>,
    /// Median of warm calls, microseconds, a value a round.
    warm: Vec<f64>,
    /// A page of ListFunctions, milliseconds.
    pages: Vec<f64>,
}

/// The servers: one function, and all.
const SERVERS: [&str; 2] = ["catalogue-one", "catalogue-full"];
const FLAGS: &[&str] = &["--stock-memory", "0"];

/// All figures of the catalogue.
///
/// # Errors
/// When something cannot be started or gives a wrong answer.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let mut own_json = 0.0;
    for name in SERVERS {
        let server = Server::start(place, name, FLAGS)?;
        server.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
        let scope = server.scope()?;
        server.halt()?;
        if name == SERVERS[1] {
            say(&format!("making {FUNCTIONS} functions"));
            own_json = fill(&place.data(name), &scope, &zip_of(&place.hello.join("index.js"))?)?;
        }
    }
    let mut seen: [Seen; 2] = Default::default();
    for round in 0..effort.start_rounds {
        // Each goes first as often as the other, or nearly.
        for step in 0..SERVERS.len() {
            let index = (round + step) % SERVERS.len();
            visit(place, SERVERS[index], &mut seen[index], effort)?;
        }
        let told = |seen: &Seen| seen.starts.last().copied().unwrap_or_default();
        say(&format!("start {round}: {:.0} ms, {:.0} ms with all", told(&seen[0]), told(&seen[1])));
    }
    findings.figures.extend(figures(&seen, own_json));
    for name in SERVERS {
        fs::remove_dir_all(place.data(name)).context("removing what was measured")?;
    }
    Ok(())
}

/// A start, its memory, pages, and a stretch of warm calls.
fn visit(place: &Place, name: &str, seen: &mut Seen, effort: &Effort) -> Result<()> {
    let begun = Instant::now();
    let server = Server::again(place, name, FLAGS)?;
    seen.starts.push(begun.elapsed().as_secs_f64() * 1e3);
    seen.cpu.push(procfs::cpu(server.process.pid()).as_secs_f64() * 1e3);
    seen.resident.push(procfs::resident(server.process.pid())? as f64);
    let mut marker = String::new();
    for _ in 0..PAGES {
        let begun = Instant::now();
        let path = format!("{API}?{marker}MaxItems=50");
        let page = server.call(Method::GET, &path, "")?;
        seen.pages.push(begun.elapsed().as_secs_f64() * 1e3);
        let Some(next) = page["NextMarker"].as_str() else { break };
        marker = format!("Marker={next}&");
    }
    let request = server.invoke_request(FUNCTION, &json!({ "name": "fika" }))?;
    let question = Question { request, answer: ANSWER.to_vec() };
    load::one(server.address, &question, effort.warm_up)?;
    let run = load::one(server.address, &question, effort.round)?;
    seen.warm.push(Spread::us(&run.latencies).p50);
    server.halt()
}

fn figures([one, full]: &[Seen; 2], own_json: f64) -> [Figure; 5] {
    let figure = |id: &str, unit, of: fn(&Seen) -> &Vec<f64>| {
        let value = |seen: &Seen| median(of(seen).iter().copied());
        Figure::new(id, unit, value(full), value(one), "one function")
    };
    let memory = |seen: &Seen| median(seen.resident.iter().copied());
    let each = (memory(full) - memory(one)) / FUNCTIONS as f64 / 1024.0;
    [
        figure("catalogue.start", "ms", |seen| &seen.starts).target(Target::AtMost(1_000.0)),
        figure("catalogue.start_cpu", "ms", |seen| &seen.cpu).target(Target::AtMost(500.0)),
        figure("catalogue.warm", "µs", |seen| &seen.warm).target(Target::RatioAtMost(1.1)),
        figure("catalogue.page", "ms", |seen| &seen.pages).target(Target::AtMost(10.0)),
        Figure::new("catalogue.rss_per_function", "KB", each, own_json / 1024.0, "its own JSON")
            .target(Target::AtMost(2.0 + own_json / 1024.0)),
    ]
}

/// Fills a data directory whose server is down, through the control plane itself. Gives how long
/// the API's own description of one of them is, bytes.
fn fill(data: &Path, scope: &Scope, zip: &[u8]) -> Result<f64> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let (store, blobs) = (Store::open(data)?, Blobs::open(data.join("blobs"))?);
        let mut options = ControlOptions::new(runtime.handle().clone());
        options.code_storage_bytes = u64::MAX;
        let control = Control::open(store, blobs, options, Arc::new(Ready), Arc::new(Ready))?;
        let mut made = JoinSet::new();
        for number in 0..FUNCTIONS {
            if made.len() == AT_ONCE {
                made.join_next().await.context("none is under way")???;
            }
            let (control, scope) = (control.clone(), scope.clone());
            let input = creation(number, &scope, zip);
            made.spawn(async move { create(&control, &scope, input).await });
        }
        let mut length = 0;
        while let Some(result) = made.join_next().await {
            length = result??;
        }
        Ok(length as f64)
    })
}

/// Makes a function and waits until it is ready; gives how long the answer about it is, bytes.
async fn create(control: &Control, scope: &Scope, input: CreateFunctionInput) -> Result<usize> {
    let function_name = input.function_name.clone();
    let asked = GetFunctionConfigurationInput { function_name, ..Default::default() };
    control.create_function(scope, input).await?;
    loop {
        let now = serde_json::to_value(control.get_function_configuration(scope, &asked)?)?;
        match now["State"].as_str() {
            Some("Active") => return Ok(now.to_string().len()),
            Some("Pending") => tokio::time::sleep(Duration::from_millis(2)).await,
            _ => bail!("a function is not ready: {now}"),
        }
    }
}

fn name(number: usize) -> String {
    format!("catalogue-{number:05}")
}

/// An ordinary function: a description, and an environment of some variables.
fn creation(number: usize, scope: &Scope, zip: &[u8]) -> CreateFunctionInput {
    let variable = |name: &str| (name.to_owned(), format!("{name} of function {number}"));
    let environment =
        Environment { variables: Some(["TABLE", "BUCKET", "QUEUE"].map(variable).into()) };
    CreateFunctionInput {
        function_name: Some(name(number)),
        runtime: Some("provided.al2023".into()),
        handler: Some("bootstrap".into()),
        role: Some(format!("arn:aws:iam::{}:role/bench", scope.account)),
        description: Some(format!("One of many: number {number}")),
        environment: Some(environment),
        code: Some(FunctionCode { zip_file: Some(zip.to_vec().into()), ..Default::default() }),
        ..Default::default()
    }
}

/// Nothing is to be prepared here: the server that comes does that when it is asked.
struct Ready;

impl Preparation for Ready {
    fn prepare(&self, _: Arc<FunctionVersion>) -> Prepared {
        Box::pin(async { Ok(()) })
    }
}

impl VersionEvents for Ready {
    fn retired(&self, _: VersionUid) {}
}
