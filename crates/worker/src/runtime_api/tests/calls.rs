//! What a runtime may say, and when.

use std::time::{SystemTime, UNIX_EPOCH};

use fika_model::{RequestId, limits};

use super::client::{Api, NEXT, post};
use crate::slot::{Command, Phase};
use crate::testing::{Counts, invocation};

#[tokio::test]
async fn credentials_are_for_who_shows_the_token() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let mut get = async |method: &str, header: &str| {
        let head = format!("{method} /2021-04-23/credentials HTTP/1.1\r\nhost: x\r\n{header}\r\n");
        client.call(&head).await
    };
    let reply = get("GET", "authorization: container\r\n").await;
    assert_eq!(reply.status, 200);
    let document: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!(
        document,
        serde_json::json!({
            "AccessKeyId": "ASIAOFTHETESTS",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": "2026-11-23T06:00:00Z",
        })
    );
    for header in ["", "authorization: other\r\n"] {
        let reply = get("GET", header).await;
        assert_eq!((reply.status, reply.error_type().as_str()), (403, "AccessDenied"));
    }
    assert_eq!(get("DELETE", "authorization: container\r\n").await.status, 404);
}

#[tokio::test]
async fn what_is_to_become_no_snapshot_cannot_ask_for_it() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    for path in ["/fika/checkpoint", "/2018-06-01/runtime/restore/next"] {
        let reply = client.call(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        assert_eq!((reply.status, reply.error_type().as_str()), (403, "InvalidStateTransition"));
    }
    assert_eq!(api.bare.slot.phase(), Phase::Starting);
}

#[tokio::test]
async fn an_invocation_goes_in_and_comes_out() {
    let mut api = Api::new().await;
    let mut client = api.connect().await;
    let mut given = invocation(r#"{"n":1}"#, false);
    given.client_context = Some(r#"{"client":{}}"#.into());
    given.trace_id = Some("Root=1-2-3".into());
    let id = given.request_id.to_string();
    let before = SystemTime::now();
    let answer = api.accept(given);
    let next = client.call(NEXT).await;
    assert_eq!((next.status, next.body.as_str()), (200, r#"{"n":1}"#));
    let arn = api.bare.slot.version.arn.to_string();
    for (name, value) in [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-invoked-function-arn", &arn),
        ("lambda-runtime-trace-id", "Root=1-2-3"),
        ("lambda-runtime-client-context", r#"{"client":{}}"#),
        ("content-type", "application/json"),
    ] {
        assert_eq!(next.header(name), value, "{name}");
    }
    let ms = |time: SystemTime| time.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let deadline: u128 = next.header("lambda-runtime-deadline-ms").parse().expect("a number");
    let timeout = api.bare.slot.version.timeout;
    assert!((ms(before + timeout)..=ms(SystemTime::now() + timeout)).contains(&deadline));
    assert!(matches!(api.bare.created.try_recv(), Ok(Ok(()))), "asking for work ends the init");

    let done = client.call(&post(&format!("invocation/{id}/response"), "[2]")).await;
    assert_eq!((done.status, done.body.as_str()), (202, "{\"status\":\"OK\"}\n"));
    let outcome = answer.await.expect("an answer");
    assert_eq!(
        (&outcome.payload[..], outcome.failed, outcome.log_tail),
        (&b"[2]"[..], false, None)
    );
    assert_eq!(api.bare.heard.counts(), Counts { idle: 1, dead: 0 });
}

#[tokio::test]
async fn an_error_is_passed_on_as_it_is() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, answer) = api.invoke();
    client.call(NEXT).await;
    let sent = "not even JSON";
    assert_eq!(client.call(&post(&format!("invocation/{id}/error"), sent)).await.status, 202);
    let outcome = answer.await.expect("an answer");
    assert_eq!((&outcome.payload[..], outcome.failed), (sent.as_bytes(), true));
    api.serves(&mut client).await;
}

#[tokio::test]
async fn an_init_error_is_said_once_and_then_nothing_else() {
    let mut api = Api::new().await;
    let mut client = api.connect().await;
    let error = post("init/error", r#"{"errorType":"A.B"}"#);
    assert_eq!(client.call(&error).await.status, 202);
    assert_eq!(api.bare.inbox.try_recv(), Ok(Command::InitFailed));
    for call in [error.as_str(), NEXT] {
        let refused = client.call(call).await;
        assert_eq!((refused.status, &*refused.error_type()), (403, "InvalidStateTransition"));
    }
    assert!(api.bare.inbox.try_recv().is_err(), "one command, however often it is said");
}

#[tokio::test]
async fn what_is_no_call_is_not_found() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let id = RequestId::random();
    for line in [
        "GET /".into(),
        "GET /2018-06-01/".into(),
        "GET /2015-03-31/runtime/invocation/next".into(),
        "GET /2018-06-01/runtime/invocation/next/".into(),
        "GET /2018-06-01/runtime/../runtime/invocation/next".into(),
        "POST /2018-06-01/runtime/invocation/next".into(),
        "HEAD /2018-06-01/runtime/init/error".into(),
        "GET /2018-06-01/runtime/init/error".into(),
        format!("GET /2018-06-01/runtime/invocation/{id}/response"),
        format!("PUT /2018-06-01/runtime/invocation/{id}/response"),
        format!("POST /2018-06-01/runtime/invocation/{id}"),
        format!("POST /2018-06-01/runtime/invocation/{id}/answer"),
        format!("POST /2018-06-01/runtime/invocation/{id}/response/"),
        "GET http://elsewhere/2018-06-01".into(),
        "GET /2020-01-01/extension/register".into(),
    ] {
        client.send(format!("{line} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        if line.starts_with("HEAD") {
            // No body follows, whatever its length says.
            client = api.connect().await;
            continue;
        }
        let reply = client.reply().await;
        assert_eq!((reply.status, &*reply.error_type()), (404, "NotFound"), "{line}");
    }
    assert_eq!(api.bare.slot.phase(), Phase::Starting, "none of that changed anything");
    api.serves(&mut client).await;
}

#[tokio::test]
async fn answers_out_of_order_are_refused_and_change_nothing() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let other = RequestId::random();
    let early = client.call(&post(&format!("invocation/{other}/response"), "x")).await;
    assert_eq!((early.status, &*early.error_type()), (403, "InvalidStateTransition"));

    let (id, mut answer) = api.invoke();
    let early = client.call(&post(&format!("invocation/{id}/response"), "x")).await;
    assert_eq!(early.status, 403, "it has not been given out");
    client.call(NEXT).await;
    assert_eq!(client.call(NEXT).await.status, 403, "it has one already");
    for wrong in [other.to_string(), id.to_string().to_uppercase(), "".into(), "%2e%2e".into()] {
        let refused = client.call(&post(&format!("invocation/{wrong}/response"), "x")).await;
        assert_eq!((refused.status, &*refused.error_type()), (400, "InvalidRequestID"), "{wrong}");
    }
    assert!(answer.try_recv().is_err());
    let right = post(&format!("invocation/{id}/response"), "right");
    assert_eq!(client.call(&right).await.status, 202);
    for verb in ["response", "error"] {
        let again = client.call(&post(&format!("invocation/{id}/{verb}"), "again")).await;
        assert_eq!((again.status, &*again.error_type()), (403, "InvalidStateTransition"));
    }
    assert_eq!(answer.await.expect("an answer").payload, "right");
    assert_eq!(api.bare.heard.counts(), Counts { idle: 1, dead: 0 });
    api.serves(&mut client).await;
}

#[tokio::test]
async fn an_answer_and_the_next_call_may_come_in_one_write() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, answer) = api.invoke();
    client.call(NEXT).await;
    client.send(post(&format!("invocation/{id}/response"), "one") + NEXT).await;
    assert_eq!(answer.await.expect("an answer").payload, "one");
    let (second, _answer) = api.invoke();
    assert_eq!(client.reply().await.status, 202);
    let next = client.reply().await;
    assert_eq!(next.header("lambda-runtime-aws-request-id"), second.to_string());
}

#[tokio::test]
async fn bodies_come_in_every_form_http_has() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let path = |id| format!("POST /2018-06-01/runtime/invocation/{id}/response");

    let (id, answer) = api.invoke();
    client.call(NEXT).await;
    let head = format!("{} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", path(id));
    client.send(head + "3\r\nabc\r\n").await;
    assert_eq!(client.call("2;x=y\r\nde\r\n0\r\ntrailer: t\r\n\r\n").await.status, 202);
    assert_eq!(answer.await.expect("an answer").payload, "abcde");

    let (id, answer) = api.invoke();
    client.call(NEXT).await;
    let head = format!(
        "{} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n",
        path(id)
    );
    assert_eq!(client.call(&head).await.status, 100);
    assert_eq!(client.call("ok").await.status, 202);
    assert_eq!(answer.await.expect("an answer").payload, "ok");

    let (id, answer) = api.invoke();
    let mut old = api.connect().await;
    let next = old.call(&NEXT.replace("HTTP/1.1\r\nhost: x", "HTTP/1.0")).await;
    assert_eq!((next.status, &*next.version), (200, "HTTP/1.0"));
    assert!(old.is_closed().await);
    let head = format!("{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n", path(id));
    assert_eq!(client.call(&(head + "content-length: 0\r\n\r\n")).await.status, 202);
    assert!(client.is_closed().await);
    assert_eq!(answer.await.expect("an answer").payload, "");
    api.serves(&mut api.connect().await).await;
}

#[tokio::test]
async fn the_largest_answer_is_taken_and_no_larger_one() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let largest = "x".repeat(limits::SYNC_RESPONSE_BYTES);
    let (id, answer) = api.invoke();
    client.call(NEXT).await;
    let taken = client.call(&post(&format!("invocation/{id}/response"), &largest)).await;
    assert_eq!(taken.status, 202);
    assert_eq!(answer.await.expect("an answer").payload.len(), largest.len());

    let seven_mb = "y".repeat(7_000_000);
    let chunked = format!("{:x}\r\n{seven_mb}\r\n0\r\n\r\n", seven_mb.len());
    let length = format!("content-length: {}", seven_mb.len());
    for (header, body) in [("transfer-encoding: chunked", chunked), (&length, seven_mb)] {
        let (id, answer) = api.invoke();
        client.call(NEXT).await;
        let line = format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1");
        let refused = client.call(&format!("{line}\r\nhost: x\r\n{header}\r\n\r\n{body}")).await;
        assert_eq!((refused.status, &*refused.error_type()), (413, "RequestEntityTooLarge"));
        let outcome = answer.await.expect("an answer");
        assert!(outcome.failed);
        let text = String::from_utf8_lossy(&outcome.payload);
        assert!(text.contains("\"Function.ResponseSizeTooLarge\""), "{text}");
        api.serves(&mut client).await;
    }
}
