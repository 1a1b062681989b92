//! All networks of a server: what the machine can do, and the stock of networks made ahead.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::thread;

use fika_model::Egress;
use thiserror::Error;
use tokio::sync::{Mutex, mpsc};

use crate::host::Host;
use crate::hub::{Hub, Made, Maker};
use crate::lease::Lease;
use crate::resolvers;

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
    Make(#[source] io::Error),
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
    notes: Vec<String>,
    way: Result<Veth, String>,
}

#[derive(Debug)]
struct Veth {
    hub: Arc<Hub>,
    stock: Mutex<mpsc::Receiver<io::Result<Made>>>,
    _host: Host,
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
        let notes = way.as_ref().map_or_else(|_| Vec::new(), |veth| veth._host.notes());
        Self { operator: Arc::new(egress), resolvers, notes, way }
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
    pub fn notes(&self) -> &[String] {
        &self.notes
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
        let made = veth.stock.lock().await.recv().await.ok_or(NetworkError::Closed)?;
        let made = made.map_err(NetworkError::Make)?;
        Ok(Some(Lease::new(veth.hub.clone(), self.operator.clone(), made)))
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
    let stock = Mutex::new(stocked(hub.clone(), stock)?);
    Ok(Veth { hub, stock, _host: host })
}

/// Makes networks on a thread of its own, as many as are wanted, until nobody wants any.
fn stocked(hub: Arc<Hub>, stock: usize) -> io::Result<mpsc::Receiver<io::Result<Made>>> {
    let (put, take) = mpsc::channel(stock.max(1));
    thread::Builder::new().name("fika-networks".into()).spawn(move || {
        let mut maker = match Maker::new(hub) {
            Ok(maker) => maker,
            Err(error) => return drop(put.blocking_send(Err(error))),
        };
        while put.blocking_send(maker.make()).is_ok() {}
    })?;
    Ok(take)
}
