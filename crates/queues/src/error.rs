//! Refusals in SQS's words. Where the model's name and the older code differ, `wire` knows both.

use fika_aws::shape::AwsError;
use fika_journal::JournalError;

/// What an account is told that has too much waiting.
pub(crate) const THROTTLED: &str = "RequestThrottled";

pub(crate) fn no_queue() -> AwsError {
    AwsError::new("QueueDoesNotExist", 400, "The specified queue does not exist.")
}

/// What another account is told, whether or not there is such a queue.
pub(crate) fn no_queue_or_access() -> AwsError {
    let text = "The specified queue does not exist or you do not have access to it.";
    AwsError::new("QueueDoesNotExist", 400, text)
}

pub(crate) fn missing(parameter: &str) -> AwsError {
    let text = format!("The request must contain the parameter {parameter}.");
    AwsError::new("MissingParameter", 400, text)
}

pub(crate) fn value(value: &str, parameter: &str, reason: &str) -> AwsError {
    // What a client sent may be long; the reason is what it needs.
    let value: String = value.chars().take(1_024).collect();
    let text = format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}");
    AwsError::new("InvalidParameterValue", 400, text)
}

pub(crate) fn invalid(text: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", 400, text)
}

pub(crate) fn attribute_name(text: impl Into<String>) -> AwsError {
    AwsError::new("InvalidAttributeName", 400, text)
}

pub(crate) fn attribute_value(name: &str) -> AwsError {
    let text = format!("Invalid value for the parameter {name}.");
    AwsError::new("InvalidAttributeValue", 400, text)
}

pub(crate) fn handle(handle: &str) -> AwsError {
    let handle: String = handle.chars().take(1_024).collect();
    let text = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
    AwsError::new("ReceiptHandleIsInvalid", 400, text)
}

pub(crate) fn no_task(text: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", 404, text)
}

pub(crate) fn unsupported(text: impl Into<String>) -> AwsError {
    AwsError::new("UnsupportedOperation", 400, text)
}

pub(crate) fn unavailable(why: &JournalError) -> AwsError {
    if *why == JournalError::Share {
        return AwsError::new(THROTTLED, 403, why.to_string());
    }
    tracing::warn!(error = %why, "a queue's change is refused");
    AwsError::new("ServiceUnavailable", 503, why.to_string())
}

pub(crate) fn internal(why: impl std::fmt::Display) -> AwsError {
    tracing::error!(error = %why, "a queue's change failed");
    AwsError::new("InternalFailure", 500, "The request failed for a reason of the server's.")
}
