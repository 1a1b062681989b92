//! What waits and what ended with nowhere to go, for the root of its account: what `fika events` calls. AWS has
//! nothing of the kind.

use fika_aws::shape::AwsError;
use fika_events::{Events, Listed, State};
use fika_journal::JournalError;
use fika_model::RequestId;
use http::Response;
use http::request::Parts;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::auth::Caller;
use crate::reply::Reply;

/// Where events are. Nothing of AWS's begins so.
pub(crate) const PATH: &str = "/_fika/events";
/// The most that one answer lists.
const PAGE: usize = 1_000;

/// Answers one request. `path` is what follows [`PATH`].
///
/// # Errors
/// 403 for who is no root; 404 for what is not there; 503 when the disk fails.
pub(crate) async fn answer(
    events: &Events,
    caller: &Caller,
    parts: &Parts,
    path: &str,
) -> Result<Reply, AwsError> {
    let account = &caller.scope.account;
    if !caller.principal.is_root_of(account) {
        let text = "Only the root of an account may look after its events.";
        return Err(AwsError::new("AccessDeniedException", 403, text));
    }
    let ended = parts.uri.query().is_some_and(|query| query.split('&').any(|one| one == "ended"));
    let words: Vec<&str> = path.split('/').skip(1).collect();
    match (parts.method.as_str(), words.as_slice()) {
        ("GET", []) => {
            let all = events.list(account, ended, PAGE).await.map_err(failed)?;
            let all: Vec<Value> = all.iter().map(shown).collect();
            Ok(reply(&json!({ "events": all })))
        }
        ("GET", [id]) => {
            let found = events.find(account, read(id)?).await.map_err(failed)?;
            found.map(|one| reply(&shown(&one))).ok_or_else(nothing)
        }
        ("POST", [id, "replay"]) => {
            let id = read(id)?;
            let replayed = events.replay(account, id).await.map_err(failed)?;
            replayed.map(|()| reply(&json!({ "id": id }))).ok_or_else(nothing)
        }
        _ => Err(nothing()),
    }
}

fn shown(one: &Listed) -> Value {
    let mut shown = json!({
        "id": one.id,
        "target": one.target,
        "accepted_ms": one.accepted,
        "attempts": one.attempts,
        "size": one.size,
        "payload": String::from_utf8_lossy(&one.payload),
    });
    match &one.state {
        State::Waiting { due } => {
            shown["state"] = "waiting".into();
            shown["due_ms"] = json!(due);
        }
        State::Ended { at, condition, message } => {
            shown["state"] = "ended".into();
            shown["ended_ms"] = json!(at);
            shown["condition"] = json!(condition);
            shown["message"] = json!(message);
        }
    }
    shown
}

fn read(id: &str) -> Result<RequestId, AwsError> {
    let id = id.parse().map_err(|_| AwsError::validation("That is no id of an event."))?;
    Ok(RequestId(id))
}

fn nothing() -> AwsError {
    AwsError::new("ResourceNotFoundException", 404, "There is no such event.")
}

fn failed(error: JournalError) -> AwsError {
    tracing::error!(%error, "events cannot be looked at");
    AwsError::new("ServiceUnavailableException", 503, error.to_string())
}

fn reply(body: &Value) -> Reply {
    Response::new(Answer::from(body.to_string()))
}
