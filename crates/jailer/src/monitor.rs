//! In the namespaces: puts a root together for a virtual machine monitor, gives up every right,
//! becomes the monitor.
//!
//! Should a guest take its monitor over, it finds: the host's programs and libraries, read-only; a
//! `/proc` with nobody else in it; no network, or its guest's alone; no capability and no way to
//! one; and of its own machine the descriptors, or a directory.

use std::convert::Infallible;
use std::ffi::{CString, c_char};
use std::fs::{self, File};
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::ptr;

use fika_jailer::{FIRST_DESCRIPTOR, VmmSpec, WORKSHOP};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode};
use rustix::mount::{MountFlags, MountPropagationFlags, mount_change, mount_remount};
use rustix::process::{Resource, Rlimit, Signal};
use rustix::thread::{CapabilitySet, CapabilitySets, Gid, Uid};

use crate::failure::{CGROUP, Failure, PROC, Step};
use crate::inside::switch_root;
use crate::mounts;

/// What a monitor finds in `/dev`, beside KVM.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

/// The door to the kernel's own virtualisation.
const KVM: &str = "/dev/kvm";

/// The door to a namespace's taps.
const TUN: &str = "/dev/net/tun";

/// Out of the way of the numbers that descriptors get.
const ASIDE: RawFd = 256;

/// Builds the wall around this process and becomes the monitor in it.
pub fn become_monitor(
    spec: &VmmSpec,
    mut beside: Vec<OwnedFd>,
    mut mapped: PipeReader,
) -> Result<Infallible, Failure> {
    mapped.read_exact(&mut [0]).step("wait for users")?;
    let cgroups = beside.drain(..spec.cgroups.min(beside.len()));
    cgroups.map(File::from).try_for_each(|mut cgroup| cgroup.write_all(b"0")).step(CGROUP)?;
    let seen = take(spec).step("open what the monitor needs of the host")?;
    let devices = devices(spec).step("look at /dev/kvm and /dev/net/tun")?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .step("cut mounts off from the host's")?;
    build_root(spec, &seen, &devices)?;
    switch_root().step("switch to the new root")?;
    // It is its user's, and maybe not ours to enter any more once we are that.
    let begin = spec.workshop.as_ref().map_or("/", |_| WORKSHOP);
    rustix::process::chdir(begin).step("enter the monitor's directory")?;
    give_up_power(spec.user).step("give up every right")?;
    // The kernel forgets this when a process changes users, so it comes late.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).step("tie to parent")?;
    check_parent(&mapped).step("look for the jailer")?;
    let program = Program::new(spec).step("read the command line")?;
    hand_over(&beside).step("hand descriptors over")?;
    program.enter().step("start the monitor")
}

/// Something of the host.
struct Seen {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Link(PathBuf),
    Tree { tree: OwnedFd, is_dir: bool },
}

/// Copies of the host's trees, and of its devices, each to be seen at the path it has.
fn take(spec: &VmmSpec) -> io::Result<Vec<Seen>> {
    let trees = spec.trees.iter().map(|path| see(path, true));
    let shared = (spec.kvm && spec.user.is_none()).then_some(KVM);
    let devices = DEVICES.into_iter().chain(shared).map(|path| see(Path::new(path), false));
    let workshop = spec.workshop.iter().map(|path| see_workshop(path));
    trees.chain(devices).chain(workshop).collect()
}

fn see_workshop(path: &Path) -> io::Result<Seen> {
    let tree = mounts::copy(path)?;
    mounts::disarm(&tree)?;
    Ok(Seen { path: WORKSHOP.into(), kind: Kind::Tree { tree, is_dir: true } })
}

fn see(path: &Path, restrict: bool) -> io::Result<Seen> {
    let found = fs::symlink_metadata(path)?;
    let kind = if found.is_symlink() {
        Kind::Link(fs::read_link(path)?)
    } else {
        let tree = mounts::copy(path)?;
        if restrict {
            mounts::restrict(&tree)?;
        }
        Kind::Tree { tree, is_dir: found.is_dir() }
    };
    Ok(Seen { path: path.into(), kind })
}

/// A device of which a monitor needs one that its own user may open.
struct Device {
    path: &'static str,
    number: u64,
    user: u32,
}

/// Those that this monitor needs.
fn devices(spec: &VmmSpec) -> io::Result<Vec<Device>> {
    let Some(user) = spec.user else { return Ok(Vec::new()) };
    let wanted = [(KVM, spec.kvm), (TUN, spec.tap)];
    let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
    wanted.map(|(path, _)| Ok(Device { path, number: fs::metadata(path)?.rdev(), user })).collect()
}

fn build_root(spec: &VmmSpec, seen: &[Seen], devices: &[Device]) -> Result<(), Failure> {
    let at = spec.mount_point.to_string_lossy();
    let options = "size=256k,nr_inodes=256,mode=0755";
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    rustix::mount::mount(
        "tmpfs",
        &*at,
        "tmpfs",
        flags,
        Some(&*CString::new(options).unwrap_or_default()),
    )
    .step("mount a root")?;
    rustix::process::chdir(&spec.mount_point).step("enter the root")?;
    seen.iter().try_for_each(show).step("show the monitor what it needs")?;
    devices.iter().try_for_each(make_device).step("make devices")?;
    fs::create_dir_all("proc").step("make /proc")?;
    mounts::fresh("proc", "proc", MountFlags::NOEXEC, "hidepid=2").step(PROC)?;
    mount_remount(".", MountFlags::BIND | MountFlags::RDONLY | flags, "")
        .step("make the root read-only")
}

/// Puts a thing of the host where it is there; the root is the working directory.
fn show(seen: &Seen) -> io::Result<()> {
    let path = seen.path.strip_prefix("/").map_err(io::Error::other)?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match &seen.kind {
        Kind::Link(target) => symlink(target, path),
        Kind::Tree { tree, is_dir: true } => {
            fs::create_dir_all(path)?;
            mounts::attach(tree, path)
        }
        Kind::Tree { tree, is_dir: false } => {
            File::create(path)?;
            mounts::attach(tree, path)
        }
    }
}

fn make_device(device: &Device) -> io::Result<()> {
    let path = Path::new(device.path.trim_start_matches('/'));
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::mknodat(CWD, path, FileType::CharacterDevice, mode, device.number)?;
    let (uid, gid) = (Uid::from_raw(device.user), Gid::from_raw(device.user));
    Ok(rustix::fs::chown(path, Some(uid), Some(gid))?)
}

/// Leaves no right to this process, whoever it is, and no way to one.
fn give_up_power(user: Option<u32>) -> io::Result<()> {
    for capability in CapabilitySet::all() {
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            // The kernel is older than this capability.
            Err(rustix::io::Errno::INVAL) => {}
            done => done?,
        }
    }
    if let Some(user) = user {
        let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
        rustix::thread::set_thread_groups(&[])?;
        rustix::thread::set_thread_res_gid(gid, gid, gid)?;
        rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    }
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    rustix::thread::set_capabilities(None, sets)?;
    rustix::thread::set_no_new_privs(true)?;
    let no_core = Rlimit { current: Some(0), maximum: Some(0) };
    Ok(rustix::process::setrlimit(Resource::Core, no_core)?)
}

/// A jailer that died before we were tied to it has let go of its end of the pipe.
fn check_parent(mapped: &PipeReader) -> io::Result<()> {
    let mut on = [PollFd::new(mapped, PollFlags::empty())];
    poll(&mut on, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    if on[0].revents().contains(PollFlags::HUP) {
        return Err(io::Error::other("it is gone"));
    }
    Ok(())
}

/// Gives the monitor its descriptors, by number, and nothing else.
fn hand_over(given: &[OwnedFd]) -> io::Result<()> {
    let aside = given.iter().map(|given| rustix::io::fcntl_dupfd_cloexec(given, ASIDE));
    let aside: Vec<OwnedFd> = aside.collect::<Result<_, _>>()?;
    // SAFETY: every descriptor from the first on is closed when the program is executed, which
    // comes next; none of them is used until then but to say that it failed.
    let done = unsafe {
        let flag = libc::CLOSE_RANGE_CLOEXEC;
        libc::syscall(libc::SYS_close_range, FIRST_DESCRIPTOR, libc::c_uint::MAX, flag)
    };
    if done < 0 {
        return Err(io::Error::last_os_error());
    }
    for (at, descriptor) in (FIRST_DESCRIPTOR..).zip(&aside) {
        // SAFETY: whatever had this number is not used any more: it was moved aside, or is of no
        // use to a monitor.
        if unsafe { libc::dup2(descriptor.as_raw_fd(), at) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// The monitor's program and arguments, as the kernel takes them.
struct Program {
    path: CString,
    args: Vec<CString>,
    null: File,
}

impl Program {
    fn new(spec: &VmmSpec) -> io::Result<Self> {
        let path = CString::new(spec.program.as_os_str().as_encoded_bytes())?;
        let words = spec.args.iter().map(|word| CString::new(word.as_str()));
        let args = [Ok(path.clone())].into_iter().chain(words).collect::<Result<_, _>>()?;
        Ok(Self { path, args, null: File::open("/dev/null")? })
    }

    /// Becomes the program, with an empty environment; back comes why not. The control stream is
    /// no business of a monitor's: it is closed by its execution.
    fn enter(&self) -> io::Result<Infallible> {
        let control = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), ASIDE)?;
        rustix::stdio::dup2_stdin(&self.null)?;
        let args: Vec<*const c_char> =
            self.args.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect();
        let env: [*const c_char; 1] = [ptr::null()];
        // SAFETY: both lists end with a null and hold C strings that live in `self`; this returns
        // only if it fails.
        unsafe { libc::execve(self.path.as_ptr(), args.as_ptr(), env.as_ptr()) };
        let error = io::Error::last_os_error();
        rustix::stdio::dup2_stdin(&control)?;
        Err(error)
    }
}
