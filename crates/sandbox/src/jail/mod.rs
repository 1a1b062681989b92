//! A wall made of namespaces.
//!
//! - [`Jail`]: one for each worker: builds walls
//! - `home`: the state directory: programs, lock, and what an earlier server left
//! - `users`: which host users sandboxes are
//! - `birth`: one sandbox, from nothing to init's hello
//! - `end`: kills a sandbox that does not end by itself
//! - [`seccomp`]: the system calls a function may make

pub(crate) mod birth;
mod end;
pub(crate) mod home;
pub mod seccomp;
pub(crate) mod users;

use std::path::PathBuf;
use std::sync::Arc;

use fika_model::{Egress, SandboxId};
use fika_network::{NetworkOptions, Networks};
use tokio::sync::watch;

use crate::cgroup::{Cgroups, CpuPolicy, Limits};
use crate::error::WallError;
use crate::plain;
use crate::sandbox::Sandbox;

pub(crate) use birth::{Born, Space};
pub(crate) use end::kill;
pub(crate) use users::Lease;

/// How many networks are made ahead of the sandboxes they are for.
const NETWORKS_AHEAD: usize = 8;

/// How walls are built here.
#[derive(Debug, Clone)]
pub struct JailOptions {
    /// The jail's own directory. Two servers must not share one.
    pub state_dir: PathBuf,
    /// Where code trees are: one directory each, readable by every user.
    pub code_dir: PathBuf,
    /// How a function's memory decides its share of the CPU.
    pub cpu: CpuPolicy,
    /// Use cgroups where they can be had. Off is for tests, and for hosts where they misbehave.
    pub cgroups: bool,
}

/// One sandbox to be.
#[derive(Debug, Clone)]
pub struct WallSpec {
    /// Its id, unique among the living.
    pub sandbox: SandboxId,
    /// The runtime image: a tree that becomes the read-only root. It needs the directories
    /// `/dev`, `/proc`, `/tmp` and `/var/task`, and must be readable by every user.
    pub image: PathBuf,
    /// The function's memory, in MB.
    pub memory_mb: u32,
    /// The size of `/tmp`, in MB.
    pub ephemeral_mb: u32,
    /// The host name inside, at most 64 bytes.
    pub hostname: String,
}

/// What walls are made of here, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallFacts {
    /// Sandboxes have users of their own, because the server is root. Else each is the server's
    /// user without any right.
    pub own_users: bool,
    /// Version of the cgroups that limit memory, CPU and processes.
    pub cgroups: Option<u8>,
    /// What is missing, and how to get it.
    pub missing: Vec<String>,
}

/// Builds walls.
pub struct Jail {
    home: home::Home,
    users: Arc<users::Users>,
    cgroups: Arc<Cgroups>,
    networks: Option<Arc<Networks>>,
    /// There are no walls: sandboxes are ordinary processes.
    plain: bool,
    cpu: CpuPolicy,
    /// Set when every sandbox must go. Each sandbox listens to it as long as it lives.
    closing: watch::Sender<bool>,
}

impl Jail {
    /// Looks at what this host allows, installs the programs, and removes what an earlier
    /// server with this state directory left. Blocks for a few milliseconds.
    ///
    /// # Errors
    /// [`WallError`] when the state directory cannot be used or another server uses it.
    pub fn new(options: JailOptions) -> Result<Self, WallError> {
        let home = home::Home::open(&options.state_dir, &options.code_dir)?;
        home.end_leftovers();
        let cgroups = if options.cgroups {
            Cgroups::find(home.instance())
        } else {
            Cgroups::None("cgroups are switched off".into())
        };
        Ok(Self {
            users: Arc::new(users::Users::of_this_host(home.instance())),
            home,
            cgroups: Arc::new(cgroups),
            networks: None,
            plain: false,
            cpu: options.cpu,
            closing: watch::Sender::new(false),
        })
    }

    /// Builds no walls, for machines where they cannot be built: see [`plain`](crate::plain). Only
    /// for functions that may do to each other, and to all of the server's user, what they like.
    ///
    /// # Errors
    /// As for [`Jail::new`].
    pub fn without_walls(options: JailOptions) -> Result<Self, WallError> {
        let mut jail = Self::new(options)?;
        let tmp = jail.home.path("tmp");
        plain::remove(&tmp).map_err(|source| WallError::State { path: tmp, source })?;
        jail.users = Arc::new(users::Users::the_servers());
        jail.plain = true;
        Ok(jail)
    }

    /// Lets sandboxes call out, as far as a policy and this host allow. Without this, and where
    /// the host does not, each has loopback only. What it takes is built aside: the first sandbox
    /// waits for it.
    ///
    /// # Errors
    /// When the resolvers cannot be written down.
    pub fn connect(&mut self, egress: Egress) -> Result<&Networks, WallError> {
        let networks = Networks::open(NetworkOptions {
            instance: self.home.instance().into(),
            egress,
            resolvers: Vec::new(),
            stock: NETWORKS_AHEAD,
            keeper: Some(self.home.path("netkeeper")),
        });
        if let Some(text) = networks.resolv_conf() {
            self.home.write_resolv_conf(&text)?;
        }
        Ok(self.networks.insert(Arc::new(networks)))
    }

    /// The networks of sandboxes, once [connected](Self::connect), for other walls to use too.
    #[must_use]
    pub fn networks(&self) -> Option<&Arc<Networks>> {
        self.networks.as_ref()
    }

    /// Bounds the memory of all sandboxes together, files in their `/tmp` included: whoever
    /// fills `/tmp` takes from the functions, never from the machine. Does nothing where there
    /// are no cgroups.
    ///
    /// # Errors
    /// When the kernel refuses, because more is in use already.
    pub fn bound_memory(&self, mb: u32) -> std::io::Result<()> {
        self.cgroups.bound(u64::from(mb) << 20)
    }

    /// Builds a wall, with nothing running behind it but init.
    ///
    /// # Errors
    /// [`WallError`] when a step fails; nothing is left then.
    pub async fn create(&self, spec: WallSpec) -> Result<Sandbox, WallError> {
        let limits = Limits::of(spec.memory_mb, spec.ephemeral_mb, self.cpu);
        let (home, users, cgroups) = (&self.home, &self.users, &self.cgroups);
        let networks = self.networks.as_deref();
        let born = match self.plain {
            true => plain::bear(home, users, cgroups, &spec, limits).await?,
            false => birth::bear(home, users, cgroups, networks, &spec, limits).await?,
        };
        Ok(Sandbox::new(born, self.home.code_dir(), limits, self.closing.subscribe()))
    }

    /// What walls are made of here.
    #[must_use]
    pub fn facts(&self) -> WallFacts {
        let own_users = self.users.are_own();
        let mut missing = Vec::new();
        if !own_users {
            missing.push(
                "sandboxes share the server's user: start the server as root to give each its own"
                    .into(),
            );
        }
        let cgroups = match &*self.cgroups {
            Cgroups::V2(_) => Some(2),
            Cgroups::V1(_) => Some(1),
            Cgroups::None(why) => {
                missing
                    .push(format!("memory is watched, not bounded, and CPU is not shared: {why}"));
                None
            }
        };
        WallFacts { own_users, cgroups, missing }
    }

    /// Ends every sandbox, and removes all that this instance made outside its state directory.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        self.closing.closed().await;
        self.cgroups.remove();
        if let Some(networks) = &self.networks {
            networks.close().await;
        }
    }
}

/// A jail that was not closed, and has no sandbox, leaves no cgroup behind either. One that has
/// leaves them to the next start.
impl Drop for Jail {
    fn drop(&mut self) {
        if self.closing.receiver_count() == 0 {
            self.cgroups.remove();
        }
    }
}
