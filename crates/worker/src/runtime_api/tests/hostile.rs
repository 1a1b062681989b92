//! What a runtime may not do: whatever it is, the next invocation works.

use super::client::{Api, NEXT, post};
use crate::runtime_api::CONNECTIONS;
use crate::slot::Phase;
use crate::testing::Counts;

#[tokio::test]
async fn a_body_cut_short_is_no_answer() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, answer) = api.invoke();
    client.call(NEXT).await;
    let path = format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: x\r\n");
    for begun in ["content-length: 10\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhal"] {
        let mut cut = api.connect().await;
        cut.send(format!("{path}{begun}")).await;
        drop(cut);
    }
    let mut broken = api.connect().await;
    broken.send(format!("{path}transfer-encoding: chunked\r\n\r\nno number\r\n")).await;
    assert!(broken.try_reply().await.is_none_or(|reply| reply.status == 400));
    assert_eq!(client.call(&post(&format!("invocation/{id}/response"), "whole")).await.status, 202);
    assert_eq!(answer.await.expect("an answer").payload, "whole");
    api.serves(&mut client).await;
}

#[tokio::test]
async fn a_timeout_while_the_body_comes_makes_it_late() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let (id, _answer) = api.invoke();
    client.call(NEXT).await;
    let call = post(&format!("invocation/{id}/response"), "late");
    client.send(&call[..call.len() - 1]).await;
    assert!(api.bare.slot.time_out(id).is_some());
    client.send(&call[call.len() - 1..]).await;
    assert_eq!(client.reply().await.status, 403);
    assert_eq!(api.bare.slot.phase(), Phase::Stopping);
    assert_eq!(
        api.bare.heard.counts(),
        Counts::default(),
        "the keeper says idle, when all is dead"
    );
}

#[tokio::test]
async fn header_bombs_and_no_http_at_all_end_only_their_connection() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    api.serves(&mut client).await;
    let line = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n";
    let long = format!("{line}x: {}\r\n\r\n", "y".repeat(2_000_000));
    let many = format!("{line}{}\r\n", "x: y\r\n".repeat(20_000));
    let path = format!("GET /{} HTTP/1.1\r\n\r\n", "z".repeat(2_000_000));
    let two_lengths = format!("{}content-length: 1\r\ncontent-length: 2\r\n\r\n", line);
    let bombs: [&[u8]; 7] = [
        long.as_bytes(),
        many.as_bytes(),
        path.as_bytes(),
        two_lengths.as_bytes(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
    ];
    for bomb in bombs {
        let mut bomber = api.connect().await;
        // It may be cut off while it sends.
        let _ = bomber.try_send(bomb).await;
        let reply = bomber.try_reply().await;
        assert!(
            reply.as_ref().is_none_or(|reply| (400..=431).contains(&reply.status)),
            "{reply:?}"
        );
        assert!(bomber.is_closed().await);
    }
    api.serves(&mut client).await;
}

#[tokio::test]
async fn idle_connections_do_not_hinder_the_one_that_works() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    api.serves(&mut client).await;
    let mut idle = Vec::new();
    for _ in 0..CONNECTIONS + 8 {
        idle.push(api.connect().await);
    }
    api.serves(&mut client).await;
    let mut late = api.connect().await;
    drop(idle);
    api.serves(&mut late).await;
}

#[tokio::test]
async fn a_body_that_nobody_wants_is_read_so_that_the_refusal_is_seen() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    let large = "x".repeat(8_000_000);
    for path in ["invocation/none/response", "invocation/none/error"] {
        assert_eq!(client.call(&post(path, &large)).await.status, 403);
    }
    assert_eq!(client.call(&post("init/error", &large)).await.status, 413);
    assert_eq!(api.bare.slot.phase(), Phase::Starting);
    api.serves(&mut client).await;
}

#[tokio::test]
async fn hanging_up_on_next_loses_nothing() {
    let api = Api::new().await;
    let mut client = api.connect().await;
    for _ in 0..20 {
        let mut fickle = api.connect().await;
        fickle.send(NEXT).await;
        until(|| api.bare.slot.is_parked()).await;
        drop(fickle);
        until(|| !api.bare.slot.is_parked()).await;
        api.serves(&mut client).await;
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}
