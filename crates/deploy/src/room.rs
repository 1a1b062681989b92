//! All stacks: in memory, and beside it in the store.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use fika_aws::shape::AwsError;
use fika_iam::Iam;
use fika_model::{AccountId, Region, Scope};
use fika_resources::Services;
use fika_service::{Caller, Doors};
use fika_store::{Store, StoreError};
use serde::de::DeserializeOwned;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::error::internal;
use crate::mortal;
use crate::record::{ChangeSet, Head, Millis};
use crate::state::{At, Keys, State};
use crate::status::StackStatus;

/// Deleted stacks that are remembered of an account in a region: the newest.
const REMEMBERED: usize = 100;

/// How stacks are made.
#[derive(Debug, Clone, Copy, Default)]
pub struct StackOptions {
    /// Whether resources of a type that nobody knows become records, rather than fail.
    pub allow_inert: bool,
    /// For tests: the moment at which the server dies (`mortal`).
    pub dies_at: Option<i64>,
}

/// All stacks, shared: clones are the same.
#[derive(Clone)]
pub struct Stacks {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    store: Store,
    pub iam: Iam,
    pub options: StackOptions,
    doors: OnceLock<(Arc<dyn Doors>, Arc<str>)>,
    all: RwLock<HashMap<Scope, BTreeMap<String, Arc<Cell>>>>,
    /// Held by whoever makes a stack: names are given once.
    making: tokio::sync::Mutex<()>,
}

/// One stack.
pub(crate) struct Cell {
    state: RwLock<Arc<State>>,
    /// Held by whoever changes it, from the first look until it is on disk.
    turn: tokio::sync::Mutex<()>,
    /// Something else is wanted of it than before.
    pub nudge: Notify,
    /// Whether what only waits is to end.
    pub stop: watch::Sender<bool>,
    /// Held by what drives it.
    pub driving: tokio::sync::Mutex<()>,
}

impl Cell {
    fn new(state: State) -> Arc<Self> {
        Arc::new(Self {
            state: RwLock::new(Arc::new(state)),
            turn: tokio::sync::Mutex::default(),
            nudge: Notify::new(),
            stop: watch::Sender::new(false),
            driving: tokio::sync::Mutex::default(),
        })
    }

    /// As it is.
    pub fn state(&self) -> Arc<State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Stacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stacks").finish_non_exhaustive()
    }
}

impl Stacks {
    /// Reads which stacks there are. Nothing goes on with them before [`Stacks::start`].
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn open(store: Store, iam: Iam, options: StackOptions) -> Result<Self, StoreError> {
        let mut states = BTreeMap::<String, Kept>::new();
        for entry in store.scan(Keys::PREFIX.as_bytes())? {
            if !take(&mut states, &entry.key, &entry.value) {
                tracing::warn!(key = ?entry.key, "a record of a stack cannot be read and is left alone");
            }
        }
        let mut all = HashMap::<Scope, BTreeMap<String, Arc<Cell>>>::new();
        for kept in states.into_values() {
            let Some((scope, state)) = kept.state() else { continue };
            all.entry(scope).or_default().insert(state.head.id.clone(), Cell::new(state));
        }
        let inner = Inner {
            store,
            iam,
            options,
            doors: OnceLock::new(),
            all: RwLock::new(all),
            making: tokio::sync::Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Goes on with whatever was under way, by these doors, which clients find at `host`.
    pub fn start(&self, doors: Arc<dyn Doors>, host: &str) {
        let doors = mortal::doors(doors, self.inner.options.dies_at);
        if self.inner.doors.set((doors, host.into())).is_err() {
            return;
        }
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        for cell in all.values().flat_map(BTreeMap::values) {
            if cell.state().head.status.is_moving() {
                self.drive(cell);
            }
        }
    }

    /// The services, with somebody's rights.
    pub(crate) fn services(&self, caller: Caller) -> Result<Services, AwsError> {
        let doors = self.inner.doors.get();
        let (doors, host) = doors.ok_or_else(|| internal(&"stacks were not started"))?;
        Ok(Services::new(doors.clone(), host.clone(), Arc::new(caller)))
    }

    /// Those of a scope, the newest last.
    pub(crate) fn list(&self, scope: &Scope) -> Vec<Arc<State>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        let mut states: Vec<_> = all
            .get(scope)
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(|cell| cell.state())
            .collect();
        states.sort_by_key(|state| state.head.created);
        states
    }

    /// Those of an account, wherever.
    pub(crate) fn account(&self, account: &AccountId) -> Vec<Arc<State>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        let own = all.iter().filter(|(scope, _)| scope.account == *account);
        own.flat_map(|(_, stacks)| stacks.values()).map(|cell| cell.state()).collect()
    }

    /// The stack of that ARN, or the one of that name that is not deleted.
    pub(crate) fn find(&self, scope: &Scope, name: &str) -> Option<Arc<Cell>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        let stacks = all.get(scope)?;
        if name.starts_with("arn:") {
            return stacks.get(name).cloned();
        }
        let is_it = |cell: &&Arc<Cell>| {
            let head = &cell.state().head;
            head.name == name && head.status != StackStatus::DeleteComplete
        };
        stacks.values().find(is_it).cloned()
    }

    /// Whether an account has any that is not deleted.
    pub(crate) fn has_any(&self, account: &AccountId) -> bool {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        let own = all.iter().filter(|(scope, _)| scope.account == *account);
        let mut cells = own.flat_map(|(_, stacks)| stacks.values());
        cells.any(|cell| cell.state().head.status != StackStatus::DeleteComplete)
    }

    /// What another stack exports by that name, and which.
    pub(crate) fn export(&self, scope: &Scope, name: &str) -> Option<(String, String)> {
        self.list(scope).into_iter().find_map(|state| {
            let head = &state.head;
            let mut own =
                head.outputs.iter().filter(|_| head.status != StackStatus::DeleteComplete);
            let output = own.find(|output| output.export.as_deref() == Some(name))?;
            Some((output.value.clone(), head.id.clone()))
        })
    }

    /// Which stacks read that export.
    pub(crate) fn importers(&self, scope: &Scope, name: &str) -> Vec<String> {
        let reads = |state: &Arc<State>| {
            let head = &state.head;
            let about_to = head.work.as_ref().is_some_and(|work| work.imports.contains(name));
            let reads = about_to || head.imports.contains(name);
            reads && head.status != StackStatus::DeleteComplete
        };
        let all = self.list(scope);
        all.iter().filter(|state| reads(state)).map(|state| state.head.name.clone()).collect()
    }

    /// Makes a stack, unless there is one of its name; `make` is given its ARN. `may` is asked while no other is made.
    pub(crate) async fn make(
        &self,
        scope: &Scope,
        name: &str,
        may: impl FnOnce() -> Result<(), AwsError>,
        make: impl FnOnce(String, &mut At<'_>) -> State,
    ) -> Result<Option<Arc<Cell>>, AwsError> {
        let _making = self.inner.making.lock().await;
        if self.find(scope, name).is_some() {
            return Ok(None);
        }
        may()?;
        let Scope { account, region } = scope;
        let id = format!("arn:aws:cloudformation:{region}:{account}:stack/{name}/{}", fresh());
        let state = make(id.clone(), &mut At { now: now(), fresh: &mut fresh });
        self.inner.store.commit(state.since(None)).await.map_err(|error| internal(&error))?;
        let cell = Cell::new(state);
        let mut all = self.inner.all.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(scope.clone()).or_default().insert(id, cell.clone());
        Ok(Some(cell))
    }

    /// Changes a stack; on disk when this returns. What `change` refuses changes nothing.
    pub(crate) async fn change<T>(
        &self,
        cell: &Cell,
        change: impl FnOnce(&mut State, &mut At<'_>) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let _turn = cell.turn.lock().await;
        let before = cell.state();
        let mut after = State::clone(&before);
        let answer = change(&mut after, &mut At { now: now(), fresh: &mut fresh })?;
        let batch = after.since(Some(&before));
        self.inner.store.commit(batch).await.map_err(|error| internal(&error))?;
        *cell.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        Ok(answer)
    }

    /// Forgets a stack as if it had never been.
    pub(crate) async fn forget(&self, scope: &Scope, id: &str) -> Result<(), AwsError> {
        let _making = self.inner.making.lock().await;
        let Some(cell) = self.find(scope, id) else { return Ok(()) };
        let batch = cell.state().removed();
        self.inner.store.commit(batch).await.map_err(|error| internal(&error))?;
        let mut all = self.inner.all.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(stacks) = all.get_mut(scope) {
            stacks.remove(id);
        }
        Ok(())
    }

    /// Forgets the deleted stacks that are one too many.
    pub(crate) async fn prune(&self, scope: &Scope) {
        let deleted = |state: &Arc<State>| state.head.status == StackStatus::DeleteComplete;
        let mut gone: Vec<_> = self.list(scope).into_iter().filter(deleted).collect();
        gone.sort_by_key(|state| state.head.deleted);
        let many = gone.len().saturating_sub(REMEMBERED);
        for state in gone.into_iter().take(many) {
            if let Err(error) = self.forget(scope, &state.head.id).await {
                tracing::warn!(%error, "a deleted stack cannot be forgotten");
            }
        }
    }
}

/// A name nobody else has.
pub(crate) fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// Now.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// What is found of a stack, in whatever order.
#[derive(Default)]
struct Kept {
    head: Option<Head>,
    resources: Vec<(String, Vec<u8>)>,
    events: Vec<(u64, Vec<u8>)>,
    sets: Vec<Vec<u8>>,
}

impl Kept {
    fn state(self) -> Option<(Scope, State)> {
        let mut state = State::new(self.head?);
        let read = |(name, value): (String, Vec<u8>)| Some((name, Arc::new(of(&value)?)));
        state.resources = self.resources.into_iter().filter_map(read).collect();
        let read = |(number, value): (u64, Vec<u8>)| Some((number, Arc::new(of(&value)?)));
        state.events = self.events.into_iter().filter_map(read).collect();
        let read =
            |value: Vec<u8>| of(&value).map(|set: ChangeSet| (set.id.clone(), Arc::new(set)));
        state.sets = self.sets.into_iter().filter_map(read).collect();
        let mut parts = state.head.id.split(':').skip(3);
        let region = Region::new(parts.next()?).ok()?;
        let account = AccountId::new(parts.next()?).ok()?;
        Some((Scope { account, region }, state))
    }
}

fn of<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    let read = serde_json::from_slice(value);
    read.inspect_err(|error| tracing::warn!(%error, "a record of a stack cannot be read")).ok()
}

/// Puts an entry of the store to its stack; false where it is of none.
fn take(states: &mut BTreeMap<String, Kept>, key: &[u8], value: &[u8]) -> bool {
    let Some(path) = std::str::from_utf8(key).ok().and_then(|key| key.strip_prefix(Keys::PREFIX))
    else {
        return false;
    };
    let parts: Vec<&str> = path.split('/').collect();
    let [account, region, name, uuid, what @ ..] = &parts[..] else { return false };
    let kept = states.entry([*account, *region, *name, *uuid].join("/")).or_default();
    match what {
        ["head"] => kept.head = of(value),
        ["resource", logical] => kept.resources.push(((*logical).into(), value.into())),
        ["event", number] => {
            kept.events.extend(number.parse().ok().map(|number| (number, value.into())));
        }
        ["set", _] => kept.sets.push(value.into()),
        _ => return false,
    }
    true
}
