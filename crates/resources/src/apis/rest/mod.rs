//! REST APIs, and what they are made of.
//!
//! - `records`: what describes an API and changes nothing of how it answers
//! - `settings`: what a stage is set to beyond its members

pub(crate) mod api;
pub(crate) mod authorizer;
pub(crate) mod deployment;
pub(crate) mod method;
pub(crate) mod records;
pub(crate) mod resource;
pub(crate) mod stage;

mod settings;

use http::Method;
use serde_json::{Map, Value, json};

use super::call;
use crate::kind::{Ask, Failure};
use crate::properties::text;

/// Where they are in the service's API.
const APIS: &str = "/restapis";

/// Its API, in paths.
fn api(properties: &Map<String, Value>) -> String {
    let id = properties.get("RestApiId").and_then(Value::as_str).unwrap_or_default();
    format!("{APIS}/{id}")
}

/// Changes members of a thing, by operations on paths; none, if there is none.
async fn patch(ask: &Ask, path: &str, operations: Vec<Value>) -> Result<(), Failure> {
    if !operations.is_empty() {
        call(ask, Method::PATCH, path, &json!({ "patchOperations": operations })).await?;
    }
    Ok(())
}

/// An operation that gives a member this value, or takes it away.
fn operation(path: &str, value: &Value) -> Value {
    match text(value) {
        Some(text) => json!({"op": "replace", "path": path, "value": text}),
        None => json!({"op": "remove", "path": path}),
    }
}

/// Operations for those of the properties that are others than they were, each with the path of its member.
fn changed(ask: &Ask, was: &Map<String, Value>, members: &[(&str, &str)]) -> Vec<Value> {
    let differs = |name: &str| {
        let (old, new) = (was.get(name), ask.properties.get(name));
        old != new || (ask.again && new.is_some())
    };
    let changed = members.iter().filter(|(name, _)| differs(name));
    changed.map(|(name, path)| operation(path, ask.value(name))).collect()
}
