//! The OpenAPI document that an API's properties have, if any.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::kind::{Ask, Failure};
use crate::services::encoded;

/// `Body` as a text, or what is at `BodyS3Location`.
pub(super) async fn document(ask: &Ask) -> Result<Option<String>, Failure> {
    match ask.value("Body") {
        Value::Null => {}
        Value::String(text) => return Ok(Some(text.clone())),
        document => return Ok(Some(document.to_string())),
    }
    match ask.value("BodyS3Location") {
        Value::Null => Ok(None),
        place => fetched(ask, place).await.map(Some),
    }
}

async fn fetched(ask: &Ask, place: &Value) -> Result<String, Failure> {
    let text = |name: &str| place.get(name).and_then(Value::as_str);
    let (Some(bucket), Some(key)) = (text("Bucket"), text("Key")) else {
        return Err(Failure::new("BodyS3Location must have a Bucket and a Key"));
    };
    let version =
        text("Version").map(|id| format!("?{}", encoded([("versionId", id)].into_iter())));
    let key: Vec<String> = key.split('/').map(escaped).collect();
    let path = format!("/{bucket}/{}{}", key.join("/"), version.unwrap_or_default());
    let request = Request::get(path).body(Bytes::new());
    let request = request.map_err(|error| Failure::new(format!("BodyS3Location: {error}")))?;
    let answer = ask.services.request("s3", request).await?;
    let etag = answer.headers().get("etag").and_then(|etag| etag.to_str().ok());
    if let (Some(wanted), Some(etag)) = (text("Etag"), etag)
        && wanted.trim_matches('"') != etag.trim_matches('"')
    {
        return Err(Failure::new("The document at BodyS3Location has another Etag"));
    }
    String::from_utf8(answer.body().to_vec())
        .map_err(|_| Failure::new("The document at BodyS3Location is no text"))
}

/// A part of a path.
fn escaped(part: &str) -> String {
    encoded([("", part)].into_iter()).trim_start_matches('=').replace('+', "%20")
}
