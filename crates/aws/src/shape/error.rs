//! An error on its way to the client.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::json::Malformed;

/// Whose fault an error is; `Type` in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The caller's: `User`.
    Client,
    /// Ours: `Service`.
    Server,
}

/// An error as AWS answers it: a name, a status, a JSON body, perhaps headers. Constructors of
/// the service's own errors are generated: [`AwsError::resource_not_found`] and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    name: &'static str,
    status: u16,
    members: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl AwsError {
    /// An error the service model does not list, such as `AccessDeniedException`: its body is
    /// only the message.
    #[must_use]
    pub fn new(name: &'static str, status: u16, message: impl Into<String>) -> Self {
        let members = vec![("message", message.into())];
        Self { name, status, members, headers: Vec::new() }
    }

    /// A broken constraint: `ValidationException`, 400.
    #[must_use]
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", 400, message)
    }

    /// One constraint, checked elsewhere, in the words of the generated checks: `rule` is as in
    /// "Member must have length less than or equal to 64".
    #[must_use]
    pub fn broken_constraint(value: &str, path: &str, rule: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{path}' failed to satisfy \
             constraint: {rule}"
        ))
    }

    pub(crate) fn modelled(
        name: &'static str,
        status: u16,
        fault: Fault,
        message_member: &'static str,
        message: String,
    ) -> Self {
        let kind = match fault {
            Fault::Client => "User",
            Fault::Server => "Service",
        };
        let members = vec![("Type", kind.to_owned()), (message_member, message)];
        Self { name, status, members, headers: Vec::new() }
    }

    /// Adds a member to the body, where there is one.
    #[must_use]
    pub fn member(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.members.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// Adds a header, where there is one. `name` is in lower case; a value that no header can
    /// hold is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        let value = value.and_then(|value| HeaderValue::from_str(value).ok());
        self.headers.extend(value.map(|value| (HeaderName::from_static(name), value)));
        self
    }

    /// Its name, as in `ResourceNotFoundException`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Its message.
    #[must_use]
    pub fn message(&self) -> &str {
        let message = self.members.iter().find(|(name, _)| name.eq_ignore_ascii_case("message"));
        message.map_or("", |(_, text)| text)
    }

    /// Its JSON body.
    #[must_use]
    pub fn body(&self) -> Bytes {
        let members =
            self.members.iter().map(|(name, value)| ((*name).into(), value.as_str().into()));
        Value::Object(members.collect::<Map<_, _>>()).to_string().into()
    }

    /// The whole answer: status, body, `x-amzn-ErrorType` and its own headers.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body());
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.name));
        headers.extend(self.headers);
        response
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message())
    }
}

impl std::error::Error for AwsError {}

impl From<Malformed> for AwsError {
    fn from(why: Malformed) -> Self {
        Self {
            name: "SerializationException",
            status: 400,
            members: vec![("Message", why.0.into_owned())],
            headers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modelled_error_is_whole() {
        let error = AwsError::too_many_requests(
            "Rate Exceeded.",
            Some("1"),
            Some("CallerRateLimitExceeded"),
        );
        let response = error.into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["x-amzn-errortype"], "TooManyRequestsException");
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(
            response.body(),
            r#"{"Type":"User","message":"Rate Exceeded.","Reason":"CallerRateLimitExceeded"}"#
        );
    }

    #[test]
    fn the_message_keeps_the_models_casing() {
        assert_eq!(
            AwsError::resource_not_found("gone").body(),
            r#"{"Type":"User","Message":"gone"}"#
        );
        assert_eq!(AwsError::service("oh").body(), r#"{"Type":"Service","Message":"oh"}"#);
        assert_eq!(AwsError::validation("no").body(), r#"{"message":"no"}"#);
    }

    #[test]
    fn a_header_cannot_be_split() {
        let error = AwsError::too_many_requests("m", Some("1\r\nx: y"), None);
        assert!(!error.into_response().headers().contains_key("retry-after"));
    }
}
