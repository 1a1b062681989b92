//! Where extensions meet the runtime, callers and the keeper. Who they are and what each is doing is
//! `crate::extensions`.
//!
//! An init phase ends, and an invocation is over, when the runtime and all of them have asked for what
//! comes next. The caller has its answer before that; one timeout covers both.

use std::time::{Instant, SystemTime};

use bytes::Bytes;
use fika_model::RequestId;
use fika_sandbox::{Dialer, Exit};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::keeper::AfterEnd;
use super::{Coming, Command, Current, Ending, Phase, Slot, State};
use crate::extensions::api::exit_text;
use crate::extensions::event::{self, Reason};
use crate::extensions::{Extensions, Interests, Refused};
use crate::logbook::event::Marks;
use crate::logbook::{Ended, Status};
use crate::telemetry::{Api, Wish};

/// An invocation that is answered, and whose runtime or extensions are still at it.
#[derive(Debug)]
pub(super) struct Unfinished {
    id: RequestId,
    begun: Instant,
    marks: Option<Box<Marks>>,
}

impl Unfinished {
    pub fn of(current: &mut Current) -> Self {
        let begun = current.begun.unwrap_or_else(Instant::now);
        Self { id: current.id, begun, marks: current.marks.take() }
    }
}

/// What is left of extensions when their sandbox ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// The numbers of the processes that run.
    pub programs: Vec<u16>,
}

impl Slot {
    /// Whether extensions are to be started before the runtime.
    pub fn has_programs(&self) -> bool {
        matches!(self.coming, Coming::Init(_)) && !self.programs.is_empty()
    }

    /// The extensions of the processes that are about to start.
    pub(super) fn expect_extensions(&self, state: &mut State) {
        state.extensions = None;
        if self.has_programs() {
            self.logbook.listen();
            state.extensions = Some(Box::new(Extensions::new(&self.programs)));
        }
    }

    /// One says who it is. The answer is its id.
    pub fn register(&self, name: &str, interests: Interests) -> Result<Uuid, Refused> {
        let mut state = self.lock();
        // What is to become a snapshot would have to be taken out of it again.
        if state.phase != Phase::Starting || !matches!(self.coming, Coming::Init(_)) {
            return Err(Refused::closed());
        }
        let mut extensions = match state.extensions.take() {
            Some(extensions) => extensions,
            None => {
                self.logbook.listen();
                Box::new(Extensions::new(&[]))
            }
        };
        let registered = extensions.register(name, interests);
        if extensions.launches() {
            self.command(Command::Launch);
        }
        state.extensions = Some(extensions).filter(|extensions| !extensions.is_empty());
        registered
    }

    /// Whether the runtime is still to be started.
    pub fn is_starting(&self) -> bool {
        self.lock().phase == Phase::Starting
    }

    /// One asks for its next event, and waits for it.
    pub async fn extension_next(&self, id: Uuid) -> Result<Bytes, Refused> {
        let (reply, event) = oneshot::channel();
        let idle = {
            let mut state = self.lock();
            state.extensions.as_mut().ok_or_else(|| Refused::unknown(id))?.ask(id, reply)?;
            self.settle_extensions(&mut state)
        };
        if idle {
            self.roster.idle(self.id);
        }
        event.await.map_err(|_| Refused::unknown(id))
    }

    /// Goes on where the runtime and all extensions have asked for what comes next. True: the sandbox
    /// takes another invocation.
    pub(super) fn settle_extensions(&self, state: &mut State) -> bool {
        if !state.extensions.as_ref().is_some_and(|extensions| extensions.are_ready()) {
            return false;
        }
        match state.phase {
            Phase::Starting if state.parked.is_some() => {
                self.init_is_done(state);
                state.phase = Phase::Waiting;
                if state.current.is_some() {
                    self.deliver_to_parked(state);
                }
                false
            }
            Phase::Waiting => match state.unfinished.take() {
                Some(unfinished) => {
                    self.finish(state, unfinished, Status::Answered);
                    true
                }
                None => false,
            },
            _ => false,
        }
    }

    /// The runtime has asked for its first work. False: an extension is not there yet.
    pub(super) fn may_end_init(&self, state: &mut State) -> bool {
        state.extensions.as_mut().is_none_or(|extensions| {
            extensions.close();
            extensions.are_ready()
        })
    }

    /// Tells extensions of an invocation that the runtime is given.
    pub(super) fn tell_extensions(&self, state: &mut State) {
        let State { extensions: Some(extensions), current: Some(current), .. } = state else {
            return;
        };
        let Some(invocation) = &current.queued else { return };
        let arn = || match &invocation.invoked_arn {
            Some(arn) => arn.to_string(),
            None => self.version.invoked_arn().to_string(),
        };
        extensions
            .invoke(invocation.request_id, || event::invoke(invocation, &arn(), current.deadline));
    }

    /// An invocation is over, all of it.
    fn finish(&self, state: &mut State, unfinished: Unfinished, status: Status) {
        let Unfinished { id, begun, marks } = unfinished;
        // Past its timeout an invocation is reported with the timeout itself, as Lambda does.
        let duration =
            if status == Status::Timeout { self.version.timeout } else { begun.elapsed() };
        let cold_start = state.cold_start.take();
        self.logbook.ended(Ended { request_id: id, duration, cold_start, status, marks });
        self.logbook.settle();
    }

    /// The time of the invocation that was answered is over. True: extensions are still at it, and
    /// all is to be reset.
    pub fn is_late(&self) -> bool {
        let mut state = self.lock();
        let Some(unfinished) = state.unfinished.take() else { return false };
        state.phase = Phase::Stopping;
        self.logbook.timed_out(unfinished.id, self.version.timeout);
        self.finish(&mut state, unfinished, Status::Timeout);
        true
    }

    /// The processes end before all were done. True: an invocation was answered, and nobody has said
    /// yet that the sandbox takes another.
    pub(super) fn cut_off(&self, state: &mut State) -> bool {
        let Some(unfinished) = state.unfinished.take() else { return false };
        self.finish(state, unfinished, Status::Answered);
        true
    }

    /// One says that it has failed, which is the end of all.
    pub fn extension_failed(&self, id: Uuid, in_init: bool) -> Result<(), Refused> {
        let mut state = self.lock();
        let extensions = state.extensions.as_mut().ok_or_else(|| Refused::unknown(id))?;
        let name = extensions.fail(id, in_init)?;
        state.failed_extension = Some((in_init, name));
        self.command(Command::ExtensionFailed);
        Ok(())
    }

    /// How that end is told of.
    pub fn extension_failure(&self) -> Option<Ending> {
        let (in_init, name) = self.lock().failed_extension.take()?;
        let (kind, phase) =
            if in_init { ("Extension.InitError", "init") } else { ("Extension.ExitError", "exit") };
        let text = format!("extension {name} reported an {phase} error");
        Some(Ending::Extension { kind, text })
    }

    /// The process of one has ended. None: that was to come.
    pub fn extension_exited(&self, number: u16, how: Exit) -> Option<Ending> {
        let mut state = self.lock();
        state.extensions.as_mut()?.exited(number)?;
        Some(Ending::Extension { kind: "Extension.Crash", text: exit_text(how) })
    }

    /// What is left of extensions; none where there were none.
    pub fn extensions_left(&self) -> Option<Left> {
        let state = self.lock();
        let extensions = state.extensions.as_ref().filter(|all| !all.is_empty())?;
        Some(Left { programs: extensions.running() })
    }

    /// Tells those that want to know that this is the end.
    pub fn shut_extensions_down(&self, reason: Reason, deadline: SystemTime) {
        if let Some(extensions) = &mut self.lock().extensions {
            extensions.shut_down(&event::shutdown(reason, deadline));
        }
    }

    /// One wants to be told what happens.
    pub fn subscribe(&self, id: Uuid, api: Api, wish: Wish) -> Result<(), Refused> {
        let (kind, message) = match api {
            Api::Telemetry => {
                ("Telemetry.SubscriptionClosed", "Telemetry API subscription is closed")
            }
            Api::Logs => ("Logs.SubscriptionClosed", "Logs API subscription is closed already"),
        };
        let closed = || Refused::new(kind, message);
        let mut state = self.lock();
        let extensions = state.extensions.as_mut().ok_or_else(|| Refused::unknown(id))?;
        let name = extensions.name(id)?;
        let dialer = self.dialer.get().ok_or_else(closed)?;
        if !self.logbook.subscribe(api, &name, wish, Dialer::clone(dialer)) {
            return Err(closed());
        }
        Ok(())
    }
}

/// What follows for the keeper when processes have ended that an answered invocation was waiting for.
pub(super) fn after_cut_off(spoilt: bool) -> AfterEnd {
    if spoilt { AfterEnd::End } else { AfterEnd::ResetAndAnnounce }
}
