//! The runtime's side: it asks for work, answers, or says that its init failed.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use fika_model::RequestId;
use tokio::sync::oneshot;
use tokio::time::Instant as Deadline;

use super::extensions::Unfinished;
use super::{Coming, Command, Current, Delivery, Phase as SlotPhase, Slot, State, Step};
use crate::logbook::Status;
use crate::logbook::event::Phase;
use crate::{Outcome, Ran};

/// A call of the Runtime API that does not fit the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The id is not that of the running invocation.
    WrongId,
    /// The call comes out of order.
    OutOfOrder,
}

/// A `next` that waits. If the runtime hangs up just as work is handed to it, the work is taken
/// back for its next `next`.
struct Parked<'a> {
    slot: &'a Slot,
    delivery: oneshot::Receiver<Delivery>,
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.delivery.close();
        if let Ok(delivery) = self.delivery.try_recv() {
            self.slot.lock().take_back(delivery);
        }
    }
}

impl State {
    /// Queues an invocation again that did not reach the runtime.
    pub(super) fn take_back(&mut self, delivery: Delivery) {
        let id = delivery.invocation.request_id;
        let ours = self.current.as_mut().filter(|current| current.id == id);
        if let (SlotPhase::Invoking, Some(current)) = (self.phase, ours) {
            current.queued = Some(delivery.invocation);
            self.phase = SlotPhase::Away;
        }
    }
}

impl Slot {
    /// The runtime asks for work: its init is done, or its last invocation is. The latest of
    /// several calls is the one that gets it. One that is being killed waits for that.
    pub async fn next(&self) -> Result<Delivery, Refusal> {
        self.logbook.settle();
        let (parked, delivery) = oneshot::channel();
        if let Some(delivery) = self.ask(parked)? {
            return Ok(delivery);
        }
        let mut parked = Parked { slot: self, delivery };
        (&mut parked.delivery).await.map_err(|_| Refusal::OutOfOrder)
    }

    fn ask(&self, parked: oneshot::Sender<Delivery>) -> Result<Option<Delivery>, Refusal> {
        let mut state = self.lock();
        match state.phase {
            SlotPhase::Starting
                if state.init_error.is_none() && self.coming != Coming::Checkpoint =>
            {
                if !self.may_end_init(&mut state) {
                    state.parked = Some(parked);
                    return Ok(None);
                }
                self.init_is_done(&mut state);
            }
            SlotPhase::Waiting | SlotPhase::Away => {}
            SlotPhase::Stopping | SlotPhase::Dead => {
                // It is being killed: a refusal would only be something to complain of.
                state.parked = Some(parked);
                return Ok(None);
            }
            SlotPhase::Invoking if state.is_cut() => {
                drop(state);
                self.end_cut_stream();
                return self.ask(parked);
            }
            _ => return Err(Refusal::OutOfOrder),
        }
        state.phase = SlotPhase::Waiting;
        let delivery = self.deliver(&mut state);
        state.parked = delivery.is_none().then_some(parked);
        let idle = state.extensions.is_some() && self.settle_extensions(&mut state);
        drop(state);
        if idle {
            self.roster.idle(self.id);
        }
        Ok(delivery)
    }

    pub(super) fn init_is_done(&self, state: &mut State) {
        if let Some(extensions) = &state.extensions {
            self.logbook.extensions(&extensions.standing());
        }
        if let Some(created) = state.created.take() {
            // What the init phase wrote stands before the first START.
            self.logbook.drain();
            state.cold_start = Some(self.is_ready(state.init_started));
            self.is_up(created);
        } else if self.logbook.is_detailed() {
            let took = state.init_started.elapsed();
            self.logbook.init_ended(Phase::Invoke, took, &Status::Answered);
        }
    }

    /// Says that the sandbox is up. When nobody listens any more, nobody will ever use it.
    pub(super) fn is_up(&self, created: super::Created) {
        if created.send(Ok(())).is_err() {
            self.command(Command::Retire);
        }
    }

    /// The runtime's answer, or its error, to the invocation it has.
    pub fn answer(&self, id: &str, payload: Bytes, failed: bool) -> Result<(), Refusal> {
        let step = if failed { Step::Error } else { Step::Response };
        let bytes = payload.len();
        self.finish_answer(id, step, bytes, payload, failed)
    }

    /// The answer is complete, with so many bytes of it.
    pub(super) fn finish_answer(
        &self,
        id: &str,
        step: Step,
        bytes: usize,
        payload: Bytes,
        failed: bool,
    ) -> Result<(), Refusal> {
        let (current, late) = self.take_answered(id, step, bytes)?;
        let log_tail = current.tail.then(|| {
            self.logbook.settle();
            self.logbook.take_tail()
        });
        match late {
            // Extensions may still be at it, but the caller does not wait for them.
            Some(deadline) => self.command(Command::Finish(deadline)),
            // Idle before the answer: a caller that comes straight back must find this sandbox.
            None => self.roster.idle(self.id),
        }
        let _ = current.responder.send(Outcome { payload, failed, log_tail, ran: current.ran });
        Ok(())
    }

    /// The invocation of that id, and until when extensions may be at it.
    fn take_answered(
        &self,
        id: &str,
        step: Step,
        bytes: usize,
    ) -> Result<(Current, Option<Deadline>), Refusal> {
        let mut state = self.lock();
        let state = &mut *state;
        state.expects(id, step)?;
        let mut current = state.current.take().ok_or(Refusal::OutOfOrder)?;
        state.phase = SlotPhase::Away;
        if state.extensions.is_none() {
            self.end(&mut state.cold_start, &mut current, bytes, Status::Answered);
            return Ok((current, None));
        }
        let took = current.begun.map_or(Duration::ZERO, |begun| begun.elapsed());
        let marks = current.marks.as_deref();
        self.logbook.runtime_done(current.id, took, bytes, &Status::Answered, marks);
        current.ran = Some(Ran { duration: took, cold_start: state.cold_start });
        state.unfinished = Some(Unfinished::of(&mut current));
        let left = current.deadline.duration_since(SystemTime::now()).unwrap_or_default();
        Ok((current, Some(Deadline::now() + left)))
    }

    /// Whether the runtime has an invocation of this id to answer, or to fail: it begins to.
    pub fn expects(&self, id: &str, failed: bool) -> Result<(), Refusal> {
        let mut state = self.lock();
        state.expects(id, if failed { Step::Error } else { Step::Response })?;
        state.current.iter_mut().for_each(Current::answers);
        Ok(())
    }

    /// The runtime says its init failed, or its restore. That ends the phase; nobody waits for its
    /// exit.
    pub fn init_failed(&self, payload: Bytes) -> Result<(), Refusal> {
        let mut state = self.lock();
        if state.phase != SlotPhase::Starting || state.init_error.is_some() {
            return Err(Refusal::OutOfOrder);
        }
        state.init_error = Some(payload);
        self.command(Command::InitFailed);
        Ok(())
    }
}

impl State {
    pub(super) fn expects(&self, id: &str, step: Step) -> Result<(), Refusal> {
        match (&self.current, self.phase) {
            (Some(current), SlotPhase::Invoking) if is_id(current.id, id) => {
                if current.stage.takes(step) { Ok(()) } else { Err(Refusal::OutOfOrder) }
            }
            (Some(_), SlotPhase::Invoking) => Err(Refusal::WrongId),
            _ => Err(Refusal::OutOfOrder),
        }
    }
}

fn is_id(id: RequestId, text: &str) -> bool {
    let mut buffer = uuid::Uuid::encode_buffer();
    text == id.0.hyphenated().encode_lower(&mut buffer)
}
