//! All APIs: in memory, and in the store under `gateway/ACCOUNT/REGION/ID`, what each deployment is
//! a copy of under `gateway/ACCOUNT/REGION/ID/DEPLOYMENT`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use fika_aws::shape::AwsError;
use fika_model::{AccountId, Region, Scope};
use fika_store::{Batch, Entry, Store, StoreError};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::record::{Config, Draft, Record};
use crate::serving::Serving;

const PREFIX: &str = "gateway/";
/// How many APIs an account may have in a region.
const APIS: usize = 600;
/// The largest record, and the largest deployment, bytes.
const RECORD_BYTES: usize = 2 << 20;

/// One API as it is committed.
#[derive(Debug)]
pub struct Api {
    /// As the management calls see it.
    pub draft: Draft,
    /// As requests see it, by stage.
    pub stages: BTreeMap<String, Arc<Serving>>,
}

impl Api {
    fn new(draft: Draft, before: Option<&Self>) -> Self {
        let mut stages = BTreeMap::new();
        for (name, stage) in &draft.record.stages {
            let had = before.and_then(|before| before.stages.get(name));
            if let Some(serving) = Serving::of(&draft, name, stage, had) {
                stages.insert(name.clone(), serving);
            }
        }
        Self { draft, stages }
    }
}

/// All of them.
#[derive(Debug)]
pub struct Apis {
    store: Store,
    /// Held by whoever changes one, from the first look to the last effect.
    turn: Arc<Mutex<()>>,
    all: Arc<ArcSwap<HashMap<String, Arc<Api>>>>,
}

impl Apis {
    /// Reads what the store has.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn open(store: Store) -> Result<Self, StoreError> {
        let mut drafts: HashMap<String, Draft> = HashMap::new();
        // An API comes before its deployments, in the order of keys.
        store.visit(PREFIX.as_bytes(), |entry: Entry| {
            if read(&mut drafts, &entry).is_none() {
                tracing::warn!(key = ?entry.key, "an API cannot be read: it is left out");
            }
            Ok::<_, StoreError>(())
        })?;
        let known = |(id, draft)| (id, Arc::new(Api::new(draft, None)));
        let all = ArcSwap::from_pointee(drafts.into_iter().map(known).collect());
        Ok(Self { store, turn: Arc::default(), all: Arc::new(all) })
    }

    /// Whoever's it is.
    pub fn any(&self, id: &str) -> Option<Arc<Api>> {
        self.all.load().get(id).cloned()
    }

    /// One of a scope.
    pub fn get(&self, scope: &Scope, id: &str) -> Option<Arc<Api>> {
        self.any(id).filter(|api| api.draft.scope == *scope)
    }

    /// All of a scope, the oldest first.
    pub fn list(&self, scope: &Scope) -> Vec<Arc<Api>> {
        let all = self.all.load();
        let own = all.values().filter(|api| api.draft.scope == *scope);
        let mut own: Vec<_> = own.cloned().collect();
        own.sort_by(|a, b| key_of(a).cmp(&key_of(b)));
        own
    }

    /// Makes one, of that id where one is wanted; `make` is what it begins as.
    ///
    /// # Errors
    /// What `make` says; a limit; an id that is taken; a disk that fails.
    pub async fn create<T>(
        &self,
        scope: &Scope,
        wanted: Option<String>,
        record: Record,
        make: impl FnOnce(&mut Draft) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if self.list(scope).len() >= APIS {
            return Err(limit(format!("an account has at most {APIS} APIs in a region")));
        }
        let taken = self.all.load();
        let id = match wanted {
            Some(id) if taken.contains_key(&id) => return Err(taken_id()),
            Some(id) => Some(id),
            None => std::iter::repeat_with(new_id).find(|id| !taken.contains_key(id)),
        };
        let snapshots = BTreeMap::new();
        let now_ms = record.created_ms;
        let scope = scope.clone();
        let mut draft = Draft { id: id.unwrap_or_default(), scope, record, snapshots, now_ms };
        let made = make(&mut draft)?;
        self.commit(turn, draft, None).await?;
        Ok(made)
    }

    /// Changes one; none where there is none.
    ///
    /// # Errors
    /// What `edit` says, and then nothing is changed; a disk that fails.
    pub async fn change<T>(
        &self,
        scope: &Scope,
        id: &str,
        edit: impl FnOnce(&mut Draft) -> Result<T, AwsError>,
    ) -> Result<Option<T>, AwsError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let Some(before) = self.get(scope, id) else { return Ok(None) };
        let mut draft = before.draft.clone();
        draft.now_ms = now_ms();
        let done = edit(&mut draft)?;
        self.commit(turn, draft, Some(before)).await?;
        Ok(Some(done))
    }

    /// Removes one; whether there was one.
    ///
    /// # Errors
    /// A disk that fails.
    pub async fn delete(&self, scope: &Scope, id: &str) -> Result<bool, AwsError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let Some(api) = self.get(scope, id) else { return Ok(false) };
        let own = key(scope, id);
        let mut batch = Batch::new().delete(own.clone());
        for deployment in api.draft.snapshots.keys() {
            batch = batch.delete(format!("{own}/{deployment}"));
        }
        self.publish(turn, batch, id.to_owned(), None).await?;
        Ok(true)
    }

    async fn commit(
        &self,
        turn: Turn,
        draft: Draft,
        before: Option<Arc<Api>>,
    ) -> Result<(), AwsError> {
        let own = key(&draft.scope, &draft.id);
        let mut batch = Batch::new().put(own.clone(), json(&draft.record)?);
        let none = BTreeMap::new();
        let had = before.as_ref().map_or(&none, |before| &before.draft.snapshots);
        for (id, config) in draft.snapshots.iter().filter(|(id, _)| !had.contains_key(*id)) {
            batch = batch.put(format!("{own}/{id}"), json(&**config)?);
        }
        for id in had.keys().filter(|id| !draft.snapshots.contains_key(*id)) {
            batch = batch.delete(format!("{own}/{id}"));
        }
        let id = draft.id.clone();
        let api = Api::new(draft, before.as_deref());
        self.publish(turn, batch, id, Some(Arc::new(api))).await
    }

    /// Commits, and then shows; both are done even where nobody waits for it any more.
    async fn publish(
        &self,
        turn: Turn,
        batch: Batch,
        id: String,
        api: Option<Arc<Api>>,
    ) -> Result<(), AwsError> {
        let (store, all) = (self.store.clone(), Arc::clone(&self.all));
        let work = tokio::spawn(async move {
            let _turn = turn;
            store.commit(batch).await.map_err(|error| AwsError::service(error.to_string()))?;
            let mut next = HashMap::clone(&all.load());
            match api {
                Some(api) => next.insert(id, api),
                None => next.remove(&id),
            };
            all.store(Arc::new(next));
            Ok(())
        });
        work.await.unwrap_or_else(|error| Err(AwsError::service(error.to_string())))
    }
}

impl Apis {
    /// Whether an account has any, in whatever region.
    pub fn has_any(&self, account: &AccountId) -> bool {
        self.all.load().values().any(|api| api.draft.scope.account == *account)
    }
}

/// The right to change APIs.
type Turn = OwnedMutexGuard<()>;

/// 409.
fn taken_id() -> AwsError {
    AwsError::new(
        "ConflictException",
        409,
        "Another request with the same token is being worked on",
    )
}

/// 429.
pub fn limit(message: String) -> AwsError {
    AwsError::new("LimitExceededException", 429, format!("Limit exceeded: {message}."))
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, AwsError> {
    let bytes = serde_json::to_vec(value).map_err(|error| AwsError::service(error.to_string()))?;
    if bytes.len() > RECORD_BYTES {
        return Err(limit(format!("an API has at most {RECORD_BYTES} bytes")));
    }
    Ok(bytes)
}

fn key(Scope { account, region }: &Scope, id: &str) -> String {
    format!("{PREFIX}{account}/{region}/{id}")
}

fn key_of(api: &Api) -> (i64, &str) {
    (api.draft.record.created_ms, &api.draft.id)
}

fn read(drafts: &mut HashMap<String, Draft>, entry: &Entry) -> Option<()> {
    let mut parts = std::str::from_utf8(&entry.key).ok()?.strip_prefix(PREFIX)?.splitn(4, '/');
    let account = AccountId::new(parts.next()?).ok()?;
    let region = Region::new(parts.next()?).ok()?;
    let id = parts.next()?.to_owned();
    if let Some(deployment) = parts.next() {
        let config: Config = serde_json::from_slice(&entry.value).ok()?;
        drafts.get_mut(&id)?.snapshots.insert(deployment.into(), Arc::new(config));
        return Some(());
    }
    let record: Record = serde_json::from_slice(&entry.value).ok()?;
    let (scope, snapshots) = (Scope { account, region }, BTreeMap::new());
    let now_ms = record.created_ms;
    drafts.insert(id.clone(), Draft { id, scope, record, snapshots, now_ms });
    Some(())
}

/// Ten characters, as AWS makes them.
pub fn new_id() -> String {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    // Bytes 6 and 8 of a random UUID are not all random.
    let random = bytes.iter().enumerate().filter(|(at, _)| *at != 6 && *at != 8);
    lettered(random.map(|(_, byte)| *byte))
}

/// The id of what a caller makes who has a token for it: the same each time, and none that another account gets.
pub fn id_by(scope: &Scope, token: &str) -> String {
    let Scope { account, region } = scope;
    let of = format!("{account}/{region}/{token}");
    let digest = ring::digest::digest(&ring::digest::SHA256, of.as_bytes());
    lettered(digest.as_ref().iter().copied())
}

fn lettered(bytes: impl Iterator<Item = u8>) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    bytes.take(10).map(|byte| char::from(LETTERS[usize::from(byte) % 36])).collect()
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
