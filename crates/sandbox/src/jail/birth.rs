//! One sandbox, from nothing to init's hello.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use fika_init::{FromInit, encode, place, stream};
use fika_jailer::{JailSpec, MARK, Network as Given, Order, Users as Mapped};
use fika_network::{Lease as Network, Networks};
use rustix::pipe::PipeFlags;
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;

use super::WallSpec;
use super::end;
use super::home::{Home, RESOLV_CONF};
use super::users::{Lease, Users};
use crate::cgroup::{Cgroup, Cgroups, Limits};
use crate::door::Door;
use crate::error::WallError;
use crate::plain::{Outside, Tmp};
use crate::sandbox::control::Control;

/// How long init has to say hello, in seconds. It takes milliseconds on a healthy machine.
const HELLO_S: u64 = 10;

/// A sandbox whose init has said hello.
pub struct Born {
    pub control: Control,
    pub jailer: Child,
    pub lease: Lease,
    pub cgroup: Option<Arc<Cgroup>>,
    pub network: Option<Network>,
    pub api: Door,
    pub endpoint: Door,
    pub tmp: Space,
    pub log: OwnedFd,
    /// Where things are, if there is no wall.
    pub outside: Option<Outside>,
}

/// The place for a function's temporary files.
pub enum Space {
    /// A file system of its own, in memory.
    Mount(OwnedFd),
    /// A directory of the machine's, removed when this is dropped.
    Directory(#[expect(dead_code, reason = "it is only dropped")] Tmp),
}

impl Space {
    /// Memory that the files in it hold, in bytes.
    pub fn memory(&self) -> u64 {
        let Self::Mount(tmp) = self else { return 0 };
        rustix::fs::fstatfs(tmp).map_or(0, |tmp| (tmp.f_blocks - tmp.f_bfree) * tmp.f_bsize as u64)
    }
}

/// Builds a wall. What was made is undone when a step fails.
pub async fn bear(
    home: &Home,
    users: &Arc<Users>,
    cgroups: &Arc<Cgroups>,
    networks: Option<&Networks>,
    spec: &WallSpec,
    limits: Limits,
) -> Result<Born, WallError> {
    let network = match networks {
        Some(networks) => networks.lease().await?,
        None => None,
    };
    let mut lease = users.lease()?;
    let (ours, theirs) = StdUnixStream::pair().map_err(WallError::Spawn)?;
    let (log, log_end) = log_pipe(lease.mapped()).map_err(WallError::Spawn)?;
    let order = Order::Jail(jail_spec(home, spec, limits, lease.mapped(), network.as_ref()));
    let order = encode(&order).map_err(|error| WallError::Spawn(io::Error::other(error)))?;
    let user = network.as_ref().and_then(Network::user);
    let beside: Vec<_> = user.into_iter().chain(network.as_ref().map(Network::namespace)).collect();
    stream::send_all(&ours, &order, &beside).map_err(WallError::Spawn)?;
    let mut control = Control::new(ours).map_err(WallError::Spawn)?;

    // The kernel is slow at both, so they go side by side, off the event loop.
    let mut jailer = jailer(home, spec, theirs, log_end);
    let jailer = spawn_blocking(move || jailer.spawn());
    let (cgroups, id) = (cgroups.clone(), spec.sandbox);
    let cgroup = spawn_blocking(move || cgroups.create(id, limits));
    let (jailer, cgroup) = tokio::join!(jailer, cgroup);
    let cgroup = flat(cgroup).map(Guard).map_err(WallError::Cgroup);
    let mut jailer = flat(jailer).map_err(WallError::Spawn)?;
    let greeted = match cgroup {
        Ok(cgroup) => greet(&mut control).await.map(|brought| (brought, cgroup.keep())),
        Err(error) => Err(error),
    };
    match greeted {
        Ok((Brought { api, endpoint, tmp }, cgroup)) => Ok(Born {
            control,
            jailer,
            lease,
            cgroup,
            network,
            api,
            endpoint,
            tmp,
            log,
            outside: None,
        }),
        Err(error) => {
            end::kill(&mut jailer, &mut control, &mut lease).await;
            Err(error)
        }
    }
}

/// What init's hello brings.
struct Brought {
    api: Door,
    endpoint: Door,
    tmp: Space,
}

/// Waits for init's hello, and takes what it brings.
async fn greet(control: &mut Control) -> Result<Brought, WallError> {
    hello(control).await?;
    let [api, endpoint, tmp] = <[OwnedFd; 3]>::try_from(control.take_descriptors())
        .map_err(|_| WallError::Build("init's hello came without its descriptors".into()))?;
    let door = |listener| Door::tcp(TcpListener::from(listener)).map_err(WallError::Spawn);
    Ok(Brought { api: door(api)?, endpoint: door(endpoint)?, tmp: Space::Mount(tmp) })
}

/// Waits for init's hello.
pub async fn hello(control: &mut Control) -> Result<(), WallError> {
    let hello = tokio::time::timeout(Duration::from_secs(HELLO_S), control.next());
    match hello.await.map_err(|_| WallError::Silent(HELLO_S))? {
        Ok(Some(FromInit::Hello { version: place::VERSION })) => Ok(()),
        Ok(Some(FromInit::Failed { message })) => Err(WallError::Build(message)),
        Ok(Some(other)) => Err(WallError::Build(format!("init began with {other:?}"))),
        Ok(None) => Err(WallError::Build("the jailer ended without a word".into())),
        Err(error) => Err(WallError::Build(error.to_string())),
    }
}

pub fn flat<T>(joined: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    joined.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn jail_spec(
    home: &Home,
    spec: &WallSpec,
    limits: Limits,
    users: Mapped,
    network: Option<&Network>,
) -> JailSpec {
    JailSpec {
        image: spec.image.clone(),
        trees: home.code_dir().into(),
        mount_point: home.path("root"),
        init: home.path("init"),
        filter: home.path("filter"),
        hostname: spec.hostname.clone(),
        tmp_bytes: limits.tmp,
        users,
        network: match network.map(Network::user) {
            None => Given::Own,
            Some(None) => Given::Given,
            Some(Some(_)) => Given::Within,
        },
        resolv_conf: network.map(|_| home.path(RESOLV_CONF)),
    }
}

/// In a process group of its own, so that a Ctrl-C in the server's terminal does not end it
/// before the server has drained.
fn jailer(home: &Home, spec: &WallSpec, control: StdUnixStream, log: OwnedFd) -> Command {
    let mut command = Command::new(home.path("jailer"));
    command
        .args([MARK, home.instance(), &spec.sandbox.to_string()])
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(control)))
        .stdout(Stdio::from(log))
        .process_group(0);
    command
}

/// A pipe whose write end the function's user may open again, as `/dev/stdout` is.
pub fn log_pipe(users: Mapped) -> io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&read, true)?;
    if let Mapped::Own { function, .. } = users {
        let (uid, gid) = (rustix::fs::Uid::from_raw(function), rustix::fs::Gid::from_raw(function));
        rustix::fs::fchown(write.as_fd(), Some(uid), Some(gid))?;
    }
    Ok((read, write))
}

/// Removes a sandbox's cgroup, if the sandbox is not born after all. No process is in it yet.
pub struct Guard(pub Option<Cgroup>);

impl Guard {
    /// The cgroup, which is removed no more.
    pub fn keep(mut self) -> Option<Arc<Cgroup>> {
        self.0.take().map(Arc::new)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(cgroup) = &self.0 {
            cgroup.remove();
        }
    }
}
