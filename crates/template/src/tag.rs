//! The short forms of YAML: a tag is the one member of an object.

use serde_json::{Value, json};

/// What a tag `!name` makes of its value.
pub(crate) fn long_form(name: &str, value: Value) -> Value {
    let (name, value) = match (name, value) {
        ("Ref" | "Condition", value) => (name.to_owned(), value),
        ("GetAtt", Value::String(text)) => ("Fn::GetAtt".to_owned(), attribute(text)),
        (_, value) => (format!("Fn::{name}"), value),
    };
    json!({ name: value })
}

/// `a.b.c` is the attribute `b.c` of `a`.
fn attribute(text: String) -> Value {
    match text.split_once('.') {
        Some((logical, name)) => json!([logical, name]),
        None => text.into(),
    }
}
