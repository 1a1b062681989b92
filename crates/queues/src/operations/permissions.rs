//! AddPermission and RemovePermission: statements of the queue's policy, by their label.

use fika_aws::shape::AwsError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answered, Ask};
use crate::error::{attribute_value, invalid, missing, value};
use crate::queue::Record;

/// Actions that another account may be let do.
const SHARED: [&str; 8] = [
    "*",
    "SendMessage",
    "ReceiveMessage",
    "DeleteMessage",
    "ChangeMessageVisibility",
    "GetQueueAttributes",
    "GetQueueUrl",
    "PurgeQueue",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Permission {
    queue_url: Option<String>,
    label: Option<String>,
    #[serde(rename = "AWSAccountIds")]
    accounts: Option<Vec<String>>,
    actions: Option<Vec<String>>,
}

impl Ask<'_> {
    pub(super) async fn add_permission(self, input: Permission) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.queues.own(self.caller, "sqs:AddPermission", &place)?;
        let label = input.label.ok_or_else(|| missing("Label"))?;
        check_label(&label)?;
        let accounts = input.accounts.unwrap_or_default();
        let actions = input.actions.unwrap_or_default();
        if accounts.is_empty() {
            return Err(missing("AWSAccountIds"));
        }
        if actions.is_empty() {
            return Err(missing("Actions"));
        }
        if actions.len() > 7 {
            let text = format!("{} Actions were found, maximum allowed is 7.", actions.len());
            return Err(AwsError::new("OverLimit", 403, text));
        }
        let unknown = |action: &&String| !SHARED.iter().any(|s| s.eq_ignore_ascii_case(action));
        if let Some(action) = actions.iter().find(unknown) {
            let reason = "Only the queue owner is allowed to invoke this action.";
            return Err(value(&format!("SQS:{action}"), "ActionName", reason));
        }
        let arn = place.arn();
        self.queues
            .alter(place, move |record| {
                let mut policy = read(record, &arn)?;
                let statements = statements(&mut policy)?;
                if statements.iter().any(|one| one["Sid"] == label) {
                    return Err(value(&label, "Label", "Already exists."));
                }
                let principals = accounts.iter().map(|id| format!("arn:aws:iam::{id}:root"));
                statements.push(json!({
                    "Sid": label,
                    "Effect": "Allow",
                    "Principal": { "AWS": one_or_all(principals.collect()) },
                    "Action": one_or_all(actions.iter().map(|a| format!("SQS:{a}")).collect()),
                    "Resource": arn,
                }));
                let text = policy.to_string();
                crate::settings::policy(&text)
                    .map_err(|_| value(&accounts.join(","), "PrincipalId", "Unable to verify."))?;
                record.attributes.insert("Policy".into(), text);
                Ok(())
            })
            .await
    }

    pub(super) async fn remove_permission(self, input: Permission) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.queues.own(self.caller, "sqs:RemovePermission", &place)?;
        let label = input.label.ok_or_else(|| missing("Label"))?;
        let arn = place.arn();
        self.queues
            .alter(place, move |record| {
                let mut policy = read(record, &arn)?;
                let statements = statements(&mut policy)?;
                let before = statements.len();
                statements.retain(|one| one["Sid"] != label);
                if statements.len() == before {
                    return Err(value(&label, "Label", "can't find label."));
                }
                match statements.is_empty() {
                    true => record.attributes.remove("Policy"),
                    false => record.attributes.insert("Policy".into(), policy.to_string()),
                };
                Ok(())
            })
            .await
    }
}

fn read(record: &Record, arn: &str) -> Result<Value, AwsError> {
    match record.attributes.get("Policy") {
        Some(text) => serde_json::from_str(text).map_err(|_| attribute_value("Policy")),
        None => Ok(json!({
            "Version": "2008-10-17",
            "Id": format!("{arn}/SQSDefaultPolicy"),
            "Statement": [],
        })),
    }
}

/// A policy's statements; one by itself becomes a list.
fn statements(policy: &mut Value) -> Result<&mut Vec<Value>, AwsError> {
    if policy["Statement"].is_object() {
        let one = policy["Statement"].take();
        policy["Statement"] = json!([one]);
    }
    policy["Statement"].as_array_mut().ok_or_else(|| attribute_value("Policy"))
}

fn one_or_all(mut all: Vec<String>) -> Value {
    if all.len() == 1 { json!(all.remove(0)) } else { json!(all) }
}

fn check_label(label: &str) -> Result<(), AwsError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=80).contains(&label.len()) && label.bytes().all(plain) {
        return Ok(());
    }
    Err(invalid(
        "Label can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in \
         length.",
    ))
}
