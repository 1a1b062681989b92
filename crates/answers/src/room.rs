//! All addresses: in memory, and beside it in the store under `answer/ACCOUNT/REGION/TOKEN`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fika_model::Scope;
use fika_store::{Batch, CommitError, Store, StoreError};
use thiserror::Error;
use tokio::sync::watch;

use crate::awaited::Awaited;
use crate::record::{Answer, Record};

/// What the paths of addresses begin with; an id follows.
pub const PATH: &str = "/_fika/cloudformation/answers/";
/// Where they are in the store.
const PREFIX: &str = "answer/";
/// Nobody waits longer than twelve hours, and who answers late is told so for a while.
const KEPT: Duration = Duration::from_secs(3 * 24 * 3600);

/// What addresses begin with.
#[derive(Debug, Clone)]
pub struct Bases {
    /// For functions, in their sandboxes: `http://127.0.0.1:9002`.
    pub inside: String,
    /// For everybody else.
    pub outside: String,
}

/// An address that somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// For whom.
    pub scope: &'a Scope,
    /// What who waits calls it by: there is one address for it at a time.
    pub token: &'a str,
    /// What is asked for there: of another purpose is another address.
    pub purpose: &'a str,
    /// How many answers are taken.
    pub most: usize,
    /// Whether it may have been wanted before, with nobody hearing the answer: then it is the one that was made.
    pub again: bool,
}

/// It cannot be kept.
#[derive(Debug, Error)]
#[error("an address for answers is not kept: {0}")]
pub struct NotKept(#[from] CommitError);

/// Why an answer is not taken.
#[derive(Debug, Error)]
pub enum NotTaken {
    /// There is no such address, or no more.
    #[error("nobody waits for an answer at this address")]
    Nobody,
    /// The disk does not take it.
    #[error(transparent)]
    NotKept(#[from] NotKept),
}

/// All addresses, shared: clones are the same.
#[derive(Debug, Clone)]
pub struct Answers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    bases: Bases,
    all: Mutex<All>,
    /// Held by whoever changes one, until it is on disk and shown.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct All {
    /// By their keys in the store.
    records: HashMap<String, watch::Sender<Arc<Record>>>,
    /// Those keys, by id.
    keys: HashMap<String, String>,
}

impl Answers {
    /// Reads which addresses there are.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn open(store: Store, bases: Bases) -> Result<Self, StoreError> {
        let mut all = All::default();
        for entry in store.scan(PREFIX.as_bytes())? {
            let key = String::from_utf8_lossy(&entry.key).into_owned();
            match serde_json::from_slice::<Record>(&entry.value) {
                Ok(record) => all.show(key, record),
                Err(error) => {
                    tracing::warn!(key, %error, "an awaited answer cannot be read and is left alone");
                }
            }
        }
        let (all, turn) = (Mutex::new(all), tokio::sync::Mutex::default());
        Ok(Self { inner: Arc::new(Inner { store, bases, all, turn }) })
    }

    /// An address for answers; it is on disk when this returns.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn want(&self, wanted: Wanted<'_>) -> Result<Awaited, NotKept> {
        let Scope { account, region } = wanted.scope;
        let key = format!("{PREFIX}{account}/{region}/{}", wanted.token);
        let _turn = self.inner.turn.lock().await;
        let standing = self.lock().record(&key);
        let same = standing.filter(|record| wanted.again && record.purpose == wanted.purpose);
        if same.is_none() {
            let record = Record::new(wanted.purpose.into(), wanted.most, now_ms());
            self.keep(&key, record).await?;
        }
        let seen = self.lock().watch(&key);
        Ok(Awaited::new(self.clone(), key, seen))
    }

    /// The address that somebody was told, if it is one of theirs that is kept.
    #[must_use]
    pub fn at(&self, Scope { account, region }: &Scope, url: &str) -> Option<Awaited> {
        let (_, id) = url.split_once(PATH)?;
        let all = self.lock();
        let key = all.keys.get(id)?.clone();
        let seen = all.watch(&key);
        let own = key.starts_with(&format!("{PREFIX}{account}/{region}/"));
        drop(all);
        own.then(|| Awaited::new(self.clone(), key, seen))
    }

    /// Takes an answer; it is on disk when this returns. One that came before, or that is one too many, changes
    /// nothing.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn take(&self, id: &str, body: &[u8]) -> Result<(), NotTaken> {
        self.note(id, Answer::of(body)).await
    }

    /// Notes that who was told the address cannot be asked, and so will never answer. Any other address is let be.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn give_up(&self, url: &str, why: String) -> Result<(), NotTaken> {
        let (_, id) = url.split_once(PATH).ok_or(NotTaken::Nobody)?;
        self.note(id, Answer::Unable(why)).await
    }

    async fn note(&self, id: &str, answer: Answer) -> Result<(), NotTaken> {
        let _turn = self.inner.turn.lock().await;
        let found = {
            let all = self.lock();
            let key = all.keys.get(id).cloned();
            key.and_then(|key| Some((all.record(&key)?, key)))
        };
        let (record, key) = found.ok_or(NotTaken::Nobody)?;
        match record.with(answer) {
            Some(next) => Ok(self.keep(&key, next).await?),
            None => Ok(()),
        }
    }

    pub(crate) async fn note_asked(&self, key: &str) -> Result<(), NotKept> {
        let _turn = self.inner.turn.lock().await;
        let record = self.lock().record(key);
        match record {
            Some(record) if !record.asked => {
                self.keep(key, Record { asked: true, ..Record::clone(&record) }).await
            }
            _ => Ok(()),
        }
    }

    /// Forgets the address that goes by that token: nobody waits there any more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn forget(
        &self,
        Scope { account, region }: &Scope,
        token: &str,
    ) -> Result<(), NotKept> {
        let key = format!("{PREFIX}{account}/{region}/{token}");
        let _turn = self.inner.turn.lock().await;
        if self.lock().record(&key).is_some() {
            self.inner.store.commit(Batch::new().delete(key.clone())).await?;
            self.lock().hide(&key);
        }
        Ok(())
    }

    pub(crate) fn inside(&self, id: &str) -> String {
        format!("{}{PATH}{id}", self.inner.bases.inside)
    }

    pub(crate) fn outside(&self, id: &str) -> String {
        format!("{}{PATH}{id}", self.inner.bases.outside)
    }

    /// Commits a record, then shows it, and lets go of those that are old. The caller has the turn.
    async fn keep(&self, key: &str, record: Record) -> Result<(), NotKept> {
        let value = serde_json::to_vec(&record).unwrap_or_default();
        let old = self.lock().old(now_ms());
        let batch = old.iter().fold(Batch::new(), |batch, key| batch.delete(key.clone()));
        self.inner.store.commit(batch.put(key.to_owned(), value)).await?;
        let mut all = self.lock();
        old.iter().for_each(|key| all.hide(key));
        all.show(key.into(), record);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.inner.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn record(&self, key: &str) -> Option<Arc<Record>> {
        Some(self.records.get(key)?.borrow().clone())
    }

    fn watch(&self, key: &str) -> watch::Receiver<Arc<Record>> {
        // Who asks has just shown it; a receiver of nothing never hears anything.
        self.records.get(key).map_or_else(
            || watch::channel(Arc::new(Record::new(String::new(), 0, 0))).1,
            watch::Sender::subscribe,
        )
    }

    fn show(&mut self, key: String, record: Record) {
        let record = Arc::new(record);
        match self.records.get(&key) {
            Some(sender) if sender.borrow().id == record.id => {
                sender.send_replace(record);
            }
            _ => {
                self.hide(&key);
                self.keys.insert(record.id.clone(), key.clone());
                self.records.insert(key, watch::Sender::new(record));
            }
        }
    }

    fn hide(&mut self, key: &str) {
        if let Some(sender) = self.records.remove(key) {
            self.keys.remove(&sender.borrow().id);
        }
    }

    fn old(&self, now_ms: u64) -> Vec<String> {
        let kept = u64::try_from(KEPT.as_millis()).unwrap_or(u64::MAX);
        let is_old = |made: u64| made.saturating_add(kept) < now_ms;
        let old = self.records.iter().filter(|(_, sender)| is_old(sender.borrow().made_ms));
        old.map(|(key, _)| key.clone()).collect()
    }
}

pub(crate) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
