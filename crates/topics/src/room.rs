//! All topics: in memory, and beside it in the store.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use fika_aws::shape::AwsError;
use fika_events::Events;
use fika_model::{AccountId, Scope};
use fika_service::Caller;
use fika_store::{Batch, Store, StoreError};

use crate::error::{denied, internal, no_topic, not_yours};
use crate::lately::Lately;
use crate::record::{PREFIX, Place, Record, Topic};

/// The most bytes of a topic with its subscriptions, as it is stored.
const RECORD_BYTES: usize = 4 << 20;

/// All topics, shared: clones are the same.
#[derive(Clone)]
pub struct Topics {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    store: Store,
    pub(crate) events: Events,
    all: RwLock<BTreeMap<Scope, BTreeMap<String, Arc<Topic>>>>,
    /// Held by whoever changes one, from the first look to the last effect.
    turn: tokio::sync::Mutex<()>,
    /// What FIFO topics took lately. Each is held by who publishes there, until that is on disk.
    lately: Mutex<HashMap<Place, Arc<tokio::sync::Mutex<Lately>>>>,
    pub(crate) sequence: AtomicU64,
}

impl Topics {
    /// Whether an account has any, in whatever region.
    pub(crate) fn has_any(&self, account: &AccountId) -> bool {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.keys().any(|scope| scope.account == *account)
    }
}

impl std::fmt::Debug for Topics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topics").finish_non_exhaustive()
    }
}

impl Topics {
    /// Reads which topics there are. What is published goes to `events`.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn open(store: Store, events: Events) -> Result<Self, StoreError> {
        let mut all = BTreeMap::<Scope, BTreeMap<String, Arc<Topic>>>::new();
        for entry in store.scan(PREFIX.as_bytes())? {
            let record = serde_json::from_slice(&entry.value).ok().and_then(Topic::of);
            let Some((Place { scope, name }, topic)) = Place::of_key(&entry.key).zip(record) else {
                tracing::warn!(key = ?entry.key, "a topic cannot be read and is left alone");
                continue;
            };
            all.entry(scope).or_default().insert(name, Arc::new(topic));
        }
        let inner = Inner {
            store,
            events,
            all: RwLock::new(all),
            turn: tokio::sync::Mutex::default(),
            lately: Mutex::default(),
            sequence: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn find(&self, place: &Place) -> Option<Arc<Topic>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&place.scope)?.get(&place.name).cloned()
    }

    /// Those of a scope, by name.
    pub(crate) fn list(&self, scope: &Scope) -> Vec<(Place, Arc<Topic>)> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        let place = |name: &String| Place { scope: scope.clone(), name: name.clone() };
        let topics = all.get(scope).into_iter().flatten();
        topics.map(|(name, topic)| (place(name), topic.clone())).collect()
    }

    /// The topic, if it is there and the caller may do that with it.
    pub(crate) fn permitted(
        &self,
        caller: &Caller,
        action: &str,
        place: &Place,
    ) -> Result<Arc<Topic>, AwsError> {
        let (arn, found) = (place.arn(), self.find(place));
        let policy = found.as_ref().and_then(|topic| topic.policy.as_ref());
        let allowed = caller.allow(action, &arn, policy, &[]);
        if place.scope.account == caller.scope.account {
            allowed.map_err(denied)?;
            return found.ok_or_else(no_topic);
        }
        let topic = found.filter(|_| allowed.is_ok());
        topic.ok_or_else(|| not_yours(action, &arn))
    }

    /// Changes a topic, if there still is one, or makes it; on disk when this returns. `change` sees the record
    /// as it is, and may refuse. What it answers is answered.
    pub(crate) async fn change<T>(
        &self,
        place: &Place,
        change: impl FnOnce(Option<Record>) -> Result<(Option<Record>, T), AwsError>,
    ) -> Result<T, AwsError> {
        let _turn = self.inner.turn.lock().await;
        let before = self.find(place).map(|topic| topic.record.clone());
        let (after, answer) = change(before.clone())?;
        if after == before {
            return Ok(answer);
        }
        let topic = match after {
            Some(record) => {
                let value = serde_json::to_vec(&record).map_err(|error| internal(&error))?;
                if value.len() > RECORD_BYTES {
                    let text = "The topic's subscriptions and attributes are too long together";
                    return Err(AwsError::new("SubscriptionLimitExceeded", 403, text));
                }
                let topic = Topic::of(record)
                    .ok_or_else(|| crate::error::invalid("Policy Error: it cannot be read"))?;
                self.commit(Batch::new().put(place.key(), value)).await?;
                Some(Arc::new(topic))
            }
            None => {
                self.commit(Batch::new().delete(place.key())).await?;
                None
            }
        };
        self.show(place, topic);
        Ok(answer)
    }

    async fn commit(&self, batch: Batch) -> Result<(), AwsError> {
        self.inner.store.commit(batch).await.map(|_| ()).map_err(|error| internal(&error))
    }

    /// What a FIFO topic took lately.
    pub(crate) fn lately(&self, place: &Place) -> Arc<tokio::sync::Mutex<Lately>> {
        let mut all = self.inner.lately.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(place.clone()).or_default())
    }

    fn show(&self, place: &Place, topic: Option<Arc<Topic>>) {
        if topic.is_none() {
            let mut lately = self.inner.lately.lock().unwrap_or_else(PoisonError::into_inner);
            lately.remove(place);
        }
        let Place { scope, name } = place;
        let mut all = self.inner.all.write().unwrap_or_else(PoisonError::into_inner);
        let topics = all.entry(scope.clone()).or_default();
        match topic {
            Some(topic) => topics.insert(name.clone(), topic),
            None => topics.remove(name),
        };
        if topics.is_empty() {
            all.remove(scope);
        }
    }
}
