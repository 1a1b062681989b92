//! The end of a sandbox that does not end by itself.

use std::io;
use std::time::Duration;

use fika_init::family;
use rustix::process::Pid;
use tokio::process::Child;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::Lease;
use crate::sandbox::control::Control;

/// How long what was killed may take to be gone. A process in an uninterruptible call takes as
/// long as that does.
const PATIENCE: Duration = Duration::from_secs(2);

/// Kills a jailer, whose end is init's, whatever init is doing. Returns when both are gone, or
/// when they have had enough time: then their users are never leased again.
///
/// Where there is no wall the jailer is init itself, and what came of it does not end with it.
pub async fn kill(jailer: &mut Child, control: &mut Control, lease: &mut Lease) {
    // It has a number as long as nobody has waited for its end, so this is nobody else's.
    if let Some(pid) = jailer.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)) {
        let _ended = spawn_blocking(move || family::end(pid)).await;
    }
    let gone = async {
        jailer.kill().await?;
        // Init outlives its jailer by a moment.
        control.closed().await;
        Ok::<_, io::Error>(())
    };
    if !matches!(timeout(PATIENCE, gone).await, Ok(Ok(()))) {
        tracing::warn!("a sandbox cannot be killed: its users stay taken until the next start");
        lease.keep_taken();
    }
}
