//! What of an event a target is sent: all of it, a part, or something made of parts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::record::{InputTransformer, Target};

/// Variables that are there without a path.
const RESERVED: [&str; 5] = [
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event",
    "aws.events.event.json",
    "aws.events.event.ingestion-time",
];

/// What a transformer may make, in bytes: a short template may name a long event many times.
const MOST_BYTES: usize = 256 * 1024;

/// The rule that an event is sent by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    pub(crate) arn: &'a str,
    pub(crate) name: &'a str,
    /// When the event came, as in `2024-01-01T00:00:00Z`.
    pub(crate) ingested: &'a str,
}

/// What the target is sent; none where a transformer makes more than [`MOST_BYTES`] of the event.
pub(crate) fn input(target: &Target, event: &Value, by: By<'_>) -> Option<String> {
    if let Some(constant) = &target.input {
        return Some(constant.clone());
    }
    if let Some(path) = &target.input_path {
        return Some(find(event, path).unwrap_or(Value::Null).to_string());
    }
    match &target.input_transformer {
        Some(transformer) => transformed(transformer, event, by),
        None => Some(event.to_string()),
    }
}

/// A variable of a template that is not defined.
pub(crate) fn undefined(transformer: &InputTransformer) -> Option<String> {
    let defined =
        |name: &str| RESERVED.contains(&name) || transformer.input_paths_map.contains_key(name);
    pieces(&transformer.input_template).into_iter().find_map(|piece| match piece {
        Piece::Variable { name, .. } if !defined(name) => Some(name.to_owned()),
        _ => None,
    })
}

/// A part of a template.
enum Piece<'t> {
    Text(&'t str),
    /// `<name>`, and whether it stands within quotes.
    Variable {
        name: &'t str,
        quoted: bool,
    },
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut quoted, mut rest) = (Vec::new(), false, template);
    while let Some(at) = rest.find('<') {
        let (text, after) = rest.split_at(at);
        quoted ^= unescaped_quotes(text) % 2 == 1;
        let name = after[1..].split_once('>').map(|(name, _)| name).filter(|name| is_name(name));
        match name {
            Some(name) => {
                pieces.extend([Piece::Text(text), Piece::Variable { name, quoted }]);
                rest = &after[name.len() + 2..];
            }
            None => {
                pieces.push(Piece::Text(&rest[..=at]));
                rest = &after[1..];
            }
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

fn unescaped_quotes(text: &str) -> usize {
    let mut escaped = false;
    let mut count = 0;
    for b in text.bytes() {
        count += usize::from(b == b'"' && !escaped);
        escaped = b == b'\\' && !escaped;
    }
    count
}

fn transformed(transformer: &InputTransformer, event: &Value, by: By<'_>) -> Option<String> {
    let values = variables(&transformer.input_paths_map, event);
    let mut made = String::new();
    for piece in pieces(&transformer.input_template) {
        match piece {
            Piece::Text(text) => made.push_str(text),
            Piece::Variable { name, quoted } => {
                let value = values.get(name).cloned().or_else(|| reserved(name, event, by));
                made.push_str(&written(&value.unwrap_or_else(|| "".into()), quoted));
            }
        }
        if made.len() > MOST_BYTES {
            return None;
        }
    }
    // A template of an object is JSON when it is filled: as such it is sent.
    Some(match serde_json::from_str::<Value>(&made) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value.to_string(),
        _ => made,
    })
}

fn variables<'p>(paths: &'p BTreeMap<String, String>, event: &Value) -> BTreeMap<&'p str, Value> {
    let value = |path: &str| find(event, path).unwrap_or_else(|| "".into());
    paths.iter().map(|(name, path)| (name.as_str(), value(path))).collect()
}

fn reserved(name: &str, event: &Value, by: By<'_>) -> Option<Value> {
    Some(match name {
        "aws.events.rule-arn" => by.arn.into(),
        "aws.events.rule-name" => by.name.into(),
        "aws.events.event.ingestion-time" => by.ingested.into(),
        "aws.events.event.json" => event.clone(),
        "aws.events.event" => {
            let members = event.as_object()?.iter().filter(|(name, _)| *name != "detail");
            let named = |name: &str| if name == "detail-type" { "detailType" } else { name }.into();
            Value::Object(
                members.map(|(name, value)| (named(name), value.clone())).collect::<Map<_, _>>(),
            )
        }
        _ => return None,
    })
}

/// A value in a template: as JSON, or within quotes without any of its own.
fn written(value: &Value, quoted: bool) -> String {
    match value {
        Value::String(text) if quoted => {
            let json = json!(text).to_string();
            json[1..json.len() - 1].to_owned()
        }
        _ if quoted => value.to_string().replace(['"', '\\'], ""),
        _ => value.to_string(),
    }
}

/// What a path leads to, as in `$.detail.items[0].name` and `$.detail['a name']`; `[*]` gives all that follow.
pub(crate) fn find(event: &Value, path: &str) -> Option<Value> {
    let steps = steps(path)?;
    walk(event, &steps)
}

/// Whether a text is a path.
pub(crate) fn is_path(text: &str) -> bool {
    steps(text).is_some()
}

enum Step<'p> {
    Member(&'p str),
    Element(usize),
    All,
}

fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, left) = after.split_at(end);
            steps.push(if name == "*" { Step::All } else { Step::Member(name) });
            rest = left;
            if name.is_empty() {
                return None;
            }
        } else {
            let (inside, left) = rest.strip_prefix('[')?.split_once(']')?;
            let quoted = |quote| inside.strip_prefix(quote)?.strip_suffix(quote);
            steps.push(match quoted('\'').or_else(|| quoted('"')) {
                Some(name) => Step::Member(name),
                None if inside == "*" => Step::All,
                None => Step::Element(inside.parse().ok()?),
            });
            rest = left;
        }
    }
    Some(steps)
}

fn walk(value: &Value, steps: &[Step<'_>]) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value.clone()) };
    match step {
        Step::Member(name) => walk(value.get(name)?, rest),
        Step::Element(at) => walk(value.get(at)?, rest),
        Step::All => {
            let found: Vec<Value> = match value {
                Value::Array(all) => all.iter().filter_map(|one| walk(one, rest)).collect(),
                Value::Object(all) => all.values().filter_map(|one| walk(one, rest)).collect(),
                _ => return None,
            };
            Some(Value::Array(found))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn event() -> Value {
        json!({
            "version": "0", "id": "1", "detail-type": "Made", "source": "shop", "resources": [],
            "detail": {
                "userId": "0a787ecb-4015", "valid": true, "single": ["HIGH"], "many": ["ACTIVE", "INACTIVE"],
                "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"}, "quote": "a \"b\"",
                "items": [{"n": 1}, {"n": 2}], "a name": 3
            }
        })
    }

    fn template(template: &str) -> String {
        let names = ["userId", "valid", "single", "many", "payload", "quote", "absent"];
        let paths = names.map(|name| (name.to_owned(), format!("$.detail.{name}")));
        let transformer =
            InputTransformer { input_paths_map: paths.into(), input_template: template.into() };
        assert_eq!(undefined(&transformer), None, "{template}");
        let by = By { arn: "arn:rule", name: "mine", ingested: "now" };
        transformed(&transformer, &event(), by).expect("not too much")
    }

    #[test]
    fn what_is_made_is_bounded() {
        let long = json!({"detail": "x".repeat(MOST_BYTES / 2)});
        let by = By { arn: "arn:rule", name: "mine", ingested: "now" };
        let made = |times: usize| {
            let input_template = "<aws.events.event.json>".repeat(times);
            let input_paths_map = BTreeMap::new();
            transformed(&InputTransformer { input_paths_map, input_template }, &long, by)
        };
        assert!(made(1).is_some());
        assert_eq!(made(2), None);
        assert_eq!(made(350), None);
    }

    /// As the service has answered.
    #[test]
    fn templates_are_filled() {
        for (text, wanted) in [
            (r#""User <userId>!""#, r#""User 0a787ecb-4015!""#),
            (
                r#""Payload of <payload> and <userId>""#,
                r#""Payload of {acc_id:0a787ecb-4015,sf_id:baz} and 0a787ecb-4015""#,
            ),
            (
                r#"{"path": "users/<userId>", "bod": <payload>}"#,
                r#"{"path":"users/0a787ecb-4015","bod":{"acc_id":"0a787ecb-4015","sf_id":"baz"}}"#,
            ),
            (r#"{"bod": [<userId>, "hardcoded"]}"#, r#"{"bod":["0a787ecb-4015","hardcoded"]}"#),
            (r#"{"id" : "<userId>"}"#, r#"{"id":"0a787ecb-4015"}"#),
            (r#"{"single": <single>}"#, r#"{"single":["HIGH"]}"#),
            (r#""<single> <many> <absent>x""#, r#""[HIGH] [ACTIVE,INACTIVE] x""#),
            (r#"{"absent": <absent>}"#, r#"{"absent":""}"#),
            (r#""Command is <valid>!""#, r#""Command is true!""#),
            ("\"<userId> one\"\n\"<valid> two\"", "\"0a787ecb-4015 one\"\n\"true two\""),
            (r#"{"said": "<quote>", "same": <quote>}"#, r#"{"said":"a \"b\"","same":"a \"b\""}"#),
            (r#"{"x": "\"<userId>"}"#, r#"{"x":"\"0a787ecb-4015"}"#),
            (r#""a < b <aws.events.rule-name> <aws.events.rule-arn>""#, r#""a < b mine arn:rule""#),
            (
                r#"{"e": <aws.events.event>}"#,
                r#"{"e":{"version":"0","id":"1","detailType":"Made","source":"shop","resources":[]}}"#,
            ),
        ] {
            assert_eq!(template(text), wanted, "{text}");
        }
        let transformer = InputTransformer {
            input_paths_map: BTreeMap::new(),
            input_template: "\"<nothing>\"".into(),
        };
        assert_eq!(undefined(&transformer).as_deref(), Some("nothing"));
    }

    #[test]
    fn paths_lead_to_parts() {
        let event = event();
        for (path, wanted) in [
            ("$", Some(event.clone())),
            ("$.source", Some(json!("shop"))),
            ("$.detail-type", Some(json!("Made"))),
            ("$.detail.items[1].n", Some(json!(2))),
            ("$.detail.items[*].n", Some(json!([1, 2]))),
            ("$.detail['a name']", Some(json!(3))),
            ("$.detail.items[7]", None),
            ("$.nothing.at.all", None),
        ] {
            assert!(is_path(path));
            assert_eq!(find(&event, path), wanted, "{path}");
        }
        for bad in ["", "detail", "$detail", "$.", "$.a[", "$.a[x]", "$..a"] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
