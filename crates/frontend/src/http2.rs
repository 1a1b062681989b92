//! HTTP/2: as many requests over one connection as there is room for, each handled as one of HTTP/1.1.
//!
//! A client says how much it takes of each answer, so each has a window of its own. An answer goes out in
//! small pieces, of which the next is made only when there is room for it: so a function feels a slow
//! client. One that takes nothing of an answer for a while loses that answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, COOKIE, HOST, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::{Body, Frame, SizeHint};
use hyper::rt::Executor;
use hyper::server::conn::http2;
use hyper_util::rt::TokioTimer;
use tokio::time::sleep;

use crate::answer::Answer;
use crate::patience::PATIENCE;
use crate::reply::Reply;
use crate::server::{HEAD_BYTES, HEADERS};

/// Requests of one connection at once.
const STREAMS: u32 = 128;
/// What may arrive of one body before it is read, bytes.
const STREAM_WINDOW: u32 = 128 << 10;
/// What may arrive of all bodies of a connection before they are read, bytes.
const CONNECTION_WINDOW: u32 = 1 << 20;
/// The largest piece of an answer, bytes. As much waits for each client that takes nothing more.
const PIECE: usize = 16 << 10;
/// How long a connection without a request is kept, at least.
const IDLE: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// What becomes of the answer of the request that is handled.
    static TAKEN: Taken;
}

/// How connections are served.
pub(crate) fn builder(streams: Streams) -> http2::Builder<Streams> {
    let mut builder = http2::Builder::new(streams);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(PIECE)
        .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX));
    builder
}

/// The requests of one connection: runs them on its lane. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Count>);

#[derive(Debug, Default)]
struct Count {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        let open = Open::new(self);
        let taken = Taken::default();
        let watched = taken.clone();
        tokio::spawn(TAKEN.scope(taken, async move {
            let _open = open;
            tokio::select! {
                () = stream => {}
                // Dropped with its stream, which is reset.
                () = watched.left() => tracing::debug!("a client takes nothing of an answer"),
            }
        }));
    }
}

impl Streams {
    /// Comes back once there has been no request for a while.
    pub(crate) async fn idle(&self) {
        let begun = || self.0.begun.load(Ordering::Relaxed);
        loop {
            let before = begun();
            sleep(IDLE).await;
            if begun() == before && self.0.ended.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

/// A request, until it is dropped.
struct Open(Arc<Count>);

impl Open {
    fn new(Streams(count): &Streams) -> Self {
        count.begun.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many pieces of an answer were made, twice; one more while the last of them waits for its client.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<AtomicU64>);

impl Taken {
    /// A piece was made, and is its client's to take.
    fn made(&self) {
        self.0.fetch_add(2, Ordering::Relaxed);
        self.0.fetch_or(1, Ordering::Relaxed);
    }

    /// It was taken, and the next is not there yet.
    fn asked(&self) {
        self.0.fetch_and(!1, Ordering::Relaxed);
    }

    /// Comes back once a piece has not been taken for too long.
    async fn left(&self) {
        let mut before = self.0.load(Ordering::Relaxed);
        loop {
            sleep(PATIENCE).await;
            let now = self.0.load(Ordering::Relaxed);
            if now == before && now & 1 == 1 {
                return;
            }
            before = now;
        }
    }
}

/// A request as HTTP/1.1 would have it: signatures, functions and logs see no difference. Or why it is none.
pub(crate) fn request<B>(request: Request<B>) -> Result<Request<B>, StatusCode> {
    let (mut parts, body) = request.into_parts();
    if parts.headers.len() > HEADERS {
        return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    if let Some(authority) = parts.uri.authority() {
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|_| StatusCode::BAD_REQUEST)?;
        if parts.headers.get_all(HOST).iter().any(|said| *said != host) {
            return Err(StatusCode::BAD_REQUEST);
        }
        parts.headers.insert(HOST, host);
    }
    if let Some(path) = parts.uri.path_and_query() {
        parts.uri = Uri::from(path.clone());
    }
    join_cookies(&mut parts.headers);
    parts.version = Version::HTTP_11;
    Ok(Request::from_parts(parts, body))
}

/// Clients may send each of them by itself (RFC 9113, 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let lines: Vec<_> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if lines.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&lines.join(&b"; "[..]))
    {
        headers.insert(COOKIE, joined);
    }
}

/// An answer to a request of that method, in pieces; without a body where there is none.
pub(crate) fn reply(method: &Method, mut reply: Reply) -> Response<Pieces> {
    let status = reply.status();
    let bare = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if method == Method::HEAD || bare {
        if let Some(length) = reply.body().size_hint().exact().filter(|_| !bare) {
            reply.headers_mut().entry(CONTENT_LENGTH).or_insert(length.into());
        }
        return reply.map(|_| Pieces::of(Answer::from(Bytes::new())));
    }
    reply.map(Pieces::of)
}

/// An answer that says no more than its status.
pub(crate) fn refuse(status: StatusCode) -> Response<Pieces> {
    let mut reply = Response::new(Pieces::of(Answer::from(Bytes::new())));
    *reply.status_mut() = status;
    reply
}

/// An answer's body, cut into pieces.
#[derive(Debug)]
pub(crate) struct Pieces {
    answer: Answer,
    /// Made, and not cut yet.
    rest: Bytes,
    taken: Taken,
}

impl Pieces {
    fn of(answer: Answer) -> Self {
        let taken = TAKEN.try_with(Taken::clone).unwrap_or_default();
        Self { answer, rest: Bytes::new(), taken }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        this.taken.asked();
        if this.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut this.answer).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(data) => this.rest = data,
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        this.taken.made();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // Asked before anything is cut.
        self.answer.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::time::Instant;

    use super::*;

    fn asked(uri: &str, headers: &[(&str, &str)]) -> Result<Request<()>, StatusCode> {
        let mut builder = Request::builder().uri(uri).version(Version::HTTP_2);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        request(builder.body(()).expect("a request"))
    }

    #[test]
    fn a_request_is_as_http_1_has_it() {
        let seen = asked("https://a.example:1/b?c=d", &[("cookie", "x=1"), ("cookie", "y=2")]);
        let seen = seen.expect("good");
        assert_eq!((seen.uri().to_string().as_str(), seen.version()), ("/b?c=d", Version::HTTP_11));
        assert_eq!(seen.headers()["host"], "a.example:1");
        assert_eq!(seen.headers().get_all("cookie").iter().collect::<Vec<_>>(), ["x=1; y=2"]);
        asked("https://a.example/", &[("host", "a.example")]).expect("the same twice");
    }

    #[test]
    fn two_hosts_and_too_many_headers_are_refused() {
        let two = asked("https://a.example/", &[("host", "b.example")]);
        assert_eq!(two.expect_err("which?"), StatusCode::BAD_REQUEST);
        let many = vec![("x-a", "b"); HEADERS + 1];
        let many = asked("https://a.example/", &many);
        assert_eq!(many.expect_err("too many"), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }

    #[tokio::test]
    async fn an_answer_is_cut_and_whole() {
        let bytes = Bytes::from(vec![7; 2 * PIECE + 1]);
        let mut body = reply(&Method::GET, Response::new(Answer::from(bytes.clone()))).into_body();
        assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64));
        let mut got = vec![];
        while let Some(frame) = body.frame().await {
            let piece = frame.expect("readable").into_data().expect("data");
            assert!(piece.len() <= PIECE);
            got.extend_from_slice(&piece);
        }
        assert!(got == bytes && body.is_end_stream());
    }

    #[test]
    fn what_has_no_body_is_sent_without() {
        let answer = || Response::new(Answer::from("abc"));
        let head = reply(&Method::HEAD, answer());
        assert!(head.body().is_end_stream());
        assert_eq!(head.headers()["content-length"], "3");
        let mut nothing = answer();
        *nothing.status_mut() = StatusCode::NO_CONTENT;
        let nothing = reply(&Method::GET, nothing);
        assert!(nothing.body().is_end_stream() && nothing.headers().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn only_an_answer_that_waits_for_its_client_is_lost() {
        let begun = Instant::now();
        let taken = Taken::default();
        // The function thinks for as long as it likes.
        let thinks = tokio::time::timeout(PATIENCE * 10, taken.left()).await;
        assert!(thinks.is_err());
        taken.made();
        taken.left().await;
        assert!(begun.elapsed() >= PATIENCE * 11);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_idle_without_requests_only() {
        let streams = Streams::default();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        streams.execute(async move {
            let _ = ended.await;
        });
        let busy = tokio::time::timeout(IDLE * 10, streams.idle()).await;
        assert!(busy.is_err());
        drop(end);
        streams.idle().await;
    }
}
