//! The function's output: a pipe whose other end we hold.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use fika_init::mux::{LOG, Mux};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

/// What a pipe holds unless it is told otherwise, in bytes: pipe(7).
const PIPE: usize = 64 * 1024;
/// Room for the headers of frames.
const HEADERS: usize = 64;

/// The pipe.
pub struct Log {
    into: OwnedFd,
    from: OwnedFd,
    buffer: Vec<u8>,
}

impl Log {
    /// Makes the pipe. Functions block when it is full; we never do.
    pub fn new() -> io::Result<Self> {
        let (from, into) = pipe_with(PipeFlags::CLOEXEC)?;
        let flags = rustix::fs::fcntl_getfl(&from)? | rustix::fs::OFlags::NONBLOCK;
        rustix::fs::fcntl_setfl(&from, flags)?;
        Ok(Self { into, from, buffer: vec![0; PIPE] })
    }

    /// The end that functions write to.
    pub fn entry(&self) -> BorrowedFd<'_> {
        self.into.as_fd()
    }

    /// The end that [`Log::forward`] reads.
    pub fn exit(&self) -> BorrowedFd<'_> {
        self.from.as_fd()
    }

    /// All that the pipe can hold could be sent now, and so many bytes of another channel too.
    pub fn has_room(mux: &Mux, more: usize) -> bool {
        mux.room(LOG) >= PIPE + more + HEADERS
    }

    /// Sends what is in the pipe, as far as there is room, and no more than it holds at once: a
    /// function that never stops writing must not keep us here.
    pub fn forward(&mut self, mux: &mut Mux) -> Result<(), Errno> {
        let mut left = PIPE;
        while left > 0 {
            let most = left.min(mux.room(LOG));
            if most == 0 {
                return Ok(());
            }
            match rustix::io::read(&self.from, &mut self.buffer[..most]) {
                Ok(read) => {
                    mux.send(LOG, &self.buffer[..read]);
                    left -= read;
                }
                Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
