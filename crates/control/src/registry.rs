//! The functions in memory.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use fika_model::{CodeRef, FunctionArn, FunctionVersion, Scope};
use fika_store::{Digest, Revision};
use tokio::sync::Mutex;

use crate::record::Record;

/// Parts of the map that have a lock each, so that invocations of different functions seldom
/// touch the same one, and a change stops one part for a moment only.
const SHARDS: usize = 64;

/// One function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) arn: FunctionArn,
    /// Held by whoever changes it, from its first look to the last effect.
    pub(crate) turn: Mutex<()>,
    /// As it is committed.
    pub(crate) snapshot: ArcSwap<Snapshot>,
}

/// A function at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// What the store holds.
    pub(crate) record: Record,
    /// Which commit wrote it.
    pub(crate) at: Revision,
    /// Its latest settings and code as a worker sees them.
    pub(crate) latest: Arc<FunctionVersion>,
    /// What invocations run; none while nothing can.
    pub(crate) serving: Option<Arc<FunctionVersion>>,
}

impl Function {
    pub(crate) fn new(arn: FunctionArn, snapshot: Snapshot) -> Self {
        Self { arn, turn: Mutex::new(()), snapshot: ArcSwap::from_pointee(snapshot) }
    }
}

/// Functions by scope and name, found quickly.
type Shard = HashMap<Scope, HashMap<Box<str>, Arc<Function>>>;
/// The same in the order of their names.
type Sorted = HashMap<Scope, BTreeMap<Box<str>, Arc<Function>>>;

/// All functions: a hash map in parts for invocations, and a sorted one for lists.
#[derive(Debug)]
pub(crate) struct Registry {
    hasher: RandomState,
    shards: Vec<RwLock<Shard>>,
    sorted: RwLock<Sorted>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        Self { hasher: RandomState::new(), shards, sorted: RwLock::default() }
    }

    /// Looks at a function, without allocating or counting references.
    pub(crate) fn look<T>(
        &self,
        scope: &Scope,
        name: &str,
        at: impl FnOnce(&Arc<Function>) -> T,
    ) -> Option<T> {
        let shard = self.shard(name).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(scope).and_then(|names| names.get(name)).map(at)
    }

    pub(crate) fn get(&self, scope: &Scope, name: &str) -> Option<Arc<Function>> {
        self.look(scope, name, Arc::clone)
    }

    /// Whether that very function is still there.
    pub(crate) fn holds(&self, function: &Arc<Function>) -> bool {
        let same = |found: &Arc<Function>| Arc::ptr_eq(found, function);
        self.look(&function.arn.scope, &function.arn.name, same).unwrap_or(false)
    }

    pub(crate) fn insert(&self, function: &Arc<Function>) {
        let FunctionArn { scope, name, .. } = &function.arn;
        let mut sorted = self.sorted.write().unwrap_or_else(PoisonError::into_inner);
        sorted.entry(scope.clone()).or_default().insert(name.as_str().into(), function.clone());
        let mut shard = self.shard(name).write().unwrap_or_else(PoisonError::into_inner);
        shard.entry(scope.clone()).or_default().insert(name.as_str().into(), function.clone());
    }

    pub(crate) fn remove(&self, function: &Arc<Function>) {
        let FunctionArn { scope, name, .. } = &function.arn;
        let mut sorted = self.sorted.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = sorted.get_mut(scope) {
            names.remove(name.as_str());
            if names.is_empty() {
                sorted.remove(scope);
            }
        }
        let mut shard = self.shard(name).write().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = shard.get_mut(scope) {
            names.remove(name.as_str());
            if names.is_empty() {
                shard.remove(scope);
            }
        }
    }

    /// Up to `limit` functions of a scope by name, those after `after`, and whether more follow.
    pub(crate) fn list(
        &self,
        scope: &Scope,
        after: Option<&str>,
        limit: usize,
    ) -> (Vec<Arc<Function>>, bool) {
        let sorted = self.sorted.read().unwrap_or_else(PoisonError::into_inner);
        let Some(names) = sorted.get(scope) else { return (Vec::new(), false) };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = names.range::<str, _>((start, Bound::Unbounded)).map(|(_, f)| f.clone());
        let page = rest.by_ref().take(limit).collect();
        (page, rest.next().is_some())
    }

    /// How many functions a scope has and the bytes of their code.
    pub(crate) fn usage(&self, scope: &Scope) -> (usize, u64) {
        let sorted = self.sorted.read().unwrap_or_else(PoisonError::into_inner);
        let Some(names) = sorted.get(scope) else { return (0, 0) };
        let size = |f: &Arc<Function>| f.snapshot.load().record.latest.code.size;
        (names.len(), names.values().map(size).sum())
    }

    /// Every function there is.
    pub(crate) fn all(&self) -> Vec<Arc<Function>> {
        let sorted = self.sorted.read().unwrap_or_else(PoisonError::into_inner);
        sorted.values().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Whether any function needs that code.
    pub(crate) fn needs(&self, digest: &Digest) -> bool {
        let hex = digest.to_string();
        let same = |code: &CodeRef| code.sha256 == hex;
        self.all().iter().any(|f| f.snapshot.load().record.codes().any(same))
    }

    fn shard(&self, name: &str) -> &RwLock<Shard> {
        let hash = self.hasher.hash_one(name);
        // The remainder is below SHARDS, which fits any usize.
        #[expect(clippy::cast_possible_truncation, reason = "below SHARDS")]
        &self.shards[(hash % SHARDS as u64) as usize]
    }
}
