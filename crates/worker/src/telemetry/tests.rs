//! Tables of what can be asked for, and what is kept of what comes too fast.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Frame;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::buffer::{Buffer, Due};
use super::delivery::{ANSWER_BYTES, drain};
use super::subscription::{Buffering, Destination};
use super::*;

fn request() -> Value {
    json!({
        "schemaVersion": "2022-12-13",
        "types": ["platform", "function"],
        "buffering": { "maxItems": 1000, "maxBytes": 262_144, "timeoutMs": 25 },
        "destination": { "protocol": "HTTP", "URI": "http://sandbox.localdomain:8080/logs?a" },
    })
}

fn read(api: Api, request: &Value) -> Result<Wish, String> {
    api.read(request.to_string().as_bytes())
}

#[test]
fn what_is_asked_for_is_read() {
    let wish = read(Api::Telemetry, &request()).expect("it is right");
    assert_eq!(wish.kinds, [Kind::Platform, Kind::Function]);
    assert_eq!(wish.buffering.time, Duration::from_millis(25));
    let path = "/logs?a".to_owned();
    assert_eq!(wish.destination, Destination::Http { port: 8080, path });
    let mut plain = request();
    plain.as_object_mut().expect("an object").remove("buffering");
    plain["destination"] = json!({ "protocol": "TCP", "port": 9 });
    let wish = read(Api::Telemetry, &plain).expect("it is right");
    let time = Duration::from_secs(1);
    assert_eq!(wish.buffering, Buffering { items: 10_000, bytes: 262_144, time });
    assert_eq!(wish.destination, Destination::Tcp { port: 9 });
}

#[test]
fn what_is_wrong_is_said() {
    for (pointer, value) in [
        ("/schemaVersion", json!("2020-08-15")),
        ("/schemaVersion", Value::Null),
        ("/types", json!([])),
        ("/types", json!(["other"])),
        ("/buffering/maxItems", json!(999)),
        ("/buffering/maxItems", json!(10_001)),
        ("/buffering/maxBytes", json!(262_143)),
        ("/buffering/maxBytes", json!(1_048_577)),
        ("/buffering/timeoutMs", json!(24)),
        ("/buffering/timeoutMs", json!(30_001)),
        ("/destination/protocol", json!("UDP")),
        ("/destination/URI", json!("http://example.com:8080")),
        ("/destination/URI", json!("https://sandbox.localdomain:8080")),
        ("/destination/URI", json!("sandbox.localdomain:8080")),
        ("/destination", json!({ "protocol": "TCP", "port": 0 })),
        ("/destination", json!({ "protocol": "TCP" })),
    ] {
        let mut wrong = request();
        *wrong.pointer_mut(pointer).expect("a member") = value;
        assert!(read(Api::Telemetry, &wrong).is_err(), "{wrong}");
    }
    assert!(Api::Telemetry.read(b"{").is_err());
}

#[test]
fn the_older_api_tells_less() {
    let mut old = request();
    old["schemaVersion"] = "2021-03-18".into();
    assert!(read(Api::Logs, &old).is_ok());
    for (name, telemetry, logs) in [
        ("platform.initStart", true, false),
        ("platform.report", true, true),
        ("platform.end", false, true),
        ("function", true, true),
    ] {
        assert_eq!(
            (Api::Telemetry.tells(name), Api::Logs.tells(name)),
            (telemetry, logs),
            "{name}"
        );
    }
}

#[test]
fn a_line_is_an_object_only_in_a_log_of_objects() {
    assert_eq!(record_of(b"{\"a\":1}\n", true), json!({ "a": 1 }));
    assert_eq!(record_of(b"{\"a\":1}\n", false), json!("{\"a\":1}\n"));
    assert_eq!(record_of(b"7\n", true), json!("7\n"));
}

const BOUNDS: Buffering = Buffering { items: 10, bytes: 100, time: Duration::from_secs(1) };

proptest! {
    #[test]
    fn what_comes_is_delivered_in_order_or_counted(
        sizes in prop::collection::vec((1..120usize, prop::bool::weighted(0.1)), 0..200),
    ) {
        let mut buffer = Buffer::new(BOUNDS);
        let (mut came, mut delivered, mut dropped) = (0u64, Vec::new(), 0);
        let mut take = |buffer: &mut Buffer| {
            for event in buffer.batch() {
                let event: Value = serde_json::from_slice(&event).expect("JSON");
                match event["record"]["droppedRecords"].as_u64() {
                    Some(records) => dropped += records,
                    None => delivered.push(event["n"].as_u64().expect("ours")),
                }
            }
        };
        for (size, taken) in sizes {
            buffer.push(json!({ "n": came, "pad": "x".repeat(size) }).to_string().into());
            came += 1;
            if taken {
                take(&mut buffer);
            }
        }
        buffer.flush();
        while buffer.due() == Due::Now {
            take(&mut buffer);
        }
        // What was dropped after the last that was delivered nobody can be told of any more.
        take(&mut buffer);
        prop_assert!(delivered.is_sorted());
        prop_assert_eq!(delivered.len() as u64 + dropped, came);
    }
}

/// An answer that never ends: of nothing but such pieces, or silent.
struct Endless(Option<Bytes>);

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &self.0 {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece.clone())))),
            None => Poll::Pending,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_read_up_to_a_bound() {
    let full = |bytes: usize| Full::new(Bytes::from(vec![0; bytes]));
    assert!(drain(full(ANSWER_BYTES)).await);
    assert!(!drain(full(ANSWER_BYTES + 1)).await);
    assert!(!drain(Endless(Some(Bytes::from_static(b"piece")))).await);
    assert!(!drain(Endless(None)).await);
}

fn waiting(feed: &Feed) -> Vec<usize> {
    let count = |one: &Listener| one.subscriber.buffer().batch().len();
    feed.state().listeners.iter().map(count).collect()
}

#[tokio::test]
async fn what_is_kept_for_late_subscribers_is_bounded() {
    let feed = Feed::default();
    let line = vec![b'\\'; 128 * 1024];
    for _ in 0..12 {
        feed.function(&line, false);
    }
    let kept = feed.state().history.as_ref().map(|history| (history.events.len(), history.bytes));
    let (events, bytes) = kept.expect("it is not too late");
    assert!(events > 0 && bytes <= HISTORY_BYTES, "{events} events, {bytes} bytes");
    // What is short still finds room.
    feed.platform("platform.initRuntimeDone", &json!({}));
    let after = feed.state().history.as_ref().map(|history| history.events.len());
    assert_eq!(after, Some(events + 1));
}

#[tokio::test]
async fn who_subscribes_again_takes_its_own_place() {
    let feed = Feed::default();
    feed.function(b"line\n", false);
    let wish = || read(Api::Telemetry, &request()).expect("it is right");
    let alive = Arc::new(());
    for (api, name) in [
        (Api::Telemetry, "a"),
        (Api::Telemetry, "a"),
        (Api::Logs, "a"),
        (Api::Telemetry, "b"),
        (Api::Telemetry, "a"),
    ] {
        let held = Arc::clone(&alive);
        let deliver = |_| async move {
            let _held = held;
            std::future::pending().await
        };
        assert!(feed.admit(api, name, wish(), deliver));
    }
    // Each has what came before it, once.
    assert_eq!(waiting(&feed), [1, 1, 1]);
    // Nobody delivers any more to those that were replaced.
    while Arc::strong_count(&alive) > 4 {
        tokio::task::yield_now().await;
    }
    drop(feed);
    while Arc::strong_count(&alive) > 1 {
        tokio::task::yield_now().await;
    }
}
