//! Named things of accounts: in memory, and in the store.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use fika_model::{AccountId, Region, Scope};
use fika_store::{Entry, Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a thing is called, and what it is part of: a rule of its bus, a schedule of its group. None of the two
/// has a slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) scope: Scope,
    /// Empty for what is part of nothing.
    pub(crate) parent: String,
    pub(crate) name: String,
}

impl Name {
    pub(crate) fn new(scope: &Scope, parent: &str, name: &str) -> Self {
        Self { scope: scope.clone(), parent: parent.into(), name: name.into() }
    }

    /// Its key in the store.
    pub(crate) fn key(&self, prefix: &str) -> String {
        let Scope { account, region } = &self.scope;
        format!("{prefix}{account}/{region}/{}/{}", self.parent, self.name)
    }

    fn parse(key: &[u8], prefix: &str) -> Option<Self> {
        let mut parts = std::str::from_utf8(key).ok()?.strip_prefix(prefix)?.splitn(4, '/');
        let account = AccountId::new(parts.next()?).ok()?;
        let region = Region::new(parts.next()?).ok()?;
        let (parent, name) = (parts.next()?.into(), parts.next()?.into());
        Some(Self { scope: Scope { account, region }, parent, name })
    }
}

/// Things of one kind.
#[derive(Debug)]
pub(crate) struct Table<T> {
    /// What their keys begin with.
    pub(crate) prefix: &'static str,
    all: RwLock<BTreeMap<Name, Arc<T>>>,
}

impl<T: Serialize + DeserializeOwned> Table<T> {
    /// Those that the store has.
    pub(crate) fn open(store: &Store, prefix: &'static str) -> Result<Self, StoreError> {
        let read = |entry: Entry| {
            let name = Name::parse(&entry.key, prefix);
            let value = serde_json::from_slice(&entry.value).ok().map(Arc::new);
            if name.is_none() || value.is_none() {
                tracing::error!(key = ?entry.key, "a record of the store cannot be read: it is left out");
            }
            name.zip(value)
        };
        let all = store.scan(prefix.as_bytes())?.into_iter().filter_map(read).collect();
        Ok(Self { prefix, all: RwLock::new(all) })
    }

    pub(crate) fn get(&self, name: &Name) -> Option<Arc<T>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// All parts of one thing, by name.
    pub(crate) fn list(&self, scope: &Scope, parent: &str) -> Vec<(Name, Arc<T>)> {
        let from = Name::new(scope, parent, "");
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let parts =
            all.range(from..).take_while(|(name, _)| name.scope == *scope && name.parent == parent);
        parts.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// All of a scope.
    pub(crate) fn of_scope(&self, scope: &Scope) -> Vec<(Name, Arc<T>)> {
        let from = Name::new(scope, "", "");
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let own = all.range(from..).take_while(|(name, _)| name.scope == *scope);
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// How many a scope has.
    pub(crate) fn count(&self, scope: &Scope) -> usize {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let from = Name::new(scope, "", "");
        all.range(from..).take_while(|(name, _)| name.scope == *scope).count()
    }

    /// Whether an account has any, in whatever region.
    pub(crate) fn has_any(&self, account: &AccountId) -> bool {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.keys().any(|name| name.scope.account == *account)
    }

    /// All of everybody.
    pub(crate) fn everything(&self) -> Vec<(Name, Arc<T>)> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Shows one as it is committed, or no more.
    pub(crate) fn set(&self, name: Name, value: Option<Arc<T>>) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        match value {
            Some(value) => all.insert(name, value),
            None => all.remove(&name),
        };
    }
}
