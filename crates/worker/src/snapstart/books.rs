//! Which versions have a snapshot, and which are about to. Time is an argument.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fika_model::VersionUid;

/// How long nobody tries again to make what could not be made.
const AGAIN_AFTER: Duration = Duration::from_secs(300);

/// By version, the name of its snapshot, and how it stands with that.
#[derive(Debug, Default)]
pub(super) struct Books(BTreeMap<VersionUid, (String, State)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is being made.
    Making,
    /// It is there.
    Ready,
    /// It could not be made, for no fault of the function.
    Failed(Instant),
}

impl Books {
    /// It is there.
    pub fn ready(&mut self, version: VersionUid, name: String) {
        self.0.insert(version, (name, State::Ready));
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
            Some((_, State::Ready)) | None => false,
        };
        if !wait {
            self.making(version, name);
        }
        !wait
    }

    /// It was made. False when nobody wants it any more.
    pub fn made(&mut self, version: VersionUid) -> bool {
        let entry = self.0.get_mut(&version);
        entry.map(|(_, state)| *state = State::Ready).is_some()
    }

    /// It could not be made.
    pub fn failed(&mut self, version: VersionUid, now: Instant) {
        if let Some((_, state)) = self.0.get_mut(&version) {
            *state = State::Failed(now);
        }
    }

    pub fn is_ready(&self, version: VersionUid) -> bool {
        matches!(self.0.get(&version), Some((_, State::Ready)))
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
