//! Ports where debuggers attach: each connection leads to the inspector of one function's newest
//! sandbox, through init.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::failure::{Failure, Kind};
use crate::node::Debuggers;

/// The ports of a session: one for each function, the first where it was asked for.
pub struct Ports {
    first: u16,
    debuggers: Debuggers,
    tasks: JoinSet<()>,
    functions: Vec<String>,
}

impl Ports {
    /// None yet.
    pub fn new(first: u16, debuggers: Debuggers) -> Self {
        Self { first, debuggers, tasks: JoinSet::new(), functions: Vec::new() }
    }

    /// Opens the port of a function, if it has none; gives its address.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn open(&mut self, function: &str) -> Result<Option<SocketAddr>, Failure> {
        if self.functions.iter().any(|known| known == function) {
            return Ok(None);
        }
        let offset = u16::try_from(self.functions.len()).unwrap_or(u16::MAX);
        let port = if self.first == 0 { 0 } else { self.first.saturating_add(offset) };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok::<_, std::io::Error>((listener, address))
        };
        let (listener, address) = bound.await.map_err(|e| {
            let fix = format!("free {address}, or choose another with --debug PORT");
            Failure::new(Kind::Unavailable, fix, e)
        })?;
        self.functions.push(function.into());
        self.tasks.spawn(accept(listener, self.debuggers.clone(), function.into()));
        Ok(Some(address))
    }
}

async fn accept(listener: TcpListener, debuggers: Debuggers, function: String) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (debuggers, function) = (debuggers.clone(), function.clone());
        connections.spawn(async move { join(stream, &debuggers, &function).await });
        while connections.try_join_next().is_some() {}
    }
}

/// Carries one connection to its end. One that finds no debugger is closed.
async fn join(mut stream: TcpStream, debuggers: &Debuggers, function: &str) {
    let _ = stream.set_nodelay(true);
    match debuggers.dial(function).await {
        Ok(mut inside) => {
            // However it ends, it has ended.
            let _ = copy_bidirectional(&mut stream, &mut inside).await;
        }
        Err(error) => tracing::error!(function, %error, "no debugger answers"),
    }
}
