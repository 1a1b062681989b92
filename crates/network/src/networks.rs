//! All networks of a server: what the machine can do, and the stock of networks made ahead.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use fika_model::Egress;
use thiserror::Error;
use tokio::sync::{Mutex, mpsc};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::host::{Host, Note};
use crate::hub::{Hub, Made, Maker};
use crate::lease::Lease;
use crate::namespace::{apart, pause};
use crate::resolvers;

/// How long a sandbox waits for its network. One is made in a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to leave the kernel alone that could not make a network.
const PAUSE: Duration = Duration::from_millis(100);

type Trouble = Arc<Mutex<String>>;

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
}

/// How sandboxes reach the world here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// By pairs of links, under rules of the kernel's.
    Veth,
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
    way: Result<Veth, String>,
}

#[derive(Debug)]
struct Veth {
    hub: Arc<Hub>,
    stock: Mutex<mpsc::Receiver<Made>>,
    /// Why the last network was not made.
    trouble: Trouble,
    /// What the host says of it.
    notes: Vec<Note>,
    /// Until closed.
    host: std::sync::Mutex<Option<Host>>,
}

impl Networks {
    /// Looks at what this machine allows, removes what an earlier server of this instance left,
    /// and begins to make networks. Where it cannot, sandboxes have loopback only, and
    /// [`mode`](Self::mode) says why. Blocks for some ten milliseconds.
    #[must_use]
    pub fn open(options: NetworkOptions) -> Self {
        let NetworkOptions { instance, egress, mut resolvers, stock } = options;
        if resolvers.is_empty() {
            resolvers = resolvers::find();
        }
        let way = veth(&instance, &egress, &resolvers, stock);
        Self { operator: Arc::new(egress), resolvers, way }
    }

    /// How sandboxes reach the world here.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match &self.way {
            Ok(_) => Mode::Veth,
            Err(why) => Mode::Loopback { why: why.clone() },
        }
    }

    /// What somebody who looks after this machine should know.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        self.way.as_ref().map_or(&[], |veth| &veth.notes)
    }

    /// The most that any function may reach.
    #[must_use]
    pub fn egress(&self) -> &Egress {
        &self.operator
    }

    /// What belongs into every sandbox's `/etc/resolv.conf`; `None` where none reaches anything.
    #[must_use]
    pub fn resolv_conf(&self) -> Option<String> {
        self.way.is_ok().then(|| resolvers::file(&self.resolvers))
    }

    /// A network for one sandbox, from stock if there is one; `None` where sandboxes have
    /// loopback only.
    ///
    /// # Errors
    /// [`NetworkError::Make`] when the kernel refuses.
    pub async fn lease(&self) -> Result<Option<Lease>, NetworkError> {
        let Ok(veth) = &self.way else { return Ok(None) };
        let next = async { veth.stock.lock().await.recv().await };
        let made = match timeout(PATIENCE, next).await {
            Ok(made) => made.ok_or(NetworkError::Closed)?,
            Err(_late) => return Err(NetworkError::Make(veth.trouble.lock().await.clone())),
        };
        Ok(Some(Lease::new(veth.hub.clone(), self.operator.clone(), made)))
    }

    /// A network for one guest, whose monitor is given the tap [`TAP`](crate::TAP) of the
    /// namespace, or runs in it and opens the tap itself. The guest's link must have the address
    /// [`HARDWARE`](crate::HARDWARE) and speak no ARP, and be given the lease's addresses and routes
    /// to everywhere. `None` where sandboxes have loopback only. Made now: some ten milliseconds.
    ///
    /// # Errors
    /// [`NetworkError::Make`] when the kernel refuses.
    pub async fn lease_tap(&self) -> Result<Option<Lease>, NetworkError> {
        let Ok(veth) = &self.way else { return Ok(None) };
        let hub = veth.hub.clone();
        let make = move || apart(|| Maker::new(hub)?.make_for_guest());
        let made = spawn_blocking(make).await.map_err(io::Error::other).and_then(|made| made);
        let made = made.map_err(|error| NetworkError::Make(error.to_string()))?;
        Ok(Some(Lease::new(veth.hub.clone(), self.operator.clone(), made)))
    }

    /// Who answers names, in order.
    #[must_use]
    pub fn resolvers(&self) -> &[IpAddr] {
        &self.resolvers
    }

    /// Cuts all sandboxes off, makes no more networks, and takes from the host what was put there.
    /// The same happens when this is dropped.
    pub async fn close(&self) {
        let Ok(veth) = &self.way else { return };
        let mut stock = veth.stock.lock().await;
        stock.close();
        while stock.recv().await.is_some() {}
        let host = veth.host.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _undone = spawn_blocking(move || drop(host)).await;
    }
}

fn veth(
    instance: &str,
    egress: &Egress,
    resolvers: &[IpAddr],
    stock: usize,
) -> Result<Veth, String> {
    if *egress == Egress::None {
        return Err("the egress policy is none".into());
    }
    if !rustix::process::geteuid().is_root() {
        return Err("only root may make links and rules".into());
    }
    build(instance, egress, resolvers, stock).map_err(|error| error.to_string())
}

fn build(instance: &str, egress: &Egress, resolvers: &[IpAddr], stock: usize) -> io::Result<Veth> {
    let (mut host, slice) = Host::prepare(instance)?;
    let hub = Arc::new(Hub::new(slice, egress, resolvers)?);
    host.connect(&slice, egress, hub.namespace())?;
    hub.connected()?;
    let trouble = Trouble::default();
    let stock = Mutex::new(stocked(hub.clone(), stock, trouble.clone())?);
    Ok(Veth { hub, stock, trouble, notes: host.notes(), host: std::sync::Mutex::new(Some(host)) })
}

/// Makes networks on a thread of its own, as many as are wanted, until nobody wants any.
fn stocked(hub: Arc<Hub>, stock: usize, trouble: Trouble) -> io::Result<mpsc::Receiver<Made>> {
    let (put, take) = mpsc::channel(stock.max(1));
    thread::Builder::new().name("fika-networks".into()).spawn(move || {
        while !put.is_closed() {
            let Err(error) = fill(&hub, &put) else { return };
            tracing::warn!(%error, "a sandbox's network cannot be made");
            *trouble.blocking_lock() = error.to_string();
            pause(PAUSE);
        }
    })?;
    Ok(take)
}

fn fill(hub: &Arc<Hub>, put: &mpsc::Sender<Made>) -> io::Result<()> {
    let maker = Maker::new(hub.clone())?;
    while put.blocking_send(maker.make()?).is_ok() {}
    Ok(())
}
