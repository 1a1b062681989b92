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
use tokio::task::JoinSet;

use crate::logbook::event::line;
use buffer::Buffer;
pub(crate) use subscription::{Api, Kind, Wish};

/// Events kept for those who have not subscribed yet.
const HISTORY: usize = 1_000;
/// How long they are together at most: one line may be long.
const HISTORY_BYTES: usize = 1024 * 1024;

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
    history: Option<History>,
    listeners: Vec<Listener>,
}

/// What has happened so far, bounded: a sandbox may say much before anybody can subscribe.
#[derive(Debug, Default)]
struct History {
    events: Vec<Happened>,
    bytes: usize,
}

impl History {
    /// Keeps one, if there is room.
    fn keep(&mut self, happened: Happened) {
        let bytes = self.bytes + happened.json.len();
        if self.events.len() < HISTORY && bytes <= HISTORY_BYTES {
            self.bytes = bytes;
            self.events.push(happened);
        }
    }
}

/// A subscriber, and who delivers to it: for as long as this is kept.
#[derive(Debug)]
struct Listener {
    /// The extension's name.
    name: String,
    subscriber: Arc<Subscriber>,
    _delivery: JoinSet<()>,
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
        Self(Mutex::new(State { history: Some(History::default()), listeners: Vec::new() }))
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
        state.listeners.iter().for_each(|one| one.subscriber.take(&happened));
        if let Some(history) = &mut state.history {
            history.keep(happened);
        }
    }

    /// An extension subscribes, in place of what it had by that API. False: it is too late.
    pub fn subscribe(&self, api: Api, name: &str, wish: Wish, dialer: Dialer) -> bool {
        self.admit(api, name, wish, |subscriber| delivery::deliver(subscriber, dialer))
    }

    fn admit<D>(
        &self,
        api: Api,
        name: &str,
        wish: Wish,
        deliver: impl FnOnce(Arc<Subscriber>) -> D,
    ) -> bool
    where
        D: Future<Output = ()> + Send + 'static,
    {
        let mut state = self.state();
        let Some(history) = &state.history else { return false };
        let buffer = Mutex::new(Buffer::new(wish.buffering));
        let subscriber = Arc::new(Subscriber { wish, api, buffer, changed: Notify::new() });
        history.events.iter().for_each(|happened| subscriber.take(happened));
        let mut delivery = JoinSet::new();
        delivery.spawn(deliver(Arc::clone(&subscriber)));
        state.listeners.retain(|one| one.name != name || one.subscriber.api != api);
        state.listeners.push(Listener { name: name.into(), subscriber, _delivery: delivery });
        true
    }

    /// The sandbox is up: it is too late to subscribe. False: nobody has.
    pub fn close(&self) -> bool {
        let mut state = self.state();
        state.history = None;
        !state.listeners.is_empty()
    }

    /// Everything is to be delivered at once: the end is near.
    pub fn flush(&self) {
        for Listener { subscriber, .. } in &self.state().listeners {
            subscriber.buffer().flush();
            subscriber.changed.notify_one();
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
