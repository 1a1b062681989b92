//! A connection whose answers can be held back until the next one.
//!
//! A runtime that pipelines sends its answer and the request for its next invocation together,
//! and has no use for the acknowledgement in between. Sent on its own that wakes the runtime
//! once more for every invocation, before the caller has the answer; held, it leaves together
//! with the next invocation, in one write.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};

/// Says whether what is written is to be held back. Clones are the same switch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hold(Arc<AtomicBool>);

impl Hold {
    /// Holds what is written from here on until the guard is dropped; it leaves with what is
    /// written or flushed after that.
    pub fn begin(&self) -> Holding<'_> {
        self.0.store(true, Ordering::Relaxed);
        Holding(self)
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Holds until dropped.
pub(crate) struct Holding<'a>(&'a Hold);

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// A stream that obeys a [`Hold`].
pub(crate) struct Held<S> {
    stream: S,
    hold: Hold,
    kept: Vec<u8>,
}

impl<S: Write + Unpin> Held<S> {
    pub fn new(stream: S, hold: Hold) -> Self {
        Self { stream, hold, kept: Vec::new() }
    }

    fn keep(&mut self, parts: &[IoSlice<'_>]) -> usize {
        parts.iter().for_each(|part| self.kept.extend_from_slice(part));
        parts.iter().map(|part| part.len()).sum()
    }

    /// Writes what was kept and `parts` behind it; counts only bytes of `parts`.
    fn write_behind(
        &mut self,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        while !self.kept.is_empty() {
            let mut all = Vec::with_capacity(parts.len() + 1);
            all.push(IoSlice::new(&self.kept));
            all.extend(parts.iter().map(|part| IoSlice::new(part)));
            let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, &all))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let old = written.min(self.kept.len());
            self.kept.drain(..old);
            if written > old {
                return Poll::Ready(Ok(written - old));
            }
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn write_kept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.kept.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.kept))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.kept.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Write + Unpin> Write for Held<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let held = self.get_mut();
        if held.hold.is_on() {
            return Poll::Ready(Ok(held.keep(parts)));
        }
        held.write_behind(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let held = self.get_mut();
        if held.hold.is_on() {
            return Poll::Ready(Ok(()));
        }
        ready!(held.write_kept(cx))?;
        Pin::new(&mut held.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let held = self.get_mut();
        ready!(held.write_kept(cx))?;
        Pin::new(&mut held.stream).poll_shutdown(cx)
    }
}

impl<S: Read + Unpin> Read for Held<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Takes so many bytes at once.
    struct Sink {
        most: usize,
        writes: Vec<Vec<u8>>,
    }

    impl Write for Sink {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            let taken = bytes.len().min(self.most);
            self.writes.push(bytes[..taken].to_vec());
            Poll::Ready(Ok(taken))
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            parts: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            self.poll_write(cx, &parts.iter().flat_map(|part| part.to_vec()).collect::<Vec<_>>())
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    /// Writes all of it, as hyper does, and gives how often it had to ask.
    fn write(held: &mut Held<Sink>, mut bytes: &[u8]) {
        let cx = &mut Context::from_waker(Waker::noop());
        while !bytes.is_empty() {
            let Poll::Ready(Ok(written)) = Pin::new(&mut *held).poll_write(cx, bytes) else {
                panic!("the sink is always ready");
            };
            assert!(written > 0, "nothing written would mean that the stream is closed");
            bytes = &bytes[written..];
        }
        assert!(Pin::new(held).poll_flush(cx).is_ready());
    }

    #[test]
    fn what_was_held_leaves_with_what_follows() {
        let hold = Hold::default();
        let mut held = Held::new(Sink { most: 100, writes: Vec::new() }, hold.clone());
        write(&mut held, b"one ");
        let holding = hold.begin();
        write(&mut held, b"two ");
        assert_eq!(held.stream.writes, [b"one "]);
        drop(holding);
        write(&mut held, b"three");
        assert_eq!(held.stream.writes, [&b"one "[..], b"two three"]);
    }

    #[test]
    fn nothing_is_lost_or_doubled_however_little_is_taken_at_once() {
        for most in 1..12 {
            let hold = Hold::default();
            let mut held = Held::new(Sink { most, writes: Vec::new() }, hold.clone());
            for round in ["ab", "cde", "f"] {
                let holding = hold.begin();
                write(&mut held, b"held ");
                drop(holding);
                write(&mut held, round.as_bytes());
            }
            assert_eq!(held.stream.writes.concat(), b"held abheld cdeheld f", "{most} at once");
        }
    }

    #[test]
    fn a_flush_after_the_hold_sends_what_was_held() {
        let hold = Hold::default();
        let mut held = Held::new(Sink { most: 3, writes: Vec::new() }, hold.clone());
        let holding = hold.begin();
        write(&mut held, b"alone");
        drop(holding);
        write(&mut held, b"");
        assert_eq!(held.stream.writes.concat(), b"alone");
    }
}
