use bytes::Bytes;
use fika_worker::stream::channel;

use super::*;

const HTTP: &str = "application/vnd.awslambda.http-integration-response";

fn outcome(failed: bool) -> Outcome {
    Outcome { payload: Bytes::from_static(b"{}"), failed, log_tail: None, ran: None }
}

/// An answer whose pieces are these, and that ended so.
fn streamed(kind: &'static str, pieces: &[&'static [u8]], ended: Outcome) -> Streamed {
    let (sender, receiver) = mpsc::channel(pieces.len().max(1));
    for piece in pieces {
        sender.try_send(Piece::Data(Bytes::from_static(piece))).expect("room");
    }
    let run = tokio::spawn(async { Ok(ended) });
    let content_type = Some(HeaderValue::from_static(kind));
    Streamed { content_type, first: None, pieces: receiver, run, outcome: None }
}

async fn rest(mut streamed: Streamed) -> (Vec<u8>, Outcome) {
    let mut all = Vec::new();
    loop {
        match streamed.next().await {
            Next::Data(data) => all.extend_from_slice(&data),
            Next::End(outcome) => return (all, outcome),
        }
    }
}

#[tokio::test]
async fn what_was_written_comes_before_how_it_ended() {
    for failed in [false, true] {
        let (all, ended) = rest(streamed("text/plain", &[b"a", b"b"], outcome(failed))).await;
        assert_eq!(
            (all.as_slice(), ended.failed, &*ended.payload),
            (&b"ab"[..], failed, &b"{}"[..])
        );
    }
}

#[tokio::test]
async fn nothing_comes_behind_the_end_though_somebody_could_still_send() {
    let (sink, receiver) = channel(None);
    let run = tokio::spawn(async { Ok(outcome(true)) });
    let streamed =
        Streamed { content_type: None, first: None, pieces: receiver, run, outcome: None };
    let (all, ended) = rest(streamed).await;
    assert!(all.is_empty() && ended.failed);
    drop(sink);
}

#[tokio::test]
async fn a_prelude_is_taken_off_however_it_is_cut() {
    let whole = b"{\"statusCode\":201,\"headers\":{\"a\":\"b\",\"n\":1},\"cookies\":[\"c=d\"]}\0\0\0\0\0\0\0\0body";
    for at in 0..whole.len() {
        let (head, tail) = whole.split_at(at);
        let mut streamed = streamed(HTTP, &[head, tail], outcome(false));
        let prelude = streamed.prelude().await.expect("a prelude").expect("a prelude");
        assert_eq!(
            (prelude.status.as_u16(), &prelude.headers["set-cookie"]),
            (201, &HeaderValue::from_static("c=d"))
        );
        assert_eq!(prelude.headers["n"], "1");
        assert_eq!(rest(streamed).await.0, b"body");
    }
}

#[tokio::test]
async fn where_no_prelude_is_said_to_be_there_is_none() {
    let mut streamed = streamed("text/html", &[b"{}\0\0\0\0\0\0\0\0"], outcome(false));
    assert_eq!(streamed.prelude().await.expect("a stream"), None);
    assert_eq!(rest(streamed).await.0.len(), 10);
}

#[tokio::test]
async fn a_prelude_that_is_none_is_told() {
    let mut ended = streamed(HTTP, &[b"{}"], outcome(true));
    assert!(matches!(ended.prelude().await, Err(PreludeError::Ended)));
    let mut no_json = streamed(HTTP, &[b"<p>\0\0\0\0\0\0\0\0"], outcome(false));
    assert!(matches!(no_json.prelude().await, Err(PreludeError::Malformed)));
    let long = [b"x".as_slice().repeat(200 << 10).leak() as &[u8]; 2];
    assert!(matches!(
        streamed(HTTP, &long, outcome(false)).prelude().await,
        Err(PreludeError::Malformed)
    ));
}
