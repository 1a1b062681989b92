//! The errors fika words on a function's behalf: timeout, exit, an answer too large.
//! Texts as Lambda's Runtime Interface Emulator gives them.

use std::time::Duration;

use bytes::Bytes;
use fika_model::{FunctionError, RequestId, limits};
use fika_sandbox::Exit;

use crate::Outcome;

const TIMEOUT: &str = "Sandbox.Timedout";
const ENTRYPOINT: &str = "Runtime.InvalidEntrypoint";
/// How much of a function's own text goes into the state of its version.
const REASON_CHARS: usize = 1024;

/// A failed init phase, to be answered to whoever is waiting for a sandbox.
#[derive(Debug, Clone)]
pub struct InitFailure {
    cause: Cause,
    log_tail: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Cause {
    /// What the runtime itself sent to `/runtime/init/error`.
    Reported(Bytes),
    /// The runtime ended without a word.
    Exited(Exit),
    /// It took longer than this.
    Timeout(Duration),
    /// An extension has ended, or failed: AWS's name for that, and how.
    Extension(&'static str, String),
}

impl InitFailure {
    pub(crate) fn new(reported: Option<Bytes>, exit: Option<Exit>, log_tail: Vec<u8>) -> Self {
        let cause = match (reported, exit) {
            (Some(json), _) => Cause::Reported(json),
            (None, exit) => Cause::Exited(exit.unwrap_or(Exit::Code(0))),
        };
        Self { cause, log_tail }
    }

    /// One that an extension has caused.
    pub(crate) fn of_extension(kind: &'static str, text: String, log_tail: Vec<u8>) -> Self {
        Self { cause: Cause::Extension(kind, text), log_tail }
    }

    /// One that had this long.
    pub(crate) fn timeout(limit: Duration, log_tail: Vec<u8>) -> Self {
        Self { cause: Cause::Timeout(limit), log_tail }
    }

    /// The `errorType` for the `INIT_REPORT` line.
    pub(crate) fn error_type(&self) -> String {
        match &self.cause {
            Cause::Reported(json) => error_type_of(json),
            Cause::Exited(_) => "Runtime.ExitError".into(),
            Cause::Timeout(_) => TIMEOUT.into(),
            Cause::Extension(kind, _) => (*kind).into(),
        }
    }

    /// The answer to the invocation that waited for this sandbox.
    #[must_use]
    pub fn outcome(&self, request_id: RequestId, tail: bool) -> Outcome {
        let payload = match &self.cause {
            Cause::Reported(json) => json.clone(),
            Cause::Exited(exit) => json_of(&exit_error(request_id, *exit)),
            Cause::Timeout(limit) => json_of(&timeout_error(request_id, *limit)),
            Cause::Extension(kind, text) => {
                let text = format!("RequestId: {request_id} Error: {text}");
                json_of(&FunctionError::new(*kind, text))
            }
        };
        Outcome { payload, failed: true, log_tail: tail.then(|| self.log_tail.clone()), ran: None }
    }
}

/// How a version's state tells of it.
impl InitFailure {
    /// AWS's code for a version that failed for this.
    #[must_use]
    pub fn reason_code(&self) -> &'static str {
        match &self.cause {
            Cause::Reported(json) if error_type_of(json) == ENTRYPOINT => {
                "FunctionError.InvalidEntryPoint"
            }
            Cause::Reported(_) | Cause::Exited(_) => "FunctionError.RuntimeInitError",
            Cause::Timeout(_) => "FunctionError.InitTimeout",
            Cause::Extension(..) => "FunctionError.ExtensionInitError",
        }
    }

    /// The error in one line.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.cause {
            Cause::Reported(json) => match error_message_of(json) {
                Some(message) => format!("{}: {message}", error_type_of(json)),
                None => error_type_of(json),
            },
            Cause::Exited(exit) => format!("Runtime.ExitError: {}", exited(*exit)),
            Cause::Extension(kind, text) => format!("{kind}: {text}"),
            Cause::Timeout(limit) => {
                format!("{TIMEOUT}: Init timed out after {:.2} seconds", limit.as_secs_f64())
            }
        }
    }
}

/// The `errorType` member of an error a runtime sent, or `Runtime.Unknown`. It becomes part of
/// a log line, so only what a name is made of is taken from it.
pub(crate) fn error_type_of(json: &[u8]) -> String {
    let sent = serde_json::from_slice::<FunctionErrorType>(json).map(|e| e.error_type);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | ':' | '-' | '$');
    match sent {
        Ok(name) if (1..=256).contains(&name.len()) && name.chars().all(is_name) => name,
        _ => "Runtime.Unknown".into(),
    }
}

/// The first line of the `errorMessage` member of an error a runtime sent, cut where it is long.
fn error_message_of(json: &[u8]) -> Option<String> {
    let message = serde_json::from_slice::<FunctionErrorMessage>(json).ok()?.error_message;
    let line = message.lines().next().unwrap_or_default();
    Some(line.chars().filter(|c| !c.is_control()).take(REASON_CHARS).collect())
}

#[derive(serde::Deserialize)]
struct FunctionErrorMessage {
    #[serde(rename = "errorMessage")]
    error_message: String,
}

#[derive(serde::Deserialize)]
struct FunctionErrorType {
    #[serde(rename = "errorType")]
    error_type: String,
}

/// An invocation that ran past its timeout.
pub(crate) fn timeout_error(request_id: RequestId, timeout: Duration) -> FunctionError {
    FunctionError::new(
        TIMEOUT,
        format!(
            "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
            timeout.as_secs_f64()
        ),
    )
}

/// A runtime that ended in the middle of an invocation.
pub(crate) fn exit_error(request_id: RequestId, exit: Exit) -> FunctionError {
    let how = exited(exit);
    FunctionError::new("Runtime.ExitError", format!("RequestId: {request_id} Error: {how}"))
}

fn exited(exit: Exit) -> String {
    match exit {
        Exit::Code(0) => "Runtime exited without providing a reason".into(),
        Exit::Code(code) => format!("Runtime exited with error: exit status {code}"),
        Exit::Signal(signal) => {
            format!("Runtime exited with error: signal: {}", signal_name(signal))
        }
    }
}

/// A runtime whose program is not there or cannot be run.
pub(crate) fn entrypoint_error(argv: &[String]) -> FunctionError {
    let program = argv.first().map_or("", String::as_str);
    FunctionError::new(ENTRYPOINT, format!("Couldn't find valid bootstrap(s): [{program}]"))
}

/// An answer of more than [`limits::SYNC_RESPONSE_BYTES`].
pub(crate) fn too_large_error() -> FunctionError {
    FunctionError::new(
        "Function.ResponseSizeTooLarge",
        format!(
            "Response payload size exceeded maximum allowed payload size ({} bytes).",
            limits::SYNC_RESPONSE_BYTES
        ),
    )
}

/// A streamed answer of more than [`limits::STREAM_BYTES`].
pub(crate) fn too_long_error() -> FunctionError {
    FunctionError::new(
        "Function.ResponseSizeTooLarge",
        format!(
            "Response payload size exceeded maximum allowed payload size ({} bytes).",
            limits::STREAM_BYTES
        ),
    )
}

/// A streamed answer whose end never came.
pub(crate) fn truncated_error(request_id: RequestId) -> FunctionError {
    let text = format!("RequestId: {request_id} Error: the response stream broke off");
    FunctionError::new("Runtime.TruncatedResponse", text)
}

/// The error as the JSON a caller gets.
pub(crate) fn json_of(error: &FunctionError) -> Bytes {
    serde_json::to_vec(error).unwrap_or_default().into()
}

/// Go's names for signals, which Lambda's messages use.
fn signal_name(signal: i32) -> String {
    match signal {
        1 => "hangup".into(),
        2 => "interrupt".into(),
        3 => "quit".into(),
        4 => "illegal instruction".into(),
        6 => "aborted".into(),
        7 => "bus error".into(),
        8 => "floating point exception".into(),
        9 => "killed".into(),
        11 => "segmentation fault".into(),
        13 => "broken pipe".into(),
        14 => "alarm clock".into(),
        15 => "terminated".into(),
        31 => "bad system call".into(),
        n => format!("signal {n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_lambdas() {
        let id = RequestId(uuid::Uuid::nil());
        let prefix = "RequestId: 00000000-0000-0000-0000-000000000000 Error: ";
        for (error, text) in [
            (timeout_error(id, Duration::from_secs(1)), "Task timed out after 1.00 seconds"),
            (exit_error(id, Exit::Code(0)), "Runtime exited without providing a reason"),
            (exit_error(id, Exit::Code(127)), "Runtime exited with error: exit status 127"),
            (exit_error(id, Exit::Signal(9)), "Runtime exited with error: signal: killed"),
        ] {
            assert_eq!(error.message, format!("{prefix}{text}"));
        }
    }

    #[test]
    fn a_reported_init_error_is_passed_on_byte_for_byte() {
        let sent = Bytes::from_static(br#"{"errorType":"Runtime.ImportModuleError","x":1}"#);
        let failure = InitFailure::new(Some(sent.clone()), Some(Exit::Code(1)), b"log".to_vec());
        assert_eq!(failure.error_type(), "Runtime.ImportModuleError");
        let outcome = failure.outcome(RequestId::random(), false);
        assert_eq!((outcome.payload, outcome.failed, outcome.log_tail), (sent, true, None));
    }

    #[test]
    fn a_version_says_why_its_init_failed() {
        let said = |json: &'static str| InitFailure::new(Some(json.into()), None, Vec::new());
        let exited = InitFailure::new(None, Some(Exit::Code(3)), Vec::new());
        let late = InitFailure::timeout(Duration::from_secs(130), Vec::new());
        for (failure, code, reason) in [
            (
                said(r#"{"errorType":"Error","errorMessage":"no database\nat all"}"#),
                "FunctionError.RuntimeInitError",
                "Error: no database",
            ),
            (said("{}"), "FunctionError.RuntimeInitError", "Runtime.Unknown"),
            (
                said(r#"{"errorType":"Runtime.InvalidEntrypoint"}"#),
                "FunctionError.InvalidEntryPoint",
                "Runtime.InvalidEntrypoint",
            ),
            (
                exited,
                "FunctionError.RuntimeInitError",
                "Runtime.ExitError: Runtime exited with error: exit status 3",
            ),
            (
                late,
                "FunctionError.InitTimeout",
                "Sandbox.Timedout: Init timed out after 130.00 seconds",
            ),
        ] {
            assert_eq!((failure.reason_code(), failure.reason().as_str()), (code, reason));
        }
    }
}
