//! What one sandbox is doing right now, and the one invocation it may hold.
//!
//! How its first runtime comes up is its [`Coming`]; `snapstart` is what a snapshot adds to that.
//!
//! `extensions` is what those of a sandbox add, `stream` what answers that leave in pieces do.
//!
//! Three sides meet here under one short lock: the caller's (`caller`), the runtime's (`runtime`)
//! and that of the keeper, which owns the wall (`keeper`). The keeper is told what to do by
//! [`Command`]s. The log's own lock is taken inside this one, never the other way round, and
//! nothing is awaited under either.

mod caller;
mod extensions;
mod keeper;
mod runtime;
mod snapstart;
mod stream;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use fika_model::{FunctionVersion, RequestId, SandboxId, TenantId};
use fika_sandbox::Dialer;
use http::HeaderValue;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

use crate::extensions::Extensions;
use crate::logbook::event::Marks;
use crate::logbook::{ColdStart, Ended, Logbook, Status};
use crate::roster::Roster;
use crate::stream::Sink;
use crate::{CreateError, Invocation, Outcome, Ran};
use extensions::Unfinished;
use snapstart::Checkpoint;

pub(crate) use keeper::{AfterEnd, Begin, Ending};
pub(crate) use runtime::Refusal;
pub(crate) use snapstart::Coming;
use stream::{Stage, Step};

/// Who waits for a sandbox to come up.
pub(crate) type Created = oneshot::Sender<Result<(), CreateError>>;

/// Where the sandbox's runtime stands. The transitions:
///
/// | from | on | to |
/// |---|---|---|
/// | Stopped | the keeper starts the runtime | Starting |
/// | Starting, Away | the runtime asks for work | Waiting, or Invoking when some is queued |
/// | Waiting | an invocation is accepted | Invoking |
/// | Invoking | the runtime answers | Away |
/// | Invoking | the connection broke before the runtime had its work | Away |
/// | any but Stopped, Dead | exit, timeout, failed init | Stopping |
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
    /// All extensions have registered: the runtime is next.
    Launch,
    /// An extension has said that it failed.
    ExtensionFailed,
    /// An invocation was answered: reset all when extensions are not done with it then.
    Finish(tokio::time::Instant),
    /// Stop the function's processes: nothing is asked of them.
    Freeze,
    /// Let them go on: an invocation has come.
    Thaw,
    /// Kill the function's processes, then offer the sandbox again: an invocation ran too long.
    Reset,
    /// The runtime has said that its init, or its restore, failed: that is its end.
    InitFailed,
    /// Set the clock ahead: the function is ready to become a snapshot.
    SetClockAhead,
    /// Make it a snapshot. It waits to be restored on the connection of that number.
    Snapshot(u16),
    /// End the sandbox.
    Retire,
}

/// An accepted invocation that has no answer yet.
struct Current {
    id: RequestId,
    tail: bool,
    /// Until the runtime has it.
    queued: Option<Invocation>,
    responder: oneshot::Sender<Outcome>,
    /// Where its answer goes if it is streamed; until it is.
    sink: Option<Sink>,
    stage: Stage,
    deadline: SystemTime,
    /// When START was written: at its delivery, or when a runtime was started for it.
    begun: Option<Instant>,
    /// Once it has ended.
    ran: Option<Ran>,
    /// What details of it are told by; none where nobody wants any.
    marks: Option<Box<Marks>>,
}

impl Current {
    /// Its answer begins to come.
    fn answers(&mut self) {
        if let (Some(marks), Some(begun)) = (&mut self.marks, self.begun) {
            marks.latency.get_or_insert_with(|| begun.elapsed());
        }
    }
}

/// What the runtime gets from `next`.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub invocation: Invocation,
    pub deadline: SystemTime,
}

/// Whether a runtime that waits is let alone. The keeper obeys one command after the other, so
/// whoever sets this and commands the keeper, under one lock, is obeyed in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// It may do what it likes.
    Awake,
    /// It waited the last time somebody looked.
    Idle,
    /// It is stopped, or will be before anything else is asked of the keeper.
    Frozen,
}

struct State {
    phase: Phase,
    current: Option<Current>,
    parked: Option<oneshot::Sender<Delivery>>,
    rest: Rest,
    /// Present until the first init phase has ended.
    created: Option<Created>,
    init_started: Instant,
    /// What the first invocation had to wait for, until a REPORT line has told it.
    cold_start: Option<ColdStart>,
    /// What the runtime sent to `init/error` or `restore/error`.
    init_error: Option<Bytes>,
    checkpoint: Checkpoint,
    /// Whom it has served, where tenants are kept apart.
    tenant: Option<TenantId>,
    /// None in most sandboxes.
    extensions: Option<Box<Extensions>>,
    unfinished: Option<Unfinished>,
    /// One has said that it failed, in init or later, and nobody was told yet.
    failed_extension: Option<(bool, Arc<str>)>,
}

/// One sandbox as the worker sees it.
pub(crate) struct Slot {
    pub id: SandboxId,
    pub version: Arc<FunctionVersion>,
    pub logbook: Logbook,
    pub coming: Coming,
    /// The names of extensions that are programs.
    pub programs: Vec<String>,
    /// The way to those who listen inside.
    pub dialer: OnceLock<Dialer>,
    /// The version's own ARN, which most invocations are made by; written once for all.
    pub invoked_arn: Option<HeaderValue>,
    /// Held while an answer is read from the runtime.
    pub bodies: AsyncMutex<()>,
    roster: Arc<Roster>,
    state: Mutex<State>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Slot {
    pub fn new(
        id: SandboxId,
        version: Arc<FunctionVersion>,
        coming: Coming,
        programs: Vec<String>,
        logbook: Logbook,
        roster: Arc<Roster>,
        created: Created,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Command>) {
        #[expect(
            clippy::disallowed_methods,
            reason = "one invocation at a time bounds it: one command of each kind may wait"
        )]
        let (commands, inbox) = mpsc::unbounded_channel();
        let state = State {
            phase: Phase::Stopped,
            current: None,
            parked: None,
            rest: Rest::Awake,
            created: Some(created),
            init_started: Instant::now(),
            cold_start: None,
            init_error: None,
            checkpoint: Checkpoint::NotYet,
            tenant: None,
            extensions: None,
            unfinished: None,
            failed_extension: None,
        };
        let invoked_arn = HeaderValue::try_from(version.invoked_arn().to_string()).ok();
        let state = Mutex::new(state);
        let bodies = AsyncMutex::default();
        let slot = Self {
            id,
            version,
            logbook,
            coming,
            programs,
            dialer: OnceLock::new(),
            invoked_arn,
            bodies,
            roster,
            state,
            commands,
        };
        (Arc::new(slot), inbox)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under this lock leaves plain data behind, so the poison says nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// Whether a runtime waits, on a connection that is open as far as is known.
    #[cfg(test)]
    pub fn is_parked(&self) -> bool {
        self.lock().parked.as_ref().is_some_and(|parked| !parked.is_closed())
    }

    /// Whether anything may still run here.
    pub fn is_alive(&self) -> bool {
        self.lock().phase != Phase::Dead
    }

    pub fn command(&self, command: Command) {
        // The keeper is gone only when the slot is dead, and then nothing is left to do.
        let _ = self.commands.send(command);
    }

    /// Hands the queued invocation over, if there is one.
    fn deliver(&self, state: &mut State) -> Option<Delivery> {
        if state.extensions.is_some() {
            self.tell_extensions(state);
        }
        let current = state.current.as_mut()?;
        let invocation = current.queued.take()?;
        state.phase = Phase::Invoking;
        self.begin(current);
        Some(Delivery { invocation, deadline: current.deadline })
    }

    /// Writes START, once.
    fn begin(&self, current: &mut Current) {
        if current.begun.is_none() {
            current.begun = Some(Instant::now());
            self.logbook.start(current.id, current.tail, current.marks.as_deref());
        }
    }

    /// Notes how an invocation ended, with an answer of so many bytes. END and REPORT are written when its output is complete.
    fn end(
        &self,
        cold_start: &mut Option<ColdStart>,
        current: &mut Current,
        bytes: usize,
        status: Status,
    ) {
        self.begin(current);
        let elapsed = current.begun.map_or(Duration::ZERO, |begun| begun.elapsed());
        // Past its timeout an invocation is reported with the timeout itself, as Lambda does.
        let duration = if status == Status::Timeout { self.version.timeout } else { elapsed };
        let marks = current.marks.take();
        self.logbook.runtime_done(current.id, duration, bytes, &status, marks.as_deref());
        let cold_start = cold_start.take();
        current.ran = Some(Ran { duration, cold_start });
        self.logbook.ended(Ended { request_id: current.id, duration, cold_start, status, marks });
    }

    /// The answer to an invocation that fika words itself.
    fn failed(&self, current: &Current, payload: Bytes) -> Outcome {
        self.logbook.settle();
        let log_tail = current.tail.then(|| self.logbook.take_tail());
        Outcome { payload, failed: true, log_tail, ran: current.ran }
    }
}
