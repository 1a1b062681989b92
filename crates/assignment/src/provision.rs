//! Sandboxes of one version that are there before anybody asks: provisioned concurrency.
//!
//! How many there are to be, how many there are, and when to try again where they fail. Making them
//! and ending them is the pools' part.

use std::time::Duration;

use crate::OLDEST;
use crate::states::{Signal, State};

/// From when on a sandbox is replaced by a younger one, one after the other, so that not all of
/// them go at once when they are [`OLDEST`].
const RENEWED: Duration = OLDEST.saturating_sub(Duration::from_secs(60 * 60));

/// The pause after sandboxes that failed, or ended without having been used: at first, doubled each
/// time, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(64));

/// How the provisioned concurrency of a version stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// How many are to be there.
    pub wanted: usize,
    /// How many are initialised, idle or busy; of those that are wanted.
    pub ready: usize,
    /// Why there are too few, where making them failed.
    pub failure: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Provision {
    target: usize,
    /// One more, while an old one is being replaced.
    spare: usize,
    /// Asked for, and their creation not answered.
    starting: usize,
    /// Initialised, and not known to be gone.
    ready: usize,
    failure: Option<String>,
    /// Something failed since the last look at the clock.
    missed: bool,
    /// How often in a row.
    misses: u32,
    not_before: Duration,
}

impl Provision {
    /// From now on so many are to be there. What failed before is tried again at once.
    pub(crate) fn set(&mut self, target: usize) {
        let Self { starting, ready, .. } = *self;
        *self = Self { target, starting, ready, ..Self::default() };
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.target > 0
    }

    /// Whether there is anything to keep, or left of it.
    pub(crate) fn is_busy(&self) -> bool {
        self.target + self.starting + self.ready > 0
    }

    /// How many to start now.
    pub(crate) fn due(&mut self, now: Duration) -> usize {
        if std::mem::take(&mut self.missed) {
            let pause = PAUSE.0 * 2_u32.saturating_pow(self.misses.min(16));
            self.not_before = now + pause.min(PAUSE.1);
            self.misses += 1;
        }
        if now < self.not_before {
            return 0;
        }
        (self.target + self.spare).saturating_sub(self.starting + self.ready)
    }

    /// Whether one that has no place yet is still worth making.
    pub(crate) fn wants_starting(&self) -> bool {
        self.starting + self.ready <= self.target + self.spare
    }

    /// Whether fewer are to be kept than are ready, also while one is being replaced.
    pub(crate) fn has_excess(&self) -> bool {
        self.ready > self.target + self.spare
    }

    /// How many of those that are ready are too many.
    pub(crate) fn surplus(&self) -> usize {
        self.ready.saturating_sub(self.target)
    }

    /// Looks for one to replace, of those that were born then.
    pub(crate) fn renew(&mut self, now: Duration, born: impl Iterator<Item = Duration>) {
        let old = born.into_iter().any(|born| born + RENEWED <= now);
        self.spare = usize::from(old && self.is_wanted());
    }

    pub(crate) fn started(&mut self) {
        self.starting += 1;
    }

    /// The creation of one was answered, or it was given up.
    pub(crate) fn answered(&mut self) {
        self.starting -= 1;
    }

    /// Takes note of what becomes of one of them.
    pub(crate) fn follow(&mut self, before: State, signal: Signal, after: State) {
        let alive = |state| matches!(state, State::Idle | State::Busy);
        match (alive(before), alive(after)) {
            (false, true) => self.ready += 1,
            (true, false) => self.ready -= 1,
            _ => {}
        }
        if self.ready >= self.target {
            self.failure = None;
        }
        match (before, signal) {
            (State::Idle, Signal::Gone) => self.missed(None),
            (_, Signal::Returned) => self.misses = 0,
            _ => {}
        }
    }

    /// One failed, for that reason; or it ended by itself before anybody used it.
    pub(crate) fn missed(&mut self, why: Option<String>) {
        self.missed = true;
        if self.ready < self.target && why.is_some() {
            self.failure = why;
        }
    }

    pub(crate) fn state(&self) -> Provisioned {
        Provisioned {
            wanted: self.target,
            ready: self.ready.min(self.target),
            failure: self.failure.clone().filter(|_| self.ready < self.target),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn failures_are_tried_again_ever_later() {
        let mut provision = Provision::default();
        provision.set(2);
        let (mut now, mut pauses) = (SECOND, Vec::new());
        for _ in 0..9 {
            let begun = now;
            while provision.due(now) == 0 {
                now += SECOND;
            }
            assert_eq!(provision.due(now), 2, "all of them");
            pauses.push((now - begun).as_secs());
            for _ in 0..2 {
                provision.started();
            }
            for _ in 0..2 {
                provision.answered();
                provision.missed(Some("so".into()));
            }
        }
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 64, 64]);
        assert_eq!(provision.state().failure.as_deref(), Some("so"));
        provision.set(2);
        assert_eq!((provision.due(now), provision.state().failure), (2, None), "asked for anew");
    }

    #[test]
    fn an_old_one_is_replaced_before_it_goes() {
        let mut provision = Provision::default();
        provision.set(1);
        provision.started();
        provision.answered();
        provision.follow(State::Starting, Signal::Ready, State::Idle);
        provision.renew(RENEWED - SECOND, [Duration::ZERO].into_iter());
        assert_eq!(provision.due(RENEWED - SECOND), 0);
        provision.renew(RENEWED, [Duration::ZERO].into_iter());
        assert_eq!((provision.due(RENEWED), provision.surplus()), (1, 0));
        provision.started();
        assert!(provision.wants_starting());
        provision.answered();
        provision.follow(State::Starting, Signal::Ready, State::Idle);
        assert_eq!((provision.surplus(), provision.state().ready), (1, 1));
    }
}
