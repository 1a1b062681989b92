//! The wall around a virtual machine monitor: its user, its cgroup, its namespaces.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fika_init::{Decoder, FromInit, encode, stream};
use fika_jailer::{MARK, Order, Users as Mapped, VmmSpec};
use fika_model::SandboxId;
use fika_network::Lease as Leased;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::workshop::Workshop;
use crate::cgroup::{Cgroup, Cgroups, Limits};
use crate::error::WallError;
use crate::jail::Lease;
use crate::jail::home::Home;
use crate::jail::users::Users;
use crate::microvm::{Tap, tap};

/// Where programs and their libraries are, on one distribution or another.
const SYSTEM: [&str; 7] =
    ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/nix/store", "/gnu/store"];

/// How much of what a monitor says is kept, in bytes.
const SAID: usize = 2048;

/// How long what is told to end may take to be gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes walls for monitors.
pub struct Enclosure {
    pub home: Home,
    pub users: Arc<Users>,
    pub cgroups: Arc<Cgroups>,
}

impl Enclosure {
    /// Sets a user and a cgroup apart for one monitor, whose guest may have a network.
    pub async fn enclose(
        &self,
        id: SandboxId,
        limits: Limits,
        network: Option<&Leased>,
    ) -> Result<Enclosed, WallError> {
        let namespace = network.map(|network| network.namespace().try_clone_to_owned());
        let namespace = namespace.transpose().map_err(WallError::Spawn)?;
        let lease = self.users.lease()?;
        let cgroups = self.cgroups.clone();
        let cgroup = spawn_blocking(move || cgroups.create(id, limits)).await;
        let cgroup = cgroup.unwrap_or_else(|e| Err(io::Error::other(e)));
        Ok(Enclosed {
            cgroup: cgroup.map_err(WallError::Cgroup)?.map(Arc::new),
            lease,
            namespace,
            jailer: self.home.path("jailer"),
            mount_point: self.home.path("root"),
            workshops: self.home.path("workshops"),
            instance: self.home.instance().into(),
            sandbox: id,
            lives_on: Arc::default(),
        })
    }
}

/// What belongs to one monitor alone. When it is dropped the cgroup goes, and the user is free; but not
/// that of a monitor that could not be ended.
pub struct Enclosed {
    cgroup: Option<Arc<Cgroup>>,
    lease: Lease,
    /// The network namespace of the guest's device, if it has one.
    namespace: Option<OwnedFd>,
    jailer: PathBuf,
    mount_point: PathBuf,
    workshops: PathBuf,
    instance: String,
    sandbox: SandboxId,
    /// A process of the user may live on.
    lives_on: Arc<AtomicBool>,
}

/// A program to start.
pub struct Launch {
    /// By an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// It may use `/dev/kvm`.
    pub kvm: bool,
    /// A directory that it finds at [`fika_jailer::WORKSHOP`] and begins in.
    pub workshop: Option<PathBuf>,
    /// It opens its guest's network device by name, and so is in its namespace and finds
    /// `/dev/net/tun`. Without, it is in a namespace with nothing in it.
    pub opens_tap: bool,
    /// What it finds from descriptor [`fika_jailer::FIRST_DESCRIPTOR`] on, at most twelve.
    pub descriptors: Vec<OwnedFd>,
}

impl Enclosed {
    /// The monitor's cgroup, where there are cgroups.
    pub fn cgroup(&self) -> Option<&Arc<Cgroup>> {
        self.cgroup.as_ref()
    }

    /// The user that the monitor is, where that is not the server's.
    #[must_use]
    pub fn user(&self) -> Option<u32> {
        match self.lease.mapped() {
            Mapped::Own { function, .. } => Some(function),
            Mapped::Caller => None,
        }
    }

    /// Makes the monitor a directory of its own.
    ///
    /// # Errors
    /// [`WallError::State`] when it cannot be made.
    pub fn workshop(&self) -> Result<Workshop, WallError> {
        let path = self.workshops.join(self.sandbox.to_string());
        Workshop::make(&path, self.user()).map_err(|source| WallError::State { path, source })
    }

    /// Its guest's network device, for a monitor that takes it as a descriptor.
    ///
    /// # Errors
    /// [`WallError::Tap`] when the kernel does not give it, or there is none.
    pub async fn open_tap(&self, device: Tap) -> Result<OwnedFd, WallError> {
        let none = || io::Error::from(io::ErrorKind::NotFound);
        let namespace = self.namespace.as_ref().ok_or_else(none);
        let namespace = namespace.and_then(OwnedFd::try_clone).map_err(WallError::Tap)?;
        let opened = spawn_blocking(move || tap::open(namespace.as_fd(), device)).await;
        opened.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(WallError::Tap)
    }

    /// Starts a program behind the wall. Whether it comes up is for its caller to find out.
    ///
    /// # Errors
    /// [`WallError::Spawn`] when the jailer cannot be started.
    pub async fn launch(&self, launch: Launch) -> Result<Jailed, WallError> {
        let entrances = self.cgroup.as_ref().map_or(Ok(Vec::new()), |group| group.entrances());
        let entrances = entrances.map_err(WallError::Cgroup)?;
        let namespace = self.namespace.as_ref().filter(|_| launch.opens_tap);
        let (ours, theirs) = UnixStream::pair().map_err(WallError::Spawn)?;
        let order = encode(&Order::Vmm(self.spec(&launch, entrances.len())));
        let order = order.map_err(|error| WallError::Spawn(io::Error::other(error)))?;
        let beside: Vec<BorrowedFd<'_>> = namespace
            .into_iter()
            .chain(&entrances)
            .chain(&launch.descriptors)
            .map(AsFd::as_fd)
            .collect();
        stream::send_all(&ours, &order, &beside).map_err(WallError::Spawn)?;
        let mut command = self.command(theirs);
        // The kernel takes its time for this.
        let child = spawn_blocking(move || command.spawn()).await;
        let child = child.unwrap_or_else(|error| Err(io::Error::other(error)));
        Ok(Jailed::new(child.map_err(WallError::Spawn)?, ours, self.lives_on.clone()))
    }

    fn spec(&self, launch: &Launch, cgroups: usize) -> VmmSpec {
        let system = SYSTEM.iter().map(Path::new).filter(|path| path.exists());
        let mut trees: Vec<PathBuf> = system.map(PathBuf::from).collect();
        if !trees.iter().any(|tree| launch.program.starts_with(tree)) {
            trees.push(launch.program.clone());
        }
        VmmSpec {
            program: launch.program.clone(),
            args: launch.args.clone(),
            trees,
            mount_point: self.mount_point.clone(),
            user: self.user(),
            kvm: launch.kvm,
            workshop: launch.workshop.clone(),
            tap: launch.opens_tap && self.namespace.is_some(),
            cgroups,
        }
    }

    /// In a process group of its own, as a jail is.
    fn command(&self, control: UnixStream) -> Command {
        let mut command = Command::new(&self.jailer);
        command
            .args([MARK, &self.instance, &self.sandbox.to_string()])
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(control)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }
}

impl Drop for Enclosed {
    fn drop(&mut self) {
        if let Some(cgroup) = &self.cgroup {
            cgroup.remove();
        }
        if self.lives_on.load(Ordering::Relaxed) {
            self.lease.keep_taken();
        }
    }
}

/// A monitor that runs behind its wall. It ends when this is dropped.
pub struct Jailed {
    jailer: Child,
    /// The jailer ends its monitor, and then itself, when nobody holds this.
    control: Option<UnixStream>,
    said: Arc<Mutex<String>>,
    /// Set when it cannot be ended.
    lives_on: Arc<AtomicBool>,
}

impl Jailed {
    fn new(mut jailer: Child, control: UnixStream, lives_on: Arc<AtomicBool>) -> Self {
        let said = Arc::new(Mutex::new(String::new()));
        if let Some(stderr) = jailer.stderr.take() {
            tokio::spawn(listen(stderr, said.clone()));
        }
        Self { jailer, control: Some(control), said, lives_on }
    }

    /// Waits until it ends by itself. Safe to cancel.
    pub async fn ended(&mut self) {
        let _status = self.jailer.wait().await;
    }

    /// Ends it. Where it may live on all the same, nobody else is given its user.
    pub async fn end(&mut self) {
        self.control = None;
        if timeout(PATIENCE, self.jailer.wait()).await.is_ok() {
            return;
        }
        self.lives_on.store(true, Ordering::Relaxed);
        tracing::warn!(
            "a virtual machine cannot be ended: its user stays taken until the next start"
        );
        let _late = self.jailer.start_kill();
    }

    /// Why it did not come up, for people. Ends it.
    pub async fn why(&mut self) -> String {
        let told = self.control.as_ref().and_then(told);
        self.end().await;
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match told {
            Some(told) => told,
            None if said.is_empty() => "it ended without a word".into(),
            None => said.trim().replace('\n', "; "),
        }
    }
}

/// What the jailer reported, if it did.
fn told(control: &UnixStream) -> Option<String> {
    control.set_read_timeout(Some(Duration::from_millis(100))).ok()?;
    let (mut decoder, mut buffer) = (Decoder::default(), [0; 4096]);
    loop {
        match decoder.take().ok()? {
            Some(FromInit::Failed { message }) => return Some(message),
            Some(_) => return None,
            None => {}
        }
        match stream::receive(control, &mut buffer, &mut Vec::new()).ok()? {
            0 => return None,
            read => decoder.push(&buffer[..read]),
        }
    }
}

/// Keeps the beginning of what a monitor says, and takes the rest off its hands.
async fn listen(mut stderr: ChildStderr, said: Arc<Mutex<String>>) {
    let mut buffer = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..read]);
        tracing::debug!(%text, "a virtual machine monitor says");
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() < SAID {
            said.push_str(&text);
        }
    }
}
