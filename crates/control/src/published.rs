//! Published versions: numbered, and never changed once made, but for becoming ready.
//!
//! ```text
//!              prepared
//!  Creating ─────────────▶ Active
//!     │ cannot be
//!     └──────────────────▶ Failed
//! ```
//!
//! With `SnapStart` being prepared means that the snapshot is there, and a failure of the
//! function's own init is a failure of the version.

use std::sync::Arc;

use uuid::Uuid;

use crate::lifecycle::{Next, Uids};
use crate::preparation::Unprepared;
use crate::record::{PublishedRecord, Status, Trouble};
use crate::registry::{Published, Snapshot};
use crate::runnable::{Runnable, UnknownRuntime};

/// Publishes the latest state of a function to be, unless it is what was published last.
/// Afterwards `next.record.published` is the number it has in either case.
pub(crate) fn publish(
    before: Option<&Snapshot>,
    next: &mut Next,
    description: Option<String>,
    uids: &Uids,
) -> Result<(), UnknownRuntime> {
    let last = before.and_then(|before| before.versions.get(&next.record.published));
    // One that failed is of no use to anybody, and trying again may help.
    let stands = |last: &PublishedRecord| !matches!(last.status, Status::Failed(_));
    let same = |last: &PublishedRecord| last.build == next.record.latest;
    if last.is_some_and(|last| same(&last.record) && stands(&last.record)) {
        return Ok(());
    }
    next.record.published += 1;
    let number = next.record.published;
    let record = PublishedRecord {
        build: next.record.latest.clone(),
        description,
        status: Status::Creating,
        revision_id: Uuid::new_v4(),
        modified_ms: next.record.modified_ms,
    };
    next.edit = Some((number, Some(Arc::new(restored(number, record, uids)?))));
    Ok(())
}

/// A version that is ready, or cannot be; none when it was deleted meanwhile.
pub(crate) fn prepared(
    before: &Snapshot,
    number: u64,
    result: Result<(), Unprepared>,
) -> Option<Next> {
    let Published { record, runnable, .. } = &**before.versions.get(&number)?;
    let status = match result {
        Ok(()) => Status::Active,
        Err(Unprepared { code, reason }) => Status::Failed(Trouble { code, reason }),
    };
    let record = PublishedRecord { status, revision_id: Uuid::new_v4(), ..record.clone() };
    let published = Published { number, record, runnable: runnable.clone() };
    Some(edited(before, number, Some(published)))
}

/// A function without one of its versions, and without what was attached to that.
pub(crate) fn deleted(before: &Snapshot, number: u64) -> Next {
    let mut next = edited(before, number, None);
    Arc::make_mut(&mut next.record.attached).forget(&number.to_string());
    next
}

/// The latest state stays as it is, its revision too.
fn edited(before: &Snapshot, number: u64, published: Option<Published>) -> Next {
    let revision_id = before.record.revision_id;
    let mut next = Next::same(before);
    next.record.revision_id = revision_id;
    next.edit = Some((number, published.map(Arc::new)));
    next
}

/// A version from its record.
pub(crate) fn restored(
    number: u64,
    record: PublishedRecord,
    uids: &Uids,
) -> Result<Published, UnknownRuntime> {
    let runnable = Runnable::new(&record.build, uids)?;
    Ok(Published { number, record, runnable })
}
