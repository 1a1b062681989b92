//! All parameters: in memory, and beside it in the store.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use fika_aws::shape::AwsError;
use fika_model::{AccountId, Scope};
use fika_store::{Batch, Store, StoreError};

use crate::error::internal;
use crate::name::{Name, PREFIX};
use crate::record::Record;

/// The most parameters of an account in a region.
const PARAMETERS: usize = 10_000;

/// All parameters, shared: clones are the same.
#[derive(Clone)]
pub struct Parameters {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    all: RwLock<BTreeMap<Scope, BTreeMap<String, Arc<Record>>>>,
    /// Held by whoever changes one, from the first look to the last effect.
    turn: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parameters").finish_non_exhaustive()
    }
}

impl Parameters {
    /// Reads which parameters there are.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn open(store: Store) -> Result<Self, StoreError> {
        let mut all = BTreeMap::<Scope, BTreeMap<String, Arc<Record>>>::new();
        for entry in store.scan(PREFIX.as_bytes())? {
            let record = serde_json::from_slice(&entry.value).ok();
            let record = record.filter(|record: &Record| record.latest().is_some());
            let Some((Name { scope, name }, record)) = Name::of_key(&entry.key).zip(record) else {
                tracing::warn!(key = ?entry.key, "a parameter cannot be read and is left alone");
                continue;
            };
            all.entry(scope).or_default().insert(name, Arc::new(record));
        }
        let inner = Inner { store, all: RwLock::new(all), turn: tokio::sync::Mutex::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether an account has any, in whatever region.
    pub(crate) fn has_any(&self, account: &AccountId) -> bool {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.keys().any(|scope| scope.account == *account)
    }

    pub(crate) fn find(&self, name: &Name) -> Option<Arc<Record>> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&name.scope)?.get(&name.name).cloned()
    }

    /// Those of a scope, by name.
    pub(crate) fn list(&self, scope: &Scope) -> Vec<(String, Arc<Record>)> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        let own = all.get(scope).into_iter().flatten();
        own.map(|(name, record)| (name.clone(), record.clone())).collect()
    }

    /// Changes a parameter, makes it or removes it; on disk when this returns. `change` sees the record as it is,
    /// and may refuse. What it answers is answered.
    pub(crate) async fn change<T>(
        &self,
        name: &Name,
        change: impl FnOnce(Option<Record>) -> Result<(Option<Record>, T), AwsError>,
    ) -> Result<T, AwsError> {
        let _turn = self.inner.turn.lock().await;
        let before = self.find(name);
        let (after, answer) = change(before.as_deref().cloned())?;
        if after.as_ref() == before.as_deref() {
            return Ok(answer);
        }
        let batch = match &after {
            Some(record) => {
                if before.is_none() {
                    self.check_room(&name.scope)?;
                }
                let value = serde_json::to_vec(record).map_err(|error| internal(&error))?;
                Batch::new().put(name.key(), value)
            }
            None => Batch::new().delete(name.key()),
        };
        self.inner.store.commit(batch).await.map_err(|error| internal(&error))?;
        self.show(name, after.map(Arc::new));
        Ok(answer)
    }

    fn check_room(&self, scope: &Scope) -> Result<(), AwsError> {
        let all = self.inner.all.read().unwrap_or_else(PoisonError::into_inner);
        if all.get(scope).map_or(0, BTreeMap::len) < PARAMETERS {
            return Ok(());
        }
        let text = format!(
            "You have exceeded the number of parameters for this AWS account: {PARAMETERS} in a region. Delete \
             one or more parameters and try again."
        );
        Err(AwsError::new("ParameterLimitExceeded", 400, text))
    }

    fn show(&self, Name { scope, name }: &Name, record: Option<Arc<Record>>) {
        let mut all = self.inner.all.write().unwrap_or_else(PoisonError::into_inner);
        let own = all.entry(scope.clone()).or_default();
        match record {
            Some(record) => own.insert(name.clone(), record),
            None => own.remove(name),
        };
        if own.is_empty() {
            all.remove(scope);
        }
    }
}

#[cfg(test)]
mod tests;
