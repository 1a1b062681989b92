//! Connections: HTTP/1.1 with its limits, and the graceful end.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fika_assignment::AssignmentService;
use fika_counting::CountingService;
use fika_model::LaneId;
use fika_worker::WorkerService;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::Frontend;
use crate::auth::Auth;
use crate::body::Bodies;
use crate::patience::Patient;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// All headers of a request together, bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// How long the end of an answer may take to leave once the node stops.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How many headers a request may have.
const HEADERS: usize = 128;

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// Serves one connection on the lane that calls this, until the client leaves or `stop`
    /// turns true; a request that has begun is answered first.
    pub async fn serve(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        lane: LaneId,
        peer: Peer,
        stop: watch::Receiver<bool>,
    ) {
        let (bodies, running) = (self.bodies.clone(), Running::default());
        let line = Line { lane, peer, bodies, auth: self.auth, running };
        self.carry(stream, line, stop).await;
    }

    /// Serves one connection of a function. It ends with its sandbox, which outlives the doors'
    /// listener: a function that is drained may still call.
    pub async fn serve_function(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        lane: LaneId,
    ) {
        let (bodies, running) = (self.inside.clone(), Running::default());
        // Whoever runs inside is not trusted, whatever clients are.
        let line = Line { lane, peer: Peer::INSIDE, bodies, auth: Auth::Required, running };
        let (_open, never) = watch::channel(false);
        self.carry(stream, line, never).await;
    }

    async fn carry(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        line: Line,
        mut stop: watch::Receiver<bool>,
    ) {
        let seen = line.running.clone();
        let service = service_fn(move |request| {
            let (frontend, line) = (Arc::clone(&self), line.clone());
            async move { Ok::<_, Infallible>(frontend.handle(request, &line).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Patient::new(stream)), service);
        tokio::pin!(connection);
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                match timeout(LAST_WORDS, connection.as_mut()).await {
                    Ok(served) => served,
                    Err(_) if seen.get() => connection.await,
                    // Half a request holds nobody up for long: it has begun nothing.
                    Err(_) => return,
                }
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a client's connection ended");
        }
    }
}

/// Whom a connection is with.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// Whether nobody between can read along (TLS).
    pub secure: bool,
}

impl Peer {
    /// A function of this machine.
    const INSIDE: Self = Self { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), secure: false };
}

/// What a request needs to know of the connection it came over.
#[derive(Clone)]
pub(crate) struct Line {
    pub lane: LaneId,
    pub peer: Peer,
    /// Where its body finds room.
    pub bodies: Bodies,
    /// Whether it must be signed.
    pub auth: Auth,
    pub running: Running,
}

/// Whether the request of a connection has been read whole and is being answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<AtomicBool>);

/// Running until dropped.
pub(crate) struct Run<'a>(&'a Running);

/// The same, beyond the connection's own task.
#[derive(Debug)]
pub(crate) struct Kept(Running);

impl Run<'_> {
    /// Holds it for as long as the answer's body lives, rather than here.
    pub(crate) fn keep(self) -> Kept {
        let kept = Kept(self.0.clone());
        std::mem::forget(self);
        kept
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

impl Running {
    /// The request has been read, and is answered now.
    pub(crate) fn begin(&self) -> Run<'_> {
        self.0.store(true, Ordering::Relaxed);
        Run(self)
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// Resolves when the node stops, or is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
