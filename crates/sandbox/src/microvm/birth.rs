//! One guest, from nothing to init's hello, or from a snapshot to where it was.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fika_init::message::{self, Refresh};
use fika_init::{FromInit, ToInit, place};
use fika_model::SandboxId;
use fika_network::Lease as Network;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::link::{Ends, carry};
use super::{CodeDisks, Enclosed, Kept, Machine, MachineSpec, MicroVms, Snapshot, Tap};
use crate::cgroup::Limits;
use crate::door::{Connection, Door};
use crate::error::WallError;
use crate::jail::WallSpec;
use crate::log::LogPipe;
use crate::sandbox::Resumed;
use crate::sandbox::body::{Body, Parts};
use crate::sandbox::control::Control;
use crate::sandbox::given::Given;

/// How long init has to say hello, in seconds. By translation, on a machine under load, a kernel
/// takes some ten.
const HELLO_S: u64 = 60;

/// How long a guest has to take its first word.
const FIRST_WORD: Duration = Duration::from_secs(10);

/// What kernel and init need beside the function's memory and `/tmp`, in MiB.
const KERNEL_MB: u32 = 96;

/// Each page of memory has a description of its own in the kernel: 64 bytes for 4,096.
const PAGES: u32 = 64;

/// Memory that stands for one CPU, in MB: Lambda's documentation.
const MB_PER_CPU: u32 = 1769;

/// How much of it makes all random numbers new, in bytes.
const ENTROPY: usize = 64;

/// How far the clock of a guest is set ahead that is to become a snapshot: longer than one is used.
const AHEAD: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// What a sandbox must know of its machine.
#[derive(Debug)]
pub(crate) struct Guest {
    /// Makes the disk of its code.
    pub disks: Arc<CodeDisks>,
    /// The runtime image it has.
    pub image: PathBuf,
    /// The function's memory and `/tmp` that it was made for, in MB.
    pub made_for: (u32, u32),
    /// What it has of its function, if it is one's.
    pub has: Option<Trees>,
    /// What it is called inside.
    pub hostname: String,
}

/// The names of the trees a guest has as disks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trees {
    /// That of the code.
    pub code: String,
    /// That of its layers, if it has any.
    pub layers: Option<String>,
}

impl Guest {
    /// What sets its clock [far ahead](crate::Sandbox::set_clock_ahead).
    pub fn ahead(&self) -> io::Result<ToInit> {
        fresh(SystemTime::now() + AHEAD, Tells { hostname: &self.hostname, network: None })
    }
}

/// All that a guest of such a function has for memory, in MiB.
pub fn guest_mb(memory_mb: u32, ephemeral_mb: u32) -> u32 {
    let own = memory_mb + ephemeral_mb;
    own + KERNEL_MB + own / PAGES
}

fn cpus(memory_mb: u32) -> u32 {
    let there = std::thread::available_parallelism().map_or(1, usize::from);
    memory_mb.div_ceil(MB_PER_CPU).min(u32::try_from(there).unwrap_or(1)).max(1)
}

/// What is to be made, whichever way.
struct Plan<'a> {
    id: SandboxId,
    image: &'a Path,
    memory_mb: u32,
    ephemeral_mb: u32,
    hostname: &'a str,
}

/// Boots a guest.
pub async fn boot(vms: &MicroVms, spec: &WallSpec) -> Result<Parts, WallError> {
    let plan = Plan {
        id: spec.sandbox,
        image: &spec.image,
        memory_mb: spec.memory_mb,
        ephemeral_mb: spec.ephemeral_mb,
        hostname: &spec.hostname,
    };
    let network = lease(vms).await?;
    let mut begun =
        start(vms, &plan, network, [vms.nothing.clone(), vms.nothing.clone()], None).await?;
    let tells = begun.tells(vms, plan.hostname);
    match greet(begun.machine.as_mut(), tells).await {
        Ok((ends, control)) => Ok(parts(vms, &plan, begun, ends, control, None)),
        Err(error) => Err(undo(begun, error).await),
    }
}

/// Restores a guest.
pub async fn restore(
    vms: &MicroVms,
    snapshot: &Snapshot,
    id: SandboxId,
    hostname: &str,
) -> Result<Parts, WallError> {
    let plan = Plan {
        id,
        image: snapshot.image(),
        memory_mb: snapshot.memory_mb(),
        ephemeral_mb: snapshot.ephemeral_mb(),
        hostname,
    };
    let trees = snapshot.trees();
    let code = disk(vms, trees.map(|trees| trees.code.as_str())).await?;
    let layers = disk(vms, trees.and_then(|trees| trees.layers.as_deref())).await?;
    let network = lease(vms).await?;
    if !snapshot.is_of(&vms.breed()) {
        return Err(WallError::NoSnapshot("this one is of another machine".into()));
    }
    let mut begun = start(vms, &plan, network, [code, layers], Some(snapshot.directory())).await?;
    let tells = begun.tells(vms, hostname);
    match resume(begun.machine.as_mut(), snapshot.kept(), tells).await {
        Ok((ends, control)) => Ok(parts(vms, &plan, begun, ends, control, Some(snapshot))),
        Err(error) => Err(undo(begun, error).await),
    }
}

/// The disk of a tree; one of nothing for none.
async fn disk(vms: &MicroVms, tree: Option<&str>) -> Result<PathBuf, WallError> {
    match tree {
        Some(tree) => vms.code.code(&vms.enclosure.home.code_dir().join(tree)).await,
        None => Ok(vms.nothing.clone()),
    }
}

/// A machine that runs, and what it has of the host.
struct Begun {
    machine: Box<dyn Machine>,
    enclosed: Enclosed,
    network: Option<Network>,
}

impl Begun {
    /// What its guest is to be told first.
    fn tells<'a>(&self, vms: &MicroVms, hostname: &'a str) -> Tells<'a> {
        let network = self.network.as_ref().map(|network| message::Network {
            v4: network.addresses().v4,
            v6: network.addresses().v6,
            resolv_conf: vms
                .networks
                .as_ref()
                .and_then(|all| all.resolv_conf())
                .unwrap_or_default(),
        });
        Tells { hostname, network }
    }
}

/// A network, where there are any.
async fn lease(vms: &MicroVms) -> Result<Option<Network>, WallError> {
    match &vms.networks {
        Some(networks) => Ok(networks.lease_tap().await?),
        None => Ok(None),
    }
}

/// What a guest is told that only its host knows.
struct Tells<'a> {
    hostname: &'a str,
    /// None when it stays as it is.
    network: Option<message::Network>,
}

/// Starts the monitor, with a whole CPU until its guest is there.
async fn start(
    vms: &MicroVms,
    plan: &Plan<'_>,
    network: Option<Network>,
    [code_disk, layers_disk]: [PathBuf; 2],
    snapshot: Option<&Path>,
) -> Result<Begun, WallError> {
    let memory_mb = guest_mb(plan.memory_mb, plan.ephemeral_mb);
    let limits =
        Limits::of(plan.memory_mb, memory_mb + vms.vmm.overhead_mb() - plan.memory_mb, vms.cpu);
    let spec = MachineSpec {
        sandbox: plan.id,
        kernel: vms.kernel.clone(),
        initrd: vms.initrd.clone(),
        root_disk: vms.images.of(plan.image).await?,
        code_disk,
        layers_disk,
        memory_mb,
        cpus: cpus(plan.memory_mb),
        tap: network.as_ref().map(|_| Tap::USUAL),
    };
    let enclosed = vms.enclosure.enclose(plan.id, limits, network.as_ref()).await?;
    boost(&enclosed, true, limits);
    let machine = vms.vmm.start(&spec, snapshot, &enclosed).await?;
    boost(&enclosed, false, limits);
    Ok(Begun { machine, enclosed, network })
}

fn boost(enclosed: &Enclosed, on: bool, limits: Limits) {
    if let Some(Err(error)) = enclosed.cgroup().map(|cgroup| cgroup.boost(on, limits)) {
        tracing::warn!(%error, "a guest's share of the CPU cannot be set");
    }
}

fn stream(machine: &mut dyn Machine, kept: Option<&Kept>) -> Result<Ends, WallError> {
    let stream = machine.take_stream().ok_or(WallError::Lost)?;
    carry(stream, kept).map_err(|error| WallError::NoSnapshot(error.to_string()))
}

/// Waits for init's hello, and tells it what it cannot know.
async fn greet(machine: &mut dyn Machine, tells: Tells<'_>) -> Result<(Open, Control), WallError> {
    let ends = stream(machine, None)?;
    let mut control = Control::of_guest(ends.control);
    let hello = timeout(Duration::from_secs(HELLO_S), control.next()).await;
    match hello.map_err(|_| WallError::Silent(HELLO_S))? {
        Ok(Some(FromInit::Hello { version: place::VERSION })) => {}
        Ok(Some(FromInit::Failed { message })) => return Err(WallError::Build(message)),
        Ok(Some(other)) => return Err(WallError::Build(format!("init began with {other:?}"))),
        Ok(None) => return Err(WallError::Build(machine.jailed().why().await)),
        Err(error) => return Err(WallError::Build(error.to_string())),
    }
    refresh(&mut control, tells).await?;
    Ok((Open { log: ends.log, doors: ends.doors, open: ends.open }, control))
}

async fn resume(
    machine: &mut dyn Machine,
    kept: &Kept,
    tells: Tells<'_>,
) -> Result<(Open, Control), WallError> {
    let ends = stream(machine, Some(kept))?;
    let mut control = Control::of_guest(ends.control);
    refresh(&mut control, tells).await?;
    Ok((Open { log: ends.log, doors: ends.doors, open: ends.open }, control))
}

/// What a guest cannot know by itself, as of a time.
fn fresh(time: SystemTime, tells: Tells<'_>) -> io::Result<ToInit> {
    let mut entropy = vec![0; ENTROPY];
    File::open("/dev/urandom")?.read_exact(&mut entropy)?;
    let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let unix_time_ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let Tells { hostname, network } = tells;
    Ok(ToInit::Refresh(Refresh { unix_time_ns, entropy, hostname: hostname.into(), network }))
}

/// Makes clock, random numbers, host name and network right.
async fn refresh(control: &mut Control, tells: Tells<'_>) -> Result<(), WallError> {
    let word = fresh(SystemTime::now(), tells).map_err(WallError::Spawn)?;
    let refreshed = async {
        control.say(&word, &[]).await.map_err(|_| WallError::Lost)?;
        match control.next().await {
            Ok(Some(FromInit::Refreshed)) => Ok(()),
            Ok(Some(FromInit::Failed { message })) => Err(WallError::Build(message)),
            _ => Err(WallError::Lost),
        }
    };
    timeout(FIRST_WORD, refreshed).await.map_err(|_| WallError::Silent(FIRST_WORD.as_secs()))?
}

/// The ends of a stream but control.
struct Open {
    log: super::Channel,
    doors: [tokio::sync::mpsc::Receiver<super::Channel>; 3],
    open: Vec<(u8, super::Channel)>,
}

fn parts(
    vms: &MicroVms,
    plan: &Plan<'_>,
    begun: Begun,
    ends: Open,
    control: Control,
    snapshot: Option<&Snapshot>,
) -> Parts {
    let Begun { machine, enclosed, network } = begun;
    let [api, endpoint, given] = ends.doors;
    let resumed = ends.open.into_iter().map(|(door, channel)| Resumed {
        waits_for: snapshot.and_then(|snapshot| snapshot.waits_for(channel.number())),
        endpoint: door == fika_init::mux::door::ENDPOINT,
        connection: Connection::Channel(channel),
    });
    Parts {
        control,
        body: Body::MicroVm { machine, enclosed },
        cgroup: None,
        network,
        api: Door::channels(api),
        endpoint: Door::channels(endpoint),
        log: LogPipe::of_guest(ends.log),
        given: Given::Channels(given),
        outside: None,
        resumed: resumed.collect(),
        guest: Some(Guest {
            disks: vms.code.clone(),
            image: plan.image.into(),
            made_for: (plan.memory_mb, plan.ephemeral_mb),
            has: snapshot.and_then(|snapshot| snapshot.trees()).cloned(),
            hostname: plan.hostname.into(),
        }),
    }
}

/// Ends a guest that does not come up.
async fn undo(mut begun: Begun, error: WallError) -> WallError {
    begun.machine.jailed().end().await;
    let removed = spawn_blocking(move || drop(begun)).await;
    match removed.map_err(io::Error::other) {
        Ok(()) => error,
        Err(panicked) => WallError::Spawn(panicked),
    }
}
