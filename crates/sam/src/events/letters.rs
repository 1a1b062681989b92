//! Where a rule's or a schedule's events go that cannot be delivered: a queue that is named, or one that is made.

use super::Event;
use crate::error::{Result, event};
use crate::made::Made;
use crate::tree::{Dict, Node, dict, list};

/// The queue's ARN, and what is made for it; nothing if there is no `DeadLetterConfig`.
pub(super) fn of(
    given: &Event,
    attributes: &Dict,
    rule: Option<&Node>,
) -> Result<Option<(Node, Vec<Made>)>> {
    let id = &given.given.id;
    let Some(config) = given.given.get("DeadLetterConfig") else { return Ok(None) };
    check(id, config)?;
    if let Some(arn) = config.get("Arn").filter(|arn| !arn.is_null()) {
        return Ok(Some((arn.clone(), Vec::new())));
    }
    let queue_id = match config.get("QueueLogicalId") {
        None | Some(Node::Null) => format!("{id}Queue"),
        Some(Node::Text(text)) if text.is_empty() => format!("{id}Queue"),
        Some(Node::Text(text)) => text.text.clone(),
        Some(_) => return Err(event(id, "QueueLogicalId must be a string")),
    };
    let queue = Made::new(queue_id, "AWS::SQS::Queue", attributes);
    let arn = queue.arn();
    let policy = rule.map(|rule| policy(id, attributes, rule, &queue));
    Ok(Some((arn, std::iter::once(queue).chain(policy).collect())))
}

fn check(id: &str, config: &Node) -> Result<()> {
    match (config.get("Arn"), config.get("Type")) {
        (Some(_), Some(_)) => {
            Err(event(id, "You can either define 'Arn' or 'Type' property of DeadLetterConfig."))
        }
        (None, Some(kind)) if kind != "SQS" => {
            Err(event(id, "The only valid value for 'Type' property of DeadLetterConfig is 'SQS'."))
        }
        (None, None) => {
            Err(event(id, "No 'Arn' or 'Type' property provided for DeadLetterConfig."))
        }
        _ => Ok(()),
    }
}

/// That the rule may send to the queue.
fn policy(id: &str, attributes: &Dict, rule: &Node, queue: &Made) -> Made {
    let statement = dict! {
        "Action" => "sqs:SendMessage",
        "Effect" => "Allow",
        "Principal" => dict! { "Service" => "events.amazonaws.com" },
        "Resource" => queue.arn(),
        "Condition" => dict! { "ArnEquals" => dict! { "aws:SourceArn" => rule } },
    };
    let mut policy = Made::new(format!("{id}QueuePolicy"), "AWS::SQS::QueuePolicy", attributes);
    let document = dict! { "Version" => "2012-10-17", "Statement" => list![statement] };
    policy.set("PolicyDocument", document);
    policy.set("Queues", list![queue.reference()]);
    policy
}
