//! Answers that leave in pieces: which calls fit, and how such an answer ends.
//!
//! A stream whose connection breaks is no answer. Its runtime may have died, which is told apart and
//! says more; one that lives may still report an error, or ask for its next invocation: then
//! it was cut short.

use bytes::Bytes;

use super::{Phase, Refusal, Slot, State};
use crate::outcome;
use crate::stream::Sink;

/// How far an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing of it is there.
    Awaited,
    /// It is on its way.
    Streaming,
    /// It broke off.
    Cut,
}

/// A call that answers an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// An answer.
    Response,
    /// An error.
    Error,
    /// The end of a stream.
    End,
    /// Giving up a stream that broke off.
    GiveUp,
}

impl Stage {
    /// Whether that call fits.
    pub fn takes(self, step: Step) -> bool {
        match self {
            Self::Awaited => matches!(step, Step::Response | Step::Error),
            Self::Streaming => step == Step::End,
            Self::Cut => matches!(step, Step::Error | Step::GiveUp),
        }
    }
}

impl State {
    /// Whether the running invocation's answer broke off.
    pub(super) fn is_cut(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.stage == Stage::Cut)
    }
}

impl Slot {
    /// The runtime begins to stream its answer. None: the caller wants it whole.
    pub fn begin_stream(&self, id: &str) -> Result<Option<Sink>, Refusal> {
        let mut state = self.lock();
        state.expects(id, Step::Response)?;
        let current = state.current.as_mut().ok_or(Refusal::OutOfOrder)?;
        current.answers();
        let sink = current.sink.take();
        if sink.is_some() {
            current.stage = Stage::Streaming;
        }
        Ok(sink)
    }

    /// The stream has ended, after so many bytes, well or with an error's JSON.
    pub fn end_stream(&self, id: &str, bytes: u64, error: Option<Bytes>) -> Result<(), Refusal> {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let failed = error.is_some();
        self.finish_answer(id, Step::End, bytes, error.unwrap_or_default(), failed)
    }

    /// The stream broke off. Nothing to do where the invocation is over.
    pub fn cut_stream(&self, id: &str) {
        let mut state = self.lock();
        if state.expects(id, Step::End).is_ok()
            && let Some(current) = &mut state.current
        {
            current.stage = Stage::Cut;
        }
    }

    /// The runtime goes on after a stream of its that broke off.
    pub(super) fn end_cut_stream(&self) {
        let id = match &*self.lock() {
            State { current: Some(current), phase: Phase::Invoking, .. } => current.id,
            _ => return,
        };
        let error = outcome::json_of(&outcome::truncated_error(id));
        // Whoever was faster has ended it.
        let _ = self.finish_answer(&id.to_string(), Step::GiveUp, 0, error, true);
    }
}
