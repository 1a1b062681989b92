//! EventBridge: buses, their policies, rules.

pub(crate) mod bus;
pub(crate) mod bus_policy;
pub(crate) mod rule;

mod targets;

use serde_json::{Value, json};

use crate::kind::{Ask, Failure, Was};
use crate::services::Answered;

async fn events(ask: &Ask, operation: &str, input: &Value) -> Answered<Value> {
    ask.services.json("events", &format!("AWSEvents.{operation}"), input).await
}

/// Gives it the tags that it is to have, and takes those away that it had by `was`.
async fn retag(ask: &Ask, was: &Was, arn: &str) -> Result<(), Failure> {
    let had = Ask { properties: was.properties.clone(), ..ask.clone() }.tags();
    let has = ask.tags();
    let gone: Vec<_> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !gone.is_empty() {
        let input = json!({"ResourceARN": arn, "TagKeys": gone});
        events(ask, "UntagResource", &input).await?;
    }
    if (had != has || ask.again) && !has.is_empty() {
        let input = json!({"ResourceARN": arn, "Tags": ask.tag_list()});
        events(ask, "TagResource", &input).await?;
    }
    Ok(())
}

/// A document as a text of JSON.
fn document(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value.clone(),
        value => value.to_string().into(),
    }
}
