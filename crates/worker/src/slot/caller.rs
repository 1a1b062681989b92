//! The caller's side: an invocation comes, is answered, or runs out of time.

use std::time::SystemTime;

use fika_model::RequestId;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Command, Current, Phase, Rest, Slot, Stage, State};
use crate::develop;
use crate::logbook::Status;
use crate::logbook::event::Marks;
use crate::{Gone, Invocation, Outcome, outcome};

impl Slot {
    /// Runs one invocation to its end, or to the function's timeout.
    pub async fn invoke(&self, invocation: Invocation) -> Result<Outcome, Gone> {
        let request_id = invocation.request_id;
        let mut answer = self.accept(invocation)?;
        let limit =
            if self.roster.develop.debugs() { develop::NO_LIMIT } else { self.version.timeout };
        match timeout(limit, &mut answer).await {
            Ok(outcome) => outcome.map_err(|_| Gone),
            Err(_) => match self.time_out(request_id) {
                Some(outcome) => Ok(outcome),
                None => answer.await.map_err(|_| Gone),
            },
        }
    }

    /// Takes an invocation. The answer comes through the receiver.
    pub fn accept(&self, mut invocation: Invocation) -> Result<oneshot::Receiver<Outcome>, Gone> {
        let (responder, answer) = oneshot::channel();
        let mut state = self.lock();
        if state.phase == Phase::Dead || state.current.is_some() {
            return Err(Gone);
        }
        if self.version.per_tenant && !state.serves(&invocation) {
            tracing::error!(sandbox = %self.id, "it was sent another tenant's invocation");
            return Err(Gone);
        }
        let marks = self.logbook.is_detailed().then(|| Box::new(Marks::of(&invocation)));
        state.current = Some(Current {
            id: invocation.request_id,
            tail: invocation.tail,
            sink: invocation.sink.take(),
            stage: Stage::Awaited,
            queued: Some(invocation),
            responder,
            deadline: SystemTime::now() + self.version.timeout,
            begun: None,
            ran: None,
            marks,
        });
        self.wake(&mut state);
        match state.phase {
            Phase::Waiting => self.deliver_to_parked(&mut state),
            Phase::Stopped => self.command(Command::Start),
            _ => {}
        }
        Ok(answer)
    }

    /// A frozen runtime goes on. It may find its work before it does: nothing is lost by that.
    pub(super) fn wake(&self, state: &mut State) {
        if std::mem::replace(&mut state.rest, Rest::Awake) == Rest::Frozen {
            self.command(Command::Thaw);
        }
    }

    /// The runtime may hang up on its own `next`: then it asks again, or its exit is on the way.
    pub(super) fn deliver_to_parked(&self, state: &mut State) {
        match state.parked.take().filter(|parked| !parked.is_closed()) {
            None => state.phase = Phase::Away,
            Some(parked) => {
                if let Some(delivery) = self.deliver(state)
                    && let Err(delivery) = parked.send(delivery)
                {
                    state.take_back(delivery);
                }
            }
        }
    }

    /// The invocation's time is over. `None` when it was answered in the last moment.
    pub fn time_out(&self, request_id: RequestId) -> Option<Outcome> {
        let mut state = self.lock();
        let mut current = state.current.take_if(|c| c.id == request_id)?;
        state.phase = Phase::Stopping;
        self.begin(&mut current);
        self.logbook.timed_out(request_id, self.version.timeout);
        self.end(&mut state.cold_start, &mut current, 0, Status::Timeout);
        drop(state);
        self.command(Command::Reset);
        let error = outcome::timeout_error(request_id, self.version.timeout);
        Some(self.failed(&current, outcome::json_of(&error)))
    }
}

impl State {
    /// Whether it may serve this one's tenant: its first, for ever. Who sends invocations keeps them
    /// apart; this holds should they fail.
    fn serves(&mut self, invocation: &Invocation) -> bool {
        if self.tenant.is_none() {
            self.tenant.clone_from(&invocation.tenant);
        }
        self.tenant == invocation.tenant && self.tenant.is_some()
    }
}
