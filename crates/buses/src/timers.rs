//! What is due at times: rules and schedules as their tables have them, and which of them were changed.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use fika_events::Event;
use tokio::sync::Notify;

use crate::bridge::{DEFAULT, rule_arn};
use crate::publish::{Published, Said, envelope};
use crate::room::Inner;
use crate::scheduler::{self, Fires as _};
use crate::table::Name;
use crate::ticks::Beat;
use crate::time::{Dialect, Expression, Timed, Times, zone};

/// How late a rule's tick may be, milliseconds.
const RULE_LATE: i64 = 60_000;

/// Whose ticks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Timer {
    Rule(Name),
    Schedule(Name),
}

impl Timer {
    /// The schedule, where it is one.
    pub(crate) fn schedule(self) -> Option<Name> {
        match self {
            Self::Schedule(name) => Some(name),
            Self::Rule(_) => None,
        }
    }
}

/// Those that are to be planned anew.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    timers: Mutex<HashSet<Timer>>,
    wake: Notify,
}

impl Changes {
    /// One was made, changed or deleted.
    pub(crate) fn tell(&self, timer: Timer) {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner).insert(timer);
        self.wake.notify_one();
    }

    /// All that were since the last time, as soon as there are any.
    pub(crate) async fn some(&self) -> HashSet<Timer> {
        loop {
            self.wake.notified().await;
            let timers =
                std::mem::take(&mut *self.timers.lock().unwrap_or_else(PoisonError::into_inner));
            if !timers.is_empty() {
                return timers;
            }
        }
    }
}

/// A tick that is to be sent now.
pub(crate) struct Tick {
    pub(crate) beat: Beat,
    pub(crate) events: Vec<Event>,
}

impl Inner {
    /// Its key in the store, and that of its ticks.
    pub(crate) fn key(&self, timer: &Timer) -> String {
        match timer {
            Timer::Rule(name) => name.key(self.rules.prefix),
            Timer::Schedule(name) => name.key(self.schedules.prefix),
        }
    }

    /// The tick of one that is to be sent now.
    pub(crate) fn tick(&self, timer: &Timer, now: i64) -> Option<Tick> {
        let timed = self.timed(timer)?;
        let at = timed.due(now)?;
        let events = match timer {
            Timer::Rule(name) => self.of_rule(name, at)?,
            Timer::Schedule(name) => vec![self.schedules.get(name)?.fires(name, at)],
        };
        Some(Tick { beat: (self.key(timer), timed.with(at)), events })
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

    /// When it is due; none for what is not there, or not enabled.
    pub(crate) fn timed(&self, timer: &Timer) -> Option<Timed> {
        let been = self.ticks.been(&self.key(timer));
        let (Timer::Rule(name) | Timer::Schedule(name)) = timer;
        let spread = format!("{}/{}/{}", name.scope.account, name.parent, name.name);
        match timer {
            Timer::Rule(name) => {
                let rule = self.rules.get(name)?;
                let expression = Expression::parse(rule.schedule.as_deref()?, Dialect::Rule)?;
                let (base, zone) = (rule.since, zone("UTC")?);
                let times =
                    Times { expression, zone, base, at_base: false, start: None, end: None };
                let (since, late, window) = (rule.since, RULE_LATE, 0);
                let on = name.parent == DEFAULT && rule.is_on();
                on.then_some(Timed { name: spread, times, since, been, late, window })
            }
            Timer::Schedule(name) => {
                let schedule = self.schedules.get(name)?;
                let (late, window) = scheduler::lateness(&schedule.settings);
                let times = scheduler::times(&schedule)?;
                let since = schedule.modified - 1;
                Some(Timed { name: spread, times, since, been, late, window })
            }
        }
    }
}
