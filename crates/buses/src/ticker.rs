//! What is due is sent, once.
//!
//! A tick that was missed, because the server was down or its clock was set on: a rule's is dropped once it is more
//! than a minute late, as the service does; of a schedule's the last one is sent, if it is not older than its event
//! may become, and the others are dropped.

use std::sync::Arc;
use std::time::Duration;

use fika_events::Event;
use fika_store::Batch;
use tokio::time::sleep;

use crate::Buses;
use crate::bridge::{DEFAULT, rule_arn};
use crate::publish::{Published, Said, envelope};
use crate::record::{Rule, Schedule};
use crate::room::Inner;
use crate::scheduler::{self, Fires as _};
use crate::table::Name;
use crate::time::{Dialect, Expression, Planner, Times, zone};

/// How late a rule's tick may be, milliseconds.
const RULE_LATE: i64 = 60_000;
/// The clock is looked at again after this, however far the next tick is: it may have been set.
const LONGEST_SLEEP: u64 = 1_000;
/// How many are sent at once.
const MOST: usize = 256;
/// How long a disk that refuses is left alone, milliseconds.
const AGAIN: i64 = 5_000;

/// Whose tick it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Due {
    Rule(Name),
    Schedule(Name),
}

/// Something that is due at times, as it is now.
struct Timed {
    times: Times,
    /// No tick up to this is wanted any more.
    after: i64,
    /// How late a tick may be.
    late: i64,
    /// How long after its time a tick may be put, milliseconds.
    window: i64,
}

/// A tick that is to be sent now.
struct Tick {
    key: String,
    at: i64,
    events: Vec<Event>,
}

impl Buses {
    /// Sends what is due, from now on and for ever.
    pub async fn run(self) {
        let mut planner = Planner::new();
        self.forget_orphans().await;
        loop {
            self.inner.plan_all(&mut planner).await;
            // Until something is changed; then all is planned anew, which keeps a single truth.
            loop {
                let now = self.inner.clock.now();
                let wait = planner.next().map_or(LONGEST_SLEEP, |at| {
                    self.inner.clock.really(at - now).min(LONGEST_SLEEP)
                });
                tokio::select! {
                    () = self.inner.changed.notified() => break,
                    () = sleep(Duration::from_millis(wait)) => self.inner.fire(&mut planner).await,
                }
            }
        }
    }

    /// Ticks of what is not there any more.
    async fn forget_orphans(&self) {
        let inner = &self.inner;
        let rules =
            inner.rules.everything().into_iter().map(|(name, _)| name.key(inner.rules.prefix));
        let schedules = inner.schedules.everything().into_iter();
        let schedules = schedules.map(|(name, _)| name.key(inner.schedules.prefix));
        let known: std::collections::HashSet<String> = rules.chain(schedules).collect();
        for key in inner.ticks.keys().into_iter().filter(|key| !known.contains(key)) {
            inner.ticks.forget(&key).await;
        }
    }
}

impl Inner {
    async fn plan_all(&self, planner: &mut Planner<Due>) {
        *planner = Planner::new();
        for (name, rule) in self.rules.everything() {
            if rule.schedule.is_some() {
                self.plan(planner, Due::Rule(name));
            }
        }
        let mut over = Vec::new();
        for (name, schedule) in self.schedules.everything() {
            let due = Due::Schedule(name.clone());
            if !self.plan(planner, due) && self.is_over(&name, &schedule) {
                over.push(name);
            }
        }
        self.complete(over).await;
    }

    /// Plans the next tick of one; whether there is one.
    fn plan(&self, planner: &mut Planner<Due>, due: Due) -> bool {
        let next = self.timed(&due).and_then(|timed| {
            let from = timed.after.max(self.clock.now() - timed.late - timed.window);
            let tick = timed.times.next(from)?;
            Some(tick + offset(&due, tick, timed.window))
        });
        planner.plan(due, next);
        next.is_some()
    }

    /// Whether a schedule that is to be deleted after its last tick has had that.
    fn is_over(&self, name: &Name, schedule: &Schedule) -> bool {
        schedule.settings.action_after_completion.as_deref() == Some("DELETE")
            && self.ticks.last(&name.key(self.schedules.prefix)) >= Some(schedule.modified)
    }

    async fn complete(&self, over: Vec<Name>) {
        if over.is_empty() {
            return;
        }
        let _turn = self.turn.lock().await;
        for name in over {
            let is_over =
                self.schedules.get(&name).is_some_and(|schedule| self.is_over(&name, &schedule));
            if !is_over
                || self
                    .timed(&Due::Schedule(name.clone()))
                    .is_some_and(|t| t.times.next(t.after).is_some())
            {
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
    async fn fire(&self, planner: &mut Planner<Due>) {
        let mut over = Vec::new();
        loop {
            let now = self.clock.now();
            let due: Vec<Due> =
                std::iter::from_fn(|| planner.due(now).map(|(due, _)| due)).take(MOST).collect();
            if due.is_empty() {
                break;
            }
            let sent = {
                let _turn = self.turn.lock().await;
                let ticks: Vec<Tick> = due.iter().filter_map(|due| self.tick(due, now)).collect();
                self.send(ticks).await
            };
            for due in due {
                if !sent {
                    planner.plan(due, Some(now + AGAIN));
                    continue;
                }
                if !self.plan(planner, due.clone())
                    && let Due::Schedule(name) = due
                {
                    over.push(name);
                }
            }
            if !sent {
                break;
            }
        }
        self.complete(over).await;
    }

    /// Commits ticks together with what they send; whether that went well.
    async fn send(&self, ticks: Vec<Tick>) -> bool {
        if ticks.is_empty() {
            return true;
        }
        let been: Vec<(String, i64)> =
            ticks.iter().map(|tick| (tick.key.clone(), tick.at)).collect();
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

    /// The tick of one that is to be sent now: the last that is due.
    fn tick(&self, due: &Due, now: i64) -> Option<Tick> {
        let Timed { times, after, late, window } = self.timed(due)?;
        let first = times.next(after.max(now - late - window)).filter(|at| *at <= now)?;
        let last = times.last(first - 1, now).unwrap_or(first);
        // The window of the last may not be there yet, while that of an earlier one is.
        let at = if last + offset(due, last, window) <= now { last } else { first };
        let (key, events) = match due {
            Due::Rule(name) => (name.key(self.rules.prefix), self.of_rule(name, at)?),
            Due::Schedule(name) => {
                let schedule = self.schedules.get(name)?;
                let event = schedule.fires(name, at);
                (name.key(self.schedules.prefix), vec![event])
            }
        };
        Some(Tick { key, at, events })
    }

    fn of_rule(&self, name: &Name, at: i64) -> Option<Vec<Event>> {
        let rule = self.rules.get(name)?;
        let said = Said {
            id: fika_model::RequestId::random(),
            kind: "Scheduled Event",
            source: "aws.events",
            time: at,
            resources: vec![rule_arn(name)],
            detail: serde_json::json!({}),
        };
        let event = envelope(&name.scope, said);
        Some(self.by_rule(name, &rule, &Published { event, trace_id: None, hops: 0 }))
    }

    fn timed(&self, due: &Due) -> Option<Timed> {
        match due {
            Due::Rule(name) => {
                let rule: Arc<Rule> = self.rules.get(name)?;
                let last = self.ticks.last(&name.key(self.rules.prefix));
                let expression = Expression::parse(rule.schedule.as_deref()?, Dialect::Rule)?;
                let on = name.parent == DEFAULT && rule.is_on();
                on.then_some(Timed {
                    times: Times {
                        expression,
                        zone: zone("UTC")?,
                        base: rule.since,
                        at_base: false,
                        start: None,
                        end: None,
                    },
                    after: last.unwrap_or(rule.since).max(rule.since),
                    late: RULE_LATE,
                    window: 0,
                })
            }
            Due::Schedule(name) => {
                let schedule = self.schedules.get(name)?;
                let last = self.ticks.last(&name.key(self.schedules.prefix));
                let before = schedule.modified - 1;
                let (late, window) = scheduler::lateness(&schedule.settings);
                let times = scheduler::times(&schedule)?;
                Some(Timed { times, after: last.unwrap_or(before).max(before), late, window })
            }
        }
    }
}

/// Where in its window a tick is put: anywhere, and always there.
fn offset(due: &Due, tick: i64, window: i64) -> i64 {
    if window == 0 {
        return 0;
    }
    let (Due::Rule(name) | Due::Schedule(name)) = due;
    let text = format!("{}/{}/{}/{tick}", name.scope.account, name.parent, name.name);
    // FNV-1a: it need not be hard to guess, only spread.
    let spread = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::try_from(spread % u64::try_from(window).unwrap_or(1)).unwrap_or(0)
}
