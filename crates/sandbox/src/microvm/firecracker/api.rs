//! Firecracker's API socket: HTTP/1.1, one call after the other on one connection.
//!
//! A client of our own, because it needs little: a call has a small body, and what an answer says
//! beyond its status matters only where it is a refusal. All that comes is bounded, since a guest
//! may have taken Firecracker over.

use std::io;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::calls::Call;

/// How long an answer may take. It takes milliseconds on a healthy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one may take that waits for all of a guest's memory to be written.
const LONG_PATIENCE: Duration = Duration::from_secs(300);

/// Longest head of an answer, in bytes.
const HEAD: usize = 8 * 1024;

/// Longest body of an answer, in bytes.
const BODY: usize = 64 * 1024;

/// What can go wrong between us and Firecracker.
#[derive(Debug, Error)]
pub enum ApiError {
    /// Firecracker cannot be spoken with.
    #[error("Firecracker cannot be spoken with")]
    Stream(#[from] io::Error),
    /// Firecracker is gone.
    #[error("Firecracker is gone")]
    Gone,
    /// It said nothing for too long.
    #[error("Firecracker did not answer within {0} seconds: the machine may be overloaded")]
    Silent(u64),
    /// It said what it never says.
    #[error("Firecracker is not understood: {0}")]
    Nonsense(String),
    /// It refused.
    #[error("Firecracker refuses {call}: {why}")]
    Refused {
        /// What was asked.
        call: String,
        /// Its words.
        why: String,
    },
}

/// How it says why not.
#[derive(Deserialize)]
struct Fault {
    fault_message: String,
}

struct Answer {
    status: u16,
    body: Vec<u8>,
}

/// The connection to one Firecracker.
#[derive(Debug)]
pub struct Api {
    socket: UnixStream,
    input: Vec<u8>,
}

impl Api {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self { socket, input: Vec::new() }
    }

    /// Has a call done.
    pub(super) async fn call(&mut self, call: &Call) -> Result<(), ApiError> {
        self.call_within(call, PATIENCE).await
    }

    /// Has a call done that waits for a guest's memory.
    pub(super) async fn call_slowly(&mut self, call: &Call) -> Result<(), ApiError> {
        self.call_within(call, LONG_PATIENCE).await
    }

    async fn call_within(&mut self, call: &Call, patience: Duration) -> Result<(), ApiError> {
        let answer = timeout(patience, self.exchange(call)).await;
        let answer = answer.map_err(|_| ApiError::Silent(patience.as_secs()))??;
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        let why = match serde_json::from_slice(&answer.body) {
            Ok(Fault { fault_message }) => fault_message,
            Err(_) => format!("status {}", answer.status),
        };
        Err(ApiError::Refused { call: format!("{} {}", call.method, call.path), why })
    }

    async fn exchange(&mut self, call: &Call) -> Result<Answer, ApiError> {
        let Call { method, path, body } = call;
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket.write_all(request.as_bytes()).await.map_err(gone)?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Answer, ApiError> {
        let end = loop {
            if let Some(end) = self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if self.input.len() > HEAD {
                return Err(ApiError::Nonsense("a head without an end".into()));
            }
            self.read().await?;
        };
        let head: Vec<u8> = self.input.drain(..end + 4).collect();
        let (status, length) = read_head(&head)
            .ok_or_else(|| ApiError::Nonsense(String::from_utf8_lossy(&head).into_owned()))?;
        if length > BODY {
            return Err(ApiError::Nonsense(format!("an answer of {length} bytes")));
        }
        while self.input.len() < length {
            self.read().await?;
        }
        Ok(Answer { status, body: self.input.drain(..length).collect() })
    }

    async fn read(&mut self) -> Result<(), ApiError> {
        match self.socket.read_buf(&mut self.input).await.map_err(gone)? {
            0 => Err(ApiError::Gone),
            _ => Ok(()),
        }
    }
}

fn gone(error: io::Error) -> ApiError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => ApiError::Gone,
        _ => ApiError::Stream(error),
    }
}

/// Status and length of the body. An answer without a length has no body.
fn read_head(head: &[u8]) -> Option<(u16, usize)> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let status = words.next().filter(|word| word.starts_with("HTTP/1.")).and(words.next())?;
    let mut length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    Some((status.parse().ok()?, length))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One call, answered with this by somebody who then goes.
    async fn answered(answer: &'static [u8]) -> Result<(), ApiError> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let call = Call { method: "PUT", path: "/entropy".into(), body: json!({}) };
        let mut api = Api::new(ours);
        let peer = async {
            let mut asked = [0; 1024];
            let read = theirs.read(&mut asked).await.unwrap();
            assert!(asked[..read].starts_with(b"PUT /entropy HTTP/1.1\r\n"));
            assert!(asked[..read].ends_with(b"Content-Length: 2\r\n\r\n{}"));
            theirs.write_all(answer).await.unwrap();
            drop(theirs);
        };
        tokio::join!(api.call(&call), peer).0
    }

    #[tokio::test]
    async fn an_answer_is_a_yes_or_says_why_not() {
        let yes = b"HTTP/1.1 204 \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n\r\n";
        answered(yes).await.unwrap();
        let no = answered(
            b"HTTP/1.1 400 \r\ncontent-length: 33\r\n\r\n{\"fault_message\":\"no such thing\"}",
        );
        let no = no.await.unwrap_err().to_string();
        assert_eq!(no, "Firecracker refuses PUT /entropy: no such thing");
        let odd = answered(b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno").await.unwrap_err();
        assert_eq!(odd.to_string(), "Firecracker refuses PUT /entropy: status 500");
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for cut in [&b""[..], b"HTTP/1.1 204 \r\n", b"HTTP/1.1 200 \r\nContent-Length: 9\r\n\r\nx"]
        {
            let error = answered(cut).await.unwrap_err();
            assert!(matches!(error, ApiError::Gone), "{error:?}");
        }
        for nonsense in [
            &b"hello\r\n\r\n"[..],
            b"HTTP/1.1 yes\r\n\r\n",
            b"HTTP/1.1 200 \r\nContent-Length: -1\r\n\r\n",
            b"HTTP/1.1 200 \r\nContent-Length: 99999999\r\n\r\n",
            &[b'x'; HEAD + 2],
        ] {
            let error = answered(nonsense).await.unwrap_err();
            assert!(matches!(error, ApiError::Nonsense(_)), "{error:?}");
        }
    }
}
