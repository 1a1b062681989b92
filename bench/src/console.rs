//! Warm calls beside an open console: the machine room makes a picture a second, and must not be felt.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::Effort;
use crate::figures::{Figure, Spread, Target, median};
use crate::load::{self, Question};
use crate::place::Place;
use crate::procfs;
use crate::report::{Findings, say};
use crate::server::Server;

const FUNCTION: &str = "console";
const ANSWER: &[u8] = br#"{"message":"hello, fika"}"#;
const MEMORY_MB: u32 = 1_769;
const CLIENTS: usize = 16;
/// How many look at the machine room.
const VIEWERS: usize = 4;

/// Warm calls while nobody looks and while some do, in turns.
///
/// # Errors
/// When something cannot be started or gives a wrong answer.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let server = Server::start(place, "console", &[])?;
    server.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
    let request = server.invoke_request(FUNCTION, &json!({ "name": "fika" }))?;
    let question = Question { request, answer: ANSWER.to_vec() };
    let address = server.address;
    load::many(address, &question, CLIENTS, effort.warm_up * 8)?;
    load::one(address, &question, effort.warm_up)?;
    let cookie = server.console_cookie()?;
    let mut p50 = [Vec::new(), Vec::new()];
    let mut p99 = [Vec::new(), Vec::new()];
    let mut rates = [Vec::new(), Vec::new()];
    let mut cpu = [Vec::new(), Vec::new()];
    // Two pictures at least, or it would not be seen whether they are felt.
    let round = effort.round.max(Duration::from_secs(2));
    for serial in 0..effort.rounds * 2 {
        // Closed, open, open, closed: neither is always the first.
        let opened = usize::from(matches!(serial % 4, 1 | 2));
        let _viewers = if opened == 1 { open(&server, &cookie)? } else { Vec::new() };
        let one = load::one(address, &question, round)?;
        let before = procfs::cpu(server.process.pid());
        let many = load::many(address, &question, CLIENTS, round)?;
        let spent = procfs::cpu(server.process.pid()).saturating_sub(before);
        let spread = Spread::us(&one.latencies);
        say(&format!(
            "console {}: p50 {:.1} µs, {:.0}/s with {CLIENTS} clients",
            ["closed", "open"][opened],
            spread.p50,
            many.rate()
        ));
        p50[opened].push(spread.p50);
        p99[opened].push(spread.p99);
        rates[opened].push(many.rate());
        cpu[opened].push(spent.as_secs_f64() * 1e6 / many.latencies.len() as f64);
    }
    server.stop()?;
    let [[shut, open], [shut_tail, open_tail], [shut_rate, open_rate], [shut_cpu, open_cpu]] =
        [p50, p99, rates, cpu].map(|pair| pair.map(median));
    let closed = "with no console open";
    findings.figures.extend([
        Figure::new("console.p50", "µs", open, shut, closed).target(Target::RatioAtMost(1.05)),
        Figure::new("console.p99", "µs", open_tail, shut_tail, closed),
        Figure::new("console.c16", "/s", open_rate, shut_rate, closed)
            .target(Target::RatioAtLeast(0.95)),
        // Of a call, with the function's own: what a busy machine changes least.
        Figure::new("console.cpu", "µs", open_cpu, shut_cpu, closed)
            .target(Target::RatioAtMost(1.05)),
    ]);
    Ok(())
}

/// Some who look at the machine room and take what they are sent, until they are dropped.
fn open(server: &Server, cookie: &str) -> Result<Vec<Viewer>> {
    (0..VIEWERS).map(|_| Viewer::open(server, cookie)).collect()
}

struct Viewer(TcpStream);

impl Viewer {
    fn open(server: &Server, cookie: &str) -> Result<Self> {
        let stream = server.look_at_console(cookie)?;
        let mut read = stream.try_clone()?;
        let mut first = [0; 4096];
        let length = read.read(&mut first).context("the first picture")?;
        let head = String::from_utf8_lossy(&first[..length]);
        anyhow::ensure!(head.starts_with("HTTP/1.1 200"), "no machine room: {head}");
        // A thread that reads until the other half is shut.
        std::thread::spawn(move || while read.read(&mut first).is_ok_and(|length| length > 0) {});
        Ok(Self(stream))
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}
