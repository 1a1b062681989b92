//! All networks of a server: what the machine can do, and the stock of networks made ahead.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fika_model::Egress;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::host::{self, Note};
use crate::hub::Maker;
use crate::lease::{Gate, Lease};
use crate::namespace::apart;
use crate::resolvers;
use crate::way::{self, Wanted, Way};

/// How long a sandbox waits for its network. One is made in a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// What networks are made of here.
#[derive(Debug, Clone)]
pub struct NetworkOptions {
    /// A name that no other server of this machine has: eight hexadecimal digits.
    pub instance: String,
    /// The most that any function may reach.
    pub egress: Egress,
    /// Who answers names, three at most; empty for the machine's own resolvers.
    pub resolvers: Vec<IpAddr>,
    /// How many networks are made ahead of time.
    pub stock: usize,
    /// The program `fika-netkeeper`, for a server that is not root; without it sandboxes of such a
    /// one have loopback only.
    pub keeper: Option<PathBuf>,
}

/// How sandboxes reach the world here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// By pairs of links, under rules of the kernel's.
    Veth,
    /// The same, in a user namespace; the program `pasta` carries packets on from there.
    Pasta,
    /// Not at all: each has loopback only.
    Loopback {
        /// Why, and how to change it.
        why: String,
    },
}

/// What can go wrong with a sandbox's network.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// No network could be made.
    #[error("no network for a sandbox could be made: {0}")]
    Make(String),
    /// A policy could not be put in force.
    #[error("an egress policy could not be put in force: {0}")]
    Policy(#[source] io::Error),
    /// The networks are closed.
    #[error("the server is ending: it makes no more networks")]
    Closed,
}

/// Networks for sandboxes. Dropping it removes the rules from the host.
#[derive(Debug)]
pub struct Networks {
    operator: Arc<Egress>,
    resolvers: Vec<IpAddr>,
    way: Known,
    /// The thread that finds out; nothing of it is left when this is gone.
    builder: Option<JoinHandle<()>>,
}

/// The way out or why there is none, once that is known.
type Known = watch::Receiver<Option<Result<Arc<Way>, String>>>;

impl Networks {
    /// Begins to make networks, aside: looks at what this machine allows, removes what an earlier
    /// server of this instance left, and builds. Where it cannot, sandboxes have loopback only, and
    /// [`mode`](Self::mode) says why.
    #[must_use]
    pub fn open(options: NetworkOptions) -> Self {
        let NetworkOptions { instance, egress, mut resolvers, stock, keeper } = options;
        if resolvers.is_empty() {
            resolvers = resolvers::find();
        }
        let operator = Arc::new(egress);
        let refused = way::refusal(&operator, keeper.is_some()).map(Err);
        let (tell, way) = watch::channel(refused);
        let left = instance.clone();
        let build = {
            let (egress, resolvers) = (operator.clone(), resolvers.clone());
            let (wanted, tell) = (Wanted { instance, egress, resolvers, keeper }, tell.clone());
            move || drop(tell.send_replace(Some(way::open(&wanted, stock))))
        };
        let is_wanted = way.borrow().is_none();
        let builder = if is_wanted { begin(build) } else { begin(move || host::sweep(&left)) };
        let builder = builder.map(Some).unwrap_or_else(|error| {
            tell.send_replace(Some(Err(error.to_string())));
            None
        });
        Self { operator, resolvers, way, builder }
    }

    /// How sandboxes reach the world here, once that is known: some ten milliseconds after the
    /// start.
    pub fn mode(&self) -> impl Future<Output = Mode> + Send + use<> {
        let way = known(self.way.clone());
        async { way.await.map_or_else(|why| Mode::Loopback { why }, |way| way.mode()) }
    }

    /// What somebody who looks after this machine should know.
    pub async fn notes(&self) -> Vec<Note> {
        known(self.way.clone()).await.map_or_else(|_| Vec::new(), |way| way.notes.clone())
    }

    /// The most that any function may reach.
    #[must_use]
    pub fn egress(&self) -> &Egress {
        &self.operator
    }

    /// What belongs into the `/etc/resolv.conf` of every sandbox that has a network; `None` where
    /// it is known already that none has.
    #[must_use]
    pub fn resolv_conf(&self) -> Option<String> {
        let none = matches!(&*self.way.borrow(), Some(Err(_)));
        (!none).then(|| resolvers::file(&self.resolvers))
    }

    /// A network for one sandbox, from stock if there is one; `None` where sandboxes have
    /// loopback only.
    ///
    /// # Errors
    /// [`NetworkError::Make`] when the kernel refuses.
    pub async fn lease(&self) -> Result<Option<Lease>, NetworkError> {
        let Ok(way) = known(self.way.clone()).await else { return Ok(None) };
        let (gate, made) = match timeout(PATIENCE, way.next()).await {
            Ok(made) => made.ok_or(NetworkError::Closed)?,
            Err(_late) => return Err(NetworkError::Make(way.trouble().await)),
        };
        Ok(Some(Lease::new(gate, self.operator.clone(), made)))
    }

    /// A network for one guest, whose monitor is given the tap [`TAP`](crate::TAP) of the
    /// namespace, or runs in it and opens the tap itself. The guest's link must have the address
    /// [`HARDWARE`](crate::HARDWARE) and speak no ARP, and be given the lease's addresses and routes
    /// to everywhere. `None` where the server is not root. Made now: some ten milliseconds.
    ///
    /// # Errors
    /// [`NetworkError::Make`] when the kernel refuses.
    pub async fn lease_tap(&self) -> Result<Option<Lease>, NetworkError> {
        let Ok(way) = known(self.way.clone()).await else { return Ok(None) };
        let Some(hub) = way.hub().cloned() else { return Ok(None) };
        let gate = Gate::Hub(hub.clone());
        let make = move || apart(|| Maker::new(hub)?.make_for_guest());
        let made = spawn_blocking(make).await.map_err(io::Error::other).and_then(|made| made);
        let made = made.map_err(|error| NetworkError::Make(error.to_string()))?;
        Ok(Some(Lease::new(gate, self.operator.clone(), made)))
    }

    /// Whether guests [have](Self::lease_tap) networks here. Until that is known, whether root's
    /// would.
    #[must_use]
    pub fn has_taps(&self) -> bool {
        match &*self.way.borrow() {
            None => rustix::process::geteuid().is_root(),
            Some(known) => known.as_ref().is_ok_and(|way| way.hub().is_some()),
        }
    }

    /// Who answers names, in order.
    #[must_use]
    pub fn resolvers(&self) -> &[IpAddr] {
        &self.resolvers
    }

    /// Cuts all sandboxes off, makes no more networks, and takes from the host what was put there.
    /// The same happens when this is dropped.
    pub async fn close(&self) {
        if let Ok(way) = known(self.way.clone()).await {
            way.close().await;
        }
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        if let Some(builder) = self.builder.take() {
            let _panicked = builder.join();
        }
    }
}

/// Starts a thread in this thread's network namespace.
fn begin(build: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("fika-egress".into()).spawn(build)
}

async fn known(mut way: Known) -> Result<Arc<Way>, String> {
    match way.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(way)) => way.clone(),
        _ => Err("the thread that makes networks ended without a word".into()),
    }
}
