//! A client that sends exactly the bytes it is told, and a slot to talk to.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use fika_model::RequestId;
use fika_sandbox::Door;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::runtime_api;
use crate::slot::Begin;
use crate::testing::{self, Bare, invocation};
use crate::{Invocation, Outcome};

pub(super) const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: x\r\n\r\n";

/// A slot whose runtime initialises, and the Runtime API before it. Nobody keeps it.
pub(super) struct Api {
    pub bare: Bare,
    pub address: SocketAddr,
}

impl Api {
    pub async fn new() -> Self {
        let bare = testing::bare(testing::version(Duration::from_secs(60)));
        assert_eq!(bare.slot.starting(), Begin::First);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let door = Arc::new(Door::tcp(listener).expect("an event loop"));
        let role = Arc::new(testing::Role);
        tokio::spawn(runtime_api::serve(Arc::clone(&bare.slot), door, role));
        Self { bare, address }
    }

    pub async fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.address).await.expect("a connection");
        Client(BufReader::new(stream))
    }

    pub fn invoke(&self) -> (RequestId, oneshot::Receiver<Outcome>) {
        let given = invocation(r#"{"n":1}"#, false);
        (given.request_id, self.accept(given))
    }

    pub fn accept(&self, given: Invocation) -> oneshot::Receiver<Outcome> {
        self.bare.slot.accept(given).expect("a free slot")
    }

    /// Runs one invocation through, to show that all is well.
    pub async fn serves(&self, client: &mut Client) {
        let (id, answer) = self.invoke();
        assert_eq!(client.call(NEXT).await.header("lambda-runtime-aws-request-id"), id.to_string());
        assert_eq!(
            client.call(&post(&format!("invocation/{id}/response"), "well")).await.status,
            202
        );
        assert_eq!(answer.await.expect("an answer").payload, "well");
    }
}

pub(super) struct Client(BufReader<TcpStream>);

#[derive(Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub version: String,
    headers: HashMap<String, String>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Its `errorType`, of a refusal.
    pub fn error_type(&self) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        assert!(json["errorMessage"].as_str().is_some_and(|text| !text.is_empty()), "{json}");
        json["errorType"].as_str().expect("a type").into()
    }
}

impl Client {
    pub async fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes).await
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("a server that reads");
    }

    pub async fn call(&mut self, request: &str) -> Reply {
        self.send(request).await;
        self.reply().await
    }

    pub async fn reply(&mut self) -> Reply {
        self.try_reply().await.expect("a reply")
    }

    /// `None` when the connection is closed instead.
    pub async fn try_reply(&mut self) -> Option<Reply> {
        let status_line = self.line().await.filter(|line| !line.is_empty())?;
        let (version, rest) = status_line.split_once(' ').expect("a status line");
        let status = rest[..3].parse().expect("a status");
        let mut headers = HashMap::new();
        while let Some(line) = self.line().await.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ").expect("a header");
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |n| n.parse().expect("a length"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.ok()?;
        let (version, body) = (version.into(), String::from_utf8(body).expect("text"));
        Some(Reply { status, version, headers, body })
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await.ok()?;
        Some(line.trim_end().to_owned())
    }

    pub async fn is_closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0]).await, Ok(0) | Err(_))
    }
}

pub(super) fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
