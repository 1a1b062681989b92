//! What a property is at the top of a type: a text, a number, a list, whatever its type. Those whose shape differs from
//! type to type, or is free, are in none of the lists.

use serde_json::Value;

use crate::coerce::{FLAGS, NUMBERS};

const TEXTS: &[&str] = &[
    "Action",
    "AliasName",
    "ApiId",
    "AuthType",
    "AuthorizationType",
    "AuthorizerId",
    "AuthorizerType",
    "AuthorizerUri",
    "Bucket",
    "BucketName",
    "CodeSha256",
    "CodeSigningConfigArn",
    "DeploymentId",
    "Description",
    "DisplayName",
    "EventBusName",
    "EventSourceArn",
    "FunctionName",
    "FunctionVersion",
    "GroupName",
    "Handler",
    "HttpMethod",
    "IntegrationMethod",
    "IntegrationType",
    "IntegrationUri",
    "InvokeMode",
    "KmsKeyArn",
    "LayerName",
    "LogGroupName",
    "LogStreamName",
    "ManagedPolicyName",
    "Name",
    "PackageType",
    "ParentId",
    "Path",
    "PathPart",
    "PayloadFormatVersion",
    "PermissionsBoundary",
    "PolicyName",
    "Protocol",
    "ProtocolType",
    "Qualifier",
    "QueueName",
    "ResourceId",
    "RestApiId",
    "Role",
    "RoleArn",
    "RoleName",
    "RouteKey",
    "Runtime",
    "ScheduleExpression",
    "SourceAccount",
    "SourceArn",
    "StageName",
    "StartingPosition",
    "State",
    "StatementId",
    "TargetFunctionArn",
    "TemplateURL",
    "TopicArn",
    "TopicName",
    "Type",
    "UserName",
];

const LISTS: &[&str] = &[
    "Architectures",
    "AuthorizationScopes",
    "CompatibleArchitectures",
    "CompatibleRuntimes",
    "FunctionResponseTypes",
    "Groups",
    "Layers",
    "ManagedPolicyArns",
    "MethodResponses",
    "MethodSettings",
    "NotificationARNs",
    "Queues",
    "Roles",
    "Subscription",
    "Targets",
    "Topics",
    "Users",
];

const OBJECTS: &[&str] = &[
    "BucketEncryption",
    "Code",
    "CorsConfiguration",
    "DeadLetterConfig",
    "DestinationConfig",
    "Environment",
    "EphemeralStorage",
    "FilterCriteria",
    "FlexibleTimeWindow",
    "Integration",
    "LifecycleConfiguration",
    "NotificationConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "ScalingConfig",
    "SnapStart",
    "Statement",
    "VersioningConfiguration",
    "VpcConfig",
];

/// What is wrong with a value, once its scalars are as its type means them; as CloudFormation says it.
pub(crate) fn wrong(name: &str, value: &Value) -> Option<String> {
    let (wanted, fits) = if NUMBERS.contains(&name) {
        ("Integer", value.is_number())
    } else if FLAGS.contains(&name) {
        ("Boolean", value.is_boolean())
    } else if TEXTS.contains(&name) {
        ("String", value.is_string())
    } else if LISTS.contains(&name) {
        ("JSONArray", value.is_array())
    } else if OBJECTS.contains(&name) {
        ("JSONObject", value.is_object())
    } else {
        return None;
    };
    let found = match value {
        Value::Null => return None,
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    };
    (!fits).then(|| format!("#/{name}: expected type: {wanted}, found: {found}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_of_another_shape_is_told() {
        let told = |name: &str, value: Value| wrong(name, &value);
        assert_eq!(
            told("QueueName", json!(["a"])).as_deref(),
            Some("#/QueueName: expected type: String, found: JSONArray")
        );
        assert_eq!(
            told("Timeout", json!("long")).as_deref(),
            Some("#/Timeout: expected type: Integer, found: String")
        );
        assert!(
            told("FifoQueue", json!("maybe")).is_some() && told("Layers", json!("a")).is_some()
        );
        assert!(told("Code", json!("x")).is_some());
        for (name, value) in [
            ("QueueName", json!("a")),
            ("Timeout", json!(3)),
            ("FifoQueue", json!(true)),
            ("Layers", json!([])),
            ("Role", Value::Null),
            ("Policy", json!("{}")),
        ] {
            assert_eq!(told(name, value), None, "{name}");
        }
    }
}
