//! Lambda: functions, and what belongs to them.

pub(crate) mod function;

mod inline;

use http::Method;
use serde_json::Value;

use crate::kind::Ask;
use crate::services::Answered;

/// Where functions are in Lambda's API.
const FUNCTIONS: &str = "/2015-03-31/functions";

async fn call(ask: &Ask, method: Method, path: &str, input: &Value) -> Answered<Value> {
    ask.services.rest("lambda", method, path, input).await
}
