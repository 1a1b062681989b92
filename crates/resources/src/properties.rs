//! Reading properties.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::kind::{Ask, Failure};

impl Ask {
    /// A property that is a text; a number or a truth value is read as one too, as CloudFormation does.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// In CloudFormation's words.
    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name)
            .ok_or_else(|| Failure::new(format!("Property {name} must be given and be a text")))
    }

    /// A property, or null.
    #[must_use]
    pub fn value(&self, name: &str) -> &Value {
        self.properties.get(name).unwrap_or(&Value::Null)
    }

    /// Those of the properties that an operation takes as they are, by the same names.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Map<String, Value> {
        let pairs = names.iter().filter_map(|name| self.properties.get_key_value(*name));
        pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Its own tags (a list of `Key` and `Value`, or a map), those of its stack, and those that say whose it is.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.stack.tags.clone();
        tags.extend(tags_of(self.value("Tags")));
        tags
    }

    /// The same as a list of `Key` and `Value`.
    #[must_use]
    pub fn tag_list(&self) -> Value {
        self.tags().into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
    }
}

/// Tags as either of the two ways that templates write them.
#[must_use]
pub(crate) fn tags_of(value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::Array(list) => list
            .iter()
            .filter_map(|tag| Some((text(tag.get("Key")?)?, text(tag.get("Value")?)?)))
            .collect(),
        Value::Object(map) => {
            map.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// A scalar as a text.
#[must_use]
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
