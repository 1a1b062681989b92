//! `InvokeWithResponseStream`: `application/vnd.amazon.eventstream` of `PayloadChunk` events, and one
//! `InvokeComplete` behind them. A function's error is told there, whenever it came.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::{Bytes, BytesMut};
use fika_aws::eventstream;
use fika_model::FunctionVersion;
use fika_worker::Outcome;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

use crate::answer::Answer;
use crate::invoke;
use crate::reply::Reply;
use crate::server::Kept;
use crate::stream::{Answered, Framing};

const OCTETS: &str = "application/octet-stream";
const JSON: &str = "application/json";

/// The answer, as far as it is there.
pub(crate) fn answer(
    version: &FunctionVersion,
    trace_id: &str,
    answered: Answered,
    running: Kept,
) -> Reply {
    let body = match answered {
        Answered::Streamed(streamed) => streamed.into_body(Events, running),
        Answered::Whole(outcome) => Answer::from(whole(outcome)),
    };
    let mut reply = Response::new(body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(eventstream::CONTENT_TYPE));
    invoke::describe(headers, version, trace_id);
    reply
}

/// An answer in one piece: one chunk, or none where it is an error.
fn whole(outcome: Outcome) -> Bytes {
    let mut all = BytesMut::new();
    if !outcome.failed && !outcome.payload.is_empty() {
        all.extend_from_slice(&chunk(&outcome.payload));
    }
    all.extend_from_slice(&complete(&outcome));
    all.freeze()
}

fn chunk(data: &[u8]) -> Bytes {
    eventstream::event("PayloadChunk", OCTETS, data)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Complete<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_details: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_result: Option<String>,
}

fn complete(outcome: &Outcome) -> Bytes {
    let details = String::from_utf8_lossy(&outcome.payload);
    let complete = Complete {
        error_code: outcome.failed.then_some("Unhandled"),
        error_details: outcome.failed.then_some(&*details),
        log_result: outcome.log_tail.as_ref().map(|tail| BASE64.encode(tail)),
    };
    eventstream::event("InvokeComplete", JSON, &serde_json::to_vec(&complete).unwrap_or_default())
}

/// Pieces as events.
struct Events;

impl Framing for Events {
    fn data(&mut self, data: Bytes) -> Bytes {
        chunk(&data)
    }

    fn end(&mut self, outcome: Outcome) -> io::Result<Option<Bytes>> {
        Ok(Some(complete(&outcome)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(payload: &'static str, failed: bool) -> Outcome {
        let log_tail = failed.then(|| b"log".to_vec());
        Outcome { payload: payload.into(), failed, log_tail, ran: None }
    }

    #[test]
    fn a_whole_answer_is_a_chunk_and_an_end() {
        let all = whole(outcome("[1]", false));
        let text = String::from_utf8_lossy(&all);
        assert!(text.contains("PayloadChunk") && text.contains("[1]") && text.contains("{}"));
    }

    #[test]
    fn an_error_is_told_at_the_end_only() {
        let all = whole(outcome(r#"{"errorType":"E"}"#, true));
        let text = String::from_utf8_lossy(&all);
        assert!(!text.contains("PayloadChunk"));
        let end = r#"{"ErrorCode":"Unhandled","ErrorDetails":"{\"errorType\":\"E\"}","LogResult":"bG9n"}"#;
        assert!(text.contains(end), "{text}");
    }
}
