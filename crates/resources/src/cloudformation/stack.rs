//! `AWS::CloudFormation::Stack`: stacks in stacks.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::properties::text;
use crate::services::{Answered, between, gone};

/// Nested stacks.
pub static KIND: Kind = Kind {
    name: "AWS::CloudFormation::Stack",
    properties: &[
        Property::may("NotificationARNs"),
        Property::may("Parameters"),
        Property::may("Tags"),
        Property::must("TemplateURL"),
        Property::may("TimeoutInMinutes"),
    ],
    open: false,
    attributes: &["Outputs.*"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// The version of CloudFormation's forms.
const VERSION: &str = "2010-05-15";
/// How often a stack is looked at.
const PAUSE: Duration = Duration::from_millis(100);

async fn create(ask: Ask) -> Result<Made, Failure> {
    let name = ask.generated(128);
    let mut parameters = wishes(&ask);
    parameters.push(("StackName".into(), name.clone()));
    parameters.push(("ClientRequestToken".into(), ask.token.clone()));
    parameters.push(("OnFailure".into(), "DO_NOTHING".into()));
    let minutes = text(ask.value("TimeoutInMinutes"));
    parameters.extend(minutes.map(|minutes| ("TimeoutInMinutes".into(), minutes)));
    let id = match stacks(&ask, "CreateStack", &parameters).await {
        Err(refusal) if ask.again && refusal.exists() => {
            let stack = look(&ask, &name).await?;
            let id = between(&stack, "StackId").unwrap_or_default();
            if status(&stack) == "REVIEW_IN_PROGRESS" {
                // The server ended before it was begun: nothing goes on with that one.
                remove(&ask, &id).await?;
                let answer = stacks(&ask, "CreateStack", &parameters).await?;
                between(&answer, "StackId").unwrap_or_default()
            } else {
                id
            }
        }
        answer => between(&answer?, "StackId").unwrap_or_default(),
    };
    let made = Made::new(id.clone());
    match settled(&ask, &id, true).await {
        Ok(stack) if status(&stack) == "CREATE_COMPLETE" => Ok(outputs(&id, &stack)),
        Ok(stack) => Err(failed(&id, &stack, "created").leaving(made)),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let id = &was.made.id;
    let mut parameters = wishes(&ask);
    parameters.push(("StackName".into(), id.clone()));
    // What an earlier request has begun ends first.
    settled(&ask, id, false).await?;
    match stacks(&ask, "UpdateStack", &parameters).await {
        // It is as it should be, also where a change of it was rolled back.
        Err(refusal) if refusal.message.contains("No updates are to be performed") => {
            return Ok(outputs(id, &look(&ask, id).await?));
        }
        answer => drop(answer?),
    }
    let stack = settled(&ask, id, false).await?;
    match status(&stack).as_str() {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" => Ok(outputs(id, &stack)),
        _ => Err(failed(id, &stack, "updated")),
    }
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    remove(&ask, &was.made.id).await
}

async fn remove(ask: &Ask, id: &str) -> Result<(), Failure> {
    gone(stacks(ask, "DeleteStack", &[("StackName".into(), id.into())]).await)?;
    loop {
        match look(ask, id).await {
            Err(refusal) if is_gone(&refusal) => return Ok(()),
            Err(refusal) => return Err(refusal.into()),
            Ok(stack) => match status(&stack).as_str() {
                "DELETE_COMPLETE" => return Ok(()),
                "DELETE_FAILED" => return Err(failed(id, &stack, "deleted")),
                _ => sleep(PAUSE).await,
            },
        }
    }
}

/// What a nested stack is to be made or changed by. What was acknowledged for its parent is for it too.
fn wishes(ask: &Ask) -> Vec<(String, String)> {
    let mut wishes: Vec<(String, String)> = Vec::new();
    wishes.extend(text(ask.value("TemplateURL")).map(|url| ("TemplateURL".to_owned(), url)));
    if let Value::Object(parameters) = ask.value("Parameters") {
        for ((key, value), n) in parameters.iter().zip(1..) {
            wishes.push((format!("Parameters.member.{n}.ParameterKey"), key.clone()));
            wishes.push((format!("Parameters.member.{n}.ParameterValue"), list(value)));
        }
    }
    for ((key, value), n) in ask.tags().into_iter().zip(1..) {
        wishes.push((format!("Tags.member.{n}.Key"), key));
        wishes.push((format!("Tags.member.{n}.Value"), value));
    }
    for (capability, n) in ask.stack.capabilities.iter().zip(1..) {
        wishes.push((format!("Capabilities.member.{n}"), capability.clone()));
    }
    wishes
}

/// Lists are handed on as texts with commas.
fn list(value: &Value) -> String {
    match value {
        Value::Array(all) => all.iter().filter_map(text).collect::<Vec<_>>().join(","),
        one => text(one).unwrap_or_default(),
    }
}

/// Waits until nothing goes on with it. A creation that nobody wants any more is given up.
async fn settled(ask: &Ask, id: &str, may_stop: bool) -> Result<String, Failure> {
    loop {
        let stack = look(ask, id).await?;
        if !status(&stack).ends_with("IN_PROGRESS") {
            return Ok(stack);
        }
        if may_stop && *ask.stop.borrow() {
            return Err(Failure::new("Resource creation cancelled"));
        }
        sleep(PAUSE).await;
    }
}

fn status(stack: &str) -> String {
    between(stack, "StackStatus").unwrap_or_default()
}

fn failed(id: &str, stack: &str, what: &str) -> Failure {
    let status = status(stack);
    let reason = between(stack, "StackStatusReason").unwrap_or_default();
    Failure::new(format!(
        "Embedded stack {id} was not successfully {what}: it is in {status}. {reason}"
    ))
}

fn outputs(id: &str, stack: &str) -> Made {
    let all = stack.split("<Outputs>").nth(1).and_then(|rest| rest.split("</Outputs>").next());
    let members = all.unwrap_or_default().split("<member>").skip(1);
    members.fold(Made::new(id), |made, output| {
        let key = between(output, "OutputKey").unwrap_or_default();
        made.with(&format!("Outputs.{key}"), between(output, "OutputValue").unwrap_or_default())
    })
}

async fn look(ask: &Ask, name: &str) -> Answered<String> {
    stacks(ask, "DescribeStacks", &[("StackName".into(), name.into())]).await
}

fn is_gone(refusal: &crate::services::Refusal) -> bool {
    refusal.is_missing() || refusal.message.contains("does not exist")
}

async fn stacks(ask: &Ask, action: &str, parameters: &[(String, String)]) -> Answered<String> {
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    ask.services.query("cloudformation", VERSION, action, &parameters).await
}
