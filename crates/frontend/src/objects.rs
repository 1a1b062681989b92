//! S3: requests whose bodies are taken as they come, and whose answers are larger than memory.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use fika_aws::sigv4::{AuthError, Service};
use fika_model::RequestId;
use fika_objects::{Visit, Who};
use http::Request;
use http::header::EXPECT;
use http::request::Parts;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::answer::Answer;
use crate::auth;
use crate::reply::{self, Reply};
use crate::server::Line;
use crate::{Frontend, body};

/// How long the next piece of a body may take.
const STALL: Duration = Duration::from_secs(20);

impl<C, A, W> Frontend<C, A, W> {
    /// Answers one.
    pub(crate) async fn objects(&self, parts: Parts, body: Incoming, line: &Line) -> Reply {
        let who = match self.visitor(&parts, line) {
            Ok(who) => who,
            Err(error) => {
                body::discard(body).await;
                let refused = self.objects.refuse(&reply::unauthorised(&error));
                return reply::closing(refused.map(Answer::Boxed));
            }
        };
        let waits = parts.headers.contains_key(EXPECT);
        let rest = Shared::new(body);
        let _run = line.running.begin();
        let visit = Visit { who, via: line.peer.via(), request: RequestId::random() };
        let request = Request::from_parts(parts, Flowing::new(rest.clone()));
        let reply = self.objects.answer(visit, request).await.map(Answer::Boxed);
        match rest.take() {
            // A client that still writes would not see the answer.
            Some(body) if !body.is_end_stream() => {
                if !waits {
                    body::discard(body).await;
                }
                reply::closing(reply)
            }
            _ => reply,
        }
    }

    /// Who signed, if anybody did.
    fn visitor(&self, parts: &Parts, line: &Line) -> Result<Who, AuthError> {
        match auth::greet(parts, &self.iam, &self.sessions, &[Service::S3], line) {
            Ok(visitor) => Ok(visitor.claimed().map_or(Who::Nobody, Who::Signed)),
            Err(AuthError::MissingToken) => Ok(Who::Nobody),
            Err(error) => Err(error),
        }
    }
}

/// A body that can be taken back from who reads it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<Incoming>>>);

impl Shared {
    fn new(body: Incoming) -> Self {
        Self(Arc::new(Mutex::new(Some(body))))
    }

    fn take(&self) -> Option<Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn with<T>(&self, work: impl FnOnce(&mut Incoming) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }
}

/// A body that must keep coming.
struct Flowing {
    body: Shared,
    patience: Pin<Box<Sleep>>,
}

impl Flowing {
    fn new(body: Shared) -> Self {
        Self { body, patience: Box::pin(sleep(STALL)) }
    }
}

impl Body for Flowing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let polled = self.body.with(|body| Pin::new(body).poll_frame(context));
        match polled {
            Some(Poll::Ready(frame)) => {
                self.patience.as_mut().reset(Instant::now() + STALL);
                Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
            }
            Some(Poll::Pending) => {
                ready!(self.patience.as_mut().poll(context));
                Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())))
            }
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.with(|body| body.is_end_stream()).unwrap_or(true)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.with(|body| body.size_hint()).unwrap_or_default()
    }
}
