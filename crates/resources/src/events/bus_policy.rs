//! `AWS::Events::EventBusPolicy`: one statement of a bus's policy.

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::events;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Statements of policies of buses.
pub static KIND: Kind = Kind {
    name: "AWS::Events::EventBusPolicy",
    properties: &[
        Property::may("Action"),
        Property::may("Condition"),
        Property::fixed("EventBusName"),
        Property::may("Principal"),
        Property::may("Statement"),
        Property::must_fixed("StatementId"),
    ],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(async move { put(&ask).await }),
    update: |ask, _| Box::pin(async move { put(&ask).await }),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// A whole statement is put by reading the policy and writing it anew, one after the other.
static TURN: Mutex<()> = Mutex::const_new(());

async fn put(ask: &Ask) -> Result<Made, Failure> {
    let (bus, id) = (bus(&ask.properties), ask.required("StatementId")?);
    let _turn = TURN.lock().await;
    let input = match ask.value("Statement") {
        Value::Null => {
            let mut input = ask.only(&["Action", "Principal", "StatementId", "Condition"]);
            input.insert("EventBusName".into(), bus.into());
            input.into()
        }
        Value::Object(_) => {
            let statement = ask.value("Statement");
            let described = events(ask, "DescribeEventBus", &json!({"Name": bus})).await?;
            let policy = with(described["Policy"].as_str(), id, statement);
            json!({"EventBusName": bus, "Policy": policy.to_string()})
        }
        _ => return Err(Failure::new("#/Statement: expected type: JSONObject")),
    };
    events(ask, "PutPermission", &input).await?;
    Ok(Made::new(format!("{bus}|{id}")))
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    let id = was.properties.get("StatementId").and_then(Value::as_str).unwrap_or_default();
    let input = json!({"EventBusName": bus(&was.properties), "StatementId": id});
    let _turn = TURN.lock().await;
    gone(events(&ask, "RemovePermission", &input).await)
}

fn bus(properties: &Map<String, Value>) -> &str {
    properties.get("EventBusName").and_then(Value::as_str).unwrap_or("default")
}

/// A policy with that statement in it.
fn with(policy: Option<&str>, id: &str, statement: &Value) -> Value {
    let policy: Value = policy.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut all = match &policy["Statement"] {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    all.retain(|own| own["Sid"] != id);
    let mut statement = statement.clone();
    statement["Sid"] = id.into();
    all.push(statement);
    json!({"Version": "2012-10-17", "Statement": all})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_put_beside_others_once() {
        let first = with(None, "a", &json!({"Effect": "Allow", "Action": "events:PutEvents"}));
        let second = with(Some(&first.to_string()), "b", &json!({"Effect": "Deny"}));
        let again = with(Some(&second.to_string()), "a", &json!({"Effect": "Allow"}));
        let all = json!([{"Effect": "Deny", "Sid": "b"}, {"Effect": "Allow", "Sid": "a"}]);
        assert_eq!(again["Statement"], all);
    }
}
