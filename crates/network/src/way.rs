//! The way out of a server's sandboxes: whether there is one, and the stock of networks made ahead.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use fika_model::Egress;
use tokio::sync::{Mutex, mpsc};
use tokio::task::spawn_blocking;

use crate::host::{self, Host, Note};
use crate::hub::{Hub, Made, Maker};
use crate::keeper::{self, Keeper, Plan};
use crate::lease::Gate;
use crate::namespace::pause;
use crate::networks::Mode;
use crate::{nft, programs};

/// How long to leave the kernel alone that could not make a network.
const PAUSE: Duration = Duration::from_millis(100);

/// How often to choose addresses.
const TRIES: usize = 3;

type Trouble = Arc<Mutex<String>>;

/// What is wanted.
pub struct Wanted {
    pub instance: String,
    pub egress: Arc<Egress>,
    pub resolvers: Vec<IpAddr>,
    pub keeper: Option<PathBuf>,
}

/// What networks come from.
#[derive(Debug)]
pub struct Way {
    source: Arc<Source>,
    /// What the host says of it.
    pub notes: Vec<Note>,
    stock: Mutex<mpsc::Receiver<(Gate, Made)>>,
    /// Why the last network was not made.
    trouble: Trouble,
    /// Until closed.
    host: std::sync::Mutex<Option<Host>>,
}

/// Who makes them.
#[derive(Debug)]
enum Source {
    Hub(Arc<Hub>),
    Keepers(Keepers),
}

/// A keeper of networks, and what another one needs should it end.
#[derive(Debug)]
struct Keepers {
    program: PathBuf,
    instance: String,
    plan: Plan,
    /// `None` once closed.
    now: std::sync::Mutex<Option<Arc<Keeper>>>,
}

impl Way {
    /// How sandboxes reach the world.
    pub fn mode(&self) -> Mode {
        match &*self.source {
            Source::Hub(_) => Mode::Veth,
            Source::Keepers(_) => Mode::Pasta,
        }
    }

    /// The hub, if it is this process's.
    pub fn hub(&self) -> Option<&Arc<Hub>> {
        match &*self.source {
            Source::Hub(hub) => Some(hub),
            Source::Keepers(_) => None,
        }
    }

    /// The next network from stock; `None` once this is closed.
    pub async fn next(&self) -> Option<(Gate, Made)> {
        let mut stock = self.stock.lock().await;
        loop {
            let (gate, made) = stock.recv().await?;
            if gate.stands() {
                return Some((gate, made));
            }
        }
    }

    /// Why there is none in stock.
    pub async fn trouble(&self) -> String {
        self.trouble.lock().await.clone()
    }

    /// Ends it: sandboxes are cut off, and the host is as it was.
    pub async fn close(&self) {
        let mut stock = self.stock.lock().await;
        stock.close();
        while stock.recv().await.is_some() {}
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner).take();
        let source = self.source.clone();
        let undo = move || {
            drop(host);
            if let Source::Keepers(keepers) = &*source {
                keepers.close();
            }
        };
        let _undone = spawn_blocking(undo).await;
    }
}

/// Why there is no way out here, as far as that is known without trying.
pub fn refusal(egress: &Egress, has_keeper: bool) -> Option<String> {
    if *egress == Egress::None {
        return Some("the egress policy is none".into());
    }
    let root = rustix::process::geteuid().is_root();
    if !root && !has_keeper {
        return Some("only root may make links and rules".into());
    }
    if !root && !keeper::is_installed() {
        return Some("the server is not root, and pasta is not installed (package passt)".into());
    }
    (!programs::is_installed("nft")).then(|| nft::MISSING.into())
}

/// Builds it, in this thread's network namespace. Blocks for some ten milliseconds, or some hundred
/// for an ordinary user.
pub fn open(wanted: &Wanted, stock: usize) -> Result<Arc<Way>, String> {
    let root = rustix::process::geteuid().is_root();
    let built = match &wanted.keeper {
        Some(program) if !root => in_user_namespace(program, wanted, stock),
        _ => on_host(wanted, stock),
    };
    built.map(Arc::new).map_err(|error| error.to_string())
}

/// Chooses addresses again where another server of this machine took the same just before.
fn on_host(wanted: &Wanted, stock: usize) -> io::Result<Way> {
    for _ in 1..TRIES {
        match on_host_once(wanted, stock) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done,
        }
    }
    on_host_once(wanted, stock)
}

fn on_host_once(wanted: &Wanted, stock: usize) -> io::Result<Way> {
    let Wanted { instance, egress, resolvers, .. } = wanted;
    let (mut host, slice) = Host::prepare(instance)?;
    let hub = Arc::new(Hub::new(slice, egress, resolvers)?);
    host.connect(&slice, egress, hub.namespace())?;
    hub.connected()?;
    Way::new(Source::Hub(hub), stock, Some(host))
}

fn in_user_namespace(program: &Path, wanted: &Wanted, stock: usize) -> io::Result<Way> {
    let Wanted { instance, egress, resolvers, .. } = wanted;
    let first = host::slice(instance)?.first();
    let plan = Plan {
        first: (first.v4, first.v6),
        egress: (**egress).clone(),
        resolvers: resolvers.clone(),
    };
    let now = std::sync::Mutex::new(Some(Arc::new(Keeper::start(program, instance, &plan)?)));
    let keepers = Keepers { program: program.into(), instance: instance.clone(), plan, now };
    Way::new(Source::Keepers(keepers), stock, None)
}

impl Way {
    fn new(source: Source, stock: usize, host: Option<Host>) -> io::Result<Self> {
        let (source, trouble) = (Arc::new(source), Trouble::default());
        let stock = Mutex::new(stocked(source.clone(), stock, trouble.clone())?);
        let notes = host.as_ref().map(Host::notes).unwrap_or_default();
        Ok(Self { source, notes, stock, trouble, host: std::sync::Mutex::new(host) })
    }
}

/// Makes networks on a thread of its own, as many as are wanted, until nobody wants any.
fn stocked(
    source: Arc<Source>,
    stock: usize,
    trouble: Trouble,
) -> io::Result<mpsc::Receiver<(Gate, Made)>> {
    let (put, take) = mpsc::channel(stock.max(1));
    thread::Builder::new().name("fika-networks".into()).spawn(move || {
        while !put.is_closed() {
            let Err(error) = source.fill(&put) else { return };
            if put.is_closed() {
                return;
            }
            tracing::warn!(%error, "a sandbox's network cannot be made");
            *trouble.blocking_lock() = error.to_string();
            pause(PAUSE);
        }
    })?;
    Ok(take)
}

impl Source {
    fn fill(&self, put: &mpsc::Sender<(Gate, Made)>) -> io::Result<()> {
        match self {
            Self::Hub(hub) => {
                let maker = Maker::new(hub.clone())?;
                while put.blocking_send((Gate::Hub(hub.clone()), maker.make()?)).is_ok() {}
            }
            Self::Keepers(keepers) => {
                let keeper = keepers.alive()?;
                while put.blocking_send((Gate::Keeper(keeper.clone()), keeper.make()?)).is_ok() {}
            }
        }
        Ok(())
    }
}

impl Keepers {
    /// The keeper, or another one where the last has ended. Sandboxes of that reach nothing more.
    fn alive(&self) -> io::Result<Arc<Keeper>> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        match &*now {
            None => Err(io::ErrorKind::NotConnected.into()),
            Some(keeper) if keeper.is_alive() => Ok(keeper.clone()),
            Some(_) => {
                let next = Arc::new(Keeper::start(&self.program, &self.instance, &self.plan)?);
                Ok(now.insert(next).clone())
            }
        }
    }

    fn close(&self) {
        if let Some(keeper) = self.now.lock().unwrap_or_else(PoisonError::into_inner).take() {
            keeper.end();
        }
    }
}
