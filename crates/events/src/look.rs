//! What waits and what ended, for people.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use fika_journal::{Batch, EntryId, JournalError, JournalFacts};
use fika_model::{AccountId, RequestId};

use crate::handle::Inner;
use crate::schedule::LaneFacts;
use crate::stored::{self, Ended};
use crate::{Event, Events};

/// How much of a payload a list has, bytes.
const GLIMPSE: usize = 200;
/// How many of those that wait are looked at for one id.
const LOOKED_AT: usize = 1_000;

/// How the events of one account for one target stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneState {
    /// Whose they are.
    pub account: AccountId,
    /// The ARN they go to.
    pub target: Arc<str>,
    /// How many wait.
    pub waiting: u64,
    /// How many are under way.
    pub running: u32,
    /// The age of the oldest that waits, milliseconds.
    pub oldest_ms: Option<u64>,
}

/// What has come of events since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Accepted, with what followed from others.
    pub accepted: u64,
    /// Done.
    pub delivered: u64,
    /// Put off for a minute or two, because the function ended with an error.
    pub retried: u64,
    /// Put back, because the target took no more.
    pub put_back: u64,
    /// Failed, and told to a destination or a dead-letter queue.
    pub redirected: u64,
    /// Failed, with nowhere to go.
    pub dropped: u64,
    /// Records that no destination took.
    pub destination_failures: u64,
    /// Letters that no dead-letter queue took.
    pub dead_letter_errors: u64,
    /// Events that ended with nowhere to go, and are kept.
    pub kept: u64,
}

/// Where an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits for its turn.
    Waiting {
        /// Milliseconds since 1970, where that is a time to come.
        due: Option<u64>,
    },
    /// It ended with nowhere to go.
    Ended {
        /// When, milliseconds since 1970.
        at: u64,
        /// As in `RetriesExhausted`.
        condition: String,
        /// What was said last.
        message: String,
    },
}

/// An event, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its number in the journal.
    pub entry: EntryId,
    /// Its id; of an invocation the request id.
    pub id: RequestId,
    /// The ARN it goes to.
    pub target: String,
    /// When it was accepted, milliseconds since 1970.
    pub accepted: u64,
    /// How often it ran.
    pub attempts: u32,
    /// Where it is.
    pub state: State,
    /// Bytes of what it says.
    pub size: usize,
    /// What it says; in a list the beginning of it.
    pub payload: Bytes,
}

impl Events {
    /// What has come of events since the start.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let tally = &self.inner.tally;
        let of = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Totals {
            accepted: of(&tally.accepted),
            delivered: of(&tally.delivered),
            retried: of(&tally.retried),
            put_back: of(&tally.put_back),
            redirected: of(&tally.redirected),
            dropped: of(&tally.dropped),
            destination_failures: of(&tally.destination_failures),
            dead_letter_errors: of(&tally.dead_letter_errors),
            kept: self.inner.book().shelf.len() as u64,
        }
    }

    /// How the journal stands that events are in, with whatever else is in it.
    #[must_use]
    pub fn journal(&self) -> JournalFacts {
        self.inner.journal.facts()
    }

    /// What waits, by account and target.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneState> {
        let (facts, now) = (self.inner.book().schedule.facts(), self.inner.clock.now());
        let shown = |LaneFacts { key, waiting, running, oldest }: LaneFacts| LaneState {
            account: key.account,
            target: key.target,
            waiting,
            running,
            oldest_ms: oldest.map(|accepted| now.saturating_sub(accepted)),
        };
        facts.into_iter().map(shown).collect()
    }

    /// What an account has, oldest first, at most so many: what `ended` with nowhere to go, or else what waits.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub async fn list(
        &self,
        account: &AccountId,
        ended: bool,
        most: usize,
    ) -> Result<Vec<Listed>, JournalError> {
        let entries =
            if ended { self.ended(account, most, |_| true) } else { self.waiting(account, most) };
        let mut found = Vec::with_capacity(entries.len());
        for (entry, attempts, accepted, state) in entries {
            if let Some(event) = self.inner.read(entry).await? {
                let mut one = listed(entry, event, attempts, accepted, state);
                // A copy: the whole one is to go.
                let glimpse = &one.payload[..one.size.min(GLIMPSE)];
                one.payload = Bytes::copy_from_slice(glimpse);
                found.push(one);
            }
        }
        Ok(found)
    }

    /// One of an account's that ended with nowhere to go, or is among the first that wait; whole.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub async fn find(
        &self,
        account: &AccountId,
        id: RequestId,
    ) -> Result<Option<Listed>, JournalError> {
        let mut entries = self.ended(account, usize::MAX, |own| own == id);
        entries.extend(self.waiting(account, LOOKED_AT));
        for (entry, attempts, accepted, state) in entries {
            let event = self.inner.read(entry).await?.filter(|event| event.id == id);
            if let Some(event) = event {
                return Ok(Some(listed(entry, event, attempts, accepted, state)));
            }
        }
        Ok(None)
    }

    /// Sends one again that ended with nowhere to go, as if it were new; none where the account has no such.
    ///
    /// # Errors
    /// [`JournalError`]: it stays where it is.
    pub async fn replay(
        &self,
        account: &AccountId,
        id: RequestId,
    ) -> Result<Option<()>, JournalError> {
        let Some((entry, kept)) = self.inner.off_the_shelf(account, id) else { return Ok(None) };
        let mut head = kept.head.clone();
        (head.ended, head.attempts, head.due) = (None, 0, 0);
        head.accepted = self.inner.clock.now();
        let inner = Arc::clone(&self.inner);
        let replayed = tokio::spawn(async move {
            let amended = inner.journal.commit(Batch::new().amend(entry, head.bytes())).await;
            match amended {
                Ok(_) => inner.take_in(entry, &head, kept.size),
                Err(error) => {
                    inner.book().shelf.put(entry, kept);
                    return Err(error);
                }
            }
            inner.pump();
            Ok(Some(()))
        });
        replayed.await.unwrap_or(Err(JournalError::Closed))
    }

    fn ended(
        &self,
        account: &AccountId,
        most: usize,
        wanted: impl Fn(RequestId) -> bool,
    ) -> Vec<(EntryId, u32, u64, State)> {
        let book = self.inner.book();
        let shown = |(entry, kept): (EntryId, &crate::shelf::Kept)| {
            let ended = kept.head.ended.as_ref().filter(|ended| wanted(ended.id))?;
            let Ended { at, condition, message, .. } = ended.clone();
            let state = State::Ended { at, condition, message };
            Some((entry, kept.head.attempts, kept.head.accepted, state))
        };
        book.shelf.of(account).filter_map(shown).take(most).collect()
    }

    fn waiting(&self, account: &AccountId, most: usize) -> Vec<(EntryId, u32, u64, State)> {
        let book = self.inner.book();
        let waiting = book.schedule.list(|key| key.account == *account, most);
        let shown = waiting.into_iter().map(|(_, waiting, due)| {
            let state = State::Waiting { due: (due > 0).then_some(due) };
            (waiting.entry, waiting.attempts, waiting.accepted, state)
        });
        shown.collect()
    }
}

impl Inner {
    async fn read(&self, entry: EntryId) -> Result<Option<Event>, JournalError> {
        let body = self.journal.body(entry).await?;
        Ok(body.and_then(stored::event).map(|(event, _)| event))
    }

    fn off_the_shelf(
        &self,
        account: &AccountId,
        id: RequestId,
    ) -> Option<(EntryId, crate::shelf::Kept)> {
        let mut book = self.book();
        let (entry, _) = book.shelf.of(account).find(|(_, kept)| kept.id() == Some(id))?;
        book.shelf.take(account, entry).map(|kept| (entry, kept))
    }
}

fn listed(entry: EntryId, event: Event, attempts: u32, accepted: u64, state: State) -> Listed {
    let Event { id, target, payload, .. } = event;
    Listed { entry, id, target, accepted, attempts, state, size: payload.len(), payload }
}
