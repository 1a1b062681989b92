//! What a request that ends here is answered: each service has its own words.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::record::Kind;

/// Why a request goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such API or stage.
    NoStage,
    /// No such route.
    NoRoute,
    /// Nobody said who they are, or not so that it is believed; what the client may read of it.
    Unauthorized(Option<String>),
    /// Who it is may not.
    Forbidden(Option<String>),
    /// An authorizer says no.
    Denied(No),
    /// An authorizer gives no answer.
    NoVerdict,
    /// Too many.
    TooMany,
    /// The request is too large for a function.
    TooLarge,
    /// Its body did not come, or not whole.
    Unread,
    /// The function may not be called, failed, or answered what is no HTTP.
    Broken,
    /// It cannot be called now.
    Unavailable,
    /// It takes too long.
    Slow,
}

/// How an authorizer says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum No {
    /// In so many words.
    Explicit,
    /// It does not say yes.
    Implicit,
}

impl Refusal {
    /// Its answer.
    #[must_use]
    pub fn answer(&self, kind: Kind) -> Response<Bytes> {
        let (status, text, error) = match kind {
            Kind::Http => self.of_http(),
            Kind::Rest => self.of_rest(),
        };
        let body = if matches!(self, Self::Denied(_)) && kind == Kind::Rest {
            // This one is spelled with a capital.
            format!(r#"{{"Message":"{text}"}}"#)
        } else {
            format!(r#"{{"message":"{text}"}}"#)
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if kind == Kind::Rest {
            let name = HeaderName::from_static("x-amzn-errortype");
            headers.insert(name, HeaderValue::from_static(error));
        }
        let challenge = match self {
            Self::Unauthorized(Some(text)) | Self::Forbidden(Some(text)) => text,
            _ => return response,
        };
        if let Ok(value) = HeaderValue::from_str(challenge) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        response
    }

    fn of_http(&self) -> (StatusCode, &'static str, &'static str) {
        let (status, text) = match self {
            Self::NoStage | Self::NoRoute => (StatusCode::NOT_FOUND, "Not Found"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Forbidden(_) | Self::Denied(_) => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::Unread => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::Broken | Self::NoVerdict => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
            Self::Unavailable | Self::Slow => {
                (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        };
        (status, text, "")
    }

    fn of_rest(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoStage | Self::Forbidden(_) => {
                (StatusCode::FORBIDDEN, "Forbidden", "ForbiddenException")
            }
            Self::NoRoute => (
                StatusCode::FORBIDDEN,
                "Missing Authentication Token",
                "MissingAuthenticationTokenException",
            ),
            Self::Unauthorized(_) => {
                (StatusCode::UNAUTHORIZED, "Unauthorized", "UnauthorizedException")
            }
            Self::Denied(No::Implicit) => (
                StatusCode::FORBIDDEN,
                "User is not authorized to access this resource",
                "AccessDeniedException",
            ),
            Self::Denied(No::Explicit) => (
                StatusCode::FORBIDDEN,
                "User is not authorized to access this resource with an explicit deny",
                "AccessDeniedException",
            ),
            Self::NoVerdict => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal server error",
                "AuthorizerConfigurationException",
            ),
            Self::TooMany => {
                (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", "TooManyRequestsException")
            }
            Self::Unread => (StatusCode::BAD_REQUEST, "Bad Request", "BadRequestException"),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long", "RequestTooLargeException")
            }
            Self::Broken | Self::Unavailable => {
                (StatusCode::BAD_GATEWAY, "Internal server error", "InternalServerErrorException")
            }
            Self::Slow => (
                StatusCode::GATEWAY_TIMEOUT,
                "Endpoint request timed out",
                "InternalServerErrorException",
            ),
        }
    }
}
