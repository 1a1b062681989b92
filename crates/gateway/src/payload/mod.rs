//! An HTTP request as the event a function gets, and the function's answer as HTTP.
//!
//! - [`Received`]: a request, whoever is in front; [`Place`]: where it came in
//! - [`v1`]: payload format 1.0, of HTTP APIs and REST APIs
//! - [`v2`]: payload format 2.0, of function URLs and HTTP APIs
//! - [`Answer`]: what a client gets; [`Malformed`]: why a function's answer is none

mod answer;
pub mod v1;
pub mod v2;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Version};
use jiff::Timestamp;

pub use answer::{Answer, Malformed, Prelude};

/// A request as it came.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path, as the function is to see it.
    pub path: &'a str,
    /// What follows the `?`, or nothing.
    pub query: &'a str,
    /// Its protocol.
    pub version: Version,
    /// Its headers, with those that whoever is in front has added.
    pub headers: &'a HeaderMap,
    /// All of its body.
    pub body: &'a Bytes,
    /// The address it came from.
    pub source_ip: &'a str,
}

/// Where a request came in, and when.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// `accountId`: `anonymous` where nobody has signed.
    pub account_id: &'a str,
    /// The id of the API or of the URL.
    pub api_id: &'a str,
    /// The host it was asked at.
    pub domain_name: &'a str,
    /// Its first label.
    pub domain_prefix: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// The route, as in `GET /pets/{id}` or `$default`.
    pub route_key: &'a str,
    /// The stage, as in `$default`.
    pub stage: &'a str,
    /// When it came.
    pub at: Timestamp,
}

impl Received<'_> {
    /// A header's value, where it is there and text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as events have it, and whether that is base64; none without one.
    ///
    /// It is text where its type says so (`text/*`, JSON, XML, JavaScript) and its bytes do, too.
    #[must_use]
    pub fn body(&self) -> Option<(std::borrow::Cow<'_, str>, bool)> {
        if self.body.is_empty() {
            return None;
        }
        let kind = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        Some(match str::from_utf8(self.body) {
            Ok(text) if is_text(kind) => (text.into(), false),
            _ => (BASE64.encode(self.body).into(), true),
        })
    }
}

fn is_text(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((family, kind)) = kind.split_once('/') else { return false };
    let named = ["json", "xml", "javascript"];
    family == "text"
        || (family == "application"
            && (named.contains(&kind) || kind.ends_with("+json") || kind.ends_with("+xml")))
}

/// As API Gateway writes moments: `12/Mar/2020:19:03:58 +0000`.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}
