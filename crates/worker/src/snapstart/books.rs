//! Which versions have a snapshot, and which are about to. Time is an argument.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fika_model::VersionUid;

/// How long nobody tries again to make what could not be made.
const AGAIN_AFTER: Duration = Duration::from_secs(300);
/// How long one is held in memory that nobody uses.
const HELD: Duration = Duration::from_secs(60 * 60);

/// By version, the name of its snapshot, and how it stands with that.
#[derive(Debug, Default)]
pub(super) struct Books(BTreeMap<VersionUid, (String, State)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is being made.
    Making,
    /// It is there. Since its last use, if that is known, it may be held in memory.
    Ready(Option<Instant>),
    /// It could not be made, for no fault of the function.
    Failed(Instant),
}

impl Books {
    /// It is there.
    pub fn ready(&mut self, version: VersionUid, name: String) {
        self.0.insert(version, (name, State::Ready(None)));
    }

    /// It is there, and a sandbox is restored from it now.
    pub fn used(&mut self, version: VersionUid, name: String, now: Instant) {
        self.0.insert(version, (name, State::Ready(Some(now))));
    }

    /// The names of those that nobody has used for long. Each is named once, until it is used again.
    pub fn idle(&mut self, now: Instant) -> Vec<String> {
        let old = |used: &mut Instant| now.saturating_duration_since(*used) >= HELD;
        let idle = |(name, state): &mut (String, State)| match state {
            State::Ready(used) => used.take_if(old).map(|_| name.clone()),
            State::Making | State::Failed(_) => None,
        };
        self.0.values_mut().filter_map(idle).collect()
    }

    /// It is going to be made, by whoever says so.
    pub fn making(&mut self, version: VersionUid, name: String) {
        self.0.insert(version, (name, State::Making));
    }

    /// Whether it is to be made now, by whoever asks. It is not while another makes it, nor soon
    /// after that failed.
    pub fn renew(&mut self, version: VersionUid, name: String, now: Instant) -> bool {
        let wait = match self.0.get(&version) {
            Some((_, State::Making)) => true,
            Some((_, State::Failed(at))) => now.saturating_duration_since(*at) < AGAIN_AFTER,
            Some((_, State::Ready(_))) | None => false,
        };
        if !wait {
            self.making(version, name);
        }
        !wait
    }

    /// It was made. False when nobody wants it any more.
    pub fn made(&mut self, version: VersionUid) -> bool {
        let entry = self.0.get_mut(&version);
        entry.map(|(_, state)| *state = State::Ready(None)).is_some()
    }

    /// It could not be made.
    pub fn failed(&mut self, version: VersionUid, now: Instant) {
        if let Some((_, state)) = self.0.get_mut(&version) {
            *state = State::Failed(now);
        }
    }

    /// Whether it is to be made, as far as anybody wants it.
    pub fn is_making(&self, version: VersionUid) -> bool {
        matches!(self.0.get(&version), Some((_, State::Making)))
    }

    pub fn is_ready(&self, version: VersionUid) -> bool {
        matches!(self.0.get(&version), Some((_, State::Ready(_))))
    }

    /// The version is no more. Gives the name of its snapshot, if that is to be removed.
    pub fn forget(&mut self, version: VersionUid) -> Option<String> {
        let (name, _) = self.0.remove(&version)?;
        // A function that was deleted and made again alike has the same.
        let wanted = self.0.values().any(|(other, _)| *other == name);
        (!wanted).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: VersionUid = VersionUid(1);
    const OTHER: VersionUid = VersionUid(2);

    #[test]
    fn one_makes_it_and_after_a_failure_nobody_for_a_while() {
        let (mut books, now) = (Books::default(), Instant::now());
        assert!(books.renew(ONE, "a".into(), now));
        assert!(!books.renew(ONE, "a".into(), now), "another makes it");
        books.failed(ONE, now);
        assert!(!books.is_ready(ONE) && !books.renew(ONE, "a".into(), now));
        assert!(books.renew(ONE, "a".into(), now + AGAIN_AFTER));
        assert!(books.made(ONE) && books.is_ready(ONE));
        assert!(books.renew(ONE, "a".into(), now), "it was lost");
        assert!(books.is_making(ONE));
        books.forget(ONE);
        assert!(!books.is_making(ONE), "nobody wants it");
    }

    #[test]
    fn what_nobody_uses_for_long_is_named_once() {
        let (mut books, now) = (Books::default(), Instant::now());
        books.used(ONE, "a".into(), now);
        books.ready(OTHER, "b".into());
        assert!(books.idle(now + HELD / 2).is_empty());
        assert_eq!(books.idle(now + HELD), ["a"]);
        assert!(books.idle(now + HELD * 2).is_empty() && books.is_ready(ONE));
        books.used(ONE, "a".into(), now + HELD);
        assert_eq!(books.idle(now + HELD * 2), ["a"]);
    }

    #[test]
    fn it_goes_with_the_last_version_that_has_it() {
        let mut books = Books::default();
        books.ready(ONE, "a".into());
        books.making(OTHER, "a".into());
        assert_eq!(books.forget(ONE), None);
        assert_eq!(books.forget(OTHER), Some("a".into()));
        assert!(!books.made(OTHER), "deleted while it was made");
        assert_eq!(books.forget(OTHER), None);
    }
}
