//! What extensions are told: INVOKE and SHUTDOWN, as JSON.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde_json::json;

use crate::Invocation;

/// Why a sandbox's processes end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Nobody needs it any more.
    Spindown,
    /// An invocation ran past its timeout.
    Timeout,
    /// The runtime or an extension has ended, or failed.
    Failure,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Spindown => "spindown",
            Self::Timeout => "timeout",
            Self::Failure => "failure",
        }
    }
}

/// An invocation begins.
pub(crate) fn invoke(invocation: &Invocation, arn: &str, deadline: SystemTime) -> Bytes {
    let mut event = json!({
        "eventType": "INVOKE",
        "deadlineMs": unix_ms(deadline),
        "requestId": invocation.request_id.to_string(),
        "invokedFunctionArn": arn,
    });
    if let Some(trace) = &invocation.trace_id {
        event["tracing"] = json!({ "type": "X-Amzn-Trace-Id", "value": trace });
    }
    event.to_string().into()
}

/// This is the end.
pub(crate) fn shutdown(reason: Reason, deadline: SystemTime) -> Bytes {
    json!({
        "eventType": "SHUTDOWN",
        "deadlineMs": unix_ms(deadline),
        "shutdownReason": reason.as_str(),
    })
    .to_string()
    .into()
}

fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
