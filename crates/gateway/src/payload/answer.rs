//! A function's answer as HTTP.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use thiserror::Error;

/// With or without its padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What whoever is in front says itself: a function that does gets its word in under another
/// name (API Gateway developer guide, "Important notes": remapped headers).
const REMAPPED: [(&str, HeaderName); 6] = [
    ("connection", HeaderName::from_static("x-amzn-remapped-connection")),
    ("content-length", HeaderName::from_static("x-amzn-remapped-content-length")),
    ("date", HeaderName::from_static("x-amzn-remapped-date")),
    ("keep-alive", HeaderName::from_static("x-amzn-remapped-keep-alive")),
    ("server", HeaderName::from_static("x-amzn-remapped-server")),
    ("www-authenticate", HeaderName::from_static("x-amzn-remapped-www-authenticate")),
];
/// What is of one connection and no business of a function's.
const DROPPED: [&str; 4] = ["transfer-encoding", "upgrade", "trailer", "te"];

/// What a client gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, without those of the connection.
    pub headers: HeaderMap,
    /// All of its body.
    pub body: Bytes,
}

/// The head of an answer, before any of its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Prelude {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, without those of the connection.
    pub headers: HeaderMap,
}

/// Why a function's answer is none.
#[derive(Debug, Error)]
pub enum Malformed {
    /// It is no JSON, or its members are not what they should be.
    #[error("the answer is not of the form that a function behind HTTP answers in: {0}")]
    Json(#[from] serde_json::Error),
    /// No status is like that.
    #[error("statusCode is no number from 200 to 599")]
    Status,
    /// A header that HTTP has no room for.
    #[error("the header {0:?} is not valid")]
    Header(String),
    /// The body is not what `isBase64Encoded` says.
    #[error("the body is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe<'a> {
    #[serde(borrow, default)]
    status_code: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shaped<'a> {
    #[serde(default)]
    status_code: Option<Value>,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(borrow, default)]
    body: Option<Text<'a>>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// A text that is not copied where it need not be.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Answer {
    /// What an answer of format 2.0 means.
    pub(super) fn read(payload: Bytes) -> Result<Self, Malformed> {
        if !is_shaped(&payload)? {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, JSON)]);
            return Ok(Self { status: StatusCode::OK, headers, body: payload });
        }
        let shaped: Shaped<'_> = serde_json::from_slice(&payload)?;
        let Prelude { status, headers } =
            head(shaped.status_code.as_ref(), shaped.headers, shaped.cookies, &JSON)?;
        let Text(text) = shaped.body.unwrap_or(Text(Cow::Borrowed("")));
        let body = match shaped.is_base64_encoded {
            Some(true) => BASE64.decode(text.trim_ascii())?.into(),
            _ => match text {
                Cow::Borrowed(text) => payload.slice_ref(text.as_bytes()),
                Cow::Owned(text) => text.into(),
            },
        };
        Ok(Self { status, headers, body })
    }
}

impl Prelude {
    /// The head of a stream whose function said nothing of it.
    #[must_use]
    pub fn plain() -> Self {
        let kind = HeaderValue::from_static("application/octet-stream");
        Self { status: StatusCode::OK, headers: HeaderMap::from_iter([(CONTENT_TYPE, kind)]) }
    }

    /// Reads the JSON that a stream begins with (`awslambda.HttpResponseStream.from`).
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(json: &[u8]) -> Result<Self, Malformed> {
        // A list would be read by position.
        let members: Map<String, Value> = serde_json::from_slice(json)?;
        let members = Value::Object(members);
        let shaped = Shaped::deserialize(&members)?;
        let status = shaped.status_code.unwrap_or(Value::from(200));
        let kind = HeaderValue::from_static("application/octet-stream");
        head(Some(&status), shaped.headers, shaped.cookies, &kind)
    }
}

/// Whether it says itself what it is as HTTP.
fn is_shaped(payload: &[u8]) -> Result<bool, Malformed> {
    // Skipping a string does not look at its bytes, so that they are text is checked apart.
    let text = str::from_utf8(payload).map_err(serde_json::Error::custom)?;
    if !text.trim_ascii_start().starts_with('{') {
        serde_json::from_str::<IgnoredAny>(text)?;
        return Ok(false);
    }
    let probe: Probe<'_> = serde_json::from_str(text)?;
    Ok(probe.status_code.is_some_and(|status| status.get() != "null"))
}

fn head(
    status: Option<&Value>,
    headers: Option<Map<String, Value>>,
    cookies: Option<Vec<String>>,
    kind: &HeaderValue,
) -> Result<Prelude, Malformed> {
    let status = read_status(status)?;
    let mut all = HeaderMap::new();
    for (name, value) in headers.unwrap_or_default() {
        if let Some((name, value)) = header(name, value)? {
            all.append(name, value);
        }
    }
    for cookie in cookies.unwrap_or_default() {
        let value = HeaderValue::from_str(&cookie);
        all.append(SET_COOKIE, value.map_err(|_| Malformed::Header("set-cookie".into()))?);
    }
    if !all.contains_key(CONTENT_TYPE) {
        all.insert(CONTENT_TYPE, kind.clone());
    }
    Ok(Prelude { status, headers: all })
}

pub(super) fn read_status(status: Option<&Value>) -> Result<StatusCode, Malformed> {
    let number = match status {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| (200..=599).contains(number));
    let code = number.and_then(|number| u16::try_from(number).ok()).map(StatusCode::from_u16);
    code.and_then(Result::ok).ok_or(Malformed::Status)
}

/// A header as it is sent on: none for one that is not.
pub(super) fn header(
    name: String,
    value: Value,
) -> Result<Option<(HeaderName, HeaderValue)>, Malformed> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Null => return Ok(None),
        Value::Array(_) | Value::Object(_) => return Err(Malformed::Header(name)),
    };
    let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
        return Err(Malformed::Header(name));
    };
    if DROPPED.contains(&parsed.as_str()) {
        return Ok(None);
    }
    let remapped = REMAPPED.into_iter().find(|(own, _)| *own == parsed.as_str());
    // Bytes beyond ASCII go as they are.
    let value = HeaderValue::from_bytes(text.trim_ascii().as_bytes());
    let value = value.map_err(|_| Malformed::Header(name))?;
    Ok(Some((remapped.map_or(parsed, |(_, name)| name), value)))
}
