//! A sandbox's log: the function's output and the lines fika writes around it, in order.
//!
//! Output is read from one pipe that carries stdout and stderr. It is drained before END is
//! written, so everything a function wrote before its answer stands before END. What it writes
//! between two invocations stands between them. All of it passes one lock, so the lines of two
//! invocations never mix; nothing is awaited under it. What the platform says is `event`; all of it
//! goes to those in the sandbox who subscribed, too (`crate::telemetry`).

pub(crate) mod event;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_model::{FunctionVersion, LogLevel, RequestId, limits};
use fika_sandbox::{Dialer, LogReader, Meter};
use fika_store::{LogEvent, LogKey, LogStore};

use crate::extensions::Standing;
use crate::telemetry::{Api, Feed, Wish};
use event::{About, Event, Marks, Phase};

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
    pub marks: Option<Box<Marks>>,
}

/// The log of one sandbox.
pub(crate) struct Logbook {
    key: LogKey,
    stream: Arc<str>,
    about: About,
    /// What is written of what the platform says; none where the log is text.
    least: Option<LogLevel>,
    /// Somebody in the sandbox may want to know all of it.
    heard: AtomicBool,
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
    /// Who else is told.
    feed: Option<Arc<Feed>>,
    /// A line of the function's may be an object.
    json: bool,
}

impl Logbook {
    pub fn new(
        version: &Arc<FunctionVersion>,
        initialization: &'static str,
        stream: Arc<str>,
        store: LogStore,
        meter: Meter,
        pipe: LogReader,
    ) -> Self {
        let key = LogKey::new(&version.arn.scope, version.log_group.as_str());
        let json = version.log_format.levels().is_some();
        let page = Page { tail: Some(Vec::new()), json, ..Page::default() };
        let least = version.log_format.levels().map(|levels| levels.system);
        let about = About { version: Arc::clone(version), initialization };
        let (heard, page) = (AtomicBool::new(false), Mutex::new(page));
        Self { key, stream, about, least, heard, store, meter, pipe, page }
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

    /// Whether more is told of an invocation than a log in text has.
    pub fn is_detailed(&self) -> bool {
        self.least.is_some() || self.heard.load(Ordering::Relaxed)
    }

    /// The platform says something.
    fn say(&self, page: &mut Page, event: &Event<'_>) {
        let about = &self.about;
        match self.least {
            None => page.text(event.text(about)),
            Some(least) if event.level(about) >= least => {
                page.line(event::line(event.kind(), &event.record(about)) + "\n");
            }
            Some(_) => {}
        }
        if let Some(feed) = &page.feed {
            feed.platform(event.kind(), &event.record(about));
        }
    }

    /// Writes START, behind everything of the invocation before. It goes to the store with the
    /// next lines.
    pub fn start(&self, id: RequestId, tail: bool, marks: Option<&Marks>) {
        let mut page = self.page();
        self.settle_page(&mut page);
        page.tail = tail.then(Vec::new);
        self.say(&mut page, &Event::Start { id, marks });
    }

    /// Writes the line of a timeout, which a log in JSON has in its report.
    pub fn timed_out(&self, id: RequestId, timeout: Duration) {
        let mut page = self.page();
        self.take_output(&mut page, DRAIN_BYTES);
        page.close_partial();
        if self.least.is_none() {
            let time = iso_time(SystemTime::now());
            let seconds = timeout.as_secs_f64();
            page.line(format!("{time} {id} Task timed out after {seconds:.2} seconds\n\n"));
        }
    }

    /// The runtime has answered, or will not any more. Only those who want details are told.
    pub fn runtime_done(
        &self,
        id: RequestId,
        took: Duration,
        bytes: usize,
        status: &Status,
        marks: Option<&Marks>,
    ) {
        if self.is_detailed() {
            let mut page = self.page();
            self.take_output(&mut page, DRAIN_BYTES);
            page.close_partial();
            self.say(&mut page, &Event::RuntimeDone { id, took, bytes, status, marks });
        }
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
        let memory_mb = u64::from(self.about.version.memory_mb);
        // What the limit counts. Files in `/tmp` are in it too, beyond the limit.
        let used_mb = self.meter.peak_bytes().div_ceil(1024 * 1024).min(memory_mb);
        page.close_partial();
        self.say(page, &Event::Report { ended: &ended, used_mb });
        self.flush(page);
    }

    /// Writes that an init phase begins.
    pub fn init_begins(&self, phase: Phase) {
        if self.is_detailed() {
            self.say(&mut self.page(), &Event::InitStart(phase));
        }
    }

    /// Writes how an init phase ended.
    pub fn init_ended(&self, phase: Phase, took: Duration, status: &Status) {
        let done = Event::InitRuntimeDone(phase, status);
        self.close_phase(&done, &Event::InitReport(phase, took, status));
    }

    /// Writes the line a restore begins with.
    pub fn restore_begins(&self) {
        self.say(&mut self.page(), &Event::RestoreStart);
    }

    /// Writes the line of a restore, however it ended.
    pub fn restore_ended(&self, took: Duration, status: &Status) {
        let done = Event::RestoreRuntimeDone(status);
        self.close_phase(&done, &Event::RestoreReport(took, status));
    }

    fn close_phase(&self, done: &Event<'_>, report: &Event<'_>) {
        let mut page = self.page();
        self.take_output(&mut page, DRAIN_BYTES);
        page.close_partial();
        self.say(&mut page, done);
        self.say(&mut page, report);
        self.flush(&mut page);
    }

    /// Somebody may subscribe from now on, and is told of what comes before that, too.
    pub fn listen(&self) {
        let mut page = self.page();
        if page.feed.is_none() {
            page.feed = Some(Arc::default());
            self.heard.store(true, Ordering::Relaxed);
        }
    }

    /// Somebody subscribes. False: it is too late.
    pub fn subscribe(&self, api: Api, name: &str, wish: Wish, dialer: Dialer) -> bool {
        let mut page = self.page();
        let types: Vec<_> = wish.kinds.iter().map(|kind| kind.as_str()).collect();
        let feed = page.feed.clone();
        let subscribed = feed.is_some_and(|feed| feed.subscribe(api, name, wish, dialer));
        if subscribed {
            let telemetry = api == Api::Telemetry;
            self.say(&mut page, &Event::Subscribed { telemetry, name, types: &types });
        }
        subscribed
    }

    /// How extensions stand when the sandbox comes up. It is too late to subscribe then.
    pub fn extensions(&self, all: &[Standing]) {
        let mut page = self.page();
        for one in all {
            self.say(&mut page, &Event::Extension(one));
        }
        if page.feed.as_ref().is_some_and(|feed| !feed.close()) {
            page.feed = None;
            self.heard.store(false, Ordering::Relaxed);
        }
    }

    /// Those who subscribed were killed; who comes in their place may subscribe again.
    pub fn forget_subscribers(&self) {
        self.page().feed = None;
        self.heard.store(false, Ordering::Relaxed);
    }

    /// Takes what an extension wrote: whole lines, or what is too long for one.
    pub fn extension_output(&self, line: &[u8]) {
        let mut page = self.page();
        if let Some(feed) = &page.feed {
            feed.extension(line);
        }
        page.line(Bytes::copy_from_slice(line));
        self.flush(&mut page);
    }

    /// Has those who subscribed told at once of all there is.
    pub fn flush_telemetry(&self) {
        let mut page = self.page();
        self.settle_page(&mut page);
        if let Some(feed) = &page.feed {
            feed.flush();
        }
    }

    /// Takes the last of the output and leaves nothing unwritten.
    pub fn close(&self) {
        let mut page = self.page();
        self.settle_page(&mut page);
        self.take_output(&mut page, DRAIN_BYTES);
        page.close_partial();
        self.flush(&mut page);
        page.feed = None;
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
            self.written(Bytes::copy_from_slice(piece));
        } else {
            self.partial.extend_from_slice(piece);
            self.close_partial();
        }
    }

    fn close_partial(&mut self) {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.written(line);
        }
    }

    /// Lines of the platform's, none or one most often.
    fn text(&mut self, text: String) {
        match text.find('\n') {
            None => {}
            Some(end) if end + 1 == text.len() => self.line(text),
            Some(_) => text.split_inclusive('\n').for_each(|line| self.line(line.to_owned())),
        }
    }

    /// A line of the function's.
    fn written(&mut self, message: impl Into<Bytes>) {
        let message = message.into();
        if let Some(feed) = &self.feed {
            feed.function(&message, self.json);
        }
        self.line(message);
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
