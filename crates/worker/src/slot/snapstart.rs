//! How a first runtime comes up; and how it becomes a snapshot, and comes back from one.

use std::time::{Duration, Instant};

use fika_model::{FunctionVersion, limits};
use tokio::sync::oneshot;

use super::{Command, Phase, Refusal, Slot};
use crate::logbook::event::Phase as InitPhase;
use crate::logbook::{ColdStart, Status};
use crate::outcome::InitFailure;
use crate::{CreateError, Initialization, RestoreFailure};

/// How a sandbox comes up, the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coming {
    /// Its init phase runs, then it takes invocations.
    Init(Initialization),
    /// Its init phase runs, then it becomes a snapshot.
    Checkpoint,
    /// It is restored from a snapshot, then takes invocations.
    Restore {
        /// When that began.
        since: Instant,
    },
}

/// How far a function is on its way to a snapshot. Each step is taken once.
#[derive(Debug)]
pub(super) enum Checkpoint {
    /// Its init runs, or what it does before a snapshot.
    NotYet,
    /// It asks to be made a snapshot.
    Asked(oneshot::Sender<()>),
    /// The clock is set ahead.
    Ahead,
    /// It waits to be restored.
    Waits,
}

impl Coming {
    /// As most do.
    #[cfg(any(test, fuzzing))]
    pub const ON_DEMAND: Self = Self::Init(Initialization::OnDemand);

    /// How long that may take until the runtime asks for work, or to be made a snapshot.
    pub fn limit(self, version: &FunctionVersion, init: Duration) -> Duration {
        match self {
            Self::Init(Initialization::OnDemand) => init,
            // Nobody waits for it, and what is not ready in that time never is.
            Self::Init(Initialization::Ahead) => limits::AHEAD_TIMEOUT.max(version.timeout),
            Self::Checkpoint => limits::CHECKPOINT_TIMEOUT.max(version.timeout),
            Self::Restore { .. } => limits::RESTORE_TIMEOUT,
        }
    }
}

impl Slot {
    /// The function's init is done, and so is what it does before a snapshot. Returns when its
    /// guest's clock is set ahead.
    pub async fn checkpoint(&self) -> Result<(), Refusal> {
        let (ask, set) = oneshot::channel();
        {
            let mut state = self.lock();
            let first = state.phase == Phase::Starting && state.init_error.is_none();
            let due = matches!(state.checkpoint, Checkpoint::NotYet);
            if self.coming != Coming::Checkpoint || !first || !due {
                return Err(Refusal::OutOfOrder);
            }
            state.checkpoint = Checkpoint::Asked(ask);
            self.command(Command::SetClockAhead);
        }
        set.await.map_err(|_| Refusal::OutOfOrder)
    }

    /// The guest's clock is set ahead.
    pub fn clock_is_ahead(&self) {
        let mut state = self.lock();
        if let Checkpoint::Asked(ask) = std::mem::replace(&mut state.checkpoint, Checkpoint::Ahead)
        {
            let _hung_up = ask.send(());
        }
    }

    /// The function waits to be restored, on the connection of this number. There is no answer
    /// here: what is restored gets it.
    pub async fn restore_next(&self, channel: Option<u16>) -> Refusal {
        {
            let mut state = self.lock();
            let ahead = matches!(state.checkpoint, Checkpoint::Ahead);
            let Some(channel) = channel.filter(|_| ahead && state.phase == Phase::Starting) else {
                return Refusal::OutOfOrder;
            };
            state.checkpoint = Checkpoint::Waits;
            self.command(Command::Snapshot(channel));
        }
        std::future::pending().await
    }

    /// The runtime has asked for its first work: what it took until then.
    pub(super) fn is_ready(&self, begun: Instant) -> ColdStart {
        match self.coming {
            Coming::Restore { since } => {
                let took = since.elapsed();
                self.logbook.restore_ended(took, &Status::Answered);
                ColdStart::Restore { took, billed: begun.elapsed() }
            }
            Coming::Init(_) | Coming::Checkpoint => {
                let took = begun.elapsed();
                if self.logbook.is_detailed() {
                    self.logbook.init_ended(InitPhase::Init, took, &Status::Answered);
                }
                ColdStart::Init(took)
            }
        }
    }

    /// Reports a first init phase, or a restore, that did not succeed.
    pub(super) fn first_ended(&self, begun: Instant, status: &Status) {
        match self.coming {
            Coming::Restore { since } => self.logbook.restore_ended(since.elapsed(), status),
            Coming::Init(_) | Coming::Checkpoint => {
                self.logbook.init_ended(InitPhase::Init, begun.elapsed(), status);
            }
        }
    }

    /// What to say when its time has run out; none when it may try again.
    pub(super) fn too_late(&self, limit: Duration) -> Option<CreateError> {
        match self.coming {
            Coming::Init(Initialization::OnDemand) => None,
            Coming::Init(Initialization::Ahead) | Coming::Checkpoint => {
                let failure = InitFailure::timeout(limit, self.logbook.take_tail());
                Some(CreateError::Init(failure))
            }
            Coming::Restore { .. } => Some(CreateError::Restore(RestoreFailure::Timeout)),
        }
    }
}
