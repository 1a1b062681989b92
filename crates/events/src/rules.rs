//! What is to become of an event after an attempt: pure rules (developer guide, "How Lambda handles errors and
//! retries with asynchronous invocation").

use std::time::Duration;

use crate::{AsyncPolicy, Called, NotRun, Retries, Undelivered};

/// How long after its first and its second error a function is tried again.
const AFTER_ERROR: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// How long a target that is no function is tried, where the sender does not say.
const DELIVERY: Retries = Retries { most: u32::MAX, age: Duration::from_secs(6 * 60 * 60) };

/// What came of an attempt to have a function run.
#[derive(Debug, Clone)]
pub(crate) enum Attempt {
    /// It ran.
    Called(Called),
    /// It did not.
    NotRun(NotRun),
    /// The event was too old to be tried.
    TooOld,
}

/// What is to become of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is done.
    Success,
    /// The function runs again, so much later.
    Again(Duration),
    /// Its target takes no more now: it waits, for so long at least.
    Back(Duration),
    /// That was it.
    Failure(Failure),
}

/// Why an event is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// One word; of an invocation as its record has it.
    pub(crate) condition: &'static str,
    /// An HTTP status, for a dead-letter queue.
    pub(crate) status: u16,
    /// What to tell.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(condition: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self { condition, status, message: message.into() }
    }
}

/// Whether an event of that age is not tried any more.
pub(crate) fn too_old(age: Duration, policy: &AsyncPolicy) -> bool {
    age > policy.age
}

/// What becomes of an event of a function that ran `before` times for it until now.
pub(crate) fn of_function(
    before: u32,
    age: Duration,
    policy: &AsyncPolicy,
    attempt: &Attempt,
) -> Verdict {
    match attempt {
        Attempt::Called(called) if !called.failed => Verdict::Success,
        Attempt::Called(called) => failed(before, age, policy, called),
        Attempt::TooOld => Verdict::Failure(aged(policy)),
        Attempt::NotRun(not) => match not {
            NotRun::Throttled { never: true, .. } => Verdict::Failure(Failure::new(
                "ZeroReservedConcurrency",
                429,
                "The function's reserved concurrency is zero: it runs for nobody.",
            )),
            NotRun::Throttled { after, .. } => Verdict::Back(*after),
            NotRun::Service(_) => Verdict::Back(Duration::ZERO),
            NotRun::Loop => Verdict::Failure(Failure::new(
                "RecursiveInvocation",
                400,
                "The function called itself too often in one chain of calls.",
            )),
            NotRun::Missing(text) => Verdict::Failure(Failure::new("Missing", 404, text)),
            NotRun::Invalid(text) => Verdict::Failure(Failure::new("Invalid", 400, text)),
        },
    }
}

fn failed(before: u32, age: Duration, policy: &AsyncPolicy, called: &Called) -> Verdict {
    let wait = AFTER_ERROR.get(before as usize).filter(|_| before < policy.retries);
    match wait {
        None => Verdict::Failure(Failure::new("RetriesExhausted", 200, error_message(called))),
        // It would only be found too old then.
        Some(wait) if too_old(age + *wait, policy) => {
            Verdict::Failure(Failure::new("EventAgeExceeded", 200, error_message(called)))
        }
        Some(wait) => Verdict::Again(*wait),
    }
}

fn aged(policy: &AsyncPolicy) -> Failure {
    let age = policy.age.as_secs();
    let text = format!("The event is older than the {age} seconds that it may become.");
    Failure::new("EventAgeExceeded", 500, text)
}

/// What a function's error says, for people.
fn error_message(called: &Called) -> String {
    let error: Option<serde_json::Value> = serde_json::from_slice(&called.payload).ok();
    let message = error.as_ref().and_then(|error| error.get("errorMessage")?.as_str());
    message.unwrap_or("The function ended with an error.").to_owned()
}

/// What becomes of something for a target that is no function, which was tried `before` times until now.
pub(crate) fn of_delivery(
    before: u32,
    age: Duration,
    retries: Option<Retries>,
    result: &Result<(), Undelivered>,
) -> Verdict {
    let Retries { most, age: oldest } = retries.unwrap_or(DELIVERY);
    match result {
        Ok(()) => Verdict::Success,
        Err(Undelivered::Refused { code, message }) => {
            Verdict::Failure(Failure::new("Refused", 400, format!("{code}: {message}")))
        }
        Err(Undelivered::Later(text)) if before >= most => {
            Verdict::Failure(Failure::new("RetriesExhausted", 500, text))
        }
        Err(Undelivered::Later(text)) if age > oldest => {
            Verdict::Failure(Failure::new("EventAgeExceeded", 500, text))
        }
        Err(Undelivered::Later(_)) => Verdict::Back(Duration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{called, policy};

    fn condition(verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Failure(failure) => failure.condition,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_error_is_tried_again_after_one_and_two_minutes() {
        let error = Attempt::Called(called(r#"{"errorMessage":"no"}"#, true));
        let after = |before, policy| of_function(before, Duration::ZERO, policy, &error);
        let usual = policy();
        assert_eq!(after(0, &usual), Verdict::Again(Duration::from_secs(60)));
        assert_eq!(after(1, &usual), Verdict::Again(Duration::from_secs(120)));
        let end = Failure::new("RetriesExhausted", 200, "no");
        assert_eq!(after(2, &usual), Verdict::Failure(end));
        let once = AsyncPolicy { retries: 1, ..policy() };
        assert_eq!(after(0, &once), Verdict::Again(Duration::from_secs(60)));
        assert_eq!(condition(after(1, &once)), "RetriesExhausted");
        assert_eq!(
            condition(after(0, &AsyncPolicy { retries: 0, ..policy() })),
            "RetriesExhausted"
        );
    }

    #[test]
    fn no_retry_is_promised_that_would_be_too_late() {
        let error = Attempt::Called(called("{}", true));
        let short = AsyncPolicy { age: Duration::from_secs(90), ..policy() };
        let at = |age| of_function(0, Duration::from_secs(age), &short, &error);
        assert_eq!(at(30), Verdict::Again(Duration::from_secs(60)));
        assert_eq!(condition(at(31)), "EventAgeExceeded");
        assert!(too_old(Duration::from_secs(91), &short) && !too_old(short.age, &short));
    }

    #[test]
    fn limits_and_faults_put_off_and_zero_concurrency_ends() {
        let after = Duration::from_secs(3);
        let not = |not| of_function(9, Duration::ZERO, &policy(), &Attempt::NotRun(not));
        assert_eq!(not(NotRun::Throttled { never: false, after }), Verdict::Back(after));
        assert_eq!(not(NotRun::Service("x".into())), Verdict::Back(Duration::ZERO));
        let never = NotRun::Throttled { never: true, after };
        assert_eq!(condition(not(never)), "ZeroReservedConcurrency");
        assert_eq!(condition(not(NotRun::Loop)), "RecursiveInvocation");
        assert_eq!(condition(not(NotRun::Missing("gone".into()))), "Missing");
    }

    #[test]
    fn a_delivery_is_tried_as_long_as_its_sender_says() {
        let later = Err(Undelivered::Later("busy".into()));
        let retries = Retries { most: 2, age: Duration::from_secs(60) };
        let at = |before, age| of_delivery(before, Duration::from_secs(age), Some(retries), &later);
        assert_eq!(at(1, 60), Verdict::Back(Duration::ZERO));
        assert_eq!(condition(at(2, 0)), "RetriesExhausted");
        assert_eq!(condition(at(0, 61)), "EventAgeExceeded");
        let refused = Err(Undelivered::Refused { code: "No".into(), message: "never".into() });
        assert_eq!(condition(of_delivery(0, Duration::ZERO, None, &refused)), "Refused");
        assert_eq!(of_delivery(0, Duration::ZERO, None, &Ok(())), Verdict::Success);
    }
}
