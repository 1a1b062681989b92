//! What Firecracker's API is told, in which order: pure.
//!
//! After the API's own description, `src/firecracker/swagger/firecracker.yaml` of its repository.

use fika_jailer::FIRST_DESCRIPTOR;
use serde_json::{Value, json};

use crate::microvm::{Disk, MachineSpec};

/// Its API socket.
pub const API: &str = "api";
/// What it calls its side of the vsock; the rest is the name of one port.
const VSOCK: &str = "vsock";
/// Where the guest's init finds us: port 1024.
pub const STREAM: &str = "vsock_1024";
/// The runtime image's disk.
pub const ROOT: &str = "root";
/// The code's disk.
pub const CODE: &str = "code";
/// The layers' disk.
pub const LAYERS: &str = "layers";
/// A snapshot's memory.
pub const MEMORY: &str = "memory";
/// A snapshot's processors and devices.
pub const STATE: &str = "state";

/// The guest's own number on its vsock. Each guest is alone on its own, so all have the same.
const CID: u32 = 3;

/// The guest's network device.
const NETWORK: &str = "eth0";

/// The kernel's arguments. A microVM has no console and no keyboard, but the keyboard's controller
/// is how it ends.
const CMDLINE: &str = "fika.stream=vsock quiet reboot=k panic=-1 8250.nr_uarts=0 i8042.noaux \
                       i8042.nomux i8042.dumbkbd";

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub body: Value,
}

impl Call {
    fn put(path: impl Into<String>, body: Value) -> Self {
        Self { method: "PUT", path: path.into(), body }
    }

    fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { method: "PATCH", path: path.into(), body }
    }
}

/// All of a machine that is to boot, but its start. The kernel and its initramfs are the first two
/// descriptors that Firecracker is given.
pub fn configure(spec: &MachineSpec) -> Vec<Call> {
    let machine = json!({ "vcpu_count": spec.cpus, "mem_size_mib": spec.memory_mb });
    let of = |descriptor: i32| format!("/proc/self/fd/{}", FIRST_DESCRIPTOR + descriptor);
    let boot = json!({ "kernel_image_path": of(0), "initrd_path": of(1), "boot_args": CMDLINE });
    let mut calls = vec![
        Call::put("/machine-config", machine),
        Call::put("/boot-source", boot),
        // In the order in which the guest numbers them.
        disk(ROOT),
        disk(CODE),
        disk(LAYERS),
        Call::put("/entropy", json!({})),
        Call::put("/vsock", json!({ "guest_cid": CID, "uds_path": VSOCK })),
    ];
    if let Some(tap) = &spec.tap {
        let network =
            json!({ "iface_id": NETWORK, "host_dev_name": tap.name, "guest_mac": tap.mac() });
        calls.push(Call::put(format!("/network-interfaces/{NETWORK}"), network));
    }
    calls
}

/// The kernel's own root is the initramfs, so no disk is what Firecracker calls the root
/// device.
fn disk(name: &str) -> Call {
    let body = json!({
        "drive_id": name, "path_on_host": name, "is_root_device": false, "is_read_only": true,
    });
    Call::put(format!("/drives/{name}"), body)
}

/// Has a machine that is configured run.
pub fn start() -> Call {
    Call::put("/actions", json!({ "action_type": "InstanceStart" }))
}

/// What a disk is called.
pub fn name(disk: Disk) -> &'static str {
    match disk {
        Disk::Code => CODE,
        Disk::Layers => LAYERS,
    }
}

/// Tells that there is another file under a disk's name.
pub fn changed(disk: Disk) -> Call {
    let name = name(disk);
    Call::patch(format!("/drives/{name}"), json!({ "drive_id": name, "path_on_host": name }))
}

/// Stops a machine, or lets it go on.
pub fn run(on: bool) -> Call {
    Call::patch("/vm", json!({ "state": if on { "Resumed" } else { "Paused" } }))
}

/// Has a machine that is stopped written down.
pub fn write_down() -> Call {
    let files = json!({ "snapshot_type": "Full", "snapshot_path": STATE, "mem_file_path": MEMORY });
    Call::put("/snapshot/create", files)
}

/// Has a machine be what was written down, stopped. Its network device has the name that it had
/// there, in another namespace.
pub fn load() -> Call {
    let body = json!({
        "snapshot_path": STATE,
        "mem_backend": { "backend_type": "File", "backend_path": MEMORY },
        "resume_vm": false,
    });
    Call::put("/snapshot/load", body)
}

#[cfg(test)]
mod tests {
    use fika_model::SandboxId;

    use super::*;
    use crate::microvm::Tap;

    fn spec(tap: Option<Tap>) -> MachineSpec {
        MachineSpec {
            sandbox: SandboxId(1),
            kernel: "/host/kernel".into(),
            initrd: "/host/initrd".into(),
            root_disk: "/host/root".into(),
            code_disk: "/host/code".into(),
            layers_disk: "/host/layers".into(),
            memory_mb: 704,
            cpus: 2,
            tap,
        }
    }

    #[test]
    fn a_machine_is_configured_without_a_path_of_the_host() {
        let calls = configure(&spec(None));
        let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/machine-config",
                "/boot-source",
                "/drives/root",
                "/drives/code",
                "/drives/layers",
                "/entropy",
                "/vsock"
            ]
        );
        assert!(calls.iter().all(|call| call.method == "PUT"));
        assert!(calls.iter().all(|call| !call.body.to_string().contains("/host")));
        assert_eq!(calls[0].body, json!({ "vcpu_count": 2, "mem_size_mib": 704 }));
        assert_eq!(calls[3].body["is_read_only"], true);
    }

    #[test]
    fn a_tap_is_the_last_device() {
        let call = configure(&spec(Some(Tap::USUAL))).pop().expect("the last call");
        assert_eq!(call.path, "/network-interfaces/eth0");
        let mac = "02:00:00:00:00:01";
        let body = json!({ "iface_id": "eth0", "host_dev_name": "tap0", "guest_mac": mac });
        assert_eq!(call.body, body);
    }
}
