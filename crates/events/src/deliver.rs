//! One attempt to deliver an event, and what comes of it.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fika_journal::{Batch, JournalError};
use fika_metrics::Metric;
use fika_model::{FunctionArn, FunctionRef};
use tokio::time::sleep;

use crate::follow::{self, Over};
use crate::handle::Inner;
use crate::rules::{self, Attempt, Failure, Verdict};
use crate::schedule::{End, Start, Waiting};
use crate::shelf::Kept;
use crate::stored::{self, Ended, Head, Purpose};
use crate::{Event, Functions, Invocation, Parcel, Receiver, Undelivered, sender};

/// How long a commit that the disk refused waits before the next, at first and at most.
const COMMIT_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// An event under way. However it ends, its place is given back.
struct UnderWay {
    inner: Arc<Inner>,
    start: Start,
    end: End,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = self.inner.clock.now();
        let Start { lane, waiting, .. } = self.start;
        self.inner.book().schedule.end(lane, waiting, self.end, now);
        self.inner.one_less();
        self.inner.pump();
    }
}

/// Delivers an event once.
pub(crate) async fn deliver(inner: Arc<Inner>, start: Start) {
    // What breaks off in the middle is tried again.
    let end = End::Back { at_least: Duration::ZERO };
    let mut under_way = UnderWay { inner: Arc::clone(&inner), start, end };
    let waiting = under_way.start.waiting;
    let body = match inner.journal.body(waiting.entry).await {
        Ok(Some(body)) => body,
        Ok(None) => return under_way.end = End::Gone,
        Err(error) => return tracing::error!(%error, "an event cannot be read; it is tried again"),
    };
    let Some((event, purpose)) = stored::event(body) else {
        tracing::error!(entry = waiting.entry.0, "an event is damaged: it stays as it is");
        return under_way.end = End::Gone;
    };
    let function = function(&event.target);
    let attempt = if function.is_some() { 1 } else { waiting.attempts + 1 };
    let one = One { inner: &inner, event: event.in_attempt(attempt), purpose, waiting };
    let (end, attempts) = match function {
        Some(function) => one.to_function(&function).await,
        None => one.to_receiver().await,
    };
    under_way.start.waiting.attempts = attempts;
    under_way.end = end;
}

/// The function of an ARN, if it is one's.
pub(crate) fn function(arn: &str) -> Option<FunctionArn> {
    let FunctionRef { account, region, name, qualifier } = FunctionRef::parse(arn).ok()?;
    let scope = fika_model::Scope { account: account?, region: region? };
    Some(FunctionArn { scope, name, qualifier })
}

/// An event and its attempt.
struct One<'a> {
    inner: &'a Arc<Inner>,
    event: Event,
    purpose: Purpose,
    waiting: Waiting,
}

impl One<'_> {
    fn age(&self) -> Duration {
        Duration::from_millis(self.inner.clock.now().saturating_sub(self.waiting.accepted))
    }

    /// How it ended, and how often the function ran for it.
    async fn to_function(&self, function: &FunctionArn) -> (End, u32) {
        let before = self.waiting.attempts;
        let Some(functions) = self.inner.functions.get() else {
            return (End::Back { at_least: Duration::ZERO }, before);
        };
        let Some(policy) = functions.policy(function) else {
            // Whoever stops knows of no functions.
            if self.inner.is_stopping() {
                return (End::Back { at_least: Duration::ZERO }, before);
            }
            let text = format!("There is no function {function} any more.");
            return (self.give_up(&Failure::new("Missing", 404, text)).await, before);
        };
        if before == 0
            && let Err(why) = self.permitted(functions, function)
        {
            return (self.give_up(&Failure::new("AccessDenied", 403, why)).await, before);
        }
        let attempt = if rules::too_old(self.age(), &policy) {
            Attempt::TooOld
        } else {
            let age = u64::try_from(self.age().as_millis()).unwrap_or(u64::MAX);
            self.inner.lately.measure(function, Metric::AsyncEventAge, age);
            match functions.invoke(self.invocation(function)).await {
                Ok(called) => Attempt::Called(called),
                Err(not) => Attempt::NotRun(not),
            }
        };
        let verdict = rules::of_function(before, self.age(), &policy, &attempt);
        let ran = before + u32::from(matches!(attempt, Attempt::Called(_)));
        let over = Over {
            event: &self.event,
            function,
            policy: &policy,
            attempt: &attempt,
            ran,
            now: self.inner.clock.now(),
            failure: None,
        };
        (self.close(verdict, over).await, ran)
    }

    fn permitted(&self, functions: &Arc<dyn Functions>, to: &FunctionArn) -> Result<(), String> {
        if self.event.sender == crate::Sender::Allowed {
            return Ok(());
        }
        let caller = sender::caller(&self.inner.iam, &self.event)?;
        functions.may_invoke(&caller, to)
    }

    fn invocation(&self, function: &FunctionArn) -> Invocation {
        let Event { id, payload, trace_id, client_context, tenant, .. } = &self.event;
        Invocation {
            id: *id,
            function: function.clone(),
            payload: payload.clone(),
            trace_id: trace_id.clone(),
            client_context: client_context.clone(),
            tenant: tenant.clone(),
        }
    }

    /// Makes a verdict true.
    async fn close(&self, verdict: Verdict, over: Over<'_>) -> End {
        let tally = &self.inner.tally;
        match verdict {
            Verdict::Back(at_least) => {
                tally.put_back.fetch_add(1, Ordering::Relaxed);
                End::Back { at_least }
            }
            Verdict::Again(wait) => {
                tally.retried.fetch_add(1, Ordering::Relaxed);
                let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                let due = self.inner.clock.now().saturating_add(wait);
                let head = Head { attempts: over.ran, due, ..self.head() };
                self.settle(Batch::new().amend(self.waiting.entry, head.bytes()), &[]).await;
                End::Again { due }
            }
            Verdict::Success => {
                tally.delivered.fetch_add(1, Ordering::Relaxed);
                let batch = Batch::new().remove(self.waiting.entry);
                self.settle(batch, &over.follows()).await;
                End::Ran
            }
            Verdict::Failure(failure) => {
                let (ran, times) = (matches!(over.attempt, Attempt::Called(_)), over.ran);
                self.inner.lately.count(over.function, Metric::AsyncEventsDropped);
                let follows = Over { failure: Some(&failure), ..over }.follows();
                if follows.is_empty() {
                    self.shelve(&failure, times).await;
                } else {
                    tally.redirected.fetch_add(1, Ordering::Relaxed);
                    self.settle(Batch::new().remove(self.waiting.entry), &follows).await;
                }
                if ran { End::Ran } else { End::Gone }
            }
        }
    }

    /// To whatever else has an ARN.
    async fn to_receiver(&self) -> (End, u32) {
        let before = self.waiting.attempts;
        let end = Batch::new().remove(self.waiting.entry);
        let (result, end) = match self.hand_over(end).await {
            Ok(end) => (Ok(()), end),
            Err(undelivered) => (Err(undelivered), None),
        };
        match rules::of_delivery(before, self.age(), self.event.retries, &result) {
            Verdict::Success => {
                self.inner.tally.delivered.fetch_add(1, Ordering::Relaxed);
                if let Some(end) = end {
                    self.settle(end, &[]).await;
                }
                (End::Ran, before)
            }
            Verdict::Back(at_least) => {
                self.inner.tally.put_back.fetch_add(1, Ordering::Relaxed);
                (End::Back { at_least }, before + 1)
            }
            Verdict::Failure(failure) => (self.give_up(&failure).await, before),
            Verdict::Again(_) => (End::Back { at_least: Duration::ZERO }, before),
        }
    }

    /// Hands back its end where that is still to be committed.
    async fn hand_over(&self, end: Batch) -> Result<Option<Batch>, Undelivered> {
        let refused =
            |code: &str, message: String| Undelivered::Refused { code: code.into(), message };
        let service = self.event.target.split(':').nth(2).unwrap_or_default();
        let receiver: Arc<dyn Receiver> = {
            let receivers = self.inner.receivers.read().unwrap_or_else(PoisonError::into_inner);
            receivers.get(service).cloned()
        }
        .ok_or_else(|| {
            refused("InvalidTarget", format!("{} takes no events.", self.event.target))
        })?;
        let caller = sender::caller(&self.inner.iam, &self.event)
            .map_err(|why| refused("AccessDenied", why))?;
        let Event { id, scope, target, payload, trace_id, .. } = self.event.clone();
        let Event { attributes, group, deduplication, .. } = self.event.clone();
        let parcel =
            Parcel { id, scope, target, payload, trace_id, attributes, group, deduplication };
        receiver.receive_with(&caller, parcel, end).await
    }

    /// It cannot be delivered at all: to its sender's dead letters, or onto the shelf.
    async fn give_up(&self, failure: &Failure) -> End {
        if let Some(function) = function(&self.event.target) {
            self.inner.lately.count(&function, Metric::AsyncEventsDropped);
        }
        match follow::undelivered(&self.event, failure, self.waiting.attempts) {
            Some(letter) => {
                self.inner.tally.redirected.fetch_add(1, Ordering::Relaxed);
                let follows = [(letter, Purpose::DeadLetter(None))];
                self.settle(Batch::new().remove(self.waiting.entry), &follows).await;
            }
            None => self.shelve(failure, self.waiting.attempts).await,
        }
        End::Gone
    }

    /// It ends here, and is kept for who looks after it.
    async fn shelve(&self, failure: &Failure, attempts: u32) {
        self.count_end();
        let Event { id, target, scope, .. } = &self.event;
        let Failure { condition, message, .. } = failure;
        tracing::warn!(%id, target, condition, message, "an event ended with nowhere to go");
        let now = self.inner.clock.now();
        let (condition, message) = (condition.to_string(), message.clone());
        let ended = Some(Ended { id: *id, at: now, condition, message });
        let head = Head { ended, attempts, ..self.head() };
        if !self.settle(Batch::new().amend(self.waiting.entry, head.bytes()), &[]).await {
            return;
        }
        let overdue = {
            let mut book = self.inner.book();
            book.shelf.put(self.waiting.entry, Kept { head, size: self.waiting.size });
            book.shelf.overdue(&scope.account, now)
        };
        if !overdue.is_empty() {
            let gone = overdue.iter().fold(Batch::new(), |batch, (entry, _)| batch.remove(*entry));
            self.settle(gone, &[]).await;
        }
    }

    /// Counts what ended with nowhere to go by why it was sent.
    fn count_end(&self) {
        let tally = &self.inner.tally;
        let (counted, of) = match &self.purpose {
            Purpose::Sent => (&tally.dropped, None),
            Purpose::Record(of) => {
                (&tally.destination_failures, Some((Metric::DestinationDeliveryFailures, of)))
            }
            Purpose::DeadLetter(of) => {
                (&tally.dead_letter_errors, of.as_ref().map(|of| (Metric::DeadLetterErrors, of)))
            }
        };
        counted.fetch_add(1, Ordering::Relaxed);
        if let Some((metric, of)) = of.and_then(|(metric, of)| Some((metric, function(of)?))) {
            self.inner.lately.count(&of, metric);
        }
    }

    fn head(&self) -> Head {
        let Waiting { accepted, attempts, .. } = self.waiting;
        Head { attempts, ..Head::new(&self.event, accepted) }
    }

    /// Commits what became of the event, however often the disk refuses: whoever ran is not to run again for that.
    /// Not when the server stops; then it is delivered again after the next start. Says whether it was committed.
    async fn settle(&self, batch: Batch, follows: &[(Event, Purpose)]) -> bool {
        let mut wait = COMMIT_AGAIN.0;
        loop {
            match self.inner.put(batch.clone(), follows.to_vec()).await {
                Ok(()) => return true,
                Err(JournalError::Gone(_) | JournalError::Closed) => return false,
                Err(error) if self.inner.is_stopping() => {
                    tracing::error!(%error, "the end of an event is not recorded");
                    return false;
                }
                Err(error) => tracing::error!(%error, "the end of an event waits for the disk"),
            }
            sleep(wait).await;
            wait = (wait * 2).min(COMMIT_AGAIN.1);
        }
    }
}
