//! `response` with `Lambda-Runtime-Function-Response-Mode: streaming`: a chunked body that is passed on
//! as it comes. Trailers may end it with an error.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use fika_model::{FunctionError, limits};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use super::{Answer, ERROR_BYTES, accepted, broken, discard, failure, refused_unread, too_large};
use crate::outcome;
use crate::slot::Slot;
use crate::stream::{Flow, TooLong};

/// How an answer is sent.
pub(super) const RESPONSE_MODE: HeaderName =
    HeaderName::from_static("lambda-runtime-function-response-mode");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const ERROR_BODY: HeaderName = HeaderName::from_static("lambda-runtime-function-error-body");

/// How a body ended.
enum End {
    /// With these trailers.
    Whole(Option<HeaderMap>),
    TooLong,
    Broken,
}

/// Takes a streamed answer, for a caller who takes it in pieces or for one who wants it whole.
pub(super) async fn response(slot: &Slot, id: &str, headers: &HeaderMap, body: Incoming) -> Answer {
    // Not held longer: what extensions say meanwhile takes its turn, too.
    let turn = slot.bodies.lock().await;
    match slot.begin_stream(id) {
        Err(refusal) => refused_unread(refusal, body).await,
        Ok(None) => whole(slot, id, body).await,
        Ok(Some(sink)) => {
            drop(turn);
            let flow = sink.begin(headers.get(CONTENT_TYPE).cloned()).await;
            pass_on(slot, id, flow, body).await
        }
    }
}

async fn pass_on(slot: &Slot, id: &str, mut flow: Flow, mut body: Incoming) -> Answer {
    // It tells the slot how far it came even where the connection's task is dropped.
    let open = Open { slot, id };
    let end = pump(&mut flow, &mut body).await;
    let answer = match end {
        End::Whole(trailers) => {
            let error = trailers.as_ref().and_then(error_in);
            accepted(slot.end_stream(id, flow.bytes(), error))
        }
        End::TooLong => {
            let error = outcome::json_of(&outcome::too_long_error());
            // Whether it is refused makes no difference: the invocation is over.
            let _ = slot.end_stream(id, flow.bytes(), Some(error));
            discard(body).await;
            too_large()
        }
        End::Broken => broken(),
    };
    drop(open);
    answer
}

/// A stream that has not come to its end.
struct Open<'a> {
    slot: &'a Slot,
    id: &'a str,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.slot.cut_stream(self.id);
    }
}

async fn pump(flow: &mut Flow, body: &mut Incoming) -> End {
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return End::Broken };
        match frame.into_data() {
            Ok(data) => {
                if let Err(TooLong) = flow.send(data).await {
                    return End::TooLong;
                }
            }
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    End::Whole(trailers)
}

/// The caller wants it in one piece.
async fn whole(slot: &Slot, id: &str, mut body: Incoming) -> Answer {
    match Limited::new(&mut body, limits::SYNC_RESPONSE_BYTES).collect().await {
        Ok(collected) => {
            let error = collected.trailers().and_then(error_in);
            let failed = error.is_some();
            let payload = match error {
                Some(error) => error,
                None => collected.to_bytes(),
            };
            accepted(slot.answer(id, payload, failed))
        }
        Err(error) if error.is::<LengthLimitError>() => {
            let payload = outcome::json_of(&outcome::too_large_error());
            let _ = slot.answer(id, payload, true);
            discard(body).await;
            too_large()
        }
        Err(_) => broken(),
    }
}

/// The error that trailers tell of, as JSON.
fn error_in(trailers: &HeaderMap) -> Option<Bytes> {
    let kind = trailers.get(ERROR_TYPE);
    let body = trailers.get(ERROR_BODY).and_then(|body| BASE64.decode(body.as_bytes()).ok());
    match (kind, body) {
        (_, Some(body)) if !body.is_empty() && body.len() <= ERROR_BYTES => Some(body.into()),
        (None, None) => None,
        (kind, _) => {
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("Runtime.Unknown");
            Some(outcome::json_of(&FunctionError::new(kind, String::new())))
        }
    }
}

/// A mode there is none of.
pub(super) fn unknown_mode() -> Answer {
    failure(
        StatusCode::BAD_REQUEST,
        "InvalidResponseMode",
        "send Lambda-Runtime-Function-Response-Mode: streaming, or no such header",
    )
}
