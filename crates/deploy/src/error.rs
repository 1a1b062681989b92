//! What is refused, in CloudFormation's words.

use fika_aws::shape::AwsError;

use fika_template::Invalid;

/// 400 `ValidationError`.
pub(crate) fn invalid(text: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", 400, text)
}

/// What is wrong with a template.
pub(crate) fn template(invalid: Invalid) -> AwsError {
    self::invalid(invalid.to_string())
}

/// There is no such stack.
pub(crate) fn no_stack(name: &str) -> AwsError {
    invalid(format!("Stack with id {name} does not exist"))
}

/// There is no such change set.
pub(crate) fn no_set(name: &str) -> AwsError {
    AwsError::new("ChangeSetNotFound", 404, format!("ChangeSet [{name}] does not exist"))
}

/// Something of ours.
pub(crate) fn internal(error: &impl std::fmt::Display) -> AwsError {
    tracing::error!(%error, "a stack cannot be kept");
    AwsError::new("InternalFailure", 500, "The stack could not be kept; try again.")
}
