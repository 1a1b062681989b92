//! The part of CloudWatch Logs that is served: `FilterLogEvents`, so that `fika logs` and the
//! aws CLI can read what functions wrote.

use bytes::Bytes;
use fika_model::Scope;
use fika_store::{Cursor, LogKey, LogStore, StoredEvent, TimeRange};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::Answer;
use crate::auth::Caller;
use crate::permit;
use crate::reply::Reply;

/// What the names of the operations begin with in `X-Amz-Target`.
pub(crate) const TARGET_PREFIX: &str = "Logs_20140328.";
/// The most events one answer carries (the service's own limit).
const EVENTS: usize = 10_000;
/// The longest name of a log group.
const NAME_BYTES: usize = 512;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    log_group_name: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    filter_pattern: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FilteredEvent {
    log_stream_name: String,
    timestamp: i64,
    message: String,
    ingestion_time: i64,
    event_id: String,
}

struct Refused {
    status: StatusCode,
    name: &'static str,
    message: String,
}

/// Answers one call.
pub(crate) async fn answer(
    logs: &LogStore,
    caller: &Caller,
    operation: &str,
    body: &Bytes,
) -> Reply {
    if let Err(error) = permit::check(caller, "logs", operation, None) {
        let (name, message) = (error.name(), error.message().to_owned());
        return refuse(Refused { status: StatusCode::FORBIDDEN, name, message });
    }
    let answered = match operation {
        "FilterLogEvents" => filter(logs, &caller.scope, body).await,
        other => Err(Refused {
            status: StatusCode::NOT_IMPLEMENTED,
            name: "NotImplementedException",
            message: format!("fika does not serve {} of CloudWatch Logs yet", other.escape_debug()),
        }),
    };
    match answered {
        Ok(body) => reply(StatusCode::OK, body),
        Err(refused) => refuse(refused),
    }
}

fn refuse(Refused { status, name, message }: Refused) -> Reply {
    let body = json!({"__type": name, "message": message}).to_string();
    reply(status, body.into())
}

fn reply(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Answer::from(body));
    *reply.status_mut() = status;
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}

async fn filter(logs: &LogStore, scope: &Scope, body: &Bytes) -> Result<Bytes, Refused> {
    let wanted: Filter = serde_json::from_slice(body)
        .map_err(|e| bad("SerializationException", format!("the body cannot be read: {e}")))?;
    let name = wanted.log_group_name.clone().unwrap_or_default();
    if name.is_empty() || name.len() > NAME_BYTES {
        return Err(bad("InvalidParameterException", "logGroupName is 1 to 512 characters"));
    }
    if wanted.filter_pattern.as_deref().is_some_and(|pattern| !pattern.trim().is_empty()) {
        let text = "fika does not serve filterPattern yet: leave it out and filter what comes";
        return Err(bad("InvalidParameterException", text));
    }
    let from = match wanted.next_token.as_deref() {
        None => Cursor::START,
        Some(token) => token
            .parse()
            .map_err(|_| bad("InvalidParameterException", "The specified nextToken is invalid."))?,
    };
    let (logs, key) = (logs.clone(), LogKey::new(scope, name));
    let read = tokio::task::spawn_blocking(move || page(&logs, &key, from, &wanted));
    read.await.unwrap_or_else(|e| Err(failed(&e)))
}

fn page(logs: &LogStore, key: &LogKey, from: Cursor, wanted: &Filter) -> Result<Bytes, Refused> {
    if !logs.contains(key) {
        let text = "The specified log group does not exist.";
        return Err(bad("ResourceNotFoundException", text));
    }
    let limit = wanted.limit.unwrap_or(EVENTS).clamp(1, EVENTS);
    // The service's end is the last moment that counts, the store's the first that does not.
    let until_ms = wanted.end_time.map(|end| end.saturating_add(1));
    let range = TimeRange { from_ms: wanted.start_time, until_ms };
    let page = logs.read(key, from, limit, range).map_err(|e| failed(&e))?;
    let taken = page.events.into_iter().filter(|event| wanted.takes(&event.stream));
    let events: Vec<FilteredEvent> = taken.map(filtered).collect();
    let next = (!page.at_end).then(|| page.next.to_string());
    let mut answer = json!({"events": events, "searchedLogStreams": []});
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer.to_string().into())
}

impl Filter {
    fn takes(&self, stream: &str) -> bool {
        let named = self.log_stream_names.is_empty()
            || self.log_stream_names.iter().any(|name| name == stream);
        let prefix = self.log_stream_name_prefix.as_deref();
        named && prefix.is_none_or(|prefix| stream.starts_with(prefix))
    }
}

fn filtered(event: StoredEvent) -> FilteredEvent {
    FilteredEvent {
        event_id: event.place.to_string(),
        log_stream_name: event.stream,
        timestamp: event.timestamp_ms,
        message: event.message,
        ingestion_time: event.ingestion_ms,
    }
}

fn bad(name: &'static str, message: impl Into<String>) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, name, message: message.into() }
}

fn failed(error: &dyn std::fmt::Display) -> Refused {
    Refused {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        name: "ServiceUnavailableException",
        message: format!("the log cannot be read: {error}"),
    }
}
