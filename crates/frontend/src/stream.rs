//! Answers that leave while the function still writes them.
//!
//! [`Frontend::run_streaming`] runs an invocation for a caller that takes it in pieces. It is back with a
//! whole answer where the function does not stream, or has failed before it did; else with what is
//! [`Streamed`]: pieces as they come, and behind the last one the invocation's outcome. Whoever
//! drops it ends neither the invocation nor its place among those that run at once.
//!
//! What a function streams for an HTTP client begins with a [`fika_gateway::payload::Prelude`]; [`Streamed::prelude`] takes it
//! off. [`Streamed::into_body`] makes the rest a body.

mod body;
mod prelude;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use fika_assignment::AssignmentService;
use fika_aws::shape::AwsError;
use fika_counting::CountingService;
use fika_model::{FunctionError, FunctionVersion, LaneId};
use fika_worker::stream::{self, Piece};
use fika_worker::{Invocation, Outcome, WorkerService};
use http::HeaderValue;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::Frontend;
use crate::course::Noting;
use crate::invoke::{ATTEMPTS, Held, dying};

pub(crate) use body::{Framing, Raw};
#[cfg(test)]
use prelude::PreludeError;

/// How an invocation is answered.
#[derive(Debug)]
pub(crate) enum Answered {
    /// In one piece.
    Whole(Outcome),
    /// In pieces, of which the first are on their way.
    Streamed(Streamed),
}

/// An answer in pieces.
#[derive(Debug)]
pub(crate) struct Streamed {
    /// What the function says it is.
    content_type: Option<HeaderValue>,
    /// Read already, and not taken.
    first: Option<Bytes>,
    pieces: mpsc::Receiver<Piece>,
    run: JoinHandle<Result<Outcome, Held>>,
    outcome: Option<Outcome>,
}

/// The next of an answer.
#[derive(Debug)]
pub(crate) enum Next {
    /// A piece.
    Data(Bytes),
    /// That was all. Asked again, it says so again, without a payload.
    End(Outcome),
}

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// Runs one invocation, until it is answered or the function begins to stream.
    ///
    /// # Errors
    /// Whatever keeps it from running; an error of the function itself is an [`Outcome`].
    pub(crate) async fn run_streaming(
        &self,
        version: &Arc<FunctionVersion>,
        mut invocation: Invocation,
        called: Option<String>,
        lane: LaneId,
        noting: Noting,
    ) -> Result<Answered, AwsError> {
        let (sink, mut pieces) = stream::channel(self.stream_rate);
        invocation.sink = Some(sink);
        let mut held = self.hold(version, called, lane, noting).await?;
        for _ in 0..ATTEMPTS {
            let run = match self.begin(version, &invocation, held, lane).await {
                Ok(run) => run,
                Err(ended) => return ended.map(Answered::Whole),
            };
            // A task: it carries the function's timeout, whether its caller reads or not.
            let mut run = tokio::spawn(run);
            let ended = tokio::select! {
                biased;
                Some(Piece::Begin(content_type)) = pieces.recv() => {
                    let (first, outcome) = (None, None);
                    return Ok(Answered::Streamed(Streamed { content_type, first, pieces, run, outcome }));
                }
                ended = &mut run => ended,
            };
            match ended {
                Ok(Ok(outcome)) => return Ok(Answered::Whole(outcome)),
                Ok(Err(again)) => held = again,
                Err(_) => break,
            }
        }
        Err(dying())
    }
}

impl Streamed {
    /// The `Content-Type` the function gave its answer.
    pub(crate) fn content_type(&self) -> Option<&HeaderValue> {
        self.content_type.as_ref()
    }

    /// The next piece, or the end.
    pub(crate) async fn next(&mut self) -> Next {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    /// Puts back what was taken too much.
    pub(crate) fn put_back(&mut self, data: Bytes) {
        self.first = (!data.is_empty()).then_some(data);
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Next::Data(first));
        }
        loop {
            match self.pieces.poll_recv(context) {
                Poll::Ready(Some(Piece::Data(data))) => return Poll::Ready(Next::Data(data)),
                Poll::Ready(Some(Piece::Begin(_))) => {}
                Poll::Ready(None) => {
                    ready!(self.poll_outcome(context));
                    return Poll::Ready(Next::End(self.end()));
                }
                Poll::Pending => {
                    ready!(self.poll_outcome(context));
                    // It is over: what is there is taken, and nothing comes behind it.
                    self.pieces.close();
                }
            }
        }
    }

    fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.outcome.is_none() {
            let ended = ready!(Pin::new(&mut self.run).poll(context));
            let outcome = ended.ok().and_then(Result::ok);
            self.outcome = Some(outcome.unwrap_or_else(lost));
        }
        Poll::Ready(())
    }

    fn end(&mut self) -> Outcome {
        match &mut self.outcome {
            Some(outcome) => {
                Outcome { payload: std::mem::take(&mut outcome.payload), ..outcome.clone() }
            }
            None => lost(),
        }
    }
}

/// An invocation whose sandbox went away in the middle of its answer.
fn lost() -> Outcome {
    let error = FunctionError::new("Runtime.TruncatedResponse", "the response stream broke off");
    let payload = serde_json::to_vec(&error).unwrap_or_default().into();
    Outcome { payload, failed: true, log_tail: None, ran: None }
}

#[cfg(test)]
mod tests;
