//! A real kernel, booted: the distribution's package is fetched through apt, made ready, and
//! started in QEMU, in software, with a small program as its init. Skips, and says so, where a
//! machine has no QEMU, no C compiler or no such package.

#![allow(clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fika_kernel::{Kernel, KernelError, KernelStore, initramfs};

/// What init says of a guest in which all is as it should be.
const EXPECTED: [&str; 5] = [
    "filter: filter",
    "disk: /dev/vda",
    "port: /dev/vport0p1 fika",
    "network: eth0",
    "vsock: /dev/vsock",
];

#[test]
fn a_guest_finds_its_devices() {
    let (Some(init), Some(tsc)) = (compiled("init"), compiled("tsc")) else {
        return skip("no C compiler that links statically");
    };
    if !runs("qemu-system-x86_64", "--version") {
        return skip("no qemu-system-x86_64");
    }
    let kernel = match kernel() {
        Ok(kernel) => kernel,
        Err(KernelError::Distribution { why }) => return skip(&why),
        Err(other) => panic!("{other}"),
    };
    assert!(kernel.pvh, "QEMU starts an ELF kernel the PVH way");
    let init = fs::read(init).expect("a program was made");
    let archive = initramfs(&init, b"filter", &kernel).expect("readable modules");
    let said = boot(&kernel, &archive, &khz(&tsc));
    assert!(said.contains(&format!("release: {}", kernel.release)), "{said}");
    for line in EXPECTED {
        assert!(said.contains(line), "{line} is missing in:\n{said}");
    }
    let inserted = said.lines().filter(|line| line.starts_with("inserted ")).count();
    assert_eq!((inserted, said.contains("refused")), (kernel.modules.len(), false), "{said}");
}

fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

fn runs(program: &str, argument: &str) -> bool {
    let mut run = Command::new(program);
    run.arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The kernel, kept for the next run: fetching one takes longer than booting it.
fn kernel() -> Result<Kernel, KernelError> {
    let store = KernelStore::open(scratch().join("kernel"));
    store.find().map_or_else(|| store.add_from_distribution(&|step| eprintln!("{step}")), Ok)
}

/// A program of `tests/guest`.
fn compiled(name: &str) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/guest/{name}.c"));
    let program = scratch().join(name);
    let mut compiler = Command::new("cc");
    compiler.args(["-static", "-O2", "-Wall", "-Werror", "-o"]).arg(&program).arg(source);
    compiler.status().is_ok_and(|status| status.success()).then_some(program)
}

/// What a guest needs to be told: on a machine that is busy it cannot measure its time stamp
/// counter, which is this machine's, and then waits for ever for a tick.
fn khz(tsc: &Path) -> String {
    let said = Command::new(tsc).output().expect("the program runs").stdout;
    String::from_utf8(said).expect("a number").trim().to_owned()
}

fn boot(kernel: &Kernel, initramfs: &[u8], khz: &str) -> String {
    let dir = tempfile::tempdir().expect("a directory");
    let (archive, disk) = (dir.path().join("initramfs"), dir.path().join("disk"));
    fs::write(&archive, initramfs).expect("room");
    fs::write(&disk, [0; 4096]).expect("room");
    let mut qemu = Command::new("timeout");
    qemu.args(["120", "qemu-system-x86_64", "-M", "microvm,x-option-roms=off,isa-serial=on"])
        .args(["-accel", "tcg", "-cpu", "max", "-m", "256", "-nodefaults", "-no-user-config"])
        .args(["-display", "none", "-serial", "stdio", "-no-reboot"])
        .arg("-append")
        .arg(format!("console=ttyS0 reboot=t panic=-1 quiet tsc_early_khz={khz}"))
        .arg("-kernel")
        .arg(&kernel.vmlinux)
        .arg("-initrd")
        .arg(&archive)
        // The first device, so that its port is /dev/vport0p1.
        .args(["-device", "virtio-serial-device", "-chardev", "null,id=stream"])
        .args(["-device", "virtserialport,chardev=stream,name=fika", "-drive"])
        .arg(format!("id=root,file={},format=raw,if=none,readonly=on", disk.display()))
        .args(["-device", "virtio-blk-device,drive=root"])
        .args(["-netdev", "hubport,hubid=0,id=net", "-device", "virtio-net-device,netdev=net"]);
    let output = qemu.stdin(Stdio::null()).output().expect("timeout starts");
    let said = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {why}\n{said}", output.status);
    said
}

fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}
