//! fika's own AWS endpoint, as functions find it in their sandboxes: no network is needed for it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fika_model::LaneId;
use fika_sandbox::{Connection, Door};
use tokio::task::JoinSet;

/// Connections a sandbox may hold to the endpoint at once.
const CONNECTIONS: usize = 32;
/// How long accepting pauses when the machine cannot take another connection.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves what functions say to fika. They are callers like any other: they sign.
pub trait Endpoint: Send + Sync + 'static {
    /// Serves one connection to its end, on the lane that calls this.
    fn serve(
        &self,
        connection: Connection,
        lane: LaneId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Serves a sandbox's door, and every connection made to it, until the task is dropped.
pub(crate) async fn serve(endpoint: Arc<dyn Endpoint>, door: Arc<Door>, lane: LaneId) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = door.accept(), if connections.len() < CONNECTIONS => match accepted {
                Ok(connection) => drop(connections.spawn(endpoint.serve(connection, lane))),
                // Running out of descriptors passes, so it is waited out.
                Err(error) => {
                    tracing::warn!(%error, "a function's connection cannot be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
