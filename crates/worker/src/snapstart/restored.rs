//! A guest from a snapshot, and the word its function waits for.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fika_model::error::chain;
use fika_model::{LaneId, SandboxId};
use fika_sandbox::{Connection, MicroVms, Snapshot, WallError};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::Subject;
use crate::environment;
use crate::keeper::WAITS;
use crate::service::Shared;
use crate::stock::prepared::HOSTNAME;
use crate::stock::{self, Prepared};

/// Restores a guest, and gives the connection on which its function waits. None when it cannot be;
/// then the snapshot is made anew in the background, if that can help.
pub(crate) async fn restore(
    shared: &Arc<Shared>,
    subject: &Subject,
    snapshot: &Snapshot,
    lane: LaneId,
) -> Option<(Prepared, Connection)> {
    let microvms = shared.built.microvms(subject.wall)?;
    match awake(shared, microvms, snapshot, lane).await {
        Ok(restored) => Some(restored),
        Err(error) => {
            let (function, why) = (subject.version.invoked_arn(), chain(&error));
            tracing::warn!(%function, why, "it is not restored, but starts as any other");
            if !stock::is_of_the_moment(&error) {
                super::replace(shared, microvms, subject).await;
            }
            None
        }
    }
}

async fn awake(
    shared: &Shared,
    microvms: &MicroVms,
    snapshot: &Snapshot,
    lane: LaneId,
) -> Result<(Prepared, Connection), WallError> {
    let id = SandboxId(shared.next_wall());
    let mut wall = microvms.restore(snapshot, id, HOSTNAME).await?;
    // All others close here: who held them finds them broken, as after a long time, and connects
    // again.
    let mut open = wall.take_resumed().into_iter();
    let Some(waiting) = open.find(|one| one.waits_for.as_deref() == Some(WAITS)) else {
        wall.destroy(Duration::ZERO).await;
        return Err(WallError::NoSnapshot("nothing in it waits to be restored".into()));
    };
    let api = wall.take_runtime_api();
    Ok((Prepared { wall, api, parked: None, lane }, waiting.connection))
}

/// Tells a restored function that it is, and what of its environment is new. From here on the
/// connection is the Runtime API's.
///
/// # Errors
/// When the function is gone.
pub(crate) async fn wake(mut connection: Connection, log_stream: &str) -> io::Result<Connection> {
    let body = json!({ "environment": { (environment::LOG_STREAM): log_stream } }).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(answer.as_bytes()).await?;
    connection.flush().await?;
    Ok(connection)
}
