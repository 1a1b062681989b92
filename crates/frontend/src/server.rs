//! Connections: HTTP/1.1 with its limits, and the graceful end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use fika_assignment::AssignmentService;
use fika_counting::CountingService;
use fika_model::LaneId;
use fika_worker::WorkerService;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::Frontend;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// All headers of a request together, bytes.
const HEAD_BYTES: usize = 64 * 1024;
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
        stream: TcpStream,
        lane: LaneId,
        mut stop: watch::Receiver<bool>,
    ) {
        // Answers are single writes; waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        let service = service_fn(move |request| {
            let frontend = Arc::clone(&self);
            async move { Ok::<_, Infallible>(frontend.handle(request, lane).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a client's connection ended");
        }
    }
}

/// Resolves when the node stops, or is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
