//! Answers, and what is said with each of them.

use bytes::Bytes;
use fika_service::{Flow, whole};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Response, StatusCode};
use serde_json::Value;

/// Nothing is run, shown or asked but what is this server's own, and nobody shows these pages inside of theirs.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const ALWAYS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    // Pages of the same origin that are not ours cannot reach into a window of ours.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The same with what is said with every answer.
#[must_use]
pub fn guarded(mut reply: Response<Flow>) -> Response<Flow> {
    let headers = reply.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    reply
}

/// A document.
#[must_use]
pub fn json(status: StatusCode, body: &Value) -> Response<Flow> {
    let mut reply = Response::new(whole(body.to_string().into()));
    *reply.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}

/// A refusal in words.
#[must_use]
pub fn refuse(status: StatusCode, text: &str) -> Response<Flow> {
    json(status, &serde_json::json!({ "message": text }))
}

/// Nobody is logged in who sent this, or not any more.
#[must_use]
pub fn nobody() -> Response<Flow> {
    let mut reply = refuse(StatusCode::UNAUTHORIZED, "Log in first.");
    let ended = HeaderValue::from_static("ended");
    reply.headers_mut().insert(HeaderName::from_static("fika-session"), ended);
    reply
}

/// It is over there.
#[must_use]
pub fn elsewhere(path: &'static str) -> Response<Flow> {
    let mut reply = Response::new(whole(Bytes::new()));
    *reply.status_mut() = StatusCode::PERMANENT_REDIRECT;
    reply.headers_mut().insert(LOCATION, HeaderValue::from_static(path));
    reply
}
