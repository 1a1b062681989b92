//! The course of single invocations: when each service had them, and for how long. Noted only while somebody
//! looks; while nobody does it costs an invocation one look at a flag.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use fika_model::{FunctionVersion, RequestId};

/// Courses that are kept.
const KEPT: usize = 256;
/// How many are noted from one [`Courses::watch`] to the next, which are a second apart.
const SAMPLE: u32 = 40;

/// One invocation's way.
#[derive(Debug, Clone)]
pub struct Course {
    /// Its number, of all that were noted.
    pub number: u64,
    /// Its id.
    pub request_id: RequestId,
    /// What ran.
    pub version: Arc<FunctionVersion>,
    /// When it came.
    pub came: SystemTime,
    /// What was done, in order: what, since when it came, for how long.
    pub steps: Vec<Step>,
    /// Whether a sandbox was made for it.
    pub cold: bool,
    /// Whether it ended with an error of the function.
    pub failed: bool,
    /// From its coming to its answer.
    pub whole: Duration,
}

/// One step of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which: `who`, `count`, `assign`, `place`, `create`, `worker`, `function`.
    pub name: &'static str,
    /// After how much of the whole.
    pub from: Duration,
    /// For how long.
    pub took: Duration,
}

/// The last courses, for whoever looks. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Courses(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// How many may still be noted before the next look; 0 while nobody looks.
    left: AtomicU32,
    kept: Mutex<(u64, VecDeque<Arc<Course>>)>,
}

impl Courses {
    /// Somebody looks, for about a second: some of those that come are noted.
    pub fn watch(&self) {
        self.0.left.store(SAMPLE, Ordering::Relaxed);
    }

    /// Nobody looks any more.
    pub fn leave(&self) {
        self.0.left.store(0, Ordering::Relaxed);
    }

    /// Those noted after that number.
    #[must_use]
    pub fn after(&self, number: u64) -> Vec<Arc<Course>> {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1.iter().filter(|course| course.number > number).cloned().collect()
    }

    /// One begins; it is noted if somebody looks and not too many were.
    pub(crate) fn begin(&self) -> Noting {
        let left = &self.0.left;
        if left.load(Ordering::Relaxed) == 0 {
            return Noting(None);
        }
        let take = |left: u32| left.checked_sub(1);
        if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Noting(None);
        }
        let now = Instant::now();
        let draft = Draft { came: SystemTime::now(), began: now, last: now, steps: Vec::new() };
        Noting(Some(Box::new(draft)))
    }

    fn keep(&self, course: Course) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let number = kept.0;
        if kept.1.len() == KEPT {
            kept.1.pop_front();
        }
        kept.1.push_back(Arc::new(Course { number, ..course }));
    }
}

/// A course in the making; mostly none.
#[derive(Debug)]
pub(crate) struct Noting(Option<Box<Draft>>);

#[derive(Debug)]
struct Draft {
    came: SystemTime,
    began: Instant,
    last: Instant,
    steps: Vec<Step>,
}

impl Draft {
    fn step(&mut self, name: &'static str, from: Instant, until: Instant) {
        let after = from.saturating_duration_since(self.began);
        self.steps.push(Step { name, from: after, took: until.saturating_duration_since(from) });
    }
}

impl Noting {
    /// What was done since the last step.
    pub(crate) fn done(&mut self, name: &'static str) {
        if let Some(draft) = &mut self.0 {
            let (from, now) = (draft.last, Instant::now());
            draft.step(name, from, now);
            draft.last = now;
        }
    }

    /// Whether anything is noted.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Whether something that happened then did so since the last step.
    pub(crate) fn is_after(&self, then: Instant) -> bool {
        self.0.as_ref().is_some_and(|draft| then > draft.last)
    }

    /// Since the last step until then.
    pub(crate) fn until(&mut self, name: &'static str, then: Instant) {
        if let Some(from) = self.0.as_ref().map(|draft| draft.last) {
            self.within(name, from, then);
        }
    }

    /// A part of the step that is noted next.
    pub(crate) fn within(&mut self, name: &'static str, from: Instant, until: Instant) {
        if let Some(draft) = &mut self.0 {
            let from = from.max(draft.last);
            draft.step(name, from, until.max(from));
        }
    }

    /// The function ran for so long, at the end of what was done since the last step.
    pub(crate) fn ran(&mut self, name: &'static str, took: Duration) {
        if self.is_on() {
            let now = Instant::now();
            self.within(name, now.checked_sub(took).unwrap_or(now), now);
        }
    }

    /// It was answered.
    pub(crate) fn end(
        self,
        courses: &Courses,
        version: &Arc<FunctionVersion>,
        request_id: RequestId,
        failed: bool,
    ) {
        let Some(draft) = self.0 else { return };
        let Draft { came, began, steps, .. } = *draft;
        let cold = steps.iter().any(|step| step.name == "create");
        let (version, whole) = (Arc::clone(version), began.elapsed());
        courses.keep(Course { number: 0, request_id, version, came, steps, cold, failed, whole });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_noted_while_nobody_looks_and_no_more_than_a_sample_else() {
        let courses = Courses::default();
        assert!(!courses.begin().is_on());
        courses.watch();
        let noted = (0..2 * SAMPLE).filter(|_| courses.begin().is_on()).count();
        assert_eq!(noted, SAMPLE as usize);
        courses.watch();
        courses.leave();
        assert!(!courses.begin().is_on());
    }

    #[test]
    fn steps_follow_one_another_and_parts_lie_within() {
        let courses = Courses::default();
        courses.watch();
        let mut noting = courses.begin();
        noting.done("who");
        noting.ran("function", Duration::from_secs(3_600));
        noting.done("worker");
        let steps = noting.0.expect("noted").steps;
        let names: Vec<_> = steps.iter().map(|step| step.name).collect();
        assert_eq!(names, ["who", "function", "worker"]);
        assert_eq!(steps[1].from, steps[2].from, "a part begins no sooner than its whole");
        assert!(steps[1].took <= steps[2].took);
    }
}
