//! The least that can be compared with: a server that reads a request, and answers 202.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// It runs, on threads of this process, until dropped.
pub struct Bare {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl Bare {
    /// Starts it, with so many event loops and connections dealt out to them in turn, as fika has it.
    ///
    /// # Errors
    /// When there is no address or thread.
    pub fn start(lanes: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let mut bare = Self { address, stop: watch::Sender::new(false), threads: Vec::new() };
        let handles = (0..lanes).map(|_| bare.lane()).collect::<Result<Vec<_>>>()?;
        listener.set_nonblocking(true)?;
        if let Some(first) = handles.first().cloned() {
            first.spawn(deal(listener, handles));
        }
        Ok(bare)
    }

    fn lane(&mut self) -> Result<Handle> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (handle, mut stop) = (runtime.handle().clone(), self.stop.subscribe());
        self.threads.push(std::thread::Builder::new().name("bare".into()).spawn(move || {
            // An error says that the sender is gone, which is the end as well.
            let _ = runtime.block_on(stop.wait_for(|stop| *stop));
        })?);
        Ok(handle)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        for thread in self.threads.drain(..) {
            // A lane that panicked has said so already.
            let _ = thread.join();
        }
    }
}

async fn deal(listener: TcpListener, lanes: Vec<Handle>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    for lane in lanes.iter().cycle() {
        if let Ok(stream) = listener.accept().await.and_then(|(stream, _)| stream.into_std()) {
            lane.spawn(serve(stream));
        }
    }
}

async fn serve(stream: TcpStream) {
    let nodelay = stream.set_nodelay(true);
    let Ok(stream) = nodelay.and_then(|()| tokio::net::TcpStream::from_std(stream)) else { return };
    // Who breaks off is told nothing.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(take)).await;
}

async fn take(request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    // What is cut short is answered all the same, to nobody.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
