//! [`Events`]: what waits, and the tasks that deliver it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use fika_iam::Iam;
use fika_journal::{Batch, EntryId, Journal, JournalError, Live};
use fika_metrics::{Metric, Source};
use fika_model::AccountId;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::lately::Lately;
use crate::schedule::{Key, Schedule, Waiting};
use crate::shelf::{Kept, Shelf};
use crate::stored::{self, Head, Purpose};
use crate::{Event, Functions, Receiver, deliver};

/// What may be under way at once: events, and 16 KiB of their payloads.
const ROOM: u32 = 8_192;
/// How much of what is accepted together is in memory at once, and in one commit.
const PORTION_BYTES: usize = 4 << 20;
/// The longest that a wait goes on after a restart, milliseconds: a clock that was set back keeps nothing for ever.
const LONGEST_WAIT: u64 = 300_000;

/// The event side, shared: clones are the same.
#[derive(Clone)]
pub struct Events {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) journal: Journal,
    pub(crate) iam: Iam,
    pub(crate) clock: Clock,
    pub(crate) functions: OnceLock<Arc<dyn Functions>>,
    /// By the service in an ARN.
    pub(crate) receivers: RwLock<HashMap<&'static str, Arc<dyn Receiver>>>,
    pub(crate) tally: Tally,
    pub(crate) lately: Lately,
    book: Mutex<Book>,
    /// Where deliveries run; none before the start.
    lanes: OnceLock<Vec<Handle>>,
    turn: AtomicUsize,
    /// Something is due earlier than it was.
    sooner: Notify,
    /// How many deliveries run, and whether no more are to begin.
    running: watch::Sender<Running>,
}

/// What waits, and what ended.
pub(crate) struct Book {
    pub(crate) schedule: Schedule,
    pub(crate) shelf: Shelf,
    /// When the timer wakes.
    armed: Option<u64>,
}

#[derive(Debug, Default)]
struct Running {
    deliveries: usize,
    stopping: bool,
}

/// What has come of events since the start.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) put_back: AtomicU64,
    /// Failed, and told to a destination or a dead-letter queue.
    pub(crate) redirected: AtomicU64,
    /// Failed, with nowhere to go.
    pub(crate) dropped: AtomicU64,
    /// Records that no destination took.
    pub(crate) destination_failures: AtomicU64,
    /// Letters that no dead-letter queue took.
    pub(crate) dead_letter_errors: AtomicU64,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// What the topics of its entries in the journal begin with; then comes whose they are, as in `event/123456789012`.
    pub const TOPIC: &'static str = "event";

    /// Goes on with what the journal had of it. Nothing is delivered before [`Self::start`].
    #[must_use]
    pub fn open(journal: Journal, iam: Iam, had: Vec<Live>) -> Self {
        let clock = Clock::new();
        let book = Mutex::new(Book::restored(had, clock.now()));
        let inner = Inner {
            journal,
            iam,
            clock,
            functions: OnceLock::new(),
            receivers: RwLock::default(),
            tally: Tally::default(),
            lately: Lately::default(),
            book,
            lanes: OnceLock::new(),
            turn: AtomicUsize::new(0),
            sooner: Notify::new(),
            running: watch::Sender::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Names who invokes functions. Once, before [`Self::start`].
    pub fn invoke_by(&self, functions: Arc<dyn Functions>) {
        if self.inner.functions.set(functions).is_err() {
            tracing::warn!("who invokes functions is named twice: the first stays");
        }
    }

    /// Names who receives what is sent to ARNs of that service (`sqs`, `sns`, `events`, `s3`).
    pub fn deliver_to(&self, service: &'static str, receiver: Arc<dyn Receiver>) {
        let mut receivers = self.inner.receivers.write().unwrap_or_else(PoisonError::into_inner);
        receivers.insert(service, receiver);
    }

    /// Begins to deliver, on these event loops.
    pub fn start(&self, lanes: Vec<Handle>) {
        let Some(first) = lanes.first().cloned() else { return };
        if self.inner.lanes.set(lanes).is_ok() {
            let _timer = first.spawn(timer(Arc::clone(&self.inner)));
            self.inner.pump();
        }
    }

    /// Who receives what is sent to ARNs of that service, for rooms that ask before they send.
    #[must_use]
    pub fn receiver(&self, service: &str) -> Option<Arc<dyn Receiver>> {
        let receivers = self.inner.receivers.read().unwrap_or_else(PoisonError::into_inner);
        receivers.get(service).cloned()
    }

    /// Who invokes functions, once that is named.
    #[must_use]
    pub fn functions(&self) -> Option<Arc<dyn Functions>> {
        self.inner.functions.get().cloned()
    }

    /// What CloudWatch is told of functions' events.
    #[must_use]
    pub fn source(&self) -> Source {
        // Weak: the journal closes with the last who holds it, and who collects may stay.
        let inner = Arc::downgrade(&self.inner);
        Box::new(move || inner.upgrade().map_or_else(Vec::new, |inner| inner.lately.take()))
    }

    /// Accepts events: all are on disk when this returns, or none is.
    ///
    /// # Errors
    /// [`JournalError`]: nothing was accepted.
    pub async fn accept(&self, events: Vec<Event>) -> Result<(), JournalError> {
        self.accept_with(Batch::new(), events).await
    }

    /// The same together with changes of entries of the caller's own, which are made if the events are accepted and
    /// not otherwise: a tick that has been, and what it sends. The batch puts nothing.
    ///
    /// # Errors
    /// [`JournalError`]: nothing was accepted, and nothing changed.
    pub async fn accept_with(&self, batch: Batch, events: Vec<Event>) -> Result<(), JournalError> {
        let inner = Arc::clone(&self.inner);
        // What is on disk is delivered, also when its sender left before the answer.
        let accepted = tokio::spawn(async move {
            let events = events.into_iter().map(|event| (event, Purpose::Sent)).collect();
            inner.put(batch, events).await?;
            inner.pump();
            Ok(())
        });
        accepted.await.unwrap_or(Err(JournalError::Closed))
    }

    /// Accepts as many as there are, in portions, so that little of them is in memory and in one commit; with the last
    /// portion the changes of the caller's own. What makes them may think long (patterns, filters): whoever else is
    /// served here has a turn after each piece.
    ///
    /// # Errors
    /// [`JournalError`]. What was accepted before stays so: whoever asks again sends it again.
    pub async fn accept_all(
        &self,
        batch: Batch,
        pieces: impl Iterator<Item = Vec<Event>> + Send,
    ) -> Result<(), JournalError> {
        let (mut portion, mut bytes) = (Vec::new(), 0);
        for piece in pieces {
            for event in piece {
                bytes += event.payload.len();
                portion.push(event);
                if bytes >= PORTION_BYTES {
                    bytes = 0;
                    self.accept(std::mem::take(&mut portion)).await?;
                }
            }
            tokio::task::yield_now().await;
        }
        self.accept_with(batch, portion).await
    }

    /// Begins no more deliveries. What is not delivered waits for the next start.
    pub fn stop(&self) {
        self.inner.running.send_modify(|running| running.stopping = true);
        self.inner.sooner.notify_one();
    }

    /// Waits for the deliveries that run, after [`Self::stop`].
    pub async fn stopped(&self) {
        let mut running = self.inner.running.subscribe();
        // The sender is in `inner`, which is held here.
        let _ = running.wait_for(|running| running.deliveries == 0).await;
    }
}

impl Book {
    fn restored(had: Vec<Live>, now: u64) -> Self {
        let mut book = Self { schedule: Schedule::new(ROOM), shelf: Shelf::default(), armed: None };
        let mut names: HashMap<String, Arc<str>> = HashMap::new();
        for Live { id, head, size, .. } in had {
            let Some(head) = Head::read(&head) else {
                tracing::error!(entry = id.0, "an event's head cannot be read: it stays as it is");
                continue;
            };
            if head.ended.is_some() {
                book.shelf.put(id, Kept { head, size });
                continue;
            }
            let Head { target, scope, accepted, attempts, due, .. } = head;
            let name = names.entry(target).or_insert_with_key(|target| target.as_str().into());
            let key = Key { account: scope.account, target: Arc::clone(name) };
            let waiting = Waiting { accepted: accepted.min(now), entry: id, attempts, size };
            book.schedule.add(&key, waiting, due.min(now.saturating_add(LONGEST_WAIT)), now);
        }
        book
    }
}

impl Inner {
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits a batch together with new events, and takes those in.
    pub(crate) async fn put(
        &self,
        mut batch: Batch,
        events: Vec<(Event, Purpose)>,
    ) -> Result<(), JournalError> {
        let now = self.clock.now();
        let mut new = Vec::with_capacity(events.len());
        for (event, purpose) in &events {
            let (head, body) = (Head::new(event, now).bytes(), stored::body(event, purpose));
            let size = u32::try_from(head.len() + body.len()).unwrap_or(u32::MAX);
            let account = event.scope.account.clone();
            batch = batch.put(format!("{}/{account}", Events::TOPIC).into(), head, body);
            new.push((Key { account, target: event.target.as_str().into() }, size));
        }
        let ids = self.journal.commit(batch).await?;
        for function in events.iter().filter_map(|(event, _)| deliver::function(&event.target)) {
            self.lately.count(&function, Metric::AsyncEventsReceived);
        }
        if !new.is_empty() {
            self.tally.accepted.fetch_add(new.len() as u64, Ordering::Relaxed);
            let mut book = self.book();
            for ((key, size), entry) in new.into_iter().zip(ids) {
                let waiting = Waiting { accepted: now, entry, attempts: 0, size };
                book.schedule.add(&key, waiting, now, now);
            }
        }
        Ok(())
    }

    /// Takes in an event that is in the journal.
    pub(crate) fn take_in(&self, entry: EntryId, head: &Head, size: u32) {
        let key = Key { account: head.scope.account.clone(), target: head.target.as_str().into() };
        let waiting = Waiting { accepted: head.accepted, entry, attempts: head.attempts, size };
        self.book().schedule.add(&key, waiting, head.due, self.clock.now());
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.running.borrow().stopping
    }

    /// Starts whatever may start, and has the timer wake for what comes next.
    pub(crate) fn pump(self: &Arc<Self>) {
        let Some(lanes) = self.lanes.get() else { return };
        if self.is_stopping() {
            return;
        }
        let (starts, sooner) = {
            let (mut book, now) = (self.book(), self.clock.now());
            let mut starts = Vec::new();
            let mut begun = HashMap::new();
            while let Some(start) = book.schedule.next(now, |key| self.left(key, &begun)) {
                *begun.entry(start.key.account.clone()).or_insert(0_u32) += 1;
                starts.push(start);
            }
            let wake = book.schedule.wake();
            let sooner = wake.is_some_and(|wake| book.armed.is_none_or(|armed| wake < armed));
            if sooner {
                book.armed = wake;
            }
            (starts, sooner)
        };
        if sooner {
            self.sooner.notify_one();
        }
        for start in starts {
            self.running.send_modify(|running| running.deliveries += 1);
            let lane = &lanes[self.turn.fetch_add(1, Ordering::Relaxed) % lanes.len()];
            lane.spawn(deliver::deliver(Arc::clone(self), start));
        }
    }

    /// How much is free of the concurrency that a function shares; what was just begun is not counted there yet.
    fn left(&self, key: &Key, begun: &HashMap<AccountId, u32>) -> Option<u32> {
        let left = self.functions.get()?.left(&deliver::function(&key.target)?)?;
        Some(left.saturating_sub(begun.get(&key.account).copied().unwrap_or_default()))
    }

    /// A delivery is over.
    pub(crate) fn one_less(&self) {
        self.running.send_modify(|running| running.deliveries -= 1);
    }
}

/// Wakes for what is due at a time.
async fn timer(inner: Arc<Inner>) {
    while !inner.is_stopping() {
        let wake = {
            let mut book = inner.book();
            book.armed = book.schedule.wake();
            book.armed
        };
        let sooner = inner.sooner.notified();
        match wake {
            None => sooner.await,
            Some(wake) => {
                tokio::select! {
                    () = sooner => {}
                    () = tokio::time::sleep_until(inner.clock.at(wake)) => inner.pump(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{rules, testing};

    const NOW: u64 = 1_700_000_000_000;
    const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000;

    fn restored(now: u64) -> Book {
        let event = testing::event("arn:aws:lambda:us-east-1:123456789012:function:f");
        let head = Head { attempts: 1, due: NOW + 120_000, ..Head::new(&event, NOW) };
        let live = Live { id: EntryId(1), topic: "event".into(), head: head.bytes(), size: 100 };
        Book::restored(vec![live], now)
    }

    #[test]
    fn a_clock_that_was_set_back_over_a_restart_holds_nothing_up() {
        let now = NOW - YEAR;
        let mut book = restored(now);
        assert_eq!(book.schedule.wake(), Some(now + LONGEST_WAIT));
        let start = book.schedule.next(now + LONGEST_WAIT, |_| None).expect("its turn");
        assert_eq!((start.waiting.accepted, start.waiting.attempts), (now, 1));
    }

    #[test]
    fn a_clock_that_was_set_ahead_over_a_restart_ends_what_is_too_old() {
        let mut book = restored(NOW + YEAR);
        let start = book.schedule.next(NOW + YEAR, |_| None).expect("its turn");
        let age = Duration::from_millis(NOW + YEAR - start.waiting.accepted);
        assert!(rules::too_old(age, &testing::policy()), "{age:?}");
    }
}
