//! The functions in memory.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use fika_model::{CodeRef, FunctionArn, FunctionVersion, Scope, VersionUid};
use fika_store::{Digest, Revision};
use tokio::sync::Mutex;

use crate::addresses::Addresses;
use crate::aliases::Alias;
use crate::record::{PublishedRecord, Record};
use crate::reference::Which;
use crate::runnable::Runnable;

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
    /// Its latest settings and code, to be run.
    pub(crate) latest: Arc<Runnable>,
    /// What invocations run; none while nothing can.
    pub(crate) serving: Option<Arc<Runnable>>,
    /// Its published versions.
    pub(crate) versions: Versions,
}

/// Published versions by number.
pub(crate) type Versions = Arc<BTreeMap<u64, Arc<Published>>>;

/// One published version.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) number: u64,
    /// What the store holds.
    pub(crate) record: PublishedRecord,
    /// The same, to be run.
    pub(crate) runnable: Arc<Runnable>,
}

impl Published {
    /// The version as a worker sees it.
    pub(crate) fn version(&self, arn: &FunctionArn) -> Arc<FunctionVersion> {
        self.runnable.version(arn, Which::Published(self.number), &self.record.build)
    }
}

impl Snapshot {
    /// The state a qualifier names; for an alias the version it is of.
    pub(crate) fn which(&self, qualifier: Option<&str>) -> Option<Which> {
        let alias = || Some(self.alias(qualifier?)?.version);
        Which::of(qualifier).or_else(alias).filter(|which| self.has(*which))
    }

    /// The alias of that name.
    pub(crate) fn alias(&self, name: &str) -> Option<&Alias> {
        self.record.attached.aliases.get(name)
    }

    /// Whether there is that state.
    pub(crate) fn has(&self, which: Which) -> bool {
        match which {
            Which::Latest => true,
            Which::Published(number) => self.versions.contains_key(&number),
        }
    }

    /// The latest state as a worker sees it.
    pub(crate) fn latest(&self, arn: &FunctionArn) -> Arc<FunctionVersion> {
        self.latest.version(arn, Which::Latest, &self.record.latest)
    }

    /// What invocations run, as a worker sees it.
    pub(crate) fn serving(&self, arn: &FunctionArn) -> Option<Arc<FunctionVersion>> {
        let build = self.record.serving.as_deref().unwrap_or(&self.record.latest);
        Some(self.serving.as_ref()?.version(arn, Which::Latest, build))
    }

    /// The code it needs kept.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &CodeRef> {
        self.record.codes().chain(self.versions.values().flat_map(|v| v.record.build.codes()))
    }

    /// What its code counts for: every version's, as on AWS, also where two have the same.
    pub(crate) fn code_bytes(&self) -> u64 {
        let published = self.versions.values().map(|v| v.record.build.code.size);
        self.record.latest.code.size + published.sum::<u64>()
    }

    /// What invocations run: the latest state that is ready, and every version.
    pub(crate) fn invocable(&self) -> impl Iterator<Item = VersionUid> {
        let published = self.versions.values().map(|v| v.runnable.uid);
        self.serving.iter().map(|version| version.uid).chain(published)
    }
}

impl Function {
    pub(crate) fn new(arn: FunctionArn, snapshot: Snapshot) -> Self {
        Self { arn, turn: Mutex::new(()), snapshot: ArcSwap::from_pointee(snapshot) }
    }
}

/// Functions by scope and name, found quickly.
type Shard = HashMap<Scope, HashMap<Box<str>, Arc<Function>>>;

/// The functions of one scope in the order of their names, and what their code adds up to.
#[derive(Debug, Default)]
struct Book {
    names: BTreeMap<Box<str>, Arc<Function>>,
    code_bytes: u64,
    /// Bytes of its layers' code.
    layer_bytes: u64,
    /// Bytes that changes are about to add.
    claimed: u64,
    /// What its functions have taken of the account's concurrency.
    concurrency: u32,
}

impl Book {
    /// Bytes of code of its functions and layers.
    fn used(&self) -> u64 {
        self.code_bytes + self.layer_bytes
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.layer_bytes == 0 && self.claimed == 0
    }
}

/// Room for code that a change is about to add: nobody else can have it meanwhile. It is
/// given back when dropped, unless the change is there.
#[derive(Debug, Default)]
pub(crate) struct Claim(Option<(Arc<RwLock<Books>>, Scope, u64)>);

impl Claim {
    /// The change is there, and counts itself.
    fn settle(mut self, books: &mut Books) {
        self.release(books);
    }

    fn release(&mut self, books: &mut Books) {
        let Some((_, scope, bytes)) = self.0.take() else { return };
        let book = books.scopes.entry(scope).or_default();
        book.claimed -= bytes;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let Some((books, scope, _)) = &self.0 else { return };
        let (books, scope) = (Arc::clone(books), scope.clone());
        let mut books = books.write().unwrap_or_else(PoisonError::into_inner);
        self.release(&mut books);
        books.forget_empty(&scope);
    }
}

/// All books, and how many functions need each code.
#[derive(Debug, Default)]
struct Books {
    scopes: HashMap<Scope, Book>,
    codes: HashMap<Box<str>, usize>,
}

impl Books {
    fn count(&mut self, function: &Function, snapshot: &Snapshot) {
        for CodeRef { sha256, .. } in snapshot.codes() {
            *self.codes.entry(sha256.as_str().into()).or_default() += 1;
        }
        let book = self.book(function);
        book.code_bytes += snapshot.code_bytes();
        book.concurrency += snapshot.record.attached.concurrency.taken();
    }

    fn discount(&mut self, function: &Function, snapshot: &Snapshot) {
        for CodeRef { sha256, .. } in snapshot.codes() {
            if let Some(count) = self.codes.get_mut(sha256.as_str()) {
                *count -= 1;
                if *count == 0 {
                    self.codes.remove(sha256.as_str());
                }
            }
        }
        let book = self.book(function);
        book.code_bytes -= snapshot.code_bytes();
        book.concurrency -= snapshot.record.attached.concurrency.taken();
    }

    fn forget_empty(&mut self, scope: &Scope) {
        if self.scopes.get(scope).is_some_and(Book::is_empty) {
            self.scopes.remove(scope);
        }
    }

    fn book(&mut self, function: &Function) -> &mut Book {
        self.scopes.entry(function.arn.scope.clone()).or_default()
    }
}

/// All functions: a hash map in parts for invocations, and books for everything else.
#[derive(Debug)]
pub(crate) struct Registry {
    hasher: RandomState,
    shards: Vec<RwLock<Shard>>,
    books: Arc<RwLock<Books>>,
    urls: Addresses,
}

impl Registry {
    pub(crate) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        let (books, urls) = (Arc::default(), Addresses::default());
        Self { hasher: RandomState::new(), shards, books, urls }
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

    /// The function, or the alias of one, that has that address.
    pub(crate) fn at_url(&self, id: &str) -> Option<FunctionArn> {
        self.urls.find(id)
    }

    /// Shows a new function, whose code found room.
    pub(crate) fn insert(&self, function: &Arc<Function>, room: Claim) {
        let FunctionArn { scope, name, .. } = &function.arn;
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        room.settle(&mut books);
        let snapshot = function.snapshot.load();
        books.count(function, &snapshot);
        self.urls.change(&function.arn, None, Some(&snapshot));
        books.book(function).names.insert(name.as_str().into(), function.clone());
        let mut shard = self.shard(name).write().unwrap_or_else(PoisonError::into_inner);
        shard.entry(scope.clone()).or_default().insert(name.as_str().into(), function.clone());
    }

    /// Shows a function as it now is. The caller has its turn.
    pub(crate) fn replace(&self, function: &Function, after: Arc<Snapshot>, room: Claim) {
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        room.settle(&mut books);
        books.count(function, &after);
        let before = function.snapshot.swap(Arc::clone(&after));
        books.discount(function, &before);
        self.urls.change(&function.arn, Some(&before), Some(&after));
    }

    /// Forgets a function. The caller has its turn.
    pub(crate) fn remove(&self, function: &Function) {
        let FunctionArn { scope, name, .. } = &function.arn;
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        let snapshot = function.snapshot.load();
        books.discount(function, &snapshot);
        self.urls.change(&function.arn, Some(&snapshot), None);
        books.book(function).names.remove(name.as_str());
        books.forget_empty(scope);
        let mut shard = self.shard(name).write().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = shard.get_mut(scope) {
            names.remove(name.as_str());
            if names.is_empty() {
                shard.remove(scope);
            }
        }
    }

    /// Up to `limit` functions of a scope by name, beginning at `start`.
    pub(crate) fn list(
        &self,
        scope: &Scope,
        start: Bound<&str>,
        limit: usize,
    ) -> Vec<Arc<Function>> {
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        let Some(book) = books.scopes.get(scope) else { return Vec::new() };
        let rest = book.names.range::<str, _>((start, Bound::Unbounded));
        rest.take(limit).map(|(_, function)| function.clone()).collect()
    }

    /// How many functions a scope has and the bytes of their code.
    pub(crate) fn usage(&self, scope: &Scope) -> (usize, u64) {
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.scopes.get(scope).map_or((0, 0), |book| (book.names.len(), book.used()))
    }

    /// What a scope's functions have taken of its concurrency.
    pub(crate) fn concurrency(&self, scope: &Scope) -> u32 {
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.scopes.get(scope).map_or(0, |book| book.concurrency)
    }

    /// Room for so many more bytes of code in a scope; what is used when there is none.
    pub(crate) fn claim(&self, scope: &Scope, bytes: u64, limit: u64) -> Result<Claim, u64> {
        if bytes == 0 {
            return Ok(Claim::default());
        }
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        let used = books.scopes.get(scope).map_or(0, |book| book.used() + book.claimed);
        if used.saturating_add(bytes) > limit {
            return Err(used);
        }
        books.scopes.entry(scope.clone()).or_default().claimed += bytes;
        Ok(Claim(Some((Arc::clone(&self.books), scope.clone(), bytes))))
    }

    /// Counts the code of a layer, which found room.
    pub(crate) fn keep_layer(&self, scope: &Scope, bytes: u64, room: Claim) {
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        room.settle(&mut books);
        books.scopes.entry(scope.clone()).or_default().layer_bytes += bytes;
    }

    /// Counts the code of a layer no more.
    pub(crate) fn drop_layer(&self, scope: &Scope, bytes: u64) {
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = books.scopes.get_mut(scope) {
            book.layer_bytes -= bytes;
        }
        books.forget_empty(scope);
    }

    /// Every function there is.
    pub(crate) fn all(&self) -> Vec<Arc<Function>> {
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.scopes.values().flat_map(|book| book.names.values()).cloned().collect()
    }

    /// Whether any function needs that code.
    pub(crate) fn needs(&self, digest: &Digest) -> bool {
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.codes.contains_key(digest.to_string().as_str())
    }

    fn shard(&self, name: &str) -> &RwLock<Shard> {
        let hash = self.hasher.hash_one(name);
        // The remainder is below SHARDS, which fits any usize.
        #[expect(clippy::cast_possible_truncation, reason = "below SHARDS")]
        &self.shards[(hash % SHARDS as u64) as usize]
    }
}
