//! EventBridge Scheduler: schedules and their groups.

pub(crate) mod group;
pub(crate) mod schedule;

use http::Method;
use serde_json::Value;

use crate::kind::Ask;
use crate::names::random;
use crate::services::Answered;

async fn call(ask: &Ask, method: Method, path: &str, input: &Value) -> Answered<Value> {
    ask.services.rest("scheduler", method, path, input).await
}

/// What the service knows a thing by that is asked for again.
fn token(ask: &Ask) -> Value {
    random(&ask.token).into()
}
