//! A guest in QEMU.

use std::env;
use std::fs::{self, File};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use fika_kernel::{Kernel, KernelStore, initramfs};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tempfile::TempDir;

use crate::host::Host;

/// A seccomp program that allows all: `BPF_RET | BPF_K` of `SECCOMP_RET_ALLOW`.
const ALLOW_ALL: [u8; 8] = [0x06, 0, 0, 0, 0, 0, 0xff, 0x7f];

/// On a busy machine a guest that measures its counter's frequency may wait for ever: so it is told
/// one. Nothing here depends on how fast its clock runs.
const CMDLINE: &str = "console=ttyS0 reboot=t panic=-1 quiet fika.stream=vport \
                       tsc_early_khz=2000000 tsc=reliable";

pub struct Machine {
    qemu: Child,
    dir: TempDir,
}

impl Machine {
    /// Starts a guest. Says why this machine cannot.
    pub fn boot() -> Result<(Self, Host), String> {
        let kernel = kernel()?;
        let dir = tempfile::tempdir().unwrap();
        disks(dir.path())?;
        let archive = initramfs(&init(), &ALLOW_ALL, &kernel).unwrap();
        fs::write(dir.path().join("initramfs"), archive).unwrap();
        let listener = UnixListener::bind(dir.path().join("stream")).unwrap();
        let qemu = qemu(&kernel, dir.path())
            .spawn()
            .map_err(|error| format!("qemu-system-x86_64: {error}"))?;
        let machine = Self { qemu, dir };
        let mut on = [PollFd::new(&listener, PollFlags::IN)];
        let came = poll(&mut on, Some(&Timespec { tv_sec: 60, tv_nsec: 0 })).unwrap();
        assert_eq!(came, 1, "qemu does not connect");
        let (stream, _) = listener.accept().unwrap();
        Ok((machine, Host::new(stream)))
    }

    /// What the guest's kernel and init said on its console.
    pub fn console(&self) -> String {
        fs::read_to_string(self.dir.path().join("console")).unwrap_or_default()
    }

    /// Waits for the end, which must be one in peace.
    pub fn ends(&mut self) {
        let status = self.qemu.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.console());
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ended = self.qemu.kill();
        let _reaped = self.qemu.wait();
    }
}

fn kernel() -> Result<Kernel, String> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernel");
    let dir = env::var_os("FIKA_KERNEL_DIR").map_or(scratch, PathBuf::from);
    KernelStore::open(&dir).find().ok_or_else(|| format!("no kernel in {}", dir.display()))
}

/// The image, with our function in it, and the code.
fn disks(dir: &Path) -> Result<(), String> {
    let (image, code) = (dir.join("image"), dir.join("code"));
    for name in ["dev", "proc", "tmp", "var/task"] {
        fs::create_dir_all(image.join(name)).unwrap();
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest/function.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-static", "-O2", "-Wall", "-o"]).arg(image.join("function")).arg(source);
    if !compiler.status().is_ok_and(|status| status.success()) {
        return Err("no C compiler that links statically".into());
    }
    fs::create_dir(&code).unwrap();
    fs::write(code.join("code"), "the code").unwrap();
    fika_disk::build(&image, &dir.join("vda")).unwrap();
    fika_disk::build(&code, &dir.join("vdb")).unwrap();
    File::options().write(true).open(dir.join("vdb")).unwrap().set_len(1 << 30).unwrap();
    // A function without layers.
    File::create(dir.join("vdc")).unwrap().set_len(1 << 30).unwrap();
    Ok(())
}

fn qemu(kernel: &Kernel, dir: &Path) -> Command {
    let mut qemu = Command::new("qemu-system-x86_64");
    qemu.args(["-M", "microvm,x-option-roms=off,isa-serial=on,rtc=on"])
        .args(["-accel", "tcg", "-cpu", "max", "-m", "256", "-nodefaults", "-no-user-config"])
        .args(["-display", "none", "-no-reboot", "-serial"])
        .arg(format!("file:{}", dir.join("console").display()))
        .args(["-append", CMDLINE, "-kernel"])
        .arg(&kernel.vmlinux)
        .arg("-initrd")
        .arg(dir.join("initramfs"))
        .args(["-device", "virtio-serial-device", "-chardev"])
        .arg(format!("socket,id=stream,path={}", dir.join("stream").display()))
        .args(["-device", "virtserialport,chardev=stream,name=fika"])
        .stdin(Stdio::null());
    for name in ["vda", "vdb", "vdc"] {
        let file = dir.join(name);
        qemu.arg("-drive")
            .arg(format!("id={name},file={},format=raw,if=none,readonly=on", file.display()))
            .arg("-device")
            .arg(format!("virtio-blk-device,drive={name}"));
    }
    qemu
}

/// Our own program, linked statically: cargo made one that is not.
fn init() -> Vec<u8> {
    let target = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("static-init");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--bin", "fika-init", "--target", &target])
        .arg("--target-dir")
        .arg(&into)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("RUSTFLAGS", "-C target-feature=+crt-static -C panic=abort")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .status();
    assert!(status.is_ok_and(|status| status.success()), "init is not built");
    fs::read(into.join(target).join("release/fika-init")).unwrap()
}
