//! The borrowed view of a request that signing and checking read.

use http::{HeaderMap, Uri};

use super::AuthError;

/// What of a request is signed, as it stood on the wire: nothing decoded, nothing cleaned.
#[derive(Debug, Clone, Copy)]
pub struct RequestView<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path, still percent-encoded. Empty means `/`.
    pub path: &'a str,
    /// The query without its `?`, still percent-encoded; empty if there is none.
    pub query: &'a str,
    /// Stands in for a missing `Host` header: HTTP/2's `:authority`.
    pub authority: Option<&'a str>,
    /// All headers.
    pub headers: &'a HeaderMap,
}

impl<'a> RequestView<'a> {
    /// The view of these parts of a request.
    pub fn new(method: &'a http::Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self {
            method: method.as_str(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            authority: uri.authority().map(|a| a.as_str()),
            headers,
        }
    }

    /// The only value of that header; `None` if it is absent.
    ///
    /// Two of them, or bytes that are no visible ASCII, are refused: which one was meant would be
    /// a guess, and a guess is how a request means one thing here and another one later.
    pub(super) fn single(&self, name: &'static str) -> Result<Option<&'a str>, AuthError> {
        let mut values = self.headers.get_all(name).iter();
        let Some(first) = values.next() else { return Ok(None) };
        match (first.to_str(), values.next()) {
            (Ok(text), None) => Ok(Some(text.trim())),
            _ => {
                Err(AuthError::Incomplete(format!("Header '{name}' must be given once, in ASCII.")))
            }
        }
    }
}

impl<'a> From<&'a http::request::Parts> for RequestView<'a> {
    fn from(parts: &'a http::request::Parts) -> Self {
        Self::new(&parts.method, &parts.uri, &parts.headers)
    }
}
