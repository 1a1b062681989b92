//! CloudWatch Logs: groups and streams.

pub(crate) mod group;
pub(crate) mod stream;

use serde_json::Value;

use crate::kind::Ask;
use crate::services::Answered;

async fn logs(ask: &Ask, action: &str, input: &Value) -> Answered<Value> {
    ask.services.json("logs", &format!("Logs_20140328.{action}"), input).await
}
