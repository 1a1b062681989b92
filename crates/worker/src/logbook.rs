//! A sandbox's log: the function's output and the lines fika writes around it, in order.
//!
//! Output is read from one pipe that carries stdout and stderr. It is drained before END is
//! written, so everything a function wrote before its answer stands before END.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_model::{FunctionVersion, RequestId, limits};
use fika_sandbox::{LogReader, Meter};
use fika_store::{LogEvent, LogKey, LogStore};

/// The longest line kept whole; CloudWatch Logs cuts at the same length.
const LINE_BYTES: usize = 256 * 1024;
/// How much is read at once.
const CHUNK_BYTES: usize = 8 * 1024;
/// How much one drain takes at most, so that a function that floods its log holds up nobody.
const DRAIN_BYTES: usize = 1024 * 1024;

/// How an invocation ended, for its REPORT line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It answered.
    Ok,
    /// It answered with an error.
    Error,
    /// It ran past its timeout.
    Timeout,
    /// Its process ended.
    ExitError,
    /// Its process was killed for using more memory than it has.
    OutOfMemory,
}

/// An invocation that is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub request_id: RequestId,
    pub duration: Duration,
    pub init: Option<Duration>,
    pub status: Status,
}

/// The log of one sandbox.
pub(crate) struct Logbook {
    key: LogKey,
    stream: Arc<str>,
    store: LogStore,
    meter: Meter,
    pipe: LogReader,
    page: Mutex<Page>,
}

#[derive(Default)]
struct Page {
    /// A line whose end has not come yet.
    partial: Vec<u8>,
    /// Lines not handed to the store yet.
    events: Vec<LogEvent>,
    /// The end of the log since the invocation (or the init phase) began, where wanted.
    tail: Option<Vec<u8>>,
}

impl Logbook {
    pub fn new(
        version: &FunctionVersion,
        stream: Arc<str>,
        store: LogStore,
        meter: Meter,
        pipe: LogReader,
    ) -> Self {
        let key = LogKey::new(&version.arn.scope, version.log_group.as_str());
        let page = Page { tail: Some(Vec::new()), ..Page::default() };
        Self { key, stream, store, meter, pipe, page: Mutex::new(page) }
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the pipe as the function writes, until every writer is gone.
    pub async fn pump(&self) {
        let mut last = Drained::More;
        while last != Drained::Closed {
            let take = || {
                last = self.drain();
                last == Drained::Empty
            };
            if self.pipe.when_readable(take).await.is_err() {
                return;
            }
            // A flooding function must not keep the lane from everybody else.
            tokio::task::yield_now().await;
        }
    }

    /// Takes what is in the pipe now; never waits.
    pub fn drain(&self) -> Drained {
        let mut page = self.page();
        let mut chunk = [0_u8; CHUNK_BYTES];
        let mut taken = 0;
        let drained = loop {
            match self.pipe.try_read(&mut chunk) {
                Ok(None) => break Drained::Empty,
                Ok(Some(0)) | Err(_) => break Drained::Closed,
                Ok(Some(n)) => {
                    page.output(&chunk[..n]);
                    taken += n;
                    if taken >= DRAIN_BYTES {
                        break Drained::More;
                    }
                }
            }
        };
        if taken > 0 {
            self.flush(&mut page);
        }
        drained
    }

    fn flush(&self, page: &mut Page) {
        if !page.events.is_empty() {
            self.store.append(&self.key, &self.stream, std::mem::take(&mut page.events));
        }
    }

    /// Writes START. It goes to the store with the next lines.
    pub fn start(&self, id: RequestId, version: &str, tail: bool) {
        let mut page = self.page();
        page.tail = tail.then(Vec::new);
        page.line(format!("START RequestId: {id} Version: {version}\n"));
    }

    /// Writes the line of a timeout.
    pub fn timed_out(&self, id: RequestId, timeout: Duration) {
        self.drain();
        let time = iso_time(SystemTime::now());
        let seconds = timeout.as_secs_f64();
        self.page().line(format!("{time} {id} Task timed out after {seconds:.2} seconds\n\n"));
    }

    /// Writes END and REPORT.
    pub fn end(&self, ended: &Ended, memory_mb: u32) {
        // What the limit counts. Files in `/tmp` are in it too, beyond the limit.
        let used = self.meter.peak_bytes().div_ceil(1024 * 1024).min(u64::from(memory_mb));
        let mut page = self.page();
        page.close_partial();
        page.line(format!("END RequestId: {}\n", ended.request_id));
        page.line(report(ended, memory_mb, used));
        self.flush(&mut page);
    }

    /// Writes the line of a failed init phase.
    pub fn init_failed(&self, took: Duration, error_type: &str) {
        let mut page = self.page();
        page.close_partial();
        page.line(format!(
            "INIT_REPORT Init Duration: {:.2} ms\tPhase: init\tStatus: error\tError Type: {error_type}\n",
            millis(took)
        ));
        self.flush(&mut page);
    }

    /// The end of the log since START.
    pub fn take_tail(&self) -> Vec<u8> {
        self.page().tail.take().unwrap_or_default()
    }
}

/// What is left in the pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drained {
    /// Nothing, for now.
    Empty,
    /// Perhaps more.
    More,
    /// All writers are gone.
    Closed,
}

impl Page {
    /// Cuts output into lines.
    fn output(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|b| *b == b'\n') {
            self.partial.extend_from_slice(&bytes[..=end]);
            self.close_partial();
            bytes = &bytes[end + 1..];
        }
        self.partial.extend_from_slice(bytes);
        if self.partial.len() >= LINE_BYTES {
            self.close_partial();
        }
    }

    fn close_partial(&mut self) {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.line(line);
        }
    }

    fn line(&mut self, message: impl Into<Bytes>) {
        let message = message.into();
        if let Some(tail) = &mut self.tail {
            keep_tail(tail, &message);
        }
        self.events.push(LogEvent { timestamp_ms: now_ms(), message });
    }
}

/// Appends, and keeps the last [`limits::LOG_TAIL_BYTES`].
fn keep_tail(tail: &mut Vec<u8>, bytes: &[u8]) {
    tail.extend_from_slice(bytes);
    if tail.len() > 2 * limits::LOG_TAIL_BYTES || bytes.starts_with(b"REPORT ") {
        let excess = tail.len().saturating_sub(limits::LOG_TAIL_BYTES);
        tail.drain(..excess);
    }
}

fn report(ended: &Ended, memory_mb: u32, used_mb: u64) -> String {
    let duration = millis(ended.duration);
    // Since August 2025 the init phase is billed like the rest.
    let billed = (duration + ended.init.map_or(0.0, millis)).ceil();
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {duration:.2} ms\tBilled Duration: {billed:.0} ms\tMemory Size: {memory_mb} MB\tMax Memory Used: {used_mb} MB\t",
        ended.request_id
    );
    if let Some(init) = ended.init {
        line.push_str(&format!("Init Duration: {:.2} ms\t", millis(init)));
    }
    line.push_str(match ended.status {
        Status::Ok | Status::Error => "",
        Status::Timeout => "Status: timeout",
        Status::ExitError => "Status: error\tError Type: Runtime.ExitError",
        Status::OutOfMemory => "Status: error\tError Type: Runtime.OutOfMemory",
    });
    line.push('\n');
    line
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-23T06:00:00.000Z`
fn iso_time(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map(|t| format!("{t:.3}")).unwrap_or_default()
}

/// The name of a sandbox's log stream: `2026/11/23/[$LATEST]` and 32 hex digits.
pub(crate) fn stream_name(version: &str, now: SystemTime) -> Arc<str> {
    let day = iso_time(now).get(..10).unwrap_or("1970-01-01").replace('-', "/");
    format!("{day}/[{version}]{}", uuid::Uuid::new_v4().simple()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(init: Option<Duration>, status: Status) -> Ended {
        let request_id = RequestId(uuid::Uuid::nil());
        Ended { request_id, duration: Duration::from_micros(3_010), init, status }
    }

    #[test]
    fn report_lines_are_lambdas() {
        let head = "REPORT RequestId: 00000000-0000-0000-0000-000000000000\tDuration: 3.01 ms\t";
        let memory = "Memory Size: 128 MB\tMax Memory Used: 36 MB\t";
        let init = Some(Duration::from_micros(110_100));
        for (ended, tail) in [
            (ended(None, Status::Ok), format!("Billed Duration: 4 ms\t{memory}\n")),
            (
                ended(init, Status::Ok),
                format!("Billed Duration: 114 ms\t{memory}Init Duration: 110.10 ms\t\n"),
            ),
            (
                ended(None, Status::Timeout),
                format!("Billed Duration: 4 ms\t{memory}Status: timeout\n"),
            ),
        ] {
            assert_eq!(report(&ended, 128, 36), format!("{head}{tail}"));
        }
    }

    #[test]
    fn output_is_cut_into_lines_wherever_the_pipe_cut_it() {
        let text = b"one\ntwo\n\nthree";
        for cut in 0..text.len() {
            let mut page = Page::default();
            page.output(&text[..cut]);
            page.output(&text[cut..]);
            page.close_partial();
            let lines: Vec<&str> =
                page.events.iter().map(|e| str::from_utf8(&e.message).expect("text")).collect();
            assert_eq!(lines, ["one\n", "two\n", "\n", "three"], "cut at {cut}");
        }
    }

    #[test]
    fn a_tail_is_the_last_4096_bytes() {
        let mut tail = Vec::new();
        for n in 0..2_000 {
            keep_tail(&mut tail, format!("line {n}\n").as_bytes());
        }
        keep_tail(&mut tail, b"REPORT end\n");
        assert_eq!(tail.len(), limits::LOG_TAIL_BYTES);
        assert!(tail.ends_with(b"line 1999\nREPORT end\n"));
    }

    #[test]
    fn stream_names_carry_day_and_version() {
        let name = stream_name("$LATEST", UNIX_EPOCH);
        assert!(name.starts_with("1970/01/01/[$LATEST]"), "{name}");
        assert_eq!(name.len(), "1970/01/01/[$LATEST]".len() + 32);
    }
}
