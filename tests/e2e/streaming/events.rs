//! The events of a streamed answer, taken apart by the published format.

use serde_json::Value;

use crate::harness::{Client, Connection, Response};

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// `PayloadChunk`
    Chunk(Vec<u8>),
    /// `InvokeComplete`
    Complete(Value),
}

/// Those of one answer.
pub struct Events {
    connection: Connection,
    read: Vec<u8>,
}

/// Invokes with a response stream, as far as the answer's head.
pub fn begin(client: &Client, name: &str, payload: &Value) -> (Response, Events) {
    let target = format!("/2021-11-15/functions/{name}/response-streaming-invocations");
    let request = client.signed("POST", &target, payload.to_string());
    let mut connection = Connection::open(client.address).expect("a connection");
    connection.send(&request).expect("a server");
    let head = connection.read_head().expect("an answer").expect(200);
    if head.get("transfer-encoding") == Some("chunked") {
        return (head, Events { connection, read: Vec::new() });
    }
    let length = head.get("content-length").and_then(|text| text.parse().ok()).expect("a length");
    let read = connection.read_exact(length).expect("a body");
    (head, Events { connection, read })
}

/// All that was written, and how it ended.
pub fn invoke(client: &Client, name: &str, payload: &Value) -> (Vec<u8>, Value) {
    let mut all = Vec::new();
    let (_, mut events) = begin(client, name, payload);
    loop {
        match events.next() {
            Event::Chunk(data) => all.extend(data),
            Event::Complete(end) => return (all, end),
        }
    }
}

impl Events {
    /// # Panics
    /// When the answer breaks off.
    pub fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.take() {
                return event;
            }
            let more = self.connection.read_chunk().expect("more of the answer");
            assert!(!more.is_empty(), "the answer ended without an end");
            self.read.extend(more);
        }
    }

    fn take(&mut self) -> Option<Event> {
        let number = |at: usize| {
            let bytes: [u8; 4] = self.read.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(bytes)).ok()
        };
        let (all, headers) = (number(0)?, number(4)?);
        if self.read.len() < all {
            return None;
        }
        let message: Vec<u8> = self.read.drain(..all).collect();
        let kind = String::from_utf8_lossy(&message[12..12 + headers]).into_owned();
        let payload = message[12 + headers..all - 4].to_vec();
        Some(if kind.contains("PayloadChunk") {
            Event::Chunk(payload)
        } else {
            assert!(kind.contains("InvokeComplete"), "{kind}");
            Event::Complete(serde_json::from_slice(&payload).expect("JSON"))
        })
    }
}
