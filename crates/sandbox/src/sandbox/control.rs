//! The server's end of the control stream.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use fika_init::{Decoder, FromInit, ToInit, encode, stream};
use tokio::io::Interest;
use tokio::net::UnixStream;

/// The server's end of the control stream.
pub struct Control {
    socket: UnixStream,
    decoder: Decoder,
    descriptors: Vec<OwnedFd>,
}

impl Control {
    pub fn new(socket: std::os::unix::net::UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: UnixStream::from_std(socket)?,
            decoder: Decoder::default(),
            descriptors: Vec::new(),
        })
    }

    /// The next word; `None` when init is gone. Safe to cancel.
    pub async fn next(&mut self) -> io::Result<Option<FromInit>> {
        loop {
            if let Some(word) = self.decoder.take().map_err(io::Error::other)? {
                return Ok(Some(word));
            }
            self.socket.readable().await?;
            let mut buffer = [0; 4096];
            let (socket, descriptors) = (&self.socket, &mut self.descriptors);
            let read = socket.try_io(Interest::READABLE, || {
                stream::receive(socket.as_fd(), &mut buffer, descriptors)
            });
            match read {
                Ok(0) => return Ok(None),
                Ok(read) => self.decoder.push(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until nobody holds init's end, whatever is still said.
    pub async fn closed(&self) {
        let mut rest = [0; 4096];
        while self.socket.readable().await.is_ok() {
            match self.socket.try_read(&mut rest) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return,
            }
        }
    }

    /// The descriptors that came beside the words so far.
    pub fn take_descriptors(&mut self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.descriptors)
    }

    /// Says a word, with descriptors beside it.
    pub async fn say(&mut self, word: &ToInit, mut beside: &[BorrowedFd<'_>]) -> io::Result<()> {
        let frame = encode(word).map_err(io::Error::other)?;
        let mut bytes = frame.as_slice();
        while !bytes.is_empty() {
            self.socket.writable().await?;
            let sent = self
                .socket
                .try_io(Interest::WRITABLE, || stream::send(self.socket.as_fd(), bytes, beside));
            match sent {
                Ok(sent) => {
                    bytes = &bytes[sent..];
                    beside = &[];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
