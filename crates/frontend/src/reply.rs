//! Answers and errors on the wire.

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_aws::sigv4::AuthError;
use fika_model::{RequestId, Throttle};
use http::Response;
use http::header::{CONNECTION, HeaderName, HeaderValue};

use crate::answer::Answer;

/// What a client gets.
pub(crate) type Reply = Response<Answer>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A whole answer as a reply.
pub(crate) fn from(response: Response<Bytes>) -> Reply {
    response.map(Answer::from)
}

/// An error as a reply.
pub(crate) fn refuse(error: AwsError) -> Reply {
    from(error.into_response())
}

/// A refusal that leaves a body unread: the connection cannot go on after it.
pub(crate) fn refuse_and_close(error: AwsError) -> Reply {
    closing(refuse(error))
}

/// An answer after which the connection cannot go on.
pub(crate) fn closing(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}

/// Names the request in its answer, where that does not do so already.
pub(crate) fn named(mut reply: Reply, id: RequestId) -> Reply {
    let mut buffer = uuid::Uuid::encode_buffer();
    let text = id.0.hyphenated().encode_lower(&mut buffer);
    if let Ok(value) = HeaderValue::from_str(text) {
        reply.headers_mut().entry(REQUEST_ID).or_insert(value);
    }
    reply
}

/// A refused signature.
pub(crate) fn unauthorised(error: &AuthError) -> AwsError {
    AwsError::new(error.code(), error.status(), error.to_string())
}

/// Something AWS has and fika will not have. An error that every SDK has a type for, and none
/// tries again.
pub(crate) fn not_supported(operation: &str, what: &str) -> AwsError {
    AwsError::invalid_parameter_value(format!(
        "{operation} is not supported: fika has no {what} (docs/api-coverage.md)."
    ))
}

/// Something AWS has and fika does not have yet. 501, which no SDK tries again.
pub(crate) fn not_served(what: &str) -> AwsError {
    let text = format!("fika does not serve {what} yet");
    AwsError::new("NotImplementedException", 501, text)
}

/// 429, with the reason, and when to try again.
pub(crate) fn throttled(text: &str, throttle: &Throttle) -> AwsError {
    // Whole seconds, and never "at once": that would only bring the same answer.
    let seconds = throttle.retry_after.as_secs_f64().ceil().max(1.0);
    let reason = throttle.reason.to_string();
    AwsError::too_many_requests(text, Some(&seconds.to_string()), Some(&reason))
}
