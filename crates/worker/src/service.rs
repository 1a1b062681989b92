//! The [`Worker`] handle.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fika_model::error::chain;
use fika_model::{FunctionVersion, LaneId, SandboxId, VersionUid, WallKind, WorkerId};
use fika_sandbox::Walls;
use fika_sandbox::image::{Image, ImageStore};
use fika_store::{Blobs, LogStore};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::choice::WallChoice;
use crate::keeper::Origin;
use crate::roster::Roster;
use crate::slot::Command;
use crate::snapstart::{self, Snapshots, Subject};
use crate::stock::{self, Kind, Stock, StockFacts};
use crate::trees::Trees;
use crate::{
    CreateError, CredentialSource, Develop, Endpoint, Gone, Initialization, Invocation, Outcome,
    SandboxEvents, WorkerService, entry, extensions, keeper, upkeep,
};

/// How long sandboxes may take to end when the worker closes.
const END: Duration = Duration::from_secs(20);
/// How often those that are left are told again.
const RETIRE_AGAIN: Duration = Duration::from_millis(200);
pub(crate) const STOPPING: &str = "the worker is stopping; send the request to another";

/// What a worker is made of.
pub struct WorkerOptions {
    /// Its name in the cluster.
    pub id: WorkerId,
    /// The event loops sandboxes are spread over.
    pub lanes: Vec<Handle>,
    /// The walls that can be built.
    pub built: Walls,
    /// Who gets which wall.
    pub walls: WallChoice,
    /// The runtimes.
    pub images: ImageStore,
    /// Where zips are.
    pub blobs: Blobs,
    /// Where they are unpacked, one folder a digest.
    pub code_dir: PathBuf,
    /// Where logs go.
    pub logs: LogStore,
    /// Who gives functions the credentials of their roles.
    pub credentials: Arc<dyn CredentialSource>,
    /// The limit of the init phase ([`fika_model::limits::INIT_TIMEOUT`]).
    pub init_timeout: Duration,
    /// Memory for sandboxes that are prepared before anybody asks, MB. 0 for none.
    pub stock_memory_mb: u32,
    /// Whether it serves somebody who develops.
    pub develop: Develop,
}

/// A worker. Clones are the same worker.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

/// A function's image, code and layers, ready on this machine.
#[derive(Clone)]
pub(crate) struct Home {
    pub image: Image,
    pub code: PathBuf,
    /// All its layers as one tree, if it has any.
    pub layers: Option<PathBuf>,
    /// What is started.
    pub argv: Vec<String>,
}

impl Home {
    /// The extensions that are programs.
    pub fn extensions(&self) -> Vec<String> {
        self.layers.as_deref().map(extensions::programs).unwrap_or_default()
    }
}

pub(crate) struct Shared {
    pub roster: Arc<Roster>,
    pub built: Walls,
    walls: WallChoice,
    pub logs: LogStore,
    pub credentials: Arc<dyn CredentialSource>,
    pub init_timeout: Duration,
    pub endpoint: OnceLock<Arc<dyn Endpoint>>,
    pub stock: Stock,
    pub snapshots: Snapshots,
    /// How many walls there have been.
    walls_built: AtomicU64,
    lanes: Vec<Handle>,
    images: ImageStore,
    trees: Trees,
}

impl Worker {
    /// A worker with no sandbox yet.
    #[must_use]
    pub fn new(options: WorkerOptions) -> Self {
        let shared = Shared {
            roster: Arc::new(Roster::new(options.id, options.develop)),
            built: options.built,
            walls: options.walls,
            logs: options.logs,
            credentials: options.credentials,
            init_timeout: options.init_timeout,
            endpoint: OnceLock::new(),
            stock: Stock::new(options.stock_memory_mb, options.lanes.len()),
            snapshots: Snapshots::default(),
            walls_built: AtomicU64::new(0),
            lanes: options.lanes,
            images: options.images,
            trees: Trees::new(options.blobs, options.code_dir),
        };
        let shared = Arc::new(shared);
        shared.lane(0).1.spawn(upkeep::run(Arc::downgrade(&shared)));
        Self { shared }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// How cold starts have fared with prepared sandboxes, since the start.
    #[must_use]
    pub fn stock_facts(&self) -> StockFacts {
        self.shared.stock.facts()
    }

    /// Whether a sandbox is stopped, because nothing has been asked of it for a while.
    #[must_use]
    pub fn is_frozen(&self, sandbox: SandboxId) -> bool {
        self.shared.roster.get(sandbox).is_some_and(|slot| slot.is_frozen())
    }

    /// Names who is told of idle and dead sandboxes. Once, before the first create.
    pub fn report_to(&self, events: Arc<dyn SandboxEvents>) {
        self.shared.roster.report_to(events);
    }

    /// Names who serves what functions say to fika itself. Once, before the first create.
    pub fn open_endpoint(&self, endpoint: Arc<dyn Endpoint>) {
        if self.shared.endpoint.set(endpoint).is_err() {
            tracing::warn!("the endpoint of functions is named twice: the first stays");
        }
    }

    /// Removes unpacked code and layers that none of these versions needs, which have all there is of each,
    /// and what a crash left half unpacked.
    ///
    /// # Errors
    /// Those of reading the directory.
    pub fn sweep_code(&self, versions: &[Arc<FunctionVersion>]) -> std::io::Result<()> {
        self.shared.trees.sweep(versions)
    }

    /// Removes the disks and snapshots of guests that are of no use any more: their code or image is
    /// gone, or they were made with another kernel, init or monitor.
    pub async fn sweep_guests(&self) {
        for microvms in self.shared.built.all_microvms() {
            microvms.sweep().await;
        }
    }

    /// Makes everything ready that a first sandbox of this version needs: the runtime image, the
    /// unpacked code, and with `SnapStart` the snapshot, for which its init phase runs.
    ///
    /// # Errors
    /// [`CreateError::Init`] when that fails; else a text that says what to do.
    pub async fn prepare(
        &self,
        version: &Arc<FunctionVersion>,
        progress: &(dyn Fn(String) + Send + Sync),
    ) -> Result<(), CreateError> {
        let (home, wall) = self.home(version, progress).await.map_err(CreateError::Worker)?;
        if !version.snap_start || !home.extensions().is_empty() {
            return Ok(());
        }
        if self.shared.built.microvms(wall).is_some() {
            progress("running its init phase for a snapshot".into());
        }
        let subject = Subject { version: Arc::clone(version), home, wall };
        snapstart::ensure(&self.shared, &subject).await
    }

    /// Whether sandboxes of that version are restored from a snapshot.
    #[must_use]
    pub fn has_snapshot(&self, version: VersionUid) -> bool {
        self.shared.snapshots.has(version)
    }

    /// The version was deleted: its snapshot goes.
    pub fn forget_snapshot(&self, version: VersionUid) {
        snapstart::forget(&self.shared, version);
    }

    /// Removes the snapshots of all versions but these, which are all there are.
    pub async fn sweep_snapshots(&self, versions: Vec<Arc<FunctionVersion>>) {
        snapstart::sweep(&self.shared, versions).await;
    }

    async fn home(
        &self,
        version: &FunctionVersion,
        progress: &(dyn Fn(String) + Send + Sync),
    ) -> Result<(Home, WallKind), String> {
        let wall = self.shared.walls.wall_for(version).map_err(|error| error.to_string())?;
        let image = match self.shared.image(version) {
            Some(image) => image,
            None => self
                .shared
                .images
                .ensure(&version.runtime, &|step| progress(step.to_string()))
                .await
                .map_err(|e| chain(&e))?,
        };
        let (code, layers) = self.shared.trees.of(version).await?;
        let argv = entry::argv(version, &image, &code, layers.as_deref());
        Ok((Home { image, code, layers, argv }, wall))
    }

    /// Ends every sandbox, and removes what the wall made on this machine.
    pub async fn close(&self) {
        self.end_all().await;
        self.shared.stock.close().await;
        let StockFacts { hits, misses, exhausted } = self.stock_facts();
        tracing::info!(
            "cold starts: {hits} hit the stock, {misses} missed, {exhausted} found it exhausted"
        );
        self.shared.built.close().await;
    }

    async fn end_all(&self) {
        let roster = &self.shared.roster;
        roster.close();
        let emptied = async {
            // Again and again: one that is being built is not on the roster yet.
            while timeout(RETIRE_AGAIN, roster.emptied()).await.is_err() {
                roster.all().iter().for_each(|slot| slot.command(Command::Retire));
            }
        };
        roster.all().iter().for_each(|slot| slot.command(Command::Retire));
        if timeout(END, emptied).await.is_err() {
            tracing::warn!("some sandboxes do not end; the wall kills what is left of them");
        }
    }
}

impl Shared {
    /// The lane for a number: they go round.
    pub fn lane(&self, number: u64) -> (LaneId, &Handle) {
        let index = number as usize % self.lanes.len();
        // There are never more lanes than a `LaneId` counts: one a core.
        (LaneId(u16::try_from(index).unwrap_or(0)), &self.lanes[index])
    }

    /// The runtime image of a version, if it is there.
    pub fn image(&self, version: &FunctionVersion) -> Option<Image> {
        self.images.find(&version.runtime)
    }

    /// A number that no other wall of this worker has.
    pub fn next_wall(&self) -> u64 {
        self.walls_built.fetch_add(1, Ordering::Relaxed)
    }
}

impl WorkerService for Worker {
    async fn create(
        &self,
        sandbox: SandboxId,
        version: Arc<FunctionVersion>,
        how: Initialization,
        near: Option<LaneId>,
    ) -> Result<(), CreateError> {
        let (home, wall) = self.home(&version, &|_| {}).await.map_err(CreateError::Worker)?;
        if self.shared.roster.is_closed() {
            return Err(CreateError::Worker(STOPPING.into()));
        }
        let (created, done) = oneshot::channel();
        let (lane, handle) = self.shared.lane(near.map_or(sandbox.0, |lane| lane.0.into()));
        let shared = Arc::clone(&self.shared);
        let kind = Kind::of(&version, wall, &home);
        let subject = Subject { version, home, wall };
        let (origin, _starting) = match snapstart::find(&shared, &subject) {
            Some(snapshot) => (Origin::Snapshot(snapshot), None),
            // Without a wall there is nothing to prepare.
            None if wall == WallKind::None => (Origin::New, None),
            None => {
                let image = &subject.home.image;
                let (prepared, starting) = stock::take(&shared, kind.clone(), image, lane);
                (prepared.map_or(Origin::New, |one| Origin::Stock(Box::new(one))), Some(starting))
            }
        };
        let Subject { version, home, .. } = subject;
        let order = keeper::Order { id: sandbox, version, how, home, kind, lane, origin };
        handle.spawn(keeper::run(shared, order, created));
        done.await.unwrap_or_else(|_| Err(CreateError::Worker(STOPPING.into())))
    }

    fn retire(&self, sandbox: SandboxId) {
        match self.shared.roster.get(sandbox) {
            Some(slot) => slot.command(Command::Retire),
            None => self.shared.roster.dead(sandbox),
        }
    }

    async fn invoke(&self, sandbox: SandboxId, invocation: Invocation) -> Result<Outcome, Gone> {
        self.shared.roster.get(sandbox).ok_or(Gone)?.invoke(invocation).await
    }
}
