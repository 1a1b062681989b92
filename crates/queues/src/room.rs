//! All queues: which there are, and what they were when the server started.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use fika_aws::shape::AwsError;
use fika_journal::{EntryId, Journal, Live};
use fika_model::Scope;
use fika_store::{Batch, Store, StoreError};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::error::{internal, no_queue};
use crate::keep::Entry;
use crate::moving::Tasks;
use crate::name::Place;
use crate::queue::{Known, Queue, Record};
use crate::settings::Settings;
use crate::state::Sent;

/// How often what is too old is looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// All queues, shared: clones are the same.
#[derive(Clone)]
pub struct Queues {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    journal: Journal,
    clock: Clock,
    all: RwLock<BTreeMap<Scope, BTreeMap<String, Arc<Queue>>>>,
    /// Held by whoever changes which queues there are, or what one is.
    turn: tokio::sync::Mutex<()>,
    /// When those were deleted whose names are not yet free again.
    deleted: Mutex<HashMap<Place, u64>>,
    tasks: Tasks,
    /// Whether nobody is to wait for messages any more.
    closing: watch::Sender<bool>,
    /// Entries of queues there are no more.
    lost: Mutex<Vec<EntryId>>,
}

/// The same, but nothing stays for it.
pub(crate) struct Distant(Weak<Inner>);

impl Distant {
    pub(crate) fn upgrade(&self) -> Option<Queues> {
        Some(Queues { inner: self.0.upgrade()? })
    }
}

impl std::fmt::Debug for Queues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queues").finish_non_exhaustive()
    }
}

impl Queues {
    /// Reads which queues there are, and goes on with what the journal had of them.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn open(store: Store, journal: Journal, had: Vec<Live>) -> Result<Self, StoreError> {
        let clock = Clock::start();
        let mut all = BTreeMap::<Scope, BTreeMap<String, Arc<Queue>>>::new();
        for entry in store.scan(crate::PREFIX.as_bytes())? {
            let Some(queue) = read(&entry) else {
                tracing::warn!(key = ?entry.key, "a queue cannot be read and is left alone");
                continue;
            };
            let Place { scope, name } = queue.place.clone();
            all.entry(scope).or_default().insert(name, Arc::new(queue));
        }
        let lost = fill(&all, had, clock.now());
        let tasks = Tasks::open(&store)?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                journal,
                clock,
                all: RwLock::new(all),
                turn: tokio::sync::Mutex::default(),
                deleted: Mutex::default(),
                tasks,
                closing: watch::Sender::new(false),
                lost: Mutex::new(lost),
            }),
        })
    }

    /// Goes on with what the last stop cut off, then removes what is too old, again and again. Until it is dropped.
    pub async fn upkeep(self) {
        self.resume_moves().await;
        let lost = std::mem::take(&mut *self.lost());
        self.erase(lost).await;
        let mut tick = tokio::time::interval(SWEEP);
        loop {
            tick.tick().await;
            for queue in self.everyone() {
                self.sweep(&queue).await;
            }
        }
    }

    /// Lets nobody wait for messages any more, because the server stops.
    pub fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    pub(crate) fn downgrade(&self) -> Distant {
        Distant(Arc::downgrade(&self.inner))
    }

    async fn sweep(&self, queue: &Arc<Queue>) {
        let (now, retention) = (self.now(), queue.known().settings.retention_ms);
        let (old, forgotten) = {
            let mut state = queue.state();
            (state.expire(now, retention), state.forget(now))
        };
        if !old.is_empty() {
            // What the journal keeps is looked for again.
            let _ = self.remove(queue, old).await;
        }
        self.erase(forgotten).await;
    }

    pub(crate) fn now(&self) -> u64 {
        self.inner.clock.now()
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.inner.closing.subscribe()
    }

    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.inner.turn.lock().await
    }

    fn lost(&self) -> std::sync::MutexGuard<'_, Vec<EntryId>> {
        self.inner.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn deleted(&self) -> std::sync::MutexGuard<'_, HashMap<Place, u64>> {
        self.inner.deleted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn find(&self, place: &Place) -> Option<Arc<Queue>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&place.scope)?.get(&place.name).cloned()
    }

    /// Those of a scope, by name.
    pub(crate) fn list(&self, scope: &Scope) -> Vec<Arc<Queue>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(scope).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    pub(crate) fn everyone(&self) -> Vec<Arc<Queue>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.values().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Commits what a new queue is, then shows it. The caller has the turn.
    pub(crate) async fn create(
        &self,
        place: Place,
        record: Record,
        settings: Settings,
    ) -> Result<Arc<Queue>, AwsError> {
        let (key, value) = (place.key(), serde_json::to_vec(&record).map_err(internal)?);
        let batch = Batch::new().if_absent(key.clone()).put(key, value);
        let at = self.inner.store.commit(batch).await.map_err(internal)?;
        let queue = Arc::new(Queue::new(place.clone(), Known { record, settings, at }));
        let mut all = self.inner.all.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(place.scope).or_default().insert(place.name, queue.clone());
        Ok(queue)
    }

    /// Commits what a queue is from now on, then shows it. The caller has the turn.
    pub(crate) async fn change(
        &self,
        queue: &Queue,
        record: Record,
        settings: Settings,
    ) -> Result<(), AwsError> {
        let (key, value) = (queue.place.key(), serde_json::to_vec(&record).map_err(internal)?);
        let batch = Batch::new().if_at(key.clone(), queue.known().at).put(key, value);
        let at = self.inner.store.commit(batch).await.map_err(internal)?;
        queue.set(Known { record, settings, at });
        // Who waits is to see what it is now.
        queue.wake.notify_waiters();
        Ok(())
    }

    /// Deletes a queue with all its messages. The caller has the turn.
    pub(crate) async fn delete(&self, queue: &Arc<Queue>) -> Result<(), AwsError> {
        let key = queue.place.key();
        let batch = Batch::new().if_at(key.clone(), queue.known().at).delete(key);
        self.inner.store.commit(batch).await.map_err(|_| no_queue())?;
        self.deleted().insert(queue.place.clone(), self.now());
        self.forget(&queue.place);
        let (messages, repeats) = {
            let mut state = queue.state();
            state.close();
            (state.leave_all(), state.forget(u64::MAX))
        };
        queue.wake.notify_waiters();
        let ids = messages.into_iter().map(|(id, _)| id).chain(repeats).collect();
        self.erase(ids).await;
        Ok(())
    }

    fn forget(&self, place: &Place) {
        let mut all = self.inner.all.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(queues) = all.get_mut(&place.scope) {
            queues.remove(&place.name);
            if queues.is_empty() {
                all.remove(&place.scope);
            }
        }
    }
}

fn read(entry: &fika_store::Entry) -> Option<Queue> {
    let place = Place::of_key(std::str::from_utf8(&entry.key).ok()?)?;
    let record: Record = serde_json::from_slice(&entry.value).ok()?;
    let settings = Settings::read(record.attributes.clone(), place.name.ends_with(".fifo")).ok()?;
    Some(Queue::new(place, Known { record, settings, at: entry.revision }))
}

/// Gives each queue what the journal had of it; what is left is of no queue.
fn fill(
    all: &BTreeMap<Scope, BTreeMap<String, Arc<Queue>>>,
    had: Vec<Live>,
    now: u64,
) -> Vec<EntryId> {
    let mut lost = Vec::new();
    let mut last: Option<Arc<Queue>> = None;
    // The numbers of messages of FIFO queues, for who sends one again.
    let mut numbers = HashMap::new();
    for live in had {
        if last.as_ref().is_none_or(|queue| queue.topic != live.topic) {
            let place = Place::of_key(&live.topic);
            last = place.and_then(|place| all.get(&place.scope)?.get(&place.name).cloned());
        }
        let entry = serde_json::from_slice(&live.head).ok();
        match (&last, entry) {
            (Some(queue), Some(Entry::Message(head))) => {
                if queue.fifo {
                    numbers.insert(head.id, live.id);
                }
                queue.state().insert(now, live.id, head);
            }
            (Some(queue), Some(Entry::Repeat { at, key, message })) => {
                // A message comes before what remembers it, and may have been deleted since.
                let sequence = numbers.get(&message).copied().unwrap_or(live.id);
                queue.state().remember(at, key, Sent { message, sequence }, live.id);
            }
            _ => lost.push(live.id),
        }
    }
    lost
}
