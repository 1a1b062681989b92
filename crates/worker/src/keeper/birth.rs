//! How a sandbox and its keeper come to be.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use fika_model::{FunctionVersion, LaneId, SandboxId};
use fika_sandbox::{Bind, Sandbox, Snapshot, Start};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::{Checkpointed, Keeper, Waits};
use crate::logbook::{self, Logbook};
use crate::service::{Home, Shared};
use crate::slot::{Coming, Created, Slot};
use crate::snapstart::Subject;
use crate::stock::parked::TASK_ROOT;
use crate::stock::prepared::Sizes;
use crate::stock::{self, Kind, Prepared};
use crate::{CreateError, Initialization, develop, environment, snapstart};

/// What sandbox is to be.
pub(crate) struct Order {
    pub id: SandboxId,
    pub version: Arc<FunctionVersion>,
    pub how: Initialization,
    pub home: Home,
    /// What it can be made of.
    pub kind: Kind,
    pub lane: LaneId,
    /// What it is made of.
    pub origin: Origin,
}

/// What a sandbox is made of.
pub(crate) enum Origin {
    /// A new wall.
    New,
    /// One out of stock.
    Stock(Box<Prepared>),
    /// The snapshot of its version.
    Snapshot(Snapshot),
    /// A new wall, whose function becomes the snapshot of its version.
    Checkpoint(oneshot::Sender<Checkpointed<Sandbox>>),
}

impl Order {
    fn subject(&self) -> Subject {
        Subject { version: self.version.clone(), home: self.home.clone(), wall: self.kind.wall }
    }
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

/// What stands, and how its first runtime comes up.
struct Beginning {
    prepared: Prepared,
    coming: Coming,
    waits: Option<Waits>,
    checkpoint: Option<oneshot::Sender<Checkpointed<Sandbox>>>,
}

impl Beginning {
    /// Of a sandbox that is to run its init.
    fn of(mut prepared: Prepared, how: Initialization) -> Self {
        let waits = prepared.parked.take().map(Waits::Parked);
        Self { prepared, coming: Coming::Init(how), waits, checkpoint: None }
    }
}

async fn begin(shared: &Arc<Shared>, order: &Order, origin: Origin) -> Result<Beginning, String> {
    match origin {
        Origin::Stock(prepared) => Ok(Beginning::of(*prepared, order.how)),
        Origin::Snapshot(snapshot) => restored(shared, order, &snapshot).await,
        Origin::New => new(shared, order).await.map(|new| Beginning::of(new, order.how)),
        Origin::Checkpoint(taker) => {
            // What was itself restored cannot become a snapshot.
            let (number, sizes) = (shared.next_wall(), Sizes::of(&order.version));
            let (walls, wall, image) = (&shared.built, order.kind.wall, &order.home.image);
            let prepared = Prepared::wall(walls, wall, number, image, sizes, order.lane).await?;
            let (coming, checkpoint) = (Coming::Checkpoint, Some(taker));
            Ok(Beginning { coming, checkpoint, ..Beginning::of(prepared, order.how) })
        }
    }
}

async fn new(shared: &Arc<Shared>, order: &Order) -> Result<Prepared, String> {
    let sizes = Sizes::of(&order.version);
    stock::fresh(shared, &order.kind, sizes, &order.home.image, order.lane).await
}

/// Where it cannot be restored, it starts as any other.
async fn restored(
    shared: &Arc<Shared>,
    order: &Order,
    snapshot: &Snapshot,
) -> Result<Beginning, String> {
    let since = Instant::now();
    match snapstart::restore(shared, &order.subject(), snapshot, order.lane).await {
        Some((prepared, connection)) => {
            let (coming, waits) = (Coming::Restore { since }, Some(Waits::Restored(connection)));
            Ok(Beginning { coming, waits, ..Beginning::of(prepared, order.how) })
        }
        None => new(shared, order).await.map(|new| Beginning::of(new, order.how)),
    }
}

async fn build(
    shared: &Arc<Shared>,
    mut order: Order,
    created: Created,
) -> Result<Keeper<Sandbox>, (Created, String)> {
    let origin = std::mem::replace(&mut order.origin, Origin::New);
    let Beginning { prepared, coming, waits, checkpoint } =
        match begin(shared, &order, origin).await {
            Ok(beginning) => beginning,
            Err(text) => return Err((created, text)),
        };
    let Order { id, version, how, home, lane, .. } = order;
    let Prepared { mut wall, api, .. } = prepared;
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
    let programs = home.extensions();
    let bind = Bind {
        code: home.code,
        layers: home.layers,
        memory_mb: version.memory_mb,
        ephemeral_mb: version.ephemeral_mb,
        egress: version.egress.clone(),
    };
    let mut env = environment::variables(&version, coming, how, &stream, &*shared.credentials);
    env.extend(shared.roster.develop.variables());
    let start = Start { argv: home.argv, env, cwd: TASK_ROOT.into() };
    let init_timeout = match shared.roster.develop.debugs() {
        true => develop::NO_LIMIT,
        false => coming.limit(&version, shared.init_timeout),
    };
    let initialization = environment::initialization(coming, how);
    let (logs, meter) = (shared.logs.clone(), wall.meter());
    let logbook = Logbook::new(&version, initialization, stream, logs, meter, pipe);
    let roster = Arc::clone(&shared.roster);
    let (slot, inbox) =
        Slot::new(id, version, coming, programs, logbook, Arc::clone(&roster), created);
    let _first = slot.dialer.set(wall.dialer());
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
        bind: Some(bind),
        waits,
        checkpoint,
        start,
        init_timeout,
        init_deadline: None,
        late: None,
    })
}
