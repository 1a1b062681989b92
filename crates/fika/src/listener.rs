//! Where connections come in.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fika_frontend::Peer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use fika_tls::Tls;

/// How long nothing is accepted after an error.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket that clients connect to.
pub struct Listener {
    /// Bound.
    pub socket: TcpListener,
    /// What its connections are secured with, if they are.
    pub tls: Option<Tls>,
    /// How many connections there may be, of all listeners that share it.
    pub room: Arc<Semaphore>,
}

/// A connection, and its place among those there may be.
pub struct Accepted {
    /// With no event loop yet.
    pub stream: std::net::TcpStream,
    /// Whom it is with.
    pub peer: Peer,
    /// What it is to be secured with.
    pub tls: Option<Tls>,
    /// Given back when dropped.
    pub place: Option<OwnedSemaphorePermit>,
}

impl Listener {
    /// The next connection. Running out of descriptors passes, so it is waited out.
    pub async fn accept(&self) -> Accepted {
        // Never closed, so there is always a place to wait for.
        let place = Arc::clone(&self.room).acquire_owned().await.ok();
        let whole = |(stream, peer): (TcpStream, SocketAddr)| Ok((stream.into_std()?, peer));
        loop {
            match self.socket.accept().await.and_then(whole) {
                Ok((stream, peer)) => {
                    let tls = self.tls.clone();
                    let peer =
                        Peer { ip: peer.ip().to_canonical(), secure: tls.is_some(), http2: false };
                    return Accepted { stream, peer, tls, place };
                }
                Err(error) => pause(&error).await,
            }
        }
    }
}

async fn pause(error: &io::Error) {
    tracing::warn!(%error, "a connection cannot be accepted");
    tokio::time::sleep(PAUSE).await;
}
