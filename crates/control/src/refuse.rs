//! Refusals in AWS's words. The texts are those of recorded answers.

use std::fmt;

use fika_aws::shape::AwsError;
use fika_model::{FunctionArn, Scope};

use crate::layers::LayerVersionArn;

/// 404.
pub(crate) fn not_found(arn: &FunctionArn) -> AwsError {
    AwsError::resource_not_found(format!("Function not found: {arn}"))
}

/// 404, where the caller's text is no function's name.
pub(crate) fn no_such_name(scope: &Scope, text: &str) -> AwsError {
    let Scope { account, region } = scope;
    let arn = format!("arn:aws:lambda:{region}:{account}:function:{text}");
    AwsError::resource_not_found(format!("Function not found: {arn}"))
}

/// 400.
pub(crate) fn invalid(text: impl Into<String>) -> AwsError {
    AwsError::invalid_parameter_value(text)
}

/// 409, while another change is under way.
pub(crate) fn update_in_progress(arn: &FunctionArn) -> AwsError {
    AwsError::resource_conflict(format!(
        "The operation cannot be performed at this time. An update is in progress for resource: {arn}"
    ))
}

/// 409, when a function in that state is invoked. `reason` is what the operator can do.
pub(crate) fn not_invocable(state: &str, reason: Option<&str>) -> AwsError {
    let reason = reason.map_or(String::new(), |reason| format!(". {reason}"));
    AwsError::resource_conflict(format!(
        "The operation cannot be performed at this time. \
         The function is currently in the following state: {state}{reason}"
    ))
}

/// 409, when a version with `SnapStart` is invoked before its snapshot is there.
pub(crate) fn snapshot_not_ready() -> AwsError {
    AwsError::snap_start_not_ready(
        "Lambda is initializing your function. It will be ready to invoke once your function \
         state becomes ACTIVE.",
    )
}

/// 400, where only a whole function will do.
pub(crate) fn function_only() -> AwsError {
    invalid(
        "This operation is permitted on Lambda functions only. Aliases and versions do not \
         support this operation. Please specify either a function name or an unqualified \
         function ARN.",
    )
}

/// 400, where `CodeSha256` is another than the latest's.
pub(crate) fn wrong_code(given: &str, current: &str) -> AwsError {
    invalid(format!(
        "CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({current}). \
         Please try again with the CodeSHA256 in $LATEST."
    ))
}

/// 400, where an account has stored all the code it may.
pub(crate) fn code_storage_full(used: u64, limit: u64) -> AwsError {
    AwsError::code_storage_exceeded(format!(
        "Code storage limit exceeded: {used} of {limit} bytes are in use. Delete functions and \
         layers that are not needed."
    ))
}

/// 409.
pub(crate) fn exists(name: &str) -> AwsError {
    AwsError::resource_conflict(format!("Function already exist: {name}"))
}

/// 409.
pub(crate) fn alias_exists(arn: &FunctionArn) -> AwsError {
    AwsError::resource_conflict(format!("Alias already exists: {arn}"))
}

/// 409, for a version that aliases lead to.
pub(crate) fn version_in_use(aliases: &[&str]) -> AwsError {
    AwsError::resource_conflict(format!(
        "Unable to delete version because the following aliases reference it: [{}]",
        aliases.join(", ")
    ))
}

/// 400; the one such refusal whose body has no `Type` on AWS.
pub(crate) fn latest_shares_nothing() -> AwsError {
    let text = "$LATEST is not supported for an alias pointing to more than 1 version";
    AwsError::new("InvalidParameterValueException", 400, text)
}

/// 412.
pub(crate) fn wrong_revision() -> AwsError {
    AwsError::precondition_failed(
        "The Revision Id provided does not match the latest Revision Id. \
         Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    )
}

/// 403, for a function of another account.
pub(crate) fn access_denied(scope: &Scope, action: &str, arn: &FunctionArn) -> AwsError {
    let message = format!(
        "User: arn:aws:iam::{}:root is not authorized to perform: lambda:{action} on resource: \
         {arn} because no resource-based policy allows the lambda:{action} action",
        scope.account
    );
    AwsError::new("AccessDeniedException", 403, message)
}

/// 403, for a layer of another account, which is not said to be there or not.
pub(crate) fn layer_denied(scope: &Scope, action: &str, layer: &impl fmt::Display) -> AwsError {
    let message = format!(
        "User: arn:aws:iam::{}:root is not authorized to perform: lambda:{action} on resource: \
         {layer} because no resource-based policy allows the lambda:{action} action",
        scope.account
    );
    AwsError::new("AccessDeniedException", 403, message)
}

/// 404, for a version of a layer whose policy is asked for.
pub(crate) fn no_layer_version(arn: &LayerVersionArn) -> AwsError {
    AwsError::resource_not_found(format!("Layer version {arn} does not exist."))
}

/// 400, for a version of a layer that a function is to have.
pub(crate) fn no_such_layer_version(arn: &str) -> AwsError {
    invalid(format!("Layer version {arn} does not exist."))
}

/// 404, for a layer that is asked for itself.
pub(crate) fn no_resource() -> AwsError {
    AwsError::resource_not_found("The resource you requested does not exist.")
}

/// 404, where nobody was given a permission.
pub(crate) fn no_policy() -> AwsError {
    AwsError::resource_not_found("No policy is associated with the given resource.")
}

/// 500, when the store does not take a change. The cause is in the server's log.
pub(crate) fn store_failed(error: &fika_store::CommitError) -> AwsError {
    tracing::error!(error = error as &dyn std::error::Error, "a change was not stored");
    AwsError::service(format!("The change was not stored: {error}"))
}

/// 500, when a task of ours did not end.
pub(crate) fn internal(what: &str) -> AwsError {
    tracing::error!(what, "internal error");
    AwsError::service("An internal error occurred; the server's log says more.")
}
