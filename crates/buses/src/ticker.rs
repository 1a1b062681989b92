//! What is due is sent, once.
//!
//! A tick that was missed, because the server was down or its clock was set on: a rule's is dropped once it is more
//! than a minute late, as the service does; of a schedule's the last one is sent, if it is not older than its event
//! may become, and the others are dropped.

use std::collections::HashSet;
use std::time::Duration;

use fika_store::Batch;
use tokio::time::sleep;

use crate::Buses;
use crate::record::Schedule;
use crate::room::Inner;
use crate::table::Name;
use crate::ticks::Beat;
use crate::time::Planner;
use crate::timers::{Tick, Timer};

/// The clock is looked at again after this, however far the next tick is: it may have been set.
const LONGEST_SLEEP: u64 = 1_000;
/// By how much a clock may go back without being set, milliseconds.
const SET_BACK: i64 = 1_000;
/// How many are sent at once: with the longest inputs, less than one commit takes.
const MOST: usize = 64;
/// How long a disk that refuses is left alone, milliseconds.
const AGAIN: i64 = 5_000;

impl Buses {
    /// Sends what is due, from now on and for ever.
    pub async fn run(self) {
        let inner = &self.inner;
        inner.forget_orphans().await;
        let mut planner = Planner::new();
        let mut before = i64::MAX;
        loop {
            let now = inner.clock.now();
            // At the start, and where the clock was set back: what was planned by it is not true any more.
            if now < before.saturating_sub(SET_BACK) {
                inner.plan_all(&mut planner).await;
            }
            before = now;
            let wait = planner
                .next()
                .map_or(LONGEST_SLEEP, |at| inner.clock.really(at - now).min(LONGEST_SLEEP));
            tokio::select! {
                changed = inner.changed.some() => for timer in changed {
                    inner.plan(&mut planner, timer);
                },
                () = sleep(Duration::from_millis(wait)) => {}
            }
            // Also after a change: who changes things all the time holds up nobody's ticks.
            inner.fire(&mut planner).await;
        }
    }
}

impl Inner {
    /// Ticks of what is not there any more.
    async fn forget_orphans(&self) {
        let known: HashSet<String> = self.timers().map(|timer| self.key(&timer)).collect();
        for key in self.ticks.keys().into_iter().filter(|key| !known.contains(key)) {
            self.ticks.forget(&key).await;
        }
    }

    /// All rules and schedules.
    fn timers(&self) -> impl Iterator<Item = Timer> {
        let rules = self.rules.everything().into_iter().map(|(name, _)| Timer::Rule(name));
        let schedules = self.schedules.everything().into_iter();
        rules.chain(schedules.map(|(name, _)| Timer::Schedule(name)))
    }

    async fn plan_all(&self, planner: &mut Planner<Timer>) {
        *planner = Planner::new();
        let unplanned = self.timers().filter(|timer| !self.plan(planner, timer.clone()));
        let over = unplanned.filter_map(Timer::schedule).collect();
        self.complete(over).await;
    }

    /// Plans the next tick of one; whether there is one.
    fn plan(&self, planner: &mut Planner<Timer>, timer: Timer) -> bool {
        let next = self.timed(&timer).and_then(|timed| timed.next(self.clock.now()));
        planner.plan(timer, next);
        next.is_some()
    }

    /// Whether a schedule that is to be deleted after its last tick has had that.
    fn is_over(&self, name: &Name, schedule: &Schedule) -> bool {
        let timer = Timer::Schedule(name.clone());
        let been = self.ticks.been(&self.key(&timer));
        let ended =
            || self.timed(&timer).is_none_or(|timed| timed.next(self.clock.now()).is_none());
        schedule.settings.action_after_completion.as_deref() == Some("DELETE")
            && been.is_some_and(|been| been.last >= schedule.modified)
            && ended()
    }

    /// Deletes those of these schedules that are over.
    async fn complete(&self, over: Vec<Name>) {
        let _turn = self.turn.lock().await;
        for name in over {
            if !self.schedules.get(&name).is_some_and(|schedule| self.is_over(&name, &schedule)) {
                continue;
            }
            let key = name.key(self.schedules.prefix);
            match self.commit(Batch::new().delete(key.clone())).await {
                Ok(()) => {
                    self.schedules.set(name, None);
                    self.ticks.forget(&key).await;
                }
                Err(error) => tracing::warn!(%error, key, "a completed schedule cannot be deleted"),
            }
        }
    }

    /// Sends what is due.
    async fn fire(&self, planner: &mut Planner<Timer>) {
        let mut over = Vec::new();
        loop {
            let now = self.clock.now();
            let due: Vec<Timer> =
                std::iter::from_fn(|| planner.due(now).map(|(due, _)| due)).take(MOST).collect();
            if due.is_empty() {
                break;
            }
            let (sent, unsent) = self.send_due(due, now).await;
            unsent.into_iter().for_each(|timer| planner.plan(timer, Some(now + AGAIN)));
            let unplanned = sent.into_iter().filter(|timer| !self.plan(planner, timer.clone()));
            over.extend(unplanned.filter_map(Timer::schedule));
        }
        if !over.is_empty() {
            self.complete(over).await;
        }
    }

    /// Sends what these are due for, all together, or else each by itself: of one account there may be too much
    /// waiting. Says which were sent, and which were not.
    async fn send_due(&self, due: Vec<Timer>, now: i64) -> (Vec<Timer>, Vec<Timer>) {
        let _turn = self.turn.lock().await;
        if self.send(due.iter().filter_map(|timer| self.tick(timer, now)).collect()).await {
            return (due, Vec::new());
        }
        let (mut sent, mut unsent) = (Vec::new(), Vec::new());
        for timer in due {
            let went = self.send(self.tick(&timer, now).into_iter().collect()).await;
            if went { sent.push(timer) } else { unsent.push(timer) }
        }
        (sent, unsent)
    }

    /// Commits ticks together with what they send; whether that went well.
    async fn send(&self, ticks: Vec<Tick>) -> bool {
        if ticks.is_empty() {
            return true;
        }
        let been: Vec<Beat> = ticks.iter().map(|tick| tick.beat.clone()).collect();
        let events = ticks.into_iter().flat_map(|tick| tick.events).collect();
        let committed = match self.ticks.batch(&been).await {
            Ok(batch) => self.events.accept_with(batch, events).await,
            Err(error) => Err(error),
        };
        match committed {
            Ok(()) => self.ticks.note(&been),
            Err(ref error) => {
                tracing::warn!(%error, "what is due cannot be written: it is tried again")
            }
        }
        committed.is_ok()
    }
}
