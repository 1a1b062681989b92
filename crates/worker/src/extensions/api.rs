//! The HTTP that extensions speak: the Extensions API 2020-01-01, and the subscriptions of the
//! Telemetry API 2022-07-01 and the Logs API 2020-08-15. It comes through the door of the Runtime
//! API, from any process of the sandbox.

use bytes::Bytes;
use fika_sandbox::Exit;
use http::header::HeaderName;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Interests, Refused};
use crate::runtime_api::{Answer, accepted_document, collect_small, failure, json};
use crate::slot::Slot;
use crate::telemetry::Api;

const PREFIX: &str = "/2020-01-01/extension/";
const TELEMETRY: &str = "/2022-07-01/telemetry";
const LOGS: &str = "/2020-08-15/logs";
const NAME: HeaderName = HeaderName::from_static("lambda-extension-name");
const IDENTIFIER: HeaderName = HeaderName::from_static("lambda-extension-identifier");
const EVENT_IDENTIFIER: HeaderName = HeaderName::from_static("lambda-extension-event-identifier");
const FEATURES: HeaderName = HeaderName::from_static("lambda-extension-accept-feature");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-extension-function-error-type");
/// The longest name, in bytes: that of a file.
const NAME_BYTES: usize = 255;

/// Answers a call of an extension; none when it is no such call.
pub(crate) async fn answer(slot: &Slot, parts: &Parts, body: Incoming) -> Option<Answer> {
    let api = match parts.uri.path() {
        TELEMETRY => Some(Api::Telemetry),
        LOGS => Some(Api::Logs),
        _ => None,
    };
    let answered = match (&parts.method, api, parts.uri.path().strip_prefix(PREFIX)) {
        (&Method::PUT, Some(api), _) => subscribe(slot, api, parts, body).await,
        (&Method::POST, _, Some("register")) => register(slot, parts, body).await,
        (&Method::GET, _, Some("event/next")) => next(slot, parts).await,
        (&Method::POST, _, Some("init/error")) => failed(slot, parts, true),
        (&Method::POST, _, Some("exit/error")) => failed(slot, parts, false),
        _ => return None,
    };
    Some(answered.unwrap_or_else(refused))
}

fn refused(Refused { kind, message }: Refused) -> Answer {
    failure(StatusCode::FORBIDDEN, kind, &message)
}

fn text<'p>(parts: &'p Parts, name: &HeaderName) -> &'p str {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The extension that a call says it is of.
fn identifier(parts: &Parts) -> Result<Uuid, Refused> {
    let text = text(parts, &IDENTIFIER);
    if text.is_empty() {
        let message = "Missing Lambda-Extension-Identifier header";
        return Err(Refused::new("Extension.MissingExtensionIdentifier", message));
    }
    text.parse().map_err(|_| {
        let message = "Invalid Lambda-Extension-Identifier";
        Refused::new("Extension.InvalidExtensionIdentifier", message)
    })
}

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<String>,
}

async fn register(slot: &Slot, parts: &Parts, body: Incoming) -> Result<Answer, Refused> {
    let name = text(parts, &NAME);
    if name.is_empty() || name.len() > NAME_BYTES {
        let message =
            if name.is_empty() { "Empty extension name" } else { "Extension name too long" };
        return Err(Refused::new("Extension.InvalidExtensionName", message));
    }
    let format = |error: String| Refused::new("InvalidRequestFormat", error);
    let body = collect_small(slot, body).await.map_err(|cut| format(cut.into()))?;
    let given: Registration =
        serde_json::from_slice(&body).map_err(|error| format(error.to_string()))?;
    let id = slot.register(name, interests(&given.events)?)?;
    let version = &slot.version;
    let mut about = json!({
        "functionName": version.arn.name,
        "functionVersion": version.version,
        "handler": version.handler,
    });
    if text(parts, &FEATURES).split(',').any(|feature| feature.trim() == "accountId") {
        about["accountId"] = version.arn.scope.account.to_string().into();
    }
    let mut answer = json(StatusCode::OK, about.to_string().into());
    answer.headers_mut().extend(HeaderValue::try_from(id.to_string()).map(|id| (IDENTIFIER, id)));
    Ok(answer)
}

fn interests(events: &[String]) -> Result<Interests, Refused> {
    let mut interests = Interests::default();
    for event in events {
        match event.as_str() {
            "INVOKE" => interests.invoke = true,
            "SHUTDOWN" => interests.shutdown = true,
            other => {
                let message = format!("{other}: ErrorInvalidEventType");
                return Err(Refused::new("Extension.InvalidEventType", message));
            }
        }
    }
    Ok(interests)
}

async fn next(slot: &Slot, parts: &Parts) -> Result<Answer, Refused> {
    let event = slot.extension_next(identifier(parts)?).await?;
    let mut answer = json(StatusCode::OK, event);
    let id = HeaderValue::try_from(Uuid::new_v4().to_string());
    answer.headers_mut().extend(id.map(|id| (EVENT_IDENTIFIER, id)));
    Ok(answer)
}

/// An extension says that it failed. What it says of that is for its own log.
fn failed(slot: &Slot, parts: &Parts, in_init: bool) -> Result<Answer, Refused> {
    let id = identifier(parts)?;
    let kind = text(parts, &ERROR_TYPE);
    if kind.is_empty() {
        let message = "Lambda-Extension-Function-Error-Type not found";
        return Err(Refused::new("Extension.MissingHeader", message));
    }
    slot.extension_failed(id, in_init)?;
    Ok(accepted_document())
}

async fn subscribe(
    slot: &Slot,
    api: Api,
    parts: &Parts,
    body: Incoming,
) -> Result<Answer, Refused> {
    let id = identifier(parts)?;
    let body = match collect_small(slot, body).await {
        Ok(body) => body,
        Err(cut) => return Ok(invalid(cut)),
    };
    match api.read(&body) {
        Ok(wish) => {
            slot.subscribe(id, api, wish)?;
            Ok(json(StatusCode::OK, Bytes::from_static(b"\"OK\"")))
        }
        Err(message) => Ok(invalid(&message)),
    }
}

fn invalid(message: &str) -> Answer {
    failure(StatusCode::BAD_REQUEST, "ValidationError", message)
}

/// How AWS tells of the end of an extension's process.
pub(crate) fn exit_text(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("signal: {signal}"),
    }
}
