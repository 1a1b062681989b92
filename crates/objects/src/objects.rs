//! Everything there is, in memory and on disk, and the changes to it: each committed before it is
//! seen, and seen before it is answered.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use fika_events::Events;
use fika_model::{AccountId, Scope};
use fika_store::{Batch, Store, StoreError};
use serde::Serialize;
use thiserror::Error;

use crate::files::{Draft, Files, random_name};
use crate::keys;
use crate::load::{latest, load, sweep};
use crate::record::{Bucket, NULL, Part, Piece, Upload, Version, Versioning};
use crate::shelf::{Open, Shelf};
use crate::webhooks::Webhooks;

/// The store of buckets and objects, shared: clones are the same.
#[derive(Clone)]
pub struct Objects {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) files: Files,
    pub(crate) events: Events,
    pub(crate) webhooks: Webhooks,
    shelves: RwLock<BTreeMap<Arc<str>, Arc<Shelf>>>,
    /// Held by whoever makes or deletes a bucket.
    naming: tokio::sync::Mutex<()>,
    /// The latest time that was given to a version.
    latest: AtomicU64,
}

/// Why there is no store of objects.
#[derive(Debug, Error)]
pub enum OpenError {
    /// What is kept of them cannot be read.
    #[error("the store of objects cannot be read: {0}")]
    Store(#[from] StoreError),
    /// Their content cannot be reached.
    #[error("the content of objects cannot be reached in {path}: check that directory ({source})")]
    Content {
        /// Where it is.
        path: std::path::PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
}

/// Why something was not changed.
#[derive(Debug, Error)]
pub(crate) enum NotChanged {
    #[error("there is no such bucket any more")]
    NoBucket,
    #[error("there is no such upload any more")]
    NoUpload,
    #[error("something of it is there still")]
    NotEmpty,
    /// Somebody has that name.
    #[error("that name is taken")]
    Taken(AccountId),
    #[error("it is not as it was asked to be")]
    Condition,
    #[error("what it depends on is not there")]
    NoKey,
    #[error("the disk failed: {0}")]
    Disk(String),
}

/// What a change must find: the newest version, or that there is none.
pub(crate) type Condition = Box<dyn FnOnce(Option<&Version>) -> Result<(), NotChanged> + Send>;

/// What was removed, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Removed {
    /// Whether a delete marker was put, or was what was removed.
    pub(crate) marker: bool,
    /// The version that was removed, or the marker that was put.
    pub(crate) version: Option<String>,
    /// Orders it among other changes.
    pub(crate) at: u64,
    /// Whether anything is otherwise than before.
    pub(crate) changed: bool,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}

impl Objects {
    /// Opens what the store and the directory have, and removes what a crash has left.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(store: Store, dir: &Path, events: Events) -> Result<Self, OpenError> {
        let content = |source| OpenError::Content { path: dir.into(), source };
        let files = Files::open(dir).map_err(content)?;
        let shelves = load(&store)?;
        let latest = shelves.values().map(|shelf| latest(shelf)).max().unwrap_or(0);
        let left = sweep(&files, &shelves).map_err(content)?;
        if left > 0 {
            tracing::info!(left, "content that belonged to no object was removed");
        }
        let webhooks = Webhooks::load(&store)?;
        let inner = Inner {
            store,
            files,
            events,
            webhooks,
            shelves: RwLock::new(shelves),
            naming: tokio::sync::Mutex::default(),
            latest: AtomicU64::new(latest),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn shelf(&self, name: &str) -> Option<Arc<Shelf>> {
        self.inner.shelves.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Those of an account, by name.
    pub(crate) fn of(&self, account: &AccountId) -> Vec<Arc<Shelf>> {
        let shelves = self.inner.shelves.read().unwrap_or_else(PoisonError::into_inner);
        shelves.values().filter(|shelf| shelf.bucket().scope.account == *account).cloned().collect()
    }

    /// What an account still has here, in whatever region; none when that is nothing.
    #[must_use]
    pub fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        let webhooks = || (!self.webhooks(account).is_empty()).then_some("webhooks");
        (!self.of(account).is_empty()).then_some("buckets").or_else(webhooks)
    }

    /// A time that no version has yet, microseconds since 1970; later ones are greater, whatever
    /// the clock does.
    fn moment(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let now = u64::try_from(now).unwrap_or(u64::MAX / 2);
        let next = |latest: u64| Some(now.max(latest + 1));
        let latest = &self.inner.latest;
        let before = latest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        now.max(before.unwrap_or_default() + 1)
    }

    /// Makes a bucket.
    pub(crate) async fn make(
        &self,
        name: &str,
        scope: Scope,
        tags: crate::record::Tags,
    ) -> Result<(), NotChanged> {
        let _turn = self.inner.naming.lock().await;
        if let Some(shelf) = self.shelf(name) {
            return Err(NotChanged::Taken(shelf.bucket().scope.account.clone()));
        }
        let bucket = Bucket {
            scope,
            created_ms: now_ms(),
            versioning: Versioning::Never,
            tags,
            policy: None,
            notifications: crate::notify::Configuration::default(),
        };
        self.commit(Batch::new().put(keys::bucket(name), json(&bucket)?)).await?;
        let shelf = Arc::new(Shelf::new(name, bucket));
        let mut shelves = self.inner.shelves.write().unwrap_or_else(PoisonError::into_inner);
        shelves.insert(shelf.name.clone(), shelf);
        Ok(())
    }

    /// Deletes a bucket that is empty. What was uploaded of objects that are not done goes with it.
    pub(crate) async fn unmake(&self, shelf: &Shelf) -> Result<(), NotChanged> {
        let _naming = self.inner.naming.lock().await;
        let _turn = shelf.turn.write().await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        if !shelf.keys().is_empty() {
            return Err(NotChanged::NotEmpty);
        }
        let mut batch = Batch::new().delete(keys::bucket(&shelf.name));
        let uploads = shelf.uploads().clone();
        for (id, open) in &uploads {
            batch = without(batch, &shelf.name, id, open);
        }
        self.commit(batch).await?;
        shelf.set_gone();
        let mut shelves = self.inner.shelves.write().unwrap_or_else(PoisonError::into_inner);
        shelves.remove(&shelf.name);
        drop(shelves);
        let pieces = uploads.values().flat_map(pieces_of).collect::<Vec<_>>();
        self.inner.files.remove(&pieces);
        Ok(())
    }

    /// Changes what a bucket is set to.
    pub(crate) async fn set(
        &self,
        shelf: &Shelf,
        change: impl FnOnce(&mut Bucket) + Send,
    ) -> Result<(), NotChanged> {
        let _turn = shelf.turn.write().await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let mut bucket = (*shelf.bucket()).clone();
        change(&mut bucket);
        self.commit(Batch::new().put(keys::bucket(&shelf.name), json(&bucket)?)).await?;
        shelf.set_bucket(bucket);
        Ok(())
    }

    /// Puts a version of an object, whose content is in these drafts, and names it.
    pub(crate) async fn put(
        &self,
        shelf: &Shelf,
        key: &str,
        drafts: Vec<Draft>,
        version: Version,
        condition: Condition,
    ) -> Result<Arc<Version>, NotChanged> {
        let _turn = shelf.turn.read().await;
        let version = self.put_with(shelf, key, version, condition, Batch::new()).await?;
        drafts.into_iter().for_each(Draft::keep);
        Ok(version)
    }

    /// The same, and more with it, for who has the bucket's turn.
    async fn put_with(
        &self,
        shelf: &Shelf,
        key: &str,
        mut version: Version,
        condition: Condition,
        batch: Batch,
    ) -> Result<Arc<Version>, NotChanged> {
        let _key = shelf.turn_of(key).await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let newest = shelf.newest(key);
        condition(newest.as_deref().filter(|version| !version.marker))?;
        version.at = self.moment();
        version.id = self.version_id(shelf)?;
        let replaced = shelf.version(key, &version.id);
        let name = keys::object(&shelf.name, &version.id, key);
        self.commit(batch.put(name, json(&version)?)).await?;
        let version = Arc::new(version);
        shelf.show(key, version.clone());
        if let Some(replaced) = replaced {
            self.inner.files.remove(&replaced.pieces);
        }
        Ok(version)
    }

    fn version_id(&self, shelf: &Shelf) -> Result<String, NotChanged> {
        match shelf.bucket().versioning {
            Versioning::Enabled => random_name().map_err(disk),
            Versioning::Never | Versioning::Suspended => Ok(NULL.into()),
        }
    }

    /// Removes a version, or says that the object is deleted, as its bucket keeps versions.
    pub(crate) async fn remove(
        &self,
        shelf: &Shelf,
        key: &str,
        version: Option<&str>,
        condition: Condition,
    ) -> Result<Removed, NotChanged> {
        let _turn = shelf.turn.read().await;
        let lock = shelf.turn_of(key).await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let newest = shelf.newest(key);
        condition(newest.as_deref().filter(|version| !version.marker))?;
        let never = shelf.bucket().versioning == Versioning::Never;
        let Some(id) = version.or(never.then_some(NULL)) else {
            drop(lock);
            let marker = Version {
                id: String::new(),
                at: 0,
                marker: true,
                pieces: Vec::new(),
                etag: String::new(),
                sums: crate::record::Sums::default(),
                head: crate::record::Head::default(),
                tags: Vec::new(),
            };
            let any: Condition = Box::new(|_| Ok(()));
            let put = self.put_with(shelf, key, marker, any, Batch::new()).await?;
            let version = Some(put.id.clone());
            return Ok(Removed { marker: true, version, at: put.at, changed: true });
        };
        let named = version.map(str::to_owned);
        let Some(old) = shelf.version(key, id) else {
            return Ok(Removed { version: named, at: self.moment(), ..Removed::default() });
        };
        self.commit(Batch::new().delete(keys::object(&shelf.name, id, key))).await?;
        shelf.hide(key, id);
        self.inner.files.remove(&old.pieces);
        Ok(Removed { marker: old.marker, version: named, at: self.moment(), changed: true })
    }

    /// Gives a version other tags.
    pub(crate) async fn tag(
        &self,
        shelf: &Shelf,
        key: &str,
        id: &str,
        tags: crate::record::Tags,
    ) -> Result<Arc<Version>, NotChanged> {
        let _turn = shelf.turn.read().await;
        let _key = shelf.turn_of(key).await;
        let old = shelf.version(key, id).filter(|_| !shelf.is_gone()).ok_or(NotChanged::NoKey)?;
        let tagged = Version { tags, ..(*old).clone() };
        let name = keys::object(&shelf.name, id, key);
        self.commit(Batch::new().put(name, json(&tagged)?)).await?;
        let tagged = Arc::new(tagged);
        shelf.show(key, tagged.clone());
        Ok(tagged)
    }

    /// Begins an upload in parts, and names it.
    pub(crate) async fn begin(&self, shelf: &Shelf, upload: Upload) -> Result<String, NotChanged> {
        let _turn = shelf.turn.read().await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let id = random_name().map_err(disk)?;
        self.commit(Batch::new().put(keys::upload(&shelf.name, &id), json(&upload)?)).await?;
        let open = Open { upload: Arc::new(upload), parts: BTreeMap::new() };
        shelf.uploads_mut().insert(id.clone(), open);
        Ok(id)
    }

    /// Adds a part, or replaces it.
    pub(crate) async fn add(
        &self,
        shelf: &Shelf,
        id: &str,
        number: u16,
        drafts: Vec<Draft>,
        part: Part,
    ) -> Result<(), NotChanged> {
        let _turn = shelf.turn.read().await;
        let _upload = shelf.turn_of(id).await;
        if !shelf.uploads().contains_key(id) || shelf.is_gone() {
            return Err(NotChanged::NoUpload);
        }
        self.commit(Batch::new().put(keys::part(&shelf.name, id, number), json(&part)?)).await?;
        drafts.into_iter().for_each(Draft::keep);
        let mut uploads = shelf.uploads_mut();
        let open = uploads.get_mut(id).ok_or(NotChanged::NoUpload)?;
        let replaced = open.parts.insert(number, Arc::new(part));
        drop(uploads);
        if let Some(replaced) = replaced {
            self.inner.files.remove(&replaced.pieces);
        }
        Ok(())
    }

    /// Makes an object of parts of an upload, all in one commit: no content is moved.
    pub(crate) async fn complete(
        &self,
        shelf: &Shelf,
        id: &str,
        version: Version,
        condition: Condition,
    ) -> Result<Arc<Version>, NotChanged> {
        let _turn = shelf.turn.read().await;
        let upload_turn = shelf.turn_of(id).await;
        let open = shelf.uploads().get(id).cloned().ok_or(NotChanged::NoUpload)?;
        let used: HashSet<String> = version.pieces.iter().map(|piece| piece.file.clone()).collect();
        let there = pieces_of(&open).collect::<Vec<_>>();
        if !used.iter().all(|name| there.iter().any(|piece| piece.file == *name)) {
            // A part was replaced meanwhile.
            return Err(NotChanged::NoUpload);
        }
        let key = open.upload.key.clone();
        shelf.uploads_mut().remove(id);
        drop(upload_turn);
        let batch = without(Batch::new(), &shelf.name, id, &open);
        match self.put_with(shelf, &key, version, condition, batch).await {
            Ok(put) => {
                let unused = there.into_iter().filter(|piece| !used.contains(&piece.file));
                self.inner.files.remove(&unused.collect::<Vec<_>>());
                Ok(put)
            }
            Err(error) => {
                shelf.uploads_mut().insert(id.into(), open);
                Err(error)
            }
        }
    }

    /// Gives an upload up.
    pub(crate) async fn abort(&self, shelf: &Shelf, id: &str) -> Result<(), NotChanged> {
        let _turn = shelf.turn.read().await;
        let _upload = shelf.turn_of(id).await;
        let open = shelf.uploads().get(id).cloned().ok_or(NotChanged::NoUpload)?;
        self.commit(without(Batch::new(), &shelf.name, id, &open)).await?;
        shelf.uploads_mut().remove(id);
        self.inner.files.remove(&pieces_of(&open).collect::<Vec<_>>());
        Ok(())
    }

    async fn commit(&self, batch: Batch) -> Result<(), NotChanged> {
        self.inner.store.commit(batch).await.map(|_| ()).map_err(disk)
    }
}

/// Ends an upload in the store.
fn without(batch: Batch, bucket: &str, id: &str, open: &Open) -> Batch {
    let parts = open.parts.keys().map(|number| keys::part(bucket, id, *number));
    parts.fold(batch.delete(keys::upload(bucket, id)), Batch::delete)
}

pub(crate) fn pieces_of(open: &Open) -> impl Iterator<Item = Piece> + '_ {
    open.parts.values().flat_map(|part| part.pieces.iter().cloned())
}

fn disk(error: impl std::fmt::Display) -> NotChanged {
    NotChanged::Disk(error.to_string())
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, NotChanged> {
    serde_json::to_vec(value).map_err(disk)
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
