//! Reading a request's body: never more than its limit, never for ever, and never so many at
//! once that the machine runs out of memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long a client may take to send a body it has begun.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a body that is not wanted is read, so that its sender sees the answer: a client
/// that is still writing when the connection closes loses what was written to it.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);
/// How much of it is read.
const DISCARD_BYTES: usize = 64 << 20;
/// Bodies up to this size are read whoever else sends one.
const SMALL_BYTES: u64 = 256 << 10;
/// What all larger bodies together may take, MiB.
const LARGE_MIB: usize = 512;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// It is larger than the operation takes.
    TooLarge,
    /// It took too long.
    Slow,
    /// The client left in the middle.
    Broken,
}

/// Room for the bodies that are being read and answered. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Bodies(Arc<Semaphore>);

/// A body's part of that room, given back when dropped.
pub(crate) type Room = Option<tokio::sync::OwnedSemaphorePermit>;

impl Bodies {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_MIB)))
    }

    /// The whole body, at most `limit` bytes, and its room.
    ///
    /// A body that says it is larger is refused before a byte of it is kept.
    pub(crate) async fn collect(
        &self,
        headers: &HeaderMap,
        body: Incoming,
        limit: usize,
    ) -> Result<(Bytes, Room), BodyError> {
        let announced = announced(headers);
        if announced.is_some_and(|length| length > limit as u64) {
            discard(body).await;
            return Err(BodyError::TooLarge);
        }
        let read = async {
            let room = self.room(announced.unwrap_or(limit as u64)).await;
            let whole = Limited::new(body, limit).collect().await;
            whole.map(|whole| (whole.to_bytes(), room))
        };
        match timeout(BODY_TIMEOUT, read).await {
            Ok(Ok(whole)) => Ok(whole),
            Ok(Err(error)) => Err(why(error.as_ref())),
            Err(_) => Err(BodyError::Slow),
        }
    }

    async fn room(&self, bytes: u64) -> Room {
        if bytes <= SMALL_BYTES {
            return None;
        }
        let mib = u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX);
        // Never closed, so this only waits.
        Arc::clone(&self.0).acquire_many_owned(mib).await.ok()
    }
}

fn why(error: &(dyn std::error::Error + Send + Sync + 'static)) -> BodyError {
    if error.is::<LengthLimitError>() { BodyError::TooLarge } else { BodyError::Broken }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads what nobody wants, for a while.
async fn discard(mut body: Incoming) {
    let read = async {
        let mut left = DISCARD_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    let _ = timeout(DISCARD_TIMEOUT, read).await;
}
