//! `SQS`, `Kinesis` and `DynamoDB`: event source mappings.

use super::Event;
use crate::error::{Result, event as wrong};
use crate::function::Target;
use crate::intrinsics::is_function;
use crate::made::Made;
use crate::policies::{Role, bucket, grants, named};
use crate::shape::Shape::{Any, Bool, Int, List, Map, Text};
use crate::shape::{self, Property, may, must};
use crate::tree::Node;

pub(super) const QUEUE: &[Property] = &[may("StartingPosition", Any), must("Queue", Any)];
pub(super) const STREAM: &[Property] = &[must("StartingPosition", Any), must("Stream", Any)];
pub(super) const PROPERTIES: &[Property] = &[
    may("BatchSize", Int),
    may("StartingPositionTimestamp", Any),
    may("Enabled", Bool),
    may("MaximumBatchingWindowInSeconds", Int),
    may("MaximumRetryAttempts", Int),
    may("BisectBatchOnFunctionError", Bool),
    may("MaximumRecordAgeInSeconds", Int),
    may("DestinationConfig", Map),
    may("ParallelizationFactor", Int),
    may("Topics", List),
    may("Queues", List),
    may("SourceAccessConfigurations", List),
    may("SecretsManagerKmsKeyId", Text),
    may("TumblingWindowInSeconds", Int),
    may("FunctionResponseTypes", List),
    may("KafkaBootstrapServers", List),
    may("FilterCriteria", Map),
    may("KmsKeyArn", Any),
    may("ConsumerGroupId", Text),
    may("ScalingConfig", Map),
    may("ProvisionedPollerConfig", Map),
    may("SchemaRegistryConfig", Map),
    may("MetricsConfig", Map),
    may("LoggingConfig", Map),
];
const SAME: &[&str] = &[
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
];
const KIND: &str = "AWS::Lambda::EventSourceMapping";

pub(super) fn expand(mut event: Event, target: &Target, role: &mut Role) -> Result<Made> {
    let mut made = Made::new(event.given.id.as_str(), KIND, &target.attributes);
    made.set("FunctionName", target.name.clone());
    made.set(
        "EventSourceArn",
        event.given.any(if event.kind == "SQS" { "Queue" } else { "Stream" }),
    );
    made.take(SAME, &event.given.properties);
    check_filter(&event)?;
    if let Some(servers) = event.given.truthy("KafkaBootstrapServers") {
        let endpoints = crate::tree::dict! { "KafkaBootstrapServers" => servers };
        made.set("SelfManagedEventSource", crate::tree::dict! { "Endpoints" => endpoints });
    }
    if event.given.truthy("ConsumerGroupId").is_some() {
        let message =
            format!("Property ConsumerGroupId not defined for resource of type {}.", event.kind);
        return Err(wrong(&event.given.id, message));
    }
    let policy = destination(&mut event)?;
    let given = event.given.truthy("DestinationConfig").cloned();
    made.set("DestinationConfig", given.unwrap_or_default());
    role.attach(&format!(
        "service-role/AWSLambda{}ExecutionRole",
        match event.kind {
            "SQS" => "SQSQueue",
            other => other,
        }
    ));
    policy.into_iter().for_each(|policy| role.allow(policy));
    Ok(made)
}

/// The mapping of a queue that is made for a topic.
pub(super) fn of_queue(
    id: String,
    target: &Target,
    role: &mut Role,
    arn: Node,
    size: Node,
) -> Made {
    let mut made = Made::new(id, KIND, &target.attributes);
    made.set("FunctionName", target.name.clone());
    made.set("EventSourceArn", arn);
    made.set("BatchSize", size);
    made.set("Enabled", true);
    role.attach("service-role/AWSLambdaSQSQueueExecutionRole");
    made
}

fn check_filter(event: &Event) -> Result<()> {
    let criteria = event.given.truthy("FilterCriteria").filter(|criteria| !is_function(criteria));
    let keys = criteria.and_then(Node::as_dict);
    if keys.is_none_or(|keys| keys.single().is_some_and(|(key, _)| &**key == "Filters")) {
        return Ok(());
    }
    Err(wrong(&event.id, "FilterCriteria field has a wrong format"))
}

/// What the role needs to send to where failed records go. Its type is not for the mapping, and removed.
fn destination(event: &mut Event) -> Result<Option<Node>> {
    let id = event.given.id.clone();
    if event.given.truthy("DestinationConfig").is_none() {
        return Ok(None);
    }
    let config = event.given.properties.dict_mut("DestinationConfig");
    let failure = config.and_then(|config| config.get_mut("OnFailure"));
    let nothing = &mut Node::Null;
    let failure = failure.unwrap_or(nothing);
    shape::event_map(failure, &id, "DestinationConfig.OnFailure")?;
    let Some(failure) = failure.as_dict_mut() else { return Ok(None) };
    let Some(kind) = failure.truthy("Type").cloned() else { return Ok(None) };
    failure.remove("Type");
    let arn = failure.get("Destination").cloned().unwrap_or_default();
    match kind.as_str() {
        Some("SQS") => Ok(Some(named(&id, "SQSPolicy", vec![grants("sqs:SendMessage", &arn)]))),
        Some("SNS") => Ok(Some(named(&id, "SNSPolicy", vec![grants("sns:publish", &arn)]))),
        Some("S3") => Ok(Some(bucket(&id, &arn))),
        Some("Kafka") => Ok(None),
        _ => {
            let message = "The only valid values for 'Type' are 'SQS', 'SNS', 'S3', and 'Kafka'";
            Err(wrong(&id, message))
        }
    }
}
