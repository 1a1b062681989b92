//! Everything there is, in memory and on disk, and the changes to it: each committed before it is
//! seen, and seen before it is answered.

use std::collections::BTreeMap;
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
use crate::notify::Happened;
use crate::notify::outbox::{Letter, Outbox};
use crate::notify::record::Doer;
use crate::record::{Bucket, NULL, PublicAccess, Version, Versioning};
use crate::shelf::Shelf;
use crate::uploads::{pieces_of, without};
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
    pub(crate) outbox: Outbox,
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
    /// Nobody could be told of it.
    #[error("what is told of changes waits for room")]
    Full,
}

/// As what a change is told, and as whose.
#[derive(Clone, Copy)]
pub(crate) struct Telling<'a> {
    /// As in `ObjectCreated:Put`; of what is removed its own.
    pub(crate) event: &'static str,
    pub(crate) doer: &'a Doer,
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
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}

impl Objects {
    /// Opens what the store and the directory have, tells what a crash kept from being told, and removes
    /// what it has left. In a runtime of tokio.
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
        let (webhooks, left) = (Webhooks::load(&store)?, Outbox::left(&store)?);
        let inner = Inner {
            store,
            files,
            events,
            webhooks,
            outbox: Outbox::default(),
            shelves: RwLock::new(shelves),
            naming: tokio::sync::Mutex::default(),
            latest: AtomicU64::new(latest),
        };
        let this = Self { inner: Arc::new(inner) };
        this.post_later(left);
        Ok(this)
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
        ownership: String,
    ) -> Result<(), NotChanged> {
        let _turn = self.inner.naming.lock().await;
        if let Some(shelf) = self.shelf(name) {
            return Err(NotChanged::Taken(shelf.bucket().scope.account.clone()));
        }
        let bucket = Bucket {
            scope,
            created_ms: now_ms(),
            versioning: Versioning::Never,
            tags: Vec::new(),
            policy: None,
            notifications: crate::notify::Configuration::default(),
            public_access: Some(PublicAccess::NONE),
            ownership: Some(ownership),
            bucket_key: false,
            kms: None,
            lifecycle: Vec::new(),
            cors: Vec::new(),
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
        let done = shelf.done().keys().map(|id| keys::done(&shelf.name, id)).collect::<Vec<_>>();
        batch = done.into_iter().fold(batch, Batch::delete);
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
        telling: Telling<'_>,
    ) -> Result<Arc<Version>, NotChanged> {
        let turn = shelf.turn.read().await;
        let none = Batch::new();
        let put = self.put_with(shelf, key, version, condition, telling, |_| Ok(none)).await;
        let (version, letter) = put?;
        drafts.into_iter().for_each(Draft::keep);
        drop(turn);
        self.post(letter).await;
        Ok(version)
    }

    /// The same, and more with it, for who has the bucket's turn. What it tells is still to be posted.
    pub(crate) async fn put_with(
        &self,
        shelf: &Shelf,
        key: &str,
        mut version: Version,
        condition: Condition,
        Telling { event, doer }: Telling<'_>,
        more: impl FnOnce(&Version) -> Result<Batch, NotChanged>,
    ) -> Result<(Arc<Version>, Option<Letter>), NotChanged> {
        let _key = shelf.turn_of(key).await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let newest = shelf.newest(key);
        condition(newest.as_deref().filter(|version| !version.marker))?;
        version.at = self.moment();
        version.id = self.version_id(shelf)?;
        let replaced = shelf.version(key, &version.id);
        let happened = match version.marker {
            true => Happened::marked(key, &version),
            false => Happened::put(event, key, &version),
        };
        let name = keys::object(&shelf.name, &version.id, key);
        let batch = more(&version)?.put(name, json(&version)?);
        let letter = self.commit_and_tell(shelf, batch, &happened, doer).await?;
        let version = Arc::new(version);
        shelf.show(key, version.clone());
        if let Some(replaced) = replaced {
            self.inner.files.remove(&replaced.pieces);
        }
        Ok((version, letter))
    }

    /// Commits a change together with what it tells.
    async fn commit_and_tell(
        &self,
        shelf: &Shelf,
        batch: Batch,
        happened: &Happened,
        doer: &Doer,
    ) -> Result<Option<Letter>, NotChanged> {
        let letter = shelf.letter(happened, doer);
        let batch = match &letter {
            Some(_) if self.inner.outbox.is_full(&shelf.bucket().scope.account) => {
                return Err(NotChanged::Full);
            }
            Some(letter) => letter.add_to(batch)?,
            None => batch,
        };
        self.commit(batch).await?;
        Ok(letter)
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
        doer: &Doer,
    ) -> Result<Removed, NotChanged> {
        let turn = shelf.turn.read().await;
        let lock = shelf.turn_of(key).await;
        if shelf.is_gone() {
            return Err(NotChanged::NoBucket);
        }
        let newest = shelf.newest(key);
        condition(newest.as_deref().filter(|version| !version.marker))?;
        let never = shelf.bucket().versioning == Versioning::Never;
        let Some(id) = version.or(never.then_some(NULL)) else {
            drop(lock);
            let (any, none) = (Box::new(|_: Option<&_>| Ok(())), Batch::new());
            let telling = Telling { event: "", doer };
            let marked = self.put_with(shelf, key, marker(), any, telling, |_| Ok(none));
            let (put, letter) = marked.await?;
            drop(turn);
            self.post(letter).await;
            let version = Some(put.id.clone());
            return Ok(Removed { marker: true, version });
        };
        let named = version.map(str::to_owned);
        let Some(old) = shelf.version(key, id) else {
            return Ok(Removed { version: named, marker: false });
        };
        let happened = Happened::removed(key, named.clone(), self.moment());
        let batch = Batch::new().delete(keys::object(&shelf.name, id, key));
        let letter = self.commit_and_tell(shelf, batch, &happened, doer).await?;
        shelf.hide(key, id);
        self.inner.files.remove(&old.pieces);
        drop((lock, turn));
        self.post(letter).await;
        Ok(Removed { marker: old.marker, version: named })
    }

    /// Gives a version other tags.
    pub(crate) async fn tag(
        &self,
        shelf: &Shelf,
        key: &str,
        id: &str,
        tags: crate::record::Tags,
        Telling { event, doer }: Telling<'_>,
    ) -> Result<Arc<Version>, NotChanged> {
        let turn = shelf.turn.read().await;
        let lock = shelf.turn_of(key).await;
        let old = shelf.version(key, id).filter(|_| !shelf.is_gone()).ok_or(NotChanged::NoKey)?;
        let tagged = Version { tags, ..(*old).clone() };
        let name = keys::object(&shelf.name, id, key);
        let happened = Happened { size: None, ..Happened::put(event, key, &tagged) };
        let batch = Batch::new().put(name, json(&tagged)?);
        let letter = self.commit_and_tell(shelf, batch, &happened, doer).await?;
        let tagged = Arc::new(tagged);
        shelf.show(key, tagged.clone());
        drop((lock, turn));
        self.post(letter).await;
        Ok(tagged)
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), NotChanged> {
        self.inner.store.commit(batch).await.map(|_| ()).map_err(disk)
    }
}

/// That an object is deleted.
fn marker() -> Version {
    Version {
        id: String::new(),
        at: 0,
        marker: true,
        pieces: Vec::new(),
        etag: String::new(),
        sums: crate::record::Sums::default(),
        head: crate::record::Head::default(),
        tags: Vec::new(),
    }
}

pub(crate) fn disk(error: impl std::fmt::Display) -> NotChanged {
    NotChanged::Disk(error.to_string())
}

pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, NotChanged> {
    serde_json::to_vec(value).map_err(disk)
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
