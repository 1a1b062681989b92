//! One task a sandbox, the only one that touches its wall: starts the runtime, kills what must be
//! killed, and takes everything down at the end. `birth` builds what it keeps; `snapshot` hands it
//! over to become one; `farewell` lets extensions end in their own time.

mod birth;
mod farewell;
mod snapshot;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fika_model::error::chain;
use fika_model::{LaneId, SandboxId};
use fika_sandbox::{Bind, Connection, Door, Event, LogPipe, Sandbox, Start, WallError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};

use crate::extensions::event::Reason;
use crate::roster::Roster;
use crate::slot::{AfterEnd, Begin, Coming, Command, Created, Ending, Slot};
use crate::stock::parked::{self, Parked};
use crate::{
    CreateError, CredentialSource, Endpoint, endpoint, environment, extensions, outcome,
    runtime_api, snapstart,
};

pub(crate) use birth::{Order, Origin, run};
pub(crate) use snapshot::{Checkpointed, WAITS};

/// How long a function's processes have between SIGTERM and SIGKILL: none, as on Lambda
/// without extensions.
const GRACE: Duration = Duration::ZERO;

/// How long the wall may take for one thing. It takes milliseconds on a healthy machine; a process
/// that the kernel cannot kill, or an init that is stuck, takes for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a keeper needs of a sandbox. The tests have another one, without a wall.
pub(crate) trait Wall: Send {
    /// Makes it the function's.
    fn bind(&mut self, bind: Bind) -> impl Future<Output = Result<(), WallError>> + Send;
    /// Starts the function's process.
    fn start(&self, start: Start) -> impl Future<Output = Result<(), WallError>> + Send;
    /// Starts an extension's process. What it writes can be read from what comes back.
    fn start_beside(
        &self,
        number: u16,
        start: Start,
    ) -> impl Future<Output = Result<LogPipe, WallError>> + Send;
    /// Asks the runtime's process to end.
    fn terminate(&self) -> io::Result<()>;
    /// Stops all processes until they are thawed or killed.
    fn freeze(&self) -> io::Result<()>;
    /// Lets them go on.
    fn thaw(&self) -> io::Result<()>;
    /// Sets the clock ahead, for what is to become a snapshot; done when it is so.
    fn set_clock_ahead(&self) -> impl Future<Output = Result<(), WallError>> + Send;
    /// Kills all processes; no event tells of that.
    fn reset(&self) -> impl Future<Output = Result<(), WallError>> + Send;
    /// What happened next. Safe to cancel.
    fn next_event(&mut self) -> impl Future<Output = Event> + Send;
    /// Ends it; done when nothing is left.
    fn destroy(self) -> impl Future<Output = ()> + Send;
}

impl Wall for Sandbox {
    async fn bind(&mut self, bind: Bind) -> Result<(), WallError> {
        Sandbox::bind(self, bind).await
    }

    async fn start(&self, start: Start) -> Result<(), WallError> {
        Sandbox::start(self, start).await
    }

    async fn start_beside(&self, number: u16, start: Start) -> Result<LogPipe, WallError> {
        Sandbox::start_beside(self, number, start).await
    }

    fn terminate(&self) -> io::Result<()> {
        Sandbox::terminate(self)
    }

    fn freeze(&self) -> io::Result<()> {
        Sandbox::freeze(self)
    }

    fn thaw(&self) -> io::Result<()> {
        Sandbox::thaw(self)
    }

    async fn set_clock_ahead(&self) -> Result<(), WallError> {
        Sandbox::set_clock_ahead(self).await
    }

    async fn reset(&self) -> Result<(), WallError> {
        Sandbox::reset(self).await
    }

    async fn next_event(&mut self) -> Event {
        Sandbox::next_event(self).await
    }

    async fn destroy(self) {
        Sandbox::destroy(self, GRACE).await;
    }
}

struct Keeper<W> {
    slot: Arc<Slot>,
    roster: Arc<Roster>,
    wall: W,
    inbox: mpsc::UnboundedReceiver<Command>,
    api: Arc<Door>,
    /// Where the function finds fika's own endpoint, and who serves it.
    own: Option<(Arc<dyn Endpoint>, Arc<Door>, LaneId)>,
    credentials: Arc<dyn CredentialSource>,
    /// The Runtime API's connections end with the processes that made them.
    serving: JoinSet<()>,
    /// The readers of the log and of extensions' output; they end with the keeper.
    pump: JoinSet<()>,
    /// What makes the wall the function's, until that is done.
    bind: Option<Bind>,
    /// A runtime that waits, and needs no start.
    waits: Option<Waits>,
    /// Who makes it a snapshot, when it is ready for that.
    checkpoint: Option<oneshot::Sender<Checkpointed<W>>>,
    start: Start,
    /// The limit of the first init phase, or of a restore.
    init_timeout: Duration,
    /// When that has taken too long.
    init_deadline: Option<Instant>,
    /// When extensions must be done with the invocation that was answered last.
    late: Option<Instant>,
}

/// What a runtime that was not started for this sandbox waits for, on its connection.
enum Waits {
    /// To be told its function.
    Parked(Parked),
    /// To be told that it is restored.
    Restored(Connection),
}

/// Why nothing runs.
enum Unstarted {
    Wall(WallError),
    /// The extension of that name cannot be started; the text says why.
    Extension(String, String),
}

/// Whether the sandbox lives on.
enum Next {
    Keep,
    End,
    /// The first init failed; the answer is sent when nothing is left of the sandbox.
    Failed(Created, CreateError),
    /// It becomes a snapshot, whose function waits on the connection of that number.
    Snapshot(u16),
}

impl Next {
    /// What extensions are told of it.
    fn reason(&self) -> Reason {
        match self {
            Self::Failed(..) => Reason::Failure,
            _ => Reason::Spindown,
        }
    }
}

impl<W: Wall> Keeper<W> {
    async fn keep(mut self) {
        let pumped = Arc::clone(&self.slot);
        self.pump.spawn(async move { pumped.logbook.pump().await });
        self.serve();
        let mut next = self.start().await;
        while matches!(next, Next::Keep) {
            next = tokio::select! {
                event = self.wall.next_event() => self.on_event(event).await,
                command = self.inbox.recv() => self.on_command(command).await,
                () = sleep_until(self.init_deadline) => self.on_init_deadline().await,
                () = sleep_until(self.late) => self.on_late().await,
            };
        }
        match next {
            Next::Snapshot(channel) => self.hand_over(channel).await,
            next => self.end(next).await,
        }
    }

    fn serve(&mut self) {
        self.serving.spawn(runtime_api::serve(
            Arc::clone(&self.slot),
            Arc::clone(&self.api),
            Arc::clone(&self.credentials),
        ));
        if let Some((endpoint, door, lane)) = &self.own {
            self.serving.spawn(endpoint::serve(Arc::clone(endpoint), Arc::clone(door), *lane));
        }
    }

    async fn start(&mut self) -> Next {
        match self.slot.starting() {
            Begin::Not => return Next::Keep,
            Begin::First => self.init_deadline = Some(Instant::now() + self.init_timeout),
            Begin::Again => {}
        }
        let started = timeout(PATIENCE, self.bind_and_start()).await;
        self.after_start(started).await
    }

    /// The runtime's turn, after that of the extensions.
    async fn launch(&mut self) -> Next {
        if !self.slot.is_starting() {
            return Next::Keep;
        }
        let started = timeout(PATIENCE, self.start_runtime()).await;
        self.after_start(started.map(|started| started.map_err(Unstarted::Wall))).await
    }

    async fn after_start(&mut self, started: Result<Result<(), Unstarted>, Elapsed>) -> Next {
        match started {
            Ok(Ok(())) => Next::Keep,
            Ok(Err(Unstarted::Extension(name, why))) => {
                tracing::debug!(sandbox = %self.slot.id, name, why, "an extension cannot be started");
                let text = format!("extension {name} could not be started");
                self.on_end(Ending::Extension { kind: "Extension.LaunchError", text }).await
            }
            Ok(Err(Unstarted::Wall(WallError::Refused(why)))) if self.runs_its_own_code() => {
                // There is no program to start: the function's own mistake.
                tracing::debug!(sandbox = %self.slot.id, why, "the runtime cannot be started");
                let error = outcome::json_of(&outcome::entrypoint_error(&self.start.argv));
                self.on_end(Ending::NotStarted(error)).await
            }
            Ok(Err(Unstarted::Wall(error))) => {
                let error = chain(&error);
                tracing::warn!(sandbox = %self.slot.id, error, "the runtime cannot be started");
                Next::End
            }
            Err(_) => self.give_up("started"),
        }
    }

    async fn bind_and_start(&mut self) -> Result<(), Unstarted> {
        if let Some(bind) = self.bind.take() {
            self.wall.bind(bind).await.map_err(Unstarted::Wall)?;
        }
        if self.slot.has_programs() {
            // The runtime is next when they have registered.
            return self.start_extensions().await;
        }
        self.start_runtime().await.map_err(Unstarted::Wall)
    }

    async fn start_extensions(&mut self) -> Result<(), Unstarted> {
        let slot = Arc::clone(&self.slot);
        if let Some(name) = slot.programs.get(extensions::MOST) {
            let why = format!("a function has at most {} extensions", extensions::MOST);
            return Err(Unstarted::Extension(name.clone(), why));
        }
        for (number, name) in (0u16..).zip(&slot.programs) {
            let argv = vec![format!("{}/{name}", extensions::DIRECTORY)];
            let env = environment::of_extensions(&self.start.env);
            let start = Start { argv, env, cwd: "/".into() };
            match self.wall.start_beside(number, start).await {
                Ok(output) => self.read(output),
                Err(WallError::Refused(why)) => {
                    return Err(Unstarted::Extension(name.clone(), why));
                }
                Err(error) => return Err(Unstarted::Wall(error)),
            }
        }
        Ok(())
    }

    /// Has an extension's output in the log.
    fn read(&mut self, output: LogPipe) {
        match output.watch() {
            Ok(output) => {
                let slot = Arc::clone(&self.slot);
                self.pump.spawn(extensions::output::read(slot, output));
            }
            Err(error) => {
                tracing::warn!(sandbox = %self.slot.id, %error, "an extension's log is not read");
            }
        }
    }

    async fn start_runtime(&mut self) -> Result<(), WallError> {
        match self.waits.take() {
            Some(Waits::Parked(parked)) => self.tell(parked).await,
            Some(Waits::Restored(restored)) => self.wake(restored).await,
            None => self.wall.start(self.start.clone()).await,
        }
    }

    /// Lets a restored function go on. There is no other way for it to come up.
    async fn wake(&mut self, restored: Connection) -> Result<(), WallError> {
        let stream = self.slot.logbook.stream();
        let connection = snapstart::wake(restored, stream).await.map_err(|_| WallError::Lost)?;
        self.serve_connection(connection);
        Ok(())
    }

    fn serve_connection(&mut self, connection: Connection) {
        let (slot, role) = (Arc::clone(&self.slot), Arc::clone(&self.credentials));
        self.serving.spawn(runtime_api::serve_connection(slot, connection, role));
    }

    /// Makes a parked runtime the function's. One that is gone is replaced by a new one.
    async fn tell(&mut self, parked: Parked) -> Result<(), WallError> {
        match parked::tell(parked, &self.start.env).await {
            Ok(connection) => {
                self.serve_connection(connection);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(sandbox = %self.slot.id, %error, "a parked runtime is of no use");
                self.wall.reset().await?;
                match self.forget_the_killed().await {
                    Next::Keep => self.wall.start(self.start.clone()).await,
                    _ => Err(WallError::Lost),
                }
            }
        }
    }

    /// Whether the program is the function's own, not one of a runtime image.
    fn runs_its_own_code(&self) -> bool {
        self.start.argv.first().is_some_and(|program| {
            ["/var/task/", "/opt/"].iter().any(|own| program.starts_with(own))
        })
    }

    async fn on_event(&mut self, event: Event) -> Next {
        match event {
            Event::Exited { how, out_of_memory } => {
                self.on_end(Ending::Exited { how, out_of_memory }).await
            }
            Event::BesideExited { number, how } => match self.slot.extension_exited(number, how) {
                Some(ending) => self.on_end(ending).await,
                None => Next::Keep,
            },
            Event::Lost => Next::End,
        }
    }

    async fn on_command(&mut self, command: Option<Command>) -> Next {
        match command {
            Some(Command::Start) => self.start().await,
            Some(Command::Launch) => self.launch().await,
            Some(Command::Finish(deadline)) => {
                self.late = Some(deadline);
                Next::Keep
            }
            Some(Command::ExtensionFailed) => match self.slot.extension_failure() {
                Some(ending) => self.on_end(ending).await,
                None => Next::Keep,
            },
            Some(Command::Reset) => self.reset(true, Reason::Timeout).await,
            Some(Command::Freeze) => self.freeze(),
            Some(Command::Thaw) => self.thaw(),
            Some(Command::InitFailed) => self.on_end(Ending::InitFailed).await,
            Some(Command::SetClockAhead) => self.set_clock_ahead().await,
            Some(Command::Snapshot(channel)) => Next::Snapshot(channel),
            Some(Command::Retire) | None => Next::End,
        }
    }

    /// One that does not freeze only costs what it does meanwhile.
    fn freeze(&self) -> Next {
        match self.wall.freeze() {
            Ok(()) => tracing::debug!(sandbox = %self.slot.id, "the sandbox is frozen"),
            Err(error) => {
                tracing::debug!(sandbox = %self.slot.id, %error, "the sandbox does not freeze");
            }
        }
        Next::Keep
    }

    fn thaw(&self) -> Next {
        match self.wall.thaw() {
            Ok(()) => Next::Keep,
            Err(error) => {
                tracing::warn!(sandbox = %self.slot.id, %error, "the sandbox stays frozen");
                Next::End
            }
        }
    }

    async fn on_end(&mut self, ending: Ending) -> Next {
        let after = self.slot.ended(ending);
        self.after(after).await
    }

    async fn after(&mut self, end: AfterEnd) -> Next {
        match end {
            AfterEnd::Nothing => Next::Keep,
            AfterEnd::Reset => self.reset(false, Reason::Failure).await,
            AfterEnd::ResetAndAnnounce => self.reset(true, Reason::Failure).await,
            AfterEnd::End => Next::End,
            AfterEnd::InitFailed(created, error) => Next::Failed(created, error),
        }
    }

    async fn on_init_deadline(&mut self) -> Next {
        self.init_deadline = None;
        let end = self.slot.out_of_time(self.init_timeout);
        self.after(end).await
    }

    /// Extensions are still at an invocation that was answered.
    async fn on_late(&mut self) -> Next {
        self.late = None;
        if self.slot.is_late() { self.reset(true, Reason::Timeout).await } else { Next::Keep }
    }

    async fn reset(&mut self, announce: bool, reason: Reason) -> Next {
        if matches!(self.slot.coming, Coming::Restore { .. }) {
            // Its init is in the snapshot. Run once more it could take minutes, which no invocation
            // has: the next sandbox is restored again.
            return Next::End;
        }
        self.late = None;
        self.farewell(reason).await;
        match timeout(PATIENCE, self.wall.reset()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(sandbox = %self.slot.id, %error, "the sandbox cannot be reset");
                return Next::End;
            }
            Err(_) => return self.give_up("reset"),
        }
        if matches!(self.forget_the_killed().await, Next::End) {
            return Next::End;
        }
        self.slot.stopped();
        if announce {
            self.roster.idle(self.slot.id);
        }
        Next::Keep
    }

    fn give_up(&self, what: &str) -> Next {
        tracing::warn!(sandbox = %self.slot.id, "the sandbox cannot be {what}: it does not answer");
        Next::End
    }

    /// What killed processes have sent, and how they ended, must not be taken for the next one's.
    async fn forget_the_killed(&mut self) -> Next {
        self.serving.shutdown().await;
        while now(self.api.accept()).await.is_some_and(|accepted| accepted.is_ok()) {}
        self.serve();
        loop {
            match now(self.wall.next_event()).await {
                Some(Event::Lost) => return Next::End,
                Some(Event::Exited { .. } | Event::BesideExited { .. }) => {}
                None => return Next::Keep,
            }
        }
    }

    async fn end(mut self, how: Next) {
        let waiting = self.slot.die();
        self.farewell(how.reason()).await;
        take_down(self.wall, self.slot.id).await;
        // Only now: a runtime that lives to see its connections close complains in the log.
        self.serving.shutdown().await;
        self.pump.shutdown().await;
        self.slot.logbook.close();
        let id = self.slot.id;
        self.roster.remove(id);
        let told = match (how, waiting) {
            (Next::Failed(created, error), _) => created.send(Err(error)).is_ok(),
            (_, Some(created)) => created.send(Err(CreateError::Worker(ENDED.into()))).is_ok(),
            _ => false,
        };
        if !told {
            self.roster.dead(id);
        }
    }
}

const ENDED: &str = "the sandbox was ended before its init phase was done; try again";

/// Destroys a wall. One that does not go is left to the jail, and is dead for everybody else.
async fn take_down(wall: impl Wall, id: SandboxId) {
    if timeout(PATIENCE, wall.destroy()).await.is_err() {
        tracing::warn!(sandbox = %id, "the sandbox does not end: what is left of it still runs");
    }
}

/// What the future has at once, if anything.
async fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = future => Some(done),
        () = std::future::ready(()) => None,
    }
}

/// Sleeps until then, or for ever.
async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
