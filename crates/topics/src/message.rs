//! A message as it is published.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fika_aws::query::Form;
use fika_aws::shape::AwsError;
use fika_events::Attribute;
use serde_json::{Map, Value};

use crate::error::{invalid, value};
use crate::record::Protocol;

/// The most bytes of a message, with its attributes.
pub(crate) const MESSAGE_BYTES: usize = 256 << 10;

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) text: String,
    /// Other texts, by protocol (`MessageStructure` `json`).
    by_protocol: Option<Map<String, Value>>,
    pub(crate) subject: Option<String>,
    pub(crate) attributes: Vec<(String, Attribute)>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication: Option<String>,
    /// `X-Amzn-Trace-Id`, with its lineage, where there is one.
    pub(crate) trace: Option<String>,
}

impl Message {
    /// One that is nothing but a text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            by_protocol: None,
            subject: None,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
            trace: None,
        }
    }

    /// Reads what is published: of a form, or of an entry in one, whose parameters begin so.
    pub(crate) fn of(form: &Form, prefix: &str) -> Result<Self, AwsError> {
        let get = |name: &str| form.text(&format!("{prefix}{name}"));
        let text = get("Message").filter(|text| !text.is_empty());
        let mut message = Self::new(text.ok_or_else(|| invalid("Empty message"))?);
        message.subject = get("Subject");
        if message.subject.as_deref().is_some_and(|subject| !is_subject(subject)) {
            return Err(invalid("Subject"));
        }
        message.attributes = attributes(form, prefix)?;
        if message.size() > MESSAGE_BYTES {
            return Err(invalid("Message too long"));
        }
        message.group = get("MessageGroupId");
        message.deduplication = get("MessageDeduplicationId");
        let group = message.group.as_deref().filter(|group| !group.is_empty());
        for (name, id) in [
            ("MessageGroupId", group),
            ("MessageDeduplicationId", message.deduplication.as_deref()),
        ] {
            if id.is_some_and(|id| !is_id(id)) {
                return Err(invalid(format!(
                    "{name} Reason: It must be 1 to 128 alphanumeric and punctuation characters"
                )));
            }
        }
        match get("MessageStructure").as_deref() {
            None => {}
            Some("json") => message.structure()?,
            Some(_) => return Err(invalid("MessageStructure")),
        }
        Ok(message)
    }

    fn structure(&mut self) -> Result<(), AwsError> {
        let texts: Map<String, Value> = serde_json::from_str(&self.text)
            .map_err(|_| invalid("Message Structure - JSON message body failed to parse"))?;
        let default = texts.get("default").and_then(Value::as_str);
        let none = || invalid("Message Structure - No default entry in JSON message body");
        self.text = default.ok_or_else(none)?.to_owned();
        self.by_protocol = Some(texts);
        Ok(())
    }

    /// The text for that protocol.
    pub(crate) fn text_for(&self, protocol: Protocol) -> &str {
        let own = self.by_protocol.as_ref().and_then(|texts| texts.get(protocol.name()));
        own.and_then(Value::as_str).unwrap_or(&self.text)
    }

    pub(crate) fn size(&self) -> usize {
        let attribute =
            |(name, it): &(String, Attribute)| name.len() + it.data_type.len() + it.value.len();
        self.text.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }

    /// Its attributes, as filter policies see them. A binary one is not seen.
    pub(crate) fn seen(&self) -> Value {
        let seen = |(name, Attribute { data_type, value }): &(String, Attribute)| {
            let value = match data_type.as_str() {
                "Binary" => return None,
                "String.Array" => serde_json::from_str(value).ok()?,
                number if number.starts_with("Number") => serde_json::from_str(value).ok()?,
                _ => Value::String(value.clone()),
            };
            Some((name.clone(), value))
        };
        Value::Object(self.attributes.iter().filter_map(seen).collect())
    }

    #[cfg(test)]
    pub(crate) fn with(mut self, attributes: &[(&str, &str, &str)]) -> Self {
        let attribute = |(name, data_type, value): &(&str, &str, &str)| {
            let (data_type, value) = ((*data_type).to_owned(), (*value).to_owned());
            ((*name).to_owned(), Attribute { data_type, value })
        };
        self.attributes = attributes.iter().map(attribute).collect();
        self
    }
}

fn is_subject(subject: &str) -> bool {
    let fine = |char: char| !char.is_control();
    !subject.is_empty() && subject.chars().count() <= 100 && subject.chars().all(fine)
}

/// Whether a message may have that group or deduplication id, which is kept for minutes.
fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

fn attributes(form: &Form, prefix: &str) -> Result<Vec<(String, Attribute)>, AwsError> {
    let mut attributes = Vec::new();
    for n in 1.. {
        let get = |part: &str| form.text(&format!("{prefix}MessageAttributes.entry.{n}.{part}"));
        let Some(name) = get("Name") else { break };
        let data_type = get("Value.DataType").unwrap_or_default();
        let (text, binary) = (get("Value.StringValue"), get("Value.BinaryValue"));
        attributes.push((name.clone(), attribute(&name, data_type, text, binary)?));
    }
    Ok(attributes)
}

fn attribute(
    name: &str,
    data_type: String,
    text: Option<String>,
    binary: Option<String>,
) -> Result<Attribute, AwsError> {
    let fine = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
    if name.is_empty() || name.len() > 256 || !name.chars().all(fine) {
        return Err(value(format!("The message attribute name '{name}' is not valid.")));
    }
    if data_type.is_empty() {
        let text = format!(
            "The message attribute '{name}' must contain non-empty message attribute type."
        );
        return Err(value(text));
    }
    let kind = data_type.split('.').next().unwrap_or_default();
    let given = if kind == "Binary" { binary } else { text };
    let empty = || {
        value(format!(
            "The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{data_type}'."
        ))
    };
    let given = given.filter(|given| !given.is_empty()).ok_or_else(empty)?;
    let right = match kind {
        "String" if data_type == "String.Array" => {
            serde_json::from_str::<Value>(&given).is_ok_and(|value| value.is_array())
        }
        "String" => true,
        "Number" => given.parse::<f64>().is_ok_and(f64::is_finite),
        "Binary" => STANDARD.decode(&given).is_ok(),
        _ => {
            return Err(value(format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
            )));
        }
    };
    let wrong = || value(format!("Could not cast message attribute '{name}' value to {kind}."));
    right.then_some(Attribute { data_type: data_type.clone(), value: given }).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_bounded() {
        let long = "x".repeat(129);
        for name in ["MessageGroupId", "MessageDeduplicationId"] {
            for (id, fine) in [("a-1", true), (&long[1..], true), (&long, false), ("a+b", false)] {
                let form =
                    Form::parse(format!("Message=m&{name}={id}").as_bytes()).expect("a form");
                assert_eq!(Message::of(&form, "").is_ok(), fine, "{name} {id}");
            }
        }
    }
}
