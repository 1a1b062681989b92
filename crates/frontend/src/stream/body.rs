//! Pieces as the body of an answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use fika_worker::Outcome;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};

use super::{Next, Streamed};
use crate::answer::Answer;
use crate::server::Kept;

/// How pieces are written.
pub(crate) trait Framing: Send + Unpin + 'static {
    /// A piece.
    fn data(&mut self, data: Bytes) -> Bytes;
    /// What stands behind the last one.
    ///
    /// # Errors
    /// The answer breaks off: it has no other way to say that it failed.
    fn end(&mut self, outcome: Outcome) -> io::Result<Option<Bytes>>;
}

/// Pieces as they are. An answer that fails breaks off, so that nobody takes it for whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw;

impl Framing for Raw {
    fn data(&mut self, data: Bytes) -> Bytes {
        data
    }

    fn end(&mut self, outcome: Outcome) -> io::Result<Option<Bytes>> {
        if outcome.failed { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(None) }
    }
}

impl Streamed {
    /// What is left of it as a body. `running` is held until its end.
    pub(crate) fn into_body(self, framing: impl Framing, running: Kept) -> Answer {
        let body = Pieces { streamed: self, framing, is_over: false, _running: running };
        Answer::Boxed(body.boxed_unsync())
    }
}

struct Pieces<F> {
    streamed: Streamed,
    framing: F,
    is_over: bool,
    _running: Kept,
}

impl<F: Framing> Body for Pieces<F> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(None);
        }
        let frame = match ready!(this.streamed.poll_next(context)) {
            Next::Data(data) => Ok(Some(this.framing.data(data))),
            Next::End(outcome) => {
                this.is_over = true;
                this.framing.end(outcome)
            }
        };
        Poll::Ready(frame.transpose().map(|frame| frame.map(Frame::data)))
    }
}
