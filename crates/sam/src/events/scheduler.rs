//! `ScheduleV2`: a schedule of EventBridge Scheduler, which calls as a role of its own.

use super::{Event, letters};
use crate::error::{Result, event as wrong};
use crate::function::Target;
use crate::made::Made;
use crate::policies::{grants, named, trust};
use crate::shape::Shape::{Bool, Map, Text};
use crate::shape::{Property, literal, may, must};
use crate::tree::{Dict, Node, dict};

pub(super) const PROPERTIES: &[Property] = &[
    may("PermissionsBoundary", Text),
    must("ScheduleExpression", Text),
    may("FlexibleTimeWindow", Map),
    may("Name", Text),
    may("State", Text),
    may("Description", Text),
    may("StartDate", Text),
    may("EndDate", Text),
    may("ScheduleExpressionTimezone", Text),
    may("GroupName", Text),
    may("KmsKeyArn", Text),
    may("Input", Text),
    may("RoleArn", Text),
    may("DeadLetterConfig", Map),
    may("RetryPolicy", Map),
    literal("OmitName", Bool),
];
const SAME: &[&str] = &[
    "ScheduleExpression",
    "Description",
    "StartDate",
    "EndDate",
    "ScheduleExpressionTimezone",
    "GroupName",
    "KmsKeyArn",
];

pub(super) fn expand(event: &Event, target: &Target) -> Result<Vec<Made>> {
    let mut schedule = schedule(event, target)?;
    let letters = letters::of(event, &target.attributes, None)?;
    let (queue, made) = letters.unzip();
    let mut all = made.unwrap_or_default();
    let role = match event.given.truthy("RoleArn") {
        Some(role) => role.clone(),
        None => {
            let role = role(event, target, queue.as_ref());
            let arn = role.arn();
            all.push(role);
            arn
        }
    };
    let mut called = Dict::new();
    called.insert("Arn", target.arn.clone());
    called.insert("RoleArn", role);
    for name in ["Input", "RetryPolicy"] {
        if let Some(value) = event.given.get(name) {
            called.insert(name, value.clone());
        }
    }
    if let Some(arn) = queue {
        called.insert("DeadLetterConfig", dict! { "Arn" => arn });
    }
    schedule.set("Target", called);
    all.push(schedule);
    Ok(all)
}

fn schedule(event: &Event, target: &Target) -> Result<Made> {
    let given = &event.given;
    let mut made = Made::new(given.id.as_str(), "AWS::Scheduler::Schedule", &target.attributes);
    made.take(SAME, &given.properties);
    made.set("State", given.truthy("State").cloned().unwrap_or_default());
    let name = given.truthy("Name").cloned();
    if given.truthy("OmitName").is_none() {
        made.set("Name", name.unwrap_or_else(|| given.id.as_str().into()));
    } else if name.is_some() {
        return Err(wrong(&given.id, "Name cannot be set when OmitName is True"));
    }
    let window = given.truthy("FlexibleTimeWindow").cloned();
    made.set("FlexibleTimeWindow", window.unwrap_or_else(|| dict! { "Mode" => "OFF" }));
    Ok(made)
}

/// The role that calls the function, and sends to the queue.
fn role(event: &Event, target: &Target, queue: Option<&Node>) -> Made {
    let id = &event.given.id;
    let mut role = Made::new(format!("{id}Role"), "AWS::IAM::Role", &target.attributes);
    role.set("AssumeRolePolicyDocument", trust("scheduler.amazonaws.com"));
    let call = named(id, "LambdaPolicy", vec![grants("lambda:InvokeFunction", &target.arn)]);
    let send = queue.map(|arn| named(id, "SQSPolicy", vec![grants("sqs:SendMessage", arn)]));
    role.set("Policies", Node::List(std::iter::once(call).chain(send).collect()));
    let boundary = event.given.truthy("PermissionsBoundary").cloned();
    role.set("PermissionsBoundary", boundary.unwrap_or_default());
    role
}
