//! The way out of a server's sandboxes: whether there is one, and the stock of networks made ahead.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use fika_model::Egress;
use tokio::sync::{Mutex, mpsc};
use tokio::task::spawn_blocking;

use crate::host::{Host, Note};
use crate::hub::{Hub, Made, Maker};
use crate::namespace::pause;
use crate::nft;

/// How long to leave the kernel alone that could not make a network.
const PAUSE: Duration = Duration::from_millis(100);

type Trouble = Arc<Mutex<String>>;

/// What networks come from.
#[derive(Debug)]
pub struct Way {
    pub hub: Arc<Hub>,
    /// What the host says of it.
    pub notes: Vec<Note>,
    stock: Mutex<mpsc::Receiver<Made>>,
    /// Why the last network was not made.
    trouble: Trouble,
    /// Until closed.
    host: std::sync::Mutex<Option<Host>>,
}

impl Way {
    /// The next network from stock; `None` once this is closed.
    pub async fn next(&self) -> Option<Made> {
        self.stock.lock().await.recv().await
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
        let _undone = spawn_blocking(move || drop(host)).await;
    }
}

/// Why there is no way out here, as far as that is known without trying.
pub fn refusal(egress: &Egress) -> Option<String> {
    if *egress == Egress::None {
        return Some("the egress policy is none".into());
    }
    if !rustix::process::geteuid().is_root() {
        return Some("only root may make links and rules".into());
    }
    (!nft::is_installed()).then(|| nft::MISSING.into())
}

/// Builds it, in this thread's network namespace. Blocks for some ten milliseconds.
pub fn open(
    instance: &str,
    egress: &Egress,
    resolvers: &[IpAddr],
    stock: usize,
) -> Result<Arc<Way>, String> {
    build(instance, egress, resolvers, stock).map(Arc::new).map_err(|error| error.to_string())
}

fn build(instance: &str, egress: &Egress, resolvers: &[IpAddr], stock: usize) -> io::Result<Way> {
    let (mut host, slice) = Host::prepare(instance)?;
    let hub = Arc::new(Hub::new(slice, egress, resolvers)?);
    host.connect(&slice, egress, hub.namespace())?;
    hub.connected()?;
    let trouble = Trouble::default();
    let stock = Mutex::new(stocked(hub.clone(), stock, trouble.clone())?);
    Ok(Way { hub, stock, trouble, notes: host.notes(), host: std::sync::Mutex::new(Some(host)) })
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
