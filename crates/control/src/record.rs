//! A function as the store keeps it: JSON under `function/ACCOUNT/REGION/NAME`, and each of its
//! published versions under `version/ACCOUNT/REGION/NAME/NUMBER`.
//!
//! The names here are the format of the data directory. Add members with a default; never
//! change the meaning of one.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::{AccountId, CodeRef, FunctionArn, Region, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attached::{self, Attached};
use crate::settings::Settings;
use crate::signing::Seal;
use crate::wishes::Wishes;

/// Where functions are.
pub(crate) const PREFIX: &str = "function/";
/// Where published versions are.
pub(crate) const VERSIONS: &str = "version/";

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
    /// The number of the version published last, 0 before the first. A number is not used
    /// again, even when its version is deleted.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub(crate) published: u64,
    /// What belongs to it and is no part of any version. Shared, for it seldom changes.
    #[serde(default = "attached::none", skip_serializing_if = "Attached::is_none")]
    pub(crate) attached: Arc<Attached>,
}

/// A published version. Only its status changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PublishedRecord {
    /// The latest, as it was when this was published.
    pub(crate) build: Build,
    /// Its own description, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// `Creating`, `Active` or `Failed`.
    pub(crate) status: Status,
    /// Another with every change.
    pub(crate) revision_id: Uuid,
    /// When what it was published from was last changed, milliseconds since 1970.
    pub(crate) modified_ms: i64,
}

/// Settings, code and wishes: all that makes a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Build {
    pub(crate) settings: Settings,
    pub(crate) code: CodeRef,
    /// Bytes of the code's files; 0 where an older fika took the code in.
    #[serde(default)]
    pub(crate) unpacked_bytes: u64,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "Seal::is_none")]
    pub(crate) seal: Seal,
    #[serde(default, skip_serializing_if = "Wishes::is_empty")]
    pub(crate) wishes: Wishes,
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

impl Build {
    /// The code it needs kept: its own and its layers'.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &CodeRef> {
        std::iter::once(&self.code).chain(self.settings.layers.iter().map(|layer| &layer.code))
    }

    /// Bytes of all files that a sandbox has of it.
    pub(crate) fn unpacked_bytes(&self) -> u64 {
        let layers = self.settings.layers.iter().map(|layer| layer.unpacked_bytes);
        self.unpacked_bytes + layers.sum::<u64>()
    }
}

impl Record {
    /// Whether the latest is still being prepared.
    pub(crate) fn in_progress(&self) -> bool {
        matches!(self.status, Status::Creating | Status::Updating)
    }

    /// The code its latest state needs kept.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &CodeRef> {
        [Some(&self.latest), self.serving.as_deref()].into_iter().flatten().flat_map(Build::codes)
    }
}

fn is_none_yet(number: &u64) -> bool {
    *number == 0
}

/// The key of a function.
pub(crate) fn key(arn: &FunctionArn) -> String {
    format!("{PREFIX}{}", path(arn))
}

/// The key of a published version.
pub(crate) fn version_key(arn: &FunctionArn, number: u64) -> String {
    format!("{VERSIONS}{}/{number}", path(arn))
}

fn path(arn: &FunctionArn) -> String {
    let Scope { account, region } = &arn.scope;
    format!("{account}/{region}/{}", arn.name)
}

/// The function of a key; none when the key has another form.
pub(crate) fn arn(key: &[u8]) -> Option<FunctionArn> {
    parse(std::str::from_utf8(key).ok()?.strip_prefix(PREFIX)?)
}

/// The function and the number of a version's key; none when the key has another form.
pub(crate) fn version(key: &[u8]) -> Option<(FunctionArn, u64)> {
    let path = std::str::from_utf8(key).ok()?.strip_prefix(VERSIONS)?;
    let (function, number) = path.rsplit_once('/')?;
    Some((parse(function)?, number.parse().ok()?))
}

fn parse(path: &str) -> Option<FunctionArn> {
    let mut parts = path.splitn(3, '/');
    let account = AccountId::new(parts.next()?).ok()?;
    let region = Region::new(parts.next()?).ok()?;
    let name = parts.next()?.into();
    Some(FunctionArn { scope: Scope { account, region }, name, qualifier: None })
}
