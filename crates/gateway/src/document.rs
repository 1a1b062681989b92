//! The management calls' inputs: which members there are, of what kind, within what bounds.
//!
//! What is no member of the model is left out, as AWS does; what is one and wrong, or asks for what
//! fika does not do, is a `BadRequestException`. A stored thing is such a [`Document`] with its id and its defaults.

use fika_aws::shape::AwsError;
use serde_json::{Map, Value};

/// A JSON object, its members as AWS names them.
pub type Document = Map<String, Value>;

/// The most entries of a list or map.
const ENTRIES: usize = 100;
/// The longest text of a list or map, bytes.
const ENTRY_BYTES: usize = 2_048;

/// What a member may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text of so many characters.
    Text(usize, usize),
    /// One of these.
    One(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number within bounds.
    Whole(i64, i64),
    /// Any number that is not negative.
    Number,
    /// A list of texts.
    Texts,
    /// Texts by text.
    TextMap,
    /// A stage's variables.
    Variables,
    /// Flags by text.
    FlagMap,
    /// An object.
    Object(&'static Shape),
    /// Objects by text.
    Objects(&'static Shape),
    /// What fika does not do: what asks for nothing is left out, what asks for something is refused.
    Absent,
}

/// The members of an object.
pub type Shape = [(&'static str, Kind)];

/// 400.
pub fn bad(message: impl Into<String>) -> AwsError {
    AwsError::new("BadRequestException", 400, message)
}

/// Reads a body. An empty one is an object without members.
///
/// # Errors
/// 400 `BadRequestException`.
pub fn read(body: &[u8], shape: &Shape) -> Result<Document, AwsError> {
    let body = if body.is_empty() { b"{}" } else { body };
    match serde_json::from_slice(body) {
        Ok(Value::Object(given)) => known(given, shape),
        _ => Err(bad("Invalid request body: a JSON object is expected")),
    }
}

/// The members of an object that the shape has, checked.
///
/// # Errors
/// 400 `BadRequestException`.
pub fn known(given: Document, shape: &Shape) -> Result<Document, AwsError> {
    let mut document = Document::new();
    for (name, value) in given {
        let Some((_, kind)) = shape.iter().find(|(own, _)| *own == name) else { continue };
        if value.is_null() {
            continue;
        }
        if matches!(kind, Kind::Absent) {
            if asks(&value) {
                return Err(bad(format!("fika has no {name} (docs/http.md).")));
            }
            continue;
        }
        let value =
            checked(value, *kind).ok_or_else(|| bad(format!("Invalid value for {name}")))?;
        document.insert(name, value);
    }
    Ok(document)
}

/// The value, if it is of that kind.
#[must_use]
pub fn checked(value: Value, kind: Kind) -> Option<Value> {
    let fits = match (&value, kind) {
        (Value::String(text), Kind::Text(least, most)) => {
            (least..=most).contains(&text.chars().count())
        }
        (Value::String(text), Kind::One(names)) => names.contains(&text.as_str()),
        (Value::Bool(_), Kind::Flag) => true,
        (Value::Number(number), Kind::Whole(least, most)) => {
            number.as_i64().is_some_and(|number| (least..=most).contains(&number))
        }
        (Value::Number(number), Kind::Number) => number.as_f64().is_some_and(|n| n >= 0.0),
        (Value::Array(list), Kind::Texts) => list.len() <= ENTRIES && list.iter().all(is_entry),
        (Value::Object(map), Kind::TextMap) => is_small(map) && map.values().all(is_entry),
        (Value::Object(map), Kind::Variables) => {
            is_small(map) && map.values().all(|value| value.as_str().is_some_and(is_variable))
        }
        (Value::Object(map), Kind::FlagMap) => is_small(map) && map.values().all(Value::is_boolean),
        (Value::Object(_), Kind::Object(_) | Kind::Objects(_)) => return object(value, kind),
        _ => false,
    };
    fits.then_some(value)
}

/// Whether it is more than the empty thing of its kind.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

fn object(value: Value, kind: Kind) -> Option<Value> {
    let Value::Object(map) = value else { return None };
    match kind {
        Kind::Object(shape) => known(map, shape).ok().map(Value::Object),
        Kind::Objects(shape) => {
            let each = |(name, value)| Some((name, checked(value, Kind::Object(shape))?));
            is_small(&map).then(|| map.into_iter().map(each).collect())?
        }
        _ => None,
    }
}

fn is_entry(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() <= ENTRY_BYTES)
}

/// Whether a stage's variable may have that value (`CreateStage`, `variables`).
pub fn is_variable(value: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
    (1..=ENTRY_BYTES).contains(&value.len()) && value.bytes().all(fine)
}

fn is_small(map: &Document) -> bool {
    map.len() <= ENTRIES && map.keys().all(|key| key.len() <= ENTRY_BYTES)
}

/// A text member.
#[must_use]
pub fn text<'d>(document: &'d Document, name: &str) -> Option<&'d str> {
    document.get(name)?.as_str()
}

/// A text member that must be there.
///
/// # Errors
/// 400 `BadRequestException`.
pub fn needed<'d>(document: &'d Document, name: &str) -> Result<&'d str, AwsError> {
    text(document, name).ok_or_else(|| bad(format!("{name} is a required parameter")))
}

/// Gives members their defaults.
pub fn defaults(document: &mut Document, defaults: Value) {
    if let Value::Object(defaults) = defaults {
        for (name, value) in defaults {
            document.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: &Shape = &[("n", Kind::Whole(1, 3))];
    const SHAPE: &Shape = &[
        ("text", Kind::Text(1, 3)),
        ("one", Kind::One(&["A", "B"])),
        ("map", Kind::Objects(INNER)),
        ("list", Kind::Texts),
        ("variables", Kind::Variables),
        ("other", Kind::Absent),
    ];

    fn read_value(value: &Value) -> Option<Value> {
        read(value.to_string().as_bytes(), SHAPE).ok().map(Value::Object)
    }

    #[test]
    fn known_members_are_kept_and_others_left_out() {
        let given = json!({"text": "abc", "more": 1, "one": "B", "map": {"x": {"n": 2, "m": 1}}, "list": null, "other": {}});
        let kept = json!({"text": "abc", "one": "B", "map": {"x": {"n": 2}}});
        assert_eq!(read_value(&given), Some(kept));
        assert_eq!(read(b"", SHAPE).expect("empty"), Document::new());
    }

    #[test]
    fn wrong_members_are_refused() {
        for given in [
            json!({"text": ""}),
            json!({"text": "abcd"}),
            json!({"text": 1}),
            json!({"one": "C"}),
            json!({"map": {"x": {"n": 4}}}),
            json!({"list": [1]}),
            json!({"variables": {"a": "${stageVariables.a}"}}),
            json!({"variables": {"a": "x".repeat(2_049)}}),
            json!({"other": true}),
            json!({"other": {"a": "b"}}),
            json!([1]),
        ] {
            assert_eq!(read_value(&given), None, "{given}");
        }
    }
}
