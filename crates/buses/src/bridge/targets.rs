//! What rules send to.

use fika_aws::shape::AwsError;
use fika_service::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Paging;
use super::buses::limit;
use super::rules::{paged, pass_role};
use crate::input::{self, Checked, required, service_of};
use crate::record::{Rule, Target};
use crate::room::Inner;
use crate::transform;

/// How many targets a rule has at most.
const MOST: usize = 5;
/// What can be a target, by the service in its ARN.
const SERVICES: [&str; 4] = ["lambda", "sqs", "sns", "events"];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TargetsInput {
    rule: Option<String>,
    event_bus_name: Option<String>,
    targets: Option<Vec<Value>>,
    ids: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfRule {
    rule: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

impl Inner {
    pub(super) async fn put_targets(&self, caller: &Caller, asked: TargetsInput) -> Checked<Value> {
        let rule = required(asked.rule, "rule")?;
        let targets = required(asked.targets, "targets")?;
        if targets.is_empty() || targets.len() > 100 {
            return Err(AwsError::validation("A request puts 1 to 100 targets."));
        }
        let numbered = targets.into_iter().enumerate();
        let read =
            numbered.map(|(at, target)| target_of(target, &format!("targets.{}.member", at + 1)));
        let targets = read.collect::<Checked<Vec<Target>>>()?;
        let _turn = self.turn.lock().await;
        let named = asked.event_bus_name.as_deref();
        let name = self.rule_name(caller, &rule, named, "events:PutTargets")?;
        let mut new = Rule::clone(&*self.rule(&name)?);
        for target in targets {
            check(&target)?;
            if let Some(role) = &target.role_arn {
                pass_role(caller, role, "events.amazonaws.com")?;
            }
            new.targets.retain(|old| old.id != target.id);
            new.targets.push(target);
        }
        if new.targets.len() > MOST {
            return Err(limit());
        }
        self.keep(&self.rules, name, Some(new)).await?;
        Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
    }

    pub(super) async fn remove_targets(
        &self,
        caller: &Caller,
        asked: TargetsInput,
    ) -> Checked<Value> {
        let rule = required(asked.rule, "rule")?;
        let ids = required(asked.ids, "ids")?;
        let _turn = self.turn.lock().await;
        let named = asked.event_bus_name.as_deref();
        let name = self.rule_name(caller, &rule, named, "events:RemoveTargets")?;
        let mut new = Rule::clone(&*self.rule(&name)?);
        new.targets.retain(|target| !ids.contains(&target.id));
        self.keep(&self.rules, name, Some(new)).await?;
        Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
    }

    pub(super) fn list_targets(&self, caller: &Caller, asked: &OfRule) -> Checked<Value> {
        asked.paging.check()?;
        let rule = required(asked.rule.as_deref(), "rule")?;
        let named = asked.paging.event_bus_name.as_deref();
        let name = self.rule_name(caller, rule, named, "events:ListTargetsByRule")?;
        let rule = self.rule(&name)?;
        let mut all: Vec<(String, Value)> =
            rule.targets.iter().map(|target| (target.id.clone(), json!(target))).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(paged("Targets", all, &asked.paging))
    }
}

/// Reads a target; `path` is where it stands.
fn target_of(mut target: Value, path: &str) -> Checked<Target> {
    for (member, at) in [("Id", "id"), ("Arn", "arn")] {
        required(target.get(member), &format!("{path}.{at}"))?;
    }
    // What clients send empty is not there.
    if let Value::Object(members) = &mut target {
        members.retain(|_, value| !value.is_null());
    }
    let target: Target = serde_json::from_value(target).map_err(|why| {
        AwsError::validation(format!(
            "fika's rules send to functions, queues, topics and buses, and know no other parameters: {why}"
        ))
    })?;
    input::bridge_name(&target.id, &format!("{path}.id"), 64)?;
    input::length(&target.arn, &format!("{path}.arn"), 1, 1_600)?;
    for (value, member, most) in [
        (&target.input, "input", 8_192),
        (&target.input_path, "inputPath", 256),
        (&target.role_arn, "roleArn", 1_600),
    ] {
        let path = format!("{path}.{member}");
        value.as_deref().map_or(Ok(()), |text| input::length(text, &path, 0, most))?;
    }
    input::retry_policy(target.retry_policy.as_ref(), path)?;
    input::dead_letters(target.dead_letter_config.as_ref())?;
    Ok(target)
}

fn check(target: &Target) -> Checked {
    let Target { id, arn, .. } = target;
    let invalid = |text: String| Err(AwsError::validation(text));
    let Some(service) = service_of(arn) else {
        return invalid(format!(
            "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        ));
    };
    if !SERVICES.contains(&service) || (service == "events" && !arn.contains(":event-bus/")) {
        return invalid(format!(
            "Parameter {arn} is not valid. Reason: fika's rules send to functions, queues, topics and buses."
        ));
    }
    let given =
        [target.input.is_some(), target.input_path.is_some(), target.input_transformer.is_some()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        return invalid(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
        ));
    }
    if target.input.as_deref().is_some_and(|text| serde_json::from_str::<Value>(text).is_err()) {
        return invalid(format!("JSON syntax error in input for target {id}."));
    }
    if target.input_path.as_deref().is_some_and(|path| !transform::is_path(path)) {
        return invalid(format!("InputPath for target {id} is invalid."));
    }
    if let Some(transformer) = &target.input_transformer {
        check_transformer(id, transformer)?;
    }
    let group = target.sqs_parameters.as_ref().and_then(|queue| queue.message_group_id.as_deref());
    if service == "sqs" && arn.ends_with(".fifo") && group.is_none() {
        return invalid(format!("Parameter(s) SqsParameters must be specified for target: {id}."));
    }
    Ok(())
}

fn check_transformer(id: &str, transformer: &crate::record::InputTransformer) -> Checked {
    input::length(&transformer.input_template, "inputTransformer.inputTemplate", 1, 8_192)?;
    if transformer.input_paths_map.len() > 100 {
        return Err(AwsError::validation(format!(
            "InputPathsMap for target {id} has more than 100 entries."
        )));
    }
    for (name, path) in &transformer.input_paths_map {
        input::name(name, "inputTransformer.inputPathsMap", 256, "[A-Za-z0-9\\_\\-]+")?;
        if !transform::is_path(path) {
            return Err(AwsError::validation(format!("InputPath for target {id} is invalid.")));
        }
    }
    match transform::undefined(transformer) {
        Some(name) => Err(AwsError::validation(format!(
            "InputTemplate for target {id} contains invalid placeholder {name}."
        ))),
        None => Ok(()),
    }
}
