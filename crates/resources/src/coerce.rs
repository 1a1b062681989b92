//! Scalars as their type has them: templates write `"128"` where a number is meant, and `8080` where a text is, and
//! parameters are texts always. CloudFormation reads either as the other; the services' APIs do not.

use serde_json::{Map, Number, Value};

use crate::kind::Kind;

/// Properties that are numbers, in whatever type and depth.
pub(crate) const NUMBERS: &[&str] = &[
    "AuthorizerResultTtlInSeconds",
    "BatchSize",
    "BurstLimit",
    "CacheTtlInSeconds",
    "Count",
    "DatapointsToAlarm",
    "Days",
    "DaysAfterInitiation",
    "DelaySeconds",
    "EvaluationPeriods",
    "ExpirationInDays",
    "FunctionWeight",
    "IntegrationTimeoutMillis",
    "KmsDataKeyReusePeriodSeconds",
    "Limit",
    "MaxAge",
    "MaxSessionDuration",
    "MaximumBatchingWindowInSeconds",
    "MaximumConcurrency",
    "MaximumEventAgeInSeconds",
    "MaximumMessageSize",
    "MaximumPollers",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MaximumWindowInMinutes",
    "MemorySize",
    "MessageRetentionPeriod",
    "MinimumCompressionSize",
    "MinimumPollers",
    "NewerNoncurrentVersions",
    "NoncurrentDays",
    "NoncurrentVersionExpirationInDays",
    "Offset",
    "ParallelizationFactor",
    "Period",
    "ProvisionedConcurrentExecutions",
    "RateLimit",
    "ReceiveMessageWaitTimeSeconds",
    "ReservedConcurrentExecutions",
    "RetentionDays",
    "RetentionInDays",
    "Size",
    "StartingPositionTimestamp",
    "Threshold",
    "ThrottlingBurstLimit",
    "ThrottlingRateLimit",
    "Timeout",
    "TimeoutInMillis",
    "TransitionInDays",
    "TumblingWindowInSeconds",
    "VisibilityTimeout",
    "Years",
];

/// Those that are true or false.
pub(crate) const FLAGS: &[&str] = &[
    "ActionsEnabled",
    "AllowCredentials",
    "ApiKeyRequired",
    "ApiKeySelectionRequired",
    "AutoDeploy",
    "BisectBatchOnFunctionError",
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "BucketKeyEnabled",
    "CacheClusterEnabled",
    "CacheDataEncrypted",
    "CachingEnabled",
    "ContentBasedDeduplication",
    "DataTraceEnabled",
    "DetailedMetricsEnabled",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "EnableKeyRotation",
    "EnableSimpleResponses",
    "Enabled",
    "EventBridgeEnabled",
    "ExpiredObjectDeleteMarker",
    "FailOnWarnings",
    "FifoQueue",
    "FifoTopic",
    "GenerateDistinctId",
    "IgnorePublicAcls",
    "InvokedViaFunctionUrl",
    "Ipv6AllowedForDualStack",
    "MetricsEnabled",
    "ObjectLockEnabled",
    "PasswordResetRequired",
    "RawMessageDelivery",
    "RestrictPublicBuckets",
    "SqsManagedSseEnabled",
    "TracingEnabled",
];

/// What is a document of its own, whose values mean what they are.
const DOCUMENTS: &[&str] =
    &["Body", "EventPattern", "RequestParameters", "ResponseParameters", "Schema"];

/// Reads the scalars of properties as the type means them; of a type that is `open` they stay what they are.
pub fn coerce(kind: &Kind, properties: &mut Map<String, Value>) {
    if !kind.open {
        members(properties);
    }
}

fn members(of: &mut Map<String, Value>) {
    for (name, value) in of {
        coerced(name, value);
    }
}

fn coerced(name: &str, value: &mut Value) {
    match value {
        _ if is_document(name) => {}
        Value::Object(members_of) if is_texts(name) => {
            members_of.values_mut().for_each(as_text);
        }
        Value::Object(inner) => members(inner),
        Value::Array(list) => list.iter_mut().for_each(|one| coerced(name, one)),
        Value::Null => {}
        _ if NUMBERS.contains(&name) => as_number(value),
        _ if FLAGS.contains(&name) => as_flag(value),
        _ => as_text(value),
    }
}

fn is_document(name: &str) -> bool {
    DOCUMENTS.contains(&name)
        || name.ends_with("Document")
        || (name.ends_with("Policy") && name != "RetryPolicy")
}

/// Maps of names that the template's author chose.
fn is_texts(name: &str) -> bool {
    matches!(name, "Tags" | "Variables") || name.ends_with("Variables")
}

fn as_text(value: &mut Value) {
    match value {
        Value::Number(number) => *value = number.to_string().into(),
        Value::Bool(flag) => *value = flag.to_string().into(),
        // Tags that are a list of pairs.
        Value::Object(inner) => inner.values_mut().for_each(as_text),
        _ => {}
    }
}

fn as_number(value: &mut Value) {
    let Value::String(text) = &*value else { return };
    let text = text.trim();
    let whole = text.parse::<i64>().ok().map(Number::from);
    let number = whole.or_else(|| Number::from_f64(text.parse().ok()?));
    if let Some(number) = number {
        *value = number.into();
    }
}

fn as_flag(value: &mut Value) {
    match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("true") => *value = true.into(),
        Some(text) if text.eq_ignore_ascii_case("false") => *value = false.into(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::find;

    fn coerced(kind: &str, properties: Value) -> Value {
        let Value::Object(mut properties) = properties else { panic!("an object") };
        coerce(find(kind).expect("a type"), &mut properties);
        properties.into()
    }

    #[test]
    fn a_scalar_is_read_as_its_type_has_it() {
        let given = json!({
            "MemorySize": "256",
            "EphemeralStorage": {"Size": "1024"},
            "Description": 7,
            "Environment": {"Variables": {"PORT": 8080, "DEBUG": true, "Timeout": "5"}},
            "Tags": [{"Key": "n", "Value": 1}],
            "Layers": ["a"],
        });
        let meant = json!({
            "MemorySize": 256,
            "EphemeralStorage": {"Size": 1024},
            "Description": "7",
            "Environment": {"Variables": {"PORT": "8080", "DEBUG": "true", "Timeout": "5"}},
            "Tags": [{"Key": "n", "Value": "1"}],
            "Layers": ["a"],
        });
        assert_eq!(coerced("AWS::Lambda::Function", given), meant);
    }

    #[test]
    fn a_truth_value_may_be_a_text() {
        let given = json!({"FifoQueue": "true", "DelaySeconds": "5", "QueueName": 12});
        let meant = json!({"FifoQueue": true, "DelaySeconds": 5, "QueueName": "12"});
        assert_eq!(coerced("AWS::SQS::Queue", given), meant);
    }

    #[test]
    fn documents_and_what_is_no_number_stay_as_they_are() {
        let document =
            json!({"Statement": [{"Condition": {"Bool": {"aws:x": true}}}], "Size": "3"});
        let given = json!({"AssumeRolePolicyDocument": document, "MaxSessionDuration": "long"});
        assert_eq!(coerced("AWS::IAM::Role", given.clone()), given);
        let open = json!({"Timeout": "3", "Count": 4});
        assert_eq!(coerced("AWS::KMS::Key", open.clone()), open);
    }
}
