//! The door where what stacks wait for is put: by functions that make custom resources, and by whoever was told an
//! address. Who knows it may: nobody can guess it.

use fika_answers::NotTaken;
use fika_aws::shape::AwsError;
use http::request::Parts;
use http::{Method, Response};
use hyper::body::Incoming;
use serde_json::Value;

use crate::Frontend;
use crate::answer::Answer;
use crate::api::Refusal;
use crate::body;
use crate::reply::{self, Reply};
use crate::server::Line;

/// The longest body, bytes: one that is too long for an answer is still heard of.
const BODY_BYTES: usize = 64 * 1024;

impl<C, A, W> Frontend<C, A, W> {
    /// Takes an answer: 200 once it is on disk.
    pub(crate) async fn at_answers(
        &self,
        parts: &Parts,
        id: &str,
        body: Incoming,
        line: &Line,
    ) -> Reply {
        if parts.method != Method::PUT {
            body::discard(body).await;
            let text = "Answers are put.";
            return reply::refuse_and_close(AwsError::new("MethodNotAllowed", 405, text));
        }
        let (body, _room) = match line.bodies.collect(&parts.headers, body, BODY_BYTES).await {
            Ok(whole) => whole,
            Err(why) => return Refusal::from(why).reply(),
        };
        let _run = line.running.begin();
        match self.answers.take(id, &body).await {
            Ok(()) => taken(),
            Err(why @ NotTaken::Nobody) => {
                reply::refuse(AwsError::new("AccessDenied", 403, why.to_string()))
            }
            Err(why @ NotTaken::NotKept(_)) => {
                tracing::warn!(%why, "an answer is not taken");
                reply::refuse(AwsError::new("ServiceUnavailableException", 503, why.to_string()))
            }
        }
    }
}

impl<C, A, W> Frontend<C, A, W> {
    /// Tells a stack that a function cannot be loaded which it has asked for a resource: it would wait in vain.
    pub(crate) async fn give_up(&self, event: &[u8], error: &[u8]) {
        let Some((url, why)) = lost(event, error) else { return };
        if let Err(why @ NotTaken::NotKept(_)) = self.answers.give_up(&url, why).await {
            tracing::warn!(%why, "a stack waits longer than it need");
        }
    }
}

/// What AWS's runtimes, and so fika's, say when they found no handler: nothing of the function's own has run.
const NOT_LOADED: [&str; 5] = [
    "Runtime.HandlerNotFound",
    "Runtime.ImportModuleError",
    "Runtime.InvalidEntrypoint",
    "Runtime.MalformedHandlerName",
    "Runtime.UserCodeSyntaxError",
];

/// Where the answer to an event is awaited that will not come, and why.
fn lost(event: &[u8], error: &[u8]) -> Option<(String, String)> {
    let error: Value = serde_json::from_slice(error).ok()?;
    let kind = error.get("errorType")?.as_str().filter(|kind| NOT_LOADED.contains(kind))?;
    let event: Value = serde_json::from_slice(event).ok()?;
    let url = event.get("ResponseURL")?.as_str()?.to_owned();
    let message = error.get("errorMessage").and_then(Value::as_str).unwrap_or_default();
    // Node says from where it was required, too.
    let message = message.lines().next().unwrap_or_default();
    Some((url, format!("The function could not be loaded: {kind}: {message}. See its log.")))
}

fn taken() -> Reply {
    Response::new(Answer::from(String::new()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(event: &Value, kind: &str) -> Option<(String, String)> {
        let error = json!({"errorType": kind, "errorMessage": "Error: no\nRequire stack:"});
        lost(event.to_string().as_bytes(), error.to_string().as_bytes())
    }

    #[test]
    fn only_handlers_that_cannot_be_loaded_answer_nobody() {
        let event = json!({"ResponseURL": "u"});
        let (url, why) = of(&event, "Runtime.ImportModuleError").expect("lost");
        assert_eq!(url, "u");
        assert_eq!(
            why,
            "The function could not be loaded: Runtime.ImportModuleError: Error: no. See its log."
        );
        assert_eq!(of(&event, "Runtime.ExitError"), None, "it may have answered, or will");
        assert_eq!(of(&json!({"name": "Ada"}), "Runtime.ImportModuleError"), None);
        assert_eq!(lost(b"1", b"no JSON"), None);
    }
}
