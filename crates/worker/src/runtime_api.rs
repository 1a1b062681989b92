//! The HTTP a runtime speaks to its slot: Lambda's Runtime API, version 2018-06-01.
//!
//! One door a sandbox, which only its own processes can reach. Whoever connects is hostile: a
//! call that does not fit is refused, a body past its limit is cut, and nothing here can
//! touch another sandbox.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_model::limits;
use fika_sandbox::{Connection, Door};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::held::{Held, Hold};
use crate::slot::{Delivery, Refusal, Slot};
use crate::{CredentialSource, credentials, extensions, outcome};

/// Connections a sandbox may hold at once; a runtime needs one or two.
const CONNECTIONS: usize = 64;
/// The largest error document a runtime may send.
const ERROR_BYTES: usize = 1024 * 1024;
/// How much of a body that is not wanted is read before the connection is closed.
const DISCARD_BYTES: usize = 64 * 1024 * 1024;
/// How long accepting pauses when the machine cannot take another connection.
const PAUSE: Duration = Duration::from_millis(50);

/// How fika's clients say that their function is ready to become a snapshot.
const CHECKPOINT: &str = "/fika/checkpoint";
const PREFIX: &str = "/2018-06-01/runtime/";
const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
const FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("lambda-runtime-client-context");
const TENANT_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-tenant-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

mod stream;

pub(crate) type Answer = Response<Full<Bytes>>;

/// Serves the sandbox's door, and every connection made to it, until the task is dropped.
pub(crate) async fn serve(
    slot: Arc<Slot>,
    door: Arc<Door>,
    credentials: Arc<dyn CredentialSource>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = door.accept(), if connections.len() < CONNECTIONS => match accepted {
                Ok(stream) => {
                    let role = Arc::clone(&credentials);
                    connections.spawn(serve_connection(Arc::clone(&slot), stream, role));
                }
                // Running out of descriptors passes, so it is waited out.
                Err(error) => {
                    tracing::warn!(%error, "a runtime's connection cannot be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection to its end.
pub(crate) async fn serve_connection(
    slot: Arc<Slot>,
    stream: Connection,
    credentials: Arc<dyn CredentialSource>,
) {
    let (hold, channel) = (Hold::default(), stream.channel());
    let stream = Held::new(TokioIo::new(stream), hold.clone());
    let service = service_fn(move |request| {
        let (slot, hold) = (Arc::clone(&slot), hold.clone());
        let asks = request.uri().path() == credentials::PATH;
        let role = asks.then(|| role(&slot, &*credentials, &request));
        async move {
            Ok::<_, Infallible>(match role {
                Some(answer) => answer,
                None => route(&slot, request, &hold, channel).await,
            })
        }
    });
    let served = http1::Builder::new()
        .pipeline_flush(true)
        // No runtime reads it, and each would parse it twice for every invocation.
        .auto_date_header(false)
        .serve_connection(stream, service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a runtime's connection ended");
    }
}

async fn route(
    slot: &Arc<Slot>,
    request: Request<Incoming>,
    hold: &Hold,
    channel: Option<u16>,
) -> Answer {
    let (parts, body) = request.into_parts();
    if parts.uri.path() == CHECKPOINT && parts.method == Method::GET {
        return checkpoint(slot).await;
    }
    let Some(path) = parts.uri.path().strip_prefix(PREFIX) else {
        return extensions::api::answer(slot, &parts, body).await.unwrap_or_else(not_found);
    };
    match (&parts.method, path) {
        (&Method::GET, "invocation/next") => next(slot, hold).await,
        (&Method::POST, "init/error" | "restore/error") => init_error(slot, body).await,
        (&Method::GET, "restore/next") => refused(slot.restore_next(channel).await),
        (&Method::POST, path) => match invocation_path(path) {
            Some((id, "response")) => response(slot, id, &parts.headers, body).await,
            Some((id, "error")) => error(slot, id, body).await,
            _ => not_found(),
        },
        _ => not_found(),
    }
}

/// The credentials of the function's role.
fn role(slot: &Slot, source: &dyn CredentialSource, request: &Request<Incoming>) -> Answer {
    if request.method() != Method::GET {
        return not_found();
    }
    let shown = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
    match credentials::document(&slot.version, source, shown) {
        Some(document) => json(StatusCode::OK, document.into()),
        None => failure(
            StatusCode::FORBIDDEN,
            "AccessDenied",
            "send AWS_CONTAINER_AUTHORIZATION_TOKEN as the Authorization header",
        ),
    }
}

/// `invocation/ID/VERB`
fn invocation_path(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("invocation/")?.split_once('/')
}

async fn next(slot: &Arc<Slot>, hold: &Hold) -> Answer {
    // A runtime that asks before it has the acknowledgement of its answer can do without it.
    let _holding = hold.begin();
    // The caller's answer is on its way: let it leave before this runtime's housekeeping. On a
    // task of its own, for this one may be woken by its own connection before that.
    let _ = tokio::spawn(tokio::task::yield_now()).await;
    match slot.next().await {
        Ok(delivery) => deliver(slot, delivery),
        Err(refusal) => refused(refusal),
    }
}

/// The answer is that the clock is set ahead.
async fn checkpoint(slot: &Slot) -> Answer {
    match slot.checkpoint().await {
        Ok(()) => Response::new(Full::default()),
        Err(refusal) => refused(refusal),
    }
}

fn deliver(slot: &Slot, delivery: Delivery) -> Answer {
    let Delivery { invocation, deadline } = delivery;
    let mut answer = Response::new(Full::new(invocation.payload));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    let mut set = |name, value: &str| {
        // A value no header can carry is left out; nothing else depends on it.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let mut id = Uuid::encode_buffer();
    set(REQUEST_ID, invocation.request_id.0.hyphenated().encode_lower(&mut id));
    if let Some(trace_id) = &invocation.trace_id {
        set(TRACE_ID, trace_id);
    }
    if let Some(tenant) = &invocation.tenant {
        set(TENANT_ID, tenant.as_str());
    }
    if let Some(context) = &invocation.client_context {
        set(CLIENT_CONTEXT, context);
    }
    headers.insert(DEADLINE, HeaderValue::from(unix_ms(deadline)));
    let invoked_arn = match &invocation.invoked_arn {
        Some(arn) => HeaderValue::from_str(arn).ok(),
        None => slot.invoked_arn.clone(),
    };
    headers.extend(invoked_arn.map(|arn| (FUNCTION_ARN, arn)));
    answer
}

async fn response(slot: &Slot, id: &str, headers: &HeaderMap, body: Incoming) -> Answer {
    match headers.get(stream::RESPONSE_MODE) {
        None => answer(slot, id, body, limits::SYNC_RESPONSE_BYTES, false).await,
        Some(mode) if mode == "streaming" => stream::response(slot, id, headers, body).await,
        Some(_) => {
            discard(body).await;
            stream::unknown_mode()
        }
    }
}

async fn error(slot: &Slot, id: &str, body: Incoming) -> Answer {
    answer(slot, id, body, ERROR_BYTES, true).await
}

async fn answer(slot: &Slot, id: &str, mut body: Incoming, limit: usize, failed: bool) -> Answer {
    // One body at a time: a sandbox that opens all its connections at once must not have this
    // process hold an answer for each.
    let _turn = slot.bodies.lock().await;
    if let Err(refusal) = slot.expects(id, failed) {
        return refused_unread(refusal, body).await;
    }
    match collect(&mut body, limit).await {
        Ok(payload) => accepted(slot.answer(id, payload, failed)),
        Err(Cut::Broken) => broken(),
        Err(Cut::TooLarge) => {
            // The caller does not wait for the rest of what it will not get.
            let payload = outcome::json_of(&outcome::too_large_error());
            let answered = slot.answer(id, payload, true);
            discard(body).await;
            answered.map_or_else(refused, |()| too_large())
        }
    }
}

async fn init_error(slot: &Slot, mut body: Incoming) -> Answer {
    let _turn = slot.bodies.lock().await;
    match collect(&mut body, ERROR_BYTES).await {
        Ok(payload) => accepted(slot.init_failed(payload)),
        Err(Cut::Broken) => broken(),
        Err(Cut::TooLarge) => {
            discard(body).await;
            too_large()
        }
    }
}

enum Cut {
    TooLarge,
    Broken,
}

async fn collect(body: &mut Incoming, limit: usize) -> Result<Bytes, Cut> {
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => Err(Cut::TooLarge),
        Err(_) => Err(Cut::Broken),
    }
}

/// Reads what nobody wants: a runtime that still sends would not see an answer before it is done.
async fn discard(mut body: Incoming) {
    let mut left = DISCARD_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let read = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            // Enough: hyper closes the connection.
            None => return,
        }
    }
}

async fn refused_unread(refusal: Refusal, body: Incoming) -> Answer {
    discard(body).await;
    refused(refusal)
}

/// A small document.
pub(crate) async fn collect_small(slot: &Slot, mut body: Incoming) -> Result<Bytes, &'static str> {
    let _turn = slot.bodies.lock().await;
    match collect(&mut body, ERROR_BYTES).await {
        Ok(whole) => Ok(whole),
        Err(Cut::Broken) => Err("body cut short"),
        Err(Cut::TooLarge) => {
            discard(body).await;
            Err("the document is too large")
        }
    }
}

pub(crate) fn accepted_document() -> Answer {
    json(StatusCode::ACCEPTED, Bytes::from_static(b"{\"status\":\"OK\"}\n"))
}

fn accepted(result: Result<(), Refusal>) -> Answer {
    match result {
        Ok(()) => accepted_document(),
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::WrongId => {
            failure(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        }
        Refusal::OutOfOrder => failure(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "this call is out of order: ask for the next invocation, then answer it once",
        ),
    }
}

fn broken() -> Answer {
    failure(StatusCode::BAD_REQUEST, "InvalidRequest", "body cut short")
}

fn too_large() -> Answer {
    failure(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLarge",
        "the document is larger than the Runtime API takes",
    )
}

fn not_found() -> Answer {
    failure(StatusCode::NOT_FOUND, "NotFound", "no such call in the Runtime API 2018-06-01")
}

pub(crate) fn failure(status: StatusCode, error_type: &str, message: &str) -> Answer {
    let body = serde_json::json!({ "errorMessage": message, "errorType": error_type });
    json(status, format!("{body}\n").into())
}

pub(crate) fn json(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, JSON);
    answer
}

fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
