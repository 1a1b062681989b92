//! What a function writes: its standard output and error, in order, in one stream.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::microvm::Channel;

/// The read end of a function's output. A function that writes faster than it is read waits.
#[derive(Debug)]
pub struct LogPipe(Kind<OwnedFd>);

#[derive(Debug)]
enum Kind<P> {
    /// From a jail.
    Pipe(P),
    /// From a microVM.
    Channel(Channel),
}

impl LogPipe {
    /// The read end of a pipe that does not block.
    #[must_use]
    pub fn new(pipe: OwnedFd) -> Self {
        Self(Kind::Pipe(pipe))
    }

    /// A channel of the stream to a guest.
    #[must_use]
    pub fn of_guest(channel: Channel) -> Self {
        Self(Kind::Channel(channel))
    }

    /// What is there already, without waiting: `None` when nothing is, `Some(0)` at the end.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match &self.0 {
            Kind::Pipe(pipe) => read(pipe, buffer),
            Kind::Channel(channel) => channel.try_read(buffer),
        }
    }

    /// Makes the pipe one that the current event loop waits for.
    ///
    /// # Errors
    /// When the event loop cannot take it.
    pub fn watch(self) -> io::Result<LogReader> {
        let pipe = match self.0 {
            Kind::Pipe(pipe) => pipe,
            Kind::Channel(channel) => return Ok(LogReader(Kind::Channel(channel))),
        };
        // SAFETY: an OwnedFd always gives the same descriptor, and keeps it open until the AsyncFd
        // that owns it is dropped.
        let pipe = unsafe { AsyncFd::register_with_interest(pipe, Interest::READABLE) }?;
        Ok(LogReader(Kind::Pipe(pipe)))
    }
}

/// A [`LogPipe`] that an event loop waits for.
#[derive(Debug)]
pub struct LogReader(Kind<AsyncFd<OwnedFd>>);

impl LogReader {
    /// What is there already, without waiting: `None` when nothing is, `Some(0)` at the end.
    ///
    /// # Errors
    /// Those of `read(2)`.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match &self.0 {
            Kind::Pipe(pipe) => read(pipe.get_ref(), buffer),
            Kind::Channel(channel) => channel.try_read(buffer),
        }
    }

    /// Waits until there is something to read, then has `take` read it by
    /// [`try_read`](Self::try_read); `take` says whether it emptied the pipe. Whoever reads
    /// elsewhere meanwhile under the same lock as `take` keeps the order of what was written.
    ///
    /// # Errors
    /// Those of the event loop.
    pub async fn when_readable(&self, take: impl FnOnce() -> bool) -> io::Result<()> {
        match &self.0 {
            Kind::Pipe(pipe) => {
                let mut ready = pipe.readable().await?;
                if take() {
                    ready.clear_ready();
                }
            }
            Kind::Channel(channel) => {
                channel.readable().await;
                take();
            }
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
            match &self.0 {
                Kind::Pipe(pipe) => {
                    let mut ready = pipe.readable().await?;
                    match read(pipe.get_ref(), buffer)? {
                        Some(read) => return Ok(read),
                        None => ready.clear_ready(),
                    }
                }
                Kind::Channel(channel) => {
                    channel.readable().await;
                    if let Some(read) = channel.try_read(buffer)? {
                        return Ok(read);
                    }
                }
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
