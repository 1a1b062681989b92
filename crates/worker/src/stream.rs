//! Answers that leave while the function still writes them.
//!
//! Who wants one gives the invocation a [`Sink`] and holds the other end. It holds little: a
//! function whose caller does not take what it wrote is not read from, and waits. The
//! invocation's outcome comes as always, behind the last piece; a caller that has left is no reason
//! to end a function, so what it still writes is read and dropped, as Lambda does.

mod pace;

use std::num::NonZeroU64;

use bytes::Bytes;
use fika_model::limits;
use http::HeaderValue;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use pace::Pace;

/// How many pieces wait for the caller at most. Each is what came in one read, below 0.5 MB.
const PIECES: usize = 4;

/// A part of a streamed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The function begins to stream: the `Content-Type` it gives its answer.
    Begin(Option<HeaderValue>),
    /// What it wrote. Where it cuts is of no meaning.
    Data(Bytes),
}

/// Where a streamed answer goes. Clones are the same.
#[derive(Debug, Clone)]
pub struct Sink {
    pieces: mpsc::Sender<Piece>,
    rate: Option<NonZeroU64>,
}

/// A sink and its other end. The rate is in bytes a second, for what comes behind the first
/// [`limits::STREAM_BURST_BYTES`]; none is no limit.
#[must_use]
pub fn channel(rate: Option<NonZeroU64>) -> (Sink, mpsc::Receiver<Piece>) {
    let (pieces, caller) = mpsc::channel(PIECES);
    (Sink { pieces, rate }, caller)
}

impl Sink {
    /// Says that the function begins.
    pub(crate) async fn begin(self, content_type: Option<HeaderValue>) -> Flow {
        let Self { pieces, rate } = self;
        let pieces = pieces.send(Piece::Begin(content_type)).await.is_ok().then_some(pieces);
        Flow { pieces, pace: Pace::new(limits::STREAM_BURST_BYTES, rate), bytes: 0 }
    }
}

/// More than [`limits::STREAM_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// A streamed answer on its way.
pub(crate) struct Flow {
    /// None once nobody takes any.
    pieces: Option<mpsc::Sender<Piece>>,
    pace: Pace,
    bytes: u64,
}

impl Flow {
    /// Passes a piece on once there is room for it.
    pub async fn send(&mut self, data: Bytes) -> Result<(), TooLong> {
        self.bytes += data.len() as u64;
        if self.bytes > limits::STREAM_BYTES {
            return Err(TooLong);
        }
        let Some(pieces) = &self.pieces else { return Ok(()) };
        let due = self.pace.due(Instant::now().into_std(), data.len() as u64);
        let sent = async {
            if let Some(due) = due {
                tokio::select! {
                    () = sleep_until(due.into()) => {}
                    () = pieces.closed() => {}
                }
            }
            pieces.send(Piece::Data(data)).await
        };
        if sent.await.is_err() {
            self.pieces = None;
        }
        Ok(())
    }

    /// How much came, whether somebody took it or not.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_function_waits_for_its_caller() {
        let (sink, mut caller) = channel(None);
        let mut flow = sink.begin(None).await;
        for _ in 1..PIECES {
            flow.send(Bytes::from_static(b"taken")).await.expect("short");
        }
        let mut next = Box::pin(flow.send(Bytes::from_static(b"waits")));
        assert!(timeout(Duration::from_secs(9), &mut next).await.is_err(), "there is no room");
        assert_eq!(caller.recv().await, Some(Piece::Begin(None)));
        next.await.expect("room");
        assert_eq!(flow.bytes(), 5 * PIECES as u64);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_leaves_holds_nothing_up() {
        let (sink, caller) = channel(NonZeroU64::new(1));
        let mut flow = sink.begin(None).await;
        let burst = Bytes::from(vec![0; limits::STREAM_BURST_BYTES as usize]);
        flow.send(burst.clone()).await.expect("short");
        let began = Instant::now();
        flow.send(Bytes::from_static(b"s")).await.expect("the last that is free");
        let leave = async { drop(caller) };
        let (sent, ()) = tokio::join!(flow.send(burst.clone()), leave);
        sent.expect("dropped");
        flow.send(burst).await.expect("dropped");
        assert_eq!(began.elapsed(), Duration::ZERO, "nothing waits for a rate any more");
    }

    #[tokio::test]
    async fn an_answer_has_an_end() {
        let (sink, mut caller) = channel(None);
        let mut flow = sink.begin(None).await;
        caller.close();
        let piece = Bytes::from(vec![0; 1 << 20]);
        for _ in 0..limits::STREAM_BYTES >> 20 {
            flow.send(piece.clone()).await.expect("200 MB are allowed");
        }
        assert_eq!(flow.send(Bytes::from_static(b"!")).await, Err(TooLong));
    }
}
