//! Properties against their type, before anything is asked of a service.

use serde_json::{Map, Value};

use crate::kind::{Failure, Kind};
use crate::shape::wrong;

/// Whether a type has these properties, each of its shape, and all that it must have.
///
/// # Errors
/// In CloudFormation's words: what is there too much, is missing, or is no such value.
pub fn check(kind: &Kind, logical: &str, properties: &Map<String, Value>) -> Result<(), Failure> {
    let known = |name: &str| kind.properties.iter().any(|property| property.name == name);
    let extra = properties.keys().find(|name| !kind.open && !known(name));
    let missing = kind.properties.iter().find(|property| {
        property.required && properties.get(property.name).is_none_or(Value::is_null)
    });
    let mut wrong = properties.iter().filter_map(|(name, value)| wrong(name, value));
    let why = match (extra, missing) {
        (Some(extra), _) => format!("#: extraneous key [{extra}] is not permitted"),
        (None, Some(missing)) => format!("#: required key [{}] not found", missing.name),
        (None, None) => match wrong.next().filter(|_| !kind.open) {
            Some(wrong) => wrong,
            None => return Ok(()),
        },
    };
    Err(Failure::new(format!(
        "Properties validation failed for resource {logical} with message:\n{why}"
    )))
}
