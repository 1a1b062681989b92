//! Who else may put events on a bus.

use fika_aws::shape::AwsError;
use fika_policy::{DocumentKind, Policy};
use fika_service::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{bus_arn, missing};
use crate::input::{self, Checked, required};
use crate::room::Inner;
use crate::table::Name;

/// The longest policy of a bus, bytes.
const POLICY_BYTES: usize = 10_240;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PermissionInput {
    event_bus_name: Option<String>,
    action: Option<String>,
    principal: Option<String>,
    statement_id: Option<String>,
    condition: Option<Condition>,
    policy: Option<String>,
    #[serde(default)]
    remove_all_permissions: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    r#type: String,
    key: String,
    value: String,
}

impl Inner {
    pub(super) async fn put_permission(
        &self,
        caller: &Caller,
        asked: PermissionInput,
    ) -> Checked<Value> {
        let _turn = self.turn.lock().await;
        let named = asked.event_bus_name.as_deref();
        let (scope, name) = self.bus(caller, named, "events:PutPermission")?;
        let mut bus = self.bus_or_default(&scope, &name);
        let policy = match &asked.policy {
            Some(policy) => policy.clone(),
            None => with_statement(bus.policy.as_deref(), &asked, &bus_arn(&scope, &name))?,
        };
        if policy.len() > POLICY_BYTES {
            return Err(AwsError::new(
                "PolicyLengthExceededException",
                400,
                "The event bus policy is too long.",
            ));
        }
        if let Err(error) = Policy::parse(&policy, DocumentKind::Resource) {
            return Err(AwsError::validation(format!(
                "Parameter Policy is not valid. Reason: {error}"
            )));
        }
        bus.policy = Some(policy);
        bus.modified = self.clock.now();
        self.keep(&self.buses, Name::new(&scope, "", &name), Some(bus)).await?;
        Ok(Value::Null)
    }

    pub(super) async fn remove_permission(
        &self,
        caller: &Caller,
        asked: PermissionInput,
    ) -> Checked<Value> {
        let _turn = self.turn.lock().await;
        let named = asked.event_bus_name.as_deref();
        let (scope, name) = self.bus(caller, named, "events:RemovePermission")?;
        let mut bus = self.bus_or_default(&scope, &name);
        bus.policy = if asked.remove_all_permissions {
            None
        } else {
            let id = asked.statement_id.as_deref();
            let id =
                id.ok_or_else(|| AwsError::validation("Parameter StatementId is required."))?;
            without_statement(bus.policy.as_deref(), id)?
        };
        bus.modified = self.clock.now();
        self.keep(&self.buses, Name::new(&scope, "", &name), Some(bus)).await?;
        Ok(Value::Null)
    }
}

fn statements(policy: Option<&str>) -> Vec<Value> {
    let policy: Value = policy.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    match &policy["Statement"] {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn document(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn with_statement(old: Option<&str>, asked: &PermissionInput, arn: &str) -> Checked<String> {
    let id = required(asked.statement_id.as_deref(), "statementId")?;
    input::name(id, "statementId", 64, "[a-zA-Z0-9-_]+")?;
    let action = required(asked.action.as_deref(), "action")?;
    let letters = action.strip_prefix("events:").filter(|name| !name.is_empty());
    if !letters.is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphabetic())) {
        return input::broken(
            action,
            "action",
            "Member must satisfy regular expression pattern: events:[a-zA-Z]+",
        );
    }
    let principal = required(asked.principal.as_deref(), "principal")?;
    let account = principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit());
    if principal != "*" && !account {
        return input::broken(
            principal,
            "principal",
            "Member must satisfy regular expression pattern: (\\d{12}|\\*)",
        );
    }
    let named = match principal {
        "*" => json!("*"),
        account => json!({"AWS": format!("arn:aws:iam::{account}:root")}),
    };
    let mut statement = json!({
        "Sid": id, "Effect": "Allow", "Principal": named, "Action": action, "Resource": arn,
    });
    if let Some(condition) = &asked.condition {
        statement["Condition"] = json!({&condition.r#type: {&condition.key: &condition.value}});
    }
    let mut all = statements(old);
    all.retain(|statement| statement["Sid"] != id);
    all.push(statement);
    Ok(document(&all))
}

/// None where nothing is left.
fn without_statement(old: Option<&str>, id: &str) -> Checked<Option<String>> {
    let mut all = statements(old);
    let before = all.len();
    all.retain(|statement| statement["Sid"] != id);
    if all.len() == before {
        return Err(missing("Statement with the provided id does not exist.".into()));
    }
    Ok((!all.is_empty()).then(|| document(&all)))
}
