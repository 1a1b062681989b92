//! How a sandbox and its keeper come to be.

use std::sync::Arc;
use std::time::SystemTime;

use fika_model::error::chain;
use fika_model::{FunctionVersion, SandboxId};
use fika_sandbox::log::LogReader;
use fika_sandbox::{Sandbox, Start, WallSpec};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::Keeper;
use crate::logbook::{self, Logbook};
use crate::service::{Home, Shared};
use crate::slot::{Created, Slot};
use crate::{CreateError, environment};

/// What a function sees as its machine's name.
const HOSTNAME: &str = "fika";

/// Builds a sandbox and keeps it until its end.
pub(crate) async fn run(
    shared: Arc<Shared>,
    id: SandboxId,
    version: Arc<FunctionVersion>,
    home: Home,
    created: Created,
) {
    match build(&shared, id, version, home, created).await {
        Ok(keeper) => keeper.keep().await,
        Err((created, text)) => {
            let _ = created.send(Err(CreateError::Worker(text)));
        }
    }
}

async fn build(
    shared: &Arc<Shared>,
    id: SandboxId,
    version: Arc<FunctionVersion>,
    home: Home,
    created: Created,
) -> Result<Keeper<Sandbox>, (Created, String)> {
    let spec = WallSpec {
        sandbox: id,
        image: home.image.root.clone(),
        memory_mb: version.memory_mb,
        ephemeral_mb: version.ephemeral_mb,
        hostname: HOSTNAME.into(),
    };
    let mut wall = match shared.jail.create(spec).await {
        Ok(sandbox) => sandbox,
        Err(e) => return Err((created, chain(&e))),
    };
    let (api, pipe) = match doors(&mut wall) {
        Ok(doors) => doors,
        Err(text) => {
            super::take_down(wall, id).await;
            return Err((created, text));
        }
    };
    let stream = logbook::stream_name(&version.version, SystemTime::now());
    let start = Start {
        code: Some(home.code),
        argv: home.image.argv.clone(),
        env: environment::variables(&version, &stream),
        cwd: "/var/task".into(),
    };
    let logbook = Logbook::new(&version, stream, shared.logs.clone(), wall.meter(), pipe);
    let roster = Arc::clone(&shared.roster);
    let (slot, inbox) = Slot::new(id, version, logbook, Arc::clone(&roster), created);
    roster.insert(Arc::clone(&slot));
    Ok(Keeper {
        slot,
        roster,
        wall,
        inbox,
        api: Arc::new(api),
        serving: JoinSet::new(),
        pump: JoinSet::new(),
        start,
        init_timeout: shared.init_timeout,
        init_deadline: None,
    })
}

/// What the sandbox is reached by: its Runtime API and its log.
fn doors(wall: &mut Sandbox) -> Result<(TcpListener, LogReader), String> {
    let api = TcpListener::from_std(wall.take_runtime_api())
        .map_err(|e| format!("the Runtime API cannot be served: {e}"))?;
    let pipe = wall.take_logs().watch().map_err(|e| format!("the log cannot be read: {e}"))?;
    Ok((api, pipe))
}
