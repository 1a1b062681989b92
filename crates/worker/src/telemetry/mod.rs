//! The Telemetry API and the Logs API: what happens in a sandbox, told to who listens in it.
//!
//! - [`Feed`]: takes what happens, in order, and keeps it until the sandbox is up
//! - [`subscription`]: what a subscriber wants, read from its request
//! - [`buffer`]: what waits for a subscriber, bounded: pure
//! - [`delivery`]: takes it there, over HTTP or TCP
//!
//! Nothing that runs a function waits for any of this: what there is no room for is dropped, counted,
//! and the subscriber told.

mod buffer;
mod delivery;
mod subscription;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fika_sandbox::Dialer;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::logbook::event::line;
use buffer::Buffer;
pub(crate) use subscription::{Api, Kind, Wish};

/// Events kept for those who have not subscribed yet.
const HISTORY: usize = 1_000;

/// One thing that happened.
#[derive(Debug, Clone)]
struct Happened {
    kind: Kind,
    /// Its `type`.
    name: &'static str,
    /// All of it, in JSON.
    json: Bytes,
}

/// Where everything that happens in a sandbox goes, for those who subscribed.
#[derive(Debug)]
pub(crate) struct Feed(Mutex<State>);

#[derive(Debug)]
struct State {
    /// What has happened; none any more when it is too late to subscribe.
    history: Option<Vec<Happened>>,
    subscribers: Vec<Arc<Subscriber>>,
}

/// One who listens.
#[derive(Debug)]
struct Subscriber {
    wish: Wish,
    api: Api,
    buffer: Mutex<Buffer>,
    /// There is something to do.
    changed: Notify,
}

impl Subscriber {
    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, happened: &Happened) {
        if self.wish.wants(happened.kind) && self.api.tells(happened.name) {
            self.buffer().push(happened.json.clone());
            self.changed.notify_one();
        }
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self(Mutex::new(State { history: Some(Vec::new()), subscribers: Vec::new() }))
    }
}

impl Feed {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The platform says something.
    pub fn platform(&self, name: &'static str, record: &Value) {
        if name == "platform.report" {
            // Only the Logs API tells of it by itself.
            let end = json!({ "requestId": record["requestId"] });
            self.happened(Kind::Platform, "platform.end", &end);
        }
        self.happened(Kind::Platform, name, record);
    }

    /// The function wrote a line. In a log in JSON it may be an object.
    pub fn function(&self, text: &[u8], json: bool) {
        self.happened(Kind::Function, "function", &record_of(text, json));
    }

    /// An extension wrote a line.
    pub fn extension(&self, text: &[u8]) {
        self.happened(Kind::Extension, "extension", &record_of(text, false));
    }

    fn happened(&self, kind: Kind, name: &'static str, record: &Value) {
        let happened = Happened { kind, name, json: line(name, record).into() };
        let mut state = self.state();
        state.subscribers.iter().for_each(|one| one.take(&happened));
        if let Some(history) = state.history.as_mut().filter(|history| history.len() < HISTORY) {
            history.push(happened);
        }
    }

    /// Somebody subscribes. False: it is too late.
    pub fn subscribe(&self, api: Api, wish: Wish, dialer: Dialer) -> bool {
        let mut state = self.state();
        let Some(history) = &state.history else { return false };
        let buffer = Mutex::new(Buffer::new(wish.buffering));
        let one = Arc::new(Subscriber { wish, api, buffer, changed: Notify::new() });
        history.iter().for_each(|happened| one.take(happened));
        tokio::spawn(delivery::deliver(Arc::clone(&one), dialer));
        state.subscribers.push(one);
        true
    }

    /// The sandbox is up: it is too late to subscribe. False: nobody has.
    pub fn close(&self) -> bool {
        let mut state = self.state();
        state.history = None;
        !state.subscribers.is_empty()
    }

    /// Everything is to be delivered at once: the end is near.
    pub fn flush(&self) {
        for one in &self.state().subscribers {
            one.buffer().flush();
            one.changed.notify_one();
        }
    }
}

/// Who delivers to a subscriber stops when the feed is gone.
impl Drop for Feed {
    fn drop(&mut self) {
        for one in &self.state().subscribers {
            one.buffer().close();
            one.changed.notify_one();
        }
    }
}

fn record_of(text: &[u8], json: bool) -> Value {
    let parsed = json.then(|| serde_json::from_slice(text).ok()).flatten();
    match parsed.filter(Value::is_object) {
        Some(object) => object,
        None => String::from_utf8_lossy(text).into(),
    }
}
