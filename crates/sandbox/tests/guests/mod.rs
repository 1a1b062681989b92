//! What the tests of microVMs share.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fika_kernel::{Kernel, KernelStore};
use fika_network::Networks;
use fika_sandbox::microvm::Vmm;
use fika_sandbox::microvm::firecracker::Firecracker;
use fika_sandbox::microvm::qemu::{Accelerator, Qemu};
use fika_sandbox::{Bind, CpuPolicy, Kvm, MicroVmOptions, MicroVms, Start, WallError, WallSpec};

use rustix::process::Pid;

use crate::common::{self, House, Running};

/// Says where a kernel is that was set before.
const KERNEL: &str = "FIKA_KERNEL_DIR";

/// Says which monitor runs the guests: `qemu` (by software emulation, as unless said), `qemu-kvm` or
/// `firecracker`. One that is asked for and cannot be had is a failure.
const VMM: &str = "FIKA_TEST_VMM";

/// MicroVMs of the monitor that was asked for, or nothing where what they need is not to be had.
pub fn microvms(house: &House) -> Option<MicroVms> {
    microvms_in(&house.path(""))
}

/// The same, whose guests have networks.
pub fn networked(house: &House, networks: &Arc<Networks>) -> Option<MicroVms> {
    build(&house.path(""), Some(networks.clone()))
}

/// The same in another's house, without networks.
pub fn microvms_in(house: &Path) -> Option<MicroVms> {
    build(house, None)
}

fn build(house: &Path, networks: Option<Arc<Networks>>) -> Option<MicroVms> {
    let asked = std::env::var(VMM).ok();
    let vmm = match vmm(asked.as_deref().unwrap_or("qemu")) {
        Ok(vmm) => vmm,
        // An ordinary user may not have the right to KVM.
        Err(why) if asked.is_some() && common::is_root() => panic!("{VMM}: {why}"),
        Err(why) => return skip(&why),
    };
    let kernel = match kernel() {
        Ok(kernel) => kernel,
        Err(why) => return skip(&why),
    };
    Some(of(house, vmm, kernel, networks))
}

/// MicroVMs in a house.
pub fn of(
    house: &Path,
    vmm: Box<dyn Vmm>,
    kernel: Kernel,
    networks: Option<Arc<Networks>>,
) -> MicroVms {
    let options = MicroVmOptions {
        state_dir: house.join("state"),
        code_dir: house.join("code"),
        kernel,
        vmm,
        cpu: CpuPolicy::Share,
        cgroups: true,
        networks,
    };
    MicroVms::new(options).unwrap()
}

/// MicroVMs of a fake Firecracker, which is to do this wrong.
pub fn faked(
    house: &House,
    wrong: &str,
    networks: Option<Arc<Networks>>,
) -> Result<MicroVms, WallError> {
    let program = house.path(&format!("fake-firecracker.{wrong}"));
    fs::copy(env!("CARGO_BIN_EXE_fake-firecracker"), &program).unwrap();
    let vmlinux = house.path("vmlinux");
    fs::write(&vmlinux, b"\x7fELF, and no more of a kernel").unwrap();
    let kernel = Kernel {
        vmlinux,
        modules: Vec::new(),
        release: "0.0.0".into(),
        digest: "0".into(),
        pvh: true,
        source: "a test".into(),
    };
    let firecracker = Firecracker::at(&program)?;
    Ok(of(&house.path(""), Box::new(firecracker), kernel, networks))
}

/// The monitor of a name.
fn vmm(name: &str) -> Result<Box<dyn Vmm>, String> {
    let fast = || match Kvm::measure() {
        Kvm::Usable { .. } => Ok(()),
        slow => Err(format!("no guest runs on this machine's KVM: {slow:?}")),
    };
    let failed = |error: WallError| error.to_string();
    match name {
        "qemu" => Ok(Box::new(Qemu::find(Accelerator::Software).map_err(failed)?)),
        "qemu-kvm" => {
            fast()?;
            Ok(Box::new(Qemu::find(Accelerator::Kvm).map_err(failed)?))
        }
        "firecracker" => {
            fast()?;
            Ok(Box::new(Firecracker::find().map_err(failed)?))
        }
        other => Err(format!("{other:?} is none of qemu, qemu-kvm, firecracker")),
    }
}

fn skip<T>(why: &str) -> Option<T> {
    eprintln!("skipped: {why}");
    None
}

/// A guest kernel: what is set in `FIKA_KERNEL_DIR`, or made of the distribution's package.
pub fn kernel() -> Result<Kernel, String> {
    let given = std::env::var_os(KERNEL).map(PathBuf::from);
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernel");
    let store = KernelStore::open(given.unwrap_or(here));
    match store.find() {
        Some(kernel) => Ok(kernel),
        None => store.add_from_distribution(&|_| ()).map_err(|error| error.to_string()),
    }
}

/// Starts the program of the tests in a guest of its own.
pub async fn start(vms: &MicroVms, house: &House, spec: WallSpec, verbs: &[&str]) -> Running {
    let bind = Bind { memory_mb: spec.memory_mb, ephemeral_mb: spec.ephemeral_mb, ..house.bind() };
    start_bound(vms, spec, bind, house.start(verbs)).await
}

/// Starts a program in a guest of its own.
pub async fn start_bound(vms: &MicroVms, spec: WallSpec, bind: Bind, start: Start) -> Running {
    let mut sandbox = vms.create(spec).await.unwrap();
    let log = sandbox.take_logs().watch().unwrap();
    sandbox.bind(bind).await.unwrap();
    sandbox.start(start).await.unwrap();
    Running { sandbox, log }
}

/// The monitors of a house's guests that live, each below its jailer.
pub fn monitors(house: &House) -> Vec<Pid> {
    let children = |pid: &Pid| {
        let path = format!("/proc/{0}/task/{0}/children", pid.as_raw_nonzero());
        let text = fs::read_to_string(path).unwrap_or_default();
        text.split_whitespace()
            .filter_map(|pid| Pid::from_raw(pid.parse().ok()?))
            .collect::<Vec<_>>()
    };
    house.jailers().iter().flat_map(children).collect()
}
