//! Lambda: functions, and what belongs to them.

pub(crate) mod alias;
pub(crate) mod code_signing;
pub(crate) mod event_invoke;
pub(crate) mod function;
pub(crate) mod layer;
pub(crate) mod layer_permission;
pub(crate) mod mapping;
pub(crate) mod permission;
pub(crate) mod url;
pub(crate) mod version;

mod inline;
mod provisioned;
mod tags;

use http::Method;
use serde_json::{Map, Value};

use crate::kind::{Ask, Failure};
use crate::services::{Answered, encoded};

/// Where functions are in Lambda's API.
const FUNCTIONS: &str = "/2015-03-31/functions";

async fn call(ask: &Ask, method: Method, path: &str, input: &Value) -> Answered<Value> {
    ask.services.rest("lambda", method, path, input).await
}

/// What a property of these properties says.
fn said<'p>(properties: &'p Map<String, Value>, name: &str) -> &'p str {
    properties.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The function that the properties name, in any of the ways that Lambda takes.
fn function_of(ask: &Ask) -> Result<&str, Failure> {
    ask.required("FunctionName")
}

/// `Qualifier` as the end of a path.
fn qualified(qualifier: &str) -> String {
    if qualifier.is_empty() {
        return String::new();
    }
    format!("?{}", encoded([("Qualifier", qualifier)].into_iter()))
}
