//! What a function writes: its standard output and error, in order, in one pipe.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The read end of a function's output. A function that writes faster than it is read waits.
#[derive(Debug)]
pub struct LogPipe {
    pipe: OwnedFd,
}

impl LogPipe {
    /// The read end of a pipe that does not block.
    #[must_use]
    pub fn new(pipe: OwnedFd) -> Self {
        Self { pipe }
    }

    /// What is there already, without waiting: `None` when nothing is, `Some(0)` at the end.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        read(&self.pipe, buffer)
    }

    /// Makes the pipe one that the current event loop waits for.
    ///
    /// # Errors
    /// When the event loop cannot take it.
    pub fn watch(self) -> io::Result<LogReader> {
        // SAFETY: an OwnedFd always gives the same descriptor, and keeps it open until the AsyncFd
        // that owns it is dropped.
        let pipe = unsafe { AsyncFd::register_with_interest(self.pipe, Interest::READABLE) }?;
        Ok(LogReader(pipe))
    }
}

/// A [`LogPipe`] that an event loop waits for.
#[derive(Debug)]
pub struct LogReader(AsyncFd<OwnedFd>);

impl LogReader {
    /// What is there already, without waiting: `None` when nothing is, `Some(0)` at the end.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        read(self.0.get_ref(), buffer)
    }

    /// Waits until there is something to read, then has `take` read it by
    /// [`try_read`](Self::try_read); `take` says whether it emptied the pipe. Whoever reads
    /// elsewhere meanwhile under the same lock as `take` keeps the order of what was written.
    ///
    /// # Errors
    /// Those of the event loop.
    pub async fn when_readable(&self, take: impl FnOnce() -> bool) -> io::Result<()> {
        let mut ready = self.0.readable().await?;
        if take() {
            ready.clear_ready();
        }
        Ok(())
    }

    /// Waits for bytes and reads them. Zero is the end: nobody is left who could write. Safe to
    /// cancel: what was not returned is still in the pipe.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.0.readable().await?;
            match self.try_read(buffer)? {
                Some(read) => return Ok(read),
                None => ready.clear_ready(),
            }
        }
    }
}

fn read(pipe: impl AsFd, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    loop {
        match rustix::io::read(&pipe, &mut *buffer) {
            Ok(read) => return Ok(Some(read)),
            Err(rustix::io::Errno::AGAIN) => return Ok(None),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
