//! What a function, or a topic, is asked that makes a custom resource.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::kind::{Ask, Was};

/// Which of the three is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'a> {
    Create,
    Update(&'a Was),
    Delete(&'a Was),
}

impl What<'_> {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update(_) => "Update",
            Self::Delete(_) => "Delete",
        }
    }

    /// The physical id, once there is one.
    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Self::Create => None,
            Self::Update(was) | Self::Delete(was) => Some(&was.made.id),
        }
    }

    /// The properties that it is about.
    pub(super) fn properties<'p>(&'p self, ask: &'p Ask) -> &'p Map<String, Value> {
        match self {
            Self::Create | Self::Update(_) => &ask.properties,
            Self::Delete(was) => &was.properties,
        }
    }

    /// Tells this request from every other one about the resource.
    pub(super) fn purpose(self, ask: &Ask) -> String {
        let old = if let Self::Update(was) = self { Some(&was.properties) } else { None };
        let all = json!([self.word(), self.id(), sorted(self.properties(ask)), old.map(sorted)]);
        Sha256::digest(all.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The event.
    pub(super) fn event(self, ask: &Ask, token: &str, request: &str, url: &str) -> Value {
        let mut event = json!({
            "RequestType": self.word(),
            "ServiceToken": token,
            "ResponseURL": url,
            "StackId": ask.stack.id,
            "RequestId": request,
            "LogicalResourceId": ask.logical,
            "ResourceType": ask.kind,
            "ResourceProperties": texts(self.properties(ask)),
        });
        if let Some(id) = self.id() {
            event["PhysicalResourceId"] = id.into();
        }
        if let Self::Update(was) = self {
            event["OldResourceProperties"] = texts(&was.properties);
        }
        event
    }
}

/// The same whatever order the members were in.
fn sorted(properties: &Map<String, Value>) -> Value {
    let mut pairs: Vec<(&String, Value)> = properties
        .iter()
        .map(|(name, value)| (name, value.as_object().map_or_else(|| value.clone(), sorted)))
        .collect();
    pairs.sort_by_key(|(name, _)| *name);
    pairs.into_iter().map(|(name, value)| json!([name, value])).collect()
}

/// Functions are told numbers and truth values as texts.
fn texts(properties: &Map<String, Value>) -> Value {
    properties.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn text(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        Value::Bool(flag) => flag.to_string().into(),
        Value::Array(list) => list.iter().map(text).collect(),
        Value::Object(members) => texts(members),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    #[test]
    fn functions_are_told_texts() {
        let properties = json!({"ServiceToken": "t", "N": 5, "Deep": [{"On": true, "Off": null}]});
        let ask = Fake::new(&[]).ask("Custom::Thing", properties);
        let event = What::Create.event(&ask, "t", "r", "http://a");
        let told = json!({"ServiceToken": "t", "N": "5", "Deep": [{"On": "true", "Off": null}]});
        assert_eq!(event["ResourceProperties"], told);
        assert_eq!(event["ResourceType"], "Custom::Thing");
        assert_eq!(event.get("PhysicalResourceId"), None);
    }

    #[test]
    fn each_request_is_told_from_the_others() {
        let ask = Fake::new(&[]).ask("Custom::Thing", json!({"A": 1, "B": {"C": 1, "D": 2}}));
        let same = Fake::new(&[]).ask("Custom::Thing", json!({"B": {"D": 2, "C": 1}, "A": 1}));
        assert_eq!(What::Create.purpose(&ask), What::Create.purpose(&same));
        let (one, other) = (was("x", json!({"A": 0})), was("x", json!({"A": 2})));
        let all = [
            What::Create.purpose(&ask),
            What::Update(&one).purpose(&ask),
            What::Update(&other).purpose(&ask),
            What::Delete(&one).purpose(&ask),
        ];
        let told: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(told.len(), 4);
        let event = What::Update(&one).event(&ask, "t", "r", "u");
        assert_eq!(event["OldResourceProperties"], json!({"A": "0"}));
        assert_eq!(event["PhysicalResourceId"], "x");
    }
}
