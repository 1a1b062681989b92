//! What is to be told of a change, kept in the commit of the change itself until the journal has it. A
//! crash in between tells it after the next start; one right after tells it twice.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use fika_events::{Attribute, Event, Retries, Sender};
use fika_journal::JournalError;
use fika_model::{AccountId, RequestId, Scope};
use fika_store::{Batch, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::send::SERVICE;
use crate::keys;
use crate::load::visit;
use crate::objects::{NotChanged, Objects, json};

/// How long an event is tried where its target does not say so itself.
pub(super) const RETRIES: Retries = Retries { most: 185, age: Duration::from_secs(24 * 3600) };
/// How many changes of an account may wait for a journal that takes nothing before no more are made.
const MOST: usize = 1_000;
/// How long what the journal refused waits before the next try, at first and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// One event, and to whom it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// The same however often it is told.
    pub(super) id: RequestId,
    pub(super) bucket: String,
    pub(super) scope: Scope,
    pub(super) target: String,
    /// JSON.
    pub(super) payload: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) attributes: Vec<(String, Attribute)>,
}

impl Notice {
    fn event(&self) -> Event {
        let is_function = self.target.starts_with("arn:aws:lambda:");
        let source = format!("arn:aws:s3:::{}", self.bucket);
        Event {
            id: self.id,
            scope: self.scope.clone(),
            sender: Sender::Service { name: SERVICE.into(), source },
            target: self.target.clone(),
            payload: Bytes::from(self.payload.clone()),
            trace_id: self.trace_id.clone(),
            client_context: None,
            tenant: None,
            attributes: self.attributes.clone(),
            group: None,
            deduplication: None,
            // A function says itself how long its events are tried.
            retries: (!is_function).then_some(RETRIES),
            dead_letters: None,
        }
    }
}

/// All that one change has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Where the store has it.
    pub(super) key: String,
    pub(super) notices: Vec<Notice>,
}

impl Letter {
    fn is_of(&self, account: &AccountId) -> bool {
        self.notices.first().is_some_and(|notice| notice.scope.account == *account)
    }

    /// Adds it to the change that it tells of.
    pub(crate) fn add_to(&self, batch: Batch) -> Result<Batch, NotChanged> {
        Ok(batch.put(self.key.clone(), json(&self.notices)?))
    }
}

/// What the journal refused, in the order it came.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    late: Mutex<VecDeque<Letter>>,
}

impl Outbox {
    /// What an earlier run left in the store.
    pub(crate) fn left(store: &Store) -> Result<Vec<Letter>, StoreError> {
        let mut left = Vec::new();
        visit(store, keys::OUTBOX, |[name], notices: Vec<Notice>| {
            left.push(Letter { key: keys::outbox(name), notices });
        })?;
        Ok(left)
    }

    fn late(&self) -> MutexGuard<'_, VecDeque<Letter>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether so much of an account waits that none of its changes may add to it.
    pub(crate) fn is_full(&self, account: &AccountId) -> bool {
        self.late().iter().filter(|letter| letter.is_of(account)).count() >= MOST
    }
}

impl Objects {
    /// Hands what a change tells to the journal. What that refuses now, it is asked again to take.
    pub(crate) async fn post(&self, letter: Option<Letter>) {
        let Some(letter) = letter else { return };
        match self.accept(&letter).await {
            Ok(()) => {
                // Nobody needs to wait for that: a crash before it tells twice.
                let this = self.clone();
                tokio::spawn(async move { this.forget(letter.key).await });
            }
            Err(error) => {
                tracing::warn!(%error, "what is told of a change waits for the journal");
                self.post_later(vec![letter]);
            }
        }
    }

    /// Goes on with letters until the journal has them all.
    pub(crate) fn post_later(&self, letters: Vec<Letter>) {
        let mut late = self.inner.outbox.late();
        let idle = late.is_empty();
        late.extend(letters);
        if idle && !late.is_empty() {
            tokio::spawn(self.clone().go_on());
        }
    }

    async fn go_on(self) {
        let mut wait = AGAIN.0;
        loop {
            // In rounds: an account whose letters are refused holds up nobody else's.
            let round = self.inner.outbox.late().len();
            for _ in 0..round {
                let Some(letter) = self.inner.outbox.late().front().cloned() else { return };
                let accepted = self.accept(&letter).await;
                match accepted {
                    Ok(()) => self.forget(letter.key).await,
                    // The next start has it.
                    Err(JournalError::Closed) => return,
                    Err(_) => {}
                }
                let mut late = self.inner.outbox.late();
                if accepted.is_ok() {
                    wait = AGAIN.0;
                    late.pop_front();
                } else {
                    late.rotate_left(1);
                }
                if late.is_empty() {
                    return;
                }
            }
            tracing::debug!("what is told of changes waits for the journal still");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(AGAIN.1);
        }
    }

    async fn accept(&self, letter: &Letter) -> Result<(), JournalError> {
        self.inner.events.accept(letter.notices.iter().map(Notice::event).collect()).await
    }

    async fn forget(&self, key: String) {
        if let Err(error) = self.inner.store.commit(Batch::new().delete(key)).await {
            tracing::warn!(%error, "what was told of a change is told again after the next start");
        }
    }
}

#[cfg(test)]
mod tests {
    use fika_model::Region;

    use super::*;

    fn letter(account: &AccountId) -> Letter {
        let region = Region::new("us-east-1").expect("a region");
        let notice = Notice {
            id: RequestId::random(),
            bucket: "b".into(),
            scope: Scope { account: account.clone(), region },
            target: "arn:aws:sqs:us-east-1:123456789012:q".into(),
            payload: "{}".into(),
            trace_id: None,
            attributes: Vec::new(),
        };
        Letter { key: "s3/outbox/1".into(), notices: vec![notice] }
    }

    #[test]
    fn an_account_that_waits_holds_up_no_other() {
        let account = |digits: &str| AccountId::new(digits).expect("twelve digits");
        let (one, other) = (account("123456789012"), account("999999999999"));
        let outbox = Outbox::default();
        outbox.late().extend((1..MOST).map(|_| letter(&one)));
        assert!(!outbox.is_full(&one));
        outbox.late().push_back(letter(&one));
        assert_eq!((outbox.is_full(&one), outbox.is_full(&other)), (true, false));
    }
}
