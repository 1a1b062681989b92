//! What init hands over with a word: the output of a process, or a connection.

use std::io;
use std::net::TcpStream as StdTcpStream;
use std::os::fd::OwnedFd;

use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::control::Control;
use crate::door::Connection;
use crate::log::LogPipe;
use crate::microvm::Channel;

/// The way on which it comes.
pub(crate) enum Given {
    /// As a descriptor beside the word.
    Beside,
    /// As a channel that was opened right before the word.
    Channels(mpsc::Receiver<Channel>),
}

/// One thing that was handed over.
enum One {
    Descriptor(OwnedFd),
    Channel(Channel),
}

impl Given {
    /// The output of a process.
    pub fn output(&mut self, control: &mut Control) -> Option<LogPipe> {
        Some(match self.next(control)? {
            One::Descriptor(pipe) => LogPipe::new(pipe),
            One::Channel(channel) => LogPipe::of_guest(channel),
        })
    }

    /// A connection. It may still fail.
    pub fn connection(&mut self, control: &mut Control) -> io::Result<Connection> {
        match self.next(control) {
            Some(One::Descriptor(socket)) => {
                let stream = StdTcpStream::from(socket);
                stream.set_nonblocking(true)?;
                Ok(Connection::Tcp(TcpStream::from_std(stream)?))
            }
            Some(One::Channel(channel)) => Ok(Connection::Channel(channel)),
            None => Err(io::Error::other("init handed nothing over")),
        }
    }

    fn next(&mut self, control: &mut Control) -> Option<One> {
        match self {
            Self::Beside => control.take_descriptor().map(One::Descriptor),
            Self::Channels(channels) => channels.try_recv().ok().map(One::Channel),
        }
    }
}
