//! Connections: HTTP/1.1 with its limits or HTTP/2 as it was agreed, and the graceful end.

use std::convert::Infallible;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fika_assignment::AssignmentService;
use fika_counting::CountingService;
use fika_model::LaneId;
use fika_service::Via;
use fika_worker::WorkerService;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::Frontend;
use crate::auth::Auth;
use crate::body::Bodies;
use crate::http2::{self, Streams};
use crate::patience::Patient;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// All headers of a request together, bytes.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;
/// How long the end of an answer may take to leave once the node stops.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How many headers a request may have.
pub(crate) const HEADERS: usize = 128;

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
        let line = Line { lane, peer, bodies, auth: self.auth, running, inside: false };
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
        let auth = Auth::Required;
        let line = Line { lane, peer: Peer::INSIDE, bodies, auth, running, inside: true };
        let (_open, never) = watch::channel(false);
        self.carry(stream, line, never).await;
    }

    async fn carry(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        line: Line,
        stop: watch::Receiver<bool>,
    ) {
        let (seen, stream) = (line.running.clone(), TokioIo::new(Patient::new(stream)));
        if line.peer.http2 {
            return self.carry_many(stream, line, stop).await;
        }
        let service = service_fn(move |request| {
            let (frontend, line) = (Arc::clone(&self), line.clone());
            async move { Ok::<_, Infallible>(frontend.handle(request, &line).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(stream, service);
        to_the_end(connection, &seen, stopped(stop)).await;
    }

    /// The same with HTTP/2. One that nobody uses is closed: in HTTP/1.1 the time for a head does that.
    async fn carry_many(
        self: Arc<Self>,
        stream: TokioIo<Patient<impl AsyncRead + AsyncWrite + Send + Unpin + 'static>>,
        line: Line,
        stop: watch::Receiver<bool>,
    ) {
        let (seen, streams) = (line.running.clone(), Streams::default());
        let service = service_fn(move |request: Request<Incoming>| {
            let (frontend, line) = (Arc::clone(&self), line.clone());
            let method = request.method().clone();
            async move {
                Ok::<_, Infallible>(match http2::request(request) {
                    Ok(request) => http2::reply(&method, frontend.handle(request, &line).await),
                    Err(status) => http2::refuse(status),
                })
            }
        });
        let connection = http2::builder(streams.clone()).serve_connection(stream, service);
        let end = async {
            tokio::select! {
                () = stopped(stop) => {}
                () = streams.idle() => {}
            }
        };
        to_the_end(connection, &seen, end).await;
    }
}

/// Serves until the client leaves, or `end`, after which what has begun is answered.
async fn to_the_end<C>(connection: C, seen: &Running, end: impl Future<Output = ()>)
where
    C: GracefulConnection,
    C::Error: Display,
{
    tokio::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = end => {
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

/// Whom a connection is with.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// Whether it is by TLS.
    pub secure: bool,
    /// Whether it speaks HTTP/2, as was agreed with TLS.
    pub http2: bool,
}

impl Peer {
    /// A function of this machine.
    const INSIDE: Self = Self { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), secure: false, http2: false };

    /// The way that requests of it come by.
    pub(crate) fn via(self) -> Via {
        Via { ip: Some(self.ip), secure: self.secure }
    }
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
    /// Whether a function speaks.
    pub inside: bool,
}

/// How many requests of a connection have been read whole and are being answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<AtomicUsize>);

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
        self.0.end();
    }
}

impl Running {
    /// The request has been read, and is answered now.
    pub(crate) fn begin(&self) -> Run<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Run(self)
    }

    fn end(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Resolves when the node stops, or is gone.
async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
