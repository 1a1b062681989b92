//! The states of a function, and what moves it from one to the next.
//!
//! ```text
//!              prepared                    update               prepared
//!  Creating ─────────────▶ Active ────────────────▶ Updating ─────────────▶ Active
//!     │                                              ▲    │
//!     │ cannot be          update                    │    │ cannot be
//!     ▼                                              │    ▼
//!   Failed ──▶ Creating                              └─ UpdateFailed
//! ```
//!
//! While `Updating` or `UpdateFailed`, invocations run the version before, unless it lacks the wall
//! or the egress that the one that cannot be asks for: such an update ends in `Failed`. All of this is
//! decided here and done elsewhere. A published version (`published`) has the left half only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use fika_model::VersionUid;
use fika_store::Revision;
use uuid::Uuid;

use crate::attached;
use crate::preparation::Unprepared;
use crate::record::{Build, Record, Status, Trouble};
use crate::registry::{Published, Snapshot, Versions};
use crate::runnable::{Runnable, UnknownRuntime};

/// Gives versions their uids.
#[derive(Debug, Default)]
pub(crate) struct Uids(AtomicU64);

impl Uids {
    pub(crate) fn next(&self) -> VersionUid {
        VersionUid(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A function to be, not committed yet: a snapshot without its revision.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) record: Record,
    pub(crate) latest: Arc<Runnable>,
    pub(crate) serving: Option<Arc<Runnable>>,
    /// The published version that changes with it, and what it becomes; none to delete it.
    pub(crate) edit: Option<(u64, Option<Arc<Published>>)>,
}

impl Next {
    /// The function as it is, under another revision.
    pub(crate) fn same(before: &Snapshot) -> Self {
        let mut record = before.record.clone();
        record.revision_id = Uuid::new_v4();
        let (latest, serving) = (before.latest.clone(), before.serving.clone());
        Self { record, latest, serving, edit: None }
    }

    /// What its code counts for, after a snapshot with these versions.
    pub(crate) fn code_bytes(&self, versions: &Versions) -> u64 {
        let edited = self.edit.as_ref().map(|(number, _)| *number);
        let kept = versions.iter().filter(|(number, _)| Some(**number) != edited);
        let new = self.edit.iter().filter_map(|(_, published)| published.as_ref());
        let published = kept.map(|(_, published)| published).chain(new);
        self.record.latest.code.size + published.map(|p| p.record.build.code.size).sum::<u64>()
    }

    /// The snapshot it becomes, after one with these versions.
    pub(crate) fn committed(self, at: Revision, mut versions: Versions) -> Snapshot {
        if let Some((number, published)) = self.edit {
            let versions = Arc::make_mut(&mut versions);
            match published {
                Some(published) => versions.insert(number, published),
                None => versions.remove(&number),
            };
        }
        Snapshot { record: self.record, at, latest: self.latest, serving: self.serving, versions }
    }
}

/// A new function.
pub(crate) fn created(
    build: Build,
    tags: std::collections::BTreeMap<String, String>,
    uids: &Uids,
) -> Result<Next, UnknownRuntime> {
    let latest = Runnable::new(&build, uids)?;
    let record = Record {
        latest: build,
        serving: None,
        status: Status::Creating,
        tags,
        revision_id: Uuid::new_v4(),
        modified_ms: now_ms(),
        published: 0,
        attached: attached::none(),
    };
    Ok(Next { record, latest, serving: None, edit: None })
}

/// A function with other settings or code.
pub(crate) fn updated(
    before: &Snapshot,
    build: Build,
    uids: &Uids,
) -> Result<Next, UnknownRuntime> {
    let latest = Runnable::new(&build, uids)?;
    let old = &before.record;
    let (serving, status) = match &old.status {
        Status::Active => (Some(Box::new(old.latest.clone())), Status::Updating),
        Status::Updating | Status::UpdateFailed(_) => (old.serving.clone(), Status::Updating),
        Status::Creating | Status::Failed(_) => (None, Status::Creating),
    };
    let record = Record {
        latest: build,
        serving,
        status,
        tags: old.tags.clone(),
        revision_id: Uuid::new_v4(),
        modified_ms: now_ms(),
        published: old.published,
        attached: Arc::clone(&old.attached),
    };
    Ok(Next { record, latest, serving: before.serving.clone(), edit: None })
}

/// A function whose latest version is ready, or cannot be.
pub(crate) fn prepared(before: &Snapshot, result: Result<(), Unprepared>) -> Next {
    let mut record = before.record.clone();
    record.revision_id = Uuid::new_v4();
    let latest = before.latest.clone();
    let serving = match result {
        Ok(()) => {
            (record.status, record.serving) = (Status::Active, None);
            Some(latest.clone())
        }
        Err(Unprepared { code, reason }) => {
            let trouble = Trouble { code, reason };
            // What asks for a stronger wall than there is must not go on behind a weaker one.
            let old = before.record.serving.as_deref().unwrap_or(&before.record.latest);
            let serving =
                before.serving.clone().filter(|_| old.wishes == before.record.latest.wishes);
            record.status = match serving {
                Some(_) => Status::UpdateFailed(trouble),
                None => Status::Failed(trouble),
            };
            if serving.is_none() {
                record.serving = None;
            }
            serving
        }
    };
    Next { record, latest, serving, edit: None }
}

/// A function as the store gives it back after a restart.
pub(crate) fn restored(record: Record, uids: &Uids) -> Result<Next, UnknownRuntime> {
    let latest = Runnable::new(&record.latest, uids)?;
    let serving = match (&record.status, &record.serving) {
        (Status::Active, _) => Some(latest.clone()),
        (Status::Updating | Status::UpdateFailed(_), Some(build)) => {
            Some(Runnable::new(build, uids)?)
        }
        _ => None,
    };
    Ok(Next { record, latest, serving, edit: None })
}

/// Now, milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
