//! What a function URL answers where the function does not.

use fika_aws::shape::AwsError;
use fika_aws::sigv4::AuthError;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use crate::answer::Answer;
use crate::body::BodyError;
use crate::reply::{self, Reply};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Why.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nothing there, or not for this caller: nobody is told which.
    Forbidden,
    /// A signature that is none.
    Signature(AuthError),
    /// No whole body.
    Body(BodyError),
    /// The event that would be made of it is too large.
    TooLarge,
    /// The function ended with an error, or its answer was none.
    Function,
    /// Something kept it from running.
    Invoke(AwsError),
}

impl Refusal {
    pub(crate) fn reply(self) -> Reply {
        let said =
            |status, kind, text: &str| said(status, kind, &json!({ "Message": text }).to_string());
        match self {
            Self::Forbidden | Self::Signature(AuthError::MissingToken) => {
                reply::closing(said(403, "AccessDeniedException", "Forbidden"))
            }
            Self::Signature(error) => reply::closing(said(403, error.code(), &error.to_string())),
            Self::TooLarge | Self::Body(BodyError::TooLarge) => reply::closing(said(
                413,
                "RequestEntityTooLargeException",
                "Request Entity Too Large",
            )),
            Self::Body(BodyError::NoRoom) => {
                reply::closing(said(503, "ServiceUnavailableException", "Service Unavailable"))
            }
            Self::Body(BodyError::Slow) => {
                reply::closing(said(408, "RequestTimeoutException", "Request Timeout"))
            }
            Self::Body(BodyError::Broken) => {
                reply::closing(said(400, "BadRequestException", "Bad Request"))
            }
            Self::Function => bad_gateway(),
            Self::Invoke(error) => not_run(error),
        }
    }
}

/// Limits and what the client did are told; what is wrong with the function is its owner's to
/// know.
fn not_run(error: AwsError) -> Reply {
    match error.status() {
        400 | 413 | 429 | 503 => reply::refuse(error),
        _ => {
            tracing::debug!(%error, "a function URL's function cannot be run");
            bad_gateway()
        }
    }
}

fn bad_gateway() -> Reply {
    said(502, "InternalServerErrorException", "Internal Server Error")
}

fn said(status: u16, kind: &'static str, body: &str) -> Reply {
    let mut reply = Response::new(Answer::from(body.to_owned()));
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ERROR_TYPE, HeaderValue::from_static(kind));
    reply
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        Self::Signature(error)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<AwsError> for Refusal {
    fn from(error: AwsError) -> Self {
        Self::Invoke(error)
    }
}
