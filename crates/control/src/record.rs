//! A function as the store keeps it: JSON under `function/ACCOUNT/REGION/NAME`.
//!
//! The names here are the format of the data directory. Add members with a default; never
//! change the meaning of one.

use std::collections::BTreeMap;

use fika_model::{AccountId, CodeRef, FunctionArn, Region, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::settings::Settings;

/// Where functions are.
pub(crate) const PREFIX: &str = "function/";

/// One function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its configuration and code as last asked for.
    pub(crate) latest: Build,
    /// What invocations run while `latest` is not ready; none when `latest` itself runs, or
    /// nothing can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serving: Option<Box<Build>>,
    /// Where `latest` is on its way.
    pub(crate) status: Status,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    /// Another with every change.
    pub(crate) revision_id: Uuid,
    /// When its code or configuration was last changed, milliseconds since 1970.
    pub(crate) modified_ms: i64,
}

/// Settings and code: all that makes a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Build {
    pub(crate) settings: Settings,
    pub(crate) code: CodeRef,
}

/// State and last update in one, because not all pairs of the two exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Status {
    /// Nothing of it can run yet.
    Creating,
    /// The latest runs.
    Active,
    /// Nothing of it can run.
    Failed(Trouble),
    /// An older version runs while the latest is prepared.
    Updating,
    /// An older version runs because the latest cannot.
    UpdateFailed(Trouble),
}

/// Why the latest cannot run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    pub(crate) code: String,
    pub(crate) reason: String,
}

impl Record {
    /// Whether the latest is still being prepared.
    pub(crate) fn in_progress(&self) -> bool {
        matches!(self.status, Status::Creating | Status::Updating)
    }

    /// The code it needs kept.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &CodeRef> {
        [Some(&self.latest), self.serving.as_deref()].into_iter().flatten().map(|build| &build.code)
    }
}

/// The key of a function.
pub(crate) fn key(arn: &FunctionArn) -> String {
    let Scope { account, region } = &arn.scope;
    format!("{PREFIX}{account}/{region}/{}", arn.name)
}

/// The function of a key; none when the key has another form.
pub(crate) fn arn(key: &[u8]) -> Option<FunctionArn> {
    let mut parts = std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?.splitn(3, '/');
    let account = AccountId::new(parts.next()?).ok()?;
    let region = Region::new(parts.next()?).ok()?;
    let name = parts.next()?.into();
    Some(FunctionArn { scope: Scope { account, region }, name, qualifier: None })
}
