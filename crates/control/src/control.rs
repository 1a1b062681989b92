//! The [`Control`] handle: opening it, and what the invoke path asks.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use fika_aws::shape::AwsError;
use fika_model::arn::LATEST;
use fika_model::{AccountId, FunctionArn, FunctionRef, FunctionVersion, Scope, limits};
use fika_store::{Blobs, Digest, Entry, Store, StoreError};
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::layers::{self, LayerVersion, Layers};
use crate::lifecycle::{self, Uids};
use crate::mappings::{self, Mapping, Mappings};
use crate::preparation::{Preparation, SourceCheck, VersionEvents};
use crate::record::{self, Status};
use crate::reference::{self, Caller, Which};
use crate::registry::{Claim, Function, Published, Registry, Snapshot};
use crate::{aliases, published, refuse, signing};

/// Limits, and where work is done.
#[derive(Debug, Clone)]
pub struct ControlOptions {
    /// Changes and preparations run here, so that none stops half-way when a caller hangs up.
    pub runtime: Handle,
    /// Sandboxes an account may run at once in a region; GetAccountSettings tells it.
    pub account_concurrency: u32,
    /// Bytes of code an account may store in a region.
    pub code_storage_bytes: u64,
    /// Where the signing profiles are that the operator trusts ([`crate::trust`]); none to trust none.
    pub signers: Option<PathBuf>,
    /// What is asked before a source is mapped; none to map any.
    pub sources: Option<Arc<dyn SourceCheck>>,
    /// Draws from 0 up to, not including, 1, by which aliases share out calls.
    pub draw: fn() -> f64,
    /// Where the addresses of function URLs are, with its port, as in `localhost:9750`.
    pub url_host: String,
    /// Whether they begin with `https`.
    pub url_secure: bool,
}

impl ControlOptions {
    /// Lambda's limits.
    #[must_use]
    pub fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            account_concurrency: limits::ACCOUNT_CONCURRENCY,
            code_storage_bytes: limits::CODE_STORAGE_BYTES,
            signers: None,
            sources: None,
            draw: aliases::draw,
            url_host: "localhost".into(),
            url_secure: false,
        }
    }
}

/// Why the functions cannot be read at start.
#[derive(Debug, Error)]
pub enum ControlError {
    /// An entry is not what its key says.
    #[error("the store's entry {key:?} cannot be read; restore the data directory from a backup")]
    Damaged {
        /// The entry's key.
        key: String,
        /// What is wrong with its value; none when it is the key.
        source: Option<serde_json::Error>,
    },
    /// A function's runtime has a name this program does not know.
    #[error(
        "the function {key:?} has a runtime this fika does not know; run the version that made it"
    )]
    UnknownRuntime {
        /// The entry's key.
        key: String,
    },
    /// The store or the blobs cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one invocation runs, and by which name.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The version that runs.
    pub version: Arc<FunctionVersion>,
    /// The ARN it was invoked by, where that is not the version's own: an alias's, or one that
    /// says `$LATEST`.
    pub invoked_arn: Option<Arc<str>>,
}

/// The Control Plane Service. Clones are the same service.
#[derive(Clone)]
pub struct Control {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) options: ControlOptions,
    pub(crate) registry: Registry,
    pub(crate) mappings: Mappings,
    pub(crate) layers: Layers,
    pub(crate) signing: signing::Configs,
    pub(crate) uids: Uids,
    /// Held by whoever takes of an account's concurrency, from the look at what is left to the commit.
    pub(crate) sharing_out: Mutex<()>,
    /// Whether those above have been told what there is of concurrency.
    pub(crate) announced: AtomicBool,
    pub(crate) preparation: Arc<dyn Preparation>,
    pub(crate) events: Arc<dyn VersionEvents>,
}

impl Inner {
    /// Whether any function or layer needs that code.
    pub(crate) fn needs(&self, digest: &Digest) -> bool {
        self.registry.needs(digest) || self.layers.shelf.needs(digest)
    }
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    /// Loads every function, removes code nobody needs, and goes on with the preparations that
    /// the last stop cut off. Blocks for the disk: call it once, at start.
    ///
    /// # Errors
    /// [`ControlError`] when the store cannot be read.
    pub fn open(
        store: Store,
        blobs: Blobs,
        options: ControlOptions,
        preparation: Arc<dyn Preparation>,
        events: Arc<dyn VersionEvents>,
    ) -> Result<Self, ControlError> {
        let (registry, uids) = (Registry::new(), Uids::default());
        let mut shelf = restore_versions(&store, &uids)?;
        // One at a time: of a large catalogue, all entries at once would take much memory.
        let mut scope = None;
        store.visit(record::PREFIX.as_bytes(), |entry| {
            let function = restore(&entry, &mut scope, &mut shelf, &uids)?;
            registry.insert(&Arc::new(function), Claim::default());
            Ok::<_, ControlError>(())
        })?;
        let layers = restore_layers(&store, &registry)?;
        let signing = restore_signing(&store)?;
        let mappings = restore_mappings(&store.scan(mappings::PREFIX.as_bytes())?)?;
        let inner = Inner {
            store,
            blobs,
            options,
            registry,
            mappings,
            layers,
            signing,
            uids,
            sharing_out: Mutex::default(),
            announced: AtomicBool::new(false),
            preparation,
            events,
        };
        let control = Self { inner: Arc::new(inner) };
        control.sweep()?;
        control.resume();
        Ok(control)
    }

    /// What an invocation of this function of the caller's runs now. Reads memory only.
    ///
    /// # Errors
    /// As [`Control::resolve_in`], and 403 for another account's.
    pub fn resolve(
        &self,
        scope: &Scope,
        reference: &FunctionRef,
        qualifier: Option<&str>,
    ) -> Result<Resolved, AwsError> {
        let caller = Caller { scope, action: "InvokeFunction" };
        let qualifier = caller.qualifier(reference, qualifier)?;
        self.resolve_in(scope, &reference.name, qualifier)
    }

    /// The same for a function of any account; whether the caller may is for others to know.
    /// An alias with two versions is resolved by a new draw each time.
    ///
    /// # Errors
    /// As Invoke answers: 404 when there is no such function, version or alias, 409 while it is
    /// `Pending` or when it is `Failed`.
    pub fn resolve_in(
        &self,
        owner: &Scope,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<Resolved, AwsError> {
        let found = self.inner.registry.look(owner, name, |function| {
            let snapshot = function.snapshot.load();
            let picked = || Some(snapshot.alias(qualifier?)?.pick((self.inner.options.draw)()));
            match Which::of(qualifier).or_else(picked)? {
                Which::Latest => Some(serving(&function.arn, &snapshot)),
                Which::Published(number) => published(&function.arn, &snapshot, number),
            }
        });
        let arn = |qualifier| reference::arn(owner, name, Some(qualifier));
        let version = found.flatten().unwrap_or_else(|| {
            // Here, and only here, AWS names the latest state where nothing was named.
            Err(refuse::not_found(&arn(qualifier.unwrap_or(LATEST))))
        })?;
        let named = qualifier.filter(|named| *named == LATEST || *named != version.version);
        let invoked_arn = named.map(|named| arn(named).to_string().into());
        Ok(Resolved { version, invoked_arn })
    }

    /// The versions that `wanted` picks of all there are, of whatever state: what is asked for
    /// last, what runs, what is published.
    #[must_use]
    pub fn versions(
        &self,
        mut wanted: impl FnMut(&FunctionVersion) -> bool,
    ) -> Vec<Arc<FunctionVersion>> {
        let mut picked = Vec::new();
        for function in self.inner.registry.all() {
            let (arn, snapshot) = (&function.arn, function.snapshot.load());
            let Snapshot { record, latest, serving, versions, .. } = &**snapshot;
            let old = record.serving.as_deref().unwrap_or(&record.latest);
            let latest = [(latest, Which::Latest, &record.latest)].into_iter();
            let serving = serving.iter().map(|serving| (serving, Which::Latest, old));
            let published = versions
                .values()
                .map(|one| (&one.runnable, Which::Published(one.number), &one.record.build));
            for (runnable, which, build) in latest.chain(serving).chain(published) {
                // Made to be looked at: most are not wanted, and then nothing is kept of them.
                if wanted(&runnable.make(arn, which, build)) {
                    picked.push(runnable.version(arn, which, build));
                }
            }
        }
        picked
    }

    /// What an account still has, in whatever region; none when that is nothing.
    #[must_use]
    pub fn left_of(&self, account: &AccountId) -> Option<&'static str> {
        let own = |scope: &Scope| scope.account == *account;
        let Inner { registry, layers, mappings, signing, .. } = &*self.inner;
        if registry.all().iter().any(|function| own(&function.arn.scope)) {
            return Some("functions");
        }
        let books = [
            ("layers", layers.shelf.scopes().iter().any(own)),
            ("event source mappings", mappings.scopes().iter().any(own)),
            ("code signing configs", signing.scopes().iter().any(own)),
        ];
        books.into_iter().find_map(|(what, some)| some.then_some(what))
    }

    fn sweep(&self) -> Result<(), StoreError> {
        let removed = self.inner.blobs.sweep(|digest| self.inner.needs(digest))?;
        tracing::debug!(removed, "unneeded code swept");
        Ok(())
    }

    fn resume(&self) {
        for function in self.inner.registry.all() {
            self.prepare_rest(&function);
        }
    }
}

fn serving(arn: &FunctionArn, snapshot: &Snapshot) -> Result<Arc<FunctionVersion>, AwsError> {
    match (snapshot.serving(arn), &snapshot.record.status) {
        (Some(version), _) => Ok(version),
        (None, Status::Failed(why)) => Err(refuse::not_invocable("Failed", Some(&why.reason))),
        (None, _) => Err(refuse::not_invocable("Pending", None)),
    }
}

/// A version's own answer; none when there is no such version.
fn published(
    arn: &FunctionArn,
    snapshot: &Snapshot,
    number: u64,
) -> Option<Result<Arc<FunctionVersion>, AwsError>> {
    let published = snapshot.versions.get(&number)?;
    Some(match &published.record.status {
        Status::Active => Ok(published.version(arn)),
        Status::Failed(why) => Err(refuse::not_invocable("Failed", Some(&why.reason))),
        _ if published.record.build.settings.snap_start => Err(refuse::snapshot_not_ready()),
        _ => Err(refuse::not_invocable("Pending", None)),
    })
}

/// Published versions as the store gives them back, by their function's key.
type Shelf = HashMap<String, BTreeMap<u64, Arc<Published>>>;

fn restore_versions(store: &Store, uids: &Uids) -> Result<Shelf, ControlError> {
    let mut shelf = Shelf::new();
    store.visit(record::VERSIONS.as_bytes(), |entry| {
        let (arn, number) = record::version(&entry.key).ok_or_else(|| damaged(&entry, None))?;
        let published = published::restored(number, read(&entry)?, uids)
            .map_err(|_| unknown_runtime(&entry))?;
        shelf.entry(record::key(&arn)).or_default().insert(number, Arc::new(published));
        Ok::<_, ControlError>(())
    })?;
    Ok(shelf)
}

fn restore_mappings(entries: &[Entry]) -> Result<Mappings, ControlError> {
    let mappings = Mappings::default();
    for entry in entries {
        let (scope, id) = mappings::parse(&entry.key).ok_or_else(|| damaged(entry, None))?;
        let mapping = Mapping { record: read(entry)?, at: entry.revision };
        mappings.set(&scope, id, Some(mapping));
    }
    Ok(mappings)
}

/// A function as the store gives it back. Entries come by account and region, so `last` is most
/// often the scope of this one too, and they share it.
fn restore(
    entry: &Entry,
    last: &mut Option<Scope>,
    shelf: &mut Shelf,
    uids: &Uids,
) -> Result<Function, ControlError> {
    let mut arn = record::arn(&entry.key).ok_or_else(|| damaged(entry, None))?;
    match last {
        Some(last) if *last == arn.scope => arn.scope = last.clone(),
        _ => *last = Some(arn.scope.clone()),
    }
    let next = lifecycle::restored(read(entry)?, uids).map_err(|_| unknown_runtime(entry))?;
    let versions = shelf.remove(&record::key(&arn)).unwrap_or_default();
    Ok(Function::new(arn, next.committed(entry.revision, Arc::new(versions))))
}

fn restore_signing(store: &Store) -> Result<signing::Configs, ControlError> {
    let configs = signing::Configs::default();
    for entry in store.scan(signing::PREFIX.as_bytes())? {
        let (scope, id) = signing::id_of(&entry.key).ok_or_else(|| damaged(&entry, None))?;
        configs.put(&scope, &id, Some(read(&entry)?));
    }
    Ok(configs)
}

fn restore_layers(store: &Store, registry: &Registry) -> Result<Layers, ControlError> {
    let layers = Layers::default();
    for entry in store.scan(layers::PREFIX.as_bytes())? {
        let layer = layers::layer_of(&entry).ok_or_else(|| damaged(&entry, None))?;
        layers.shelf.number(&layer, read(&entry)?);
    }
    for entry in store.scan(layers::VERSIONS.as_bytes())? {
        let arn = layers::version_of(&entry).ok_or_else(|| damaged(&entry, None))?;
        let version: LayerVersion = read(&entry)?;
        registry.keep_layer(&arn.layer.scope, version.code.size, Claim::default());
        layers.shelf.put(&arn, Arc::new(version));
    }
    Ok(layers)
}

fn read<T: DeserializeOwned>(entry: &Entry) -> Result<T, ControlError> {
    serde_json::from_slice(&entry.value).map_err(|source| damaged(entry, Some(source)))
}

fn damaged(entry: &Entry, source: Option<serde_json::Error>) -> ControlError {
    ControlError::Damaged { key: key(entry), source }
}

fn unknown_runtime(entry: &Entry) -> ControlError {
    ControlError::UnknownRuntime { key: key(entry) }
}

fn key(entry: &Entry) -> String {
    String::from_utf8_lossy(&entry.key).into_owned()
}

#[cfg(test)]
mod tests;
