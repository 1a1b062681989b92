//! The aws-json protocols: `X-Amz-Target` names the operation, and bodies are JSON.

use bytes::Bytes;
use fika_aws::shape::AwsError;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The operation that a request names, of a service whose names begin so (`AmazonSQS.`).
#[must_use]
pub fn operation<'p>(parts: &'p Parts, prefix: &str) -> Option<&'p str> {
    parts.headers.get("x-amz-target")?.to_str().ok()?.strip_prefix(prefix)
}

/// Reads an input. An empty body is an input without members.
///
/// # Errors
/// 400 `SerializationException`.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|e| {
        AwsError::new("SerializationException", 400, format!("The body cannot be read: {e}"))
    })
}

/// An answer in that version of the protocol, `1.0` or `1.1`.
#[must_use]
pub fn answer(version: &str, output: &impl Serialize) -> Response<Bytes> {
    let body = match serde_json::to_value(output) {
        Ok(Value::Null) => Bytes::new(),
        Ok(value) => value.to_string().into(),
        Err(error) => return refuse(version, &AwsError::service(error.to_string())),
    };
    reply(version, StatusCode::OK, body)
}

/// An error.
#[must_use]
pub fn refuse(version: &str, error: &AwsError) -> Response<Bytes> {
    let body = json!({"__type": error.name(), "message": error.message()}).to_string();
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    reply(version, status, body.into())
}

fn reply(version: &str, status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let kind = HeaderValue::from_str(&format!("application/x-amz-json-{version}"));
    reply.headers_mut().extend(kind.ok().map(|kind| (CONTENT_TYPE, kind)));
    reply
}
