//! Guests that are restored from one snapshot: of a guest that has no code, with its runtime parked
//! where the kind has one.
//!
//! A snapshot is named by what is in it: the digest of its image, its sizes, and whether a runtime
//! is parked. It outlives the server, and is of no use to another kernel, init or monitor.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::SandboxId;
use fika_model::error::chain;
use fika_sandbox::image::Image;
use fika_sandbox::{MicroVms, Snapshot, WallError};

use super::parked::{self, Parked};
use super::policy::Event;
use super::{Job, Kind, Prepared, prepared};
use crate::service::Shared;

/// How the names begin of snapshots without code.
const PREFIX: &str = "base-";

/// How many there are at most; those that were used longest ago go first. Each takes some hundred
/// megabytes of disk, and functions can have any of many sizes.
const MOST: usize = 16;

impl Job {
    fn vms(&self) -> Result<&MicroVms, String> {
        let vms = self.shared.built.microvms(self.kind.wall);
        vms.ok_or_else(|| format!("there is no {} on this machine", self.kind.wall))
    }

    pub fn has_snapshot(&self) -> bool {
        self.shared.stock.books().snapshots.contains_key(&self.kind)
    }
}

/// The name of what a kind of guest is copied from. None for a jail.
fn name(kind: &Kind, image: &Image) -> Option<String> {
    let sizes = kind.sizes?;
    let what = if kind.parked { "parked" } else { "init" };
    let (memory, ephemeral) = (sizes.memory_mb, sizes.ephemeral_mb);
    Some(format!("{PREFIX}{}-{memory}-{ephemeral}-{what}", image.digest))
}

/// The snapshot of a kind that an earlier server made. Reads a small file.
pub(super) fn find(shared: &Shared, kind: &Kind, image: &Image) -> Option<Snapshot> {
    let name = name(kind, image)?;
    if shared.stock.books().snapshots.contains_key(kind) {
        return None;
    }
    shared.built.microvms(kind.wall)?.find_snapshot(&name)
}

/// Boots a guest, has its runtime park, and makes it a snapshot.
///
/// # Errors
/// A text that says what to do.
pub(super) async fn make(job: &Job) -> Result<Snapshot, String> {
    let (vms, kind, image) = (job.vms()?, &job.kind, &job.image);
    let (Some(sizes), Some(name)) = (kind.sizes, name(kind, image)) else {
        return Err("a jail has no snapshot".into());
    };
    vms.forget_oldest(PREFIX, MOST - 1).await;
    let built = &job.shared.built;
    let wall = Prepared::wall(built, kind.wall, job.number, image, sizes, job.lane).await?;
    // Whatever is seeded from here on is seeded anew after a restore.
    if let Err(error) = wall.wall.set_clock_ahead().await {
        wall.end().await;
        return Err(chain(&error));
    }
    let ready = if kind.parked { wall.park(image).await? } else { wall };
    // The doors and the connection have to stay open until it is written down.
    let Prepared { wall, api: _api, parked, .. } = ready;
    let channel = parked.as_ref().and_then(|parked| parked.connection.channel());
    let waits = channel.map(|channel| (channel, parked::state(image)));
    let snapshot = vms.snapshot(wall, &name, BTreeMap::from_iter(waits)).await;
    snapshot.map_err(|error| chain(&error))
}

/// Restores a guest from the snapshot of its kind. A snapshot that is of no use is removed.
///
/// # Errors
/// A text that says what to do.
pub(super) async fn copy(job: &Job) -> Result<Prepared, String> {
    let (vms, kind) = (job.vms()?, &job.kind);
    let snapshot = job.shared.stock.books().snapshots.get(kind).cloned();
    let snapshot = snapshot.ok_or("its snapshot is gone")?;
    match restore(job, vms, &snapshot).await {
        Ok(copy) => Ok(copy),
        Err(error) => {
            if !is_of_the_moment(&error) {
                spoil(job, vms).await;
            }
            Err(chain(&error))
        }
    }
}

async fn restore(job: &Job, vms: &MicroVms, snapshot: &Snapshot) -> Result<Prepared, WallError> {
    let id = SandboxId(job.number);
    let mut wall = vms.restore(snapshot, id, prepared::HOSTNAME).await?;
    let resumed = wall.take_resumed().pop();
    let api = wall.take_runtime_api();
    let state = parked::state(&job.image);
    let parked = resumed
        .filter(|resumed| !resumed.endpoint && resumed.waits_for.as_ref() == Some(&state))
        .map(|resumed| Parked { connection: resumed.connection, restored: true });
    if parked.is_some() != job.kind.parked {
        wall.destroy(std::time::Duration::ZERO).await;
        return Err(WallError::NoSnapshot("another fika made it".into()));
    }
    tracing::debug!(runtime = %job.image.runtime, "a guest is restored");
    Ok(Prepared { wall, api, parked, lane: job.lane })
}

/// Whether a restore failed for what the machine is short of, and not for its snapshot.
pub(crate) fn is_of_the_moment(error: &WallError) -> bool {
    use WallError::{Cgroup, Network, NoUser, Silent, Spawn, Tap};
    matches!(error, Cgroup(_) | Network(_) | NoUser | Silent(_) | Spawn(_) | Tap(_))
}

async fn spoil(job: &Job, vms: &MicroVms) {
    let shared: &Arc<Shared> = &job.shared;
    if shared.stock.books().snapshots.remove(&job.kind).is_none() {
        return;
    }
    if let Some(name) = name(&job.kind, &job.image) {
        vms.forget(&name).await;
    }
    let spoilt = Event::Spoilt(job.kind.clone());
    shared.stock.books().on(shared, std::time::Instant::now(), spoilt);
    shared.stock.changed.notify_one();
}
