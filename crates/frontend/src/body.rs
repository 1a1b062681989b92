//! Reading a request's body: never more than its limit, never for ever, and never so many at
//! once that the machine runs out of memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long a client may take to send a body.
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

/// How long a large body waits for room.
const ROOM_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the next piece of a body may take, so that room is not held by a client that only
/// says it will send.
const STALL_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// Too many large bodies are on their way.
    NoRoom,
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
        let room = self.room(announced.unwrap_or(limit as u64)).await?;
        match timeout(BODY_TIMEOUT, whole(body, limit)).await {
            Ok(Ok(whole)) => {
                let room = shrunk(room, whole.len() as u64);
                Ok((whole, room))
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(BodyError::Slow),
        }
    }

    /// Room for so many bytes, whoever they are from.
    pub(crate) async fn room(&self, bytes: u64) -> Result<Room, BodyError> {
        if bytes <= SMALL_BYTES {
            return Ok(None);
        }
        let mib = u32::try_from(mebibytes(bytes)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.0).acquire_many_owned(mib);
        // Never closed, so what comes back is room, or a wait that was too long.
        timeout(ROOM_TIMEOUT, room).await.map(Result::ok).map_err(|_| BodyError::NoRoom)
    }
}

/// Gives back what a body that did not say its length turned out not to need.
fn shrunk(room: Room, bytes: u64) -> Room {
    let mut room = room.filter(|_| bytes > SMALL_BYTES)?;
    let over = room.num_permits().saturating_sub(usize::try_from(mebibytes(bytes)).ok()?);
    drop(room.split(over));
    Some(room)
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// The whole body, as long as it keeps coming.
async fn whole(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    let mut read = Read::default();
    loop {
        let next = timeout(STALL_TIMEOUT, body.frame()).await;
        match next.map_err(|_| BodyError::Slow)? {
            None => return Ok(read.done()),
            Some(Err(_)) => return Err(BodyError::Broken),
            Some(Ok(frame)) => read.add(frame.into_data().unwrap_or_default()),
        }
        if read.length() > limit {
            discard(body).await;
            return Err(BodyError::TooLarge);
        }
    }
}

/// What has been read. Most bodies come in one piece, which is passed on as it is.
#[derive(Default)]
struct Read {
    first: Bytes,
    all: Vec<u8>,
}

impl Read {
    fn add(&mut self, data: Bytes) {
        if self.first.is_empty() {
            self.first = data;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&data);
    }

    fn length(&self) -> usize {
        self.all.len().max(self.first.len())
    }

    fn done(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads what nobody wants, for a while.
pub(crate) async fn discard(mut body: Incoming) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_and_one_piece_is_not_copied() {
        for pieces in [&["a"][..], &["", "ab", ""], &["a", "bc", "", "d"], &[]] {
            let mut read = Read::default();
            pieces.iter().for_each(|piece| read.add(Bytes::from_static(piece.as_bytes())));
            assert_eq!(read.length(), pieces.concat().len());
            assert_eq!(read.done(), pieces.concat());
        }
        let one = Bytes::from_static(b"whole");
        let mut read = Read::default();
        read.add(one.clone());
        assert_eq!(read.done().as_ptr(), one.as_ptr());
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_wait_for_room_and_small_ones_do_not() {
        let bodies = Bodies::new();
        let all = bodies.room(512 << 20).await.expect("room for the first");
        assert_eq!(bodies.room(1 << 20).await.expect_err("none is left"), BodyError::NoRoom);
        assert!(bodies.room(SMALL_BYTES).await.expect("always").is_none());
        drop(all);
        assert!(bodies.room(70 << 20).await.expect("room again").is_some());
    }

    #[tokio::test]
    async fn a_body_holds_room_for_what_it_turned_out_to_be() {
        let bodies = Bodies::new();
        let held = || LARGE_MIB - bodies.0.available_permits();
        let reserved = || async { bodies.room(6 << 20).await.expect("room") };
        let large = shrunk(reserved().await, (1 << 20) + 1);
        assert_eq!(held(), 2);
        let small = shrunk(reserved().await, 1);
        assert_eq!((held(), small.is_none()), (2, true));
        drop(large);
        assert_eq!(held(), 0);
    }
}
