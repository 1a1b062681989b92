//! SNS: topics, their subscriptions and policies.

pub(crate) mod policy;
pub(crate) mod subscription;
pub(crate) mod topic;

use serde_json::Value;

use crate::kind::Ask;
use crate::services::Answered;

async fn sns(ask: &Ask, action: &str, parameters: &[(&str, &str)]) -> Answered<String> {
    ask.services.query("sns", "2010-03-31", action, parameters).await
}

/// Sets an attribute of a topic; an empty one is none.
async fn set(ask: &Ask, topic: &str, name: &str, value: &str) -> Answered<String> {
    let parameters = [("TopicArn", topic), ("AttributeName", name), ("AttributeValue", value)];
    sns(ask, "SetTopicAttributes", &parameters).await
}

/// An attribute as the API has it: a text, or a document as a text of JSON; empty where there is none.
fn attribute(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => crate::properties::text(value).unwrap_or_else(|| value.to_string()),
    }
}
