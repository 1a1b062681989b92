//! One task a sandbox, the only one that touches its wall: builds it, starts the runtime, kills
//! what must be killed, and takes everything down at the end.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use fika_model::error::chain;
use fika_model::{FunctionVersion, SandboxId};
use fika_sandbox::{Event, Exit, Sandbox, Start, WallError, WallSpec};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::logbook::{self, Logbook};
use crate::service::{Home, Shared};
use crate::slot::{AfterExit, Command, Phase, Slot};
use crate::{CreateError, environment, outcome, runtime_api};

/// How long a function's processes have between SIGTERM and SIGKILL: none, as on Lambda
/// without extensions.
const GRACE: Duration = Duration::ZERO;

/// What a function sees as its machine's name.
const HOSTNAME: &str = "fika";

type Created = oneshot::Sender<Result<(), CreateError>>;

/// Builds a sandbox and keeps it until its end.
pub(crate) async fn run(
    shared: Arc<Shared>,
    id: SandboxId,
    version: Arc<FunctionVersion>,
    home: Home,
    created: Created,
) {
    let spec = WallSpec {
        sandbox: id,
        image: home.image.root.clone(),
        memory_mb: version.memory_mb,
        ephemeral_mb: version.ephemeral_mb,
        hostname: HOSTNAME.into(),
    };
    match build(&shared, id, version, home, spec, created).await {
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
    spec: WallSpec,
    created: Created,
) -> Result<Keeper, (Created, String)> {
    let mut sandbox = match shared.jail.create(spec).await {
        Ok(sandbox) => sandbox,
        Err(e) => return Err((created, chain(&e))),
    };
    let listener = match TcpListener::from_std(sandbox.take_runtime_api()) {
        Ok(listener) => listener,
        Err(e) => return Err((created, format!("the Runtime API cannot be served: {e}"))),
    };
    let pipe = match sandbox.take_logs().watch() {
        Ok(pipe) => pipe,
        Err(e) => return Err((created, format!("the log cannot be read: {e}"))),
    };
    let stream = logbook::stream_name(&version.version, SystemTime::now());
    let start = Start {
        code: Some(home.code),
        argv: home.image.argv.clone(),
        env: environment::variables(&version, &stream),
        cwd: "/var/task".into(),
    };
    let logbook = Logbook::new(&version, stream, shared.logs.clone(), sandbox.meter(), pipe);
    let (slot, inbox) = Slot::new(id, version, logbook, Arc::clone(shared), created);
    shared.slots.insert(id, Arc::clone(&slot));
    let mut helpers = JoinSet::new();
    helpers.spawn(runtime_api::serve(Arc::clone(&slot), listener));
    let pumped = Arc::clone(&slot);
    helpers.spawn(async move { pumped.logbook.pump().await });
    Ok(Keeper { slot, sandbox, inbox, helpers, start, init_deadline: None })
}

struct Keeper {
    slot: Arc<Slot>,
    sandbox: Sandbox,
    inbox: mpsc::UnboundedReceiver<Command>,
    /// The Runtime API and the log pump; they end with the keeper.
    helpers: JoinSet<()>,
    start: Start,
    /// When the first init phase has taken too long.
    init_deadline: Option<Instant>,
}

/// Whether the sandbox lives on.
enum Next {
    Keep,
    End,
    /// The first init failed; the answer is sent when nothing is left of the sandbox.
    Failed(Created, CreateError),
}

impl Keeper {
    async fn keep(mut self) {
        let mut next = self.start().await;
        while matches!(next, Next::Keep) {
            next = tokio::select! {
                event = self.sandbox.next_event() => self.on_event(event).await,
                command = self.inbox.recv() => self.on_command(command).await,
                () = sleep_until(self.init_deadline) => self.on_init_deadline().await,
            };
        }
        self.end(next).await;
    }

    async fn start(&mut self) -> Next {
        if self.slot.starting() {
            self.init_deadline = Some(Instant::now() + self.slot.shared.init_timeout);
        }
        match self.sandbox.start(self.start.clone()).await {
            Ok(()) => Next::Keep,
            Err(WallError::Refused(why)) => {
                tracing::debug!(sandbox = %self.slot.id, why, "the runtime cannot be started");
                self.not_started().await
            }
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(sandbox = %self.slot.id, error, "the runtime cannot be started");
                Next::End
            }
        }
    }

    /// There is no program to start: the function's own mistake, told as a failed init.
    async fn not_started(&mut self) -> Next {
        let error = outcome::json_of(&outcome::entrypoint_error(&self.start.argv));
        // The slot is in its init phase, so this is always taken.
        let _ = self.slot.init_failed(error);
        let after = self.slot.exited(Exit::Code(1), false);
        self.after_exit(after).await
    }

    async fn on_event(&mut self, event: Event) -> Next {
        match event {
            Event::Exited { how, out_of_memory } => {
                let after = self.slot.exited(how, out_of_memory);
                self.after_exit(after).await
            }
            Event::Lost => Next::End,
        }
    }

    async fn after_exit(&mut self, after: AfterExit) -> Next {
        match after {
            AfterExit::Nothing => Next::Keep,
            AfterExit::Reset => self.reset(false).await,
            AfterExit::ResetAndAnnounce => self.reset(true).await,
            AfterExit::InitFailed(created, failure) => {
                Next::Failed(created, CreateError::Init(failure))
            }
        }
    }

    async fn on_command(&mut self, command: Option<Command>) -> Next {
        match command {
            Some(Command::Start) if self.slot.phase() == Phase::Stopped => self.start().await,
            Some(Command::Start) => Next::Keep,
            Some(Command::Reset { announce }) => self.reset(announce).await,
            Some(Command::Retire) | None => Next::End,
        }
    }

    async fn on_init_deadline(&mut self) -> Next {
        self.init_deadline = None;
        if self.slot.phase() != Phase::Starting {
            return Next::Keep;
        }
        // Lambda runs init once more, under the function's own timeout, when a call comes.
        self.slot.defer_init();
        self.reset(false).await
    }

    async fn reset(&mut self, announce: bool) -> Next {
        if let Err(error) = self.sandbox.reset().await {
            tracing::warn!(sandbox = %self.slot.id, %error, "the sandbox cannot be reset");
            return Next::End;
        }
        self.slot.stopped();
        if announce {
            self.slot.shared.idle(self.slot.id);
        }
        Next::Keep
    }

    async fn end(mut self, how: Next) {
        self.slot.die();
        let (id, shared) = (self.slot.id, Arc::clone(&self.slot.shared));
        self.helpers.shutdown().await;
        self.sandbox.destroy(GRACE).await;
        shared.slots.remove(id);
        shared.emptied.notify_waiters();
        match how {
            Next::Failed(created, error) => {
                let _ = created.send(Err(error));
            }
            _ => shared.dead(id),
        }
    }
}

/// Sleeps until then, or for ever.
async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
