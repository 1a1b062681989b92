//! The operations of the IAM API, and AssumeRole.

mod assume;
mod keys;
mod pass;
mod policies;
mod policy_versions;
mod roles;
mod users;

use std::collections::BTreeMap;

use fika_aws::shape::AwsError;

use crate::accounts::unique_id;
use crate::names::{self, now};
use crate::record::{Entity, Page};
use crate::refuse;

pub use assume::{Assumed, Assumption};
pub(crate) use pass::{trusts, trusts_lambda};
pub use policies::{Holder, Scope};
pub use roles::NewRole;

/// Entries on a page where the caller does not say.
const PAGE: usize = 100;

/// A new user, role or policy.
fn entity(
    prefix: &str,
    name: String,
    path: Option<&str>,
    tags: BTreeMap<String, String>,
) -> Result<Entity, AwsError> {
    names::tags(&tags)?;
    let path = names::path(path)?;
    let id = unique_id(prefix).map_err(|_| refuse::internal())?;
    Ok(Entity { name, path, id, created: now(), tags })
}

/// A page of what is in the order of its keys, after the marker, which is a key.
fn page<T>(
    all: impl Iterator<Item = (String, T)>,
    marker: Option<&str>,
    most: Option<usize>,
) -> Page<T> {
    let most = most.unwrap_or(PAGE).clamp(1, 1_000);
    let mut rest = all.filter(|(key, _)| marker.is_none_or(|marker| key.as_str() > marker));
    let taken: Vec<(String, T)> = rest.by_ref().take(most).collect();
    let more = rest.next().is_some();
    let marker = taken.last().filter(|_| more).map(|(key, _)| key.clone());
    Page { items: taken.into_iter().map(|(_, item)| item).collect(), marker }
}

/// Adds tags, or changes their values.
fn tagged(
    entity: &mut Entity,
    more: BTreeMap<String, String>,
    less: &[String],
) -> Result<(), AwsError> {
    entity.tags.extend(more);
    entity.tags.retain(|key, _| !less.contains(key));
    names::tags(&entity.tags)
}
