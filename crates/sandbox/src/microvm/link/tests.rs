#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream as Socket;
use std::time::Duration;

use fika_init::mux::{MAX_DATA, WINDOW};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::*;

/// Only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A guest that does what it is told to.
struct Guest {
    mux: Mux,
    socket: Socket,
}

/// What a guest heard.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    bytes: Vec<u8>,
    closed: bool,
    reset: bool,
}

impl Guest {
    fn new(mux: Mux) -> (Self, UnixStream) {
        let (socket, host) = Socket::pair().unwrap();
        host.set_nonblocking(true).unwrap();
        (Self { mux, socket }, UnixStream::from_std(host).unwrap())
    }

    fn flush(&mut self) {
        let bytes = self.mux.outgoing().to_vec();
        self.socket.write_all(&bytes).unwrap();
        self.mux.sent(bytes.len());
    }

    fn send(&mut self, channel: u16, bytes: &[u8]) -> usize {
        let sent = self.mux.send(channel, bytes);
        self.flush();
        sent
    }

    /// Reads until a channel has brought as much, or has ended.
    fn hear(&mut self, of: u16, enough: usize) -> Heard {
        let mut heard = Heard::default();
        let mut buffer = vec![0; 4096];
        while heard.bytes.len() < enough && !heard.closed && !heard.reset {
            let read = self.socket.read(&mut buffer).unwrap();
            assert!(read > 0, "the host hung up");
            let mut input = &buffer[..read];
            while let Some(event) = self.mux.next(&mut input).unwrap() {
                match event {
                    Event::Data { channel, bytes } if channel == of => {
                        heard.bytes.extend_from_slice(bytes);
                    }
                    Event::Closed { channel } if channel == of => heard.closed = true,
                    Event::Reset { channel } if channel == of => heard.reset = true,
                    _ => {}
                }
            }
        }
        self.mux.consumed(of, heard.bytes.len());
        self.flush();
        heard
    }
}

fn guest() -> (Guest, Ends) {
    let (guest, host) = Guest::new(Mux::new(Side::Guest));
    let ends = carry(host, None).unwrap();
    (guest, ends)
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("it happens")
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_pass_and_each_half_closes() {
    let (mut guest, mut ends) = guest();
    let number = guest.mux.open(door::ENDPOINT).unwrap();
    guest.send(number, b"question");
    guest.mux.close(number);
    guest.flush();
    let mut connection = soon(ends.doors[1].recv()).await.unwrap();
    assert_eq!(connection.number(), number);
    let mut question = String::new();
    soon(connection.read_to_string(&mut question)).await.unwrap();
    assert_eq!(question, "question");
    soon(connection.write_all(b"answer")).await.unwrap();
    connection.shutdown().await.unwrap();
    let heard = tokio::task::spawn_blocking(move || guest.hear(number, usize::MAX));
    assert_eq!(
        soon(heard).await.unwrap(),
        Heard { bytes: b"answer".into(), closed: true, reset: false }
    );
    assert!(connection.write_all(b"more").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_stops_its_sender_and_nobody_else() {
    let (mut guest, mut ends) = guest();
    let (slow, quick) = (guest.mux.open(0).unwrap(), guest.mux.open(0).unwrap());
    let window = WINDOW as usize;
    let mut sent = 0;
    while sent < window {
        sent += guest.send(slow, &vec![7; MAX_DATA.min(window - sent)]);
    }
    assert_eq!(guest.mux.room(slow), 0);
    guest.send(LOG, b"a line\n");
    guest.send(quick, b"quick");
    let (mut first, mut second) =
        (soon(ends.doors[0].recv()).await.unwrap(), soon(ends.doors[0].recv()).await.unwrap());
    let mut five = [0; 5];
    soon(second.read_exact(&mut five)).await.unwrap();
    assert_eq!(&five, b"quick");
    // What was logged before the bytes is there before them.
    let mut line = [0; 32];
    assert_eq!(ends.log.try_read(&mut line).unwrap(), Some(7));
    let mut all = vec![0; window];
    soon(first.read_exact(&mut all)).await.unwrap();
    assert!(all.iter().all(|&byte| byte == 7));
    soon(second.write_all(b"x")).await.unwrap();
    let guest = tokio::task::spawn_blocking(move || {
        guest.hear(quick, 1);
        guest
    });
    assert!(soon(guest).await.unwrap().mux.room(slow) >= window / 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_breaks_the_rules_ends_its_stream() {
    let (mut guest, mut ends) = guest();
    let number = guest.mux.open(0).unwrap();
    guest.send(number, b"half");
    let mut connection = soon(ends.doors[0].recv()).await.unwrap();
    guest.socket.write_all(&[0xff; 64]).unwrap();
    let mut rest = String::new();
    soon(connection.read_to_string(&mut rest)).await.unwrap();
    assert_eq!(rest, "half");
    assert!(connection.write_all(b"x").await.is_err());
    soon(ends.control.readable()).await;
    assert_eq!(ends.control.try_read(&mut [0; 8]).unwrap(), Some(0));
    assert!(soon(ends.doors[0].recv()).await.is_none());
    let mut there = Vec::new();
    guest.socket.read_to_end(&mut there).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lets_go_of_a_connection_is_sent_no_more() {
    let (mut guest, mut ends) = guest();
    let number = guest.mux.open(0).unwrap();
    guest.send(number, b"hello");
    drop(soon(ends.doors[0].recv()).await.unwrap());
    let heard = tokio::task::spawn_blocking(move || {
        let closed = guest.hear(number, usize::MAX).closed;
        guest.send(number, b"anybody?");
        (closed, guest.hear(number, usize::MAX).reset)
    });
    assert_eq!(soon(heard).await.unwrap(), (true, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_kept_is_carried_on_with() {
    let (mut guest, mut ends) = guest();
    let number = guest.mux.open(0).unwrap();
    guest.send(LOG, b"what nobody reads");
    guest.send(number, b"question");
    let mut connection = soon(ends.doors[0].recv()).await.unwrap();
    assert_eq!(ends.control.keep(), None, "there are bytes to read");
    ends.control.stop_sending();
    let mut question = [0; 8];
    soon(connection.read_exact(&mut question)).await.unwrap();
    let kept = ends.control.keep().unwrap();
    let kept: Kept = serde_json::from_slice(&serde_json::to_vec(&kept).unwrap()).unwrap();
    let stopped = guest.mux.save().unwrap();
    // Two of them, of one.
    for answer in ["one", "two"] {
        let (mut guest, host) = Guest::new(Mux::resume(Side::Guest, &stopped).unwrap());
        let ends = carry(host, Some(&kept)).unwrap();
        let [(door::RUNTIME_API, connection)] = &mut { ends.open }[..] else { panic!("none open") };
        assert_eq!(connection.number(), number);
        soon(connection.write_all(answer.as_bytes())).await.unwrap();
        let heard = tokio::task::spawn_blocking(move || guest.hear(number, 3).bytes);
        assert_eq!(soon(heard).await.unwrap(), answer.as_bytes());
    }
}
