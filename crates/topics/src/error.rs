//! What SNS answers when it does not.

use fika_aws::shape::AwsError;

pub(crate) fn invalid(what: impl std::fmt::Display) -> AwsError {
    AwsError::new("InvalidParameter", 400, format!("Invalid parameter: {what}"))
}

pub(crate) fn value(text: impl Into<String>) -> AwsError {
    AwsError::new("ParameterValueInvalid", 400, text.into())
}

pub(crate) fn no_topic() -> AwsError {
    AwsError::new("NotFound", 404, "Topic does not exist")
}

pub(crate) fn no_subscription() -> AwsError {
    AwsError::new("NotFound", 404, "Subscription does not exist")
}

/// SNS has a name of its own for what its caller may not do.
pub(crate) fn denied(error: AwsError) -> AwsError {
    AwsError::new("AuthorizationError", 403, error.message())
}

/// Of a topic of another account nobody learns whether it is there.
pub(crate) fn not_yours(action: &str, arn: &str) -> AwsError {
    let text = format!("User is not authorized to perform: {action} on resource: {arn}");
    AwsError::new("AuthorizationError", 403, text)
}

pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> AwsError {
    tracing::error!(error, "a topic could not be changed");
    AwsError::new("InternalError", 500, error.to_string())
}
