//! `SNS`: a subscription to a topic, or a queue between that and the function.

use super::{Event, mapping, permission};
use crate::error::{Result, event as wrong};
use crate::expansion::Expansion;
use crate::function::Target;
use crate::intrinsics::referred;
use crate::made::Made;
use crate::policies::Role;
use crate::shape::Shape::{Any, BoolOrMap, Map, Text};
use crate::shape::{self, Property, may, must};
use crate::tree::{Node, dict, list};

pub(super) const PROPERTIES: &[Property] = &[
    must("Topic", Text),
    may("Region", Text),
    may("FilterPolicy", Any),
    may("FilterPolicyScope", Any),
    may("SqsSubscription", BoolOrMap),
    may("RedrivePolicy", Map),
];

pub(super) fn expand(
    expansion: &mut Expansion<'_>,
    event: &Event,
    target: &Target,
    role: &mut Role,
) -> Result<Vec<Made>> {
    let topic = event.given.any("Topic");
    match event.given.truthy("SqsSubscription") {
        None => {
            let permission = permission(event, "", target, "sns.amazonaws.com", topic);
            Ok(vec![permission, subscription(event, target, "lambda", target.arn.clone())])
        }
        Some(Node::Bool(_)) => {
            let id = format!("{}Queue", event.given.id);
            let mut queue = Made::new(id, "AWS::SQS::Queue", &target.attributes);
            let fifo = is_fifo(expansion, &topic)?;
            if fifo.is_truthy() {
                queue.set("FifoQueue", fifo);
            }
            let (arn, url) = (queue.arn(), queue.reference());
            let mut made = through_queue(event, target, role, (arn, url), &Node::Null);
            made.push(queue);
            Ok(made)
        }
        Some(given) => {
            shape::event_map(given, &event.id, "SqsSubscription")?;
            let part = |name: &str| given.get(name).filter(|value| value.is_truthy()).cloned();
            let (Some(arn), Some(url)) = (part("QueueArn"), part("QueueUrl")) else {
                return Err(wrong(&event.id, "No QueueARN or QueueURL provided."));
            };
            Ok(through_queue(event, target, role, (arn, url), given))
        }
    }
}

/// Whether the topic is one of this template that keeps the order of messages.
fn is_fifo(expansion: &mut Expansion<'_>, topic: &Node) -> Result<Node> {
    let Some(topic) = referred(topic) else { return Ok(Node::Bool(false)) };
    let given = expansion.resources().dict(topic).and_then(|topic| topic.dict("Properties"));
    let mut fifo = given.and_then(|given| given.get("FifoTopic")).cloned().unwrap_or_default();
    expansion.parameters.resolve(&mut fifo)
}

fn subscription(event: &Event, target: &Target, protocol: &str, endpoint: Node) -> Made {
    let mut made = Made::new(event.given.id.as_str(), "AWS::SNS::Subscription", &target.attributes);
    made.set("Protocol", protocol);
    made.set("Endpoint", endpoint);
    made.set("TopicArn", event.given.any("Topic"));
    let same = ["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"];
    made.take(&same, &event.given.properties);
    made
}

/// The subscription of a queue, and the mapping from there to the function.
fn through_queue(
    event: &Event,
    target: &Target,
    role: &mut Role,
    (arn, url): (Node, Node),
    given: &Node,
) -> Vec<Made> {
    let part = |name: &str| given.get(name).filter(|value| value.is_truthy()).cloned();
    let policy_id = part("QueuePolicyLogicalId")
        .and_then(|id| id.as_str().map(str::to_owned))
        .unwrap_or_else(|| format!("{}QueuePolicy", event.given.id));
    let mut policy = Made::new(policy_id, "AWS::SQS::QueuePolicy", &target.attributes);
    let statement = dict! {
        "Action" => "sqs:SendMessage",
        "Effect" => "Allow",
        "Principal" => "*",
        "Resource" => &arn,
        "Condition" => dict! { "ArnEquals" => dict! { "aws:SourceArn" => event.given.any("Topic") } },
    };
    let document = dict! { "Version" => "2012-10-17", "Statement" => list![statement] };
    policy.set("PolicyDocument", document);
    policy.set("Queues", list![url]);
    let id = format!("{}EventSourceMapping", event.given.id);
    let size = part("BatchSize").unwrap_or_else(|| 10.into());
    vec![
        mapping::of_queue(id, target, role, arn.clone(), size),
        policy,
        subscription(event, target, "sqs", arn),
    ]
}
