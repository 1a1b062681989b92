//! One channel of the stream to a guest, as its holder reads and writes it.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::link::{Kept, Link, State, poll_link};

/// What came on a channel, and who waits for it.
#[derive(Default)]
pub(super) struct Inbox {
    pub bytes: VecDeque<u8>,
    /// The guest sends no more.
    pub closed: bool,
    /// The guest gave the channel up.
    pub reset: bool,
    /// We send no more.
    shut: bool,
    pub reader: Option<Waker>,
    pub writer: Option<Waker>,
}

impl Inbox {
    /// That of a channel which was open before.
    pub fn of(shut: bool, closed: bool) -> Self {
        Self { shut, closed, ..Self::default() }
    }

    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        self.reader.take().into_iter().for_each(Waker::wake);
    }

    pub fn wake(&mut self) {
        self.reader.take().into_iter().chain(self.writer.take()).for_each(Waker::wake);
    }

    /// Moves what fits into the buffer.
    fn pour(&mut self, buffer: &mut [u8]) -> usize {
        let poured = io::Read::read(&mut self.bytes, buffer).unwrap_or(0);
        // The second half of a ring that is read around its end.
        let more = io::Read::read(&mut self.bytes, &mut buffer[poured..]).unwrap_or(0);
        if self.bytes.is_empty() {
            self.bytes = VecDeque::new();
        }
        poured + more
    }
}

/// One channel. Dropping it says that nothing more is sent; what still comes is not wanted.
pub struct Channel {
    link: Arc<Link>,
    number: u16,
    serial: u64,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({})", self.number)
    }
}

impl Channel {
    pub(super) fn new(link: Arc<Link>, number: u16, serial: u64) -> Self {
        Self { link, number, serial }
    }

    /// Its number, which it keeps in a snapshot of its guest.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// From now on nothing is sent to this guest but words.
    pub(crate) fn stop_sending(&self) {
        self.link.stop_sending();
    }

    /// The whole stream as it is, when nothing is under way on it.
    pub(crate) fn keep(&self) -> Option<Kept> {
        self.link.keep()
    }

    /// What is there, without waiting: `None` when nothing is, `Some(0)` at the end.
    ///
    /// # Errors
    /// `ConnectionReset` when the guest gave the channel up.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        self.take(&mut self.link.lock(), buffer).transpose()
    }

    /// Waits until [`try_read`](Self::try_read) has something to say. Safe to cancel.
    pub async fn readable(&self) {
        poll_fn(|cx| {
            self.poll(
                cx,
                |inbox| &mut inbox.reader,
                |state| {
                    let inbox = state.inboxes.get(&self.serial);
                    let over =
                        |inbox: &Inbox| inbox.closed || inbox.reset || !inbox.bytes.is_empty();
                    (state.dead || inbox.is_none_or(over)).then_some(())
                },
            )
        })
        .await;
    }

    fn take(&self, state: &mut State, buffer: &mut [u8]) -> Option<io::Result<usize>> {
        let dead = state.dead;
        let inbox = state.inboxes.get_mut(&self.serial)?;
        let read = inbox.pour(buffer);
        if read == 0 && inbox.reset {
            return Some(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if read == 0 {
            return (inbox.closed || dead || buffer.is_empty()).then_some(Ok(0));
        }
        if state.is_holder(self.number, self.serial) {
            state.give_back(self.number, read);
        }
        Some(Ok(read))
    }

    fn put(&self, state: &mut State, bytes: &[u8]) -> Option<io::Result<usize>> {
        let over = state.inboxes.get(&self.serial).is_none_or(|inbox| inbox.shut || inbox.reset);
        if over || state.dead || !state.is_holder(self.number, self.serial) {
            return Some(Err(io::ErrorKind::BrokenPipe.into()));
        }
        match state.send(self.number, bytes) {
            0 if !bytes.is_empty() => None,
            sent => Some(Ok(sent)),
        }
    }

    fn poll<T>(
        &self,
        cx: &Context<'_>,
        wait: fn(&mut Inbox) -> &mut Option<Waker>,
        attempt: impl FnMut(&mut State) -> Option<T>,
    ) -> Poll<T> {
        poll_link(&self.link, self.serial, cx, wait, attempt)
    }

    fn shut(&self, state: &mut State) {
        if let Some(inbox) = state.inboxes.get_mut(&self.serial) {
            inbox.shut = true;
        }
        if state.is_holder(self.number, self.serial) {
            state.mux.close(self.number);
            state.wake_driver();
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        let mut state = self.link.lock();
        self.shut(&mut state);
        state.inboxes.remove(&self.serial);
    }
}

impl AsyncRead for Channel {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let into = buffer.initialize_unfilled();
        let read = self.poll(cx, |inbox| &mut inbox.reader, |state| self.take(state, into));
        read.map_ok(|read| buffer.advance(read))
    }
}

impl AsyncWrite for Channel {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, |inbox| &mut inbox.writer, |state| self.put(state, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shut(&mut self.link.lock());
        Poll::Ready(Ok(()))
    }
}
