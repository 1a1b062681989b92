//! One Firecracker that runs.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::api::{Api, ApiError};
use super::calls::{self, Call};
use super::{open, open_to_hand_over};
use crate::error::WallError;
use crate::microvm::enclosure::{Enclosed, Jailed, Launch};
use crate::microvm::qemu::memory;
use crate::microvm::vmm::{Disk, Doing, Machine, MachineSpec};
use crate::microvm::workshop::Workshop;

/// How long Firecracker may take to listen, and a guest to connect, in seconds.
const PATIENCE_S: u64 = 60;

/// How often to look whether Firecracker listens: it tells nobody. Small beside what a restore
/// takes.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// One Firecracker that runs.
pub struct FirecrackerMachine {
    jailed: Jailed,
    api: Api,
    workshop: Workshop,
    stream: Option<UnixStream>,
    booted: bool,
}

/// One whose guest does not run yet.
struct Idle {
    jailed: Jailed,
    api: Api,
    workshop: Workshop,
    /// Where the guest will connect to.
    listener: UnixListener,
}

impl FirecrackerMachine {
    /// Boots a guest, and waits until its init has connected.
    pub async fn boot(
        program: &Path,
        spec: &MachineSpec,
        enclosed: &Enclosed,
    ) -> Result<Self, WallError> {
        let handed = [open_to_hand_over(&spec.kernel)?, open_to_hand_over(&spec.initrd)?];
        let files = disks(spec)?;
        let launch = launch(program, spec, handed.into());
        let idle = Idle::start(launch, enclosed, &files).await?;
        idle.run(&calls::configure(spec), calls::start(), true).await
    }

    /// Has a guest go on where a snapshot left it, and waits until its init has connected again.
    pub async fn restore(
        program: &Path,
        spec: &MachineSpec,
        snapshot: &Path,
        enclosed: &Enclosed,
    ) -> Result<Self, WallError> {
        let mut files = disks(spec)?;
        for name in [calls::MEMORY, calls::STATE] {
            files.push((name, open(&snapshot.join(name))?));
        }
        let launch = launch(program, spec, Vec::new());
        let idle = Idle::start(launch, enclosed, &files).await?;
        idle.run(&[calls::load()], calls::run(true), false).await
    }

    async fn write_down(&mut self, into: &Path) -> Result<(), WallError> {
        if !self.booted {
            let why = "only a guest that was booted here can become one";
            return Err(WallError::NoSnapshot(why.into()));
        }
        let blank =
            |name| self.workshop.blank(name).map_err(WallError::state(self.workshop.path()));
        // Held from here on, whatever the monitor does to the names.
        let (state, guest) = (blank(calls::STATE)?, blank(calls::MEMORY)?);
        self.api.call(&calls::run(false)).await?;
        self.api.call_slowly(&calls::write_down()).await?;
        let (path, to) = (into.to_owned(), into.to_owned());
        let saved = spawn_blocking(move || save(state, &guest, &to)).await;
        saved.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(WallError::state(&path))
    }
}

/// Copies what Firecracker wrote to where nobody writes any more, without the pages of zeros. Every
/// monitor's user may read it who is given a name for it.
fn save(mut state: File, guest: &File, into: &Path) -> io::Result<()> {
    let [to_state, to_memory] = [calls::STATE, calls::MEMORY].map(|name| into.join(name));
    memory::save(guest, &to_memory)?;
    io::copy(&mut state, &mut File::create_new(&to_state)?)?;
    let readable = || Permissions::from_mode(0o444);
    fs::set_permissions(to_memory, readable()).and(fs::set_permissions(to_state, readable()))
}

/// The disks of a machine, by their names.
fn disks(spec: &MachineSpec) -> Result<Vec<(&'static str, File)>, WallError> {
    Ok(vec![
        (calls::ROOT, open(&spec.root_disk)?),
        (calls::CODE, open(&spec.code_disk)?),
        (calls::LAYERS, open(&spec.layers_disk)?),
    ])
}

fn launch(program: &Path, spec: &MachineSpec, descriptors: Vec<OwnedFd>) -> Launch {
    let args = ["--api-sock", calls::API, "--id", &spec.sandbox.to_string()];
    Launch {
        program: program.into(),
        args: args.map(String::from).into(),
        // Where there is none, Firecracker says so.
        kvm: Path::new("/dev/kvm").exists(),
        opens_tap: spec.tap.is_some(),
        workshop: None,
        descriptors,
    }
}

impl Idle {
    /// Starts the program, with these files under these names.
    async fn start(
        mut launch: Launch,
        enclosed: &Enclosed,
        files: &[(&str, File)],
    ) -> Result<Self, WallError> {
        let workshop = enclosed.workshop()?;
        let unusable = || WallError::state(workshop.path());
        for (name, file) in files {
            workshop.put(file, name).map_err(unusable())?;
        }
        let listener = workshop.listen(calls::STREAM).map_err(unusable())?;
        launch.workshop = Some(workshop.path().into());
        let mut jailed = enclosed.launch(launch).await?;
        let connected = tokio::select! {
            connected = timeout(Duration::from_secs(PATIENCE_S), connect(&workshop)) => {
                connected.unwrap_or(Err(WallError::Silent(PATIENCE_S)))
            }
            () = jailed.ended() => Err(WallError::Lost),
        };
        match connected {
            Ok(api) => Ok(Self { jailed, api: Api::new(api), workshop, listener }),
            Err(WallError::Lost) => Err(died(&mut jailed).await),
            Err(error) => {
                jailed.end().await;
                Err(error)
            }
        }
    }

    /// Makes the machine, shuts the workshop, has the machine run, and waits for its init.
    async fn run(
        mut self,
        configure: &[Call],
        start: Call,
        booted: bool,
    ) -> Result<FirecrackerMachine, WallError> {
        match self.begin(configure, &start).await {
            Ok(stream) => {
                let Self { jailed, api, workshop, .. } = self;
                Ok(FirecrackerMachine { jailed, api, workshop, stream: Some(stream), booted })
            }
            Err(WallError::Lost | WallError::Firecracker(ApiError::Gone)) => {
                Err(died(&mut self.jailed).await)
            }
            Err(error) => {
                self.jailed.end().await;
                Err(error)
            }
        }
    }

    async fn begin(&mut self, configure: &[Call], start: &Call) -> Result<UnixStream, WallError> {
        for call in configure {
            self.api.call(call).await?;
        }
        self.workshop.shut(true).map_err(WallError::state(self.workshop.path()))?;
        self.api.call(start).await?;
        let connected = tokio::select! {
            connected = self.listener.accept() => connected.map_err(WallError::Spawn),
            () = self.jailed.ended() => Err(WallError::Lost),
            () = sleep(Duration::from_secs(PATIENCE_S)) => Err(WallError::Silent(PATIENCE_S)),
        };
        connected.map(|(stream, _)| stream)
    }
}

async fn connect(workshop: &Workshop) -> Result<UnixStream, WallError> {
    loop {
        match workshop.connect(calls::API).await.map_err(WallError::state(workshop.path()))? {
            Some(socket) => return Ok(socket),
            None => sleep(LOOK_EVERY).await,
        }
    }
}

async fn died(jailed: &mut Jailed) -> WallError {
    WallError::Build(format!("Firecracker: {}", jailed.why().await))
}

impl Machine for FirecrackerMachine {
    fn take_stream(&mut self) -> Option<UnixStream> {
        self.stream.take()
    }

    fn swap_disk(&mut self, disk: Disk, file: File) -> Doing<'_, ()> {
        Box::pin(async move {
            let put = self.workshop.put(&file, calls::name(disk));
            put.map_err(WallError::state(self.workshop.path()))?;
            Ok(self.api.call(&calls::changed(disk)).await?)
        })
    }

    fn snapshot<'a>(&'a mut self, into: &'a Path) -> Doing<'a, ()> {
        Box::pin(self.write_down(into))
    }

    fn jailed(&mut self) -> &mut Jailed {
        &mut self.jailed
    }
}
