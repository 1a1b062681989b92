//! `AWS::Events::EventBus`.

use serde_json::{Map, Value, json};

use super::{document, events, retag};
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::gone;

/// Buses.
pub static KIND: Kind = Kind {
    name: "AWS::Events::EventBus",
    properties: &[
        Property::may("DeadLetterConfig"),
        Property::may("Description"),
        Property::fixed("EventSourceName"),
        Property::may("KmsKeyIdentifier"),
        Property::may("LogConfig"),
        Property::must_fixed("Name"),
        Property::may("Policy"),
        Property::may("Tags"),
    ],
    open: false,
    attributes: &["Arn", "Name", "Policy"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let mut input = settings(&ask);
    input.insert("EventSourceName".into(), ask.value("EventSourceName").clone());
    input.insert("Tags".into(), ask.tag_list());
    match events(&ask, "CreateEventBus", &input.into()).await {
        Err(refusal) if ask.again && refusal.exists() => {}
        answer => drop(answer?),
    }
    let made = made(&ask)?;
    match permit(&ask, &Map::new()).await {
        Ok(()) => Ok(made),
        Err(failure) => Err(failure.leaving(made)),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let others = ["Policy", "Tags", "KmsKeyIdentifier", "LogConfig"];
    let changed = KIND.changed(&was.properties, &ask.properties);
    if ask.again || changed.keys().any(|name| !others.contains(name)) {
        events(&ask, "UpdateEventBus", &settings(&ask).into()).await?;
    }
    permit(&ask, &was.properties).await?;
    let made = made(&ask)?;
    let arn = made.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default();
    retag(&ask, &was, arn).await?;
    Ok(made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    gone(events(&ask, "DeleteEventBus", &json!({"Name": was.made.id})).await)
}

/// What both making and changing one take. Keys encrypt nothing here, and are left out.
fn settings(ask: &Ask) -> Map<String, Value> {
    ask.only(&["Name", "Description", "DeadLetterConfig"])
}

/// Its policy is one document, beside which other resources may have put statements before.
async fn permit(ask: &Ask, was: &Map<String, Value>) -> Result<(), Failure> {
    let name = ask.required("Name")?;
    let differs = ask.again || was.get("Policy") != ask.properties.get("Policy");
    match ask.value("Policy") {
        Value::Null if was.contains_key("Policy") => {
            let input = json!({"EventBusName": name, "RemoveAllPermissions": true});
            gone(events(ask, "RemovePermission", &input).await)
        }
        Value::Null => Ok(()),
        policy if differs => {
            let input = json!({"EventBusName": name, "Policy": document(policy)});
            events(ask, "PutPermission", &input).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn made(ask: &Ask) -> Result<Made, Failure> {
    let (scope, name) = (&ask.stack.scope, ask.required("Name")?);
    let arn = format!("arn:aws:events:{}:{}:event-bus/{name}", scope.region, scope.account);
    let policy = document(ask.value("Policy"));
    let made = Made::new(name).with("Arn", arn).with("Name", name);
    Ok(made.with("Policy", policy.as_str().unwrap_or_default()))
}
