//! Users, roles and policies as the store keeps them: JSON under `iam/ACCOUNT/KIND/NAME`, the
//! name in lower case, because names that differ in case only are the same.
//!
//! The names here are the format of the data directory. Add members with a default; never
//! change the meaning of one.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::AccountId;
use fika_policy::{DocumentKind, Policy};
use serde::{Deserialize, Serialize};

/// Where they are.
const PREFIX: &str = "iam/";

/// The store's key of a user, a role or a policy, by its name in lower case.
pub(crate) fn entry(account: &AccountId, kind: &str, name: &str) -> String {
    format!("{PREFIX}{account}/{kind}/{name}")
}

/// What users, roles and policies have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// As it was written.
    pub name: String,
    /// `/`, or `/some/path/`.
    pub path: String,
    /// `AIDA…`, `AROA…`, `ANPA…`: another for each that ever was, also of the same name.
    pub id: String,
    /// When it was made, seconds since 1970.
    pub created: i64,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// The policies of a user or a role.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Its own, by name: documents.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inline: BTreeMap<String, String>,
    /// ARNs of those attached, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct UserRecord {
    #[serde(flatten)]
    pub(crate) entity: Entity,
    #[serde(flatten)]
    pub(crate) held: Held,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RoleRecord {
    #[serde(flatten)]
    pub(crate) entity: Entity,
    #[serde(flatten)]
    pub(crate) held: Held,
    /// The document that says who may assume it.
    pub(crate) trust: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Seconds.
    pub(crate) max_session: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    #[serde(flatten)]
    pub(crate) entity: Entity,
    pub(crate) document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) versions: Versions,
}

/// Which versions a policy has beside the one that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Versions {
    /// The number of the one that counts.
    pub default: u32,
    /// The highest number that any had.
    pub last: u32,
    /// When the one that counts was made, seconds since 1970; none where that was with the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// The others, by number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<u32, PolicyVersion>,
}

impl Default for Versions {
    fn default() -> Self {
        Self { default: 1, last: 1, created: None, others: BTreeMap::new() }
    }
}

/// A version of a policy that does not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// As it was written.
    pub document: String,
    /// When it was made, seconds since 1970.
    pub created: i64,
}

/// A user.
#[derive(Debug)]
pub struct User {
    /// Name, path, id, tags.
    pub entity: Entity,
    /// Its policies as they were written.
    pub held: Held,
    /// The same, ready to be judged.
    pub(crate) policies: Arc<[Arc<Policy>]>,
}

/// A role.
#[derive(Debug)]
pub struct Role {
    /// Name, path, id, tags.
    pub entity: Entity,
    /// Its policies as they were written.
    pub held: Held,
    /// What it is for.
    pub description: Option<String>,
    /// The longest session of it, seconds.
    pub max_session: u32,
    /// The document that says who may assume it.
    pub trust: String,
    pub(crate) trusted: Policy,
    /// Whether that document lets functions of the account act as the role.
    pub(crate) trusts_lambda: bool,
    pub(crate) policies: Arc<[Arc<Policy>]>,
}

/// A policy of its own, to be attached.
#[derive(Debug, Clone)]
pub struct ManagedPolicy {
    /// Name, path, id, tags.
    pub entity: Entity,
    /// Its ARN.
    pub arn: String,
    /// What it is for.
    pub description: Option<String>,
    /// As it was written.
    pub document: String,
    /// How many users and roles it is attached to.
    pub attachments: usize,
    /// Which versions there are.
    pub versions: Versions,
    pub(crate) policy: Arc<Policy>,
}

/// A part of a list, and where the next one begins.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// In the order of their names.
    pub items: Vec<T>,
    /// What to ask the rest with.
    pub marker: Option<String>,
}

impl User {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self, account: &AccountId) -> String {
        arn(account, "user", &self.entity)
    }

    pub(crate) fn record(&self) -> UserRecord {
        UserRecord { entity: self.entity.clone(), held: self.held.clone() }
    }
}

impl Role {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self, account: &AccountId) -> String {
        arn(account, "role", &self.entity)
    }

    /// Who may assume it, ready to be judged.
    #[must_use]
    pub fn trust_policy(&self) -> &Policy {
        &self.trusted
    }

    pub(crate) fn record(&self) -> RoleRecord {
        RoleRecord {
            entity: self.entity.clone(),
            held: self.held.clone(),
            trust: self.trust.clone(),
            description: self.description.clone(),
            max_session: self.max_session,
        }
    }
}

impl ManagedPolicy {
    pub(crate) fn record(&self) -> PolicyRecord {
        PolicyRecord {
            entity: self.entity.clone(),
            document: self.document.clone(),
            description: self.description.clone(),
            versions: self.versions.clone(),
        }
    }
}

pub(crate) fn arn(account: &AccountId, kind: &str, entity: &Entity) -> String {
    format!("arn:aws:iam::{account}:{kind}{}{}", entity.path, entity.name)
}

/// The document of a user or role, which was checked when it was set.
pub(crate) fn parsed(document: &str, kind: DocumentKind) -> Option<Policy> {
    Policy::parse(document, kind)
        .inspect_err(
            |error| tracing::error!(%error, "a stored policy cannot be read; it allows nothing"),
        )
        .ok()
}
