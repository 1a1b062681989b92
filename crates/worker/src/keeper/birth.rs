//! How a sandbox and its keeper come to be.

use std::sync::Arc;
use std::time::SystemTime;

use fika_model::error::chain;
use fika_model::{FunctionVersion, LaneId, SandboxId};
use fika_sandbox::{Bind, Sandbox, Start, WallSpec};
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
    lane: LaneId,
    created: Created,
) {
    match build(&shared, id, version, home, lane, created).await {
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
    lane: LaneId,
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
    let pipe = match wall.take_logs().watch() {
        Ok(pipe) => pipe,
        Err(error) => {
            super::take_down(wall, id).await;
            return Err((created, format!("the log cannot be read: {error}")));
        }
    };
    let api = Arc::new(wall.take_runtime_api());
    let door = Arc::new(wall.take_endpoint());
    let own = shared.endpoint.get().map(|endpoint| (Arc::clone(endpoint), door, lane));
    let bind =
        Bind { code: home.code, memory_mb: version.memory_mb, ephemeral_mb: version.ephemeral_mb };
    let stream = logbook::stream_name(&version.version, SystemTime::now());
    let start = Start {
        argv: home.image.argv.clone(),
        env: environment::variables(&version, &stream, &*shared.credentials),
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
        api,
        own,
        credentials: Arc::clone(&shared.credentials),
        serving: JoinSet::new(),
        pump: JoinSet::new(),
        bind: Some(bind),
        start,
        init_timeout: shared.init_timeout,
        init_deadline: None,
    })
}
