//! Which messages a subscription wants: filter policies.
//!
//! From *Amazon SNS subscription filter policies* in the service's documentation. A policy is an event pattern
//! over the message's attributes, or over its body where that is JSON.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use fika_aws::shape::AwsError;
use fika_eventpattern::Pattern;
use serde_json::{Map, Value};

use crate::error::invalid;
use crate::message::Message;

/// The most combinations of values that a policy may have.
const COMBINATIONS: usize = 150;
/// The most keys.
const KEYS: usize = 5;

/// A filter policy, read.
#[derive(Debug)]
pub(crate) struct Filter {
    pattern: Pattern,
    on_body: bool,
}

impl Filter {
    /// That of a subscription's attributes; none where it wants everything.
    pub(crate) fn of(attributes: &BTreeMap<String, String>) -> Result<Option<Self>, AwsError> {
        let on_body = match attributes.get("FilterPolicyScope").map(String::as_str) {
            None | Some("MessageAttributes") => false,
            Some("MessageBody") => true,
            Some(other) => {
                let text = format!(
                    "FilterPolicyScope: Invalid value [{other}]. Please use either MessageBody or MessageAttributes"
                );
                return Err(invalid(text));
            }
        };
        let Some(text) = attributes.get("FilterPolicy").filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let policy: Value = serde_json::from_str(text)
            .map_err(|_| invalid("FilterPolicy: failed to parse JSON"))?;
        let Value::Object(keys) = &policy else {
            return Err(invalid("FilterPolicy: Filter policy must be a JSON object"));
        };
        if keys.is_empty() {
            return Ok(None);
        }
        check(keys, on_body)?;
        let pattern =
            Pattern::read(&policy).map_err(|why| invalid(format!("FilterPolicy: {why}")))?;
        Ok(Some(Self { pattern, on_body }))
    }

    pub(crate) fn wants(&self, seen: &Seen<'_>) -> bool {
        let value = if self.on_body { seen.body() } else { Some(seen.attributes()) };
        value.is_some_and(|value| self.pattern.matches(value))
    }
}

/// A message as filter policies see it, read once for all subscriptions.
pub(crate) struct Seen<'m> {
    message: &'m Message,
    attributes: OnceCell<Value>,
    body: OnceCell<Option<Value>>,
}

impl<'m> Seen<'m> {
    pub(crate) fn new(message: &'m Message) -> Self {
        Self { message, attributes: OnceCell::new(), body: OnceCell::new() }
    }

    fn attributes(&self) -> &Value {
        self.attributes.get_or_init(|| self.message.seen())
    }

    /// None where it is no object.
    fn body(&self) -> Option<&Value> {
        let read = || serde_json::from_str(&self.message.text).ok().filter(Value::is_object);
        self.body.get_or_init(read).as_ref()
    }
}

fn check(keys: &Map<String, Value>, on_body: bool) -> Result<(), AwsError> {
    let nested = |(key, value): (&String, &Value)| key != "$or" && value.is_object();
    if !on_body && keys.iter().any(nested) {
        let text = "Filter policy scope MessageAttributes does not support nested filter policy";
        return Err(invalid(text));
    }
    let (mut leaves, mut combinations) = (0, 1usize);
    count(keys, 1, &mut leaves, &mut combinations);
    if leaves > KEYS {
        return Err(invalid(format!(
            "FilterPolicy: Filter policy can not have more than {KEYS} keys"
        )));
    }
    if combinations > COMBINATIONS {
        return Err(invalid("FilterPolicy: Filter policy is too complex"));
    }
    Ok(())
}

/// Keys, and the product of how many values each has, times how deep it is. Patterns are read no deeper than
/// JSON is, which has a bound.
fn count(keys: &Map<String, Value>, depth: usize, leaves: &mut usize, combinations: &mut usize) {
    for (key, value) in keys {
        match value {
            Value::Array(branches) if key == "$or" => {
                for branch in branches.iter().filter_map(Value::as_object) {
                    count(branch, depth, &mut 0, combinations);
                }
            }
            Value::Array(values) => {
                *leaves += 1;
                let values = values.iter().map(alternatives).sum::<usize>().max(1);
                *combinations = combinations.saturating_mul(values * depth);
            }
            Value::Object(inner) => count(inner, depth + 1, leaves, combinations),
            _ => {}
        }
    }
}

/// How many values a member of a field's array stands for: those that `anything-but` lists are as many.
fn alternatives(member: &Value) -> usize {
    let listed = |value: &Value| match value {
        Value::Object(inner) => inner.values().filter_map(Value::as_array).map(Vec::len).sum(),
        value => value.as_array().map_or(1, Vec::len),
    };
    member.get("anything-but").map_or(1, listed).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn filter(policy: &str, scope: &str) -> Result<Option<Filter>, AwsError> {
        let pairs = [("FilterPolicy", policy), ("FilterPolicyScope", scope)];
        Filter::of(&pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    fn message(attributes: &[(&str, &str, &str)], text: &str) -> Message {
        Message::new(text).with(attributes)
    }

    #[test]
    fn attributes_are_matched_as_the_documentation_says() {
        let sent = message(
            &[
                ("store", "String", "example_corp"),
                ("event", "String", "order_placed"),
                ("price_usd", "Number", "210.75"),
                ("interests", "String.Array", r#"["rugby", "soccer", null, true, 5]"#),
                ("source_ip", "String", "10.0.0.255"),
            ],
            "",
        );
        for (wanted, policy) in [
            (true, r#"{"store": ["example_corp"]}"#),
            (false, r#"{"store": ["other"]}"#),
            (true, r#"{"store": ["other", {"prefix": "example"}]}"#),
            (true, r#"{"store": [{"suffix": "corp"}]}"#),
            (true, r#"{"store": [{"equals-ignore-case": "EXAMPLE_corp"}]}"#),
            (true, r#"{"store": [{"anything-but": ["other"]}]}"#),
            (false, r#"{"store": [{"anything-but": {"prefix": "example"}}]}"#),
            (true, r#"{"price_usd": [{"numeric": [">=", 100, "<", 300]}]}"#),
            (true, r#"{"price_usd": [210.75]}"#),
            (true, r#"{"interests": ["rugby"]}"#),
            (true, r#"{"interests": [true]}"#),
            (false, r#"{"interests": ["baseball"]}"#),
            (true, r#"{"encrypted": [{"exists": false}], "store": [{"exists": true}]}"#),
            (true, r#"{"source_ip": [{"cidr": "10.0.0.0/24"}]}"#),
            (true, r#"{"$or": [{"store": ["x"]}, {"event": ["order_placed"]}]}"#),
            (false, r#"{"store": ["example_corp"], "event": ["cancelled"]}"#),
        ] {
            let filter = filter(policy, "MessageAttributes").unwrap().unwrap();
            assert_eq!(filter.wants(&Seen::new(&sent)), wanted, "{policy}");
        }
    }

    #[test]
    fn bodies_are_matched_where_they_are_json() {
        let policy = r#"{"detail": {"kind": ["a"]}}"#;
        let filter = filter(policy, "MessageBody").unwrap().unwrap();
        let wants = |text| filter.wants(&Seen::new(&message(&[], text)));
        assert!(wants(r#"{"detail": {"kind": "a"}}"#));
        assert!(!wants(r#"{"detail": {"kind": "b"}}"#));
        assert!(!wants("no JSON"));
    }

    #[test]
    fn what_anything_but_lists_is_counted() {
        let of = |count: usize| json!({"a": [{"anything-but": vec!["b"; count]}]}).to_string();
        let inner = |count: usize| {
            json!({"a": [{"anything-but": {"prefix": vec!["b"; count]}}]}).to_string()
        };
        for policy in [of(COMBINATIONS), inner(COMBINATIONS)] {
            assert!(filter(&policy, "MessageBody").unwrap().is_some());
        }
        for policy in [of(COMBINATIONS + 1), inner(COMBINATIONS + 1)] {
            assert_eq!(filter(&policy, "MessageBody").unwrap_err().name(), "InvalidParameter");
        }
    }

    #[test]
    fn what_is_no_filter_policy_is_refused() {
        for (policy, scope) in [
            ("no JSON", "MessageAttributes"),
            ("[]", "MessageAttributes"),
            (r#"{"a": "b"}"#, "MessageAttributes"),
            (r#"{"a": {"b": ["c"]}}"#, "MessageAttributes"),
            (r#"{"a": ["b"]}"#, "Elsewhere"),
            (r#"{"a":["b"],"c":["b"],"d":["b"],"e":["b"],"f":["b"],"g":["b"]}"#, "MessageBody"),
        ] {
            assert_eq!(filter(policy, scope).unwrap_err().name(), "InvalidParameter", "{policy}");
        }
        assert!(filter("{}", "MessageBody").unwrap().is_none());
    }
}
