//! `StartLiveTail`: what comes, as it comes.
//!
//! A session looks once a second at what was written behind the place it has read to, and sends
//! what fits its filter. It ends when its client leaves, or after three hours.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use fika_aws::eventstream;
use fika_model::{AccountId, RequestId, Scope};
use fika_pattern::Pattern;
use fika_store::{Cursor, LogKey, LogStore, StoreError, StoredEvent, TimeRange};
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::events::{Chosen, pattern};
use super::names::{self, no_group};
use super::{Refused, bad, broken, failed, invalid};
use crate::answer::Answer;
use crate::reply::Reply;

/// How often what has come is sent.
const EVERY: Duration = Duration::from_secs(1);
/// How long a session lasts.
const LONGEST: Duration = Duration::from_secs(3 * 60 * 60);
/// The most events of an update: of more, these are a sample.
const EVENTS: usize = 500;
/// The most pages of a log one update looks at.
const PAGES: usize = 4;
/// How many groups a session may follow.
const GROUPS: usize = 10;
/// How many sessions an account may have at once.
const SESSIONS: usize = 15;
/// Updates that may wait for a slow client.
const WAITING: usize = 2;
const JSON: &str = "application/x-amz-json-1.1";

/// The sessions there are, by account.
#[derive(Debug, Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<HashMap<AccountId, usize>>>);

/// One of them, until dropped.
struct Place(Sessions, AccountId);

impl Sessions {
    fn enter(&self, account: &AccountId) -> Result<Place, Refused> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = sessions.entry(account.clone()).or_default();
        if *running >= SESSIONS {
            return Err(bad("LimitExceededException", "Too many concurrent live tail sessions."));
        }
        *running += 1;
        Ok(Place(self.clone(), account.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sessions = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = sessions.get_mut(&self.1) {
            *running -= 1;
            if *running == 0 {
                sessions.remove(&self.1);
            }
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    #[serde(default)]
    log_group_identifiers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    log_stream_names: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    log_stream_name_prefixes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_event_filter_pattern: Option<String>,
}

/// A log that is followed, and how far it was read.
struct Followed {
    key: LogKey,
    arn: String,
    at: Cursor,
}

/// What a session sends.
struct Session {
    store: LogStore,
    logs: Vec<Followed>,
    chosen: Chosen,
    pattern: Pattern,
}

/// Starts a session; its events leave with the answer.
pub(super) async fn start(
    store: &LogStore,
    sessions: &Sessions,
    scope: &Scope,
    body: &Bytes,
) -> Result<Reply, Refused> {
    let wanted: Wanted = serde_json::from_slice(body)
        .map_err(|e| bad("SerializationException", format!("the body cannot be read: {e}")))?;
    let (store, of) = (store.clone(), scope.clone());
    let opened = tokio::task::spawn_blocking(move || {
        Session::open(store, &of, &wanted).map(|session| (session, wanted))
    });
    let (session, wanted) = opened.await.unwrap_or_else(|e| Err(failed(&e)))?;
    let place = sessions.enter(&scope.account)?;
    let (send, events) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let _place = place;
        session.run(&wanted, send).await;
    });
    let mut reply = Response::new(Answer::Stream(events));
    let stream = HeaderValue::from_static(eventstream::CONTENT_TYPE);
    reply.headers_mut().insert(CONTENT_TYPE, stream);
    Ok(reply)
}

impl Session {
    fn open(store: LogStore, scope: &Scope, wanted: &Wanted) -> Result<Self, Refused> {
        let groups = &wanted.log_group_identifiers;
        if groups.is_empty() || groups.len() > GROUPS {
            let rule = "Member must have length between 1 and 10";
            return Err(broken(&format!("{groups:?}"), "logGroupIdentifiers", rule));
        }
        let prefixes = wanted.log_stream_name_prefixes.clone();
        let chosen = Chosen::new(wanted.log_stream_names.clone(), prefixes)?;
        if groups.len() > 1 && !chosen.is_all() {
            return Err(invalid("Streams can be chosen of one log group only."));
        }
        let given = wanted.log_event_filter_pattern.as_deref();
        let pattern = pattern(given, "logEventFilterPattern")?;
        let mut logs = Vec::with_capacity(groups.len());
        for group in groups {
            if group.ends_with('*') {
                return Err(invalid("The ARN of a log group can't end with an asterisk here."));
            }
            let key = names::by_identifier(scope, group, "logGroupIdentifiers")?;
            if store.group(&key)?.is_none() {
                return Err(no_group());
            }
            let (arn, at) = (names::arn(scope, key.group()), store.end(&key)?);
            logs.push(Followed { key, arn, at });
        }
        Ok(Self { store, logs, chosen, pattern })
    }

    /// Sends until nobody listens.
    async fn run(mut self, wanted: &Wanted, send: mpsc::Sender<Bytes>) {
        let mut start = serde_json::to_value(wanted).unwrap_or_default();
        start["requestId"] = RequestId::random().to_string().into();
        start["sessionId"] = RequestId::random().to_string().into();
        let mut next = vec![event("initial-response", &json!({})), event("sessionStart", &start)];
        let (begun, mut tick) = (Instant::now(), interval(EVERY));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            for message in next.drain(..) {
                if send.send(message).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                () = send.closed() => return,
                _ = tick.tick() => {}
            }
            if begun.elapsed() >= LONGEST {
                let text = json!({"message": "The session has lasted three hours."}).to_string();
                let end = eventstream::exception("SessionTimeoutException", JSON, text.as_bytes());
                let _ = send.send(end).await;
                return;
            }
            let looked = tokio::task::spawn_blocking(move || {
                let update = self.update();
                (self, update)
            });
            // It fails only when the server ends.
            let Ok((session, update)) = looked.await else { return };
            self = session;
            match update {
                Ok(update) => next.push(event("sessionUpdate", &update)),
                Err(error) => {
                    let _ = send.send(broken_off(&error)).await;
                    return;
                }
            }
        }
    }

    /// What was written since the last time.
    fn update(&mut self) -> Result<Value, StoreError> {
        let (chosen, pattern) = (&self.chosen, &self.pattern);
        let (mut results, mut sampled) = (Vec::new(), false);
        for log in &mut self.logs {
            let end = self.store.end(&log.key)?;
            if end < log.at {
                // Another of its name: the group was deleted and made anew.
                log.at = Cursor::START;
            }
            if results.len() >= EVENTS {
                sampled |= log.at != end;
                log.at = end;
                continue;
            }
            let is = |e: &StoredEvent| chosen.takes(&e.stream) && pattern.matches(&e.message);
            for _ in 0..PAGES {
                let most = EVENTS - results.len();
                let page = self.store.read(&log.key, log.at, most, TimeRange::default(), &is)?;
                log.at = page.next;
                results.extend(page.events.iter().map(|event| shown(&log.arn, event)));
                if page.at_end {
                    break;
                }
                if results.len() >= EVENTS {
                    // What is left of it is not in the sample.
                    sampled = true;
                    log.at = end;
                    break;
                }
            }
        }
        let metadata = json!({"sampled": sampled});
        Ok(json!({"sessionMetadata": metadata, "sessionResults": results}))
    }
}

fn shown(arn: &str, event: &StoredEvent) -> Value {
    json!({
        "logStreamName": event.stream,
        "logGroupIdentifier": arn,
        "message": event.message,
        "timestamp": event.timestamp_ms,
        "ingestionTime": event.ingestion_ms,
    })
}

fn event(kind: &str, payload: &Value) -> Bytes {
    eventstream::event(kind, JSON, payload.to_string().as_bytes())
}

fn broken_off(error: &StoreError) -> Bytes {
    let text = json!({"message": format!("the log cannot be read: {error}")}).to_string();
    eventstream::exception("SessionStreamingException", JSON, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_so_many_sessions_and_no_more() {
        let sessions = Sessions::default();
        let account = |id| AccountId::new(id).expect("an account");
        let enter = |id| sessions.enter(&account(id));
        let places: Vec<_> = (0..SESSIONS).map(|_| enter("000000000001")).collect();
        assert!(places.iter().all(Result::is_ok));
        assert!(enter("000000000001").is_err());
        assert!(enter("000000000002").is_ok());
        drop(places);
        assert!(enter("000000000001").is_ok());
        assert!(sessions.0.lock().expect("a map").is_empty());
    }
}
