//! What comes back instead of a result: a function's own error, or a limit.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An error of the function (or of its runtime), answered as HTTP 200 with
/// `X-Amz-Function-Error`. Runtimes may send more members than these; the wire keeps the bytes
/// they sent, this type is for the errors fika itself words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionError {
    /// `errorType`, as in `Runtime.ExitError` or `Sandbox.Timedout`.
    #[serde(rename = "errorType")]
    pub error_type: String,
    /// `errorMessage`.
    #[serde(rename = "errorMessage")]
    pub message: String,
}

impl FunctionError {
    /// An error of that type with that message.
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), message: message.into() }
    }
}

/// Why an invocation was refused: the service model's `ThrottleReason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleReason {
    /// The account's concurrency in this region, or this machine's capacity, is used up.
    ConcurrentInvocationLimitExceeded,
    /// The account's requests a second are used up.
    FunctionInvocationRateLimitExceeded,
    /// The function's reserved concurrency is used up.
    ReservedFunctionConcurrentInvocationLimitExceeded,
    /// The function's reserved requests a second are used up.
    ReservedFunctionInvocationRateLimitExceeded,
    /// The caller makes control-plane calls too fast.
    CallerRateLimitExceeded,
}

impl fmt::Display for ThrottleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A refusal with 429 `TooManyRequestsException`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    /// Which limit was met.
    pub reason: ThrottleReason,
    /// When it is worth trying again.
    pub retry_after: Duration,
}

/// An error and all it came from, on one line; `Display` alone tells the outermost only.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
