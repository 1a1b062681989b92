//! Webhooks: what `fika webhook` calls, and the door where a foreign S3 posts what happened in its
//! buckets. AWS has nothing of the kind.

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_objects::{NoWebhook, NotTold, Objects, Webhook};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Frontend;
use crate::answer::Answer;
use crate::api::Refusal;
use crate::auth::Caller;
use crate::body;
use crate::reply::{self, Reply};
use crate::server::Line;

/// Where webhooks are made, listed and deleted, by who signs. Nothing of AWS's begins so.
pub(crate) const PATH: &str = "/_fika/webhooks";
/// Where they are posted to: an id follows.
pub(crate) const DOOR: &str = "/_fika/webhook/";
/// The longest body of what is posted, bytes.
const BODY_BYTES: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    target: String,
}

/// Answers the root of an account. `path` is what follows [`PATH`].
///
/// # Errors
/// 403 for who is no root; 404, 400 and 503 for what cannot be.
pub(crate) async fn answer(
    objects: &Objects,
    caller: &Caller,
    (method, path): (&Method, &str),
    body: &Bytes,
) -> Result<Reply, AwsError> {
    let account = &caller.scope.account;
    if !caller.principal.is_root_of(account) {
        let text = "Only the root of an account may look after its webhooks.";
        return Err(AwsError::new("AccessDeniedException", 403, text));
    }
    let words: Vec<&str> = path.split('/').skip(1).collect();
    match (method.as_str(), words.as_slice()) {
        ("GET", []) => {
            let all: Vec<Value> = objects.webhooks(account).iter().map(|one| shown(one)).collect();
            Ok(said(StatusCode::OK, &json!({ "webhooks": all })))
        }
        ("POST", []) => {
            let wanted: Wanted = serde_json::from_slice(body)
                .map_err(|why| AwsError::validation(format!("Name a target: {why}")))?;
            let made = objects.make_webhook(caller, &wanted.target).await;
            let (webhook, token) = made.map_err(|why| refused(&why))?;
            let mut whole = shown(&webhook);
            whole["token"] = token.into();
            Ok(said(StatusCode::CREATED, &whole))
        }
        ("DELETE", [id]) => {
            objects.unmake_webhook(account, id).await.map_err(|why| refused(&why))?;
            Ok(said(StatusCode::OK, &json!({ "id": id })))
        }
        _ => Err(AwsError::new("ResourceNotFoundException", 404, "There is nothing here.")),
    }
}

impl<C, A, W> Frontend<C, A, W> {
    /// Takes what is posted to a webhook: its answer is 200 once all of it is on disk.
    pub(crate) async fn at_webhook(
        &self,
        parts: &Parts,
        id: &str,
        body: Incoming,
        line: &Line,
    ) -> Reply {
        let Some(token) = token(parts) else {
            body::discard(body).await;
            let text = "Send the webhook's token: Authorization: Bearer TOKEN.";
            let error = AwsError::new("MissingAuthenticationTokenException", 401, text);
            let mut reply = reply::refuse_and_close(error);
            reply.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return reply;
        };
        let Some(webhook) = self.objects.webhook(id, token) else {
            body::discard(body).await;
            let text = "There is no such webhook, or its token is another.";
            return reply::refuse_and_close(AwsError::new("AccessDeniedException", 403, text));
        };
        match parts.method {
            Method::POST => {}
            // MinIO asks so whether anybody is there.
            Method::HEAD | Method::GET => return said(StatusCode::OK, &json!({})),
            _ => {
                body::discard(body).await;
                let text = "Events are posted.";
                return reply::refuse_and_close(AwsError::new("MethodNotAllowed", 405, text));
            }
        }
        let (body, _room) = match line.bodies.collect(&parts.headers, body, BODY_BYTES).await {
            Ok(whole) => whole,
            Err(why) => return Refusal::from(why).reply(),
        };
        let _run = line.running.begin();
        match self.objects.told(&webhook, &body).await {
            Ok(events) => said(StatusCode::OK, &json!({ "events": events })),
            Err(why @ NotTold::Unreadable(_)) => {
                reply::refuse(AwsError::validation(why.to_string()))
            }
            Err(why @ NotTold::Refused(_)) => {
                tracing::warn!(webhook = id, %why, "what was posted is not taken");
                reply::refuse(AwsError::new("ServiceUnavailableException", 503, why.to_string()))
            }
        }
    }
}

/// The token of `Authorization: Bearer TOKEN`.
fn token(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn shown(webhook: &Webhook) -> Value {
    let Webhook { id, target, created_ms, .. } = webhook;
    json!({ "id": id, "path": format!("{DOOR}{id}"), "target": target, "created_ms": created_ms })
}

fn refused(why: &NoWebhook) -> AwsError {
    let text = why.to_string();
    match why {
        NoWebhook::Target(_) => AwsError::validation(text),
        NoWebhook::TooMany => AwsError::new("ResourceConflictException", 409, text),
        NoWebhook::Missing => AwsError::new("ResourceNotFoundException", 404, text),
        NoWebhook::Later(_) => AwsError::new("ServiceUnavailableException", 503, text),
    }
}

fn said(status: StatusCode, body: &Value) -> Reply {
    let mut reply = Response::new(Answer::from(body.to_string()));
    *reply.status_mut() = status;
    reply
}
