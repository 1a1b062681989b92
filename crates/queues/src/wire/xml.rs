//! Answers of the query protocol, made of those of the JSON protocol.

use fika_aws::query::Xml;
use serde_json::Value;

/// What is in an answer's `Result`; none of an operation that answers nothing.
pub(super) fn shown(operation: &str, output: &Value) -> Option<Xml> {
    match output {
        Value::Object(_) => Some(inside(Xml::new(), operation, output)),
        _ => None,
    }
}

fn inside(xml: Xml, operation: &str, value: &Value) -> Xml {
    let members = value.as_object().into_iter().flatten();
    members.fold(xml, |xml, (name, value)| member(xml, operation, name, value))
}

fn member(xml: Xml, operation: &str, name: &str, value: &Value) -> Xml {
    match value {
        Value::Array(members) => {
            let name = element(operation, name);
            members.iter().fold(xml, |xml, one| match one.as_str() {
                Some(text) => xml.text(&name, text),
                None => xml.element(&name, inside(Xml::new(), operation, one)),
            })
        }
        Value::Object(pairs) => match map(name) {
            None => xml.element(name, inside(Xml::new(), operation, value)),
            Some((name, key)) => pairs.iter().fold(xml, |xml, (text, value)| {
                let pair = member(Xml::new().text(key, text), operation, "Value", value);
                xml.element(name, pair)
            }),
        },
        Value::String(text) => xml.text(name, text),
        Value::Null => xml,
        other => xml.text(name, &other.to_string()),
    }
}

/// What a map's entries and their keys are called; none of a structure.
fn map(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "Attributes" => Some(("Attribute", "Name")),
        "MessageAttributes" => Some(("MessageAttribute", "Name")),
        "Tags" => Some(("Tag", "Key")),
        _ => None,
    }
}

/// What a list's members are called.
fn element(operation: &str, name: &str) -> String {
    match name {
        "Messages" => "Message".into(),
        "QueueUrls" | "queueUrls" => "QueueUrl".into(),
        "Successful" | "Results" => format!("{operation}ResultEntry"),
        "Failed" => "BatchResultErrorEntry".into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_maps_are_flat() {
        let message = json!({
            "Body": "b",
            "Attributes": {"SenderId": "s"},
            "MessageAttributes": {"a": {"StringValue": "v", "DataType": "String"}},
        });
        let text = |output| format!("{:?}", shown("ReceiveMessage", &output));
        assert_eq!(
            text(json!({ "Messages": [message] })),
            format!(
                "{:?}",
                Some(
                    Xml::new().element(
                        "Message",
                        Xml::new()
                            .text("Body", "b")
                            .element(
                                "Attribute",
                                Xml::new().text("Name", "SenderId").text("Value", "s")
                            )
                            .element(
                                "MessageAttribute",
                                Xml::new().text("Name", "a").element(
                                    "Value",
                                    Xml::new().text("StringValue", "v").text("DataType", "String")
                                )
                            )
                    )
                )
            )
        );
        assert_eq!(shown("DeleteMessage", &json!(null)), None);
    }
}
