//! A bucket in memory: its keys in order, each with its versions.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fika_policy::{DocumentKind, Policy};

use crate::record::{Bucket, Done, Part, Upload, Version};

/// How long the answer to a finished upload is kept, milliseconds: an hour.
const DONE_MS: i64 = 3_600_000;

/// How many answers to finished uploads a bucket keeps at most, about: the oldest go first.
const DONE_MOST: usize = 1_000;

/// How many locks the keys of a bucket share.
const STRIPES: usize = 32;

/// The versions of a key, the newest first.
pub(crate) type Versions = Vec<Arc<Version>>;
/// All keys, in the order of their bytes.
pub(crate) type Keys = BTreeMap<Arc<str>, Versions>;

/// One bucket.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) name: Arc<str>,
    bucket: RwLock<(Arc<Bucket>, Option<Arc<Policy>>)>,
    keys: RwLock<Keys>,
    uploads: RwLock<BTreeMap<String, Open>>,
    done: RwLock<BTreeMap<String, Arc<Done>>>,
    gone: AtomicBool,
    /// Held to change the bucket itself; shared by who changes an object in it.
    pub(crate) turn: tokio::sync::RwLock<()>,
    stripes: [tokio::sync::Mutex<()>; STRIPES],
}

/// An upload that is not done, and what has come of it.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) upload: Arc<Upload>,
    pub(crate) parts: BTreeMap<u16, Arc<Part>>,
}

impl Shelf {
    pub(crate) fn new(name: &str, bucket: Bucket) -> Self {
        let policy = parsed(&bucket);
        Self {
            name: name.into(),
            bucket: RwLock::new((Arc::new(bucket), policy)),
            keys: RwLock::default(),
            uploads: RwLock::default(),
            done: RwLock::default(),
            gone: AtomicBool::new(false),
            turn: tokio::sync::RwLock::default(),
            stripes: std::array::from_fn(|_| tokio::sync::Mutex::default()),
        }
    }

    pub(crate) fn bucket(&self) -> Arc<Bucket> {
        self.bucket.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    pub(crate) fn policy(&self) -> Option<Arc<Policy>> {
        self.bucket.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Shows it as it is committed.
    pub(crate) fn set_bucket(&self, bucket: Bucket) {
        let policy = parsed(&bucket);
        let mut place = self.bucket.write().unwrap_or_else(PoisonError::into_inner);
        *place = (Arc::new(bucket), policy);
    }

    /// Whether it was deleted since it was looked up.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    pub(crate) fn set_gone(&self) {
        self.gone.store(true, Ordering::Release);
    }

    /// Whoever changes that key, one at a time.
    pub(crate) async fn turn_of(&self, key: &str) -> tokio::sync::MutexGuard<'_, ()> {
        let hash =
            key.bytes().fold(0_usize, |hash, byte| hash.wrapping_mul(31) ^ usize::from(byte));
        self.stripes[hash % STRIPES].lock().await
    }

    pub(crate) fn keys(&self) -> RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keys_mut(&self) -> RwLockWriteGuard<'_, Keys> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn uploads(&self) -> RwLockReadGuard<'_, BTreeMap<String, Open>> {
        self.uploads.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn uploads_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Open>> {
        self.uploads.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uploads that were done lately.
    pub(crate) fn done(&self) -> RwLockReadGuard<'_, BTreeMap<String, Arc<Done>>> {
        self.done.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of them that nobody will ask for any more, and the oldest where there are too many.
    pub(crate) fn over(&self, now_ms: i64) -> Vec<String> {
        let done = self.done();
        let mut oldest: Vec<_> = done.iter().map(|(id, done)| (done.at_ms, id)).collect();
        oldest.sort_unstable();
        let aged = oldest.partition_point(|(at_ms, _)| now_ms.saturating_sub(*at_ms) > DONE_MS);
        let over = aged.max((oldest.len() + 1).saturating_sub(DONE_MOST));
        oldest.into_iter().take(over).map(|(_, id)| id.clone()).collect()
    }

    /// Shows that an upload is done, and that some are over.
    pub(crate) fn set_done(&self, id: &str, done: Option<Arc<Done>>, over: &[String]) {
        let mut all = self.done.write().unwrap_or_else(PoisonError::into_inner);
        over.iter().for_each(|id| drop(all.remove(id)));
        all.extend(done.map(|done| (id.to_owned(), done)));
    }

    /// The newest version of a key, which may be a delete marker.
    pub(crate) fn newest(&self, key: &str) -> Option<Arc<Version>> {
        self.keys().get(key)?.first().cloned()
    }

    /// A version of a key.
    pub(crate) fn version(&self, key: &str, id: &str) -> Option<Arc<Version>> {
        self.keys().get(key)?.iter().find(|version| version.id == id).cloned()
    }

    /// Shows a version that is committed; one of the same id is no more.
    pub(crate) fn show(&self, key: &str, version: Arc<Version>) {
        let mut keys = self.keys_mut();
        if let Some(versions) = keys.get_mut(key) {
            versions.retain(|other| other.id != version.id);
            let place = versions.partition_point(|other| other.at > version.at);
            versions.insert(place, version);
        } else {
            keys.insert(key.into(), vec![version]);
        }
    }

    /// Shows that a version is no more.
    pub(crate) fn hide(&self, key: &str, id: &str) {
        let mut keys = self.keys_mut();
        let Some(versions) = keys.get_mut(key) else { return };
        versions.retain(|version| version.id != id);
        if versions.is_empty() {
            keys.remove(key);
        }
    }
}

/// Policies are checked before they are kept.
fn parsed(bucket: &Bucket) -> Option<Arc<Policy>> {
    let text = bucket.policy.as_deref()?;
    Policy::parse(text, DocumentKind::Resource).ok().map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done_at(at_ms: i64) -> Option<Arc<Done>> {
        let version = serde_json::json!({ "id": "v", "at": 1 });
        let one =
            serde_json::json!({ "key": "k", "asked": "", "version": version, "at_ms": at_ms });
        Some(Arc::new(serde_json::from_value(one).expect("an upload that is done")))
    }

    #[test]
    fn answers_to_finished_uploads_go_with_age_and_number() {
        let bucket = serde_json::json!({ "scope": { "account": "000000000000", "region": "us-east-1" }, "created_ms": 0 });
        let shelf = Shelf::new("b", serde_json::from_value(bucket).expect("a bucket"));
        shelf.set_done("old", done_at(0), &[]);
        shelf.set_done("young", done_at(DONE_MS), &[]);
        assert!(shelf.over(DONE_MS).is_empty());
        assert_eq!(shelf.over(DONE_MS + 1), ["old"]);
        for n in 0..3_000 {
            let over = shelf.over(DONE_MS);
            shelf.set_done(&format!("{n:04}"), done_at(DONE_MS), &over);
        }
        assert_eq!(shelf.done().len(), DONE_MOST);
        assert!(shelf.done().contains_key("2999"));
    }
}
