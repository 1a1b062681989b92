//! Snapshots of published versions (`SnapStart`): each is made once, after the version's init, and
//! its sandboxes are restored from it.
//!
//! - [`books`]: which versions have one: pure
//! - `making`: runs the init of a version in a guest of its own, and has that written down
//! - `turns`: how many are made at a time, and whose
//! - `restored`: a guest from a snapshot, and the word its function waits for
//!
//! Only guests can become snapshots: in a jail such a version starts as any other. So it does
//! while it has none, which is then made in the background.

mod books;
mod making;
mod restored;
mod turns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use fika_model::{FunctionVersion, VersionUid, WallKind};
use fika_sandbox::image::Image;
use fika_sandbox::{MicroVms, Snapshot};
use fika_store::Digest;

use crate::service::{Home, Shared};
use crate::slot::Coming;
use crate::{Initialization, environment};
use books::Books;
use turns::Turns;

pub(crate) use making::ensure;
pub(crate) use restored::{restore, wake};

/// How the names begin of snapshots that are versions'.
const PREFIX: &str = "version-";

/// The snapshots of a worker's versions.
#[derive(Default)]
pub(crate) struct Snapshots {
    books: Mutex<Books>,
    turns: Turns,
}

impl Snapshots {
    fn books(&self) -> MutexGuard<'_, Books> {
        // Only whole entries are put in and taken out.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether sandboxes of that version are restored.
    pub fn has(&self, version: VersionUid) -> bool {
        self.books().is_ready(version)
    }
}

/// A version, and where it runs.
#[derive(Clone)]
pub(crate) struct Subject {
    pub version: Arc<FunctionVersion>,
    pub home: Home,
    pub wall: WallKind,
}

/// The snapshot to restore a sandbox from. Where there should be one and is none, one is made in
/// the background.
pub(crate) fn find(shared: &Arc<Shared>, subject: &Subject) -> Option<Snapshot> {
    // Extensions are programs of their own, whose connections no snapshot would keep.
    if !subject.version.snap_start || !subject.home.extensions().is_empty() {
        return None;
    }
    let microvms = shared.built.microvms(subject.wall)?;
    let name = name(shared, &subject.version, &subject.home.image);
    let found = microvms.find_snapshot(&name);
    match found {
        Some(_) => shared.snapshots.books().used(subject.version.uid, name, Instant::now()),
        None => renew(shared, subject),
    }
    found
}

/// A snapshot that cannot be restored goes, and another is made.
async fn replace(shared: &Arc<Shared>, microvms: &MicroVms, subject: &Subject) {
    microvms.forget(&name(shared, &subject.version, &subject.home.image)).await;
    renew(shared, subject);
}

fn renew(shared: &Arc<Shared>, subject: &Subject) {
    let name = name(shared, &subject.version, &subject.home.image);
    if !shared.snapshots.books().renew(subject.version.uid, name, Instant::now()) {
        return;
    }
    let (_, handle) = shared.lane(subject.version.uid.0);
    let (shared, subject) = (Arc::clone(shared), subject.clone());
    handle.spawn(async move {
        if let Err(error) = ensure(&shared, &subject).await {
            // What it logged is in the function's own log.
            tracing::debug!(function = %subject.version.invoked_arn(), ?error, "no snapshot");
        }
    });
}

/// Lets go of what is held in memory of snapshots that nobody has used for long. They stay on disk.
pub(crate) fn let_go(shared: &Arc<Shared>) {
    let idle = shared.snapshots.books().idle(Instant::now());
    if idle.is_empty() {
        return;
    }
    let (_, handle) = shared.lane(0);
    let shared = Arc::clone(shared);
    handle.clone().spawn(async move {
        for microvms in shared.built.all_microvms() {
            for snapshot in idle.iter().filter_map(|name| microvms.find_snapshot(name)) {
                microvms.rest(&snapshot).await;
            }
        }
    });
}

/// The version is no more: neither is its snapshot.
pub(crate) fn forget(shared: &Arc<Shared>, version: VersionUid) {
    let Some(name) = shared.snapshots.books().forget(version) else { return };
    let (_, handle) = shared.lane(version.0);
    let shared = Arc::clone(shared);
    handle.spawn(async move {
        for microvms in shared.built.all_microvms() {
            microvms.forget(&name).await;
        }
    });
}

/// Removes the snapshots of all other versions than these, and notes which of these have one.
pub(crate) async fn sweep(shared: &Arc<Shared>, versions: Vec<Arc<FunctionVersion>>) {
    let named: Vec<_> = versions
        .iter()
        .filter(|version| version.snap_start)
        .filter_map(|version| {
            let image = shared.image(version)?;
            Some((version.uid, name(shared, version, &image)))
        })
        .collect();
    for microvms in shared.built.all_microvms() {
        for (version, name) in &named {
            if microvms.find_snapshot(name).is_some() {
                shared.snapshots.books().ready(*version, name.clone());
            }
        }
        let ours = microvms.snapshots().into_iter().filter(|name| name.starts_with(PREFIX));
        for left in ours.filter(|left| !named.iter().any(|(_, name)| name == left)) {
            microvms.forget(&left).await;
        }
    }
}

/// The name of a version's snapshot: of all that makes it what it is, so that another function of
/// the same name, or the same with another runtime image, does not find it.
fn name(shared: &Shared, version: &FunctionVersion, image: &Image) -> String {
    let variables = environment::variables(
        version,
        Coming::Checkpoint,
        Initialization::OnDemand,
        "",
        &*shared.credentials,
    );
    let sizes = (version.memory_mb, version.ephemeral_mb);
    let all = (
        version.invoked_arn().to_string(),
        (&version.code.sha256, &version.layers),
        sizes,
        &image.digest,
        &image.argv,
        variables,
    );
    // Texts and numbers always become JSON.
    let all = serde_json::to_vec(&all).unwrap_or_default();
    format!("{PREFIX}{}", Digest::of(&all))
}
