//! `EventBridgeRule`, and `CloudWatchEvent`, its old name.

use super::{Event, letters, permission, state};
use crate::error::Result;
use crate::function::Target;
use crate::made::Made;
use crate::shape::Shape::{Bool, Map, Text};
use crate::shape::{Property, may};
use crate::tree::{Dict, Node, list};

pub(super) const PROPERTIES: &[Property] = &[
    may("EventBusName", Text),
    may("RuleName", Text),
    may("Pattern", Map),
    may("DeadLetterConfig", Map),
    may("RetryPolicy", Map),
    may("Input", Text),
    may("InputPath", Text),
    may("Target", Map),
    may("Enabled", Bool),
    may("State", Text),
    may("InputTransformer", Map),
];
/// The longest id of a target, and what is at its end.
const LONGEST: usize = 64;
const SUFFIX: &str = "LambdaTarget";

pub(super) fn expand(event: &Event, target: &Target) -> Result<Vec<Made>> {
    let mut rule = Made::new(event.given.id.as_str(), "AWS::Events::Rule", &target.attributes);
    for (name, given) in
        [("EventBusName", "EventBusName"), ("EventPattern", "Pattern"), ("Name", "RuleName")]
    {
        rule.set(name, event.given.any(given));
    }
    rule.set("State", state(event)?);
    with_target(rule, event, target)
}

/// The rule with the function as its target, and what else it needs.
pub(super) fn with_target(mut rule: Made, event: &Event, target: &Target) -> Result<Vec<Made>> {
    let arn = rule.arn();
    let letters = letters::of(event, &target.attributes, Some(&arn))?;
    let (queue, mut made) = letters.unzip();
    rule.set("Targets", list![of(event, target, queue)]);
    let permission = permission(event, "", target, "events.amazonaws.com", arn);
    let mut all = vec![rule, permission];
    all.append(made.as_mut().unwrap_or(&mut Vec::new()));
    Ok(all)
}

fn of(event: &Event, target: &Target, queue: Option<Node>) -> Node {
    let mut made = Dict::new();
    made.insert("Arn", target.arn.clone());
    let named = event.given.truthy("Target").and_then(|target| target.get("Id"));
    made.insert("Id", named.cloned().unwrap_or_else(|| id(&event.given.id).into()));
    for name in ["Input", "InputPath", "RetryPolicy", "InputTransformer"] {
        if let Some(value) = event.given.get(name) {
            made.insert(name, value.clone());
        }
    }
    if let Some(arn) = queue {
        made.insert("DeadLetterConfig", crate::tree::dict! { "Arn" => arn });
    }
    Node::Dict(made)
}

fn id(event: &str) -> String {
    let end = event.len().min(LONGEST - SUFFIX.len());
    format!("{}{SUFFIX}", &event[..end])
}
