//! What a filter of events may be, by EventBridge's documented syntax: a JSON object whose leaves
//! are lists of values and of comparisons.

use serde_json::{Map, Value};

/// Comparisons that a leaf may name.
const COMPARISONS: [&str; 8] = [
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
];

/// Whether a text is such a pattern. Its depth is bounded by the JSON reader's own bound.
pub(crate) fn is_valid(text: &str) -> bool {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => object(&fields),
        _ => false,
    }
}

fn object(fields: &Map<String, Value>) -> bool {
    !fields.is_empty() && fields.iter().all(|(name, value)| field(name, value))
}

fn field(name: &str, value: &Value) -> bool {
    match value {
        Value::Object(inner) => object(inner),
        Value::Array(ways) if name == "$or" => {
            ways.len() > 1 && ways.iter().all(|way| way.as_object().is_some_and(object))
        }
        Value::Array(leaf) => !leaf.is_empty() && leaf.iter().all(comparison),
        _ => false,
    }
}

fn comparison(value: &Value) -> bool {
    match value {
        Value::Array(_) => false,
        Value::Object(one) => {
            one.len() == 1 && one.keys().all(|name| COMPARISONS.contains(&name.as_str()))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn patterns_are_objects_of_lists() {
        for valid in [
            r#"{"eventName": ["INSERT", null, 1, true]}"#,
            r#"{"body": {"a": [{"numeric": [">", 100]}, {"exists": false}]}}"#,
            r#"{"$or": [{"a": ["x"]}, {"b": {"c": [{"prefix": "y"}]}}]}"#,
        ] {
            assert!(is_valid(valid), "{valid}");
        }
        let deep = format!("{}[1]{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        for invalid in [
            "",
            "null",
            "simple string",
            "[]",
            "{}",
            r#"{"eventSource": "aws:sqs"}"#,
            r#"{"eventSource": []}"#,
            r#"{"a": {}}"#,
            r#"{"a": [["x"]]}"#,
            r#"{"a": [{"like": "x"}]}"#,
            r#"{"a": [{"prefix": "x", "suffix": "y"}]}"#,
            r#"{"$or": [{"a": ["x"]}]}"#,
            &deep,
        ] {
            assert!(!is_valid(invalid), "{invalid:.80}");
        }
    }
}
