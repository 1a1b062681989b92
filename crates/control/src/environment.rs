//! What a function's environment may hold.

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use fika_model::limits;

use crate::refuse;

/// Variables that Lambda sets itself. From AWS's "Defined runtime environment variables",
/// November 2026.
const RESERVED: &[&str] = &[
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

const UNABLE: &str = "Lambda was unable to configure your environment variables because the environment variables you have provided";

/// Refuses reserved names, more than 4 KB, and what no process can be given.
pub(crate) fn check(variables: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let reserved: Vec<_> =
        RESERVED.iter().copied().filter(|n| variables.contains_key(*n)).collect();
    if !reserved.is_empty() {
        return Err(refuse::invalid(format!(
            "{UNABLE} contains reserved keys that are currently not supported for modification. \
             Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    // AWS measures the JSON, names and punctuation included, and says it back.
    let json = serde_json::json!(variables).to_string();
    if json.len() > limits::ENVIRONMENT_BYTES {
        return Err(refuse::invalid(format!(
            "{UNABLE} exceeded the 4KB limit. String measured: {json}"
        )));
    }
    if let Some(name) = variables.iter().find(|(_, value)| value.contains('\0')).map(|(n, _)| n) {
        return Err(refuse::invalid(format!(
            "{UNABLE} contains a NUL character in the value of {name}"
        )));
    }
    Ok(())
}
