//! Runs the init phase of a version in a guest of its own, and has that written down.

use std::sync::Arc;
use std::time::Instant;

use fika_model::SandboxId;
use fika_model::error::chain;
use fika_sandbox::{MicroVms, Sandbox};
use tokio::sync::oneshot;

use super::{Subject, name};
use crate::keeper::{self, Checkpointed, Origin};
use crate::service::{STOPPING, Shared};
use crate::stock::Kind;
use crate::{CreateError, Initialization};

/// How often it is tried: a function that still sends something just as its guest is stopped may
/// be at rest the next time.
const ATTEMPTS: usize = 3;

/// Makes the snapshot of a version, if it is not there. Where that fails for no fault of the
/// function's, it starts as any other.
///
/// # Errors
/// [`CreateError::Init`] when the version's own init fails.
pub(crate) async fn ensure(shared: &Arc<Shared>, subject: &Subject) -> Result<(), CreateError> {
    let Some(microvms) = shared.built.microvms(subject.wall) else { return Ok(()) };
    let uid = subject.version.uid;
    let name = name(shared, &subject.version, &subject.home.image);
    if microvms.find_snapshot(&name).is_some() {
        shared.snapshots.books().ready(uid, name);
        return Ok(());
    }
    shared.snapshots.books().making(uid, name.clone());
    let _turn = shared.snapshots.turns.take(&subject.version.arn.scope.account).await;
    if !shared.snapshots.books().is_making(uid) {
        // The version went while it waited for its turn.
        return Ok(());
    }
    if microvms.find_snapshot(&name).is_some() {
        // One alike had its turn before.
        shared.snapshots.books().ready(uid, name);
        return Ok(());
    }
    let made = make(shared, microvms, subject, &name).await;
    let books = || shared.snapshots.books();
    match made {
        Ok(()) if books().made(uid) => Ok(()),
        Ok(()) => {
            microvms.forget(&name).await;
            Ok(())
        }
        // Who waits for it must not hear of an end before the next start goes on with it.
        Err(_) if shared.roster.is_closed() => std::future::pending().await,
        Err(CreateError::Worker(why)) => {
            let function = subject.version.invoked_arn();
            tracing::warn!(%function, why, "no snapshot can be made: it starts as any other");
            books().failed(uid, Instant::now());
            Ok(())
        }
        Err(error) => {
            books().failed(uid, Instant::now());
            Err(error)
        }
    }
}

async fn make(
    shared: &Arc<Shared>,
    microvms: &MicroVms,
    subject: &Subject,
    name: &str,
) -> Result<(), CreateError> {
    let mut attempt = 1;
    loop {
        let Checkpointed { wall, waits, held } = checkpointed(shared, subject).await?;
        let written = microvms.snapshot(wall, name, waits).await;
        drop(held);
        match written {
            Ok(_) => return Ok(()),
            Err(error) if attempt == ATTEMPTS => return Err(CreateError::Worker(chain(&error))),
            Err(error) => tracing::info!(error = chain(&error), attempt, "no snapshot yet"),
        }
        attempt += 1;
    }
}

/// A sandbox whose function is ready to become a snapshot.
async fn checkpointed(
    shared: &Arc<Shared>,
    subject: &Subject,
) -> Result<Checkpointed<Sandbox>, CreateError> {
    let stopping = || CreateError::Worker(STOPPING.into());
    if shared.roster.is_closed() {
        return Err(stopping());
    }
    let ((created, done), (taker, taken)) = (oneshot::channel(), oneshot::channel());
    let number = shared.next_wall();
    let (lane, handle) = shared.lane(number);
    let Subject { version, home, wall } = subject.clone();
    // Nobody is given it, so it has none of the numbers that are given out.
    let id = SandboxId(u64::MAX - number);
    let (kind, origin) = (Kind::of(&version, wall, &home), Origin::Checkpoint(taker));
    let how = Initialization::OnDemand;
    let order = keeper::Order { id, version, how, home, kind, lane, origin };
    handle.spawn(keeper::run(Arc::clone(shared), order, created));
    match taken.await {
        Ok(checkpointed) => Ok(checkpointed),
        Err(_) => match done.await {
            Ok(Err(error)) => Err(error),
            _ => Err(stopping()),
        },
    }
}
