//! Which tick of each rule and schedule was the last: in the journal, together with what it set going, so that a
//! tick never comes twice and none is half there.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fika_journal::{Batch, EntryId, Journal, JournalError, Live};
use serde::{Deserialize, Serialize};

use crate::Buses;

/// An entry's head.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Whose tick: a key of the store.
    key: String,
    /// When, milliseconds since 1970; none before the first.
    last: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Ticks {
    journal: Journal,
    all: Mutex<HashMap<String, (EntryId, Option<i64>)>>,
}

impl Ticks {
    pub(crate) fn open(journal: Journal, had: Vec<Live>) -> Self {
        let read = |live: Live| {
            let Head { key, last } = serde_json::from_slice(&live.head).ok()?;
            Some((key, (live.id, last)))
        };
        Self { journal, all: Mutex::new(had.into_iter().filter_map(read).collect()) }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, (EntryId, Option<i64>)>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last tick of one.
    pub(crate) fn last(&self, key: &str) -> Option<i64> {
        self.all().get(key)?.1
    }

    /// Whose there are.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.all().keys().cloned().collect()
    }

    /// A batch that says that these ticks have been, each of one key. To be committed with what they set going, and
    /// then told to [`Self::note`].
    ///
    /// # Errors
    /// [`JournalError`]: they have not been.
    pub(crate) async fn batch(&self, ticks: &[(String, i64)]) -> Result<Batch, JournalError> {
        let new: Vec<&String> = {
            let all = self.all();
            ticks.iter().map(|(key, _)| key).filter(|key| !all.contains_key(*key)).collect()
        };
        if !new.is_empty() {
            let puts = new.iter().fold(Batch::new(), |batch, key| {
                batch.put(Buses::TOPIC.into(), head(key, None), Bytes::new())
            });
            let ids = self.journal.commit(puts).await?;
            let entries = new.into_iter().cloned().zip(ids.into_iter().map(|id| (id, None)));
            self.all().extend(entries);
        }
        let all = self.all();
        Ok(ticks.iter().fold(Batch::new(), |batch, (key, at)| match all.get(key) {
            Some((id, _)) => batch.amend(*id, head(key, Some(*at))),
            None => batch,
        }))
    }

    /// These have been.
    pub(crate) fn note(&self, ticks: &[(String, i64)]) {
        let mut all = self.all();
        for (key, at) in ticks {
            if let Some(entry) = all.get_mut(key) {
                entry.1 = Some(*at);
            }
        }
    }

    /// Forgets one that is gone. Should that not be written, it is found at the next start.
    pub(crate) async fn forget(&self, key: &str) {
        let entry = self.all().remove(key);
        if let Some((id, _)) = entry
            && let Err(error) = self.journal.commit(Batch::new().remove(id)).await
        {
            tracing::warn!(%error, key, "the last tick of what is gone stays in the journal");
        }
    }
}

fn head(key: &str, last: Option<i64>) -> Vec<u8> {
    serde_json::to_vec(&Head { key: key.into(), last }).unwrap_or_default()
}
