//! Which tick of each rule and schedule was the last: in the journal, together with what it set going, so that a
//! tick never comes twice and none is half there.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fika_journal::{Batch, EntryId, Journal, JournalError, Live};
use serde::{Deserialize, Serialize};

use crate::Buses;
use crate::time::Been;

/// An entry's head.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Whose tick: a key of the store.
    key: String,
    /// When, milliseconds since 1970; none before the first.
    last: Option<i64>,
    /// As in [`Been`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<(i64, i64)>,
}

impl Head {
    fn of(key: &str, been: Option<Been>) -> Vec<u8> {
        let (last, left_out) = (been.map(|been| been.last), been.and_then(|been| been.left_out));
        serde_json::to_vec(&Self { key: key.into(), last, left_out }).unwrap_or_default()
    }
}

/// A tick that has been: whose, and which of them have been with it.
pub(crate) type Beat = (String, Been);

#[derive(Debug)]
pub(crate) struct Ticks {
    journal: Journal,
    all: Mutex<HashMap<String, Entry>>,
}

type Entry = (EntryId, Option<Been>);

impl Ticks {
    pub(crate) fn open(journal: Journal, had: Vec<Live>) -> Self {
        let read = |live: Live| {
            let Head { key, last, left_out } = serde_json::from_slice(&live.head).ok()?;
            Some((key, (live.id, last.map(|last| Been { last, left_out }))))
        };
        Self { journal, all: Mutex::new(had.into_iter().filter_map(read).collect()) }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which ticks of one have been.
    pub(crate) fn been(&self, key: &str) -> Option<Been> {
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
    pub(crate) async fn batch(&self, ticks: &[Beat]) -> Result<Batch, JournalError> {
        let new: Vec<&String> = {
            let all = self.all();
            ticks.iter().map(|(key, _)| key).filter(|key| !all.contains_key(*key)).collect()
        };
        if !new.is_empty() {
            let puts = new.iter().fold(Batch::new(), |batch, key| {
                batch.put(Buses::TOPIC.into(), Head::of(key, None), Bytes::new())
            });
            let ids = self.journal.commit(puts).await?;
            let entries = new.into_iter().cloned().zip(ids.into_iter().map(|id| (id, None)));
            self.all().extend(entries);
        }
        let all = self.all();
        Ok(ticks.iter().fold(Batch::new(), |batch, (key, been)| match all.get(key) {
            Some((id, _)) => batch.amend(*id, Head::of(key, Some(*been))),
            None => batch,
        }))
    }

    /// These have been.
    pub(crate) fn note(&self, ticks: &[Beat]) {
        let mut all = self.all();
        for (key, been) in ticks {
            if let Some(entry) = all.get_mut(key) {
                entry.1 = Some(*been);
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
