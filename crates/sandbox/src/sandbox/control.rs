//! The server's end of the control stream.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use fika_init::{Decoder, FromInit, ToInit, encode, stream};
use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::UnixStream;

use crate::microvm::{Channel, Kept};

/// The server's end of the control stream.
pub struct Control {
    stream: Stream,
    decoder: Decoder,
    descriptors: Vec<OwnedFd>,
}

enum Stream {
    /// To the init of a jail.
    Socket(UnixStream),
    /// To that of a microVM.
    Channel(Channel),
}

impl Control {
    pub fn new(socket: std::os::unix::net::UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self::over(Stream::Socket(UnixStream::from_std(socket)?)))
    }

    pub fn of_guest(channel: Channel) -> Self {
        Self::over(Stream::Channel(channel))
    }

    fn over(stream: Stream) -> Self {
        Self { stream, decoder: Decoder::default(), descriptors: Vec::new() }
    }

    /// The next word; `None` when init is gone. Safe to cancel.
    pub async fn next(&mut self) -> io::Result<Option<FromInit>> {
        loop {
            if let Some(word) = self.decoder.take().map_err(io::Error::other)? {
                return Ok(Some(word));
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads what there is. Zero is the end.
    async fn fill(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        loop {
            let read = match &self.stream {
                Stream::Socket(socket) => {
                    socket.readable().await?;
                    let descriptors = &mut self.descriptors;
                    socket.try_io(Interest::READABLE, || {
                        stream::receive(socket.as_fd(), &mut buffer, descriptors)
                    })
                }
                Stream::Channel(channel) => {
                    channel.readable().await;
                    let none = || io::ErrorKind::WouldBlock.into();
                    channel.try_read(&mut buffer).and_then(|read| read.ok_or_else(none))
                }
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(0),
                Err(error) => return Err(error),
                // An init that was taken over must not use up the server's.
                Ok(_) if self.descriptors.len() > stream::MAX_DESCRIPTORS => {
                    return Err(io::Error::other("init hands over descriptors that nobody wants"));
                }
                Ok(read) => {
                    self.decoder.push(&buffer[..read]);
                    return Ok(read);
                }
            }
        }
    }

    /// Waits until nobody holds init's end, whatever is still said.
    pub async fn closed(&mut self) {
        while matches!(self.fill().await, Ok(1..)) {
            self.decoder = Decoder::default();
        }
    }

    /// The descriptors that came beside the words so far.
    pub fn take_descriptors(&mut self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.descriptors)
    }

    /// The descriptor that came first of those nobody took.
    pub fn take_descriptor(&mut self) -> Option<OwnedFd> {
        (!self.descriptors.is_empty()).then(|| self.descriptors.remove(0))
    }

    /// Says a word, with descriptors beside it, which a guest cannot be given.
    pub async fn say(&mut self, word: &ToInit, mut beside: &[BorrowedFd<'_>]) -> io::Result<()> {
        let frame = encode(word).map_err(io::Error::other)?;
        let socket = match &mut self.stream {
            Stream::Socket(socket) => socket,
            Stream::Channel(channel) => return channel.write_all(&frame).await,
        };
        let mut bytes = frame.as_slice();
        while !bytes.is_empty() {
            socket.writable().await?;
            let sent =
                socket.try_io(Interest::WRITABLE, || stream::send(socket.as_fd(), bytes, beside));
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

    /// From now on nothing is sent to a guest but words.
    pub fn stop_sending(&self) {
        if let Stream::Channel(channel) = &self.stream {
            channel.stop_sending();
        }
    }

    /// The stream to a guest as it is, when nothing is under way on it.
    pub fn keep(&self) -> Option<Kept> {
        match &self.stream {
            Stream::Socket(_) => None,
            Stream::Channel(channel) => channel.keep(),
        }
    }
}
