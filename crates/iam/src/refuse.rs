//! Refusals in IAM's words.

use fika_aws::shape::AwsError;
use fika_model::AccountId;
use fika_policy::BadPolicy;

/// 404.
pub(crate) fn no_such(text: impl Into<String>) -> AwsError {
    AwsError::new("NoSuchEntity", 404, text)
}

/// 404, for an account that was deleted meanwhile.
pub(crate) fn no_account(account: &AccountId) -> AwsError {
    no_such(format!("There is no account {account} any more."))
}

/// 404, by kind (`role`, `user`) and name.
pub(crate) fn not_found(kind: &str, name: &str) -> AwsError {
    no_such(format!("The {kind} with name {name} cannot be found."))
}

/// 409.
pub(crate) fn exists(text: impl Into<String>) -> AwsError {
    AwsError::new("EntityAlreadyExists", 409, text)
}

/// 409, where something else must go first.
pub(crate) fn in_use(text: &str) -> AwsError {
    AwsError::new("DeleteConflict", 409, text)
}

/// 409.
pub(crate) fn limit(text: impl Into<String>) -> AwsError {
    AwsError::new("LimitExceeded", 409, text)
}

/// 400.
pub(crate) fn malformed(why: &BadPolicy) -> AwsError {
    AwsError::new("MalformedPolicyDocument", 400, why.to_string())
}

/// 400.
pub(crate) fn invalid(text: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", 400, text)
}

/// 403, where a role is not to be assumed, or not there: nobody is told which.
pub(crate) fn not_assumed(who: &str, action: &str, role: &str) -> AwsError {
    let text = format!("User: {who} is not authorized to perform: {action} on resource: {role}");
    AwsError::new("AccessDenied", 403, text)
}

/// 500, when the store does not take a change. The cause is in the server's log.
pub(crate) fn store_failed(error: &fika_store::CommitError) -> AwsError {
    tracing::error!(error = error as &dyn std::error::Error, "a change was not stored");
    AwsError::new("ServiceFailure", 500, format!("The change was not stored: {error}"))
}

/// 500, when a task of ours did not end.
pub(crate) fn internal() -> AwsError {
    AwsError::new("ServiceFailure", 500, "An internal error occurred; the server's log says more.")
}
