//! What the first call of a sandbox costs that was frozen for having nothing to do.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::Effort;
use crate::figures::{Figure, Target, median};
use crate::http::Connection;
use crate::place::Place;
use crate::process::breathe;
use crate::report::{Findings, say};
use crate::server::Server;

const FUNCTION: &str = "frozen";
const MEMORY_MB: u32 = 1_769;
/// A sandbox is frozen when it has been idle for one or two seconds.
const IDLE: Duration = Duration::from_millis(2_600);
/// A sandbox that is idle for so long is not frozen yet, and its caches are as cold.
const PAUSE: Duration = Duration::from_millis(700);

/// What a thaw adds to a call.
///
/// # Errors
/// When something cannot be started or fails.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let server = Server::start(place, "frozen", &["--stock-memory", "0"])?;
    server.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
    let request = server.invoke_request(FUNCTION, &json!({ "name": "fika" }))?;
    let mut connection = Connection::open(server.address)?;
    let mut call_after = |pause| -> Result<f64> {
        breathe(pause);
        let begun = Instant::now();
        connection.exchange(&request)?.must_succeed()?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    for _ in 0..200 {
        call_after(Duration::ZERO)?;
    }
    let (mut thawed, mut paused) = (Vec::new(), Vec::new());
    for serial in 0..effort.start_rounds * 3 {
        thawed.push(call_after(IDLE)?);
        paused.push(call_after(PAUSE)?);
        say(&format!(
            "freeze {serial}: {:.2} ms, not frozen {:.2} ms",
            thawed[serial], paused[serial]
        ));
    }
    server.stop()?;
    let [thawed, paused] = [thawed, paused].map(median);
    let figure = Figure::new("freeze.thaw", "ms", thawed - paused, paused, "a call after a pause");
    findings.figures.push(figure.target(Target::AtMost(1.0)));
    Ok(())
}
