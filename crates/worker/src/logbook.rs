//! A sandbox's log: the function's output and the lines fika writes around it, in order.
//!
//! Output is read from one pipe that carries stdout and stderr. It is drained before END is
//! written, so everything a function wrote before its answer stands before END. What it writes
//! between two invocations stands between them. All of it passes one lock, so the lines of two
//! invocations never mix; nothing is awaited under it.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_model::{FunctionVersion, RequestId, limits};
use fika_sandbox::{LogReader, Meter};
use fika_store::{Digest, LogEvent, LogKey, LogStore};

/// The longest line kept whole; CloudWatch Logs cuts at the same length.
const LINE_BYTES: usize = 256 * 1024;
/// How much is read at once.
const CHUNK_BYTES: usize = 8 * 1024;
/// How much is read before END at most, so that a function that floods its log holds up nobody:
/// the largest pipe an ordinary user can make.
const DRAIN_BYTES: usize = 1024 * 1024;
/// How much is read in one turn otherwise.
const TURN_BYTES: usize = 64 * 1024;
/// How many lines are gathered before they go to the store: it bounds what waits, we do not.
const EVENTS: usize = 1024;

/// How an invocation or an init phase ended, for its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// The function answered, be it with an error.
    Answered,
    /// It ran past its timeout.
    Timeout,
    /// It failed with an error of this type.
    Failed(Cow<'static, str>),
}

/// What a first invocation had to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColdStart {
    /// An init phase.
    Init(Duration),
    /// A restore from a snapshot.
    Restore {
        /// From its begin to the runtime's first call for work.
        took: Duration,
        /// How much of it was the function's: what it does after a restore.
        billed: Duration,
    },
}

/// An invocation that is over.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub request_id: RequestId,
    pub duration: Duration,
    pub cold_start: Option<ColdStart>,
    pub status: Status,
}

/// The log of one sandbox.
pub(crate) struct Logbook {
    key: LogKey,
    stream: Arc<str>,
    version: String,
    memory_mb: u32,
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
    /// An invocation that is over and whose END and REPORT are not written yet.
    ended: Option<Ended>,
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
        let (version, memory_mb) = (version.version.clone(), version.memory_mb);
        Self { key, stream, version, memory_mb, store, meter, pipe, page: Mutex::new(page) }
    }

    /// The name of its stream.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the pipe as the function writes, until every writer is gone.
    pub async fn pump(&self) {
        let mut last = Drained::More;
        while last != Drained::Closed {
            let take = || {
                last = self.take_output(&mut self.page(), TURN_BYTES);
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
    pub fn drain(&self) {
        self.take_output(&mut self.page(), DRAIN_BYTES);
    }

    fn take_output(&self, page: &mut Page, most: usize) -> Drained {
        let mut chunk = [0_u8; CHUNK_BYTES];
        let mut taken = 0;
        let drained = loop {
            match self.pipe.try_read(&mut chunk) {
                Ok(None) => break Drained::Empty,
                Ok(Some(0)) | Err(_) => break Drained::Closed,
                Ok(Some(n)) => {
                    page.output(&chunk[..n]);
                    taken += n;
                    if page.events.len() >= EVENTS {
                        self.flush(page);
                    }
                    if taken >= most {
                        break Drained::More;
                    }
                }
            }
        };
        if taken > 0 {
            self.flush(page);
        }
        drained
    }

    fn flush(&self, page: &mut Page) {
        if !page.events.is_empty() {
            self.store.append(&self.key, &self.stream, std::mem::take(&mut page.events));
        }
    }

    /// Writes START, behind everything of the invocation before. It goes to the store with the
    /// next lines.
    pub fn start(&self, id: RequestId, tail: bool) {
        let mut page = self.page();
        self.settle_page(&mut page);
        page.tail = tail.then(Vec::new);
        page.line(format!("START RequestId: {id} Version: {}\n", self.version));
    }

    /// Writes the line of a timeout.
    pub fn timed_out(&self, id: RequestId, timeout: Duration) {
        let mut page = self.page();
        self.take_output(&mut page, DRAIN_BYTES);
        page.close_partial();
        let time = iso_time(SystemTime::now());
        let seconds = timeout.as_secs_f64();
        page.line(format!("{time} {id} Task timed out after {seconds:.2} seconds\n\n"));
    }

    /// Notes that an invocation is over. Its END and REPORT are written with [`settle`](Self::settle).
    pub fn ended(&self, ended: Ended) {
        let mut page = self.page();
        self.settle_page(&mut page);
        page.ended = Some(ended);
    }

    /// Writes END and REPORT of an invocation that is over, after all it has written.
    pub fn settle(&self) {
        self.settle_page(&mut self.page());
    }

    fn settle_page(&self, page: &mut Page) {
        let Some(ended) = page.ended.take() else { return };
        self.take_output(page, DRAIN_BYTES);
        // What the limit counts. Files in `/tmp` are in it too, beyond the limit.
        let used = self.meter.peak_bytes().div_ceil(1024 * 1024).min(u64::from(self.memory_mb));
        page.close_partial();
        page.line(format!("END RequestId: {}\n", ended.request_id));
        page.line(report(&ended, self.memory_mb, used));
        self.flush(page);
    }

    /// Writes the line of a first init phase that did not succeed.
    pub fn init_ended(&self, took: Duration, status: &Status) {
        self.close_phase(init_report(took, status));
    }

    /// Writes the line a restore begins with.
    pub fn restore_begins(&self, version: &FunctionVersion) {
        self.page().line(restore_start(version));
    }

    /// Writes the line of a restore, however it ended.
    pub fn restore_ended(&self, took: Duration, status: &Status) {
        self.close_phase(restore_report(took, status));
    }

    fn close_phase(&self, report: String) {
        let mut page = self.page();
        self.take_output(&mut page, DRAIN_BYTES);
        page.close_partial();
        page.line(report);
        self.flush(&mut page);
    }

    /// Takes the last of the output and leaves nothing unwritten.
    pub fn close(&self) {
        let mut page = self.page();
        self.settle_page(&mut page);
        self.take_output(&mut page, DRAIN_BYTES);
        page.close_partial();
        self.flush(&mut page);
    }

    /// The end of the log since START.
    pub fn take_tail(&self) -> Vec<u8> {
        let mut tail = self.page().tail.take().unwrap_or_default();
        let excess = tail.len().saturating_sub(limits::LOG_TAIL_BYTES);
        tail.drain(..excess);
        tail
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
    fn output(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.piece(piece);
        }
    }

    /// A piece of one line, its end included if it has come.
    fn piece(&mut self, mut piece: &[u8]) {
        while self.partial.len() + piece.len() > LINE_BYTES {
            let (head, rest) = piece.split_at(cut(piece, LINE_BYTES - self.partial.len()));
            self.partial.extend_from_slice(head);
            self.close_partial();
            piece = rest;
        }
        if !piece.ends_with(b"\n") {
            self.partial.extend_from_slice(piece);
        } else if self.partial.is_empty() {
            self.line(Bytes::copy_from_slice(piece));
        } else {
            self.partial.extend_from_slice(piece);
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

/// At most `most`, so that no character is cut in two.
fn cut(piece: &[u8], most: usize) -> usize {
    let goes_on = |at: &usize| piece[*at] & 0b1100_0000 == 0b1000_0000;
    (most.saturating_sub(3)..=most).rev().find(|at| !goes_on(at)).unwrap_or(most)
}

/// Appends, and keeps the last [`limits::LOG_TAIL_BYTES`] at least, and no more than twice that.
fn keep_tail(tail: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = &bytes[bytes.len().saturating_sub(limits::LOG_TAIL_BYTES)..];
    if tail.len() + bytes.len() > 2 * limits::LOG_TAIL_BYTES {
        tail.drain(..tail.len() - limits::LOG_TAIL_BYTES);
    }
    tail.extend_from_slice(bytes);
}

fn report(ended: &Ended, memory_mb: u32, used_mb: u64) -> String {
    let duration = millis(ended.duration);
    // Since August 2025 the init phase is billed like the rest. Of a restore, the hooks are.
    let before = match ended.cold_start {
        None => 0.0,
        Some(ColdStart::Init(took)) => millis(took),
        Some(ColdStart::Restore { billed, .. }) => millis(billed),
    };
    let billed = (duration + before).ceil();
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {duration:.2} ms\tBilled Duration: {billed:.0} ms\tMemory Size: {memory_mb} MB\tMax Memory Used: {used_mb} MB\t",
        ended.request_id
    );
    match ended.cold_start {
        None => {}
        Some(ColdStart::Init(took)) => {
            line.push_str(&format!("Init Duration: {:.2} ms\t", millis(took)));
        }
        Some(ColdStart::Restore { took, billed }) => line.push_str(&format!(
            "Restore Duration: {:.2} ms\tBilled Restore Duration: {:.0} ms\t",
            millis(took),
            millis(billed).ceil()
        )),
    }
    line.push_str(&told(&ended.status));
    line.push('\n');
    line
}

fn init_report(took: Duration, status: &Status) -> String {
    let took = millis(took);
    format!("INIT_REPORT Init Duration: {took:.2} ms\tPhase: init\t{}\n", told(status))
}

/// AWS names a runtime's build by 64 hexadecimal digits; ours stand for the identifier.
fn restore_start(version: &FunctionVersion) -> String {
    let (runtime, region) = (version.runtime.to_string(), &version.arn.scope.region);
    let digest = Digest::of(runtime.as_bytes());
    format!(
        "RESTORE_START Runtime Version: {runtime}\tRuntime Version ARN: arn:aws:lambda:{region}::runtime:{digest}\n"
    )
}

fn restore_report(took: Duration, status: &Status) -> String {
    let line = format!("RESTORE_REPORT Restore Duration: {:.2} ms\t{}", millis(took), told(status));
    format!("{}\n", line.trim_end())
}

fn told(status: &Status) -> Cow<'static, str> {
    match status {
        Status::Answered => "".into(),
        Status::Timeout => "Status: timeout".into(),
        Status::Failed(kind) => format!("Status: error\tError Type: {kind}").into(),
    }
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
mod tests;
