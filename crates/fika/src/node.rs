//! The one place that wires rooms into a running node.
//!
//! ```text
//!   clients ─▶ frontend ─▶ counting, assignment ─▶ placement
//!                  │            │  ▲ idle, dead
//!                  │            ▼  │
//!                  └────────▶ worker ─▶ sandbox
//! ```
//!
//! One thread a lane, each with its own single-threaded event loop; connections are dealt out
//! to the lanes in turn and stay there. The main thread accepts, and waits for the end. `dev` is
//! what it does beside for `fika dev`.

mod dev;

use std::collections::{HashMap, HashSet};
use std::fs::DirBuilder;
use std::io;
use std::num::NonZeroU64;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fika_answers::Bases;
use fika_assignment::{Assigner, AssignmentOptions, PoolSnapshot, Provisioned};
use fika_console::machine::Machine;
use fika_console::{Console, ConsoleOptions};
use fika_control::{
    Allocation, Control, ControlOptions, Preparation, Prepared, Unprepared, VersionEvents,
};
use fika_counting::{CallOptions, Calls, Counter, CountingOptions};
use fika_deploy::StackOptions;
use fika_events::Events;
use fika_frontend::{Auth, Courses, Frontend, FrontendOptions, Peer, Traces};
use fika_gateway::Host;
use fika_iam::{Iam, RootOptions, Sessions};
use fika_kernel::KernelStore;
use fika_metrics::{Disk, Metrics};
use fika_model::{
    Egress, FunctionArn, FunctionVersion, LaneId, VersionUid, WallKind, WallPolicy, WorkerId,
};
use fika_network::{Mode, Networks};
use fika_placement::Placer;
use fika_queues::Queues;
use fika_sandbox::image::{ImageOptions, ImageStore};
use fika_sandbox::{
    Connection, CpuPolicy, Jail, JailOptions, MicroVmOptions, MicroVms, WallError, Walls,
};
use fika_service::Pages;
use fika_sources::Brokers;
use fika_store::{Blobs, LogStore, Store};
use fika_tls::Secured;
use fika_worker::{
    CreateError, CredentialSource, Develop, ENDPOINT, Endpoint, RoleCredentials, WallChoice,
    Worker, WorkerOptions,
};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::watch as signal;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use crate::lanes::Lanes;
use crate::listener::{Accepted, Listener};
use crate::services;
use crate::walls::Monitor;
use crate::watch;
use crate::watch::otlp::{self, Collector};
use crate::watch::prometheus::Facts;
use dev::Watched;
pub use dev::{Answers, Debuggers, DevOptions};

/// Where the signing profiles are that the operator trusts, in the data directory.
pub const SIGNERS: &str = "signers";

/// The only worker of a node that stands alone.
const WORKER: WorkerId = WorkerId(0);
/// How long idle sandboxes may take to end, at least, when no more requests run.
const SWEEP: Duration = Duration::from_secs(10);

/// How long the credentials of a role are good, as AWS has it at most.
const SESSION: Duration = Duration::from_secs(12 * 60 * 60);

type Assignment = Assigner<Placer, Worker>;
type Doors = Frontend<Counter, Assignment, Watched>;

/// Who may log in to the console over a connection that others can read along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainLogins {
    /// Who is on this machine: nobody is between.
    ThisMachine,
    /// Everybody, as the operator wants it.
    Everybody,
}

/// How a node is to be.
#[derive(Debug, Clone)]
pub struct NodeOptions {
    /// Where everything durable is.
    pub data_dir: PathBuf,
    /// Where runtime images are.
    pub runtimes_dir: PathBuf,
    /// Where the addresses of function URLs are, with its port.
    pub url_host: String,
    /// Whether they begin with `https`.
    pub url_secure: bool,
    /// What the operator says of the root account.
    pub root: RootOptions,
    /// Whether clients must sign.
    pub auth: Auth,
    /// Whether there is a console, and who may log in to it without TLS.
    pub console: Option<PlainLogins>,
    /// Whether missing runtimes may be fetched.
    pub fetch_runtimes: bool,
    /// Memory all sandboxes together may use, MB.
    pub memory_mb: u32,
    /// How much of it is for sandboxes that are prepared before anybody asks, MB.
    pub stock_memory_mb: u32,
    /// What all logs together may take of the disk, bytes.
    pub log_disk_bytes: u64,
    /// Where traces and metrics are sent.
    pub collector: Option<Collector>,
    /// Which foreign servers may be polled.
    pub brokers: Brokers,
    /// How sandboxes are kept.
    pub assignment: AssignmentOptions,
    /// The limits of an account.
    pub counting: CountingOptions,
    /// How fast accounts may call the control plane.
    pub calls: CallOptions,
    /// How fast streamed answers may leave behind their first 6 MB, bytes a second.
    pub stream_rate: Option<NonZeroU64>,
    /// The limit of the init phase.
    pub init_timeout: Duration,
    /// How memory buys CPU.
    pub cpu: CpuPolicy,
    /// The most that any function may call out to.
    pub egress: Egress,
    /// The wall of functions that ask for none.
    pub wall: WallKind,
    /// How stacks are made.
    pub stacks: StackOptions,
    /// What runs them, if that is a kind of microVM.
    pub monitor: Option<Monitor>,
    /// The weakest walls functions may run behind.
    pub require_walls: WallPolicy,
    /// What it does beside for `fika dev`; none for every other server.
    pub dev: Option<DevOptions>,
}

/// Why a node does not come up. Each names the room that failed.
#[derive(Debug, Error)]
pub enum NodeError {
    /// The data directory.
    #[error("the data directory {} cannot be made", path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store or the blobs.
    #[error(transparent)]
    Store(#[from] fika_store::StoreError),
    /// The accounts.
    #[error(transparent)]
    Accounts(#[from] fika_iam::AccountsError),
    /// The metrics.
    #[error("the metrics in {} cannot be read", path.display())]
    Metrics {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was accepted and waits.
    #[error(transparent)]
    Journal(#[from] fika_journal::JournalError),
    /// Buckets and objects.
    #[error(transparent)]
    Objects(#[from] fika_objects::OpenError),
    /// The functions.
    #[error(transparent)]
    Control(#[from] fika_control::ControlError),
    /// The walls.
    #[error(transparent)]
    Wall(#[from] WallError),
    /// The runtime images.
    #[error(transparent)]
    Images(#[from] fika_sandbox::image::ImageError),
}

/// A running node: every room, wired.
pub struct Node {
    doors: Arc<Doors>,
    events: Events,
    assignment: Assignment,
    worker: Worker,
    logs: LogStore,
    metrics: Metrics,
    counting: Counter,
    /// The queues, and what reads them for functions.
    sources: (Queues, AbortHandle),
    stop: signal::Sender<bool>,
}

impl Node {
    /// Opens everything and wires it. Background work runs on the current event loop.
    ///
    /// # Errors
    /// [`NodeError`] names the room that did not come up.
    pub async fn open(options: NodeOptions, lanes: &Lanes) -> Result<Self, NodeError> {
        let dir = &options.data_dir;
        private(dir)?;
        // Not `code`: what is in it is read by sandboxes, whose users are others.
        for room in ["blobs", "logs", "metrics", "journal"] {
            private(&dir.join(room))?;
        }
        let store = Store::open(dir)?;
        let iam = Iam::open(store.clone(), dir, options.root.clone()).await?;
        let blobs = Blobs::open(dir.join("blobs"))?;
        let logs = LogStore::open(dir.join("logs"), options.log_disk_bytes)?;
        let metrics = Metrics::open(Disk::new(dir.join("metrics")), lanes.count())
            .map_err(|source| NodeError::Metrics { path: dir.join("metrics"), source })?;
        let sessions = Sessions::open(&store).await?;
        let walls = WallChoice {
            available: match options.wall {
                machine if options.monitor.is_some() => vec![WallKind::Jail, machine],
                only => vec![only],
            },
            default: options.wall,
            policy: options.require_walls.clone(),
            alone: iam.root().account.clone(),
        };
        let answers = fika_answers::Answers::open(store.clone(), bases(&options))?;
        let host = Host { name: options.url_host.clone(), secure: options.url_secure };
        let services = services::open(dir, &store, &iam, &logs, host, options.stacks)?;
        for source in [services.events.source(), services.queues.source()] {
            metrics.recorder().ask(source);
        }
        let worker = worker(&options, walls, lanes, &blobs, &logs, &sessions)?;

        let placer = Placer::new();
        placer.join(WORKER, options.memory_mb.saturating_sub(options.stock_memory_mb).into());
        let assignment = Assigner::new(options.assignment, placer.clone());
        assignment.add_worker(WORKER, worker.clone());
        worker.report_to(Arc::new(assignment.clone()));

        let mut limits = ControlOptions::new(Handle::current());
        limits.account_concurrency = options.counting.account_concurrency;
        limits.url_host.clone_from(&options.url_host);
        limits.url_secure = options.url_secure;
        limits.signers = Some(dir.join(SIGNERS));
        limits.sources = Some(services::check_sources(&services.queues, &iam));
        let trial = options.dev.is_some().then(|| assignment.clone());
        let preparation = Arc::new(Prepare::new(worker.clone(), trial));
        let counting = Counter::new(options.counting);
        let above = Arc::new(Above {
            counting: counting.clone(),
            assignment: assignment.clone(),
            worker: worker.clone(),
        });
        let control = Control::open(store, blobs.clone(), limits, preparation, above)?;
        // Of functions that have the same code, one: a catalogue can be large.
        let mut trees = HashSet::new();
        let versions = control.versions(|version| {
            trees.insert((version.code.clone(), version.layers.clone())) || version.snap_start
        });
        worker.sweep_snapshots(versions.clone()).await;
        if let Err(error) = worker.sweep_code(&versions) {
            tracing::warn!(%error, "old code cannot be looked for");
        }
        worker.sweep_guests().await;

        let traces = options.collector.map(|collector| {
            let (traces, spans) = Traces::new();
            tokio::spawn(otlp::export(collector, spans, metrics.clone()));
            traces
        });
        let courses = Courses::default();
        let console = options.console.map(|plain| {
            let (iam, sessions) = (iam.clone(), sessions.clone());
            let machine = Machine {
                assignment: assignment.clone(),
                counting: counting.clone(),
                placement: placer,
                worker: worker.clone(),
                events: services.events.clone(),
                queues: services.queues.clone(),
                courses: courses.clone(),
                lanes: lanes.count(),
            };
            let plain = plain == PlainLogins::Everybody;
            Console::new(ConsoleOptions { iam, sessions, plain, machine })
        });
        let doors = Frontend::new(FrontendOptions {
            counting: counting.clone(),
            calls: Calls::new(options.calls),
            assignment: assignment.clone(),
            worker: Arc::new(Watched::new(worker.clone(), options.dev.as_ref())),
            control: control.clone(),
            iam: iam.clone(),
            sessions,
            auth: options.auth,
            blobs,
            logs: logs.clone(),
            metrics: metrics.clone(),
            traces,
            events: services.events.clone(),
            services: services.doors,
            gateway: services.gateway.clone(),
            stream_rate: options.stream_rate,
            objects: services.objects,
            pages: console.clone().map(|console| Arc::new(console) as Arc<dyn Pages>),
            courses,
            answers,
        });
        tokio::spawn(watch::save(metrics.clone()));
        let (doors, stop) = (Arc::new(doors), signal::Sender::new(false));
        console.iter().for_each(|console| console.ask_by(doors.inside()));
        services.events.invoke_by(doors.functions());
        services.gateway.invoke_by(doors.functions());
        services.stacks.start(doors.inside(), &options.url_host);
        services.events.start(lanes.handles());
        let (events, queues) = (services.events, services.queues);
        let sources = {
            let (functions, brokers) = (doors.functions(), options.brokers);
            services::read_sources(&control, &queues, functions, iam, brokers)
        };
        worker.open_endpoint(Arc::new(OwnEndpoint { doors: Arc::downgrade(&doors) }));
        control.announce();
        let sources = (queues, sources);
        Ok(Self { doors, events, assignment, worker, logs, metrics, counting, sources, stop })
    }

    /// How everything stands, whenever it is asked.
    pub fn facts(&self) -> impl Fn() -> Facts + Send + Sync + 'static {
        let (metrics, counting, logs) =
            (self.metrics.clone(), self.counting.clone(), self.logs.clone());
        let (assignment, worker) = (self.assignment.clone(), self.worker.clone());
        let (events, queues) = (self.events.clone(), self.sources.0.clone());
        move || {
            let pools = assignment.snapshot();
            let sum = |of: fn(&PoolSnapshot) -> usize| pools.values().map(of).sum();
            Facts {
                functions: metrics.totals(),
                accounts: counting.snapshots(),
                sandboxes: [
                    ("starting", sum(|pool| pool.starting)),
                    ("idle", sum(|pool| pool.idle)),
                    ("busy", sum(|pool| pool.busy)),
                    ("ending", sum(|pool| pool.dead)),
                ],
                waiting: sum(|pool| pool.waiters),
                stock: worker.stock_facts(),
                logs: logs.facts(),
                lanes: events.lanes(),
                events: events.totals(),
                journal: events.journal(),
                queues: queues.all_facts(),
            }
        }
    }

    /// Accepts connections and deals them out to the lanes, until dropped. Those for which there
    /// is no room wait in the listener's queue.
    pub async fn accept(&self, listener: &Listener, lanes: &Lanes) {
        for lane in (0..lanes.count()).cycle() {
            let accepted = listener.accept().await;
            let (doors, stop) = (Arc::clone(&self.doors), self.stop.subscribe());
            lanes.handle(lane).spawn(async move {
                if let Err(error) = serve(accepted, doors, LaneId(lane), stop).await {
                    tracing::debug!(%error, "a connection cannot be served");
                }
            });
        }
    }

    /// Lets what runs end, for `patience` at most, and takes everything down. `hurry` cuts the
    /// waiting short.
    pub async fn close(self, patience: Duration, hurry: impl Future<Output = ()>) {
        self.stop.send_replace(true);
        let (queues, sources) = &self.sources;
        sources.abort();
        queues.close();
        self.events.stop();
        let begun = Instant::now();
        let end = async {
            let _ = timeout(patience, self.stop.closed()).await;
            let _ = timeout(patience.saturating_sub(begun.elapsed()), self.events.stopped()).await;
            // Invocations whose callers have left are still to be waited for.
            let rest = patience.saturating_sub(begun.elapsed()).max(SWEEP.min(patience));
            if timeout(rest, self.assignment.drain()).await.is_err() {
                tracing::warn!("some invocations did not end in time and are cut off");
            }
        };
        tokio::select! {
            () = end => {}
            () = hurry => {
                // Begun but not waited for, so that nothing new is started meanwhile.
                let _ = timeout(Duration::ZERO, self.assignment.drain()).await;
            }
        }
        self.worker.close().await;
        let (logs, metrics) = (self.logs.clone(), self.metrics.clone());
        // Their writers may have much left to write, and block meanwhile.
        let _ = tokio::task::spawn_blocking(move || {
            logs.flush();
            if let Err(error) = metrics.save_all() {
                tracing::warn!(%error, "the metrics of the last minute are lost");
            }
        })
        .await;
    }
}

async fn serve(
    accepted: Accepted,
    doors: Arc<Doors>,
    lane: LaneId,
    stop: signal::Receiver<bool>,
) -> io::Result<()> {
    let Accepted { stream, peer, tls, place: _place } = accepted;
    // Registered anew, with the event loop of the lane it stays on.
    let stream = TcpStream::from_std(stream)?;
    // Answers are single writes; waiting to fill a segment only delays them.
    let _ = stream.set_nodelay(true);
    match tls {
        Some(tls) => {
            if let Some(Secured { stream, http2 }) = tls.secure(stream).await? {
                doors.serve(stream, lane, Peer { http2, ..peer }, stop).await;
            }
        }
        None => doors.serve(stream, lane, peer, stop).await,
    }
    Ok(())
}

/// Where answers are put that stacks wait for: functions reach their own endpoint, whatever else they reach.
fn bases(options: &NodeOptions) -> Bases {
    let scheme = if options.url_secure { "https" } else { "http" };
    let outside = format!("{scheme}://{}", options.url_host);
    let inside = match options.wall {
        // They are on this machine, and each has its endpoint somewhere else.
        WallKind::None => outside.clone(),
        _ => format!("http://{ENDPOINT}"),
    };
    Bases { inside, outside }
}

/// Makes a directory where it is not there yet: functions' code and logs are for their owner's
/// eyes. One that somebody made keeps the mode they gave it.
fn private(dir: &Path) -> Result<(), NodeError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|source| NodeError::DataDir { path: dir.into(), source })
}

fn worker(
    options: &NodeOptions,
    walls: WallChoice,
    lanes: &Lanes,
    blobs: &Blobs,
    logs: &LogStore,
    sessions: &Sessions,
) -> Result<Worker, NodeError> {
    let code_dir = options.data_dir.join("code");
    let mut jail = jail(options, &code_dir)?;
    if options.wall != WallKind::None {
        let mode = jail.connect(options.egress.clone())?.mode();
        tokio::spawn(async {
            if let Mode::Loopback { why } = mode.await {
                tracing::info!(why, "functions cannot call out");
            }
        });
    }
    if let Err(error) = jail.bound_memory(options.memory_mb) {
        tracing::warn!(%error, "the memory of all functions together is not bounded");
    }
    let microvms = microvms(options, &code_dir, jail.networks().cloned())?;
    let images =
        ImageStore::open(&options.runtimes_dir, ImageOptions { fetch: options.fetch_runtimes })?;
    Ok(Worker::new(WorkerOptions {
        id: WORKER,
        lanes: lanes.handles(),
        built: Walls::new(jail, microvms),
        walls,
        images,
        blobs: blobs.clone(),
        code_dir,
        logs: logs.clone(),
        credentials: Arc::new(Roles(sessions.clone())),
        init_timeout: options.init_timeout,
        stock_memory_mb: options.stock_memory_mb,
        develop: options.dev.as_ref().map_or(Develop::Not, |dev| dev.develop),
    }))
}

/// The microVMs, if functions are to have such.
fn microvms(
    options: &NodeOptions,
    code_dir: &Path,
    networks: Option<Arc<Networks>>,
) -> Result<Vec<MicroVms>, WallError> {
    let Some(monitor) = options.monitor else { return Ok(Vec::new()) };
    let kernel =
        KernelStore::open(options.runtimes_dir.join("kernel")).find().ok_or_else(|| {
            WallError::NoVmm("run `fika runtime kernel add` first: there is no guest kernel".into())
        })?;
    let microvms = MicroVms::new(MicroVmOptions {
        state_dir: options.data_dir.join("microvm"),
        code_dir: code_dir.into(),
        kernel,
        vmm: monitor.find()?,
        cpu: options.cpu,
        cgroups: true,
        networks,
    })?;
    if let Err(error) = microvms.bound_memory(options.memory_mb) {
        tracing::warn!(%error, "the memory of all guests together is not bounded");
    }
    Ok(vec![microvms])
}

fn jail(options: &NodeOptions, code_dir: &Path) -> Result<Jail, WallError> {
    let jail = JailOptions {
        state_dir: options.data_dir.join("jail"),
        code_dir: code_dir.into(),
        cpu: options.cpu,
        cgroups: true,
    };
    match options.wall {
        WallKind::None => Jail::without_walls(jail),
        _ => Jail::new(jail),
    }
}

/// The sessions of the control plane, as a worker gives them to functions.
struct Roles(Sessions);

impl CredentialSource for Roles {
    fn issue(&self, version: &FunctionVersion) -> RoleCredentials {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let given = self.0.issue(version, seconds, SESSION);
        RoleCredentials {
            access_key_id: given.access_key_id,
            secret_access_key: given.secret_access_key.reveal().into(),
            session_token: given.session_token.reveal().into(),
            expires: UNIX_EPOCH + now + SESSION,
        }
    }

    fn container_token(&self, version: &FunctionVersion) -> String {
        self.0.container_token(version).reveal().into()
    }
}

/// The worker, as the control plane asks it to prepare versions.
struct Prepare {
    worker: Worker,
    /// Where versions are tried out before they are called, if they are.
    trial: Option<Assignment>,
    /// What each preparation under way is at.
    steps: Arc<Mutex<HashMap<VersionUid, String>>>,
}

impl Prepare {
    fn new(worker: Worker, trial: Option<Assignment>) -> Self {
        Self { worker, trial, steps: Arc::default() }
    }
}

impl Preparation for Prepare {
    fn prepare(&self, version: Arc<FunctionVersion>) -> Prepared {
        let (worker, steps) = (self.worker.clone(), Arc::clone(&self.steps));
        let trial = self.trial.clone();
        Box::pin(async move {
            let progress = |step: String| {
                tracing::info!(runtime = %version.runtime, "{step}");
                lock(&steps).insert(version.uid, step);
            };
            let prepared = worker.prepare(&version, &progress).await;
            lock(&steps).remove(&version.uid);
            prepared.map_err(|error| match error {
                CreateError::Init(failure) => {
                    Unprepared { code: failure.reason_code().into(), reason: failure.reason() }
                }
                CreateError::Worker(reason) => unprepared(reason),
                // Nothing is restored to be prepared.
                CreateError::Restore(failure) => unprepared(format!("{failure:?}")),
            })?;
            match trial {
                Some(assignment) => dev::try_out(&assignment, &version).await,
                None => Ok(()),
            }
        })
    }

    fn is_optimized(&self, version: VersionUid) -> bool {
        self.worker.has_snapshot(version)
    }

    fn step(&self, version: VersionUid) -> Option<String> {
        lock(&self.steps).get(&version).cloned()
    }
}

fn unprepared(reason: String) -> Unprepared {
    Unprepared { code: "InvalidRuntime".into(), reason }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Only whole entries are put in and taken out, so a poisoned map is still good.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The doors, as functions find them in their sandboxes.
struct OwnEndpoint {
    /// Weak, because the doors hold the worker that holds this.
    doors: Weak<Doors>,
}

impl Endpoint for OwnEndpoint {
    fn serve(
        &self,
        connection: Connection,
        lane: LaneId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let doors = self.doors.upgrade();
        Box::pin(async move {
            if let Some(doors) = doors {
                doors.serve_function(connection, lane).await;
            }
        })
    }
}

/// The rooms above the control plane, as it tells them of versions and of concurrency.
struct Above {
    counting: Counter,
    assignment: Assignment,
    worker: Worker,
}

impl VersionEvents for Above {
    fn retired(&self, version: VersionUid) {
        self.assignment.retire_version(version);
        self.worker.forget_snapshot(version);
    }

    fn reserved(&self, function: &FunctionArn, reserved: Option<u32>) {
        self.counting.reserve(function, reserved);
    }

    fn provisioned(&self, version: &Arc<FunctionVersion>, amount: u32) {
        self.counting.provision(&version.arn, version.uid, amount);
        self.assignment.provision(version, amount);
    }

    fn allocation(&self, version: VersionUid) -> Allocation {
        let Provisioned { ready, failure, .. } = self.assignment.provisioned(version);
        Allocation { ready: u32::try_from(ready).unwrap_or(u32::MAX), failure }
    }
}
