//! A sandbox without a wall, driven by hand.

use std::io::{self, PipeWriter, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use fika_model::{FunctionVersion, RequestId};
use fika_sandbox::{Bind, Door, Event, Exit, LogPipe, Start, WallError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::keeper::{Checkpointed, Keeper, Wall};
use crate::slot::{Coming, Delivery, Refusal, Slot};
use crate::testing::{self, Bare, Heard};
use crate::{CreateError, Gone, Invocation, Outcome};

pub(super) const TIMEOUT: Duration = Duration::from_secs(3);
pub(super) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

type Call = JoinHandle<Result<Delivery, Refusal>>;

/// What the fake wall and the fake runtime behind it have in common.
#[derive(Default)]
pub(super) struct Machine {
    /// The runtime's process runs.
    pub alive: bool,
    /// Its connections are not closed yet; what it sent may still arrive.
    pub open: bool,
    pub starts: usize,
    /// The program is not there.
    pub refuses: bool,
    pub destroyed: bool,
    pub bound: bool,
    pub frozen: bool,
    /// Its clock is set ahead.
    pub ahead: bool,
    /// Nothing that is asked of the wall is ever done.
    pub stuck: bool,
    /// The numbers of the processes beside the runtime.
    pub beside: Vec<u16>,
    /// What those write to.
    pub outputs: Vec<PipeWriter>,
    /// How often the runtime was asked to end.
    pub terminated: usize,
    /// What the process holds since `next` gave it.
    pub has: Option<RequestId>,
    calls: [Option<Call>; 2],
}

impl Machine {
    /// Whether its connections and its process do anything.
    pub fn acts(&self) -> (bool, bool) {
        (self.open && !self.frozen, self.alive && !self.frozen)
    }

    fn close(&mut self) {
        (self.alive, self.open, self.has) = (false, false, None);
        self.calls.iter_mut().filter_map(Option::take).for_each(|call| call.abort());
    }
}

/// A fake: no process, no wall, no sockets.
pub(super) struct FakeWall {
    machine: Arc<Mutex<Machine>>,
    events: mpsc::Receiver<Event>,
}

impl FakeWall {
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn unless_stuck(&self) {
        tokio::task::yield_now().await;
        if self.machine().stuck {
            std::future::pending().await
        }
    }
}

impl Wall for FakeWall {
    async fn bind(&mut self, _: Bind) -> Result<(), WallError> {
        self.unless_stuck().await;
        assert!(!std::mem::replace(&mut self.machine().bound, true), "bound twice");
        Ok(())
    }

    async fn start(&self, _: Start) -> Result<(), WallError> {
        self.unless_stuck().await;
        let mut machine = self.machine();
        assert!(machine.bound, "started before it is the function's");
        assert!(!machine.alive, "two processes at once");
        assert!(!machine.frozen, "started in what is frozen");
        if machine.refuses {
            return Err(WallError::Refused("no such program".into()));
        }
        (machine.alive, machine.open, machine.has) = (true, true, None);
        machine.starts += 1;
        Ok(())
    }

    async fn start_beside(&self, number: u16, _: Start) -> Result<LogPipe, WallError> {
        self.unless_stuck().await;
        let mut machine = self.machine();
        assert!(!machine.alive, "extensions are there before the runtime");
        machine.beside.push(number);
        let (writer, reader) = testing::raw_pipe();
        machine.outputs.push(writer);
        Ok(LogPipe::new(reader))
    }

    fn terminate(&self) -> io::Result<()> {
        self.machine().terminated += 1;
        Ok(())
    }

    fn freeze(&self) -> io::Result<()> {
        let mut machine = self.machine();
        assert!(machine.has.is_none(), "frozen with an invocation");
        machine.frozen = true;
        Ok(())
    }

    fn thaw(&self) -> io::Result<()> {
        self.machine().frozen = false;
        Ok(())
    }

    async fn set_clock_ahead(&self) -> Result<(), WallError> {
        self.unless_stuck().await;
        self.machine().ahead = true;
        Ok(())
    }

    async fn reset(&self) -> Result<(), WallError> {
        self.unless_stuck().await;
        self.machine().close();
        self.machine().frozen = false;
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn next_event(&mut self) -> Event {
        self.events.recv().await.unwrap_or(Event::Lost)
    }

    async fn destroy(self) {
        self.unless_stuck().await;
        self.machine().close();
        self.machine().destroyed = true;
    }
}

/// One sandbox and everybody around it.
pub(super) struct World {
    pub slot: Arc<Slot>,
    pub version: Arc<FunctionVersion>,
    pub heard: Arc<Heard>,
    pub created: oneshot::Receiver<Result<(), CreateError>>,
    pub keeper: JoinHandle<()>,
    /// Where it is handed over, to become a snapshot.
    pub checkpointed: Option<oneshot::Receiver<Checkpointed<FakeWall>>>,
    /// Where the Runtime API listens.
    pub api: SocketAddr,
    pub machine: Arc<Mutex<Machine>>,
    events: mpsc::Sender<Event>,
    output: PipeWriter,
}

impl World {
    pub async fn new() -> Self {
        Self::coming(Coming::ON_DEMAND).await
    }

    pub async fn coming(coming: Coming) -> Self {
        Self::with(coming, &[]).await
    }

    /// One with extensions that are programs.
    pub async fn with(coming: Coming, programs: &[&str]) -> Self {
        let version = testing::version(TIMEOUT);
        let Bare { slot, roster, inbox, created, heard, output } =
            testing::bare_with(version.clone(), coming, programs);
        let (take_over, checkpointed) = oneshot::channel();
        let (events, take) = mpsc::channel(16);
        let machine = Arc::<Mutex<Machine>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let api = listener.local_addr().expect("an address");
        let bind = Bind {
            code: "code".into(),
            layers: None,
            memory_mb: 128,
            ephemeral_mb: 512,
            egress: None,
        };
        let keeper = Keeper {
            slot: slot.clone(),
            roster,
            wall: FakeWall { machine: machine.clone(), events: take },
            inbox,
            api: Arc::new(Door::tcp(listener).expect("an event loop")),
            own: None,
            credentials: Arc::new(testing::Role),
            serving: JoinSet::new(),
            pump: JoinSet::new(),
            bind: Some(bind),
            waits: None,
            checkpoint: (coming == Coming::Checkpoint).then_some(take_over),
            start: Start { argv: vec!["/var/task/bootstrap".into()], ..Start::default() },
            init_timeout: coming.limit(&version, INIT_TIMEOUT),
            init_deadline: None,
            late: None,
        };
        let keeper = tokio::spawn(keeper.keep());
        let checkpointed = Some(checkpointed);
        Self { slot, version, heard, created, keeper, checkpointed, api, machine, events, output }
    }

    /// One whose runtime has come up and waits.
    pub async fn up() -> Self {
        let mut world = Self::new().await;
        settle().await;
        world.next(0);
        settle().await;
        assert!(matches!(world.created.try_recv(), Ok(Ok(()))));
        world
    }

    pub fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ---- the runtime ----

    /// The runtime asks for work on one of its connections, hanging up on what it asked before.
    pub fn next(&self, connection: usize) {
        self.hang_up(connection);
        let slot = self.slot.clone();
        let call = tokio::spawn(async move { slot.next().await });
        self.machine().calls[connection] = Some(call);
    }

    /// Closes a connection. What had arrived on it by then has arrived.
    pub fn hang_up(&self, connection: usize) {
        let call = self.machine().calls[connection].take_if(|call| !call.is_finished());
        if let Some(call) = call {
            call.abort();
        }
    }

    /// What the calls of `next` have brought.
    pub async fn deliveries(&self) -> Vec<Result<Delivery, Refusal>> {
        let mut brought = Vec::new();
        for connection in 0..2 {
            let call = self.machine().calls[connection].take_if(|call| call.is_finished());
            if let Some(call) = call {
                brought.extend(call.await);
            }
        }
        if let Some(Ok(delivery)) = brought.iter().find(|brought| brought.is_ok()) {
            self.machine().has = Some(delivery.invocation.request_id);
        }
        brought
    }

    pub fn answer(&self, id: RequestId, payload: String, failed: bool) -> Result<(), Refusal> {
        self.slot.answer(&id.to_string(), Bytes::from(payload), failed)
    }

    pub fn print(&mut self, line: &str) {
        self.output.write_all(line.as_bytes()).expect("room in the pipe");
    }

    /// The runtime's process ends by itself.
    pub fn exit(&self, how: Exit, out_of_memory: bool) {
        self.machine().alive = false;
        let told = self.events.try_send(Event::Exited { how, out_of_memory });
        assert!(told.is_ok() || self.keeper.is_finished());
    }

    /// The process of an extension ends.
    pub fn exit_beside(&self, number: u16, how: Exit) {
        let told = self.events.try_send(Event::BesideExited { number, how });
        assert!(told.is_ok() || self.keeper.is_finished());
    }

    /// The whole sandbox is gone.
    pub fn lose(&self) {
        self.machine().alive = false;
        let told = self.events.try_send(Event::Lost);
        assert!(told.is_ok() || self.keeper.is_finished());
    }

    // ---- the caller ----

    pub fn invoke(&self, invocation: Invocation) -> JoinHandle<Result<Outcome, Gone>> {
        let slot = self.slot.clone();
        tokio::spawn(async move { slot.invoke(invocation).await })
    }

    pub fn lines(&self) -> Vec<String> {
        testing::lines(&self.version)
    }
}

/// Lets every task go as far as it can without time passing.
pub(super) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
