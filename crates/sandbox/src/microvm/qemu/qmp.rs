//! QEMU's control protocol: a JSON object a line each way, and events between the answers.
//!
//! Described in QEMU's documentation, "QEMU Machine Protocol Specification".

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use fika_init::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// How long an answer may take. It takes milliseconds on a healthy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest line, in bytes: a QEMU that was taken over must not make us hold more.
const LINE: usize = 256 * 1024;

/// What can go wrong between us and QEMU.
#[derive(Debug, Error)]
pub enum QmpError {
    /// QEMU is gone, or cannot be spoken with.
    #[error("QEMU cannot be spoken with")]
    Stream(#[from] io::Error),
    /// QEMU is gone.
    #[error("QEMU is gone")]
    Gone,
    /// It said nothing for too long.
    #[error("QEMU did not answer within {} seconds: the machine may be overloaded", PATIENCE.as_secs())]
    Silent,
    /// It said what it never says.
    #[error("QEMU is not understood: {0}")]
    Nonsense(String),
    /// It refused.
    #[error("QEMU refuses {command}: {why}")]
    Refused {
        /// What was asked.
        command: &'static str,
        /// Its words.
        why: String,
    },
}

/// What comes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Said {
    Greeting {
        #[serde(rename = "QMP")]
        _version: Value,
    },
    Event {
        event: String,
        #[serde(default)]
        data: Value,
    },
    Done {
        #[serde(rename = "return")]
        _value: Value,
    },
    Refused {
        error: Refusal,
    },
}

#[derive(Debug, Deserialize)]
struct Refusal {
    desc: String,
}

/// The stream to one QEMU.
#[derive(Debug)]
pub struct Qmp {
    socket: UnixStream,
    input: Vec<u8>,
    /// How a migration ended that nobody has asked about yet.
    migration: Option<bool>,
}

impl Qmp {
    /// Waits for QEMU's greeting, and greets back.
    pub async fn greet(socket: std::os::unix::net::UnixStream) -> Result<Self, QmpError> {
        socket.set_nonblocking(true)?;
        let mut qmp =
            Self { socket: UnixStream::from_std(socket)?, input: Vec::new(), migration: None };
        match timeout(PATIENCE, qmp.next()).await.map_err(|_| QmpError::Silent)?? {
            Said::Greeting { .. } => {}
            other => return Err(QmpError::Nonsense(format!("it began with {other:?}"))),
        }
        qmp.run("qmp_capabilities", json!({})).await?;
        Ok(qmp)
    }

    /// Has a command done.
    pub async fn run(&mut self, command: &'static str, arguments: Value) -> Result<(), QmpError> {
        self.run_with(command, arguments, &[]).await
    }

    /// Has a command done that takes a descriptor.
    pub async fn run_with(
        &mut self,
        command: &'static str,
        arguments: Value,
        beside: &[BorrowedFd<'_>],
    ) -> Result<(), QmpError> {
        let done = async {
            self.say(&json!({ "execute": command, "arguments": arguments }), beside).await?;
            loop {
                match self.next().await? {
                    Said::Done { .. } => return Ok(()),
                    Said::Refused { error } => {
                        return Err(QmpError::Refused { command, why: error.desc });
                    }
                    Said::Event { .. } | Said::Greeting { .. } => {}
                }
            }
        };
        timeout(PATIENCE, done).await.map_err(|_| QmpError::Silent)?
    }

    /// Waits for a migration, which is how QEMU calls the writing and reading of a machine's
    /// state, to come to its end.
    pub async fn migrated(&mut self, command: &'static str) -> Result<(), QmpError> {
        let done = async {
            loop {
                match self.migration.take() {
                    Some(true) => return Ok(()),
                    Some(false) => {
                        return Err(QmpError::Refused { command, why: "it failed".into() });
                    }
                    None => drop(self.next().await?),
                }
            }
        };
        timeout(PATIENCE, done).await.map_err(|_| QmpError::Silent)?
    }

    async fn say(&self, word: &Value, mut beside: &[BorrowedFd<'_>]) -> Result<(), QmpError> {
        let line = word.to_string();
        let mut bytes = line.as_bytes();
        while !bytes.is_empty() {
            let socket = &self.socket;
            let send = || stream::send(socket.as_fd(), bytes, beside);
            match socket.async_io(Interest::WRITABLE, send).await {
                Ok(sent) => {
                    bytes = &bytes[sent..];
                    beside = &[];
                }
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Err(QmpError::Gone);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn note(&mut self, said: &Said) {
        let Said::Event { event, data } = said else { return };
        if event == "MIGRATION" {
            self.migration = match data.get("status").and_then(Value::as_str) {
                Some("completed") => Some(true),
                Some("failed") => Some(false),
                _ => None,
            };
        }
    }

    async fn next(&mut self) -> Result<Said, QmpError> {
        loop {
            if let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                let said = serde_json::from_slice(&line)
                    .map_err(|error| QmpError::Nonsense(error.to_string()))?;
                self.note(&said);
                return Ok(said);
            }
            if self.input.len() > LINE {
                return Err(QmpError::Nonsense("a line without an end".into()));
            }
            self.socket.readable().await?;
            match self.socket.try_read_buf(&mut self.input) {
                Ok(0) => return Err(QmpError::Gone),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return Err(QmpError::Gone);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    /// Answers each line that comes with the next of these.
    fn fake(greeting: &'static str, answers: &'static [&'static str]) -> UnixStream {
        let (ours, theirs) = UnixStream::pair().unwrap();
        thread::spawn(move || {
            let mut socket = theirs.try_clone().unwrap();
            writeln!(socket, "{greeting}").unwrap();
            let mut asked = BufReader::new(theirs);
            // Commands come without line ends, each a whole object.
            for answer in answers {
                let mut command = Vec::new();
                asked.read_until(b'}', &mut command).unwrap();
                asked.read_until(b'}', &mut command).unwrap();
                writeln!(socket, "{answer}").unwrap();
            }
        });
        ours
    }

    const GREETING: &str = r#"{"QMP": {"version": {}, "capabilities": []}}"#;

    #[tokio::test]
    async fn events_between_answers_are_no_answers() {
        let event = r#"{"timestamp": {}, "event": "STOP"}
            "#;
        let answers: &[&str] = &[
            "{\"event\": \"RESUME\", \"timestamp\": {}}\n{\"return\": {}}",
            r#"{"error": {"class": "GenericError", "desc": "no such device"}}"#,
            "{\"return\": {}}\n{\"event\": \"MIGRATION\", \"data\": {\"status\": \"active\"}}\n\
             {\"event\": \"MIGRATION\", \"data\": {\"status\": \"completed\"}}",
        ];
        assert!(serde_json::from_str::<Said>(event).is_ok());
        let mut qmp = Qmp::greet(fake(GREETING, answers)).await.unwrap();
        let refused = qmp.run("device_del", json!({})).await;
        assert!(matches!(refused, Err(QmpError::Refused { why, .. }) if why == "no such device"));
        qmp.run("migrate", json!({})).await.unwrap();
        qmp.migrated("migrate").await.unwrap();
        assert!(matches!(qmp.run("stop", json!({})).await, Err(QmpError::Gone)));
    }

    #[tokio::test]
    async fn nonsense_is_an_error() {
        let greeted = Qmp::greet(fake("hello", &[])).await;
        assert!(matches!(greeted, Err(QmpError::Nonsense(_))), "{greeted:?}");
        let greeted = Qmp::greet(fake(r#"{"return": {}}"#, &[])).await;
        assert!(matches!(greeted, Err(QmpError::Nonsense(_))), "{greeted:?}");
    }
}
