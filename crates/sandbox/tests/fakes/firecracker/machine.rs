//! What each call does to the machine: the fields and the order of Firecracker's own description
//! of its API (`firecracker.yaml`), as far as a machine of fika's needs them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::guest::{Guest, Kept};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineConfig {
    vcpu_count: u8,
    mem_size_mib: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BootSource {
    kernel_image_path: String,
    initrd_path: Option<String>,
    boot_args: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Drive {
    drive_id: String,
    path_on_host: String,
    is_root_device: bool,
    is_read_only: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DriveChange {
    drive_id: String,
    path_on_host: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Vsock {
    guest_cid: u32,
    uds_path: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NetworkInterface {
    iface_id: String,
    host_dev_name: String,
    guest_mac: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entropy {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    action_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vm {
    state: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotCreate {
    snapshot_type: String,
    snapshot_path: String,
    mem_file_path: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotLoad {
    snapshot_path: String,
    mem_backend: MemBackend,
    resume_vm: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemBackend {
    backend_type: String,
    backend_path: String,
}

/// What a state file holds.
#[derive(Deserialize, Serialize)]
struct Written {
    memory_mb: u64,
    drives: Vec<Drive>,
    vsock: Vsock,
    networks: Vec<NetworkInterface>,
    guest: Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotStarted,
    Running,
    Paused,
}

/// The file that each drive has now, by the drive's id. The guest reads them.
pub type Disks = Arc<Mutex<BTreeMap<String, File>>>;

/// One machine.
pub struct Machine {
    wrong: String,
    state: State,
    memory_mb: Option<u64>,
    boots: bool,
    drives: Vec<Drive>,
    disks: Disks,
    vsock: Option<(Vsock, UnixListener)>,
    networks: Vec<NetworkInterface>,
    guest: Option<Guest>,
}

type Done = Result<(), String>;

impl Machine {
    pub fn new(wrong: String) -> Self {
        Self {
            wrong,
            state: State::NotStarted,
            memory_mb: None,
            boots: false,
            drives: Vec::new(),
            disks: Disks::default(),
            vsock: None,
            networks: Vec::new(),
            guest: None,
        }
    }

    pub fn call(&mut self, method: &str, path: &str, body: &[u8]) -> Done {
        if self.wrong.strip_prefix("refuses-").is_some_and(|word| path.contains(word)) {
            return Err(format!("{path} is refused, as it is to be"));
        }
        match (method, path) {
            ("PUT", "/machine-config") => self.configure(parse(body)?),
            ("PUT", "/boot-source") => self.boot_source(&parse(body)?),
            ("PUT", "/entropy") => parse(body).and_then(|Entropy {}| self.before("/entropy")),
            ("PUT", "/vsock") => self.vsock(parse(body)?),
            ("PUT", "/actions") => self.start(&parse(body)?),
            ("PATCH", "/vm") => self.pause_or_resume(&parse(body)?),
            ("PUT", "/snapshot/create") => self.write_down(&parse(body)?),
            ("PUT", "/snapshot/load") => self.load(&parse(body)?),
            _ => match (method, path[1..].split_once('/')) {
                ("PUT", Some(("drives", id))) => self.drive(id, parse(body)?),
                ("PATCH", Some(("drives", id))) => self.change_drive(id, &parse(body)?),
                ("PUT", Some(("network-interfaces", id))) => self.network(id, parse(body)?),
                _ => Err(format!("Invalid request method and/or path: {method} {path}.")),
            },
        }
    }

    fn before(&self, what: &str) -> Done {
        match self.state {
            State::NotStarted => Ok(()),
            _ => Err(format!("{what} is not supported after starting the microVM.")),
        }
    }

    fn configure(&mut self, config: MachineConfig) -> Done {
        self.before("/machine-config")?;
        if !(config.vcpu_count == 1 || config.vcpu_count.is_multiple_of(2)) {
            return Err("The vCPU number is invalid!".into());
        }
        self.memory_mb = Some(config.mem_size_mib);
        Ok(())
    }

    fn boot_source(&mut self, source: &BootSource) -> Done {
        self.before("/boot-source")?;
        let mut magic = [0; 4];
        let mut kernel = open(&source.kernel_image_path)?;
        kernel.read_exact(&mut magic).map_err(|error| error.to_string())?;
        if &magic != b"\x7fELF" {
            return Err("Cannot load kernel due to invalid memory configuration".into());
        }
        open(source.initrd_path.as_deref().unwrap_or_default())?;
        let args = source.boot_args.as_deref().unwrap_or_default();
        if !args.split(' ').any(|word| word == "fika.stream=vsock") {
            return Err(format!("init would not know its stream: {args}"));
        }
        self.boots = true;
        Ok(())
    }

    fn drive(&mut self, id: &str, drive: Drive) -> Done {
        self.before("/drives")?;
        if drive.drive_id != id {
            return Err("The id from the path does not match the id from the body!".into());
        }
        if drive.is_root_device || !drive.is_read_only {
            return Err("a machine of fika's has no such drive".into());
        }
        self.open_disk(id, &drive.path_on_host)?;
        self.drives.push(drive);
        Ok(())
    }

    fn open_disk(&self, id: &str, path: &str) -> Done {
        let file = open(path)?;
        self.disks.lock().map_err(|_| "poisoned")?.insert(id.into(), file);
        Ok(())
    }

    fn change_drive(&mut self, id: &str, change: &DriveChange) -> Done {
        if self.state == State::NotStarted {
            return Err(
                "The requested operation is not supported before starting the microVM.".into()
            );
        }
        let drive = self.drives.iter_mut().find(|drive| drive.drive_id == id);
        let drive = drive.filter(|_| change.drive_id == id).ok_or("No such drive")?;
        drive.path_on_host.clone_from(&change.path_on_host);
        self.open_disk(id, &change.path_on_host)
    }

    fn vsock(&mut self, vsock: Vsock) -> Done {
        self.before("/vsock")?;
        if vsock.guest_cid < 3 {
            return Err("invalid guest_cid".into());
        }
        let listener = UnixListener::bind(&vsock.uds_path)
            .map_err(|error| format!("Cannot create backend for vsock device: {error}"))?;
        self.vsock = Some((vsock, listener));
        Ok(())
    }

    fn network(&mut self, id: &str, network: NetworkInterface) -> Done {
        self.before("/network-interfaces")?;
        if network.iface_id != id {
            return Err("The id from the path does not match the id from the body!".into());
        }
        open_tap(&network.host_dev_name)?;
        self.networks.push(network);
        Ok(())
    }

    fn start(&mut self, action: &Action) -> Done {
        self.before("InstanceStart")?;
        if action.action_type != "InstanceStart" {
            return Err(format!("unknown variant {}", action.action_type));
        }
        if self.wrong == "dies" {
            eprintln!("Error: the guest cannot be started");
            std::process::exit(1);
        }
        let stream = match &self.vsock {
            Some((vsock, _)) if self.boots && self.memory_mb.is_some() => &vsock.uds_path,
            _ => return Err("Cannot start microvm without kernel configuration.".into()),
        };
        self.guest = Some(Guest::boot(stream.clone(), self.disks.clone()));
        self.state = State::Running;
        Ok(())
    }

    fn pause_or_resume(&mut self, vm: &Vm) -> Done {
        let guest = self.guest.as_ref().ok_or("not supported before starting the microVM.")?;
        self.state = match vm.state.as_str() {
            "Paused" => State::Paused,
            "Resumed" => State::Running,
            other => return Err(format!("unknown variant {other}")),
        };
        guest.run(self.state == State::Running);
        Ok(())
    }

    fn write_down(&mut self, to: &SnapshotCreate) -> Done {
        let (State::Paused, "Full") = (self.state, to.snapshot_type.as_str()) else {
            return Err("the microVM is not paused".into());
        };
        let (Some(guest), Some(memory_mb), Some((vsock, _))) =
            (&self.guest, self.memory_mb, &self.vsock)
        else {
            return Err("there is no such machine".into());
        };
        let guest = guest.keep().ok_or("a guest that is not quiet loses what is under way")?;
        let (drives, networks) = (self.drives.clone(), self.networks.clone());
        let written = Written { memory_mb, drives, vsock: vsock.clone(), networks, guest };
        let memory = File::create(&to.mem_file_path).map_err(|error| error.to_string())?;
        memory.set_len(memory_mb << 20).map_err(|error| error.to_string())?;
        let text = serde_json::to_vec(&written).map_err(|error| error.to_string())?;
        fs::write(&to.snapshot_path, text).map_err(|error| error.to_string())
    }

    fn load(&mut self, from: &SnapshotLoad) -> Done {
        self.before("/snapshot/load")?;
        if self.memory_mb.is_some() || self.boots || !self.drives.is_empty() {
            return Err("Loading a microVM snapshot not allowed after configuring \
                        boot-specific resources."
                .into());
        }
        let text = fs::read(&from.snapshot_path).map_err(|error| error.to_string())?;
        let written: Written = parse(&text)?;
        let memory = open(&from.mem_backend.backend_path)?;
        let bytes = memory.metadata().map_err(|error| error.to_string())?.len();
        if bytes != written.memory_mb << 20 || from.mem_backend.backend_type != "File" {
            return Err("Cannot restore the memory".into());
        }
        for drive in &written.drives {
            self.open_disk(&drive.drive_id, &drive.path_on_host)?;
        }
        for network in written.networks {
            self.network(&network.iface_id.clone(), network)?;
        }
        self.vsock(written.vsock.clone())?;
        let stream = written.vsock.uds_path;
        self.guest = Some(Guest::restored(stream, self.disks.clone(), &written.guest)?);
        (self.drives, self.memory_mb) = (written.drives, Some(written.memory_mb));
        self.state = State::Paused;
        if from.resume_vm {
            self.pause_or_resume(&Vm { state: "Resumed".into() })?;
        }
        Ok(())
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body)
        .map_err(|error| format!("An error occurred when deserializing the json body: {error}"))
}

fn open(path: &str) -> Result<File, String> {
    File::open(path).map_err(|error| format!("Unable to open {path}: {error}"))
}

/// Whether the device is in this namespace, and the door to it is there.
fn open_tap(name: &str) -> Done {
    let failed = |error: std::io::Error| format!("Open tap device failed: {error}");
    File::options().read(true).write(true).open("/dev/net/tun").map_err(failed)?;
    let devices = fs::read_to_string("/proc/net/dev").map_err(failed)?;
    let there = devices.lines().any(|line| line.trim().starts_with(&format!("{name}:")));
    if there { Ok(()) } else { Err(format!("Open tap device failed: no {name} in {devices}")) }
}
