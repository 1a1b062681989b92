//! What one sandbox is doing right now, and the one invocation it may hold.
//!
//! The runtime's side (`next`, `answer`) and the caller's side (`accept`, `time_out`) meet here
//! under one short lock. The keeper, which owns the wall, is told what to do by [`Command`]s.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use fika_model::{FunctionVersion, RequestId, SandboxId};
use fika_sandbox::Exit;
use tokio::sync::{mpsc, oneshot};

use crate::logbook::{Ended, Logbook, Status};
use crate::outcome::{self, InitFailure};
use crate::service::Shared;
use crate::{CreateError, Gone, Invocation, Outcome};

/// Where the sandbox's runtime stands. The transitions:
///
/// | from | on | to |
/// |---|---|---|
/// | Stopped | the keeper starts the runtime | Starting |
/// | Starting, Away | the runtime asks for work | Waiting, or Invoking when some is queued |
/// | Waiting | an invocation is accepted | Invoking |
/// | Invoking | the runtime answers | Away |
/// | any but Dead | exit, timeout, failed init | Stopping |
/// | Stopping | the keeper has killed all processes | Stopped |
/// | any | retired, or the wall is lost | Dead |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No runtime; the next invocation starts one.
    Stopped,
    /// The runtime initialises.
    Starting,
    /// The runtime has asked for work and waits.
    Waiting,
    /// The runtime has an invocation.
    Invoking,
    /// The runtime has answered and not yet asked again; an invocation is queued until it does.
    Away,
    /// The processes are being killed.
    Stopping,
    /// Nothing runs here any more.
    Dead,
}

/// What a slot asks of its keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// Start the runtime: an invocation waits.
    Start,
    /// Kill the function's processes; say idle afterwards if asked.
    Reset {
        /// Whether the sandbox is to be offered again.
        announce: bool,
    },
    /// End the sandbox.
    Retire,
}

/// An accepted invocation that has no answer yet.
struct Current {
    invocation: Invocation,
    responder: oneshot::Sender<Outcome>,
    accepted: Instant,
    deadline: SystemTime,
    delivered: Option<Instant>,
}

/// What the runtime gets from `next`.
pub(crate) struct Delivery {
    pub invocation: Invocation,
    pub deadline: SystemTime,
}

struct State {
    phase: Phase,
    current: Option<Current>,
    parked: Option<oneshot::Sender<Delivery>>,
    /// Present until the first init phase has ended: who waits for the sandbox.
    created: Option<oneshot::Sender<Result<(), CreateError>>>,
    init_started: Instant,
    /// The first init's duration, until a REPORT line has told it.
    init_duration: Option<Duration>,
    init_error: Option<Bytes>,
    /// An invocation that has been answered and whose END and REPORT are not written yet.
    ended: Option<Ended>,
}

/// One sandbox as the worker sees it.
pub(crate) struct Slot {
    pub id: SandboxId,
    pub version: Arc<FunctionVersion>,
    pub logbook: Logbook,
    /// The ARN the runtime is told, once and not for each invocation.
    pub invoked_arn: String,
    pub shared: Arc<Shared>,
    state: Mutex<State>,
    commands: mpsc::UnboundedSender<Command>,
}

/// A call of the Runtime API that does not fit the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The id is not that of the running invocation.
    WrongId,
    /// The call comes out of order.
    OutOfOrder,
}

impl Slot {
    pub fn new(
        id: SandboxId,
        version: Arc<FunctionVersion>,
        logbook: Logbook,
        shared: Arc<Shared>,
        created: oneshot::Sender<Result<(), CreateError>>,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Command>) {
        #[expect(
            clippy::disallowed_methods,
            reason = "one invocation at a time bounds it: a Start, a Reset and a Retire may wait"
        )]
        let (commands, inbox) = mpsc::unbounded_channel();
        let state = State {
            phase: Phase::Stopped,
            current: None,
            parked: None,
            created: Some(created),
            init_started: Instant::now(),
            init_duration: None,
            init_error: None,
            ended: None,
        };
        let invoked_arn = version.arn.to_string();
        let state = Mutex::new(state);
        let slot = Self { id, version, logbook, invoked_arn, shared, state, commands };
        (Arc::new(slot), inbox)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under this lock leaves plain data behind, so the poison says nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn command(&self, command: Command) {
        // The keeper is gone only when the slot is dead, and then nothing is left to do.
        let _ = self.commands.send(command);
    }

    // ---- the caller's side ----

    /// Takes an invocation. The answer comes through the receiver.
    pub fn accept(&self, invocation: Invocation) -> Result<oneshot::Receiver<Outcome>, Gone> {
        let (responder, answer) = oneshot::channel();
        let mut state = self.lock();
        if state.phase == Phase::Dead || state.current.is_some() {
            return Err(Gone);
        }
        state.current = Some(Current {
            invocation,
            responder,
            accepted: Instant::now(),
            deadline: SystemTime::now() + self.version.timeout,
            delivered: None,
        });
        match state.phase {
            Phase::Waiting => self.deliver_to_parked(&mut state),
            Phase::Stopped => self.command(Command::Start),
            _ => {}
        }
        Ok(answer)
    }

    fn deliver_to_parked(&self, state: &mut State) {
        let Some(parked) = state.parked.take() else { return };
        if parked.is_closed() {
            // The runtime hung up on its own `next`; it asks again, or its exit is on the way.
            state.phase = Phase::Away;
        } else if let Some(delivery) = self.deliver(state) {
            let _ = parked.send(delivery);
        }
    }

    /// Hands the queued invocation over and writes START.
    fn deliver(&self, state: &mut State) -> Option<Delivery> {
        let current = state.current.as_mut().filter(|c| c.delivered.is_none())?;
        current.delivered = Some(Instant::now());
        state.phase = Phase::Invoking;
        let invocation = current.invocation.clone();
        self.logbook.start(invocation.request_id, &self.version.version, invocation.tail);
        Some(Delivery { invocation, deadline: current.deadline })
    }

    /// The invocation's time is over. `None` when it was answered in the last moment.
    pub fn time_out(&self, request_id: RequestId) -> Option<Outcome> {
        let mut state = self.lock();
        let current = state.current.take_if(|c| c.invocation.request_id == request_id)?;
        state.phase = Phase::Stopping;
        state.ended = Some(self.ended(&mut state.init_duration, &current, Status::Timeout));
        drop(state);
        let error = outcome::timeout_error(request_id, self.version.timeout);
        self.logbook.timed_out(request_id, self.version.timeout);
        let outcome = self.failed(&current.invocation, outcome::json_of(&error));
        self.command(Command::Reset { announce: true });
        Some(outcome)
    }

    fn failed(&self, invocation: &Invocation, payload: Bytes) -> Outcome {
        self.write_report();
        let log_tail = invocation.tail.then(|| self.logbook.take_tail());
        Outcome { payload, failed: true, log_tail }
    }

    // ---- the runtime's side ----

    /// The runtime asks for work: its init is done, or its last invocation is.
    pub async fn next(self: &Arc<Self>) -> Result<Delivery, Refusal> {
        self.write_report();
        let parked = {
            let mut state = self.lock();
            match state.phase {
                Phase::Starting => self.init_is_done(&mut state),
                Phase::Waiting | Phase::Away => {}
                _ => return Err(Refusal::OutOfOrder),
            }
            state.phase = Phase::Waiting;
            if let Some(delivery) = self.deliver(&mut state) {
                return Ok(delivery);
            }
            let (parked, delivered) = oneshot::channel();
            state.parked = Some(parked);
            delivered
        };
        parked.await.map_err(|_| Refusal::OutOfOrder)
    }

    fn init_is_done(&self, state: &mut State) {
        if let Some(created) = state.created.take() {
            state.init_duration = Some(state.init_started.elapsed());
            let _ = created.send(Ok(()));
        }
    }

    /// The runtime's answer, or its error, to the invocation it has.
    pub fn answer(&self, id: &str, payload: Bytes, failed: bool) -> Result<(), Refusal> {
        let current = self.take_answered(id, if failed { Status::Error } else { Status::Ok })?;
        let log_tail = current.invocation.tail.then(|| {
            self.write_report();
            self.logbook.take_tail()
        });
        // Idle before the answer: a caller that comes straight back must find this sandbox.
        self.shared.idle(self.id);
        let _ = current.responder.send(Outcome { payload, failed, log_tail });
        Ok(())
    }

    fn take_answered(&self, id: &str, status: Status) -> Result<Current, Refusal> {
        let mut state = self.lock();
        if state.phase != Phase::Invoking {
            return Err(Refusal::OutOfOrder);
        }
        let ours = |c: &mut Current| is_id(c.invocation.request_id, id);
        let current = state.current.take_if(ours).ok_or(Refusal::WrongId)?;
        state.phase = Phase::Away;
        state.ended = Some(self.ended(&mut state.init_duration, &current, status));
        Ok(current)
    }

    /// The runtime says its init failed; its processes are ended, its message is kept.
    pub fn init_failed(&self, payload: Bytes) -> Result<(), Refusal> {
        let mut state = self.lock();
        if state.phase != Phase::Starting {
            return Err(Refusal::OutOfOrder);
        }
        state.init_error = Some(payload);
        Ok(())
    }

    /// Whether this is the id of the invocation the runtime has.
    pub fn holds(&self, id: &str) -> bool {
        self.lock().current.as_ref().is_some_and(|c| is_id(c.invocation.request_id, id))
    }

    // ---- the keeper's side ----

    pub fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// The runtime is being started. Returns whether this is the sandbox's first init phase.
    pub fn starting(&self) -> bool {
        let mut state = self.lock();
        state.phase = Phase::Starting;
        state.init_started = Instant::now();
        state.init_error = None;
        state.created.is_some()
    }

    /// All processes have been killed.
    pub fn stopped(&self) {
        let mut state = self.lock();
        if state.phase != Phase::Dead {
            state.phase = Phase::Stopped;
            if state.current.is_some() {
                self.command(Command::Start);
            }
        }
    }

    /// The first init took longer than its own limit: it is run again when an invocation comes.
    pub fn defer_init(&self) {
        let mut state = self.lock();
        state.phase = Phase::Stopping;
        if let Some(created) = state.created.take() {
            let _ = created.send(Ok(()));
        }
    }

    /// The runtime's process has ended. Tells the one who waits, and what the keeper does next.
    pub fn exited(&self, exit: Exit, out_of_memory: bool) -> AfterExit {
        self.logbook.drain();
        let mut state = self.lock();
        match state.phase {
            Phase::Stopped | Phase::Stopping | Phase::Dead => return AfterExit::Nothing,
            _ => {}
        }
        let starting = state.phase == Phase::Starting;
        state.phase = Phase::Stopping;
        state.parked = None;
        let reported = state.init_error.take();
        if let Some(created) = state.created.take() {
            let took = state.init_started.elapsed();
            drop(state);
            let failure = InitFailure::new(reported, Some(exit), self.logbook.take_tail());
            self.logbook.init_failed(took, &failure.error_type());
            return AfterExit::InitFailed(created, failure);
        }
        // Queued but never delivered, and the runtime had finished its init: start a new one.
        let lost = |c: &mut Current| starting || c.delivered.is_some();
        let Some(current) = state.current.take_if(lost) else { return AfterExit::Reset };
        let status = if out_of_memory { Status::OutOfMemory } else { Status::ExitError };
        state.ended = Some(self.ended(&mut state.init_duration, &current, status));
        drop(state);
        let error = outcome::exit_error(current.invocation.request_id, exit);
        let payload = reported.unwrap_or_else(|| outcome::json_of(&error));
        let outcome = self.failed(&current.invocation, payload);
        let _ = current.responder.send(outcome);
        AfterExit::ResetAndAnnounce
    }

    /// Nothing runs here any more; whoever still waits is told.
    pub fn die(&self) {
        self.logbook.drain();
        let (current, created) = {
            let mut state = self.lock();
            state.phase = Phase::Dead;
            state.parked = None;
            (state.current.take(), state.created.take())
        };
        if let Some(created) = created {
            let text = "the sandbox was ended before its init phase was done";
            let _ = created.send(Err(CreateError::Worker(text.into())));
        }
        if let Some(current) = current {
            let error = outcome::exit_error(current.invocation.request_id, Exit::Signal(9));
            let outcome = self.failed(&current.invocation, outcome::json_of(&error));
            let _ = current.responder.send(outcome);
        }
    }

    // ---- the log ----

    /// Writes END and REPORT of the invocation that was answered last, after all it has logged.
    pub fn write_report(&self) {
        let ended = self.lock().ended.take();
        if let Some(ended) = ended {
            self.logbook.drain();
            self.logbook.end(&ended, self.version.memory_mb);
        }
    }

    fn ended(&self, init: &mut Option<Duration>, current: &Current, status: Status) -> Ended {
        let started = current.delivered.unwrap_or(current.accepted);
        let elapsed = started.elapsed();
        // Past its timeout an invocation is reported with the timeout itself, as Lambda does.
        let duration = if status == Status::Timeout { self.version.timeout } else { elapsed };
        Ended { request_id: current.invocation.request_id, duration, init: init.take(), status }
    }
}

/// What the keeper does when the runtime's process has ended.
pub(crate) enum AfterExit {
    /// It was expected.
    Nothing,
    /// Kill what is left; the sandbox was idle, or an invocation is queued.
    Reset,
    /// Kill what is left, then offer the sandbox again.
    ResetAndAnnounce,
    /// The first init failed: end the sandbox, then say so.
    InitFailed(oneshot::Sender<Result<(), CreateError>>, InitFailure),
}

fn is_id(id: RequestId, text: &str) -> bool {
    let mut buffer = uuid::Uuid::encode_buffer();
    text == id.0.hyphenated().encode_lower(&mut buffer)
}
