//! The ways from inside a sandbox to its server.
//!
//! A door is an address inside the sandbox, where only its own processes can connect, and the
//! server is the one to accept. In a jail that is a TCP listener in the sandbox's network
//! namespace; in a microVM a connection is a channel of the one stream to its init.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};

use crate::microvm::Channel;

/// Accepts what a sandbox's processes connect to one address.
#[derive(Debug)]
pub struct Door(Kind);

#[derive(Debug)]
enum Kind {
    Tcp(TcpListener),
    Channels(Mutex<mpsc::Receiver<Channel>>),
}

impl Door {
    /// A listener in the sandbox's own network namespace.
    ///
    /// # Errors
    /// When the current event loop cannot take it.
    pub fn tcp(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self(Kind::Tcp(TcpListener::from_std(listener)?)))
    }

    /// Connections that come as channels of a stream.
    #[must_use]
    pub fn channels(opened: mpsc::Receiver<Channel>) -> Self {
        Self(Kind::Channels(Mutex::new(opened)))
    }

    /// The next connection. Safe to cancel.
    ///
    /// # Errors
    /// Those of `accept(2)`; waits for ever when the sandbox is gone.
    pub async fn accept(&self) -> io::Result<Connection> {
        match &self.0 {
            Kind::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Without this each small answer would wait for the peer's acknowledgement.
                let _ = stream.set_nodelay(true);
                Ok(Connection::Tcp(stream))
            }
            Kind::Channels(opened) => match opened.lock().await.recv().await {
                Some(channel) => Ok(Connection::Channel(channel)),
                None => std::future::pending().await,
            },
        }
    }
}

/// A connection from inside a sandbox.
#[derive(Debug)]
pub enum Connection {
    /// Over the sandbox's own loopback.
    Tcp(TcpStream),
    /// A channel of the stream to its init.
    Channel(Channel),
}

impl Connection {
    /// The number of its channel, by which it is known again after its sandbox was restored from a
    /// snapshot. None in a jail.
    #[must_use]
    pub fn channel(&self) -> Option<u16> {
        match self {
            Self::Tcp(_) => None,
            Self::Channel(channel) => Some(channel.number()),
        }
    }
}

macro_rules! either {
    ($self:ident, $stream:ident => $do:expr) => {
        match $self.get_mut() {
            Connection::Tcp($stream) => $do,
            Connection::Channel($stream) => $do,
        }
    };
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => Pin::new(stream).poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tcp(stream) => stream.is_write_vectored(),
            Self::Channel(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
