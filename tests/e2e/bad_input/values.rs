//! Values that a shape takes, and values that break one rule of it.

use serde_json::{Map, Value, json};

use super::model::{Model, Shape};

/// Texts of which each pattern of the service matches one.
const GOOD: &[&str] = &[
    "hello",
    "1",
    "a",
    "arn:aws:lambda:us-east-1:123456789012:function:hello",
    "arn:aws:iam::123456789012:role/lambda",
    "arn:aws:lambda:us-east-1:123456789012:layer:hello:1",
    "arn:aws:lambda:us-east-1:123456789012:layer:hello",
    "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0",
    "arn:aws:signer:us-east-1:123456789012:/signing-profiles/hello/0123456789",
    "arn:aws:lambda:us-east-1::runtime:0123456789",
    "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-01234567890123456",
    "arn:aws:sqs:us-east-1:123456789012:hello",
    "arn:aws:kms:us-east-1:123456789012:key/hello",
    "arn:aws:lambda:us-east-1:123456789012:capacity-provider:hello",
    "00000000-0000-4000-8000-000000000000",
    "lambda:InvokeFunction",
    "lambda:GetLayerVersion",
    "123456789012",
    "o-0123456789",
    "/mnt/hello",
    "csc-0123456789abcdef0",
    "subnet-01234567890123456",
    "sg-01234567890123456",
    "hello.amazonaws.com",
    "us-east-1",
    "hello:9092",
    "arn:aws:lambda:us-east-1:123456789012:runtime/hello",
    "",
];
/// And of which most break it.
const BAD: &[&str] = &["!", "ä", "a b", "a\nb", "$", "\u{1}"];

/// A value that keeps every rule.
pub fn good(model: &Model, name: &str) -> Value {
    let shape = model.shape(name);
    match shape.kind.as_str() {
        "structure" => {
            let required = shape.members.iter().filter(|member| member.required);
            let members = required.map(|m| (m.name.clone(), good(model, &m.shape)));
            members.collect::<Map<_, _>>().into()
        }
        "list" => Value::Array(vec![good(model, shape.member.as_deref().expect("a member"))]),
        "map" => {
            let key = good(model, shape.key.as_deref().expect("a key"));
            let value = good(model, shape.value.as_deref().expect("a value"));
            json!({ key.as_str().expect("a text"): value })
        }
        "string" => match shape.values.first() {
            Some(first) => first.as_str().into(),
            None => good_text(name, shape).into(),
        },
        "boolean" => true.into(),
        "blob" => "".into(),
        "double" => shape.min.unwrap_or(0.0).into(),
        _ => (shape.min.unwrap_or(1.0) as i64).into(),
    }
}

fn good_text(name: &str, shape: &Shape) -> String {
    let length = |text: &str| text.encode_utf16().count() as f64;
    let fits = |text: &&&str| {
        let (min, max) = (shape.min.unwrap_or(0.0), shape.max.unwrap_or(f64::MAX));
        (min..=max).contains(&length(text)) && shape.matches(text)
    };
    let found = GOOD.iter().find(fits);
    (*found.unwrap_or_else(|| panic!("no text of the table is a {name}: add one"))).to_owned()
}

/// Values that break a rule, each another.
pub fn bad(model: &Model, name: &str) -> Vec<Value> {
    let shape = model.shape(name);
    match shape.kind.as_str() {
        "structure" => bad_structures(model, shape),
        "list" => bad_lists(model, shape),
        "map" => bad_maps(model, shape),
        "string" => bad_texts(name, shape).into_iter().map(Value::from).collect(),
        "integer" | "long" => {
            let below = shape.min.map(|min| json!(min as i64 - 1));
            below.into_iter().chain(shape.max.map(|max| json!(max as i64 + 1))).collect()
        }
        "double" => {
            let below = shape.min.map(|min| json!(min - 0.5));
            below.into_iter().chain(shape.max.map(|max| json!(max + 0.5))).collect()
        }
        _ => vec![],
    }
}

fn bad_texts(name: &str, shape: &Shape) -> Vec<String> {
    if !shape.values.is_empty() {
        return vec!["Bogus".into()];
    }
    let mut found = Vec::new();
    let good = good_text(name, shape);
    if let Some(max) = shape.max {
        let missing = max as usize + 1 - good.len().min(max as usize);
        found.push(format!("{good}{}", "a".repeat(missing)));
    }
    if let Some(min) = shape.min.filter(|min| *min >= 1.0) {
        found.push("a".repeat(min as usize - 1));
    }
    let long = |text: &str| text.repeat((shape.min.unwrap_or(1.0) as usize).clamp(1, 256));
    found.extend(BAD.iter().map(|text| long(text)).find(|text| !shape.matches(text)));
    found
}

fn bad_structures(model: &Model, shape: &Shape) -> Vec<Value> {
    let whole: Map<String, Value> =
        shape.members.iter().map(|m| (m.name.clone(), good(model, &m.shape))).collect();
    let mut found = Vec::new();
    for member in &shape.members {
        if member.required {
            let mut without = whole.clone();
            without.remove(&member.name);
            found.push(without.into());
        }
        for value in bad(model, &member.shape) {
            found.push(json!({ member.name.as_str(): value }));
        }
    }
    found
}

fn bad_lists(model: &Model, shape: &Shape) -> Vec<Value> {
    let member = shape.member.as_deref().expect("a member");
    let mut found: Vec<Value> = Vec::new();
    // Those of millions would only test our patience.
    if let Some(max) = shape.max.filter(|max| *max <= 1_000.0) {
        found.push(vec![good(model, member); max as usize + 1].into());
    }
    if shape.min.is_some_and(|min| min >= 1.0) {
        found.push(Value::Array(vec![]));
    }
    let items = bad(model, member);
    found.extend(items.into_iter().map(|item| json!([good(model, member), item])));
    found
}

fn bad_maps(model: &Model, shape: &Shape) -> Vec<Value> {
    let (key, value) = (shape.key.as_deref(), shape.value.as_deref());
    let (key, value) = (key.expect("a key"), value.expect("a value"));
    let good_key = good(model, key);
    let good_key = good_key.as_str().expect("a text");
    let mut found = Vec::new();
    if shape.min.is_some_and(|min| min >= 1.0) {
        found.push(json!({}));
    }
    let keys = bad(model, key);
    found.extend(
        keys.iter().map(|key| json!({ key.as_str().expect("a text"): good(model, value) })),
    );
    found.extend(bad(model, value).into_iter().map(|value| json!({ good_key: value })));
    found
}

/// JSON of another type than the shape's, and what AWS says of it where that is known.
pub fn mistyped(shape: &Shape) -> Vec<(Value, Option<String>)> {
    let list = "Start of list found where not expected";
    let structure = "Start of structure or map found where not expected.";
    let cannot = |token: &str, to: &str| Some(format!("{token} can not be converted to {to}"));
    let scalar = |to: &str, others: &[(Value, &str)]| {
        let mut found =
            vec![(json!([]), Some(list.to_owned())), (json!({}), Some(structure.to_owned()))];
        found.extend(others.iter().map(|(value, token)| (value.clone(), cannot(token, to))));
        found
    };
    let text = (json!("x"), "STRING_VALUE");
    let number = (json!(1), "NUMBER_VALUE");
    let yes = (json!(true), "TRUE_VALUE");
    match shape.kind.as_str() {
        "string" => scalar("a String", &[number, yes]),
        "integer" => scalar("an Integer", &[text, yes]),
        "long" => scalar("a Long", &[text, yes]),
        "boolean" => scalar("a Boolean", &[text, number]),
        "blob" => scalar("a Blob", &[number, yes]),
        "list" => vec![
            (json!("x"), Some("Expected list or null".into())),
            (json!({}), Some(structure.into())),
        ],
        "map" => {
            vec![(json!("x"), Some("Expected map or null".into())), (json!([]), Some(list.into()))]
        }
        "structure" => {
            vec![(json!("x"), Some("Expected null".into())), (json!([]), Some(list.into()))]
        }
        _ => vec![(json!([]), None), (json!({}), None), (json!("x"), None)],
    }
}
