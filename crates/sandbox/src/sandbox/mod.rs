//! One sandbox, as its worker holds it.
//!
//! - [`Sandbox`]: the handle
//! - `keeper`: the task behind it: speaks with init, governs memory, cleans up
//! - `body`: what it is made of: a jail, or a microVM
//! - `control`: the stream to init; `given`: what comes beside it

pub(crate) mod body;
pub(crate) mod control;
pub(crate) mod given;
mod keeper;

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fika_init::Exit;
use fika_init::message::{self, Process};
use fika_model::Egress;
use tokio::sync::{mpsc, oneshot, watch};

use crate::cgroup::{Cgroup, Limits};
use crate::door::{Connection, Door};
use crate::error::WallError;
use crate::log::LogPipe;
use crate::microvm::{Disk, Guest, Kept, Trees};
use crate::plain::Outside;
use body::Parts;
use keeper::{Keeper, Order};

/// Most orders that wait for a sandbox, and most events that wait for its worker.
const QUEUE: usize = 16;

/// What makes a prepared sandbox the sandbox of one function.
#[derive(Debug, Clone)]
pub struct Bind {
    /// The code tree to put at `/var/task`: a directory directly inside the code directory.
    pub code: PathBuf,
    /// The tree of its layers to put at `/opt`, if it has any: it is beside the code's.
    pub layers: Option<PathBuf>,
    /// The function's memory, in MB.
    pub memory_mb: u32,
    /// The size of `/tmp`, in MB.
    pub ephemeral_mb: u32,
    /// What the function may call out to, as far as the operator allows; `None` for all of that.
    pub egress: Option<Egress>,
}

/// The process of a function.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Program (an absolute path inside) and arguments.
    pub argv: Vec<String>,
    /// The whole environment; nothing is added.
    pub env: Vec<(String, String)>,
    /// Working directory.
    pub cwd: String,
}

/// What happened in a sandbox by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The function's process ended. Processes it left behind may run until a reset.
    Exited {
        /// How it ended.
        how: Exit,
        /// It was killed because it held more memory than it may.
        out_of_memory: bool,
    },
    /// A process beside the function's ended.
    BesideExited {
        /// The number it was started with.
        number: u16,
        /// How it ended.
        how: Exit,
    },
    /// The sandbox is gone, without having been asked to.
    Lost,
}

/// Reads how much memory a sandbox has used. It may outlive the sandbox, and then reads zero or
/// the last value. The default one counts nothing.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    cgroup: Option<Arc<Cgroup>>,
    peak: Arc<AtomicU64>,
}

impl Meter {
    /// The most memory the function's processes have ever held, in bytes; files in `/tmp` and
    /// file cache included where a cgroup counts. One read of an open file.
    #[must_use]
    pub fn peak_bytes(&self) -> u64 {
        let counted = self.cgroup.as_ref().and_then(|cgroup| cgroup.peak().ok());
        counted.unwrap_or_else(|| self.peak.load(Ordering::Relaxed))
    }
}

/// One sandbox. Dropping it ends it, in the background; [`Sandbox::destroy`] waits for the end.
#[derive(Debug)]
pub struct Sandbox {
    orders: mpsc::Sender<Order>,
    events: mpsc::Receiver<Event>,
    api: Option<Door>,
    endpoint: Option<Door>,
    log: Option<LogPipe>,
    /// That of the function's own processes, where they are the server's to govern.
    cgroup: Option<Arc<Cgroup>>,
    /// That of everything that runs for the sandbox.
    freezer: Option<Arc<Cgroup>>,
    network: Option<fika_network::Lease>,
    /// The peak that init reports, where no cgroup counts.
    peak: Arc<AtomicU64>,
    limits: Limits,
    code_dir: PathBuf,
    /// Where things are, if there is no wall.
    outside: Option<Outside>,
    /// What there is to know of a machine. None in a jail.
    guest: Option<Guest>,
    resumed: Vec<Resumed>,
}

/// Connects to ports of a sandbox's own loopback, where its processes listen. It may outlive the
/// sandbox, and then connects to nothing.
#[derive(Debug, Clone)]
pub struct Dialer(mpsc::WeakSender<Order>);

impl Dialer {
    /// A connection, which may still turn out to lead nowhere when it is used.
    ///
    /// # Errors
    /// When the sandbox is gone, or has too many connections.
    pub async fn dial(&self, port: u16) -> io::Result<Connection> {
        let gone = || io::Error::from(io::ErrorKind::NotConnected);
        let orders = self.0.upgrade().ok_or_else(gone)?;
        let (reply, answer) = oneshot::channel();
        orders.send(Order::Dial(port, reply)).await.map_err(|_| gone())?;
        drop(orders);
        answer.await.map_err(|_| gone())?
    }
}

/// A connection that was open when its sandbox was made a snapshot.
#[derive(Debug)]
pub struct Resumed {
    /// What it waits for: what was said when the snapshot was taken.
    pub waits_for: Option<String>,
    /// It leads to fika's AWS endpoint, not to the Runtime API.
    pub endpoint: bool,
    /// The connection. All that the sandbox had sent on it was read.
    pub connection: Connection,
}

impl Sandbox {
    /// Takes a sandbox in keeping. Must be called on an event loop.
    pub(crate) fn new(
        parts: impl Into<Parts>,
        code_dir: &Path,
        limits: Limits,
        closing: watch::Receiver<bool>,
    ) -> Self {
        let parts = parts.into();
        let (orders, take_orders) = mpsc::channel(QUEUE);
        let (tell, events) = mpsc::channel(QUEUE);
        let peak = Arc::new(AtomicU64::new(0));
        let resumed = parts.guest.as_ref().is_some_and(|guest| guest.has.is_some());
        let sandbox = Self {
            orders,
            events,
            api: Some(parts.api),
            endpoint: Some(parts.endpoint),
            log: Some(parts.log),
            freezer: parts.body.freezer(parts.cgroup.as_ref()).cloned(),
            cgroup: parts.cgroup.clone(),
            network: parts.network,
            peak: peak.clone(),
            limits,
            code_dir: code_dir.into(),
            outside: parts.outside,
            guest: parts.guest,
            resumed: parts.resumed,
        };
        let keeper = Keeper {
            control: parts.control,
            body: parts.body,
            cgroup: parts.cgroup,
            memory: limits.memory,
            peak,
            events: tell,
            given: parts.given,
            state: keeper::State::new(resumed),
        };
        tokio::spawn(keeper.keep(take_orders, closing));
        sandbox
    }

    /// Where the function's runtime connects: 127.0.0.1:9001 inside.
    ///
    /// # Panics
    /// When it was taken before.
    pub fn take_runtime_api(&mut self) -> Door {
        self.api.take().expect("the door is taken once")
    }

    /// Where the function finds fika's own AWS endpoint: 127.0.0.1:9002 inside.
    ///
    /// # Panics
    /// When it was taken before.
    pub fn take_endpoint(&mut self) -> Door {
        self.endpoint.take().expect("the door is taken once")
    }

    /// What the function writes to its standard output and error, in order.
    ///
    /// # Panics
    /// When it was taken before.
    pub fn take_logs(&mut self) -> LogPipe {
        self.log.take().expect("the log is taken once")
    }

    /// Makes the sandbox a function's, for good: puts the code in place, sets its sizes, and lets
    /// it call out.
    ///
    /// # Errors
    /// [`WallError::Code`] when the code is not in the code directory, [`WallError::NotBound`]
    /// when the sandbox is another function's already or cannot have this size,
    /// [`WallError::Network`] when its policy cannot be put in force, [`WallError::Lost`] when it
    /// is gone.
    pub async fn bind(&mut self, bind: Bind) -> Result<(), WallError> {
        let limits = Limits::of(bind.memory_mb, bind.ephemeral_mb, self.limits.cpu);
        let code = self.tree_name(&bind.code)?;
        let layers = bind.layers.as_deref().map(|layers| self.tree_name(layers)).transpose()?;
        let trees = Trees { code: code.clone(), layers: layers.clone() };
        let disks = self.disks(trees, limits).await?;
        let word = message::Bind {
            code,
            layers,
            tmp_bytes: limits.tmp,
            memory_bytes: limits.memory,
            watch_memory: self.cgroup.is_none(),
        };
        self.limits = limits;
        if let Some(outside) = &mut self.outside {
            let layers = word.layers.as_ref().map(|name| self.code_dir.join(name));
            outside.bind(self.code_dir.join(&word.code), layers);
        }
        let bound = self.ask(|reply| Order::Bind(word, limits, disks, reply));
        let (connected, bound) = tokio::join!(self.set_egress(bind.egress.as_ref()), bound);
        connected.and(bound?)
    }

    /// The disks of the trees, where the sandbox is a machine that does not have them yet. Its
    /// memory is what it was made with, and cannot grow.
    async fn disks(
        &mut self,
        trees: Trees,
        limits: Limits,
    ) -> Result<Vec<(Disk, File)>, WallError> {
        let Some(guest) = &mut self.guest else { return Ok(Vec::new()) };
        let (memory_mb, ephemeral_mb) = guest.made_for;
        if limits.hard() > u64::from(memory_mb + ephemeral_mb) << 20 {
            return Err(WallError::NotBound(format!(
                "it was made for {memory_mb} MB of memory and {ephemeral_mb} MB of /tmp, and \
                 cannot grow"
            )));
        }
        if guest.has.is_some() {
            // Its disks stay. If this is other code, init refuses.
            return Ok(Vec::new());
        }
        let names = [(Disk::Code, Some(&trees.code)), (Disk::Layers, trees.layers.as_ref())];
        let mut disks = Vec::new();
        for (disk, name) in names.into_iter().filter_map(|(disk, name)| Some((disk, name?))) {
            let path = guest.disks.code(&self.code_dir.join(name)).await?;
            disks.push((disk, File::open(&path).map_err(WallError::state(&path))?));
        }
        guest.has = Some(trees);
        Ok(disks)
    }

    /// What there is to know of a machine. None in a jail.
    pub(crate) fn guest(&self) -> Option<&Guest> {
        self.guest.as_ref()
    }

    /// The connections that were open when this sandbox, which was restored, was made a snapshot.
    pub fn take_resumed(&mut self) -> Vec<Resumed> {
        std::mem::take(&mut self.resumed)
    }

    /// Ends the sandbox, and writes down what it was for others to be restored from.
    pub(crate) async fn into_snapshot(self, into: PathBuf) -> Result<Kept, WallError> {
        self.ask(|reply| Order::Snapshot(into, reply)).await?
    }

    /// Sets the clock of a guest that is to become a snapshot years ahead; done when it is so. A
    /// generator of random numbers that looks at the clock when it is seeded, as OpenSSL's do, then
    /// notices in each restored guest that time went back, and seeds itself anew. The restored
    /// guests' clocks are right.
    ///
    /// # Errors
    /// [`WallError::NoSnapshot`] in a jail, [`WallError::Lost`] when the sandbox is gone.
    pub async fn set_clock_ahead(&self) -> Result<(), WallError> {
        let guest = self.guest.as_ref();
        let guest = guest.ok_or_else(|| WallError::NoSnapshot("a jail has no clock".into()))?;
        let word = guest.ahead().map_err(WallError::Spawn)?;
        self.ask(|reply| Order::Refresh(word, reply)).await
    }

    /// Starts the function's process. Returns when its program runs. May be called again after a
    /// [`reset`](Self::reset).
    ///
    /// # Errors
    /// [`WallError::Refused`] when the program cannot be started, [`WallError::Lost`] when the
    /// sandbox is gone.
    pub async fn start(&self, start: Start) -> Result<(), WallError> {
        let process = self.process(start);
        self.ask(|reply| Order::Start(process, reply)).await?
    }

    /// Starts a process beside the function's; its number is no other running one's. Its output is
    /// its own. It ends as those of the function do.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub async fn start_beside(&self, number: u16, start: Start) -> Result<LogPipe, WallError> {
        let process = self.process(start);
        self.ask(|reply| Order::StartBeside(number, process, reply)).await?
    }

    /// Asks the function's own process to end, and waits for nothing.
    ///
    /// # Errors
    /// When the sandbox is gone, or busy with many orders.
    pub fn terminate(&self) -> io::Result<()> {
        self.orders.try_send(Order::Terminate).map_err(io::Error::other)
    }

    /// Makes connections to what listens inside.
    #[must_use]
    pub fn dialer(&self) -> Dialer {
        Dialer(self.orders.downgrade())
    }

    fn process(&self, start: Start) -> Process {
        let process = Process { argv: start.argv, env: start.env, cwd: start.cwd, cgroups: 0 };
        match &self.outside {
            Some(outside) => outside.process(process),
            None => process,
        }
    }

    fn tree_name(&self, code: &Path) -> Result<String, WallError> {
        let name = code.strip_prefix(&self.code_dir).ok().or_else(|| {
            let parent = code.parent()?.canonicalize().ok()?;
            (parent == self.code_dir).then_some(Path::new(code.file_name()?))
        });
        let mut parts = name.into_iter().flat_map(Path::components);
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(name)), None) => name.to_str().map(String::from),
            _ => None,
        }
        .ok_or_else(|| WallError::Code(code.into()))
    }

    async fn set_egress(&self, function: Option<&Egress>) -> Result<(), WallError> {
        match &self.network {
            Some(network) => Ok(network.set_policy(function).await?),
            None => Ok(()),
        }
    }

    /// What happened next. Safe to cancel.
    pub async fn next_event(&mut self) -> Event {
        self.events.recv().await.unwrap_or(Event::Lost)
    }

    /// Kills every process of the function. `/tmp` and the code stay. No event tells of the end
    /// of the function's process.
    ///
    /// # Errors
    /// [`WallError::Lost`] when the sandbox is gone.
    pub async fn reset(&self) -> Result<(), WallError> {
        self.ask(Order::Reset).await
    }

    /// The most memory the function's processes have ever held, in bytes; files in `/tmp` and
    /// file cache included where a cgroup counts.
    #[must_use]
    pub fn peak_memory_bytes(&self) -> u64 {
        self.meter().peak_bytes()
    }

    /// The counter behind [`peak_memory_bytes`](Self::peak_memory_bytes), for others to read.
    #[must_use]
    pub fn meter(&self) -> Meter {
        Meter { cgroup: self.cgroup.clone(), peak: self.peak.clone() }
    }

    /// Stops every process of the function until [`thaw`](Self::thaw).
    ///
    /// # Errors
    /// Those of writing a cgroup's file, and that the sandbox is gone or busy with many orders.
    pub fn freeze(&self) -> io::Result<()> {
        self.set_frozen(true)
    }

    /// Lets the function's processes go on.
    ///
    /// # Errors
    /// As for [`freeze`](Self::freeze).
    pub fn thaw(&self) -> io::Result<()> {
        self.set_frozen(false)
    }

    fn set_frozen(&self, frozen: bool) -> io::Result<()> {
        match self.freezer.as_ref().and_then(|cgroup| cgroup.freeze(frozen)) {
            Some(done) => done,
            None => self.orders.try_send(Order::Freeze(frozen)).map_err(io::Error::other),
        }
    }

    /// Gives the function at least a whole CPU, or takes that back. Changes nothing unless CPU
    /// is given by quota.
    ///
    /// # Errors
    /// Those of writing a cgroup's file.
    pub fn boost(&self, on: bool) -> io::Result<()> {
        self.freezer.as_ref().map_or(Ok(()), |cgroup| cgroup.boost(on, self.limits))
    }

    /// Ends the sandbox: asks its processes to end, and kills what is left after the grace.
    /// Returns when no process and no cgroup of it is left.
    pub async fn destroy(self, grace: Duration) {
        let _gone = self.ask(|reply| Order::Destroy(grace, reply)).await;
    }

    async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<T>) -> Order,
    ) -> Result<T, WallError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| WallError::Lost)?;
        answer.await.map_err(|_| WallError::Lost)
    }
}
