//! Takes telemetry to where a subscriber listens in its sandbox.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fika_sandbox::{Connection, Dialer};
use http::Request;
use http::header::{CONTENT_TYPE, HOST};
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Subscriber;
use super::buffer::Due;
use super::subscription::Destination;

/// How often a batch is tried. A subscriber that listens takes the first.
const TRIES: usize = 3;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest answer, bytes. Whoever is in the sandbox may send one without end.
pub(super) const ANSWER_BYTES: usize = 64 * 1024;
/// How long the rest of an answer may take, when its head has come.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// The way to a subscriber, while it is open.
enum Way {
    Closed,
    Http {
        sender: SendRequest<Full<Bytes>>,
        /// Who drives it, for as long as the way is kept.
        _connection: JoinSet<()>,
    },
    Tcp(Connection),
}

/// Delivers until it is aborted, or the sandbox is gone.
pub(super) async fn deliver(subscriber: Arc<Subscriber>, dialer: Dialer) {
    let mut way = Way::Closed;
    loop {
        let due = subscriber.buffer().due();
        match due {
            Due::Nothing => subscriber.changed.notified().await,
            Due::Later => gather(&subscriber).await,
            Due::Now => {}
        }
        if due == Due::Nothing {
            continue;
        }
        let batch = subscriber.buffer().batch();
        if let Err(error) = send(&subscriber.wish.destination, &mut way, &dialer, &batch).await {
            if error.kind() == io::ErrorKind::NotConnected {
                return;
            }
            tracing::debug!(%error, "a subscriber does not take its telemetry");
            subscriber.buffer().lost(&batch);
        }
    }
}

/// Waits for more, for as long as the subscriber wants, or until it is enough.
async fn gather(subscriber: &Subscriber) {
    let enough = async {
        while subscriber.buffer().due() == Due::Later {
            subscriber.changed.notified().await;
        }
    };
    let _in_time = timeout(subscriber.wish.buffering.time, enough).await;
}

async fn send(to: &Destination, way: &mut Way, dialer: &Dialer, batch: &[Bytes]) -> io::Result<()> {
    let mut last = Ok(());
    for attempt in 0..TRIES {
        if attempt > 0 {
            sleep(PAUSE).await;
        }
        last = once(to, way, dialer, batch).await;
        match &last {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return last,
            Err(_) => *way = Way::Closed,
        }
    }
    last
}

async fn once(to: &Destination, way: &mut Way, dialer: &Dialer, batch: &[Bytes]) -> io::Result<()> {
    if matches!(way, Way::Closed) {
        *way = open(to, dialer).await?;
    }
    let stays_open = match (to, &mut *way) {
        (Destination::Http { port, path }, Way::Http { sender, .. }) => {
            let request = Request::post(path)
                .header(HOST, format!("sandbox.localdomain:{port}"))
                .header(CONTENT_TYPE, "application/json")
                .body(Full::from(array(batch)))
                .map_err(io::Error::other)?;
            sender.ready().await.map_err(io::Error::other)?;
            let answer = sender.send_request(request).await.map_err(io::Error::other)?;
            // What it answers is its own affair; the connection is of use again when it is read.
            drain(answer.into_body()).await
        }
        (_, Way::Tcp(connection)) => {
            connection.write_all(&lines(batch)).await?;
            connection.flush().await?;
            true
        }
        _ => true,
    };
    if !stays_open {
        // It has taken the batch all the same.
        *way = Way::Closed;
    }
    Ok(())
}

/// Reads an answer to its end and keeps nothing of it. False: it breaks off, is too long, or too slow.
pub(super) async fn drain(mut body: impl Body<Data = Bytes> + Unpin) -> bool {
    let all = async {
        let mut left = ANSWER_BYTES;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else {
                return false;
            };
            left = rest;
        }
        true
    };
    timeout(ANSWER_TIME, all).await.unwrap_or(false)
}

async fn open(to: &Destination, dialer: &Dialer) -> io::Result<Way> {
    match to {
        Destination::Tcp { port } => Ok(Way::Tcp(dialer.dial(*port).await?)),
        Destination::Http { port, .. } => {
            let stream = TokioIo::new(dialer.dial(*port).await?);
            let (sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
            let mut driver = JoinSet::new();
            driver.spawn(async move {
                // Its sender is told how it ends.
                let _told = connection.await;
            });
            Ok(Way::Http { sender, _connection: driver })
        }
    }
}

fn array(batch: &[Bytes]) -> Bytes {
    let mut all = vec![b'['];
    for (at, event) in batch.iter().enumerate() {
        if at > 0 {
            all.push(b',');
        }
        all.extend_from_slice(event);
    }
    all.push(b']');
    all.into()
}

fn lines(batch: &[Bytes]) -> Vec<u8> {
    batch.iter().flat_map(|event| event.iter().copied().chain([b'\n'])).collect()
}
