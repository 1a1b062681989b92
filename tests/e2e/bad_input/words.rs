//! What AWS says of a value that breaks constraints, written down apart from fika's own checks.

use serde_json::Value;

use super::model::{Model, Shape};

/// The rules a shape has, in the order AWS prints them: each with whether a value keeps it.
fn rules(shape: &Shape, value: &Value) -> Vec<(String, bool)> {
    let mut rules = Vec::new();
    let (measure, of) = match value {
        Value::String(text) => (text.encode_utf16().count() as f64, "length"),
        Value::Array(items) => (items.len() as f64, "length"),
        Value::Object(entries) => (entries.len() as f64, "length"),
        Value::Number(number) => (number.as_f64().expect("a number"), "value"),
        _ => return rules,
    };
    let shown = |bound: f64| {
        if shape.kind == "double" { format!("{bound:?}") } else { format!("{bound}") }
    };
    if let Some(max) = shape.max {
        let text = format!("Member must have {of} less than or equal to {}", shown(max));
        rules.push((text, measure <= max));
    }
    if let Some(min) = shape.min {
        let text = format!("Member must have {of} greater than or equal to {}", shown(min));
        rules.push((text, measure >= min));
    }
    if let (Value::String(text), Some(pattern)) = (value, &shape.pattern) {
        let said = format!("Member must satisfy regular expression pattern: {pattern}");
        rules.push((said, shape.matches(text)));
    }
    if let (Value::String(text), false, false) = (value, shape.values.is_empty(), shape.by_service)
    {
        let said = format!("Member must satisfy enum value set: [{}]", shape.values.join(", "));
        rules.push((said, shape.values.contains(text)));
    }
    rules
}

/// All rules of a shape, whatever the value; for members of lists and maps.
fn all_rules(shape: &Shape, not_null: bool) -> String {
    let example = match shape.kind.as_str() {
        "list" => Value::Array(vec![]),
        "map" => Value::Object(Default::default()),
        _ if shape.is_number() => 0.into(),
        _ => "".into(),
    };
    let mut said: Vec<String> = rules(shape, &example).into_iter().map(|(text, _)| text).collect();
    if not_null {
        said.push("Member must not be null".into());
    }
    said.join(", ")
}

fn print(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(print).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) => {
            let pairs = entries.iter().map(|(key, value)| format!("{key}={}", print(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn said(shape: &Shape, value: &Value, path: &str, rule: &str) -> String {
    // fika repeats no more than that of a value; how much AWS does is not known.
    let print: String = print(value).chars().take(16_384).collect();
    let value = if shape.sensitive { String::new() } else { format!(" '{print}'") };
    format!("Value{value} at '{path}' failed to satisfy constraint: {rule}")
}

fn keeps_all(shape: &Shape, value: &Value) -> bool {
    rules(shape, value).iter().all(|(_, kept)| *kept)
}

/// Everything wrong with a value, in AWS's words and order. `path` is where it is.
pub fn violations(model: &Model, name: &str, value: &Value, path: &str) -> Vec<String> {
    let shape = model.shape(name);
    let mut found = Vec::new();
    if shape.kind == "structure" {
        for member in &shape.members {
            let path = format!("{path}.{}", member.at);
            let path = path.trim_start_matches('.');
            match value.get(&member.name) {
                None | Some(Value::Null) if member.required => found.push(format!(
                    "Value null at '{path}' failed to satisfy constraint: Member must not be null"
                )),
                None | Some(Value::Null) => {}
                Some(value) => found.extend(violations(model, &member.shape, value, path)),
            }
        }
        return found;
    }
    let structures =
        shape.member.as_ref().is_some_and(|member| model.shape(member).kind == "structure");
    for (rule, _) in rules(shape, value).iter().filter(|(_, kept)| !kept) {
        found.push(if structures {
            // How AWS prints a list of structures is not known, so fika prints none.
            format!("Value at '{path}' failed to satisfy constraint: {rule}")
        } else {
            said(shape, value, path, rule)
        });
    }
    match value {
        Value::Array(items) if structures => {
            let member = shape.member.as_deref().expect("a list's member");
            for (i, item) in items.iter().enumerate() {
                let path = format!("{path}.{}.member", i + 1);
                found.extend(violations(model, member, item, &path));
            }
        }
        Value::Array(items) => {
            let member = model.shape(shape.member.as_deref().expect("a list's member"));
            if items.iter().any(|item| !keeps_all(member, item)) {
                let rules = all_rules(member, shape.not_null);
                let rule = format!("Member must satisfy constraint: [{rules}]");
                found.push(said(shape, value, path, &rule));
            }
        }
        Value::Object(entries) => {
            let key = model.shape(shape.key.as_deref().expect("a map's key"));
            let inner = model.shape(shape.value.as_deref().expect("a map's value"));
            if entries.keys().any(|text| !keeps_all(key, &text.as_str().into())) {
                let rule = format!("Map keys must satisfy constraint: [{}]", all_rules(key, false));
                found.push(said(shape, value, path, &rule));
            }
            if entries.values().any(|one| !keeps_all(inner, one)) {
                let rules = all_rules(inner, false);
                let rule = format!("Map value must satisfy constraint: [{rules}]");
                found.push(said(shape, value, path, &rule));
            }
        }
        _ => {}
    }
    found
}

/// The text of the whole answer.
pub fn message(found: &[String]) -> String {
    let errors = if found.len() == 1 { "error" } else { "errors" };
    format!("{} validation {errors} detected: {}", found.len(), found.join("; "))
}
