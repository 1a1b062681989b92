//! The keeper's side: the runtime is started, has ended, or was killed.

use std::time::{Duration, Instant};

use bytes::Bytes;
use fika_model::{FunctionError, RequestId};
use fika_sandbox::Exit;

use super::{Coming, Command, Created, Current, Phase as SlotPhase, Rest, Slot, extensions};
use crate::logbook::Status;
use crate::logbook::event::Phase;
use crate::outcome::{self, InitFailure};
use crate::{CreateError, RestoreFailure};

/// Whether the runtime is to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// For the sandbox's first init phase.
    First,
    /// Once more, for an invocation and on its time.
    Again,
    /// Not now: it runs, or is to be killed first.
    Not,
}

/// How a runtime came to its end.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    /// Its process ended.
    Exited {
        /// How.
        how: Exit,
        /// It was killed for using more memory than it has.
        out_of_memory: bool,
    },
    /// It has said that its init failed.
    InitFailed,
    /// It could not be started; this is the error a caller gets.
    NotStarted(Bytes),
    /// It may run, but an extension has ended, or failed.
    Extension {
        /// AWS's name for that.
        kind: &'static str,
        /// How.
        text: String,
    },
}

/// What the keeper does when the runtime has ended.
pub(crate) enum AfterEnd {
    /// It was expected.
    Nothing,
    /// Kill what is left; the sandbox was idle, or an invocation is queued.
    Reset,
    /// Kill what is left, then offer the sandbox again.
    ResetAndAnnounce,
    /// End the sandbox. What used up its memory, or keeps its runtime from coming up again, may
    /// outlive the processes: a fresh one costs a cold start, a spoilt one every later call.
    End,
    /// The first init, or the restore, failed: end the sandbox, then say so.
    InitFailed(Created, CreateError),
}

impl Slot {
    /// The runtime is being started, if it may be.
    pub fn starting(&self) -> Begin {
        let mut state = self.lock();
        if state.phase != SlotPhase::Stopped {
            return Begin::Not;
        }
        state.phase = SlotPhase::Starting;
        state.init_started = Instant::now();
        if matches!(self.coming, Coming::Restore { .. }) {
            self.logbook.restore_begins();
        }
        self.expect_extensions(&mut state);
        let first = state.created.is_some();
        if let Some(current) = &mut state.current {
            // What this init logs and takes is the invocation's.
            self.begin(current);
        }
        if !matches!(self.coming, Coming::Restore { .. }) {
            self.logbook.init_begins(if first { Phase::Init } else { Phase::Invoke });
        }
        if first { Begin::First } else { Begin::Again }
    }

    /// All processes have been killed.
    pub fn stopped(&self) {
        let mut state = self.lock();
        if state.phase != SlotPhase::Dead {
            state.phase = SlotPhase::Stopped;
            state.parked = None;
            (state.extensions, state.unfinished) = (None, None);
            self.logbook.forget_subscribers();
            if state.current.is_some() {
                self.command(Command::Start);
            }
        }
    }

    /// Whether its keeper was told to freeze it, and nothing has come since.
    pub fn is_frozen(&self) -> bool {
        self.lock().rest == Rest::Frozen
    }

    /// Somebody looks, now and then. A runtime that has waited since the last look is frozen.
    pub fn rest(&self) {
        let mut state = self.lock();
        let done = state.current.is_none() && state.unfinished.is_none();
        // Whoever looks at it while it waits is to see it.
        let waits = state.phase == SlotPhase::Waiting && done && !self.roster.develop.debugs();
        if !waits {
            // One that ended just as it was to be frozen: what is started in its place must run.
            return self.wake(&mut state);
        }
        state.rest = match state.rest {
            Rest::Awake => Rest::Idle,
            Rest::Idle => {
                self.command(Command::Freeze);
                Rest::Frozen
            }
            Rest::Frozen => Rest::Frozen,
        };
    }

    /// The first init, or the restore, has taken longer than its own limit. If it still runs it is
    /// to be killed: an init is run again, under the function's own timeout, when an invocation
    /// comes. What was to become a snapshot, or came of one, has failed.
    pub fn out_of_time(&self, limit: Duration) -> AfterEnd {
        let mut state = self.lock();
        let Some(created) = state.created.take() else { return AfterEnd::Nothing };
        state.phase = SlotPhase::Stopping;
        state.init_error = None;
        self.first_ended(state.init_started, &Status::Timeout);
        match self.too_late(limit) {
            Some(error) => AfterEnd::InitFailed(created, error),
            None => {
                self.is_up(created);
                AfterEnd::Reset
            }
        }
    }

    /// The runtime has ended. Tells the one who waits, and what the keeper does next.
    pub fn ended(&self, ending: Ending) -> AfterEnd {
        let mut guard = self.lock();
        let state = &mut *guard;
        let said = state.init_error.take();
        match (state.phase, &ending) {
            (SlotPhase::Stopped | SlotPhase::Stopping | SlotPhase::Dead, _) => {
                return AfterEnd::Nothing;
            }
            // The exit that followed it came before.
            (_, Ending::InitFailed) if said.is_none() => return AfterEnd::Nothing,
            _ => {}
        }
        let starting = state.phase == SlotPhase::Starting;
        let spoilt = starting || matches!(ending, Ending::Exited { out_of_memory: true, .. });
        state.phase = SlotPhase::Stopping;
        if let Some(created) = state.created.take() {
            let begun = state.init_started;
            drop(guard);
            let error = self.first_failed(begun, ending, said);
            return AfterEnd::InitFailed(created, error);
        }
        if self.cut_off(state) {
            return extensions::after_cut_off(spoilt);
        }
        // Queued, and the runtime that ended had finished its init: start a new one for it.
        let lost = |current: &mut Current| starting || current.queued.is_none();
        let Some(mut current) = state.current.take_if(lost) else {
            let idle = state.current.is_none();
            return if spoilt && idle { AfterEnd::End } else { AfterEnd::Reset };
        };
        let (status, payload) = verdict(current.id, ending, said);
        self.end(&mut state.cold_start, &mut current, payload.len(), status);
        drop(guard);
        let outcome = self.failed(&current, payload);
        let _ = current.responder.send(outcome);
        if spoilt { AfterEnd::End } else { AfterEnd::ResetAndAnnounce }
    }

    fn first_failed(&self, begun: Instant, ending: Ending, said: Option<Bytes>) -> CreateError {
        let extension = match &ending {
            Ending::Extension { kind, text } => Some((*kind, text.clone())),
            _ => None,
        };
        let (said, how) = match ending {
            Ending::Exited { how, .. } => (said, Some(how)),
            Ending::InitFailed => (said, None),
            Ending::NotStarted(error) => (Some(error), None),
            Ending::Extension { .. } => (None, None),
        };
        self.logbook.drain();
        let tail = self.logbook.take_tail();
        let failure = match extension {
            Some((kind, text)) => InitFailure::of_extension(kind, text, tail),
            None => InitFailure::new(said, how, tail),
        };
        self.first_ended(begun, &Status::Failed(failure.error_type().into()));
        match self.coming {
            Coming::Restore { .. } => CreateError::Restore(RestoreFailure::Hook),
            Coming::Init(_) | Coming::Checkpoint => CreateError::Init(failure),
        }
    }

    /// This is the end; the caller whose invocation runs is told. Who waits for the sandbox itself is
    /// handed back: told when nothing is left of it.
    pub fn die(&self) -> Option<Created> {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.phase = SlotPhase::Dead;
        let created = state.created.take();
        self.cut_off(state);
        let Some(mut current) = state.current.take() else { return created };
        if current.begun.is_none() {
            // No runtime has seen it, so another sandbox may run it: its caller finds us gone.
            return created;
        }
        let killed = Ending::Exited { how: Exit::Signal(9), out_of_memory: false };
        let (status, payload) = verdict(current.id, killed, None);
        self.end(&mut state.cold_start, &mut current, payload.len(), status);
        drop(guard);
        let outcome = self.failed(&current, payload);
        let _ = current.responder.send(outcome);
        created
    }
}

/// What REPORT says of a runtime's end, and the answer to the invocation it cost.
fn verdict(id: RequestId, ending: Ending, said: Option<Bytes>) -> (Status, Bytes) {
    let exited = |kind: &'static str, how| {
        (Status::Failed(kind.into()), outcome::json_of(&outcome::exit_error(id, how)))
    };
    match (ending, said) {
        (Ending::Extension { kind, text }, _) => {
            let text = format!("RequestId: {id} Error: {text}");
            (Status::Failed(kind.into()), outcome::json_of(&FunctionError::new(kind, text)))
        }
        (Ending::NotStarted(error), _) | (_, Some(error)) => {
            (Status::Failed(outcome::error_type_of(&error).into()), error)
        }
        (Ending::Exited { how, out_of_memory: true }, None) => exited("Runtime.OutOfMemory", how),
        (Ending::Exited { how, .. }, None) => exited("Runtime.ExitError", how),
        (Ending::InitFailed, None) => exited("Runtime.ExitError", Exit::Code(0)),
    }
}
