//! Answers that come in pieces.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fika_model::RequestId;
use tokio::sync::{mpsc, oneshot};

use super::client::{Api, Client, NEXT, post};
use crate::Outcome;
use crate::slot::Phase;
use crate::stream::{self, Piece};
use crate::testing::invocation;

/// An invocation for a caller who takes its answer in pieces; the runtime has it.
async fn streaming(
    api: &Api,
    client: &mut Client,
) -> (RequestId, oneshot::Receiver<Outcome>, mpsc::Receiver<Piece>) {
    let mut given = invocation("{}", false);
    let (sink, pieces) = stream::channel(None);
    given.sink = Some(sink);
    let id = given.request_id;
    let outcome = api.accept(given);
    client.call(NEXT).await;
    (id, outcome, pieces)
}

fn head(id: RequestId) -> String {
    format!(
        "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: x\r\n\
         content-type: text/x\r\nlambda-runtime-function-response-mode: streaming\r\n\
         transfer-encoding: chunked\r\n\r\n"
    )
}

async fn taken(pieces: &mut mpsc::Receiver<Piece>) -> String {
    match pieces.recv().await {
        Some(Piece::Data(data)) => String::from_utf8_lossy(&data).into_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn each_piece_is_passed_on_before_the_next_is_sent() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, outcome, mut pieces) = streaming(&api, &mut client).await;
    client.send(head(id)).await;
    let kind = Some("text/x".parse().expect("a header"));
    assert_eq!(pieces.recv().await, Some(Piece::Begin(kind)));
    for piece in ["one", "two"] {
        client.send(format!("3\r\n{piece}\r\n")).await;
        assert_eq!(taken(&mut pieces).await, piece);
    }
    let mut other = api.connect().await;
    for verb in ["response", "error"] {
        let refused = other.call(&post(&format!("invocation/{id}/{verb}"), "{}")).await;
        assert_eq!((refused.status, &*refused.error_type()), (403, "InvalidStateTransition"));
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 202);
    let outcome = outcome.await.expect("an outcome");
    assert!(outcome.payload.is_empty() && !outcome.failed && outcome.ran.is_some());
    api.serves(&mut client).await;
}

#[tokio::test]
async fn trailers_end_it_with_an_error() {
    let error = r#"{"errorType":"E","errorMessage":"m"}"#;
    let body = format!("lambda-runtime-function-error-body: {}\r\n", BASE64.encode(error));
    let kind = "lambda-runtime-function-error-type: E\r\n".to_owned();
    let bare = r#"{"errorType":"E","errorMessage":""}"#;
    for (trailers, said) in [(kind.clone() + &body, error), (body, error), (kind, bare)] {
        let api = Api::new().await;
        let mut client = api.connect().await;
        let (id, outcome, mut pieces) = streaming(&api, &mut client).await;
        client.send(format!("{}1\r\nx\r\n0\r\n{trailers}\r\n", head(id))).await;
        assert_eq!(client.reply().await.status, 202);
        let outcome = outcome.await.expect("an outcome");
        assert_eq!((&*outcome.payload, outcome.failed), (said.as_bytes(), true));
        pieces.recv().await;
        assert_eq!(taken(&mut pieces).await, "x");
        // Who wants it whole is told the same.
        let (id, whole) = api.invoke();
        client.call(NEXT).await;
        client.send(format!("{}1\r\nx\r\n0\r\n{trailers}\r\n", head(id))).await;
        let whole = whole.await.expect("an outcome");
        assert_eq!((&*whole.payload, whole.failed), (said.as_bytes(), true));
    }
}

#[tokio::test]
async fn one_that_breaks_off_is_no_answer() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    for reports in [true, false] {
        let (id, outcome, mut pieces) = streaming(&api, &mut client).await;
        let mut cut = api.connect().await;
        cut.send(format!("{}4\r\nhalf\r\n", head(id))).await;
        pieces.recv().await;
        assert_eq!(taken(&mut pieces).await, "half");
        drop(cut);
        assert_eq!(pieces.recv().await, None);
        let whole = client.call(&post(&format!("invocation/{id}/response"), "{}")).await;
        assert_eq!(whole.status, 403, "half of it has left already");
        assert_eq!(api.bare.slot.phase(), Phase::Invoking, "its process may have died");
        if reports {
            let error = r#"{"errorType":"Mine"}"#;
            client.call(&post(&format!("invocation/{id}/error"), error)).await;
            assert_eq!(outcome.await.expect("an outcome").payload, error);
        } else {
            client.send(NEXT).await;
            let outcome = outcome.await.expect("an outcome");
            let text = String::from_utf8_lossy(&outcome.payload).into_owned();
            assert!(outcome.failed && text.contains("Runtime.TruncatedResponse"), "{text}");
        }
    }
    let (id, answer) = api.invoke();
    assert_eq!(client.reply().await.header("lambda-runtime-aws-request-id"), id.to_string());
    client.call(&post(&format!("invocation/{id}/response"), "well")).await;
    assert_eq!(answer.await.expect("an answer").payload, "well");
}

#[tokio::test]
async fn a_timeout_ends_it_and_the_rest_is_late() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, _outcome, mut pieces) = streaming(&api, &mut client).await;
    client.send(format!("{}1\r\nx\r\n", head(id))).await;
    pieces.recv().await;
    assert_eq!(taken(&mut pieces).await, "x");
    let outcome = api.bare.slot.time_out(id).expect("it runs");
    assert!(outcome.failed);
    client.send("0\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 403);
}

#[tokio::test]
async fn another_mode_is_refused() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, _outcome, _pieces) = streaming(&api, &mut client).await;
    client.send(head(id).replace("streaming", "dreaming") + "0\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 400);
}
