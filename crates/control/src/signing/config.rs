//! Code signing configs: JSON under `code-signing-config/ACCOUNT/REGION/ID` in the store.
//!
//! The names here are the format of the data directory. Add members with a default; never
//! change the meaning of one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use fika_model::{AccountId, Region, Scope};
use serde::{Deserialize, Serialize};

/// Where configs are.
pub(crate) const PREFIX: &str = "code-signing-config/";

/// One config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ConfigRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// ARNs of signing profiles, or of one version of one.
    pub(crate) publishers: Vec<String>,
    /// Whether what they did not sign is refused, or only logged.
    #[serde(default)]
    pub(crate) enforce: bool,
    /// Milliseconds since 1970.
    pub(crate) modified_ms: i64,
}

/// All configs, by scope and id, and the turn of whoever changes one or who has one.
#[derive(Debug, Default)]
pub(crate) struct Configs {
    pub(crate) turn: tokio::sync::Mutex<()>,
    all: RwLock<HashMap<Scope, BTreeMap<String, Arc<ConfigRecord>>>>,
}

impl Configs {
    pub(crate) fn get(&self, scope: &Scope, id: &str) -> Option<Arc<ConfigRecord>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(scope)?.get(id).cloned()
    }

    /// Those that have any.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.keys().cloned().collect()
    }

    /// Those of a scope by their ids.
    pub(crate) fn list(&self, scope: &Scope) -> BTreeMap<String, Arc<ConfigRecord>> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(scope).cloned().unwrap_or_default()
    }

    /// Shows one as it now is; none when it is deleted.
    pub(crate) fn put(&self, scope: &Scope, id: &str, config: Option<ConfigRecord>) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let configs = all.entry(scope.clone()).or_default();
        match config {
            Some(config) => configs.insert(id.into(), Arc::new(config)),
            None => configs.remove(id),
        };
        if configs.is_empty() {
            all.remove(scope);
        }
    }
}

/// The key of a config.
pub(crate) fn key(Scope { account, region }: &Scope, id: &str) -> String {
    format!("{PREFIX}{account}/{region}/{id}")
}

/// The scope and the id of a key; none when the key has another form.
pub(crate) fn id_of(key: &[u8]) -> Option<(Scope, String)> {
    let path = std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?;
    let mut parts = path.splitn(3, '/');
    let account = AccountId::new(parts.next()?).ok()?;
    let region = Region::new(parts.next()?).ok()?;
    Some((Scope { account, region }, parts.next()?.into()))
}

/// The ARN of a config.
pub(crate) fn arn(Scope { account, region }: &Scope, id: &str) -> String {
    format!("arn:aws:lambda:{region}:{account}:code-signing-config:{id}")
}

/// The id in an ARN of this scope; none for any other.
pub(crate) fn id<'a>(scope: &Scope, arn: &'a str) -> Option<&'a str> {
    let (place, id) = arn.rsplit_once(':')?;
    (format!("{place}:{id}") == self::arn(scope, id)).then_some(id)
}
