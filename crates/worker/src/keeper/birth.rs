//! How a sandbox and its keeper come to be.

use std::sync::Arc;
use std::time::SystemTime;

use fika_model::{FunctionVersion, LaneId, SandboxId};
use fika_sandbox::{Bind, Sandbox, Start};
use tokio::task::JoinSet;

use super::Keeper;
use crate::logbook::{self, Logbook};
use crate::service::{Home, Shared};
use crate::slot::{Created, Slot};
use crate::stock::parked::TASK_ROOT;
use crate::stock::prepared::Sizes;
use crate::stock::{self, Kind, Prepared};
use crate::{CreateError, environment};

/// What sandbox is to be.
pub(crate) struct Order {
    pub id: SandboxId,
    pub version: Arc<FunctionVersion>,
    pub home: Home,
    /// What it can be made of.
    pub kind: Kind,
    pub lane: LaneId,
    /// One out of stock, for it to be made of.
    pub prepared: Option<Prepared>,
}

/// Builds a sandbox and keeps it until its end.
pub(crate) async fn run(shared: Arc<Shared>, order: Order, created: Created) {
    match build(&shared, order, created).await {
        Ok(keeper) => keeper.keep().await,
        Err((created, text)) => {
            let _ = created.send(Err(CreateError::Worker(text)));
        }
    }
}

async fn build(
    shared: &Arc<Shared>,
    order: Order,
    created: Created,
) -> Result<Keeper<Sandbox>, (Created, String)> {
    let Order { id, version, home, kind, lane, prepared } = order;
    let sizes = Sizes::of(&version);
    let Sizes { memory_mb, ephemeral_mb } = sizes;
    let egress = version.egress.clone();
    let prepared = match prepared {
        Some(prepared) => Ok(prepared),
        None => stock::fresh(shared, &kind, sizes, &home.image, lane).await,
    };
    let Prepared { mut wall, api, parked, .. } = match prepared {
        Ok(prepared) => prepared,
        Err(text) => return Err((created, text)),
    };
    let pipe = match wall.take_logs().watch() {
        Ok(pipe) => pipe,
        Err(error) => {
            super::take_down(wall, id).await;
            return Err((created, format!("the log cannot be read: {error}")));
        }
    };
    let door = Arc::new(wall.take_endpoint());
    let own = shared.endpoint.get().map(|endpoint| (Arc::clone(endpoint), door, lane));
    let stream = logbook::stream_name(&version.version, SystemTime::now());
    let start = Start {
        argv: home.image.argv.clone(),
        env: environment::variables(&version, &stream, &*shared.credentials),
        cwd: TASK_ROOT.into(),
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
        own,
        credentials: Arc::clone(&shared.credentials),
        serving: JoinSet::new(),
        pump: JoinSet::new(),
        bind: Some(Bind { code: home.code, memory_mb, ephemeral_mb, egress }),
        parked,
        start,
        init_timeout: shared.init_timeout,
        init_deadline: None,
    })
}
